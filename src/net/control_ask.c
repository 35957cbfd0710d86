/* SPDX-License-Identifier: ISC */
#include <allswell/clock.h>
#include <allswell/control.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The client's side: one question, one answer, blocking with a time limit. */

struct ask {
    int fd;
    struct aw_clock clock; /* true time */
    uint64_t until_ms;
};

static uint64_t now_ms(const struct ask *a)
{
    return aw_clock_now(&a->clock).mono_ms;
}

static enum aw_status wait_for(const struct ask *a, short events)
{
    struct pollfd fd = {.fd = a->fd, .events = events};
    int rc;

    do {
        uint64_t at_ms = now_ms(a);

        rc = at_ms >= a->until_ms ? 0 : poll(&fd, 1, (int)(a->until_ms - at_ms));
    } while (rc < 0 && errno == EINTR);
    return rc > 0 ? AW_OK : AW_E_NETWORK;
}

static enum aw_status send_all(const struct ask *a, const char *bytes, size_t len)
{
    while (len > 0) {
        enum aw_status st = wait_for(a, POLLOUT);
        ssize_t sent;

        if (st != AW_OK)
            return st;
        sent = send(a->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return AW_E_NETWORK;
        if (sent > 0) {
            bytes += sent;
            len -= (size_t)sent;
        }
    }
    return AW_OK;
}

static enum aw_status read_line(const struct ask *a, char *answer)
{
    size_t len = 0;

    for (;;) {
        enum aw_status st = wait_for(a, POLLIN);
        ssize_t got;

        if (st != AW_OK)
            return st;
        got = recv(a->fd, answer + len, AW_CONTROL_LINE_MAX + 1 - len, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (got <= 0)
            return AW_E_NETWORK;
        len += (size_t)got;
        if (answer[len - 1] == '\n') {
            answer[len - 1] = '\0';
            return AW_OK;
        }
        if (len == AW_CONTROL_LINE_MAX + 1)
            return AW_E_RANGE;
    }
}

static enum aw_status exchange(const struct ask *a, const char *line, char *answer)
{
    struct ucred peer;
    socklen_t peer_len = sizeof peer;
    enum aw_status st;

    /* The line may hold a secret: it goes to the user's own process, or to nobody. */
    if (getsockopt(a->fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_len) != 0)
        return AW_E_NETWORK;
    if (peer.uid != geteuid())
        return AW_E_AUTH;
    st = send_all(a, line, strlen(line));
    if (st == AW_OK)
        st = send_all(a, "\n", 1);
    return st == AW_OK ? read_line(a, answer) : st;
}

enum aw_status aw_control_ask(const char *path, const char *line, char *answer, uint64_t timeout_ms)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ask a = {.clock.factor = 1};
    enum aw_status st;

    if (strlen(path) > AW_CONTROL_PATH_MAX || strlen(line) > AW_CONTROL_LINE_MAX ||
        strchr(line, '\n') != NULL)
        return AW_E_RANGE;
    a.until_ms = now_ms(&a) + timeout_ms;
    memcpy(address.sun_path, path, strlen(path) + 1);
    a.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (a.fd < 0)
        return AW_E_NETWORK;
    if (connect(a.fd, (const struct sockaddr *)&address, sizeof address) == 0)
        st = exchange(&a, line, answer);
    else
        st = errno == ENOENT || errno == ECONNREFUSED ? AW_E_NOT_FOUND : AW_E_NETWORK;
    (void)close(a.fd);
    return st;
}
