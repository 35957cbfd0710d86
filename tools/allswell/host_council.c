/* SPDX-License-Identifier: ISC */
#include "allswell/card_text.h"
#include "allswell/host.h"

#include "common/text.h"

#include <allswell/peer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the contacts of somebody who is watched know and decide together; her place, her card. */

/* Older places that are shown. */
#define HISTORY_MAX 56

static json_t *time_json(uint64_t seconds)
{
    return seconds == UINT64_MAX || seconds == 0 ? json_null() : json_integer((json_int_t)seconds);
}

/* ---- The others ---- */

static const char *finding_word(enum aw_finding finding)
{
    static const char *const words[] = {"none", "fine", "overdue", "missed", "cannot-tell"};

    return words[finding];
}

static json_t *peer_json(struct aw_contact_peer *p)
{
    static const char *const states[] = {"none",      "introduced", "asking",
                                         "answering", "linked",     "quarantined"};
    static const char *const incidents[] = {"none", "missed", "wrong", "sos", "duress"};
    static const char *const claims[] = {"none", "acting", "declined", "handed-over"};
    static const char *const confirms[] = {"none", "spoken", "unreachable"};

    text_clean(p->name);
    text_clean(p->note);
    return json_pack(
        "{s:i, s:s, s:i, s:s, s:o, s:b, s:b, s:I, s:s, s:I, s:s, s:I, s:s, s:i, s:s, s:o, s:o, "
        "s:o, s:s}",
        "person", (int)p->person, "name", p->name, "human", (int)p->human, "state",
        states[p->state], "heard_at", time_json(p->heard_at_s), "counts", (int)p->counts, "fellow",
        (int)p->is_fellow, "plan_version", (json_int_t)p->plan_version, "finding",
        finding_word(p->finding), "finding_seq", (json_int_t)p->finding_seq, "incident",
        incidents[p->incident], "safe_seq", (json_int_t)p->safe_seq, "claim", claims[p->claim],
        "hand_to", (int)p->hand_to, "confirm", confirms[p->confirm], "confirm_at",
        time_json(p->confirm_at_s), "away_until", time_json(p->away_until_s), "words_at",
        time_json(p->words_at_s), "note", p->note);
}

static json_t *peers_json(const struct host *host, const struct host_watch *watch)
{
    const struct host_who who = {
        .side = HOST_WATCHED, .person = 0, .watch = (struct host_watch *)(uintptr_t)watch};
    struct aw_contact_peer peers[AW_PLAN_MEMBER_MAX], one;
    json_t *list = json_array();
    size_t count = 0;

    while (count < AW_PLAN_MEMBER_MAX && aw_contact_peer(watch->contact, count, &one) == AW_OK) {
        size_t at = count++;

        while (at > 0 && peers[at - 1].person > one.person) {
            peers[at] = peers[at - 1];
            at--;
        }
        peers[at] = one;
    }
    for (size_t i = 0; i < count; i++) {
        json_t *peer = peer_json(&peers[i]);

        (void)json_object_set_new(
            peer, "two_devices_since",
            time_json(host_sign_at(host, HOST_SIGN_COPY, &who, peers[i].person)));
        (void)json_object_set_new(
            peer, "made_anew_at",
            time_json(host_sign_at(host, HOST_SIGN_ANEW, &who, peers[i].person)));
        (void)json_array_append_new(list, peer);
    }
    return list;
}

static json_t *council_json(const struct aw_contact *contact)
{
    static const char *const words[] = {"not-missed", "yes",     "duress", "blind", "quorum",
                                        "level",      "confirm", "path",   "never", "unread"};
    struct aw_contact_council c;

    aw_contact_council(contact, &c);
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:s, s:b}", "votes", (int)c.votes,
                     "quorum", (int)c.quorum, "unreachable", (int)c.unreachable, "threshold",
                     (int)c.threshold, "others", (int)c.peers, "linked", (int)c.linked, "fellows",
                     (int)c.fellows, "release", words[c.release], "release_text",
                     aw_release_text(c.release), "vouched", (int)c.vouched);
}

json_t *host_watched_json(const struct host *host)
{
    json_t *list = json_array();

    for (size_t i = 0; i < HOST_WATCH_MAX; i++) {
        const struct host_watch *watch = &host->watches[i];
        json_t *one;

        if (watch->slot == 0)
            continue;
        one = host_watch_json(host, watch, host_now(host));
        (void)json_object_set_new(one, "others", peers_json(host, watch));
        (void)json_object_set_new(one, "council", council_json(watch->contact));
        (void)json_array_append_new(list, one);
    }
    return list;
}

