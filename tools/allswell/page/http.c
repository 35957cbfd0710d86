/* SPDX-License-Identifier: ISC */
#include "allswell/page/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One request: who asks, from where, for what; and the answer. */

#define STATUS_MISDIRECTED 421 /* RFC 9110 §15.5.20 */
#define YEAR_S             31536000

/* A request that comes in. Secret: wipe. */
struct request {
    size_t len; /* of the body, also what is beyond the bound */
    bool is_answered;
    char body[PAGE_BODY_MAX];
};

static const char *header(struct MHD_Connection *c, const char *name)
{
    return http.lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/* ---- Answers ---- */

void page_headers(struct MHD_Response *response, const char *type)
{
    static const char *const rows[][2] = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
         "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
         "require-trusted-types-for 'script'; trusted-types 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), usb=()"},
        {"Cache-Control", "no-store"},
        {"Connection", "close"}, /* one request each: a bound on its time bounds everything */
    };

    (void)http.add_response_header(response, "Content-Type", type);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        (void)http.add_response_header(response, rows[i][0], rows[i][1]);
}

static enum MHD_Result send_response(struct MHD_Connection *c, unsigned code, const char *type,
                                     struct MHD_Response *response)
{
    enum MHD_Result result = MHD_NO;

    if (response == NULL)
        return MHD_NO;
    page_headers(response, type);
    result = http.queue_response(c, code, response);
    http.destroy_response(response);
    return result;
}

static enum MHD_Result send_text(struct MHD_Connection *c, unsigned code, const char *text)
{
    return send_response(c, code, "text/plain; charset=utf-8",
                         http.create_response_from_buffer(strlen(text), (void *)(uintptr_t)text,
                                                          MHD_RESPMEM_PERSISTENT));
}

static void wipe_text(void *text)
{
    reply_text_free((char *)text);
}

static struct MHD_Response *json_response(const json_t *object)
{
    char *text = json_dumps(object, REPLY_REALS | JSON_COMPACT);

    return text == NULL
               ? NULL
               : http.create_response_from_buffer_with_free_callback(strlen(text), text, wipe_text);
}

static enum MHD_Result send_json(struct MHD_Connection *c, unsigned code, const json_t *object)
{
    return send_response(c, code, "application/json", json_response(object));
}

static enum MHD_Result send_fail(struct MHD_Connection *c, unsigned code,
                                 const struct tool_fail *fail)
{
    json_t *reply = reply_failed(fail);
    enum MHD_Result result = send_json(c, code, reply);

    json_decref(reply);
    return result;
}

static enum MHD_Result refuse(struct MHD_Connection *c, unsigned code, enum tool_exit exit_code,
                              const char *text)
{
    struct tool_fail fail;

    (void)fail_set(&fail, exit_code, "%s", text);
    return send_fail(c, code, &fail);
}

static unsigned http_code(enum tool_exit code)
{
    switch (code) {
    case TOOL_USAGE:
        return MHD_HTTP_BAD_REQUEST;
    case TOOL_NOT_FOUND:
        return MHD_HTTP_NOT_FOUND;
    case TOOL_REFUSED:
    case TOOL_STATE:
        return MHD_HTTP_CONFLICT;
    case TOOL_OK:
    case TOOL_ENVIRONMENT:
        break;
    }
    return MHD_HTTP_SERVICE_UNAVAILABLE;
}

/* ---- Where it comes from ---- */

/* What a browser says of other sites; who is no browser says nothing, and has no cookie to lend. */
static bool is_same_site(struct MHD_Connection *c)
{
    const char *site = header(c, "Sec-Fetch-Site");

    return site == NULL || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

static bool is_same_origin(struct MHD_Connection *c)
{
    const char *origin = header(c, "Origin"), *host = header(c, "Host");
    static const char scheme[] = "http://";

    return origin != NULL && host != NULL && strncmp(origin, scheme, sizeof scheme - 1) == 0 &&
           strcasecmp(origin + sizeof scheme - 1, host) == 0;
}

/* ---- The page itself ---- */

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
    };
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot != NULL && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(dot, types[i][0]) == 0)
            return types[i][1];
    }
    return "text/html; charset=utf-8";
}

static enum MHD_Result send_asset(struct MHD_Connection *c, const char *path)
{
    for (const struct page_asset *a = page_assets; a->path != NULL; a++) {
        if (strcmp(a->path, path) == 0)
            return send_response(c, MHD_HTTP_OK, type_of(path),
                                 http.create_response_from_buffer(
                                     a->len, (void *)(uintptr_t)a->bytes, MHD_RESPMEM_PERSISTENT));
    }
    return send_text(c, MHD_HTTP_NOT_FOUND, "There is nothing here.\n");
}

