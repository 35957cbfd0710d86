/* SPDX-License-Identifier: ISC */
#include "net/server.h"

#include "base/assert.h"
#include "base/bytes.h"

#include <stdio.h>
#include <string.h>

#define TIDY_AT_ONCE 64

/*
 * Group commit: while one batch of the engine is being written by the thread, the loop goes on
 * reading and fills the next one, so that all that arrives during one flush of the disk shares
 * the next. Answers leave when the engine has been told how the commit ended.
 */

static void *committer_main(void *arg)
{
    struct aw_server *s = arg;
    struct server_committer *c = &s->committer;
    const struct aw_store *store = &s->config.store;

    (void)pthread_mutex_lock(&c->mutex);
    while (!c->stop) {
        enum aw_status st;

        if (!c->has_batch) {
            (void)pthread_cond_wait(&c->cond, &c->mutex);
            continue;
        }
        c->has_batch = false;
        (void)pthread_mutex_unlock(&c->mutex);
        st = store->vtable->commit(store->self, c->batch.ops, c->batch.op_count);
        (void)pthread_mutex_lock(&c->mutex);
        c->status = st;
        c->is_done = true;
        (void)uv_async_send(&c->done);
    }
    (void)pthread_mutex_unlock(&c->mutex);
    return NULL;
}

/* Waiters are taken out before they are called: a call may add new ones. */
static void call_waiters(struct aw_server *s, enum aw_status status)
{
    struct server_waiter ready[AW_SERVER_WAITER_MAX];
    uint32_t i, kept = 0, count = 0;

    for (i = 0; i < s->waiter_count; i++) {
        if (s->waiters[i].is_handed)
            ready[count++] = s->waiters[i];
        else
            s->waiters[kept++] = s->waiters[i];
    }
    s->waiter_count = kept;
    for (i = 0; i < count; i++)
        ready[i].call(ready[i].ctx, status);
}

uint64_t aw_server_commit_span_ms(size_t span)
{
    static const uint64_t bounds_ms[AW_SERVER_COMMIT_SPANS - 1] = {1,   3,   10,   30,
                                                                   100, 300, 1000, 3000};

    return span < AW_COUNT(bounds_ms) ? bounds_ms[span] : AW_TIME_NEVER;
}

static void count_commit(struct aw_server *s)
{
    uint64_t us = aw_clock_true_us() - s->commit_since_us;
    size_t span = 0;

    while (span < AW_SERVER_COMMIT_SPANS - 1 && us > aw_server_commit_span_ms(span) * 1000)
        span++;
    s->counters.commit_spans[span]++;
    s->counters.commit_us += us;
}

static void committed(struct aw_server *s, enum aw_status status)
{
    s->is_committing = false;
    count_commit(s);
    if (s->config.reader.self != NULL && s->config.reader_rest != NULL)
        s->config.reader_rest(&s->config.reader); /* it has to see what is new */
    /* spec/10-storage.md §3: "A relay MUST NOT acknowledge a deposit before the commit that holds
     * it has returned." The engine keeps its answers until this call. */
    aw_relay_committed(s->relay, status, aw_loop_now(s->loop));
    call_waiters(s, status);
}

static void on_done(uv_async_t *handle)
{
    struct aw_server *s = handle->data;
    struct server_committer *c = &s->committer;
    enum aw_status status;
    bool is_done;

    (void)pthread_mutex_lock(&c->mutex);
    is_done = c->is_done;
    c->is_done = false;
    status = c->status;
    (void)pthread_mutex_unlock(&c->mutex);
    if (is_done && !s->is_closing)
        committed(s, status);
}

enum aw_status aw_server_commit_start(struct aw_server *s)
{
    struct server_committer *c = &s->committer;

    if (s->config.reader.self == NULL)
        return AW_OK;
    if (uv_async_init(&s->loop->uv, &c->done, on_done) != 0)
        return AW_E_NETWORK;
    c->done.data = s;
    s->open_handles++;
    uv_unref((uv_handle_t *)&c->done);
    if (pthread_mutex_init(&c->mutex, NULL) != 0 || pthread_cond_init(&c->cond, NULL) != 0 ||
        pthread_create(&c->thread, NULL, committer_main, s) != 0)
        return AW_E_NETWORK;
    c->running = true;
    return AW_OK;
}

