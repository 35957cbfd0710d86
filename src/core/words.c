/* SPDX-License-Identifier: ISC */
#include "core/words.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "core/record.h"

/* ---- Sender ---- */

void aw_words_out_init(struct aw_words_out *w)
{
    memset(w, 0, sizeof *w);
    w->next_number = 1;
}

void aw_words_out_wipe(struct aw_words_out *w)
{
    aw_wipe(w, sizeof *w);
}

uint32_t aw_words_out_next(const struct aw_words_out *w)
{
    return w->next_number;
}

uint32_t aw_words_out_waiting(const struct aw_words_out *w)
{
    return w->count > 0 ? w->words[0].number : w->next_number;
}

static void drop(struct aw_words_out *w, size_t place)
{
    memmove(&w->words[place], &w->words[place + 1], (w->count - place - 1) * sizeof w->words[0]);
    w->count--;
    aw_wipe(&w->words[w->count], sizeof w->words[0]);
}

static bool may_go(const struct aw_word *word)
{
    return word->kind == AW_WORD_CHECKIN || word->kind == AW_WORD_SIGNAL ||
           word->kind == AW_WORD_DRILL;
}

enum aw_status aw_words_out_add(struct aw_words_out *w, enum aw_word_kind kind,
                                const uint8_t mark[AW_WORD_MARK_LEN], struct aw_bytes body,
                                uint32_t *dropped)
{
    struct aw_word *word;

    AW_ASSERT(kind >= AW_WORD_CHECKIN && kind <= AW_WORD_DRILL);
    *dropped = 0;
    if (body.len > AW_CELL_PLAIN_LEN)
        return AW_E_SPACE;
    if (w->next_number == UINT32_MAX)
        return AW_E_KEYS;
    if (w->count == AW_WORD_WAITING_MAX) {
        size_t place = 0;

        /* spec/05-channel.md §7: "When 64 words wait, a sender MUST drop the oldest waiting
         * check-in, signal or drill before it adds another, and MUST NOT drop a word of any other
         * kind." */
        while (place < w->count && !may_go(&w->words[place]))
            place++;
        if (place == w->count)
            return AW_E_LIMIT;
        *dropped = w->words[place].number;
        drop(w, place);
    }
    word = &w->words[w->count++];
    memset(word, 0, sizeof *word);
    word->number = w->next_number++;
    word->kind = (uint8_t)kind;
    memcpy(word->mark, mark, AW_WORD_MARK_LEN);
    word->body_len = (uint16_t)body.len;
    if (body.len > 0)
        memcpy(word->body, body.ptr, body.len);
    return AW_OK;
}

void aw_words_out_short(struct aw_words_out *w, const uint8_t mac[AW_MAC_LEN])
{
    AW_ASSERT(w->count > 0);
    memcpy(w->words[w->count - 1].short_mac, mac, AW_MAC_LEN);
}

void aw_words_out_replace(struct aw_words_out *w, size_t place, enum aw_word_kind kind,
                          const uint8_t mark[AW_WORD_MARK_LEN], struct aw_bytes body,
                          const uint8_t short_mac[AW_MAC_LEN])
{
    struct aw_word *word = &w->words[place];

    AW_ASSERT(place < w->count && body.len <= AW_CELL_PLAIN_LEN);
    aw_wipe(word->body, sizeof word->body);
    word->kind = (uint8_t)kind;
    memcpy(word->mark, mark, AW_WORD_MARK_LEN);
    word->body_len = (uint16_t)body.len;
    memcpy(word->body, body.ptr, body.len);
    memcpy(word->short_mac, short_mac, AW_MAC_LEN);
}

/* spec/05-channel.md §7: "A sender MUST NOT drop a word as named, nor show it as received, before
 * a reply names its number and its mark": the number alone may be that of another word. */
static bool is_named(const struct aw_word *word, const struct aw_words_said *said)
{
    if (!aw_words_is_done(word->number, said->words, said->more))
        return false;
    for (size_t i = 0; i + AW_WORD_MARK_LEN <= said->marks.len; i += AW_WORD_MARK_LEN) {
        if (memcmp(said->marks.ptr + i, word->mark, AW_WORD_MARK_LEN) == 0)
            return true;
    }
    return false;
}

enum aw_status aw_words_out_named(struct aw_words_out *w, const struct aw_words_said *said,
                                  uint32_t named[AW_WORD_WAITING_MAX], size_t *named_count)
{
    *named_count = 0;
    for (size_t place = 0; place < w->count;) {
        if (is_named(&w->words[place], said)) {
            named[(*named_count)++] = w->words[place].number;
            drop(w, place);
        } else {
            place++;
        }
    }
    return aw_words_highest(said->words, said->more) >= w->next_number ? AW_E_PEER_RESET : AW_OK;
}

/* ---- When to deposit a word again ---- */

static uint64_t due_ms(const struct aw_word *word)
{
    uint64_t pause_ms = AW_WORDS_PAUSE_MIN_MS;

    if (word->sent_count == 0)
        return 0;
    for (uint32_t i = 1; i < word->sent_count && pause_ms < AW_WORDS_PAUSE_MAX_MS; i++)
        pause_ms *= 2;
    return aw_time_add(word->sent_ms, aw_time_min(pause_ms, AW_WORDS_PAUSE_MAX_MS));
}

