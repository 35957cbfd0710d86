/* SPDX-License-Identifier: ISC */
#include "core/words.h"

#include <string.h>

#include "core/record.h"

/*
 * Which words were processed: all up to `words`, and those whose bit is set in `more`. The word
 * words+1 is always the first one missing.
 */

#define WINDOW 64

void aw_words_in_init(struct aw_words_in *w)
{
    memset(w, 0, sizeof *w);
}

static bool is_done(const struct aw_words_in *w, uint32_t number)
{
    uint32_t ahead;

    if (number <= w->words)
        return true;
    ahead = number - w->words;
    return ahead >= 2 && ahead < 2 + WINDOW && (w->more >> (ahead - 2) & 1) != 0;
}

/* Counts words+1 as done, and every word after it that is done, too. */
static void advance(struct aw_words_in *w)
{
    bool next_is_done;

    do {
        next_is_done = (w->more & 1) != 0;
        w->more >>= 1;
        w->words++;
    } while (next_is_done);
}

enum aw_status aw_words_in_waiting(struct aw_words_in *w, uint32_t waiting, struct aw_word_gap *gap)
{
    *gap = (struct aw_word_gap){0};
    if (waiting == 0 || (waiting > w->words && waiting - w->words - 1 > AW_WORDS_JUMP_MAX))
        return AW_E_RANGE;
    while (w->words < waiting - 1) {
        if (gap->count == 0)
            gap->first = w->words + 1;
        gap->count++;
        if (w->more == 0) {
            /* Nothing more was processed: the rest of the gap is one step. */
            gap->count += waiting - 1 - (w->words + 1);
            w->words = waiting - 1;
        } else {
            advance(w);
        }
    }
    return AW_OK;
}

enum aw_status aw_words_in_accept(struct aw_words_in *w, uint32_t number)
{
    /* spec/05-channel.md §7: "A receiver MUST process a word once." */
    if (is_done(w, number))
        return AW_E_REPLAY;
    if (number - w->words >= 2 + WINDOW)
        return AW_E_RANGE;
    if (number == w->words + 1)
        advance(w);
    else
        w->more |= UINT64_C(1) << (number - w->words - 2);
    return AW_OK;
}

uint32_t aw_words_in_missing(const struct aw_words_in *w)
{
    uint32_t missing = w->more == 0 ? 0 : 1; /* words+1 */
    uint64_t more = w->more;

    /* Holes below the highest bit. */
    for (; more > 1; more >>= 1)
        missing += (more & 1) == 0 ? 1U : 0U;
    return missing;
}

enum aw_status aw_words_in_encode(const struct aw_words_in *w, struct aw_buf *out)
{
    struct aw_wr wr;

    aw_record_begin(&wr, out, 3);
    aw_wr_uint(&wr, w->words);
    aw_wr_uint(&wr, w->more);
    return aw_wr_end(&wr);
}

enum aw_status aw_words_in_decode(struct aw_words_in *w, struct aw_bytes in)
{
    struct aw_rd rd;

    aw_words_in_init(w);
    aw_record_open(&rd, in, 3);
    w->words = aw_record_u32(&rd);
    w->more = aw_rd_uint(&rd, 0, UINT64_MAX);
    if (aw_rd_end(&rd) == AW_OK)
        return AW_OK;
    aw_words_in_init(w);
    return AW_E_DAMAGED;
}
