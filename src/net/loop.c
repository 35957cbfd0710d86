/* SPDX-License-Identifier: ISC */
#include "net/loop.h"

#include "base/assert.h"
#include "base/time.h"
#include "store/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

/* libuv takes its memory here, so that it is counted and can be made to fail with ours. */
static void *take(size_t len)
{
    return aw_alloc(len);
}

static void *take_zeroed(size_t count, size_t len)
{
    return len != 0 && count > SIZE_MAX / len ? NULL : aw_alloc(count * len);
}

static void on_stop(uv_async_t *handle)
{
    const struct aw_loop *loop = handle->data;

    if (atomic_load(&loop->is_stopping)) /* else meant for a run that ended by itself */
        uv_stop(handle->loop);
}

/* A peer that closes while we write must not end the process. A handler of the host's stays. */
static void ignore_sigpipe(void)
{
    struct sigaction now;

    if (sigaction(SIGPIPE, NULL, &now) != 0 || now.sa_handler != SIG_DFL)
        return;
    now = (struct sigaction){.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &now, NULL);
}

/* libuv ends the process, without a word, where the first loop finds no room for its pipes. */
static bool has_descriptors(void)
{
    int fds[4][2];
    size_t i, count = 0;

    while (count < AW_COUNT(fds) && pipe2(fds[count], O_CLOEXEC) == 0)
        count++;
    for (i = 0; i < count; i++) {
        (void)close(fds[i][0]);
        (void)close(fds[i][1]);
    }
    return count == AW_COUNT(fds);
}

enum aw_status aw_loop_open(struct aw_loop **out, const struct aw_clock *clock)
{
    struct aw_loop *loop;

    ignore_sigpipe();
    /* Refused (EINVAL) only for NULL functions. */
    (void)uv_replace_allocator(take, aw_realloc, take_zeroed, aw_free);
    loop = has_descriptors() ? aw_alloc(sizeof *loop) : NULL;
    if (loop == NULL)
        return AW_E_NETWORK;
    loop->clock = *clock;
    loop->read_buf = aw_alloc(AW_NET_READ_LEN);
    if (loop->read_buf == NULL || uv_loop_init(&loop->uv) != 0) {
        aw_free(loop->read_buf);
        aw_free(loop);
        return AW_E_NETWORK;
    }
    if (uv_async_init(&loop->uv, &loop->stop, on_stop) != 0) {
        (void)uv_loop_close(&loop->uv);
        aw_free(loop->read_buf);
        aw_free(loop);
        return AW_E_NETWORK;
    }
    loop->stop.data = loop;
    uv_unref((uv_handle_t *)&loop->stop);
    *out = loop;
    return AW_OK;
}

void aw_loop_run(struct aw_loop *loop)
{
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    atomic_store(&loop->is_stopping, false);
}

void aw_loop_stop(struct aw_loop *loop)
{
    atomic_store(&loop->is_stopping, true);
    (void)uv_async_send(&loop->stop);
}

void aw_loop_close(struct aw_loop *loop)
{
    uv_close((uv_handle_t *)&loop->stop, NULL);
    if (loop->has_signals) {
        uv_close((uv_handle_t *)&loop->signals[0], NULL);
        uv_close((uv_handle_t *)&loop->signals[1], NULL);
    }
    while (uv_run(&loop->uv, UV_RUN_DEFAULT) != 0) {
        /* a stop that was still pending ends one round */
    }
    AW_ASSERT(uv_loop_close(&loop->uv) == 0 || uv_loop_alive(&loop->uv) == 0);
    aw_free(loop->read_buf);
    aw_free(loop);
}

struct aw_now aw_loop_now(const struct aw_loop *loop)
{
    return aw_clock_now(&loop->clock);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct aw_loop *loop = handle->data;

    (void)number;
    loop->on_signal(loop->on_signal_ctx);
}

enum aw_status aw_loop_on_signal(struct aw_loop *loop, aw_loop_call *call, void *ctx)
{
    static const int numbers[2] = {SIGTERM, SIGINT};
    size_t i;

    AW_ASSERT(!loop->has_signals);
    loop->on_signal = call;
    loop->on_signal_ctx = ctx;
    loop->has_signals = true;
    for (i = 0; i < 2; i++) {
        (void)uv_signal_init(&loop->uv, &loop->signals[i]);
        loop->signals[i].data = loop;
        uv_unref((uv_handle_t *)&loop->signals[i]);
    }
    for (i = 0; i < 2; i++) {
        if (uv_signal_start(&loop->signals[i], on_signal, numbers[i]) != 0)
            return AW_E_NETWORK;
    }
    return AW_OK;
}

