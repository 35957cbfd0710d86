/* SPDX-License-Identifier: ISC */
#include "allswell/notify/courier/parcel.h"

#include "common/text.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Enough to say why; the rest of a long answer is cut off, and the status came before it. */
static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct parcel *parcel = (struct parcel *)ctx;
    size_t len = size * count, room = PARCEL_READ_MAX - parcel->read_len;

    memcpy(parcel->read + parcel->read_len, bytes, len < room ? len : room);
    parcel->read_len += len < room ? len : room;
    parcel->read[parcel->read_len] = '\0';
    return len <= room ? len : 0;
}

/* Of a mail server all answers are headers: the last one before QUIT counts. */
static size_t on_header(char *bytes, size_t size, size_t count, void *ctx)
{
    struct parcel *parcel = (struct parcel *)ctx;
    size_t len = size * count;

    if (!parcel->is_mail || parcel->is_over)
        return len;
    parcel->read_len = len < PARCEL_READ_MAX ? len : PARCEL_READ_MAX;
    memcpy(parcel->read, bytes, parcel->read_len);
    parcel->read[parcel->read_len] = '\0';
    return len;
}

/* libcurl ends a talk with a mail server by QUIT, and would wait until that is answered.
 * The other direction is closed as soon as it is said, so that it finds the end at once. */
static int on_talk(CURL *easy, curl_infotype type, char *bytes, size_t len, void *ctx)
{
    struct parcel *parcel = (struct parcel *)ctx;

    (void)easy;
    if (type == CURLINFO_HEADER_OUT && len >= 4 && memcmp(bytes, "QUIT", 4) == 0) {
        parcel->is_over = true;
        (void)shutdown(parcel->fd, SHUT_RD);
    }
    return 0;
}

static size_t on_read(char *out, size_t size, size_t count, void *ctx)
{
    struct parcel *parcel = (struct parcel *)ctx;
    size_t room = size * count, left = parcel->body_len - parcel->body_pos;
    size_t len = left < room ? left : room;

    memcpy(out, parcel->body + parcel->body_pos, len);
    parcel->body_pos += len;
    return len;
}

/* on_talk() has to know it. */
static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct parcel *parcel = (struct parcel *)ctx;

    (void)purpose;
    parcel->fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    return parcel->fd < 0 ? CURL_SOCKET_BAD : parcel->fd;
}

bool parcel_header(struct parcel *parcel, const char *name, const char *value)
{
    char line[HOOK_SECRET_MAX + 64];
    struct curl_slist *more;

    (void)snprintf(line, sizeof line, "%s:%s%s", name, value[0] == '\0' ? "" : " ", value);
    more = curl_slist_append(parcel->headers, line);
    explicit_bzero(line, sizeof line);
    if (more == NULL)
        return false;
    parcel->headers = more;
    return true;
}

static bool set(bool ok, CURLcode code)
{
    return ok && code == CURLE_OK;
}

/* A circuit of its own for each hook: Tor keeps apart what comes with different names. */
static bool set_proxy(struct parcel *parcel, const struct hook *hook)
{
    char proxy[HOOK_PROXY_MAX + 16] = "", name[24];
    bool ok;

    if (hook->proxy[0] != '\0')
        (void)snprintf(proxy, sizeof proxy, "socks5h://%s", hook->proxy);
    /* "": none, whatever the environment says */
    ok = set(true, curl_easy_setopt(parcel->easy, CURLOPT_PROXY, proxy));
    ok = set(ok, curl_easy_setopt(parcel->easy, CURLOPT_NOPROXY, ""));
    if (hook->proxy[0] == '\0')
        return ok;
    (void)snprintf(name, sizeof name, "hook-%u", (unsigned)hook->number);
    ok = set(ok, curl_easy_setopt(parcel->easy, CURLOPT_PROXYUSERNAME, name));
    return set(ok, curl_easy_setopt(parcel->easy, CURLOPT_PROXYPASSWORD, "0"));
}

static bool set_common(struct parcel *parcel, const struct hook *hook)
{
    CURL *easy = parcel->easy;
    long limit_ms = (long)hook_limit_ms(hook);
    bool ok = set(true, curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));

    ok = set(ok, curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L)); /* or a slow resolver blocks */
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
                                  parcel->is_mail ? "smtp,smtps" : "http,https"));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, limit_ms));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, limit_ms));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2));
    if (hook->ca[0] != '\0')
        ok = set(ok, curl_easy_setopt(easy, CURLOPT_CAINFO, hook->ca));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, parcel));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_WRITEDATA, parcel));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_HEADERDATA, parcel));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_READDATA, parcel));
    ok = set(ok, curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, parcel->error));
    if (parcel->is_mail) {
        ok = set(ok, curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L)); /* to on_talk() only */
        ok = set(ok, curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_talk));
        ok = set(ok, curl_easy_setopt(easy, CURLOPT_DEBUGDATA, parcel));
    }
    return ok && set_proxy(parcel, hook);
}

bool parcel_pack(struct parcel *parcel, const struct hook *hook, const struct notice *notice)
{
    *parcel =
        (struct parcel){.fd = -1, .is_mail = hook->kind == NOTIFY_SMTP, .easy = curl_easy_init()};
    return parcel->easy != NULL && set_common(parcel, hook) &&
           (parcel->is_mail ? pack_mail : pack_http)(parcel, hook, notice);
}

void parcel_answer(const struct parcel *parcel, CURLcode code, struct answer *answer)
{
    (parcel->is_mail ? answer_mail : answer_http)(parcel, code, answer);
}

void parcel_wipe(struct parcel *parcel)
{
    curl_easy_cleanup(parcel->easy);
    curl_slist_free_all(parcel->headers);
    curl_slist_free_all(parcel->receivers);
    explicit_bzero(parcel, sizeof *parcel);
}

/* Whoever echoes a request must not bring a secret into the log. */
void answer_write(struct answer *answer, const struct parcel *parcel, const char *what,
                  const char *said)
{
    char line[PARCEL_READ_MAX + 1];

    (void)snprintf(line, sizeof line, "%s", said);
    for (size_t i = 0; i < sizeof parcel->secrets / sizeof parcel->secrets[0]; i++) {
        if (parcel->secrets[i][0] != '\0' && strstr(line, parcel->secrets[i]) != NULL)
            line[0] = '\0';
    }
    line[strcspn(line, "\r\n")] = '\0';
    (void)snprintf(answer->text, sizeof answer->text, "%s%s%s", what,
                   line[0] == '\0' || what[0] == '\0' ? "" : ": ", line);
    text_clean(answer->text);
}

void answer_failed(struct answer *answer, const struct parcel *parcel, CURLcode code)
{
    const char *why = parcel->error[0] != '\0' ? parcel->error : curl_easy_strerror(code);

    answer->end = TRY_LATER;
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
        code == CURLE_USE_SSL_FAILED) {
        answer->end = TRY_REFUSED; /* by us: nothing was said to it */
        answer_write(answer, parcel, "not trusted", why);
    } else if (code == CURLE_OPERATION_TIMEDOUT) {
        answer_write(answer, parcel, "no answer in time", "");
    } else {
        answer_write(answer, parcel, "not reached", why);
    }
}
