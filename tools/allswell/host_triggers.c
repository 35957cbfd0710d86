/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"

#include <stdio.h>
#include <string.h>

/* Timers, countdowns, signals, drills, signs of life (spec/17-triggers.md). */

/* Index of a word in a list, or -1. */
static int find_word(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; word != NULL && i < count; i++) {
        if (strcmp(words[i], word) == 0)
            return (int)i;
    }
    return -1;
}

bool host_timer_start(struct host *host, const json_t *request, json_t **reply,
                      struct tool_fail *fail)
{
    const char *kind = reply_string(request, "kind");
    bool is_journey = kind != NULL && strcmp(kind, "journey") == 0;
    uint64_t due_s = reply_number(request, "due_s"), extend_s = reply_number(request, "extend_s");
    struct aw_now now = host_now(host);
    struct aw_state state;
    uint32_t seq = 0;
    bool any = false;
    enum aw_status status;

    if (!host_read_state(host, request, &state, &any, fail))
        return false;
    if (due_s == 0 || due_s > AW_SPAN_MAX_S || extend_s > AW_TIMER_EXTEND_MAX_S)
        return fail_set(
            fail, TOOL_USAGE,
            "no timer was started: give a span from 1s to 31d, and to --extend 2h at most");
    status = aw_subject_timer_start(host->subject, is_journey ? AW_TIMER_JOURNEY : AW_TIMER_MEETING,
                                    (uint32_t)(now.wall_ms / 1000 + due_s), (uint32_t)extend_s,
                                    any ? &state : NULL, &seq, now);
    explicit_bzero(&state, sizeof state);
    return host_called(status,
                       "a timer runs already: 'allswell timer end' first; or no plan is in "
                       "force: 'allswell plan set'",
                       fail) &&
           host_made(host, seq, is_journey ? "journey-started" : "timer-started", reply);
}

bool host_timer_extend(struct host *host, const json_t *request, json_t **reply,
                       struct tool_fail *fail)
{
    uint32_t seq = 0;
    enum aw_status status = aw_subject_timer_extend(host->subject, &seq, host_now(host));

    (void)request;
    return host_called(status,
                       "no timer runs that can be extended: once is all, and not when contacts "
                       "are being rung",
                       fail) &&
           host_made(host, seq, "timer-extended", reply);
}

bool host_timer_end(struct host *host, const json_t *request, json_t **reply,
                    struct tool_fail *fail)
{
    uint8_t key[AW_PRESENCE_KEY_LEN];
    uint32_t seq = 0;
    enum aw_status status;

    if (!host_bytes(request, "key", key, sizeof key))
        return fail_set(fail, TOOL_USAGE,
                        "the key is malformed: use the same version of both programs");
    status = aw_subject_timer_end(host->subject, key, NULL, &seq, host_now(host));
    explicit_bzero(key, sizeof key);
    return host_called(status, "no timer runs: there is nothing to end", fail) &&
           host_made(host, seq, "timer-ended", reply);
}

bool host_drill(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    struct aw_state state;
    uint32_t seq = 0;
    bool any = false;
    enum aw_status status;

    if (!host_read_state(host, request, &state, &any, fail))
        return false;
    status = aw_subject_drill(host->subject, any ? &state : NULL, &seq, host_now(host));
    explicit_bzero(&state, sizeof state);
    return host_called(
               status,
               "no drill now: an alarm is active or about to go out, or nobody watches over "
               "you yet",
               fail) &&
           host_made(host, seq, "drill", reply);
}

static bool noted(const char *text, json_t **reply)
{
    *reply = json_pack("{s:s}", "text", text);
    return true;
}

bool host_signal(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    static const char *const words[] = {"battery-low", "last-gasp", "powered-off", "stalled",
                                        "moving"};
    int signal = find_word(words, sizeof words / sizeof words[0], reply_string(request, "signal"));
    struct aw_state state;
    uint32_t seq = 0;
    bool any = false;
    enum aw_status status;

    if (signal < 0)
        return fail_set(fail, TOOL_USAGE,
                        "there is no such signal: battery-low, last-gasp, powered-off, stalled or "
                        "moving");
    if (!host_read_state(host, request, &state, &any, fail))
        return false;
    status = aw_subject_signal(host->subject, (enum aw_signal)(signal + 1), any ? &state : NULL,
                               &seq, host_now(host));
    explicit_bzero(&state, sizeof state);
    if (!host_called(status, "there is no journey to stall on: 'allswell journey SPAN' starts one",
                     fail))
        return false;
    if (seq != 0)
        return host_made(host, seq, "signal", reply);
    return noted(signal + 1 == AW_SIGNAL_STALLED
                     ? "Is all well? An alarm goes out in two minutes unless 'allswell stop' comes "
                       "first."
                     : "Noted.",
                 reply);
}

bool host_stop(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    enum aw_status status = aw_subject_countdown_stop(host->subject, host_now(host));

    (void)request;
    if (!host_called(status,
                     "nothing is about to go out: an alarm that is out is taken back with "
                     "'allswell cancel'",
                     fail))
        return false;
    host_log(host, NULL, json_pack("{s:s}", "event", "stopped"));
    return noted("Stopped. Nobody was told.", reply);
}

bool host_here(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    struct aw_state state;
    bool any = false;
    enum aw_status status;

    if (!host_read_state(host, request, &state, &any, fail))
        return false;
    if (!state.has_lat_e7)
        return fail_set(fail, TOOL_USAGE,
                        "no place: write --place=LAT,LON or --place=LAT,LON,METRES");
    status = aw_subject_state_update(host->subject, &state, host_now(host));
    explicit_bzero(&state, sizeof state);
    return host_called(status, "the place was not noted", fail) &&
           noted("Noted. It goes with what this device says next; contacts can open it as the plan "
                 "says.",
                 reply);
}

bool host_life(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    (void)request;
    (void)fail;
    aw_subject_life_sign(host->subject, host_now(host));
    return noted("Noted.", reply);
}

bool host_sos(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    static const char *const words[] = {"sos", "fell", "crashed"};
    int kind = find_word(words, sizeof words / sizeof words[0], reply_string(request, "kind"));
    uint64_t countdown_s = reply_number(request, "countdown_s");
    struct aw_subject_view view;
    struct aw_state state;
    bool any = false;
    enum aw_status status;

    if (kind < 0 || countdown_s > AW_COUNTDOWN_MAX_S)
        return fail_set(
            fail, TOOL_USAGE,
            "there is no such alarm: its kind is sos, fell or crashed, its countdown 30 "
            "seconds at most");
    if (!host_read_state(host, request, &state, &any, fail))
        return false;
    status = aw_subject_countdown(host->subject, (enum aw_alarm_kind)(kind + 1),
                                  (uint32_t)countdown_s, any ? &state : NULL, host_now(host));
    explicit_bzero(&state, sizeof state);
    if (!host_called(status, "nobody watches over you yet: call the emergency number", fail))
        return false;
    aw_subject_view(host->subject, &view);
    if (countdown_s == 0)
        return host_made(host, view.alarm_id, "sos", reply);
    *reply = json_pack("{s:I}", "countdown_at", (json_int_t)view.countdown_at_s);
    return true;
}
