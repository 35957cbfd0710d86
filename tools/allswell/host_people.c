/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"
#include "allswell/host_net.h"

#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Who is who: finding people, inviting, joining, comparing words. */

void host_id(char out[HOST_ID_MAX], const struct host_who *who)
{
    if (who->side == HOST_MINE)
        (void)snprintf(out, HOST_ID_MAX, "%u", who->person);
    else if (who->side == HOST_WATCHED)
        (void)snprintf(out, HOST_ID_MAX, "w%u", who->watch->slot);
    else
        out[0] = '\0';
}

void host_name(char out[AW_NAME_LEN_MAX + 1], const struct host *host, const struct host_who *who)
{
    struct aw_person person;
    struct aw_contact_view view;

    out[0] = '\0';
    if (who->side == HOST_MINE && aw_subject_person(host->subject, who->person, &person) == AW_OK) {
        memcpy(out, person.name, AW_NAME_LEN_MAX + 1);
    } else if (who->side == HOST_WATCHED) {
        aw_contact_view(who->watch->contact, &view);
        memcpy(out, view.name, AW_NAME_LEN_MAX + 1);
    }
    text_clean(out); /* others chose it */
}

static bool is_called(const struct host *host, const struct host_who *who, const char *name,
                      bool *by_id)
{
    char id[HOST_ID_MAX], own[AW_NAME_LEN_MAX + 1];

    host_id(id, who);
    host_name(own, host, who);
    *by_id = strcmp(id, name) == 0;
    return *by_id || (own[0] != '\0' && strcasecmp(own, name) == 0);
}

bool host_find(struct host *host, const char *name, unsigned sides, struct host_who *who,
               struct tool_fail *fail)
{
    unsigned found = 0;
    bool by_id = false;

    *who = (struct host_who){.side = HOST_NOBODY, .person = 0, .watch = NULL};
    for (unsigned i = 1; i <= AW_PLAN_MEMBER_MAX + HOST_WATCH_MAX && name != NULL && !by_id; i++) {
        struct host_who at = {.side = HOST_MINE, .person = (uint8_t)i, .watch = NULL};
        struct aw_person person;

        if (i > AW_PLAN_MEMBER_MAX)
            at = (struct host_who){.side = HOST_WATCHED,
                                   .person = 0,
                                   .watch = &host->watches[i - AW_PLAN_MEMBER_MAX - 1]};
        if ((sides & (1U << at.side)) == 0)
            continue;
        if (at.side == HOST_MINE ? aw_subject_person(host->subject, at.person, &person) != AW_OK
                                 : at.watch->slot == 0)
            continue;
        if (is_called(host, &at, name, &by_id)) {
            *who = at;
            found = by_id ? 1 : found + 1;
        }
    }
    if (found > 1)
        (void)fail_set(fail, TOOL_USAGE,
                       "several people are called '%.40s': use the number that 'allswell people' "
                       "shows",
                       name);
    if (found == 0)
        (void)fail_set(fail, TOOL_NOT_FOUND, "nobody here is called '%.40s': see 'allswell people'",
                       name == NULL ? "" : name);
    return found == 1;
}

bool host_people(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    json_t *contacts = json_array();
    struct aw_person person;

    (void)request;
    (void)fail;
    for (unsigned i = 1; i <= AW_PLAN_MEMBER_MAX; i++) {
        if (aw_subject_person(host->subject, (uint8_t)i, &person) == AW_OK)
            (void)json_array_append_new(contacts, host_person_json(host, (uint8_t)i));
    }
    *reply = json_pack("{s:s, s:o, s:o}", "name", host->settings.name, "contacts", contacts,
                       "watched", host_watched_json(host));
    return true;
}

static size_t endpoints(const struct host *host, struct aw_endpoint out[AW_ENDPOINT_COUNT_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < HOST_RELAY_MAX && count < AW_ENDPOINT_COUNT_MAX; i++) {
        if (host->relays[i].number != 0)
            out[count++] = host_endpoint_now(host, &host->relays[i].endpoint);
    }
    return count;
}

static bool need_relay(size_t count, struct tool_fail *fail)
{
    return count > 0 || fail_set(fail, TOOL_STATE,
                                 "no relay yet: 'allswell relay add ADDRESS' with a line and a "
                                 "token from somebody who runs one");
}

static const char *own_name(const struct host *host, const json_t *request)
{
    const char *name = reply_string(request, "as");

    return name == NULL ? host->settings.name : name;
}