/* ---- Login and logout ---- */

static enum MHD_Result send_session(struct page *page, struct MHD_Connection *c,
                                    const struct page_session *session)
{
    char text[PAGE_SECRET_TEXT + 1], cookie[160];
    struct MHD_Response *response;
    json_t *reply;

    base64_encode(text, session->cookie, sizeof session->cookie);
    (void)snprintf(cookie, sizeof cookie, "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict",
                   page->cookie_name, text, YEAR_S);
    base64_encode(text, session->key, sizeof session->key);
    reply = json_pack("{s:b, s:s}", "ok", 1, "key", text);
    response = json_response(reply);
    if (response != NULL)
        (void)http.add_response_header(response, "Set-Cookie", cookie);
    json_decref(reply);
    explicit_bzero(text, sizeof text);
    explicit_bzero(cookie, sizeof cookie);
    return send_response(c, MHD_HTTP_OK, "application/json", response);
}

static enum MHD_Result log_in(struct page *page, struct MHD_Connection *c, const json_t *body)
{
    const union MHD_ConnectionInfo *info =
        http.get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct page_session *session = NULL;
    struct tool_fail fail;

    if (info == NULL)
        return MHD_NO;
    switch (page_login_try(&page->login, info->client_addr, reply_string(body, "token"),
                           httpd_true_ms(), &session, &fail)) {
    case PAGE_LOGIN_OK:
        return send_session(page, c, session);
    case PAGE_LOGIN_WRONG:
        return refuse(c, MHD_HTTP_FORBIDDEN, TOOL_REFUSED,
                      "this is not the token: copy the line of page.token in the home");
    case PAGE_LOGIN_WAIT:
        return refuse(c, MHD_HTTP_TOO_MANY_REQUESTS, TOOL_REFUSED,
                      "too many wrong tokens came from here: wait a minute");
    case PAGE_LOGIN_FAILED:
        break;
    }
    return send_fail(c, http_code(fail.code), &fail);
}

static enum MHD_Result log_out(struct page *page, struct MHD_Connection *c,
                               const struct page_session *session)
{
    struct tool_fail fail;
    json_t *reply;
    enum MHD_Result result;

    if (!page_login_end(&page->login, session->number, &fail))
        return send_fail(c, http_code(fail.code), &fail);
    reply = json_pack("{s:b}", "ok", 1);
    result = send_json(c, MHD_HTTP_OK, reply);
    json_decref(reply);
    return result;
}

/* ---- Requests of the host ---- */

/* Of the query only what a route can take; numbers as numbers. */
static json_t *query_fields(struct MHD_Connection *c)
{
    const char *person = http.lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "person");
    const char *count = http.lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "count");
    json_t *fields = json_object();

    if (person != NULL)
        (void)json_object_set_new(fields, "person", json_string(person));
    if (count != NULL && count[0] != '\0' && strlen(count) <= 3 &&
        strspn(count, "0123456789") == strlen(count))
        (void)json_object_set_new(fields, "count", json_integer(strtol(count, NULL, 10)));
    return fields;
}

static enum MHD_Result ask_host(struct page *page, struct MHD_Connection *c,
                                const struct page_route *route, const json_t *fields)
{
    struct tool_fail fail;
    json_t *reply = NULL;
    enum MHD_Result result;

    if (!page_route_ask(page->host, route, fields, &reply, &fail))
        return send_fail(c, http_code(fail.code), &fail);
    result = send_json(c, MHD_HTTP_OK, reply);
    json_decref(reply);
    if (route->is_post)
        page_look_soon(page);
    return result;
}

/* Who is logged in may ask; who changes something says so from this page, in JSON. */
static enum MHD_Result serve_session(struct page *page, struct MHD_Connection *c, const char *path,
                                     bool is_post, const json_t *body)
{
    const struct page_session *session = page_login_find(
        &page->login, http.lookup_connection_value(c, MHD_COOKIE_KIND, page->cookie_name));
    const struct page_route *route = page_route_find(path);
    json_t *fields;
    enum MHD_Result result;

    if (session != NULL && !is_post && strcmp(path, "events") == 0)
        return page_stream_start(page, c, session->number);
    if (session == NULL || !page_login_has_key(session, header(c, "Allswell-Key")))
        return refuse(c, MHD_HTTP_UNAUTHORIZED, TOOL_REFUSED,
                      "nobody is logged in here: log in with the token");
    if (is_post && strcmp(path, "logout") == 0)
        return log_out(page, c, session);
    if (route == NULL)
        return refuse(c, MHD_HTTP_NOT_FOUND, TOOL_USAGE,
                      "the page does not know this request: load it anew");
    if (route->is_post != is_post)
        return refuse(c, MHD_HTTP_METHOD_NOT_ALLOWED, TOOL_USAGE,
                      "the page does not know this method: load it anew");
    if (is_post)
        return ask_host(page, c, route, body);
    fields = query_fields(c);
    result = ask_host(page, c, route, fields);
    json_decref(fields);
    return result;
}

