/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"
#include "allswell/host_net.h"
#include "allswell/plan_text.h"

#include "common/text.h"

#include <string.h>

/* How things stand, as JSON: the only form in which it leaves the host. */

static json_t *time_json(uint64_t seconds)
{
    return seconds == UINT64_MAX || seconds == 0 ? json_null() : json_integer((json_int_t)seconds);
}

static const char *phase_word(enum aw_person_phase phase)
{
    static const char *const words[] = {"none", "invited", "paired", "verified"};

    return words[phase];
}

static json_t *drill_json(const struct aw_person *p)
{
    return json_pack("{s:o, s:o, s:o}", "relay_at", time_json(p->drill.relay_at_s), "device_at",
                     time_json(p->drill.device_at_s), "human_at", time_json(p->drill.human_at_s));
}

json_t *host_person_json(const struct host *host, uint8_t person)
{
    static const char *const claims[] = {"none", "acting", "declined"};
    struct host_who who = {.side = HOST_MINE, .person = person, .watch = NULL};
    struct aw_person p;
    char id[HOST_ID_MAX];

    if (aw_subject_person(host->subject, person, &p) != AW_OK)
        return json_null();
    host_id(id, &who);
    text_clean(p.name);
    return json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:o, s:s, s:b, s:b, s:I, "
                     "s:b, s:b, s:b, s:o, s:o, s:b, s:b, s:o, s:o}",
                     "id", id, "name", p.name, "phase", phase_word(p.phase), "invite_expires_at",
                     time_json(p.phase == AW_PERSON_INVITED ? p.invite_expires_at_s : 0),
                     "seq_relay", (json_int_t)p.seq_relay, "seq_device", (json_int_t)p.seq_device,
                     "seq_human", (json_int_t)p.seq_human, "words_waiting",
                     (json_int_t)p.words_waiting, "plan_version", (json_int_t)p.plan_version,
                     "heard_at", time_json(p.heard_at_s), "claim",
                     claims[p.claim <= 2 ? p.claim : 0], "silent", (int)p.silent, "quarantined",
                     (int)p.quarantined, "refused", (json_int_t)p.refused_count, "removed",
                     (int)p.removed, "leaves", (int)p.leaves, "always_on", (int)p.always_on,
                     "asks_until", time_json(p.ask_due_s), "drill", drill_json(&p), "plan_due",
                     (int)p.plan_due, "secrets_due", (int)p.secrets_due, "two_devices_since",
                     time_json(host_sign_at(host, HOST_SIGN_COPY, &who, 0)), "made_anew_at",
                     time_json(host_sign_at(host, HOST_SIGN_ANEW, &who, 0)));
}

static const char *watch_phase_word(enum aw_contact_phase phase)
{
    static const char *const words[] = {"new", "joining", "paired", "verified"};

    return words[phase];
}

static const char *state_word(enum aw_ladder_state state)
{
    static const char *const words[] = {"idle",   "fine",  "overdue", "suspect",
                                        "missed", "alarm", "claimed", "resumed"};

    return words[state];
}

static const char *incident_word(enum aw_incident_kind kind)
{
    static const char *const words[] = {"none", "missed", "wrong", "sos", "duress"};

    return words[kind];
}

static json_t *call_json(const struct aw_contact_call *call)
{
    static const char *const kinds[] = {"none", "beat", "check-in", "sos",    "cancel",
                                        "plan", "keys", "timer",    "signal", "drill"};
    static const char *const verdicts[] = {"none",   "claimed", "safe",
                                           "duress", "wrong",   "cannot-judge"};

    if (call->seq == 0)
        return json_null();
    return json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:I}", "seq", (json_int_t)call->seq, "kind",
                     kinds[call->kind < sizeof kinds / sizeof kinds[0] ? call->kind : 0], "verdict",
                     verdicts[call->verdict], "issued_at", time_json(call->issued_at_s),
                     "deposited_at", time_json(call->deposited_at_s), "received_at",
                     time_json(call->received_at_s), "valid_for_s", (json_int_t)call->valid_for_s);
}

