/* SPDX-License-Identifier: ISC */
#include "net/loop.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "store/alloc.h"

#include <allswell/control.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* How long a caller waits when there was no memory for him. */
#define RETRY_MS 1000

struct aw_control_client {
    uv_pipe_t pipe;
    struct aw_control *control; /* NULL: the control is gone, an answer goes nowhere */
    struct aw_control_client *next;
    char *line; /* AW_CONTROL_LINE_MAX + 1 bytes */
    size_t line_len;
    bool owes_answer, is_closing, is_closed;
};

struct aw_control {
    uv_pipe_t pipe;
    uv_timer_t retry;
    unsigned open_handles;
    struct aw_loop *loop;
    aw_control_line *call;
    void *ctx;
    struct aw_control_client *clients;
    unsigned client_count;
    char path[AW_CONTROL_PATH_MAX + 1];
};

/* A client that owes an answer stays in memory until the answer is given. */
static void release(struct aw_control_client *c)
{
    if (!c->is_closed || c->owes_answer)
        return;
    aw_wipe(c->line, AW_CONTROL_LINE_MAX + 1);
    aw_free(c->line);
    aw_free(c);
}

static void on_client_closed(uv_handle_t *handle)
{
    struct aw_control_client *c = handle->data;

    c->is_closed = true;
    release(c);
}

static void close_client(struct aw_control_client *c)
{
    if (c->is_closing)
        return;
    c->is_closing = true;
    if (c->control != NULL) {
        struct aw_control_client **at = &c->control->clients;

        while (*at != c)
            at = &(*at)->next;
        *at = c->next;
        c->control->client_count--;
        c->control = NULL;
    }
    uv_close((uv_handle_t *)&c->pipe, on_client_closed);
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buf)
{
    struct aw_control_client *c = handle->data;

    (void)hint;
    *buf = uv_buf_init(c->line + c->line_len, (unsigned)(AW_CONTROL_LINE_MAX + 1 - c->line_len));
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
    struct aw_control_client *c = stream->data;
    char *end;

    (void)buf;
    if (got < 0) {
        close_client(c);
        return;
    }
    c->line_len += (size_t)got;
    end = memchr(c->line, '\n', c->line_len);
    if (end == NULL) {
        if (c->line_len > AW_CONTROL_LINE_MAX)
            close_client(c);
        return;
    }
    /* One line is one question: what follows it before the answer is not a client of ours. */
    if (end + 1 != c->line + c->line_len || memchr(c->line, '\0', c->line_len) != NULL) {
        close_client(c);
        return;
    }
    *end = '\0';
    c->line_len = 0;
    c->owes_answer = true;
    (void)uv_read_stop(stream);
    c->control->call(c->control->ctx, c, c->line);
}

static void start_client(struct aw_control *control, struct aw_control_client *c)
{
    struct ucred peer;
    socklen_t peer_len = sizeof peer;
    int fd;

    (void)uv_pipe_init(&control->loop->uv, &c->pipe, 0);
    c->pipe.data = c;
    c->control = control;
    c->next = control->clients;
    control->clients = c;
    control->client_count++;
    /* The mode of the socket keeps others out already; a check at the socket itself does not
     * depend on the folder or on the umask. */
    if (uv_accept((uv_stream_t *)&control->pipe, (uv_stream_t *)&c->pipe) != 0 ||
        uv_fileno((uv_handle_t *)&c->pipe, &fd) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_len) != 0 ||
        (peer.uid != geteuid() && peer.uid != 0) || control->client_count > AW_CONTROL_CLIENT_MAX ||
        uv_read_start((uv_stream_t *)&c->pipe, on_alloc, on_read) != 0)
        close_client(c);
}

static struct aw_control_client *new_client(void)
{
    struct aw_control_client *c = aw_alloc(sizeof *c);

    if (c == NULL)
        return NULL;
    c->line = aw_alloc(AW_CONTROL_LINE_MAX + 1);
    if (c->line == NULL) {
        aw_free(c);
        return NULL;
    }
    return c;
}

static void on_retry(uv_timer_t *timer);