/* A signal may be the last that the device says. Whether `a` goes before `b`, the older one. */
static bool goes_before(const struct aw_word *a, const struct aw_word *b)
{
    uint64_t a_ms = a->sent_count == 0 ? 0 : a->sent_ms + 1;
    uint64_t b_ms = b->sent_count == 0 ? 0 : b->sent_ms + 1;

    return a_ms != b_ms ? a_ms < b_ms : a->kind == AW_WORD_SIGNAL && b->kind != AW_WORD_SIGNAL;
}

/* spec/05-channel.md §7: "Of check-ins never deposited the newest MUST go where the oldest would."
 */
static const struct aw_word *newest_checkin(const struct aw_words_out *w)
{
    const struct aw_word *newest = NULL;

    for (size_t i = 0; i < w->count; i++) {
        if (w->words[i].kind == AW_WORD_CHECKIN && w->words[i].sent_count == 0)
            newest = &w->words[i];
    }
    return newest;
}

const struct aw_word *aw_words_out_pick(const struct aw_words_out *w, bool is_urgent,
                                        uint64_t now_ms)
{
    const struct aw_word *best = NULL;

    for (size_t i = 0; i < w->count; i++) {
        const struct aw_word *word = &w->words[i];

        if (aw_word_is_urgent(word->kind) == is_urgent && due_ms(word) <= now_ms &&
            (best == NULL || goes_before(word, best)))
            best = word;
    }
    if (best != NULL && best->kind == AW_WORD_CHECKIN && best->sent_count == 0)
        return newest_checkin(w);
    return best;
}

void aw_words_out_sent(struct aw_words_out *w, uint32_t number, uint64_t now_ms)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->words[i].number == number) {
            w->words[i].sent_ms = now_ms;
            if (w->words[i].sent_count < UINT32_MAX)
                w->words[i].sent_count++;
        }
    }
}

uint64_t aw_words_out_deadline_ms(const struct aw_words_out *w, bool is_urgent)
{
    uint64_t deadline_ms = AW_TIME_NEVER;

    for (size_t i = 0; i < w->count; i++) {
        if (aw_word_is_urgent(w->words[i].kind) == is_urgent)
            deadline_ms = aw_time_min(deadline_ms, due_ms(&w->words[i]));
    }
    return deadline_ms;
}

size_t aw_words_out_room(const struct aw_words_out *w)
{
    size_t room = AW_WORD_WAITING_MAX - (size_t)w->count;

    for (size_t i = 0; i < w->count; i++)
        room += may_go(&w->words[i]);
    return (size_t)aw_time_min(room, UINT32_MAX - w->next_number); /* numbers, too */
}

void aw_words_out_hurry(struct aw_words_out *w)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->words[i].sent_count > 1)
            w->words[i].sent_count = 1;
    }
}

const struct aw_word *aw_words_out_get(const struct aw_words_out *w, uint32_t number)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->words[i].number == number)
            return &w->words[i];
    }
    return NULL;
}

/* ---- Sender's records: [version, next_number]; of a word [version, number, kind, mark, body,
 * short_mac] ---- */

enum aw_status aw_words_out_encode(const struct aw_words_out *w, struct aw_buf *out)
{
    struct aw_wr wr;

    aw_record_begin(&wr, out, 2);
    aw_wr_uint(&wr, w->next_number);
    return aw_wr_end(&wr);
}

enum aw_status aw_words_out_decode(struct aw_words_out *w, struct aw_bytes in)
{
    struct aw_rd rd;

    aw_words_out_init(w);
    aw_record_open(&rd, in, 2);
    w->next_number = (uint32_t)aw_rd_uint(&rd, 1, UINT32_MAX);
    if (aw_rd_end(&rd) == AW_OK)
        return AW_OK;
    aw_words_out_init(w);
    return AW_E_DAMAGED;
}

enum aw_status aw_word_encode(const struct aw_word *word, struct aw_buf *out)
{
    struct aw_wr wr;

    aw_record_begin(&wr, out, 6);
    aw_wr_uint(&wr, word->number);
    aw_wr_uint(&wr, word->kind);
    aw_record_put(&wr, word->mark, AW_WORD_MARK_LEN);
    aw_record_put(&wr, word->body, word->body_len);
    aw_record_put(&wr, word->short_mac, sizeof word->short_mac);
    return aw_wr_end(&wr);
}

enum aw_status aw_words_out_load(struct aw_words_out *w, struct aw_bytes in)
{
    uint32_t last = w->count > 0 ? w->words[w->count - 1].number : 0;
    struct aw_bytes body;
    struct aw_word word;
    struct aw_rd rd;

    memset(&word, 0, sizeof word);
    aw_record_open(&rd, in, 6);
    word.number = (uint32_t)aw_rd_uint(&rd, 1, UINT32_MAX);
    word.kind = (uint8_t)aw_rd_uint(&rd, AW_WORD_CHECKIN, AW_WORD_DRILL);
    aw_rd_bytes_fixed(&rd, word.mark, AW_WORD_MARK_LEN);
    body = aw_rd_bytes(&rd, 0, AW_CELL_PLAIN_LEN);
    aw_rd_bytes_fixed(&rd, word.short_mac, sizeof word.short_mac);
    if (aw_rd_end(&rd) != AW_OK || w->count == AW_WORD_WAITING_MAX || word.number <= last ||
        word.number >= w->next_number)
        return AW_E_DAMAGED;
    word.body_len = (uint16_t)body.len;
    if (body.len > 0)
        memcpy(word.body, body.ptr, body.len);
    w->words[w->count++] = word;
    aw_wipe(&word, sizeof word);
    return AW_OK;
}
