/* SPDX-License-Identifier: ISC */
#include "web.h"

#include "fuzz.h"

#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- From text to a request ---- */

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c == '\0' ? NULL : strchr(digits, c);

    return at == NULL ? -1 : (int)(at - digits) % 16;
}

/* As MHD_http_unescape(): what is no escape stays. */
static void unescape(char *text)
{
    char *out = text;

    for (const char *in = text; *in != '\0'; in++) {
        int high = in[0] == '%' ? digit(in[1]) : -1, low = high < 0 ? -1 : digit(in[2]);

        *out++ = (char)(low < 0 ? *in : high * 16 + low);
        in += low < 0 ? 0 : 2;
    }
    *out = '\0';
}

static void add(struct web_pair *pairs, size_t *count, size_t max, const char *name,
                const char *value)
{
    if (*count < max)
        pairs[(*count)++] = (struct web_pair){name, value};
}

/* "a=b" of a query or a cookie. */
static char *split(char *pair)
{
    char *value = strchr(pair, '=');

    if (value != NULL)
        *value++ = '\0';
    return value;
}

static void parse_query(struct web_request *r, char *query)
{
    char *pair;

    while ((pair = strsep(&query, "&")) != NULL) {
        char *value = split(pair);

        for (char *c = value; c != NULL && *c != '\0'; c++) {
            if (*c == '+')
                *c = ' ';
        }
        unescape(pair);
        if (value != NULL)
            unescape(value);
        add(r->query, &r->query_count, 8, pair, value);
    }
}

static void parse_cookies(struct web_request *r, char *cookies)
{
    char *pair;

    while ((pair = strsep(&cookies, ";")) != NULL) {
        char *value = split(pair += strspn(pair, " \t"));

        add(r->cookies, &r->cookie_count, 8, pair, value == NULL ? "" : value);
    }
}

/* The first line; where its end is not found there is no request. */
static bool parse_first(struct web_request *r, char *line)
{
    char *query;

    r->method = strsep(&line, " ");
    r->url = strsep(&line, " "); /* the version follows */
    if (r->url == NULL || r->url[0] != '/' || r->method[0] == '\0')
        return false;
    query = strchr(r->url, '?');
    if (query != NULL) {
        *query++ = '\0';
        parse_query(r, query);
    }
    unescape(r->url);
    return true;
}

static void parse_header(struct web_request *r, char *line)
{
    char *value = strchr(line, ':');

    if (value == NULL)
        return;
    *value++ = '\0';
    value += strspn(value, " \t");
    if (strcasecmp(line, "Cookie") == 0)
        parse_cookies(r, value);
    else
        add(r->headers, &r->header_count, WEB_HEADER_MAX, line, value);
}

bool web_parse(struct web_request *request, char *text, size_t len)
{
    const char *length;
    char *rest = text, *line;
    unsigned long long want;

    *request = (struct web_request){.is_whole = true};
    text[len] = '\0';
    line = strsep(&rest, "\n");
    if (!parse_first(request, line))
        return false;
    while ((line = strsep(&rest, "\n")) != NULL && line[0] != '\0')
        parse_header(request, line);
    request->body = rest == NULL ? text + len : rest;
    request->body_len = (size_t)(text + len - request->body);
    length = web_header(request, "Content-Length");
    if (length == NULL)
        return true;
    want = strtoull(length, NULL, 10);
    request->is_whole = want <= request->body_len;
    request->body_len = request->is_whole ? (size_t)want : request->body_len;
    return true;
}

const char *web_header(const struct web_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcasecmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    }
    return NULL;
}

bool web_may_be_here(const char *host)
{
    static const char name[] = "localhost";

    if (host == NULL)
        return false;
    if (strncasecmp(host, name, sizeof name - 1) == 0)
        return !isalnum((unsigned char)host[sizeof name - 1]);
    for (; *host != '\0'; host++) {
        if (isalpha((unsigned char)*host) && digit(*host) < 0)
            return false;
    }
    return true;
}

/* ---- In place of libmicrohttpd ---- */

/* A connection is its request. */
struct MHD_Connection {
    struct web_request request;
};

struct MHD_Response {
    unsigned uses;
    struct web_answer answer;
    MHD_ContentReaderFreeCallback free_it; /* of who would write a stream */
    void *ctx;
};

/* The answer to the request whose handler runs. */
static struct web_answer *current;

static void need(bool has_memory)
{
    if (!has_memory)
        abort();
}

static struct MHD_Response *new_response(size_t size, const void *buffer)
{
    struct MHD_Response *r = calloc(1, sizeof *r);

    need(r != NULL);
    r->uses = 1;
    r->answer.body_len = size;
    r->answer.body = malloc(size + 1);
    need(r->answer.body != NULL);
    if (size > 0)
        memcpy(r->answer.body, buffer, size);
    r->answer.body[size] = '\0';
    return r;
}

static struct MHD_Response *from_buffer(size_t size, void *buffer, enum MHD_ResponseMemoryMode mode)
{
    struct MHD_Response *r = new_response(size, buffer);

