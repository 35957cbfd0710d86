/* SPDX-License-Identifier: ISC */
#include "allswell/page/parts.h"

#include "common/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who gets in: the token of the home, the sessions that it opened, and wrong tries. */

static bool random_bytes(uint8_t *out, size_t len, struct tool_fail *fail)
{
    const struct aw_random *random = aw_random_system();

    return random->fill(random->ctx, out, len) ||
           fail_status(fail, AW_E_ENTROPY, "the system gives no random numbers");
}

/* ---- The token ---- */

static bool no_token(const struct page_login *login, const char *why, struct tool_fail *fail)
{
    return fail_set(fail, TOOL_ENVIRONMENT, "%s %s: remove the file, a new one is made",
                    login->file, why);
}

static bool read_token(struct page_login *login, int fd, struct tool_fail *fail)
{
    char text[PAGE_SECRET_TEXT + 2];
    struct stat st;
    ssize_t len;
    bool ok;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
        (st.st_mode & 077) != 0)
        return no_token(login, "is not yours alone", fail);
    len = read(fd, text, sizeof text);
    ok = len == PAGE_SECRET_TEXT + 1 && text[PAGE_SECRET_TEXT] == '\n' &&
         base64_decode(login->token, sizeof login->token, text, PAGE_SECRET_TEXT);
    explicit_bzero(text, sizeof text);
    return ok || no_token(login, "does not hold a token", fail);
}

/* Under another name first: half a token must not stay behind. */
static bool make_token(struct page_login *login, struct tool_fail *fail)
{
    char path[HOME_FILE_MAX + 8], text[PAGE_SECRET_TEXT + 2];
    bool ok;
    int fd;

    if (!random_bytes(login->token, sizeof login->token, fail))
        return false;
    base64_encode(text, login->token, sizeof login->token);
    text[PAGE_SECRET_TEXT] = '\n';
    (void)snprintf(path, sizeof path, "%s.new", login->file);
    (void)unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ok = fd >= 0 && write(fd, text, PAGE_SECRET_TEXT + 1) == PAGE_SECRET_TEXT + 1 &&
         fsync(fd) == 0 && rename(path, login->file) == 0;
    explicit_bzero(text, sizeof text);
    if (!ok)
        (void)fail_set(fail, TOOL_ENVIRONMENT,
                       "%s cannot be written: %s: free some space, check the home", login->file,
                       strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    return ok;
}

/* ---- Sessions ---- */

static enum aw_status load_session(void *ctx, uint64_t key, struct aw_bytes value)
{
    struct page_login *login = (struct page_login *)ctx;
    json_t *record = json_loadb((const char *)value.ptr, value.len, 0, NULL);
    struct page_session *at = NULL;
    bool ok;

    for (size_t i = 0; i < PAGE_SESSION_MAX && at == NULL; i++) {
        if (login->sessions[i].number == 0)
            at = &login->sessions[i];
    }
    ok = at != NULL && host_bytes(record, "cookie", at->cookie, sizeof at->cookie) &&
         host_bytes(record, "key", at->key, sizeof at->key);
    if (ok)
        at->number = key;
    json_decref(record);
    return ok ? AW_OK : AW_E_DAMAGED;
}

static bool forget(struct page_login *login, struct page_session *session, struct tool_fail *fail)
{
    if (!host_record_store(login->host, HOST_SPACE_PAGE, session->number, NULL, fail))
        return false;
    explicit_bzero(session, sizeof *session);
    return true;
}

bool page_login_open(struct page_login *login, struct host *host, struct tool_fail *fail)
{
    enum aw_status status;
    bool ok;
    int fd;

    login->host = host;
    home_file(login->file, &host->home, "page.token");
    status = host->store.vtable->scan(host->store.self, HOST_SPACE_PAGE, load_session, login);
    if (status != AW_OK)
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "%s/allswell.db is not what was written (%s): restore a backup",
                        host->home.path, aw_status_name(status));
    fd = open(login->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd >= 0) {
        ok = read_token(login, fd, fail);
        (void)close(fd);
        return ok;
    }
    if (errno != ENOENT)
        return no_token(login, "cannot be read", fail);
    ok = make_token(login, fail);
    /* Who takes the token away wants everybody out who came in by it. */
    for (size_t i = 0; ok && i < PAGE_SESSION_MAX; i++)
        ok = login->sessions[i].number == 0 || forget(login, &login->sessions[i], fail);
    return ok;
}

static struct page_session *oldest(struct page_login *login)
{
    struct page_session *at = &login->sessions[0];

    for (size_t i = 1; i < PAGE_SESSION_MAX; i++) {
        if (login->sessions[i].number < at->number)
            at = &login->sessions[i];
    }
    return at; /* a free one has number 0 */
}

