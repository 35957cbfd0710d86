/* SPDX-License-Identifier: ISC */
#include "allswell/calls.h"
#include "allswell/commands.h"
#include "allswell/session.h"
#include "common/base64.h"
#include "common/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* checkin, cancel, and what all calls share. */

static bool read_degrees(const char **at, double limit, json_int_t *e7)
{
    char *end = NULL;
    double value = strtod(*at, &end);

    if (end == *at || !isfinite(value) || value < -limit || value > limit)
        return false;
    *e7 = (json_int_t)llround(value * 1e7);
    *at = end;
    return true;
}

/* LAT,LON or LAT,LON,METRES. */
static bool add_place(json_t *request, const char *text, struct tool_fail *fail)
{
    const char *at = text;
    json_int_t lat = 0, lon = 0;
    char *end = NULL;
    long metres = 0;
    bool ok = read_degrees(&at, 90.0, &lat) && *at == ',';

    if (ok) {
        at++;
        ok = read_degrees(&at, 180.0, &lon);
    }
    if (ok && *at == ',') {
        metres = strtol(at + 1, &end, 10);
        ok = end != at + 1 && *end == '\0' && metres >= 0 && metres <= 1000000;
        (void)json_object_set_new(request, "accuracy_m", json_integer((json_int_t)metres));
    } else {
        ok = ok && *at == '\0';
    }
    if (!ok)
        return fail_set(fail, TOOL_USAGE,
                        "--place '%.60s' is no place: write LAT,LON or LAT,LON,METRES, as "
                        "51.4779,-0.0015,20",
                        text);
    (void)json_object_set_new(request, "lat_e7", json_integer(lat));
    (void)json_object_set_new(request, "lon_e7", json_integer(lon));
    return true;
}

bool calls_add_state(json_t *request, const struct args *args, struct tool_fail *fail)
{
    const char *place = args_option(args, "place"), *note = args_option(args, "note");
    const char *battery = args_option(args, "battery");
    long percent = 0;

    if (place != NULL && !add_place(request, place, fail))
        return false;
    if (!args_number(battery, "--battery", 0, 100, 0, &percent, fail))
        return false;
    if (battery != NULL)
        (void)json_object_set_new(request, "battery_pct", json_integer((json_int_t)percent));
    if (args_option(args, "charging") != NULL)
        (void)json_object_set_new(request, "charging", json_true());
    if (note != NULL && json_object_set_new(request, "note", json_string(note)) != 0)
        return fail_set(fail, TOOL_USAGE, "the note is not UTF-8: correct it");
    return true;
}

bool calls_add_key(json_t *request, struct session *session, const struct args *args,
                   struct tool_fail *fail)
{
    struct secret_source source = {.fd = -1, .what = "the secret", .echo = false};
    struct presence presence;
    uint8_t key[AW_PRESENCE_KEY_LEN];
    char text[BASE64_LEN(AW_PRESENCE_KEY_LEN) + 1];

    if (!secret_fd(args_option(args, "secret-fd"), &source.fd, fail) ||
        !presence_load(session, &presence, fail) ||
        !presence_ask(&presence, &source, "Your secret: ", key, fail))
        return false;
    base64_encode(text, key, sizeof key);
    (void)json_object_set_new(request, "key", json_string(text));
    explicit_bzero(key, sizeof key);
    explicit_bzero(text, sizeof text);
    return true;
}

/* How far a statement has come: what a relay has on disk, what devices have, what people saw. */
struct ticks {
    unsigned people, relay, device, human;
};

static bool read_ticks(struct session *session, uint64_t seq, struct ticks *ticks,
                       struct tool_fail *fail)
{
    json_t *reply = NULL, *person;
    size_t i;

    memset(ticks, 0, sizeof *ticks);
    if (!session_ask(session, json_pack("{s:s}", "do", "status"), &reply, fail))
        return false;
    json_array_foreach(json_object_get(json_object_get(reply, "me"), "contacts"), i, person)
    {
        /* Who was removed is told something else, under numbers of its own. */
        if (strcmp(reply_string(person, "phase"), "invited") == 0 || reply_flag(person, "removed"))
            continue;
        ticks->people++;
        ticks->relay += reply_number(person, "seq_relay") >= seq ? 1 : 0;
        ticks->device += reply_number(person, "seq_device") >= seq ? 1 : 0;
        ticks->human += reply_number(person, "seq_human") >= seq ? 1 : 0;
    }
    json_decref(reply);
    return true;
}

/* There is no "sent": what is told is what has been proved. */
static bool wait_ticks(struct session *session, uint64_t seq, struct ticks *ticks,
                       struct tool_fail *fail)
{
    bool ok;

    progress_later("Waiting until relays have it for everybody");
    for (unsigned waited_ms = 0;; waited_ms += 100) {
        ok = read_ticks(session, seq, ticks, fail);
        if (!ok || ticks->relay == ticks->people || waited_ms >= session->wait_s * 1000)
            break;
        progress_wait();
        session_pause(session, 100);
    }
    progress_end();
    return ok;
}

static int report(struct session *session, const char *what, uint64_t seq,
                  const struct ticks *ticks)
{
    struct tool_fail fail;
    int code = TOOL_OK;

    if (session->is_json) {
        json_t *reply =
            json_pack("{s:b, s:I, s:I, s:I, s:I, s:I}", "ok", 1, "seq", (json_int_t)seq, "contacts",
                      (json_int_t)ticks->people, "relay", (json_int_t)ticks->relay, "device",
                      (json_int_t)ticks->device, "human", (json_int_t)ticks->human);

        code = reply_print(reply);
        json_decref(reply);
    } else {
        (void)printf("%s number %llu: a relay has it for %u of %u people, %u of their devices.\n",
                     what, (unsigned long long)seq, ticks->relay, ticks->people, ticks->device);
    }
    if (ticks->relay > 0 || session->wait_s == 0)
        return code;
    (void)fail_set(&fail, TOOL_ENVIRONMENT,
                   "no relay has it yet: it is stored, and goes out with 'allswell run' or the "
                   "next command; check the network");
    return fail_print(&fail);
}

int calls_say(const struct args *args, json_t *request, bool needs_secret, const char *what)
{
    struct session session;
    struct tool_fail fail;
    struct ticks ticks;
    json_t *reply = NULL;
    uint64_t seq = 0;
    bool ok;
    int code;

    if (!calls_add_state(request, args, &fail) || !session_open(&session, args, &fail)) {
        json_decref(request);
        return fail_print(&fail);
    }
    ok = !needs_secret || calls_add_key(request, &session, args, &fail);
    if (ok) {
        ok = session_ask(&session, request, &reply, &fail);
        seq = reply_number(reply, "seq");
        json_decref(reply);
    } else {
        json_decref(request);
    }
    ok = ok && wait_ticks(&session, seq, &ticks, &fail);
    code = ok ? report(&session, what, seq, &ticks) : fail_print(&fail);
    session_close(&session);
    return code;
}

int cmd_checkin(const struct args *args)
{
    return calls_say(args, json_pack("{s:s}", "do", "checkin"), true, "Check-in");
}

int cmd_cancel(const struct args *args)
{
    return calls_say(args, json_pack("{s:s}", "do", "cancel"), true, "Cancel");
}