static enum MHD_Result serve_api(struct page *page, struct MHD_Connection *c, const char *path,
                                 bool is_post, const struct request *request)
{
    const char *type = header(c, "Content-Type");
    enum MHD_Result result;
    json_t *body;

    if (!is_post)
        return serve_session(page, c, path, false, NULL);
    if (!is_same_origin(c))
        return refuse(c, MHD_HTTP_FORBIDDEN, TOOL_REFUSED,
                      "this came from another page: use the page of Allswell itself");
    if (type == NULL || strcmp(type, "application/json") != 0)
        return refuse(c, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, TOOL_USAGE,
                      "the request is not application/json: load the page anew");
    body = json_loadb(request->body, request->len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(body))
        result = refuse(c, MHD_HTTP_BAD_REQUEST, TOOL_USAGE,
                        "the request is no JSON object: load the page anew");
    else if (strcmp(path, "login") == 0)
        result = log_in(page, c, body);
    else
        result = serve_session(page, c, path, true, body);
    json_decref(body);
    return result;
}

static enum MHD_Result answer(struct page *page, struct MHD_Connection *c, const char *url,
                              const char *method, const struct request *request)
{
    static const char api[] = "/api/";
    bool is_get = strcmp(method, MHD_HTTP_METHOD_GET) == 0;
    bool is_post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
    bool is_api = strncmp(url, api, sizeof api - 1) == 0;

    if (!httpd_host_is_ours(header(c, "Host"), page->is_loopback))
        return send_text(c, STATUS_MISDIRECTED,
                         "Use the address that 'allswell run --page' printed.\n");
    if (!is_same_site(c))
        return send_text(c, MHD_HTTP_FORBIDDEN, "Type this address, or use a bookmark.\n");
    if (!is_get && !(is_post && is_api))
        return send_text(c, MHD_HTTP_METHOD_NOT_ALLOWED, "GET only.\n");
    if (request->len > PAGE_BODY_MAX)
        return send_text(c, MHD_HTTP_CONTENT_TOO_LARGE, "Too long.\n");
    return is_api ? serve_api(page, c, url + sizeof api - 1, is_post, request) : send_asset(c, url);
}

/* ---- Coming in, in pieces ---- */

static enum MHD_Result begin(struct page *page, struct MHD_Connection *c, const char *url,
                             const char *method, void **out)
{
    struct request *request = calloc(1, sizeof *request);
    const char *length = header(c, "Content-Length");

    *out = request;
    if (request == NULL)
        return MHD_NO;
    if (length == NULL || strtoull(length, NULL, 10) <= PAGE_BODY_MAX)
        return MHD_YES;
    request->len = PAGE_BODY_MAX + 1; /* refused before it comes */
    request->is_answered = true;
    return answer(page, c, url, method, request);
}

enum MHD_Result page_handle(void *ctx, struct MHD_Connection *connection, const char *url,
                            const char *method, const char *version, const char *upload,
                            size_t *upload_len, void **state)
{
    struct page *page = (struct page *)ctx;
    struct request *request = (struct request *)*state;

    (void)version;
    if (request == NULL)
        return begin(page, connection, url, method, state);
    if (*upload_len == 0)
        return request->is_answered ? MHD_YES : answer(page, connection, url, method, request);
    if (request->len + *upload_len <= PAGE_BODY_MAX)
        memcpy(request->body + request->len, upload, *upload_len);
    else if (request->len > (size_t)4 * PAGE_BODY_MAX)
        return MHD_NO; /* it does not end */
    request->len += *upload_len;
    *upload_len = 0;
    return MHD_YES;
}

void page_handled(void *ctx, struct MHD_Connection *connection, void **state,
                  enum MHD_RequestTerminationCode code)
{
    (void)ctx;
    (void)connection;
    (void)code;
    if (*state != NULL)
        explicit_bzero(*state, sizeof(struct request));
    free(*state);
    *state = NULL;
}
