/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "base/assert.h"

#include <math.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

uint64_t sim_next(struct sim_rng *rng)
{
    uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t sim_below(struct sim_rng *rng, uint64_t bound)
{
    return sim_next(rng) % bound;
}

uint64_t sim_between(struct sim_rng *rng, uint64_t low, uint64_t high)
{
    return low + sim_below(rng, high - low + 1);
}

bool sim_chance(struct sim_rng *rng, uint32_t per_mille)
{
    return sim_below(rng, 1000) < per_mille;
}

uint64_t sim_exp(struct sim_rng *rng, uint64_t mean)
{
    double u = (double)(sim_next(rng) >> 11) / 9007199254740992.0;
    double x = -log(1.0 - u);

    return (uint64_t)((x > 20 ? 20 : x) * (double)mean);
}

uint64_t sim_now_s(const struct sim *w)
{
    return SIM_T0_S + w->now_ms / 1000;
}

/* ---- Heap of events ---- */

static bool is_before(const struct sim_event *a, const struct sim_event *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

void sim_at(struct sim *w, uint64_t at_ms, struct sim_event event)
{
    size_t i;

    if (w->heap_len == w->heap_cap) {
        w->heap_cap = w->heap_cap == 0 ? 1024 : 2 * w->heap_cap;
        w->heap = realloc(w->heap, w->heap_cap * sizeof *w->heap);
        AW_ASSERT(w->heap != NULL);
    }
    event.at_ms = at_ms < w->now_ms ? w->now_ms : at_ms;
    event.order = w->order++;
    for (i = w->heap_len++; i > 0 && is_before(&event, &w->heap[(i - 1) / 2]); i = (i - 1) / 2)
        w->heap[i] = w->heap[(i - 1) / 2];
    w->heap[i] = event;
}

static struct sim_event take_first(struct sim *w)
{
    struct sim_event first = w->heap[0], last = w->heap[--w->heap_len];
    size_t i = 0, child;

    while ((child = 2 * i + 1) < w->heap_len) {
        if (child + 1 < w->heap_len && is_before(&w->heap[child + 1], &w->heap[child]))
            child++;
        if (!is_before(&w->heap[child], &last))
            break;
        w->heap[i] = w->heap[child];
        i = child;
    }
    w->heap[i] = last;
    return first;
}

/* ---- Log: hashed as a whole, and the last lines in words ---- */

static void hash_block(struct sim *w)
{
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, NULL, 0, sizeof w->hash);
    (void)crypto_generichash_update(&state, w->hash, sizeof w->hash);
    (void)crypto_generichash_update(&state, w->log, w->log_len);
    (void)crypto_generichash_final(&state, w->hash, sizeof w->hash);
    w->log_len = 0;
}

static void log_bytes(struct sim *w, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        size_t part = sizeof w->log - w->log_len;

        part = part > len ? len : part;
        memcpy(w->log + w->log_len, bytes, part);
        w->log_len += part;
        bytes += part;
        len -= part;
        if (w->log_len == sizeof w->log)
            hash_block(w);
    }
}

void sim_log(struct sim *w, uint8_t what, uint8_t who, uint64_t a, uint64_t b)
{
    uint8_t entry[26] = {what, who};
    const uint64_t values[3] = {w->now_ms, a, b};

    for (size_t i = 0; i < 24; i++)
        entry[2 + i] = (uint8_t)(values[i / 8] >> (8 * (i % 8)));
    log_bytes(w, entry, sizeof entry);
    w->stats->events++;
}

void sim_hash_end(struct sim *w)
{
    static uint64_t lives;

    if (sim_canary(w, SIM_I10_SAME))
        sim_log(w, 'N', 0, ++lives, 0);
    hash_block(w);
}

const char *sim_name(size_t host)
{
    static const char *const names[SIM_HOST_MAX] = {
        "she",        "contact 1",  "contact 2",  "contact 3",  "contact 4",  "contact 5",
        "contact 6",  "contact 7",  "contact 8",  "contact 9",  "contact 10", "contact 11",
        "contact 12", "contact 13", "contact 14", "contact 15", "contact 16",
    };

    return names[host];
}

void sim_note(struct sim *w, const char *format, ...)
{
    char *line = w->lines[w->line_count++ % SIM_LINES_MAX];
    uint64_t s = (w->now_ms - w->zero_ms) / 1000;
    int n = snprintf(line, SIM_LINE_LEN, "day %3u %02u:%02u:%02u  ", (unsigned)(s / 86400),
                     (unsigned)(s / 3600 % 24), (unsigned)(s / 60 % 60), (unsigned)(s % 60));
    va_list args;

    va_start(args, format);
    (void)vsnprintf(line + n, SIM_LINE_LEN - (size_t)n, format, args);
    va_end(args);
    if (w->options.is_verbose)
        (void)fprintf(stderr, "%s\n", line);
}

void sim_fail(struct sim *w, enum sim_invariant invariant, const char *format, ...)
{
    va_list args;

    if (w->is_failed)
        return; /* what follows from the first one tells nothing */
    w->is_failed = true;
    w->failed = invariant;
    va_start(args, format);
    (void)vsnprintf(w->failure, sizeof w->failure, format, args);
    va_end(args);
    sim_note(w, "%s VIOLATED: %.120s", sim_invariant_name(invariant), w->failure);
}

