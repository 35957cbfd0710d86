/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"
#include "allswell/host_net.h"

#include "common/text.h"

#include <stdio.h>
#include <string.h>

/* What people say: check-in, SOS, cancel; claim and confirm. */

static bool has(const json_t *request, const char *key)
{
    return json_object_get(request, key) != NULL;
}

bool host_read_state(const struct host *host, const json_t *request, struct aw_state *state,
                     bool *any, struct tool_fail *fail)
{
    const char *text = reply_string(request, "note");
    json_int_t lat = json_integer_value(json_object_get(request, "lat_e7"));
    json_int_t lon = json_integer_value(json_object_get(request, "lon_e7"));
    uint64_t accuracy = reply_number(request, "accuracy_m");
    uint64_t battery = reply_number(request, "battery_pct");

    memset(state, 0, sizeof *state);
    state->at = (uint32_t)(host_now(host).wall_ms / 1000);
    state->has_lat_e7 = state->has_lon_e7 = has(request, "lat_e7") && has(request, "lon_e7");
    state->has_accuracy_m = state->has_lat_e7 && has(request, "accuracy_m");
    state->has_battery_pct = has(request, "battery_pct");
    state->has_charging = state->charging = reply_flag(request, "charging");
    *any = state->has_lat_e7 || state->has_battery_pct || state->charging || text != NULL;
    if (lat < -900000000 || lat > 900000000 || lon < -1800000000 || lon > 1800000000 ||
        accuracy > 1000000)
        return fail_set(fail, TOOL_USAGE,
                        "there is no such place: LAT is -90 to 90, LON -180 to "
                        "180, the accuracy at most 1000000 metres");
    if (battery > 100)
        return fail_set(fail, TOOL_USAGE, "a battery has 0 to 100 percent: correct it");
    if (text != NULL && !text_is_plain(text, 1, AW_NOTE_LEN_MAX))
        return fail_set(fail, TOOL_USAGE,
                        "the note is longer than %d bytes, or not plain text: "
                        "shorten it",
                        AW_NOTE_LEN_MAX);
    state->lat_e7 = (int32_t)lat;
    state->lon_e7 = (int32_t)lon;
    state->accuracy_m = (uint32_t)accuracy;
    state->battery_pct = (uint8_t)battery;
    (void)snprintf(state->note, sizeof state->note, "%s", text == NULL ? "" : text);
    return true;
}

bool host_called(enum aw_status status, const char *what, struct tool_fail *fail)
{
    if (status == AW_OK)
        return true;
    if (status == AW_E_STATE)
        return fail_set(fail, TOOL_STATE, "%s", what);
    if (status == AW_E_LIMIT)
        return fail_set(fail, TOOL_STATE,
                        "64 words wait to be delivered: check the network, then "
                        "try again");
    return fail_status(fail, status, "nothing was sent");
}

bool host_made(struct host *host, uint32_t seq, const char *event, json_t **reply)
{
    host_log(host, NULL, json_pack("{s:s, s:I}", "event", event, "seq", (json_int_t)seq));
    *reply = json_pack("{s:I}", "seq", (json_int_t)seq);
    return true;
}

bool host_checkin(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    uint8_t key[AW_PRESENCE_KEY_LEN];
    struct aw_state state;
    uint32_t seq = 0;
    bool any = false;
    enum aw_status status;

    if (!host_read_state(host, request, &state, &any, fail))
        return false;
    if (!host_bytes(request, "key", key, sizeof key))
        return fail_set(fail, TOOL_USAGE,
                        "the key is malformed: use the same version of both "
                        "programs");
    status = aw_subject_checkin(host->subject, key, any ? &state : NULL, 0, &seq, host_now(host));
    explicit_bzero(key, sizeof key);
    explicit_bzero(&state, sizeof state);
    return host_called(status, "nobody watches over you yet: 'allswell invite' somebody", fail) &&
           host_made(host, seq, "check-in", reply);
}

bool host_cancel(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    uint8_t key[AW_PRESENCE_KEY_LEN];
    uint32_t seq = 0;
    enum aw_status status;

    if (!host_bytes(request, "key", key, sizeof key))
        return fail_set(fail, TOOL_USAGE,
                        "the key is malformed: use the same version of both "
                        "programs");
    status = aw_subject_cancel(host->subject, key, NULL, &seq, host_now(host));
    explicit_bzero(key, sizeof key);
    return host_called(status, "no alarm is active: there is nothing to cancel", fail) &&
           host_made(host, seq, "cancelled", reply);
}

static bool find_watched(struct host *host, const json_t *request, struct host_who *who,
                         struct tool_fail *fail)
{
    return host_find(host, reply_string(request, "person"), 1U << HOST_WATCHED, who, fail);
}

bool host_claim(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    struct host_who who;
    enum aw_status status;

    if (!find_watched(host, request, &who, fail))
        return false;
    status = aw_contact_claim(who.watch->contact, host_now(host));
    if (status == AW_E_STATE)
        return fail_set(fail, TOOL_STATE, "there is nothing to act on now: see 'allswell status'");
    if (status != AW_OK && status != AW_E_LIMIT)
        return fail_status(fail, status, "this was not noted");
    host_log(host, &who, json_pack("{s:s}", "event", "claimed"));
    host_net_answered(host, &who);
    *reply = host_watch_json(host, who.watch, host_now(host));
    (void)json_object_set_new(*reply, "held", json_boolean(status == AW_OK));
    return true;
}

bool host_confirm(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    struct host_who who;
    struct aw_contact_view view;
    enum aw_status status;

    if (!find_watched(host, request, &who, fail))
        return false;
    status = aw_contact_confirm(who.watch->contact, host_now(host));
    if (status == AW_E_STATE)
        return fail_set(fail, TOOL_STATE, "there is nothing to confirm now: see 'allswell status'");
    if (status != AW_OK)
        return fail_status(fail, status, "this was not noted");
    host_log(host, &who, json_pack("{s:s}", "event", "confirmed"));
    host_net_answered(host, &who);
    aw_contact_view(who.watch->contact, &view);
    *reply = host_watch_json(host, who.watch, host_now(host));
    (void)json_object_set_new(
        *reply, "closed",
        json_boolean(view.incident == AW_INCIDENT_NONE || view.state == AW_LADDER_FINE));
    return true;
}