static json_t *place_json(const struct host_watch *watch, struct aw_now now)
{
    struct aw_place place;
    const struct aw_state *s = &place.state;
    json_t *out;

    if (aw_contact_place(watch->contact, &place, now) != AW_OK)
        return json_null();
    text_clean(place.state.note);
    out = json_pack("{s:o, s:I, s:I, s:s}", "at", time_json(s->at), "age_s",
                    (json_int_t)place.age_s, "seq", (json_int_t)place.seq, "note", s->note);
    if (s->has_lat_e7 && s->has_lon_e7) {
        (void)json_object_set_new(out, "lat", json_real((double)s->lat_e7 / 1e7));
        (void)json_object_set_new(out, "lon", json_real((double)s->lon_e7 / 1e7));
    }
    if (s->has_accuracy_m)
        (void)json_object_set_new(out, "accuracy_m", json_integer((json_int_t)s->accuracy_m));
    if (s->has_battery_pct)
        (void)json_object_set_new(out, "battery_pct", json_integer(s->battery_pct));
    if (s->has_charging)
        (void)json_object_set_new(out, "charging", json_boolean(s->charging));
    explicit_bzero(&place, sizeof place);
    return out;
}

/* What to do now, in the words of the plan. */
static json_t *instruction_json(const struct host_watch *watch, uint8_t level)
{
    struct aw_plan plan;

    if (level == 0 || aw_contact_plan(watch->contact, &plan) != AW_OK || level > plan.levels_count)
        return json_null();
    text_clean(plan.levels[level - 1].text);
    return json_string(plan.levels[level - 1].text);
}

static json_t *incident_json(const struct host_watch *watch, const struct aw_contact_view *v,
                             struct aw_now now)
{
    return json_pack(
        "{s:s, s:b, s:I, s:o, s:i, s:i, s:b, s:o, s:o, s:i, s:b, s:b, s:b, s:b, s:o, s:o}", "kind",
        incident_word(v->incident), "do_not_call", (int)v->do_not_call, "number",
        (json_int_t)v->incident_id, "began_at", time_json(v->began_at_s), "level", (int)v->level,
        "level_count", (int)v->level_count, "rings", (int)v->rings, "next_level_at",
        time_json(v->next_level_s), "claim_until", time_json(v->claim_until_s), "claims_left",
        (int)v->claims_left, "claimed", (int)v->claimed, "confirmed", (int)v->confirmed,
        "safe_seen", (int)v->safe_seen, "cancelled", (int)v->cancelled, "instruction",
        instruction_json(watch, v->level), "place", place_json(watch, now));
}

static json_t *triggers_json(const struct aw_contact_triggers *t)
{
    static const char *const timers[] = {"none", "meeting", "journey"};
    static const char *const asks[] = {"none", "sent", "reached", "answered", "over"};
    static const char *const signals[] = {"none",        "battery-low", "last-gasp",
                                          "powered-off", "stalled",     "moving"};
    static const char *const alarms[] = {"none", "sos", "fell", "crashed", "stalled"};

    return json_pack("{s:s, s:o, s:b, s:s, s:o, s:o, s:I, s:o, s:b, s:s, s:o, s:o, s:s, s:o}",
                     "timer", timers[t->timer_kind], "timer_due_at", time_json(t->timer_due_s),
                     "timer_extended", (int)t->timer_extended, "ask", asks[t->ask], "asked_at",
                     time_json(t->asked_at_s), "ask_due_at", time_json(t->ask_due_s), "drill",
                     (json_int_t)t->drill_seq, "drill_at", time_json(t->drill_at_s),
                     "drill_answered", (int)t->drill_answered, "signal", signals[t->signal],
                     "signal_at", time_json(t->signal_at_s), "life_at", time_json(t->life_at_s),
                     "alarm", alarms[t->alarm_kind], "alarm_since", time_json(t->alarm_since_s));
}

