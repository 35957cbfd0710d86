/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "home.h"
#include "web.h"

#include "allswell/page/parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * Input: a scene, how the page is reached, then requests as web.h reads them, each ended by a zero.
 * Property: each whole request is answered once, with a code of README.md's and every header that
 * protects the page; only who shows both halves of a login, from the page itself, gets to the home,
 * and only who shows the token gets a login; a refusal changes nothing there; and no answer holds
 * the token, or a login that it does not make.
 */

#define TEXT_MAX     32768
#define REQUESTS_MAX 8

uint64_t __wrap_httpd_true_ms(void);

static const char token_text[] = "ERERERERERERERERERERERERERERERERERERERERERE";  /* 0x11 */
static const char cookie_text[] = "IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI"; /* 0x22 */
static const char key_text[] = "MzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM";    /* 0x33 */
static const char cookie_name[] = "allswell-8317";

const struct page_asset page_assets[] = {{"/", (const unsigned char *)"<p>", 3},
                                         {"/page.css", (const unsigned char *)"p{}", 3},
                                         {NULL, NULL, 0}};

/* The canary holds that nobody has a login: it must be found, or the target sees nothing. */
#ifdef PAGE_CANARY
#define LOGIN_IS_KNOWN false
#else
#define LOGIN_IS_KNOWN true
#endif

/* Tries are forgotten with time, which stands still here. */
uint64_t __wrap_httpd_true_ms(void)
{
    return UINT64_C(1000000);
}

static void on_timer(void *ctx)
{
    (void)ctx;
}

static struct page *open_page(struct host *host, bool is_anywhere)
{
    static struct aw_loop_timer *timer;
    static struct page page;

    if (timer == NULL)
        timer = aw_loop_timer_new(home_loop(), on_timer, NULL);
    page = (struct page){.host = host, .is_loopback = !is_anywhere, .version = 1};
    page.httpd.timer = timer;
    page.httpd.loop = home_loop();
    (void)snprintf(page.cookie_name, sizeof page.cookie_name, "%s", cookie_name);
    page.login.host = host;
    page.login.sessions[0].number = 1;
    memset(page.login.token, 0x11, PAGE_SECRET_LEN);
    memset(page.login.sessions[0].cookie, 0x22, PAGE_SECRET_LEN);
    memset(page.login.sessions[0].key, 0x33, PAGE_SECRET_LEN);
    return &page;
}

/* ---- What the README promises, told from the request alone ---- */

static bool is_text(const char *given, const char *wanted)
{
    return given != NULL && strcmp(given, wanted) == 0;
}

static bool has_cookie(const struct web_request *r)
{
    for (size_t i = 0; i < r->cookie_count; i++) {
        if (strcmp(r->cookies[i].name, cookie_name) == 0)
            return strcmp(r->cookies[i].value, cookie_text) == 0;
    }
    return false;
}

static bool is_from_page(const struct web_request *r)
{
    const char *host = web_header(r, "Host"), *origin = web_header(r, "Origin");
    const char *site = web_header(r, "Sec-Fetch-Site");

    if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
        return false;
    return strcmp(r->method, "POST") != 0 ||
           (host != NULL && origin != NULL && strncmp(origin, "http://", 7) == 0 &&
            strcasecmp(origin + 7, host) == 0);
}

/* ---- The answer ---- */

