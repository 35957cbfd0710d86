/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_WORDS_H
#define AW_CORE_WORDS_H

/*
 * Word log: what humans say is numbered per channel, sealed anew until it is named, and
 * processed once (spec/05-channel.md §7). One side keeps a struct aw_words_out, the other a
 * struct aw_words_in. Bodies are encoded calls: the engine refreshes the register fields (offer,
 * waiting, plan_version) when it seals one again.
 *
 * Records: one per waiting word, and one head for each log.
 */

#include <allswell/limits.h>

#include "crypto/cell.h"
#include "wire/reply.h"

/*
 * A word is known by its number and its mark, aw_word_mark(): a phone restored from a backup uses
 * numbers again (spec/05-channel.md §7).
 */
#define AW_WORD_MARK_LEN AW_REPLY_MARK_LEN
/* Processed words that a receiver remembers. */
#define AW_WORDS_KEEP 128

/* How far the lowest waiting number may move at once. */
#define AW_WORDS_JUMP_MAX (UINT32_C(1) << 20)
/* First pause before a word is deposited again, doubled each time up to the last. */
#define AW_WORDS_PAUSE_MIN_MS (UINT64_C(15) * 1000)
#define AW_WORDS_PAUSE_MAX_MS (UINT64_C(15) * 60 * 1000)

/* As call_kind in spec/allswell.cddl; beats are no words. */
enum aw_word_kind {
    AW_WORD_CHECKIN = 2,
    AW_WORD_SOS = 3,
    AW_WORD_CANCEL = 4,
    AW_WORD_PLAN = 5,
    AW_WORD_KEYS = 6,
    AW_WORD_TIMER = 7,
    AW_WORD_SIGNAL = 8,
    AW_WORD_DRILL = 9,
};

/* What goes beside and ahead of everything else (spec/06-subject.md §2). */
static inline bool aw_word_is_urgent(uint8_t kind)
{
    return kind == AW_WORD_SOS || kind == AW_WORD_CANCEL;
}

/* Whether `words` and `words_more` of a reply say that this number was used up; the highest number
 * that they say it of. */
bool aw_words_is_done(uint32_t number, uint32_t words, uint64_t more);
uint64_t aw_words_highest(uint32_t words, uint64_t more);

/* One waiting word. Secret: wipe. */
struct aw_word {
    uint32_t number;
    uint8_t kind; /* enum aw_word_kind */
    uint8_t mark[AW_WORD_MARK_LEN];
    uint16_t body_len;
    uint8_t body[AW_CELL_PLAIN_LEN];
    uint8_t short_mac[AW_MAC_LEN]; /* check-in: for its frame (spec/14-small-bearers.md §4) */
    uint32_t sent_count;           /* since the start of the process */
    uint64_t sent_ms;              /* monotonic, 0: not yet */
};

/* Sender's side. Size: 33288 bytes. Secret: wipe. */
struct aw_words_out {
    struct aw_word words[AW_WORD_WAITING_MAX]; /* ascending by number */
    uint8_t count;
    uint32_t next_number; /* of the next word, from 1 */
};

void aw_words_out_init(struct aw_words_out *w);
void aw_words_out_wipe(struct aw_words_out *w);

/* The number that the next word will have: it goes into its body. */
uint32_t aw_words_out_next(const struct aw_words_out *w);

/* For each call: the lowest number not yet named, or the next number when none waits. */
uint32_t aw_words_out_waiting(const struct aw_words_out *w);

/*
 * Adds a word under aw_words_out_next(). When AW_WORD_WAITING_MAX wait already, the oldest
 * check-in, signal or drill goes: `dropped` is its number, whose record is to be deleted, or 0.
 * Returns AW_OK        store the word's record and the head before the word leaves
 *         AW_E_LIMIT   64 words wait and none of them may go
 *         AW_E_SPACE   body longer than a cell carries
 *         AW_E_KEYS    numbers are used up
 * On failure nothing changed.
 */
AW_MUST_USE enum aw_status aw_words_out_add(struct aw_words_out *w, enum aw_word_kind kind,
                                            const uint8_t mark[AW_WORD_MARK_LEN],
                                            struct aw_bytes body, uint32_t *dropped);

/* Adds to the word just added, in the same change, the MAC that its frame will carry. */
void aw_words_out_short(struct aw_words_out *w, const uint8_t mac[AW_MAC_LEN]);
/* What a reply says of words. */
struct aw_words_said {
    uint32_t words;
    uint64_t more;
    struct aw_bytes marks; /* AW_WORD_MARK_LEN each */
};

/* Puts another word in the place of one that waits, under its number: store its record again. */
void aw_words_out_replace(struct aw_words_out *w, size_t place, enum aw_word_kind kind,
                          const uint8_t mark[AW_WORD_MARK_LEN], struct aw_bytes body,
                          const uint8_t short_mac[AW_MAC_LEN]);