bool host_invite(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    struct aw_endpoint relays[AW_ENDPOINT_COUNT_MAX];
    char uri[AW_INVITE_URI_MAX + 1];
    struct aw_buf buf = {.ptr = (uint8_t *)uri, .cap = AW_INVITE_URI_MAX, .len = 0};
    size_t count = endpoints(host, relays);
    const char *name = own_name(host, request);
    uint64_t valid_s = reply_number(request, "valid_s");
    struct aw_now now = host_now(host);
    uint8_t person = 0;
    enum aw_status status;
    struct host_who who;

    if (!need_relay(count, fail))
        return false;
    if (!text_is_plain(name, 1, AW_NAME_LEN_MAX) || valid_s < 60 || valid_s > AW_SPAN_MAX_S)
        return fail_set(fail, TOOL_USAGE,
                        "a name has 1 to %d bytes, and an invite is good for 1m to 31d",
                        AW_NAME_LEN_MAX);
    status = aw_subject_invite(host->subject, relays, count, name, (uint32_t)valid_s, &buf, &person,
                               now);
    if (status == AW_E_LIMIT)
        return fail_set(fail, TOOL_STATE,
                        "there are 16 contacts already: no more fit into one plan");
    if (status != AW_OK)
        return fail_status(fail, status, "no invite was made");
    uri[buf.len] = '\0';
    *reply = json_pack("{s:s, s:i, s:I}", "uri", uri, "person", (int)person, "expires_at",
                       (json_int_t)now.wall_ms / 1000 + (json_int_t)valid_s);
    explicit_bzero(uri, sizeof uri);
    who = (struct host_who){.side = HOST_MINE, .person = person, .watch = NULL};
    host_log(host, &who, json_pack("{s:s}", "event", "invited"));
    return true;
}

bool host_forget(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    struct host_who who;
    char name[AW_NAME_LEN_MAX + 1], id[HOST_ID_MAX];
    size_t signs = 0;
    enum aw_status status;

    if (!host_find(host, reply_string(request, "person"), 1U << HOST_MINE, &who, fail))
        return false;
    host_id(id, &who);
    host_name(name, host, &who);
    status = aw_subject_forget(host->subject, who.person, host_now(host));
    /* Whoever gets the number next begins anew. */
    if (status == AW_OK && (!host_signs_end(host, HOST_SIGN_COPY, &who, &signs, fail) ||
                            !host_signs_end(host, HOST_SIGN_ANEW, &who, &signs, fail)))
        return false;
    if (status == AW_E_STATE)
        return fail_set(fail, TOOL_STATE,
                        "this person is in the plan in force: 'allswell plan set' one without "
                        "them first");
    if (status != AW_OK)
        return fail_status(fail, status, "nobody was forgotten");
    host_log(host, NULL, json_pack("{s:s, s:s}", "event", "forgotten", "name", name));
    *reply = json_pack("{s:s, s:s}", "person", id, "name", name);
    return true;
}

/* Names what is wrong with an invite, so that the right thing is asked for. */
static bool explain_invite(enum aw_status status, struct tool_fail *fail)
{
    if (status == AW_E_STALE)
        return fail_set(fail, TOOL_REFUSED, "the invite has expired: ask for a new one");
    if (status == AW_E_VERSION)
        return fail_set(fail, TOOL_REFUSED,
                        "the invite was made by a newer version: update allswell");
    if (status == AW_E_FORMAT || status == AW_E_RANGE || status == AW_E_AUTH)
        return fail_set(fail, TOOL_USAGE,
                        "this is no invite, or a part of it is missing: copy the whole line that "
                        "begins with " AW_INVITE_SCHEME);
    return fail_status(fail, status, "the invite cannot be answered");
}

static bool check_invite(struct host *host, struct aw_bytes uri, struct tool_fail *fail)
{
    struct aw_invite invite;
    enum aw_status status = aw_invite_decode(&invite, uri, host_now(host).wall_ms);

    aw_invite_wipe(&invite);
    return status == AW_OK || explain_invite(status, fail);
}