static void check_headers(const struct web_answer *a)
{
    static const char *const rows[][2] = {
        {"Content-Security-Policy", "default-src 'none'; "},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Cache-Control", "no-store"},
        {"Referrer-Policy", "no-referrer"},
        {"Connection", "close"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Content-Type", ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *value = web_answer_header(a, rows[i][0]);

        AW_ASSERT(value != NULL && strncmp(value, rows[i][1], strlen(rows[i][1])) == 0);
    }
}

static void check_code(unsigned code)
{
    static const unsigned codes[] = {200, 400, 401, 403, 404, 405, 409, 413, 415, 421, 429, 503};
    bool is_known = false;

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        is_known = is_known || codes[i] == code;
    AW_ASSERT(is_known);
}

static bool has_secret(const char *text)
{
    return strstr(text, token_text) != NULL || strstr(text, cookie_text) != NULL ||
           strstr(text, key_text) != NULL;
}

static void check_body(const struct web_answer *a, bool is_told)
{
    json_t *body;

    if (a->body == NULL)
        return;
    AW_ASSERT(is_told || !has_secret(a->body));
    if (!is_text(web_answer_header(a, "Content-Type"), "application/json"))
        return;
    body = json_loadb(a->body, a->body_len, JSON_REJECT_DUPLICATES, NULL);
    AW_ASSERT(json_is_object(body) && reply_flag(body, "ok") == (a->code == 200));
    AW_ASSERT(a->code == 200 || reply_string(body, "error") != NULL);
    json_decref(body);
}

/* Who was told something of the home, or changed it, had the right to. */
static void check_right(const struct web_request *r, const struct web_answer *a, bool is_over)
{
    bool is_in = LOGIN_IS_KNOWN && has_cookie(r) && !is_over &&
                 is_text(web_header(r, "Allswell-Key"), key_text);
    bool is_refused = a->code == 401 || a->code == 403 || a->code == 405 || a->code == 413 ||
                      a->code == 415 || a->code == 421;

    if (!web_may_be_here(web_header(r, "Host")))
        AW_ASSERT(a->code == 421);
    AW_ASSERT(a->code != 200 || is_from_page(r));
    if (strncmp(r->url, "/api/", 5) != 0)
        return;
    if (strcmp(r->url, "/api/login") == 0 && strcmp(r->method, "POST") == 0)
        AW_ASSERT(a->code != 200 || strstr(r->body, token_text) != NULL);
    else if (strcmp(r->url, "/api/events") == 0 && strcmp(r->method, "GET") == 0)
        AW_ASSERT(is_refused || (has_cookie(r) && !is_over));
    else /* what is no JSON is refused before anybody looks who sent it */
        AW_ASSERT(is_refused || is_in || (a->code == 400 && strcmp(r->method, "POST") == 0));
}

static bool may_change(const struct web_answer *a)
{
    return a->code == 200 || a->code == 409 || a->code == 503;
}

/* ---- Asking ---- */

struct visit {
    struct page *page;
    size_t piece;
    bool is_six, has_changed, is_over;
    bool is_told; /* a note of hers says what no answer may */
};

static void ask(struct visit *v, char *text, size_t len)
{
    const struct web_handler handler = {page_handle, page_handled, v->page};
    struct web_request request;
    struct web_answer answer;

    if (!web_parse(&request, text, len))
        return;
    request.is_six = v->is_six;
    v->is_told = v->is_told || (strcmp(request.url, "/api/note") == 0 && has_secret(request.body));
    /* As on_connection() of httpd.c: this one is open. */
    v->page->httpd.connections[0].mhd = (struct MHD_Connection *)(uintptr_t)&request;
    web_ask(&handler, &request, v->piece, &answer);
    if (answer.count != 0) {
        check_code(answer.code);
        check_headers(&answer);
        check_body(&answer, v->is_told);
        check_right(&request, &answer, v->is_over);
        v->has_changed = v->has_changed || may_change(&answer);
        v->is_over = v->is_over || (answer.code == 200 && strcmp(request.url, "/api/logout") == 0);
    }
    web_free(&answer);
    AW_ASSERT(v->has_changed || home_is_untouched());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[TEXT_MAX + 1];
    struct visit visit;
    struct host *host;

    if (size < 2 || size > TEXT_MAX)
        return 0;
    memcpy(text, data + 2, size - 2);
    size -= 2;
    host = home_open(data[0] % HOME_SCENE_COUNT);
    visit = (struct visit){.page = open_page(host, (data[1] & 1) != 0),
                           .piece = (size_t)(data[1] >> 2) * 8 + 1,
                           .is_six = (data[1] & 2) != 0};
    for (size_t at = 0, count = 0; at < size && count < REQUESTS_MAX; count++) {
        char *end = memchr(text + at, '\0', size - at);
        size_t len = end == NULL ? size - at : (size_t)(end - text) - at;

        ask(&visit, text + at, len);
        at += len + 1;
    }
    home_close();
    return 0;
}