void sim_print_timeline(const struct sim *w, FILE *out, size_t most)
{
    size_t from = w->line_count > most ? w->line_count - most : 0;

    if (w->line_count > SIM_LINES_MAX && from < w->line_count - SIM_LINES_MAX)
        from = w->line_count - SIM_LINES_MAX;
    for (size_t i = from; i < w->line_count; i++)
        (void)fprintf(out, "  %s\n", w->lines[i % SIM_LINES_MAX]);
}

/* ---- Life ---- */

void sim_open(struct sim *w, const struct sim_options *options, struct sim_stats *stats)
{
    memset(w, 0, sizeof *w);
    w->options = *options;
    w->stats = stats;
    w->rng.state = options->seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    w->lines = calloc(SIM_LINES_MAX, sizeof *w->lines);
    w->incidents = calloc(SIM_INCIDENT_MAX, sizeof *w->incidents);
    AW_ASSERT(w->lines != NULL && w->incidents != NULL);
    sim_draw(w);
    if (w->options.prepare != NULL)
        w->options.prepare(w, w->options.ctx);
    for (size_t i = 0; i < w->scene.relays; i++)
        sim_relay_open(w, i);
    w->host_count = 1u + w->scene.contacts;
    for (size_t i = 0; i < w->host_count; i++)
        sim_host_open(w, i);
    sim_people_set_up(w);
}

void sim_close(struct sim *w)
{
    for (size_t i = 0; i < w->heap_len; i++)
        free(w->heap[i].frame);
    free(w->heap);
    for (size_t i = 0; i < w->host_count; i++)
        sim_host_free(&w->hosts[i]);
    for (size_t i = 0; i < w->scene.relays; i++)
        sim_relay_free(&w->relays[i]);
    free(w->said);
    free(w->plans);
    free(w->incidents);
    free(w->lines);
    sim_check_free(w);
}

static void on_host(struct sim *w, const struct sim_event *event)
{
    struct sim_host *h = &w->hosts[event->host];

    switch ((int)event->kind) {
    case SIM_EV_HOST:
        sim_host_timer(w, h, event->at_ms);
        break;
    case SIM_EV_START:
        if (h->gen == event->gen && h->state == SIM_HOST_OFF && !(h->idx == 0 && w->is_phone_lost))
            (void)sim_host_start(w, h);
        break;
    default: /* WAKE */
        if (h->gen == event->gen && h->state == SIM_HOST_DOZES)
            sim_host_wake(w, h);
        break;
    }
}

static void serve(struct sim *w, const struct sim_event *event)
{
    switch ((int)event->kind) {
    case SIM_EV_HOST:
    case SIM_EV_START:
    case SIM_EV_WAKE:
        on_host(w, event);
        break;
    case SIM_EV_RELAY:
        sim_relay_tick(w, &w->relays[event->relay], event->at_ms);
        break;
    case SIM_EV_DIAL:
    case SIM_EV_TO_RELAY:
        sim_relay_on_frame(w, event);
        break;
    case SIM_EV_TO_HOST:
        sim_port_on_frame(w, event);
        break;
    case SIM_EV_BROKEN:
        sim_port_on_broken(w, event);
        break;
    case SIM_EV_COMMIT:
        sim_relay_on_commit(w, event);
        break;
    case SIM_EV_RELAY_UP:
        if (!w->relays[event->relay].is_up && w->relays[event->relay].gen == event->gen)
            sim_relay_start(w, &w->relays[event->relay]);
        break;
    case SIM_EV_FAULT:
        sim_faults_on_event(w, event);
        break;
    case SIM_EV_HEAL:
        sim_faults_on_heal(w, event);
        break;
    case SIM_EV_ROOM:
        sim_faults_on_room(w, event);
        break;
    case SIM_EV_CLOCK:
        sim_faults_on_clock(w, event);
        break;
    case SIM_EV_HELD:
        sim_relay_on_held(w, event);
        break;
    case SIM_EV_HUMAN:
        sim_people_on_act(w, event);
        break;
    case SIM_EV_CHECK:
        sim_check_on_event(w, event);
        break;
    }
    free(event->frame);
}

/* Serves all events up to `until_ms`. */
static void run_until(struct sim *w, uint64_t until_ms)
{
    while (!w->is_failed && w->heap_len > 0 && w->heap[0].at_ms <= until_ms) {
        struct sim_event event = take_first(w);

        w->now_ms = event.at_ms;
        serve(w, &event);
        sim_check_paths(w);
    }
    if (!w->is_failed)
        w->now_ms = until_ms;
}

void sim_run(struct sim *w)
{
    uint64_t safe_end_ms = w->now_ms + w->scene.life_ms;
    uint64_t begin_ms = w->now_ms;

    w->end_ms = safe_end_ms;
    sim_faults_begin(w);
    sim_people_begin(w);
    run_until(w, safe_end_ms);
    if (!w->is_failed) {
        w->is_calm = true;
        sim_faults_end(w);
        run_until(w, safe_end_ms + w->scene.calm_ms);
        /* At a moment at which nothing has just happened; a day has one. */
        for (unsigned hour = 0; hour < 24 && !w->is_failed && !sim_check_is_settled(w); hour++)
            run_until(w, w->now_ms + SIM_HOUR);
    }
    if (!w->is_failed)
        sim_check_end(w);
    sim_hash_end(w);
    w->stats->seeds++;
    w->stats->life_ms += w->now_ms - begin_ms;
    w->stats->years_by_contacts_ms[w->scene.contacts] += w->now_ms - begin_ms;
}

void sim_settle(struct sim *w, uint64_t span_ms)
{
    run_until(w, w->now_ms + span_ms);
}
