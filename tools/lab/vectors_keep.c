/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/keep.h"

#include <stdio.h>
#include <string.h>

/* Vectors of whose state and share a contact keeps (spec/07-contact.md §7). */

/* The beginning of an hour. */
#define T0      UINT32_C(1789999200)
#define RUNS    5
#define QUARTER 900

/* Statements with a state, one after the other. */
struct run {
    bool is_word;
    uint32_t seq, at_s; /* of the first; at_s counts from T0 */
    uint32_t step, every_s;
    uint32_t count;
};

struct kept {
    const char *name, *note;
    struct run runs[RUNS];
    size_t count;
};

#define WORDS(seq, at, count)                                                                      \
    {                                                                                              \
        true, seq, at, 1, 60, count                                                                \
    }
#define BEATS(seq, at, count)                                                                      \
    {                                                                                              \
        false, seq, at, 1, QUARTER, count                                                          \
    }

/* clang-format off */
static const struct kept kepts[] = {
    {"words", "the newest 16, in whatever order they come; one that comes again is known",
     {WORDS(1, 0, 16), WORDS(20, 1140, 1), WORDS(18, 1020, 1), WORDS(18, 1020, 1),
      WORDS(2, 60, 1)}, 5},
    {"beats", "one each quarter of an hour from 10 min past: those that are older than the newest "
              "16 are kept by the hour, the first of each",
     {BEATS(1, 600, 16), BEATS(17, 15000, 1), BEATS(18, 15900, 3), BEATS(21, 18600, 5)}, 4},
    {"two days of beats", "24 hours and the newest 16",
     {BEATS(1, 0, 192)}, 1},
    {"words do not count as beats", "nor beats as words",
     {BEATS(1, 0, 17), WORDS(18, 15300, 17), BEATS(35, 16320, 1)}, 3},
    {"away for a week", "the hours that are kept are those in which she was heard",
     {BEATS(1, 0, 40), BEATS(41, 604800, 40)}, 2},
    {"her clock is set back", "by two hours: beats go by seq, and the first of an hour stays",
     {BEATS(1, 0, 24), BEATS(25, 14400, 24)}, 2},
    {"her clock goes ahead by 30 days, and back", "the hours with the lowest seqs go",
     {BEATS(1, 0, 60), BEATS(61, 2592000, 60), BEATS(121, 108000, 60)}, 3},
    {"some were lost", "one in six came: two of three hours have a beat",
     {{false, 1, 0, 6, 6 * QUARTER, 60}}, 1},
};
/* clang-format on */

static void add(struct aw_keep *k, const struct run *run)
{
    for (uint32_t i = 0; i < run->count; i++) {
        struct aw_keep_item item = {.seq = run->seq + i * run->step,
                                    .issued_at = run->at_s + i * run->every_s,
                                    .share = {1}};

        aw_keep_add(k, run->is_word, &item);
    }
}

static void in_run(struct vec *v, struct run *run)
{
    run->is_word = lab_vec_bool(v, "word", run->is_word);
    run->seq = lab_vec_u32(v, "seq", run->seq);
    run->at_s = lab_vec_u32(v, "issued_at", T0 + run->at_s);
    run->step = lab_vec_u32(v, "step", run->step);
    run->every_s = lab_vec_u32(v, "every", run->every_s);
    run->count = lab_vec_u32(v, "count", run->count);
    if (run->seq == 0 || run->count > 1000)
        vec_fault(v, "seq", "0, or too many");
}

/* Of a part of the keep, ascending. */
static void out_seqs(struct vec *v, const char *name, const struct aw_keep_item *items,
                     size_t count)
{
    char text[8 * AW_KEEP_HOURS] = "";
    uint32_t last = 0;

    for (;;) {
        uint32_t next = UINT32_MAX;
        size_t len = strlen(text);

        for (size_t i = 0; i < count; i++) {
            if (items[i].seq > last && items[i].seq < next)
                next = items[i].seq;
        }
        if (next == UINT32_MAX)
            break;
        (void)snprintf(text + len, sizeof text - len, "%s%u", last == 0 ? "" : " ", next);
        last = next;
    }
    vec_out_text(v, name, text);
}

static void one_kept(struct vec *v, const struct kept *row)
{
    struct aw_keep k = {.dirty = 0};

    vec_enter(v, row->name);
    vec_note(v, row->note);
    for (size_t i = 0; i < row->count; i++) {
        struct run run = row->runs[i];
        size_t failed = v->failed;

        vec_enter(v, vec_nth(v, "run", i));
        in_run(v, &run);
        if (v->failed == failed)
            add(&k, &run);
        out_seqs(v, "words", k.items, AW_KEEP_WORDS);
        out_seqs(v, "beats", k.items + AW_KEEP_WORDS, AW_KEEP_BEATS);
        out_seqs(v, "hours", k.items + AW_KEEP_WORDS + AW_KEEP_BEATS, AW_KEEP_HOURS);
        vec_leave(v);
    }
    vec_leave(v);
}

void lab_vectors_keep(struct vec *v)
{
    for (size_t i = 0; i < AW_COUNT(kepts); i++)
        one_kept(v, &kepts[i]);
}