/* libuv stops listening until the caller is accepted: without memory, that is tried again. */
static void take_caller(struct aw_control *control)
{
    struct aw_control_client *c = new_client();

    if (c != NULL)
        start_client(control, c);
    else
        (void)uv_timer_start(&control->retry, on_retry, RETRY_MS, 0);
}

static void on_retry(uv_timer_t *timer)
{
    take_caller(timer->data);
}

static void on_connection(uv_stream_t *stream, int status)
{
    if (status == 0)
        take_caller(stream->data);
}

/* Secret: wipe. Lines carry presence keys and access tokens. */
struct answer {
    uv_write_t request;
    size_t len;
    char text[];
};

static void answer_free(struct answer *answer)
{
    aw_wipe(answer->text, answer->len);
    aw_free(answer);
}

static void on_answered(uv_write_t *request, int status)
{
    struct aw_control_client *c = request->handle->data;

    answer_free(request->data);
    if (status != 0 || uv_read_start((uv_stream_t *)&c->pipe, on_alloc, on_read) != 0)
        close_client(c);
}

void aw_control_answer(struct aw_control_client *client, const char *line)
{
    size_t len = strlen(line);
    struct answer *answer;
    uv_buf_t buf;

    AW_ASSERT(client->owes_answer);
    client->owes_answer = false;
    aw_wipe(client->line, AW_CONTROL_LINE_MAX + 1);
    if (client->is_closing) {
        release(client);
        return;
    }
    answer = len > AW_CONTROL_LINE_MAX ? NULL : aw_alloc(sizeof *answer + len + 1);
    if (answer == NULL) {
        close_client(client);
        return;
    }
    memcpy(answer->text, line, len);
    answer->text[len] = '\n';
    answer->len = len + 1;
    answer->request.data = answer;
    buf = uv_buf_init(answer->text, (unsigned)(len + 1));
    if (uv_write(&answer->request, (uv_stream_t *)&client->pipe, &buf, 1, on_answered) != 0) {
        answer_free(answer);
        close_client(client);
    }
}

static bool somebody_listens(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool answers;

    if (fd < 0)
        return false;
    memcpy(address.sun_path, path, strlen(path) + 1);
    answers = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    (void)close(fd);
    return answers;
}

static void on_control_closed(uv_handle_t *handle)
{
    struct aw_control *control = handle->data;

    if (--control->open_handles == 0)
        aw_free(control);
}

static void close_handles(struct aw_control *control)
{
    uv_close((uv_handle_t *)&control->pipe, on_control_closed);
    uv_close((uv_handle_t *)&control->retry, on_control_closed);
}

enum aw_status aw_control_open(struct aw_control **out, struct aw_loop *loop, const char *path,
                               aw_control_line *call, void *ctx)
{
    struct aw_control *control;
    mode_t mask;
    int rc;

    if (strlen(path) > AW_CONTROL_PATH_MAX)
        return AW_E_RANGE;
    if (somebody_listens(path))
        return AW_E_BUSY;
    control = aw_alloc(sizeof *control);
    if (control == NULL)
        return AW_E_NETWORK;
    control->loop = loop;
    control->call = call;
    control->ctx = ctx;
    memcpy(control->path, path, strlen(path) + 1);
    (void)uv_pipe_init(&loop->uv, &control->pipe, 0);
    (void)uv_timer_init(&loop->uv, &control->retry);
    control->pipe.data = control->retry.data = control;
    control->open_handles = 2;
    (void)unlink(path); /* left by a process that died */
    mask = umask(0177);
    rc = uv_pipe_bind(&control->pipe, path);
    (void)umask(mask);
    if (rc != 0 || uv_listen((uv_stream_t *)&control->pipe, 16, on_connection) != 0) {
        close_handles(control);
        return AW_E_NETWORK;
    }
    *out = control;
    return AW_OK;
}

void aw_control_close(struct aw_control *control)
{
    if (control == NULL)
        return;
    while (control->clients != NULL) {
        struct aw_control_client *c = control->clients;

        c->owes_answer = false; /* nobody is left who would give it */
        close_client(c);
    }
    (void)unlink(control->path);
    close_handles(control);
}
