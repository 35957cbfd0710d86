/* SPDX-License-Identifier: ISC */
#include "base/time.h"

#include "net/loop.h"

#include <allswell/clock.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

/* A machine whose clock stands before 1970 has no time: 0. */
static uint64_t read_ms(clockid_t id)
{
    struct timespec ts;

    if (clock_gettime(id, &ts) != 0 || ts.tv_sec < 0)
        return 0;
    return aw_time_min((uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000, AW_TIME_MAX_MS);
}

static bool parse_number(const char *text, char end, uint64_t *out, const char **rest)
{
    char *stop;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *out = strtoull(text, &stop, 10);
    *rest = stop + 1;
    return errno == 0 && *stop == end;
}

enum aw_status aw_clock_init(struct aw_clock *clock, const char *scale)
{
    uint64_t wall_ms = read_ms(CLOCK_REALTIME), mono_ms = read_ms(CLOCK_BOOTTIME);
    uint64_t origin_ms, factor;
    const char *rest;

    *clock = (struct aw_clock){.factor = 1};
    if (scale == NULL || scale[0] == '\0')
        return AW_OK;
    if (!parse_number(scale, ':', &origin_ms, &rest) || !parse_number(rest, '\0', &factor, &rest))
        return AW_E_FORMAT;
    if (factor == 0 || factor > AW_CLOCK_FACTOR_MAX || origin_ms > wall_ms)
        return AW_E_RANGE;
    clock->factor = (uint32_t)factor;
    clock->origin_wall_ms = origin_ms;
    /* A process that starts later than another must not see less monotonic time pass. */
    clock->origin_mono_ms = aw_time_since(aw_time_since(origin_ms, wall_ms), mono_ms);
    return AW_OK;
}

static uint64_t stretch(uint64_t origin_ms, uint64_t true_ms, uint32_t factor)
{
    uint64_t passed_ms = aw_time_since(origin_ms, true_ms);

    if (factor == 1)
        return true_ms;
    if (passed_ms > AW_TIME_MAX_MS / factor)
        return AW_TIME_MAX_MS;
    return aw_time_min(origin_ms + passed_ms * factor, AW_TIME_MAX_MS);
}

struct aw_now aw_clock_now(const struct aw_clock *clock)
{
    return (struct aw_now){
        .mono_ms = stretch(clock->origin_mono_ms, read_ms(CLOCK_BOOTTIME), clock->factor),
        .wall_ms = stretch(clock->origin_wall_ms, read_ms(CLOCK_REALTIME), clock->factor),
    };
}

uint64_t aw_clock_true_span_ms(const struct aw_clock *clock, uint64_t span_ms)
{
    return span_ms / clock->factor + (span_ms % clock->factor != 0 ? 1 : 0);
}

uint64_t aw_clock_true_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}