    AW_ASSERT(mode != MHD_RESPMEM_MUST_COPY); /* nobody asks for it */
    if (mode == MHD_RESPMEM_MUST_FREE)
        free(buffer);
    return r;
}

static struct MHD_Response *from_buffer_to_free(size_t size, void *buffer,
                                                MHD_ContentReaderFreeCallback free_it)
{
    struct MHD_Response *r = new_response(size, buffer);

    free_it(buffer);
    return r;
}

static struct MHD_Response *from_callback(uint64_t size, size_t block_len,
                                          MHD_ContentReaderCallback read_it, void *ctx,
                                          MHD_ContentReaderFreeCallback free_it)
{
    struct MHD_Response *r = new_response(0, NULL);

    AW_ASSERT(size == MHD_SIZE_UNKNOWN && block_len > 0 && read_it != NULL);
    r->free_it = free_it;
    r->ctx = ctx;
    return r;
}

static enum MHD_Result add_header(struct MHD_Response *r, const char *name, const char *value)
{
    char *copy = strdup(value);

    need(copy != NULL);
    AW_ASSERT(r->answer.header_count < WEB_HEADER_MAX && strpbrk(value, "\r\n") == NULL);
    add(r->answer.headers, &r->answer.header_count, WEB_HEADER_MAX, name, copy);
    return MHD_YES;
}

static void destroy(struct MHD_Response *r)
{
    if (--r->uses > 0)
        return;
    if (r->free_it != NULL)
        r->free_it(r->ctx);
    web_free(&r->answer);
    free(r);
}

/* Sent at once: whoever writes a stream is not asked, and ends. */
static enum MHD_Result queue(struct MHD_Connection *connection, unsigned code,
                             struct MHD_Response *r)
{
    (void)connection;
    AW_ASSERT(r->uses == 1 && current->count == 0);
    *current = r->answer;
    current->count = 1;
    current->code = code;
    r->answer = (struct web_answer){.count = 0};
    return MHD_YES;
}

static const char *lookup(struct MHD_Connection *connection, enum MHD_ValueKind kind,
                          const char *key)
{
    const struct web_request *r = &connection->request;
    const struct web_pair *pairs = kind == MHD_COOKIE_KIND ? r->cookies : r->query;
    size_t count = kind == MHD_COOKIE_KIND ? r->cookie_count : r->query_count;

    if (kind == MHD_HEADER_KIND)
        return web_header(r, key);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(pairs[i].name, key) == 0)
            return pairs[i].value;
    }
    return NULL;
}

static const union MHD_ConnectionInfo *info(struct MHD_Connection *connection,
                                            enum MHD_ConnectionInfoType info_type, ...)
{
    static struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr = {0x0100007f}};
    static struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    static union MHD_ConnectionInfo client;

    AW_ASSERT(info_type == MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    client.client_addr =
        connection->request.is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four;
    return &client;
}

static void stand_in(void)
{
    http = (struct http){.add_response_header = add_header,
                         .create_response_from_buffer = from_buffer,
                         .create_response_from_buffer_with_free_callback = from_buffer_to_free,
                         .create_response_from_callback = from_callback,
                         .destroy_response = destroy,
                         .get_connection_info = info,
                         .lookup_connection_value = lookup,
                         .queue_response = queue};
}

/* ---- Asking ---- */

static bool hand_over(const struct web_handler *h, const struct web_request *r, const char *part,
                      size_t len, void **state)
{
    struct MHD_Connection *connection = (struct MHD_Connection *)(uintptr_t)r;

    while (h->handle(h->ctx, connection, r->url, r->method, "HTTP/1.1", part, &len, state) ==
           MHD_YES) {
        if (len == 0)
            return true;
    }
    return false;
}

void web_ask(const struct web_handler *handler, const struct web_request *request, size_t piece,
             struct web_answer *answer)
{
    void *state = NULL;
    bool goes_on;

    stand_in();
    *answer = (struct web_answer){.count = 0};
    current = answer;
    goes_on = hand_over(handler, request, NULL, 0, &state);
    for (size_t at = 0; goes_on && answer->count == 0 && at < request->body_len; at += piece) {
        size_t left = request->body_len - at;

        goes_on =
            hand_over(handler, request, request->body + at, left < piece ? left : piece, &state);
    }
    if (goes_on && answer->count == 0 && request->is_whole)
        goes_on = hand_over(handler, request, NULL, 0, &state);
    AW_ASSERT(!goes_on || answer->count == 1 || !request->is_whole);
    if (handler->handled != NULL)
        handler->handled(handler->ctx, (struct MHD_Connection *)(uintptr_t)request, &state,
                         MHD_REQUEST_TERMINATED_COMPLETED_OK);
    current = NULL;
}

void web_free(struct web_answer *answer)
{
    for (size_t i = 0; i < answer->header_count; i++)
        free((char *)(uintptr_t)answer->headers[i].value);
    free(answer->body);
}

const char *web_answer_header(const struct web_answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->header_count; i++) {
        if (strcasecmp(answer->headers[i].name, name) == 0)
            return answer->headers[i].value;
    }
    return NULL;
}
