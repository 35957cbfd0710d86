/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"

#include "common/base64.h"

#include <allswell/frame.h>
#include <string.h>

/* Frames for small bearers: made in two requests, since the store comes between. */

bool host_frame_make(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail)
{
    bool is_sos = reply_flag(request, "sos");
    struct host_who who;
    enum aw_status status;

    if (!host_find(host, reply_string(request, "person"), 1U << HOST_MINE, &who, fail))
        return false;
    status = aw_subject_frame(host->subject, who.person, is_sos ? AW_FRAME_SOS : AW_FRAME_CHECKIN,
                              host_now(host));
    if (status == AW_E_NOT_FOUND)
        return fail_set(fail, TOOL_STATE, "this person has not answered the invite yet: wait");
    if (status == AW_E_STATE)
        return fail_set(fail, TOOL_STATE,
                        "no %s waits for this person: '%s' first, or see "
                        "'allswell status' whether it has arrived",
                        is_sos ? "call for help" : "check-in",
                        is_sos ? "allswell sos" : "allswell checkin");
    if (status == AW_E_STALE)
        return fail_set(fail, TOOL_STATE,
                        "the check-in that waits is too old for a frame: 'allswell checkin' anew");
    if (status != AW_OK)
        return fail_status(fail, status, "no frame was made");
    *reply = json_object();
    return true;
}

bool host_frame_take(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail)
{
    uint8_t frame[AW_FRAME_LEN];
    char text[AW_FRAME_TEXT_LEN + 1] = "", bytes[BASE64_LEN(AW_FRAME_LEN) + 1];
    enum aw_status status = aw_subject_frame_take(host->subject, frame);

    (void)request;
    if (status == AW_E_BUSY) {
        *reply = json_pack("{s:b}", "busy", 1);
        return true;
    }
    if (status != AW_OK)
        return fail_set(fail, TOOL_STATE, "another command took the frame: try again");
    aw_frame_to_text(text, frame);
    base64_encode(bytes, frame, sizeof frame);
    *reply = json_pack("{s:b, s:s, s:s}", "busy", 0, "frame", bytes, "text", text);
    return true;
}

/* Each engine tries its own keys. */
static enum aw_status feed(struct host *host, const uint8_t frame[AW_FRAME_LEN],
                           struct host_who *who)
{
    enum aw_status status = AW_E_AUTH;

    for (size_t i = 0; i < HOST_WATCH_MAX && status == AW_E_AUTH; i++) {
        if (host->watches[i].slot == 0)
            continue;
        *who = (struct host_who){.side = HOST_WATCHED, .watch = &host->watches[i]};
        status = aw_contact_feed_frame(who->watch->contact, (struct aw_bytes){frame, AW_FRAME_LEN},
                                       host_now(host));
    }
    return status;
}

bool host_frame_read(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail)
{
    uint8_t frame[AW_FRAME_LEN];
    struct host_who who;
    enum aw_status status;

    if (!host_bytes(request, "frame", frame, sizeof frame))
        return fail_set(fail, TOOL_USAGE,
                        "the frame is malformed: use the same version of both programs");
    status = feed(host, frame, &who);
    if (status == AW_E_REPLAY)
        return fail_set(fail, TOOL_REFUSED,
                        "what this frame says has arrived before: nothing is lost, drop it");
    if (status == AW_E_BUSY)
        return fail_status(fail, status, "the frame was not read");
    if (status != AW_OK)
        return fail_set(fail, TOOL_REFUSED,
                        "no key of anybody whom you watch over opens this frame: drop it, or see "
                        "whether it was changed on the way");
    host_log(host, &who, json_pack("{s:s}", "event", "frame"));
    *reply = host_watch_json(host, who.watch, host_now(host));
    return true;
}