static json_t *own_json(const struct aw_contact_own *own)
{
    char note[sizeof own->note];
    json_t *rota = json_array();

    for (size_t i = 0; i < own->rota_count; i++) {
        char days[32];

        plan_text_days(days, own->rota[i].days);
        (void)json_array_append_new(rota,
                                    json_pack("{s:i, s:i, s:s}", "from", (int)own->rota[i].from,
                                              "until", (int)own->rota[i].until, "days", days));
    }
    memcpy(note, own->note, sizeof note);
    text_clean(note);
    return json_pack("{s:o, s:o, s:b, s:b, s:b, s:i, s:s}", "away_until",
                     time_json(own->away_until_s), "rota", rota, "always_on", (int)own->always_on,
                     "leaves", (int)own->leaves, "unreachable", (int)own->unreachable, "hand_to",
                     (int)own->hand_to, "note", note);
}

static json_t *pending_json(const struct aw_contact_view *v)
{
    if (v->pending_version == 0)
        return json_null();
    return json_pack("{s:I, s:o, s:s, s:b}", "version", (json_int_t)v->pending_version,
                     "effective_at", time_json(v->pending_at_s), "loosens",
                     aw_plan_field_text(v->pending_loosens), "unjudged", (int)v->pending_unjudged);
}

json_t *host_watch_json(const struct host *host, const struct host_watch *watch, struct aw_now now)
{
    struct aw_contact_view v;
    char id[HOST_ID_MAX];
    struct host_who who = {
        .side = HOST_WATCHED, .person = 0, .watch = (struct host_watch *)(uintptr_t)watch};

    aw_contact_view(watch->contact, &v);
    text_clean(v.name);
    host_id(id, &who);
    return json_pack(
        "{s:s, s:s, s:s, s:b, s:b, s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:i, s:I, s:i, s:b, "
        "s:I, s:I, s:I, s:b, s:b, s:o, s:b, s:o, s:I, s:b, s:o, s:b, s:o, s:o, s:I, s:o, s:o}",
        "id", id, "name", v.name, "phase", watch_phase_word(v.phase), "quarantined",
        (int)v.quarantined, "silent", (int)v.silent, "state", state_word(v.state), "incident",
        v.incident == AW_INCIDENT_NONE ? json_null() : incident_json(watch, &v, now), "gap",
        (int)v.gap, "due_at", time_json(v.due_s), "checkin_due_at", time_json(v.checkin_due_s),
        "beat_due_at", time_json(v.beat_due_s), "checkin", call_json(&v.checkin), "newest",
        call_json(&v.newest), "wrong_count", (int)v.wrong_count, "plan_version",
        (json_int_t)v.plan_version, "person", (int)v.person, "circle", (int)v.circle, "seq_human",
        (json_int_t)v.seq_human, "refused", (json_int_t)v.refused_count, "replayed",
        (json_int_t)v.replayed_count, "store_failed", (int)v.store_failed, "blind", (int)v.blind,
        "suspect_since", time_json(v.suspect_since_s), "setup", (int)v.setup, "pending",
        pending_json(&v), "aside", (json_int_t)v.aside_version, "keys_unjudged",
        (int)v.keys_unjudged, "triggers", triggers_json(&v.triggers), "may_ask",
        (int)host_may_ask(watch), "own", own_json(&v.own), "relay_faults",
        host_relay_faults_json(watch->contact, &v), "unheard", (json_int_t)v.unheard_seq,
        "two_devices_since", time_json(host_sign_at(host, HOST_SIGN_COPY, &who, 0)), "made_anew_at",
        time_json(host_sign_at(host, HOST_SIGN_ANEW, &who, 0)));
}

static json_t *timer_json(const struct aw_subject_view *v)
{
    if (v->timer_kind == 0)
        return json_null();
    return json_pack("{s:s, s:o, s:I}", "kind",
                     v->timer_kind == AW_TIMER_JOURNEY ? "journey" : "meeting", "due_at",
                     time_json(v->timer_due_s), "extend_s", (json_int_t)v->timer_extend_s);
}