bool host_join(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    const char *text = reply_string(request, "uri"), *name = own_name(host, request);
    struct aw_bytes uri = {(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
    struct aw_endpoint relays[AW_ENDPOINT_COUNT_MAX];
    size_t count = endpoints(host, relays);
    uint32_t slot = 1;
    enum aw_status status = AW_OK;
    struct host_watch *watch;
    struct host_who who;

    if (text == NULL || !check_invite(host, uri, fail))
        return text != NULL ? false : explain_invite(AW_E_FORMAT, fail);
    if (!need_relay(count, fail))
        return false;
    if (!text_is_plain(name, 1, AW_NAME_LEN_MAX))
        return fail_set(fail, TOOL_USAGE, "a name has 1 to %d bytes: choose another",
                        AW_NAME_LEN_MAX);
    for (size_t i = 0; i < HOST_WATCH_MAX; i++) {
        if (host->watches[i].slot >= slot)
            slot = host->watches[i].slot + 1;
    }
    watch = host_watch_new(host, slot, &status);
    if (watch == NULL)
        return fail_set(fail, TOOL_STATE, "you watch over %d people already: no more fit",
                        HOST_WATCH_MAX);
    status = aw_contact_join(watch->contact, uri, relays, count, name, host_now(host));
    if (status != AW_OK) {
        host_watch_free(watch);
        return explain_invite(status, fail);
    }
    if (!host_net_watch(host, watch, fail))
        return false;
    who = (struct host_who){.side = HOST_WATCHED, .person = 0, .watch = watch};
    host_log(host, &who, json_pack("{s:s}", "event", "joined"));
    *reply = host_watch_json(host, watch, host_now(host));
    return true;
}

#define BOTH_SIDES ((1U << HOST_MINE) | (1U << HOST_WATCHED))

bool host_who_is(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    const char *side = reply_string(request, "side");
    char name[AW_NAME_LEN_MAX + 1], id[HOST_ID_MAX];
    unsigned sides = BOTH_SIDES;
    struct host_who who;

    if (side != NULL && strcmp(side, "mine") == 0)
        sides = 1U << HOST_MINE;
    else if (side != NULL && strcmp(side, "watched") == 0)
        sides = 1U << HOST_WATCHED;
    if (!host_find(host, reply_string(request, "person"), sides, &who, fail))
        return false;
    host_id(id, &who);
    host_name(name, host, &who);
    *reply = json_pack("{s:s, s:s}", "person", id, "name", name);
    return true;
}

static enum aw_status words_of(const struct host *host, const struct host_who *who,
                               struct aw_buf *text)
{
    return who->side == HOST_MINE ? aw_subject_words(host->subject, who->person, text)
                                  : aw_contact_words(who->watch->contact, text);
}

bool host_words(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    char text[161], name[AW_NAME_LEN_MAX + 1], id[HOST_ID_MAX];
    struct aw_buf buf = {.ptr = (uint8_t *)text, .cap = sizeof text - 1, .len = 0};
    struct host_who who;
    enum aw_status status;

    if (!host_find(host, reply_string(request, "person"), BOTH_SIDES, &who, fail))
        return false;
    status = words_of(host, &who, &buf);
    if (status == AW_E_STATE)
        return fail_set(fail, TOOL_STATE,
                        "not paired yet: wait until the other side has been online, then try "
                        "again");
    if (status != AW_OK)
        return fail_status(fail, status, "there are no words");
    text[buf.len] = '\0';
    host_id(id, &who);
    host_name(name, host, &who);
    *reply = json_pack("{s:s, s:s, s:s}", "person", id, "name", name, "words", text);
    return true;
}

bool host_verify(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    struct host_who who;
    enum aw_status status;
    char name[AW_NAME_LEN_MAX + 1], id[HOST_ID_MAX];

    if (!host_find(host, reply_string(request, "person"), BOTH_SIDES, &who, fail))
        return false;
    status = who.side == HOST_MINE ? aw_subject_verify(host->subject, who.person, host_now(host))
                                   : aw_contact_verify(who.watch->contact, host_now(host));
    if (status == AW_E_STATE)
        return fail_set(fail, TOOL_STATE, "not paired yet: there are no words to compare");
    if (status != AW_OK)
        return fail_status(fail, status, "the comparison was not noted");
    host_log(host, &who, json_pack("{s:s}", "event", "verified"));
    host_id(id, &who);
    host_name(name, host, &who);
    *reply = json_pack("{s:s, s:s, s:b}", "person", id, "name", name, "verified", 1);
    return true;
}

bool host_refuse(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    struct host_who who;
    enum aw_status status;
    char name[AW_NAME_LEN_MAX + 1], id[HOST_ID_MAX];

    if (!host_find(host, reply_string(request, "person"), BOTH_SIDES, &who, fail))
        return false;
    status = who.side == HOST_MINE ? aw_subject_refuse(host->subject, who.person, host_now(host))
                                   : aw_contact_refuse(who.watch->contact, host_now(host));
    if (status == AW_E_STATE)
        return fail_set(fail, TOOL_STATE,
                        "nothing waits there for a comparison of words: see 'allswell people'");
    if (status != AW_OK)
        return fail_status(fail, status, "the device was not refused");
    host_log(host, &who, json_pack("{s:s}", "event", "refused"));
    host_id(id, &who);
    host_name(name, host, &who);
    *reply = json_pack("{s:s, s:s}", "person", id, "name", name);
    return true;
}
