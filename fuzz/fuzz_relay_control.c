/* SPDX-License-Identifier: ISC */
#include "asked.h"
#include "fuzz.h"

#include "relay/relay_tool.h"
#include "support/relay_bed.h"

#include <allswell/control.h>
#include <stdio.h>
#include <string.h>

/*
 * Input: lines as they come over the control socket of `allswell-relay run`; an empty one has the
 * relay killed once its disk holds what was answered. Property: that of asked.h; what is refused
 * changes nothing; a token is told once; and after a crash there are the tokens that there were
 * before.
 */

#define LINES_MAX 24

const char *const tool_name = "fuzz";

uint64_t __wrap_aw_store_sqlite_disk_len(const struct aw_store *store);

/* It is none of SQLite's. */
uint64_t __wrap_aw_store_sqlite_disk_len(const struct aw_store *store)
{
    (void)store;
    return 0;
}

/* The newest token, as text: it is told once. */
static char token[64];

static struct asked ask(struct relay_host *host, const char *line)
{
    bool is_known = token[0] == '\0' || strstr(line, token) != NULL;
    struct asked asked = ask_line(relay_request, host, line, is_known ? NULL : token);
    const char *made = reply_string(asked.reply, "token");

    if (made != NULL)
        (void)snprintf(token, sizeof token, "%s", made);
    return asked;
}

static void check_crash(struct relay_bed *bed, struct relay_host *host)
{
    static const char list[] = "{\"do\": \"token-list\"}";
    struct asked before = ask(host, list), after;

    bed_settle(bed);
    bed_crash(bed);
    host->relay = bed->relay;
    after = ask(host, list);
    AW_ASSERT(before.is_done && after.is_done && json_equal(before.reply, after.reply));
    json_decref(before.reply);
    json_decref(after.reply);
}

static void take_line(struct relay_bed *bed, struct relay_host *host, const char *line)
{
    struct asked asked;

    if (line[0] == '\0') {
        check_crash(bed, host);
        return;
    }
    bed_settle(bed);
    asked = ask(host, line);
    /* The first answers to what changes nothing, the second waits for the disk: run.c. */
    if (bed_begin(bed)) {
        json_t *request = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

        AW_ASSERT(asked.is_done && relay_request_is_change(request));
        json_decref(request);
        bed_end(bed, AW_OK);
    }
    json_decref(asked.reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct aw_relay_config config = {
        .link_count = 2, .mailbox_count = 16, .cell_count = 64, .token_count = 4};
    static char lines[AW_CONTROL_LINE_MAX + 1];
    struct relay_host host = {.endpoint = {.address = "relay.example:7440"}};
    struct relay_bed bed;
    char *next = lines, *line;

    if (size >= sizeof lines)
        return 0;
    if (size > 0)
        memcpy(lines, data, size);
    lines[size] = '\0';
    token[0] = '\0';
    bed_open(&bed, &config);
    host.relay = bed.relay;
    host.store = bed.store;
    for (unsigned i = 0; i < LINES_MAX && (line = strsep(&next, "\n")) != NULL; i++)
        take_line(&bed, &host, line);
    check_crash(&bed, &host);
    bed_close(&bed);
    return 0;
}