void aw_loop_arm(struct aw_loop *loop, uv_timer_t *timer, uv_timer_cb call, uint64_t mono_ms)
{
    uint64_t now_ms = aw_clock_now(&loop->clock).mono_ms;

    if (mono_ms == AW_TIME_NEVER) {
        (void)uv_timer_stop(timer);
        return;
    }
    /* libuv's clock stands still while the machine sleeps: never wait longer than a minute in
     * one piece, so that a deadline which passed in sleep is seen soon after waking. */
    (void)uv_timer_start(
        timer, call,
        aw_time_min(aw_clock_true_span_ms(&loop->clock, aw_time_since(now_ms, mono_ms)), 60000), 0);
}

struct aw_loop_timer {
    uv_timer_t uv;
    struct aw_loop *loop;
    aw_loop_call *call;
    void *ctx;
    uint64_t due_ms;
};

static void on_timer(uv_timer_t *handle)
{
    struct aw_loop_timer *timer = handle->data;

    if (aw_loop_now(timer->loop).mono_ms < timer->due_ms) {
        aw_loop_arm(timer->loop, &timer->uv, on_timer, timer->due_ms);
        return;
    }
    timer->call(timer->ctx);
}

struct aw_loop_timer *aw_loop_timer_new(struct aw_loop *loop, aw_loop_call *call, void *ctx)
{
    struct aw_loop_timer *timer = aw_alloc(sizeof *timer);

    if (timer == NULL)
        return NULL;
    timer->loop = loop;
    timer->call = call;
    timer->ctx = ctx;
    (void)uv_timer_init(&loop->uv, &timer->uv);
    timer->uv.data = timer;
    return timer;
}

void aw_loop_timer_set(struct aw_loop_timer *timer, uint64_t mono_ms)
{
    timer->due_ms = mono_ms;
    aw_loop_arm(timer->loop, &timer->uv, on_timer, mono_ms);
}

static void on_timer_closed(uv_handle_t *handle)
{
    aw_free(handle->data);
}

void aw_loop_timer_free(struct aw_loop_timer *timer)
{
    if (timer != NULL)
        uv_close((uv_handle_t *)&timer->uv, on_timer_closed);
}

struct aw_loop_watch {
    uv_poll_t uv;
    aw_loop_ready *call;
    void *ctx;
};

struct aw_loop_watch *aw_loop_watch_new(struct aw_loop *loop, int fd, aw_loop_ready *call,
                                        void *ctx)
{
    struct aw_loop_watch *watch = aw_alloc(sizeof *watch);

    if (watch == NULL || uv_poll_init(&loop->uv, &watch->uv, fd) != 0) {
        aw_free(watch);
        return NULL;
    }
    watch->uv.data = watch;
    watch->call = call;
    watch->ctx = ctx;
    return watch;
}

static void on_ready(uv_poll_t *handle, int status, int events)
{
    const struct aw_loop_watch *watch = handle->data;

    watch->call(watch->ctx, status != 0 || (events & UV_READABLE) != 0,
                status != 0 || (events & UV_WRITABLE) != 0);
}

enum aw_status aw_loop_watch_set(struct aw_loop_watch *watch, bool readable, bool writable)
{
    int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
    int error =
        events == 0 ? uv_poll_stop(&watch->uv) : uv_poll_start(&watch->uv, events, on_ready);

    return error == 0 ? AW_OK : AW_E_NETWORK;
}

static void on_watch_closed(uv_handle_t *handle)
{
    aw_free(handle->data);
}

void aw_loop_watch_free(struct aw_loop_watch *watch)
{
    if (watch != NULL)
        uv_close((uv_handle_t *)&watch->uv, on_watch_closed);
}

static bool random_fill(void *ctx, uint8_t *out, size_t len)
{
    size_t done = 0;

    (void)ctx;
    while (done < len) {
        ssize_t got = getrandom(out + done, len - done, 0);

        if (got < 0 && errno != EINTR)
            return false;
        if (got > 0)
            done += (size_t)got;
    }
    return true;
}

const struct aw_random *aw_random_system(void)
{
    static const struct aw_random random = {.fill = random_fill};

    return &random;
}

enum aw_status aw_process_harden(void)
{
    const struct rlimit none = {0, 0};
    struct sigaction ignore = {0};

    ignore.sa_handler = SIG_IGN;
    if (sigaction(SIGPIPE, &ignore, NULL) != 0)
        return AW_E_STATE;
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return AW_E_STATE;
    return AW_OK;
}
