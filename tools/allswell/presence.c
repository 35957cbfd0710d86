/* SPDX-License-Identifier: ISC */
#include "allswell/session.h"

#include "common/base64.h"
#include "common/progress.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* From the secret that is typed to the key that the engine takes. Every secret takes this path. */

static const char *const pictures[AW_PRESENCE_PICTURE_COUNT] = {
    "anchor", "bicycle", "candle", "dolphin",  "elephant", "feather", "guitar",  "hammer",
    "island", "kettle",  "ladder", "mountain", "owl",      "piano",   "rainbow", "snail",
};

bool presence_load(struct session *session, struct presence *presence, struct tool_fail *fail)
{
    json_t *reply = NULL;
    bool ok;

    memset(presence, 0, sizeof *presence);
    if (!session_ask(session, json_pack("{s:s}", "do", "presence"), &reply, fail))
        return false;
    ok = host_bytes(reply, "salt", presence->salt, sizeof presence->salt) &&
         host_bytes(reply, "tweak", presence->tweak, sizeof presence->tweak);
    presence->has_secrets = reply_flag(reply, "has_secrets");
    json_decref(reply);
    return ok ||
           fail_set(fail, TOOL_ENVIRONMENT, "the running agent is of another version: restart it");
}

static bool derive(const struct presence *presence, struct secret *secret,
                   uint8_t key[AW_PRESENCE_KEY_LEN], struct tool_fail *fail)
{
    struct aw_bytes bytes = {(const uint8_t *)secret->text, secret->len};
    enum aw_status status;

    progress_begin("Working out the key");
    status = aw_presence_derive(key, bytes, presence->salt, NULL, AW_PRESENCE_STANDARD);
    progress_end();
    secret_wipe(secret);
    if (status == AW_E_RANGE)
        return fail_set(fail, TOOL_USAGE, "a secret has 1 to %d bytes: choose another",
                        AW_PRESENCE_SECRET_MAX);
    if (status != AW_OK)
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "64 MiB of memory are needed for the secret: end other programs");
    return true;
}

void presence_show(const struct presence *presence, const uint8_t key[AW_PRESENCE_KEY_LEN])
{
    unsigned picture = aw_presence_picture(key, presence->tweak);

    (void)fprintf(stderr, "Your picture: %u, %s.\n", picture + 1, pictures[picture]);
}

/* Against typing errors only: whoever types n types again, and nothing has left yet. */
static bool accept_picture(struct tool_fail *fail, bool *again)
{
    const struct secret_source source = {.fd = -1, .what = "the answer", .echo = true};
    struct secret line;

    *again = false;
    if (!secret_read(&line, &source, "Is that the one you know? [yes/no] ", fail))
        return false;
    *again = strcasecmp(line.text, "yes") != 0 && strcasecmp(line.text, "y") != 0;
    secret_wipe(&line);
    return true;
}

bool presence_ask(struct presence *presence, const struct secret_source *source, const char *prompt,
                  uint8_t key[AW_PRESENCE_KEY_LEN], struct tool_fail *fail)
{
    for (;;) {
        struct secret secret;
        bool again = false;

        if (!secret_read(&secret, source, prompt, fail) || !derive(presence, &secret, key, fail))
            return false;
        presence_show(presence, key);
        if (!secret_is_interactive(source))
            return true;
        if (!accept_picture(fail, &again)) {
            explicit_bzero(key, AW_PRESENCE_KEY_LEN);
            return false;
        }
        if (!again)
            return true;
    }
}

bool presence_ask_once(const struct presence *presence, const struct secret_source *source,
                       const char *prompt, uint8_t key[AW_PRESENCE_KEY_LEN], struct tool_fail *fail)
{
    struct secret secret;

    return secret_read(&secret, source, prompt, fail) && derive(presence, &secret, key, fail);
}

bool presence_ask_new(const struct presence *presence, const struct secret_source *source,
                      const char *prompt, uint8_t key[AW_PRESENCE_KEY_LEN], struct tool_fail *fail)
{
    struct secret secret;

    return secret_read_new(&secret, source, prompt, fail) && derive(presence, &secret, key, fail);
}
