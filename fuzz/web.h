/* SPDX-License-Identifier: ISC */
#ifndef AW_FUZZ_WEB_H
#define AW_FUZZ_WEB_H

#include "common/http.h"

/*
 * What libmicrohttpd does between a socket and a handler: one request from text, its answer to
 * look at. The library is not loaded: what is used of it is here.
 *
 *     POST /api/note?x=%41 HTTP/1.1
 *     Host: 127.0.0.1:8317
 *
 *     {"person": "w1"}
 *
 * With a Content-Length the body is cut to it, or never comes to its end.
 */

#define WEB_HEADER_MAX 24

struct web_pair {
    const char *name, *value;
};

struct web_request {
    char *method, *url; /* without query, unescaped */
    struct web_pair headers[WEB_HEADER_MAX], query[8], cookies[8];
    size_t header_count, query_count, cookie_count;
    const char *body;
    size_t body_len;
    bool is_whole;
    bool is_six; /* the client's address is of IPv6 */
};

struct web_answer {
    unsigned count, code; /* 0: none was given, the connection ends */
    char *body;           /* ends with a zero */
    size_t body_len;
    struct web_pair headers[WEB_HEADER_MAX];
    size_t header_count;
};

/* NULL: it has none of this name. */
const char *web_answer_header(const struct web_answer *answer, const char *name);

struct web_handler {
    MHD_AccessHandlerCallback handle;
    MHD_RequestCompletedCallback handled; /* or NULL */
    void *ctx;
};

/* Takes a request apart in place; false: it is none. */
bool web_parse(struct web_request *request, char *text, size_t len);

const char *web_header(const struct web_request *request, const char *name);

/* Whether a Host header may mean this machine: it is localhost, or it has no letter that a number
 * cannot have. */
bool web_may_be_here(const char *host);

/* Hands a request over, its body in pieces of `piece` bytes. Free the answer with web_free(). */
void web_ask(const struct web_handler *handler, const struct web_request *request, size_t piece,
             struct web_answer *answer);
void web_free(struct web_answer *answer);

#endif /* AW_FUZZ_WEB_H */
