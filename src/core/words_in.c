/* SPDX-License-Identifier: ISC */
#include "core/words.h"

#include <string.h>

#include "base/bytes.h"
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

bool aw_words_is_done(uint32_t number, uint32_t words, uint64_t more)
{
    uint32_t ahead;

    if (number <= words)
        return true;
    ahead = number - words; /* from 1; words+1 itself is missing */
    return ahead >= 2 && ahead < 2 + WINDOW && (more >> (ahead - 2) & 1) != 0;
}

uint64_t aw_words_highest(uint32_t words, uint64_t more)
{
    uint64_t number = words;

    for (unsigned bit = 0; bit < WINDOW; bit++) {
        if ((more >> bit & 1) != 0)
            number = (uint64_t)words + 2 + bit;
    }
    return number;
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

/* Makes `id` the one that came last; of too many the oldest goes. */
static void remember(struct aw_words_in *w, const struct aw_word_id *id, size_t place)
{
    if (place == AW_WORDS_KEEP)
        place = 0;
    else if (place == w->ids_count)
        w->ids_count++;
    memmove(&w->ids[place], &w->ids[place + 1], (w->ids_count - place - 1U) * sizeof w->ids[0]);
    w->ids[w->ids_count - 1] = *id;
}

enum aw_status aw_words_in_accept(struct aw_words_in *w, const struct aw_word_id *id,
                                  enum aw_word_odd *odd)
{
    struct aw_word_id taken = *id; /* may stand in the list */
    size_t place = 0;

    *odd = AW_WORD_ODD_NONE;
    if (aw_words_is_done(taken.number, w->words, w->more)) {
        *odd = AW_WORD_ODD_LATE;
        for (; place < w->ids_count; place++) {
            if (w->ids[place].number != taken.number)
                continue;
            if (memcmp(w->ids[place].mark, taken.mark, AW_WORD_MARK_LEN) == 0)
                break;
            *odd = AW_WORD_ODD_REUSED;
        }
    } else if (taken.number - w->words >= 2 + WINDOW) {
        return AW_E_RANGE;
    } else {
        place = w->ids_count;
        if (taken.number == w->words + 1)
            advance(w);
        else
            w->more |= UINT64_C(1) << (taken.number - w->words - 2);
    }
    /* spec/05-channel.md §7: "A receiver MUST process a word once." */
    if (place < w->ids_count) {
        *odd = AW_WORD_ODD_NONE;
        remember(w, &taken, place);
        return AW_E_REPLAY;
    }
    remember(w, &taken, place);
    return AW_OK;
}

size_t aw_words_in_marks(const struct aw_words_in *w, uint8_t marks[AW_REPLY_MARKS_LEN])
{
    size_t len = 0;

    for (size_t i = w->ids_count; i > 0 && len < AW_REPLY_MARKS_LEN; i--) {
        memcpy(marks + len, w->ids[i - 1].mark, AW_WORD_MARK_LEN);
        len += AW_WORD_MARK_LEN;
    }
    return len;
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

/* ---- Record: [version, words, more, ids], an id being 4 bytes of number and the mark ---- */

#define ID_LEN (4 + AW_WORD_MARK_LEN)

enum aw_status aw_words_in_encode(const struct aw_words_in *w, struct aw_buf *out)
{
    uint8_t ids[AW_WORDS_KEEP * ID_LEN];
    struct aw_wr wr;

    for (size_t i = 0; i < w->ids_count; i++) {
        aw_put_u32(ids + i * ID_LEN, w->ids[i].number);
        memcpy(ids + i * ID_LEN + 4, w->ids[i].mark, AW_WORD_MARK_LEN);
    }
    aw_record_begin(&wr, out, 4);
    aw_wr_uint(&wr, w->words);
    aw_wr_uint(&wr, w->more);
    aw_record_put(&wr, ids, w->ids_count * ID_LEN);
    return aw_wr_end(&wr);
}

enum aw_status aw_words_in_decode(struct aw_words_in *w, struct aw_bytes in)
{
    struct aw_bytes ids;
    struct aw_rd rd;

    aw_words_in_init(w);
    aw_record_open(&rd, in, 4);
    w->words = aw_record_u32(&rd);
    w->more = aw_rd_uint(&rd, 0, UINT64_MAX);
    ids = aw_rd_bytes(&rd, 0, AW_WORDS_KEEP * ID_LEN);
    aw_record_require(&rd, ids.len % ID_LEN == 0);
    if (aw_rd_end(&rd) != AW_OK) {
        aw_words_in_init(w);
        return AW_E_DAMAGED;
    }
    w->ids_count = (uint8_t)(ids.len / ID_LEN);
    for (size_t i = 0; i < w->ids_count; i++) {
        w->ids[i].number = aw_get_u32(ids.ptr + i * ID_LEN);
        memcpy(w->ids[i].mark, ids.ptr + i * ID_LEN + 4, AW_WORD_MARK_LEN);
    }
    return AW_OK;
}