void host_council_why(char *out, size_t cap, const struct host_watch *watch)
{
    struct aw_contact_council c;
    struct aw_contact_view v;

    out[0] = '\0';
    aw_contact_view(watch->contact, &v);
    aw_contact_council(watch->contact, &c);
    if (v.incident != AW_INCIDENT_NONE)
        (void)snprintf(out, cap, " Of %u contacts who must find a check-in missed %u do: %s.",
                       c.quorum, c.votes, aw_release_text(c.release));
}

/* ---- Her place ---- */

/* Sealed: what would open it, and who has to do what. */
static bool explain_sealed(const struct host_watch *watch, struct tool_fail *fail)
{
    struct aw_contact_council c;
    struct aw_contact_view v;

    aw_contact_view(watch->contact, &v);
    aw_contact_council(watch->contact, &c);
    if (v.plan_version == 0)
        return fail_set(fail, TOOL_STATE,
                        "no plan has come from there yet, and no place: see 'allswell people'");
    if (v.incident == AW_INCIDENT_NONE)
        return fail_set(fail, TOOL_STATE,
                        "her place is sealed: it opens with an SOS, or when %u contacts find a "
                        "check-in missed",
                        c.quorum);
    switch (c.release) {
    case AW_RELEASE_YES:
    case AW_RELEASE_DURESS:
        return fail_set(fail, TOOL_STATE,
                        "her place is sealed: shares are on their way, %u open it; try again in a "
                        "few minutes",
                        c.threshold);
    case AW_RELEASE_QUORUM:
        return fail_set(fail, TOOL_STATE,
                        "her place is sealed: %u of %u contacts find it missed; see that the "
                        "others' devices run",
                        c.votes, c.quorum);
    case AW_RELEASE_CONFIRM:
        return fail_set(fail, TOOL_STATE,
                        "her place is sealed: %u of %u contacts cannot reach her; telephone her, "
                        "then 'allswell unreachable', each of you",
                        c.unreachable, c.threshold);
    case AW_RELEASE_LEVEL:
        return fail_set(fail, TOOL_STATE,
                        "her place is sealed: no level that shares it has begun; 'allswell status' "
                        "says when the next one does");
    case AW_RELEASE_NOT_MISSED:
    case AW_RELEASE_BLIND:
    case AW_RELEASE_PATH:
    case AW_RELEASE_NEVER:
    case AW_RELEASE_UNREAD:
        break;
    }
    return fail_set(fail, TOOL_STATE, "her place is sealed: %s; act as her plan says",
                    aw_release_text(c.release));
}

static json_t *names_of(const struct host_watch *watch, uint16_t humans)
{
    json_t *list = json_array();
    struct aw_plan plan;

    if (aw_contact_plan(watch->contact, &plan) != AW_OK)
        return list;
    for (size_t i = 0; i < plan.roster_count; i++) {
        const struct aw_member *m = &plan.roster[i];

        if (m->person != m->human || (humans >> (m->human - 1) & 1) == 0)
            continue;
        text_clean(plan.roster[i].name);
        (void)json_array_append_new(list, json_string(plan.roster[i].name));
    }
    return list;
}

/* With 7 digits, whatever the locale: "geo:51.5074000,-0.1278000;u=12" (RFC 5870). */
static void write_links(json_t *out, const struct aw_state *s)
{
    char lat[24], lon[24], text[192];
    const struct {
        char *text;
        int32_t e7;
    } degrees[] = {{lat, s->lat_e7}, {lon, s->lon_e7}};

    for (size_t i = 0; i < 2; i++) {
        unsigned long size =
            degrees[i].e7 < 0 ? 0UL - (unsigned long)degrees[i].e7 : (unsigned long)degrees[i].e7;

        (void)snprintf(degrees[i].text, sizeof lat, "%s%lu.%07lu", degrees[i].e7 < 0 ? "-" : "",
                       size / 10000000, size % 10000000);
    }
    if (s->has_accuracy_m)
        (void)snprintf(text, sizeof text, "geo:%s,%s;u=%u", lat, lon, s->accuracy_m);
    else
        (void)snprintf(text, sizeof text, "geo:%s,%s", lat, lon);
    (void)json_object_set_new(out, "geo", json_string(text));
    (void)snprintf(text, sizeof text, "https://www.openstreetmap.org/?mlat=%s&mlon=%s#map=17/%s/%s",
                   lat, lon, lat, lon);
    (void)json_object_set_new(out, "map", json_string(text));
}

