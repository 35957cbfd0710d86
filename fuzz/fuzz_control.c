/* SPDX-License-Identifier: ISC */
#include "asked.h"
#include "fuzz.h"
#include "home.h"

#include <allswell/control.h>
#include <allswell/store_memory.h>
#include <stdlib.h>
#include <string.h>

/*
 * Input: a scene, then lines as they come over the control socket of `allswell run`; between them,
 * "+60" lets a minute pass, and "!2" has every commit from the second on refused. Property: that
 * of asked.h; what is malformed or about nobody changes nothing, neither in the store nor in an
 * engine; and whatever was done, the store is that of a home.
 */

#define LINES_MAX 16

/* Returns whether something may have changed. */
static bool take_line(struct host *host, const char *line, const char *secret)
{
    struct asked asked;

    if (line[0] == '+') {
        home_wait(strtoull(line + 1, NULL, 10));
        return true;
    }
    if (line[0] == '!') {
        aw_store_memory_fail_at(&host->store, strtoull(line + 1, NULL, 10), true);
        return false;
    }
    asked = ask_line(host_request, host, line, secret);
    json_decref(asked.reply);
    return !asked_is_bad(&asked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char lines[AW_CONTROL_LINE_MAX + 1];
    char *next = lines, *line;
    const char *secret;
    bool has_changed = false;
    struct host *host;

    if (size == 0 || size > sizeof lines)
        return 0;
    memcpy(lines, data + 1, size - 1);
    lines[size - 1] = '\0';
    /* Who knows it may say it, in a note, and is told so. */
    secret = strstr(lines, home_token_text) == NULL ? home_token_text : NULL;
    host = home_open(data[0] % HOME_SCENE_COUNT);
    for (unsigned i = 0; i < LINES_MAX && (line = strsep(&next, "\n")) != NULL; i++) {
        has_changed = take_line(host, line, secret) || has_changed;
        AW_ASSERT(has_changed || home_is_untouched());
    }
    if (has_changed) {
        struct asked asked = ask_line(host_request, home_restart(), "{\"do\": \"status\"}", secret);

        AW_ASSERT(asked.is_done);
        json_decref(asked.reply);
    }
    home_close();
    return 0;
}
