/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "web.h"

#include "relay/metrics_parts.h"

#include <stdlib.h>
#include <string.h>

/*
 * Input: how the metrics are reached, then a request as web.h reads it. Property: it is answered
 * once; figures go to whoever asks for them with the token, if there is one, and at an address of
 * this machine, if others cannot come; and no answer holds the token.
 */

#define TEXT_MAX 8192

const char *const tool_name = "fuzz";

static const char token[] = "0123456789abcdef0123456789abcdef";
static const char figures[] = "figures\n";

/* In place of metrics_text.c: a relay is no part of this. */
void metrics_tick(void *ctx)
{
    (void)ctx;
}

char *metrics_text(const struct metrics *metrics, size_t *len)
{
    char *text = strdup(figures);

    (void)metrics;
    *len = sizeof figures - 1;
    return text;
}

static bool is_header(const struct web_request *r, const char *name, const char *wanted)
{
    const char *given = web_header(r, name);

    return given != NULL && strcmp(given, wanted) == 0;
}

static void check(const struct metrics *m, const struct web_request *r, const struct web_answer *a)
{
    bool is_right = strcmp(r->method, "GET") == 0 && strcmp(r->url, "/metrics") == 0;
    bool has_token = m->token_len == 0 || is_header(r, "Authorization",
                                                    "Bearer "
                                                    "0123456789abcdef0123456789abcdef");
    bool is_here = !m->on.is_loopback || is_header(r, "Host", "127.0.0.1:9744");

    AW_ASSERT(a->count == 1 && strstr(a->body, token) == NULL);
    AW_ASSERT((a->code == 200) == (strcmp(a->body, figures) == 0));
    if (a->code == 200)
        AW_ASSERT(is_right && has_token && (is_here || web_may_be_here(web_header(r, "Host"))));
    else
        AW_ASSERT(!is_right || !has_token || !is_here);
    AW_ASSERT(web_answer_header(a, "Cache-Control") != NULL);
    if (!has_token && is_here)
        AW_ASSERT(a->code == 401 && web_answer_header(a, "WWW-Authenticate") != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[TEXT_MAX + 1];
    struct metrics metrics = {.on = {.fd = -1}};
    const struct web_handler handler = {metrics_handle, NULL, &metrics};
    struct web_request request;
    struct web_answer answer;

    if (size == 0 || size > TEXT_MAX)
        return 0;
    metrics.on.is_loopback = (data[0] & 1) == 0;
    if ((data[0] & 2) != 0) {
        metrics.token_len = sizeof token - 1;
        memcpy(metrics.token, token, sizeof token);
    }
    memcpy(text, data + 1, size - 1);
    if (!web_parse(&request, text, size - 1))
        return 0;
    web_ask(&handler, &request, 97, &answer);
    check(&metrics, &request, &answer);
    web_free(&answer);
    return 0;
}