void aw_server_commit_stop(struct aw_server *s)
{
    struct server_committer *c = &s->committer;

    if (!c->running)
        return;
    (void)pthread_mutex_lock(&c->mutex);
    c->stop = true;
    (void)pthread_cond_signal(&c->cond);
    (void)pthread_mutex_unlock(&c->mutex);
    (void)pthread_join(c->thread, NULL);
    (void)pthread_cond_destroy(&c->cond);
    (void)pthread_mutex_destroy(&c->mutex);
    c->running = false;
}

static void hand_over(struct aw_server *s)
{
    struct server_committer *c = &s->committer;
    struct aw_relay_batch batch;
    uint32_t i;

    if (s->is_committing || !aw_relay_batch_next(s->relay, &batch, aw_loop_now(s->loop)))
        return;
    s->is_committing = true;
    s->commit_since_us = aw_clock_true_us();
    for (i = 0; i < s->waiter_count; i++)
        s->waiters[i].is_handed = true;
    if (!c->running) {
        const struct aw_store *store = &s->config.store;

        committed(s, store->vtable->commit(store->self, batch.ops, batch.op_count));
        return;
    }
    (void)pthread_mutex_lock(&c->mutex);
    c->batch = batch;
    c->has_batch = true;
    (void)pthread_cond_signal(&c->cond);
    (void)pthread_mutex_unlock(&c->mutex);
}

static void on_wake_ended(void *ctx, const struct aw_hook_result *result)
{
    struct aw_server *s = ctx;

    if (result->exit_code != 0 || result->signal != 0 || result->timed_out)
        s->counters.wakes_failed++;
    aw_server_handle_closed(s);
}

/* spec/08: a wake-up says that something is waiting, for whom the operator set the token up, and
 * nothing else; not who, what, how much, or from where. */
static void run_wake(struct aw_server *s, const struct aw_relay_wake *wake)
{
    char label[sizeof "ALLSWELL_LABEL=" + AW_RELAY_LABEL_MAX];
    const char *const env[] = {label, NULL};
    const struct aw_server_wake *named = NULL;

    for (size_t i = 0; i < s->config.wake_count && named == NULL; i++) {
        if (strcmp(s->config.wakes[i].name, wake->wake) == 0)
            named = &s->config.wakes[i];
    }
    (void)snprintf(label, sizeof label, "ALLSWELL_LABEL=%s", wake->label);
    if (named == NULL ||
        aw_hook_run(s->loop, named->argv, env, AW_SERVER_WAKE_MS, on_wake_ended, s) != AW_OK) {
        s->counters.wakes_failed++;
        return;
    }
    s->counters.wakes_run++;
    s->open_handles++; /* a server that is closed meanwhile stays until it has ended */
}

static void send_ready(struct aw_server *s)
{
    uint32_t slot;

    while ((slot = aw_relay_ready_next(s->relay)) != AW_RELAY_NONE) {
        if (s->slots[slot] != NULL)
            aw_server_link_flush(s->slots[slot]); /* or later, when it can be written to */
    }
}

/* Feeds links that were held back, each once; true when one of them got further. */
static bool resume_held(struct aw_server *s)
{
    uint32_t left = s->held.count;
    bool moved = false;

    while (left-- > 0 && s->held.first != NULL)
        moved = aw_server_link_resume(s->held.first) || moved;
    return moved;
}

static void tidy(struct aw_server *s)
{
    struct aw_relay_fetch fetch;

    for (int n = 0; n < TIDY_AT_ONCE && aw_relay_tidy_next(s->relay, &fetch); n++)
        aw_relay_tidied(s->relay, aw_server_fetch(s, &fetch, 1) ? AW_OK : AW_E_STORE);
}

void aw_server_pump(struct aw_server *s)
{
    struct aw_relay_wake wake;

    do {
        send_ready(s);
    } while (!s->is_draining && resume_held(s));
    while (aw_relay_wake_next(s->relay, &wake))
        run_wake(s, &wake);
    tidy(s);
    hand_over(s);
    /* Without a thread the commit is done already, and its answers are waiting. */
    send_ready(s);
    if (s->config.reader_rest != NULL && s->config.reader.self != NULL)
        s->config.reader_rest(&s->config.reader);
    s->counters.passed_ms = aw_loop_now(s->loop).mono_ms;
    if (s->is_draining)
        aw_server_drain_check(s);
}
