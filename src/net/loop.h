/* SPDX-License-Identifier: ISC */
#ifndef AW_NET_LOOP_H
#define AW_NET_LOOP_H

#include <allswell/hook.h>
#include <allswell/loop.h>
#include <stdatomic.h>
#include <uv.h>

/* One read may bring this many bytes; all links of a loop share the buffer. */
#define AW_NET_READ_LEN 262144

struct aw_loop {
    uv_loop_t uv;
    struct aw_clock clock;
    uv_async_t stop;
    atomic_bool is_stopping;
    uv_signal_t signals[2];
    bool has_signals;
    aw_loop_call *on_signal;
    void *on_signal_ctx;
    unsigned hook_count; /* running */
    uint8_t *read_buf;   /* AW_NET_READ_LEN bytes */
};

/* Time of libuv's own clock, for limits that have nothing to do with the protocol. */
static inline uint64_t aw_loop_true_ms(const struct aw_loop *loop)
{
    return uv_now(&loop->uv);
}

/* Sets a libuv timer to `mono_ms` of the loop's clock; AW_TIME_NEVER stops it. */
void aw_loop_arm(struct aw_loop *loop, uv_timer_t *timer, uv_timer_cb call, uint64_t mono_ms);

/* Microseconds of true time, from any beginning: for how long something took. */
uint64_t aw_clock_true_us(void);

#endif /* AW_NET_LOOP_H */