static json_t *one_place_json(const struct host_watch *watch, struct aw_place *place)
{
    struct aw_state *s = &place->state;
    json_t *out;

    text_clean(s->note);
    out = json_pack("{s:I, s:o, s:I, s:s, s:o}", "seq", (json_int_t)place->seq, "at",
                    time_json(s->at), "age_s", (json_int_t)place->age_s, "note", s->note, "from",
                    names_of(watch, place->from));
    if (s->has_lat_e7 && s->has_lon_e7) {
        (void)json_object_set_new(out, "lat", json_real((double)s->lat_e7 / 1e7));
        (void)json_object_set_new(out, "lon", json_real((double)s->lon_e7 / 1e7));
        write_links(out, s);
    }
    if (s->has_accuracy_m)
        (void)json_object_set_new(out, "accuracy_m", json_integer((json_int_t)s->accuracy_m));
    if (s->has_battery_pct)
        (void)json_object_set_new(out, "battery_pct", json_integer(s->battery_pct));
    if (s->has_charging)
        (void)json_object_set_new(out, "charging", json_boolean(s->charging));
    if (s->has_signal)
        (void)json_object_set_new(out, "signal", json_integer(s->signal));
    return out;
}

bool host_place(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    struct aw_now now = host_now(host);
    struct aw_contact_view view;
    char name[AW_NAME_LEN_MAX + 1], id[HOST_ID_MAX];
    struct aw_place place;
    enum aw_status status;
    struct host_who who;
    uint32_t at = 0;
    json_t *list;

    if (!host_find(host, reply_string(request, "person"), 1U << HOST_WATCHED, &who, fail))
        return false;
    status = aw_contact_place(who.watch->contact, &place, now);
    if (status == AW_E_NOT_FOUND)
        return fail_set(fail, TOOL_STATE,
                        "nothing of her place has arrived: it comes with her check-ins");
    if (status != AW_OK)
        return explain_sealed(who.watch, fail);
    list = json_array();
    for (size_t i = 0; status == AW_OK && i < HISTORY_MAX; i++) {
        /* Her device says what it measured last again in each beat. */
        if (i == 0 || place.state.at != at)
            (void)json_array_append_new(list, one_place_json(who.watch, &place));
        at = place.state.at;
        status = aw_contact_place_before(who.watch->contact, place.seq, &place, now);
    }
    explicit_bzero(&place, sizeof place);
    aw_contact_view(who.watch->contact, &view);
    host_id(id, &who);
    host_name(name, host, &who);
    *reply = json_pack("{s:s, s:s, s:b, s:o}", "id", id, "name", name, "do_not_call",
                       (int)view.do_not_call, "places", list);
    return true;
}

/* ---- Her card ---- */

static bool explain_card(const struct host_watch *watch, enum aw_status status,
                         struct tool_fail *fail)
{
    struct aw_contact_view v;

    aw_contact_view(watch->contact, &v);
    if (status == AW_E_NOT_FOUND)
        return fail_set(fail, TOOL_STATE,
                        "there is no card here: she has not set one, or it is still on its way");
    if (v.incident == AW_INCIDENT_NONE)
        return fail_set(fail, TOOL_STATE,
                        "her card is sealed: it opens when something has happened, and others "
                        "give their shares");
    return fail_set(fail, TOOL_STATE,
                    "her card is sealed: it opens with her place, or in an SOS, when others have "
                    "given their shares; see 'allswell status'");
}

bool host_card_show(struct host *host, const json_t *request, json_t **reply,
                    struct tool_fail *fail)
{
    struct aw_card *card;
    struct aw_contact_view view;
    char name[AW_NAME_LEN_MAX + 1], id[HOST_ID_MAX];
    enum aw_status status;
    struct host_who who;

    if (!host_find(host, reply_string(request, "person"), 1U << HOST_WATCHED, &who, fail))
        return false;
    card = calloc(1, sizeof *card);
    if (card == NULL)
        return fail_status(fail, AW_E_STORE, "no memory");
    status = aw_contact_card(who.watch->contact, card);
    if (status != AW_OK) {
        free(card);
        return explain_card(who.watch, status, fail);
    }
    for (size_t i = 0; i < card->sections_count; i++)
        text_clean(card->sections[i].text);
    aw_contact_view(who.watch->contact, &view);
    host_id(id, &who);
    host_name(name, host, &who);
    *reply = json_pack("{s:s, s:s, s:b, s:I, s:i, s:o}", "id", id, "name", name, "do_not_call",
                       (int)view.do_not_call, "version", (json_int_t)card->version, "level",
                       (int)view.level, "sections", card_text_json(card));
    explicit_bzero(card, sizeof *card);
    free(card);
    return true;
}
