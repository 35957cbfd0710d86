/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_RELAY_METRICS_PARTS_H
#define TOOLS_RELAY_METRICS_PARTS_H

#include "metrics.h"

#include "common/httpd.h"

/**
 * @file
 * What the parts of the metrics share.
 */

#define METRICS_TOKEN_MIN 32
#define METRICS_TOKEN_MAX 200

/** What is shown, as it was at one time. */
struct metrics_figures {
    struct aw_relay_counters engine;
    struct aw_server_counters net;
    struct aw_relay_config bounds;
    struct relay_tokens tokens;
    uint64_t disk_bytes;
};

/** Secret: wipe (the token). */
struct metrics {
    const struct relay_host *host;
    struct httpd_listen on;
    struct httpd httpd;
    struct metrics_figures step, quiet;
    uint64_t started_ms, step_no, quiet_no; /* true time; steps that have passed, from 1 */
    size_t token_len;                       /* 0: none is wanted */
    char token[METRICS_TOKEN_MAX + 1];
};

/* ---- metrics.c ---- */

/** Handles a request: an MHD_AccessHandlerCallback, with the metrics as its closure. */
enum MHD_Result metrics_handle(void *ctx, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_len, void **state);

/* ---- metrics_text.c ---- */

/** Takes the figures anew where a step is over: an aw_loop_call. */
void metrics_tick(void *ctx);

/** Returns all of them as text to be freed, NULL without memory. */
char *metrics_text(const struct metrics *metrics, size_t *len);

#endif /* TOOLS_RELAY_METRICS_PARTS_H */