/*
 * Applies what a reply says. Words that it names, by number and mark, are dropped; their numbers
 * go to `named` (AW_WORD_WAITING_MAX entries), whose records are to be deleted.
 * Returns AW_E_PEER_RESET when it names a number that was never used: this state is an old one.
 * Words that it names by their marks are dropped all the same.
 */
AW_MUST_USE enum aw_status aw_words_out_named(struct aw_words_out *w,
                                              const struct aw_words_said *said,
                                              uint32_t named[AW_WORD_WAITING_MAX],
                                              size_t *named_count);

/*
 * The word to deposit next, or NULL while none is due: never sent before sent, least recently
 * sent first, signals before others, then the oldest, but the newest check-in in its place. Either
 * of the urgent ones, SOS and cancel, or of the others: the two go side by side.
 */
const struct aw_word *aw_words_out_pick(const struct aw_words_out *w, bool is_urgent,
                                        uint64_t now_ms);

/* Says that a word was deposited. */
void aw_words_out_sent(struct aw_words_out *w, uint32_t number, uint64_t now_ms);

/* When aw_words_out_pick() has one again, or AW_TIME_NEVER. */
uint64_t aw_words_out_deadline_ms(const struct aw_words_out *w, bool is_urgent);

/* How many words can be added: what is free, and words that would make way, as long as there are
 * numbers. */
size_t aw_words_out_room(const struct aw_words_out *w);

/* The other side is there (again): pauses start from the shortest. */
void aw_words_out_hurry(struct aw_words_out *w);

/* The waiting word with this number, or NULL. */
const struct aw_word *aw_words_out_get(const struct aw_words_out *w, uint32_t number);

#define AW_WORD_RECORD_MAX      (AW_CELL_PLAIN_LEN + 40)
#define AW_WORDS_OUT_RECORD_MAX 8
#define AW_WORDS_IN_RECORD_MAX  (24 + AW_WORDS_KEEP * (4 + AW_WORD_MARK_LEN))

/* Record of the head, and of one word. AW_E_SPACE. */
AW_MUST_USE enum aw_status aw_words_out_encode(const struct aw_words_out *w, struct aw_buf *out);
AW_MUST_USE enum aw_status aw_word_encode(const struct aw_word *word, struct aw_buf *out);

/* At start: first the head, then each word in ascending order. AW_E_DAMAGED. */
AW_MUST_USE enum aw_status aw_words_out_decode(struct aw_words_out *w, struct aw_bytes in);
AW_MUST_USE enum aw_status aw_words_out_load(struct aw_words_out *w, struct aw_bytes in);

struct aw_word_id {
    uint32_t number;
    uint8_t mark[AW_WORD_MARK_LEN];
};

/* Receiver's side: which words were processed. No secrets. */
struct aw_words_in {
    uint32_t words; /* every number up to this one was processed, or given up by the sender */
    uint64_t more;  /* bit i: word words+2+i was processed */
    struct aw_word_id ids[AW_WORDS_KEEP]; /* of those that came last, oldest first */
    uint8_t ids_count;
};

/* What is odd about a word that is new all the same. */
enum aw_word_odd {
    AW_WORD_ODD_NONE = 0,
    AW_WORD_ODD_LATE,   /* its number was given up, or processed too long ago to remember */
    AW_WORD_ODD_REUSED, /* another word had this number: a restored phone speaks, or a clone */
};

/* Words that will never come: the sender gave them up before they arrived. */
struct aw_word_gap {
    uint32_t first; /* lowest of them */
    uint32_t count; /* 0: no gap */
};

void aw_words_in_init(struct aw_words_in *w);

/*
 * Takes `waiting` of every call that was opened. A gap means: cannot exclude duress.
 * Returns AW_E_RANGE, nothing changed, when it jumps more than AW_WORDS_JUMP_MAX.
 */
AW_MUST_USE enum aw_status aw_words_in_waiting(struct aw_words_in *w, uint32_t waiting,
                                               struct aw_word_gap *gap);

/*
 * Takes a word, after aw_words_in_waiting(). Whatever is not refused is named by the next reply.
 * Returns AW_OK        new: process it, store the head
 *         AW_E_REPLAY  processed before: do nothing
 *         AW_E_RANGE   more than 65 ahead of the contiguous ones: it will come again
 */
AW_MUST_USE enum aw_status aw_words_in_accept(struct aw_words_in *w, const struct aw_word_id *id,
                                              enum aw_word_odd *odd);

/* For a reply: the marks of the words that came last, newest first. Returns their bytes. */
size_t aw_words_in_marks(const struct aw_words_in *w, uint8_t marks[AW_REPLY_MARKS_LEN]);

/* How many words are known to be under way: made before the newest, and not yet here. */
uint32_t aw_words_in_missing(const struct aw_words_in *w);

AW_MUST_USE enum aw_status aw_words_in_encode(const struct aw_words_in *w, struct aw_buf *out);
AW_MUST_USE enum aw_status aw_words_in_decode(struct aw_words_in *w, struct aw_bytes in);

#endif /* AW_CORE_WORDS_H */
