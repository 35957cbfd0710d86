/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_SHORT_H
#define AW_CORE_SHORT_H

#include <allswell/frame.h>
#include <allswell/state.h>

#include "crypto/cell.h"
#include "crypto/presence.h"
#include "wire/call.h"
#include "wire/reply.h"

/* Short: what is inside a frame for small bearers (spec/14-small-bearers.md §3, §4). Pure. */

#define AW_SHORT_LEN AW_CELL_SHORT_PLAIN_LEN
/* Most bytes of a note in an SOS: beside the largest values of all else. */
#define AW_SHORT_NOTE_MAX 14

/* One frame, opened. No secrets but the place. */
struct aw_short {
    uint8_t kind; /* enum aw_frame_kind */
    uint32_t seq;
    uint32_t issued_at;
    uint32_t valid_for;
    uint32_t word;
    uint32_t reply_seen;
    uint8_t presence_back;                              /* check-in */
    uint8_t presence[AW_KEY_LEN + AW_PRESENCE_MAC_LEN]; /* check-in */
    uint8_t alarm_kind;                                 /* SOS */
    struct aw_state state;                              /* SOS */
};

/* AW_E_RANGE: what the decoder would refuse; AW_E_SPACE: note too long. `plain` is then zero. */
AW_MUST_USE enum aw_status aw_short_encode(uint8_t plain[AW_SHORT_LEN], const struct aw_short *s);

/* AW_E_RANGE, AW_E_FORMAT: `s` is then all zero. */
AW_MUST_USE enum aw_status aw_short_decode(struct aw_short *s, const uint8_t plain[AW_SHORT_LEN]);

/* What the presence MAC of a frame covers, in place of aw_act_hash(). */
void aw_short_act_hash(uint8_t out[AW_HASH_LEN], const uint8_t channel_id[AW_HASH_LEN],
                       const struct aw_call *call);

/* What tells two words of one number apart, the same for both forms of a word: the first bytes of
 * the hash of its short act (spec/05-channel.md §7). */
void aw_word_mark(uint8_t mark[AW_REPLY_MARK_LEN], const uint8_t channel_id[AW_HASH_LEN],
                  const struct aw_call *word);

#endif /* AW_CORE_SHORT_H */
