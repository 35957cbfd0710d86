/* SPDX-License-Identifier: ISC */
#include "allswell/commands.h"
#include "allswell/render.h"
#include "allswell/session.h"
#include "common/base64.h"

#include <allswell/frame.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* frame write, frame read: what a hook puts into an SMS or a LoRa packet, and takes out of one. */

#define STORE_WAIT_MS 20000 /* a full disk may take its time */

/* Asks until the frame is stored; it must not be seen before. */
static bool take(struct session *session, json_t **reply, struct tool_fail *fail)
{
    for (unsigned waited_ms = 0; waited_ms < STORE_WAIT_MS; waited_ms += 20) {
        if (!session_ask(session, json_pack("{s:s}", "do", "frame-take"), reply, fail))
            return false;
        if (!reply_flag(*reply, "busy"))
            return true;
        json_decref(*reply);
        *reply = NULL;
        session_pause(session, 20);
    }
    return fail_set(fail, TOOL_ENVIRONMENT,
                    "the frame cannot be stored, so it does not leave: free some disk space");
}

static bool make(struct session *session, const struct args *args, json_t **reply,
                 struct tool_fail *fail)
{
    json_t *request = json_pack("{s:s, s:s, s:b}", "do", "frame-make", "person", args_word(args, 0),
                                "sos", args_option(args, "sos") != NULL);

    if (!session_ask(session, request, reply, fail))
        return false;
    json_decref(*reply);
    *reply = NULL;
    return take(session, reply, fail);
}

static bool print_binary(const json_t *reply, struct tool_fail *fail)
{
    const char *text = reply_string(reply, "frame");
    uint8_t frame[AW_FRAME_LEN];

    if (text == NULL || !base64_decode(frame, sizeof frame, text, strlen(text)))
        return fail_set(fail, TOOL_USAGE,
                        "the frame is malformed: use the same version of both programs");
    if (fwrite(frame, sizeof frame, 1, stdout) == 1 && fflush(stdout) == 0)
        return true;
    return fail_set(fail, TOOL_ENVIRONMENT, "the frame cannot be written: %s: make another",
                    strerror(errno));
}

int cmd_frame_write(const struct args *args)
{
    bool is_text = args_option(args, "text") != NULL;
    struct session session;
    struct tool_fail fail;
    json_t *reply = NULL;
    bool ok = true;
    int code = TOOL_OK;

    if (!is_text && args_option(args, "json") == NULL && isatty(STDOUT_FILENO)) {
        (void)fail_set(&fail, TOOL_USAGE,
                       "a frame is binary: write it to a file or a program, or use --text");
        return fail_print(&fail);
    }
    if (!session_open(&session, args, &fail))
        return fail_print(&fail);
    ok = make(&session, args, &reply, &fail);
    if (ok && session.is_json)
        code = reply_print(reply);
    else if (ok && is_text)
        (void)puts(reply_string(reply, "text"));
    else if (ok)
        ok = print_binary(reply, &fail);
    if (!ok)
        code = fail_print(&fail);
    json_decref(reply);
    session_close(&session);
    return code;
}

/* All of standard input, which is short; more than that is no frame. */
static bool read_frame(bool is_text, uint8_t frame[AW_FRAME_LEN], struct tool_fail *fail)
{
    uint8_t bytes[2 * AW_FRAME_TEXT_LEN];
    size_t len = fread(bytes, 1, sizeof bytes, stdin);

    if (ferror(stdin) != 0)
        return fail_set(fail, TOOL_ENVIRONMENT, "standard input cannot be read: %s: try again",
                        strerror(errno));
    if (is_text && aw_frame_from_text(frame, (struct aw_bytes){bytes, len}) == AW_OK)
        return true;
    if (is_text)
        return fail_set(fail, TOOL_USAGE,
                        "this is not the text of a frame, which has %d characters: give all of "
                        "the message and nothing else",
                        AW_FRAME_TEXT_LEN);
    if (len != AW_FRAME_LEN)
        return fail_set(fail, TOOL_USAGE,
                        "a frame has %d bytes: give all of the message, or use --text for text",
                        AW_FRAME_LEN);
    memcpy(frame, bytes, AW_FRAME_LEN);
    return true;
}

int cmd_frame_read(const struct args *args)
{
    uint8_t frame[AW_FRAME_LEN];
    char text[BASE64_LEN(AW_FRAME_LEN) + 1];
    struct tool_fail fail;

    if (!read_frame(args_option(args, "text") != NULL, frame, &fail))
        return fail_print(&fail);
    base64_encode(text, frame, sizeof frame);
    return session_act(args, json_pack("{s:s, s:s}", "do", "frame-read", "frame", text),
                       render_watched_line);
}