static json_t *countdown_json(const struct aw_subject_view *v)
{
    static const char *const kinds[] = {"none", "sos", "fell", "crashed", "stalled"};

    if (v->countdown_kind == 0)
        return json_null();
    return json_pack("{s:s, s:o}", "kind", kinds[v->countdown_kind], "at",
                     time_json(v->countdown_at_s));
}

static json_t *subject_json(const struct host *host)
{
    struct aw_subject_view v;
    json_t *people = json_array(), *next = json_array();
    uint64_t due[5];

    aw_subject_view(host->subject, &v);
    aw_subject_preview(host->subject, due, 5);
    for (size_t i = 0; i < 5 && due[i] != UINT64_MAX && due[i] != 0; i++)
        (void)json_array_append_new(next, json_integer((json_int_t)due[i]));
    for (unsigned i = 1; i <= AW_PLAN_MEMBER_MAX; i++) {
        struct aw_person person;

        if (aw_subject_person(host->subject, (uint8_t)i, &person) == AW_OK)
            (void)json_array_append_new(people, host_person_json(host, (uint8_t)i));
    }
    return json_pack("{s:I, s:o, s:o, s:o, s:I, s:o, s:I, s:b, s:o, s:o, s:o, s:o, s:I, s:o}",
                     "seq_last", (json_int_t)v.seq_last, "checked_in_at",
                     time_json(v.checked_in_at_s), "due_at", time_json(v.due_s), "overdue_at",
                     time_json(v.overdue_s), "alarm", (json_int_t)v.alarm_id, "alarm_since",
                     time_json(v.alarm_since_s), "plan_version", (json_int_t)v.plan_version,
                     "store_failed", (int)v.store_failed, "next", next, "contacts", people, "timer",
                     timer_json(&v), "countdown", countdown_json(&v), "drill",
                     (json_int_t)v.drill_seq, "drill_at", time_json(v.drill_at_s));
}

/* A human looks: the ones who are watched see it as the third tick. */
static void note_seen(struct host *host)
{
    for (size_t i = 0; i < HOST_WATCH_MAX; i++) {
        struct aw_contact_view view;

        if (host->watches[i].slot == 0)
            continue;
        aw_contact_view(host->watches[i].contact, &view);
        if (view.newest.seq > view.seq_human) {
            enum aw_status status = aw_contact_seen(host->watches[i].contact, host_now(host));

            (void)status; /* busy or not paired: the next look will do */
        }
    }
}

bool host_status(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    json_t *relays = NULL;

    if (reply_flag(request, "seen"))
        note_seen(host);
    if (!host_relay_list(host, request, &relays, fail))
        return false;
    *reply = json_pack("{s:s, s:s, s:b, s:I, s:O, s:O, s:o, s:o}", "home", host->home.path, "name",
                       host->settings.name, "agent", (int)host->is_agent, "now",
                       (json_int_t)(host_now(host).wall_ms / 1000), "relays",
                       json_object_get(relays, "relays"), "other_relays",
                       json_object_get(relays, "others"), "me", subject_json(host), "watched",
                       host_watched_json(host));
    json_decref(relays);
    return true;
}

bool host_log_show(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    const char *name = reply_string(request, "person");
    uint64_t count = reply_number(request, "count");
    char id[HOST_ID_MAX];
    struct host_who who;
    json_t *list = NULL;

    if (name != NULL) {
        if (!host_find(host, name, (1U << HOST_MINE) | (1U << HOST_WATCHED), &who, fail))
            return false;
        host_id(id, &who);
    }
    if (!host_log_read(host, name == NULL ? NULL : id, count == 0 ? 50 : (size_t)count, &list,
                       fail))
        return false;
    *reply = json_pack("{s:o}", "entries", list);
    return true;
}
