/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_PAGE_PARTS_H
#define TOOLS_ALLSWELL_PAGE_PARTS_H

#include "allswell/host.h"
#include "common/base64.h"
#include "common/httpd.h"

#include <netinet/in.h>

/**
 * @file
 * What the parts of the page share. README.md says what each promises.
 */

#define PAGE_STREAM_MAX 16
#define PAGE_BODY_MAX   4096
#define PAGE_ALIVE_MS   15000 /* true time between two signs of life */

/* ---- login.c ---- */

#define PAGE_SESSION_MAX 16
#define PAGE_TRY_MAX     5     /* wrong tokens at once from one address, then ... */
#define PAGE_TRY_MS      12000 /* ... one in this time */
#define PAGE_SECRET_LEN  32
#define PAGE_SECRET_TEXT BASE64_LEN(PAGE_SECRET_LEN)

/** Somebody who has logged in. Secret: wipe. */
struct page_session {
    uint64_t number; /* key of its record, from 1; 0: free */
    uint8_t cookie[PAGE_SECRET_LEN], key[PAGE_SECRET_LEN];
};

/** Wrong tokens of one address. */
struct page_tries {
    uint8_t who[16];
    uint64_t clear_ms; /* when the last of them is forgotten */
};

/** Secret: wipe. */
struct page_login {
    struct host *host;
    char file[HOME_FILE_MAX];
    uint8_t token[PAGE_SECRET_LEN];
    struct page_session sessions[PAGE_SESSION_MAX];
    struct page_tries tries[16];
};

/** Reads or makes the token, and reads the sessions. */
bool page_login_open(struct page_login *login, struct host *host, struct tool_fail *fail);

enum page_login_result { PAGE_LOGIN_OK = 0, PAGE_LOGIN_WRONG, PAGE_LOGIN_WAIT, PAGE_LOGIN_FAILED };

/**
 * Compares a token and makes a session.
 *
 * @param token    what was typed; NULL is wrong
 * @param session  set on PAGE_LOGIN_OK; borrowed
 * @param fail     set on PAGE_LOGIN_FAILED
 */
enum page_login_result page_login_try(struct page_login *login, const struct sockaddr *from,
                                      const char *token, uint64_t now_ms,
                                      const struct page_session **session, struct tool_fail *fail);

/** Finds a session by its cookie, in constant time; NULL: there is none. */
const struct page_session *page_login_find(const struct page_login *login, const char *cookie);

/** Returns whether `key` is the session's, in constant time. */
bool page_login_has_key(const struct page_session *session, const char *key);

/** Returns whether the session of this number goes on. */
bool page_login_is_open(const struct page_login *login, uint64_t number);

/** Ends a session. */
bool page_login_end(struct page_login *login, uint64_t number, struct tool_fail *fail);

/* ---- api.c ---- */

/** Fields that a route takes. */
enum page_field { PAGE_PERSON = 1, PAGE_TEXT = 2, PAGE_COUNT = 4, PAGE_AWAY = 8 };

/** One route to a request of the host. */
struct page_route {
    const char *path; /* behind "/api/" */
    bool is_post;     /* changes something */
    const char *what; /* "do" of the request */
    const char *said; /* its "what", or NULL */
    unsigned fields;  /* bit set of enum page_field */
};

/** Finds a route; NULL: there is none. */
const struct page_route *page_route_find(const char *path);

/**
 * Asks the host.
 *
 * @param given  the fields that came, an object: from the body of a POST, the query of a GET
 * @param reply  set to a reply that says "ok", to be released
 */
bool page_route_ask(struct host *host, const struct page_route *route, const json_t *given,
                    json_t **reply, struct tool_fail *fail);

/** Returns what a listener must hear of when it differs; wipe and free with reply_text_free(). */
char *page_state_text(struct host *host);

/* ---- page.c ---- */

struct page {
    struct host *host;
    struct httpd httpd;
    bool is_loopback;
    char url[80];
    char cookie_name[24];
    uint64_t version; /* of what listeners see, from 1 */
    char *state;      /* the text that `version` stands for */
    struct page_login login;
};

/** Starts an event stream as the answer to a request. */
enum MHD_Result page_stream_start(struct page *page, struct MHD_Connection *connection,
                                  uint64_t session_number);

/** Looks for news now instead of within a second. */
void page_look_soon(struct page *page);

/* ---- http.c ---- */

/** Handles a request: an MHD_AccessHandlerCallback, with the page as its closure. */
enum MHD_Result page_handle(void *ctx, struct MHD_Connection *connection, const char *url,
                            const char *method, const char *version, const char *upload,
                            size_t *upload_len, void **state);

/** Ends a request: an MHD_RequestCompletedCallback. */
void page_handled(void *ctx, struct MHD_Connection *connection, void **state,
                  enum MHD_RequestTerminationCode code);

/** Adds the headers that every answer has. */
void page_headers(struct MHD_Response *response, const char *type);

/* ---- made by embed.cmake ---- */

struct page_asset {
    const char *path;
    const unsigned char *bytes;
    size_t len;
};

/** Ended by a NULL path. */
extern const struct page_asset page_assets[];

#endif /* TOOLS_ALLSWELL_PAGE_PARTS_H */