static bool new_session(struct page_login *login, const struct page_session **out,
                        struct tool_fail *fail)
{
    char cookie[PAGE_SECRET_TEXT + 1], key[PAGE_SECRET_TEXT + 1];
    struct page_session *at = oldest(login), made = {.number = 1};
    json_t *record;
    bool ok;

    for (size_t i = 0; i < PAGE_SESSION_MAX; i++) {
        if (login->sessions[i].number >= made.number)
            made.number = login->sessions[i].number + 1;
    }
    if (!random_bytes(made.cookie, sizeof made.cookie, fail) ||
        !random_bytes(made.key, sizeof made.key, fail))
        return false;
    base64_encode(cookie, made.cookie, sizeof made.cookie);
    base64_encode(key, made.key, sizeof made.key);
    record = json_pack("{s:s, s:s}", "cookie", cookie, "key", key);
    ok = (at->number == 0 || forget(login, at, fail)) &&
         host_record_store(login->host, HOST_SPACE_PAGE, made.number, record, fail);
    json_decref(record);
    if (ok)
        *at = made;
    explicit_bzero(cookie, sizeof cookie);
    explicit_bzero(key, sizeof key);
    explicit_bzero(&made, sizeof made);
    *out = ok ? at : NULL;
    return ok;
}

/* ---- Tries ---- */

/* IPv6 by network: one machine has many addresses there. */
static void who_is(uint8_t who[16], const struct sockaddr *from)
{
    const struct sockaddr_in *in = (const void *)from;
    const struct sockaddr_in6 *in6 = (const void *)from;

    memset(who, 0, 16);
    if (from->sa_family == AF_INET)
        memcpy(who, &in->sin_addr, 4);
    if (from->sa_family == AF_INET6)
        memcpy(who, &in6->sin6_addr, 8);
}

static struct page_tries *tries_of(struct page_login *login, const struct sockaddr *from)
{
    struct page_tries *at = &login->tries[0];
    uint8_t who[16];

    who_is(who, from);
    for (size_t i = 0; i < sizeof login->tries / sizeof login->tries[0]; i++) {
        if (memcmp(login->tries[i].who, who, sizeof who) == 0 && login->tries[i].clear_ms != 0)
            return &login->tries[i];
        if (login->tries[i].clear_ms < at->clear_ms)
            at = &login->tries[i];
    }
    memcpy(at->who, who, sizeof who);
    at->clear_ms = 0;
    return at;
}

static bool decode(uint8_t out[PAGE_SECRET_LEN], const char *text)
{
    return text != NULL && base64_decode(out, PAGE_SECRET_LEN, text, strlen(text));
}

static bool is_secret(const uint8_t secret[PAGE_SECRET_LEN], const char *text)
{
    uint8_t given[PAGE_SECRET_LEN];
    bool ok = decode(given, text) && secret_is_equal(given, secret, sizeof given);

    explicit_bzero(given, sizeof given);
    return ok;
}

enum page_login_result page_login_try(struct page_login *login, const struct sockaddr *from,
                                      const char *token, uint64_t now_ms,
                                      const struct page_session **session, struct tool_fail *fail)
{
    struct page_tries *tries = tries_of(login, from);

    *session = NULL;
    if (tries->clear_ms > now_ms + (PAGE_TRY_MAX - 1) * PAGE_TRY_MS)
        return PAGE_LOGIN_WAIT;
    if (!is_secret(login->token, token)) {
        tries->clear_ms = (tries->clear_ms > now_ms ? tries->clear_ms : now_ms) + PAGE_TRY_MS;
        return PAGE_LOGIN_WRONG;
    }
    return new_session(login, session, fail) ? PAGE_LOGIN_OK : PAGE_LOGIN_FAILED;
}

const struct page_session *page_login_find(const struct page_login *login, const char *cookie)
{
    const struct page_session *found = NULL;

    for (size_t i = 0; i < PAGE_SESSION_MAX; i++) {
        if (login->sessions[i].number != 0 && is_secret(login->sessions[i].cookie, cookie))
            found = &login->sessions[i];
    }
    return found;
}

bool page_login_has_key(const struct page_session *session, const char *key)
{
    return is_secret(session->key, key);
}

bool page_login_is_open(const struct page_login *login, uint64_t number)
{
    for (size_t i = 0; i < PAGE_SESSION_MAX; i++) {
        if (login->sessions[i].number == number)
            return true;
    }
    return false;
}

bool page_login_end(struct page_login *login, uint64_t number, struct tool_fail *fail)
{
    for (size_t i = 0; i < PAGE_SESSION_MAX; i++) {
        if (login->sessions[i].number == number)
            return forget(login, &login->sessions[i], fail);
    }
    return true;
}
