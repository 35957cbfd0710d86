/* SPDX-License-Identifier: ISC */
#include "core/short.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "core/base45.h"
#include "crypto/labels.h"
#include "crypto/verify.h"
#include "wire/state.h"

/* Places in the content; what follows the common part depends on the kind. */
enum {
    AT_KIND = 0,
    AT_SEQ = 1,
    AT_ISSUED_AT = 5,
    AT_VALID_FOR = 9,
    AT_WORD = 13,
    AT_REPLY_SEEN = 17,
    AT_BACK = 21,
    AT_PRESENCE = 22,
    AT_ALARM = 21,
    AT_STATE = 22,
};
#define STATE_LEN (AW_SHORT_LEN - AT_STATE)

_Static_assert(AT_PRESENCE + AW_KEY_LEN + AW_PRESENCE_MAC_LEN == AW_SHORT_LEN, "not a byte left");
_Static_assert(AW_FRAME_LEN == AW_CELL_SHORT_LEN, "a frame is a cell of lane short");
_Static_assert(AW_FRAME_TEXT_LEN == AW_BASE45_LEN(AW_FRAME_LEN), "two bytes, three characters");

/* spec/14-small-bearers.md §3: "A receiver MUST refuse a frame of another kind, with a field
 * outside its bounds": the sender is held to the same. */
static bool is_valid(const struct aw_short *s)
{
    bool is_sos = s->kind == AW_FRAME_SOS;

    if (!is_sos && s->kind != AW_FRAME_CHECKIN)
        return false;
    if (is_sos && (s->alarm_kind < AW_ALARM_SOS || s->alarm_kind > AW_ALARM_STALLED))
        return false;
    return s->seq >= 1 && s->valid_for >= 1 && s->valid_for <= AW_SPAN_MAX_S && s->word >= 1;
}

enum aw_status aw_short_encode(uint8_t plain[AW_SHORT_LEN], const struct aw_short *s)
{
    struct aw_buf tail = {.ptr = plain + AT_STATE, .cap = STATE_LEN};
    enum aw_status st = is_valid(s) ? AW_OK : AW_E_RANGE;

    memset(plain, 0, AW_SHORT_LEN);
    plain[AT_KIND] = s->kind;
    aw_put_u32(plain + AT_SEQ, s->seq);
    aw_put_u32(plain + AT_ISSUED_AT, s->issued_at);
    aw_put_u32(plain + AT_VALID_FOR, s->valid_for);
    aw_put_u32(plain + AT_WORD, s->word);
    aw_put_u32(plain + AT_REPLY_SEEN, s->reply_seen);
    if (s->kind == AW_FRAME_CHECKIN) {
        plain[AT_BACK] = s->presence_back;
        memcpy(plain + AT_PRESENCE, s->presence, sizeof s->presence);
    } else if (st == AW_OK) {
        plain[AT_ALARM] = s->alarm_kind;
        st = aw_message_encode_padded(&aw_state_map, &s->state, &tail, STATE_LEN);
    }
    if (st != AW_OK)
        aw_wipe(plain, AW_SHORT_LEN);
    return st;
}

enum aw_status aw_short_decode(struct aw_short *s, const uint8_t plain[AW_SHORT_LEN])
{
    enum aw_status st;

    memset(s, 0, sizeof *s);
    s->kind = plain[AT_KIND];
    s->seq = aw_get_u32(plain + AT_SEQ);
    s->issued_at = aw_get_u32(plain + AT_ISSUED_AT);
    s->valid_for = aw_get_u32(plain + AT_VALID_FOR);
    s->word = aw_get_u32(plain + AT_WORD);
    s->reply_seen = aw_get_u32(plain + AT_REPLY_SEEN);
    s->alarm_kind = s->kind == AW_FRAME_SOS ? plain[AT_ALARM] : 0;
    st = is_valid(s) ? AW_OK : AW_E_RANGE;
    if (st == AW_OK && s->kind == AW_FRAME_CHECKIN) {
        s->presence_back = plain[AT_BACK];
        memcpy(s->presence, plain + AT_PRESENCE, sizeof s->presence);
    } else if (st == AW_OK) {
        st = aw_message_decode_padded(&aw_state_map, &s->state,
                                      (struct aw_bytes){plain + AT_STATE, STATE_LEN});
    }
    if (st != AW_OK)
        aw_wipe(s, sizeof *s);
    return st;
}

/* The label keeps it apart from aw_act_hash(); the layout has a fixed length. */
void aw_short_act_hash(uint8_t out[AW_HASH_LEN], const uint8_t channel_id[AW_HASH_LEN],
                       const struct aw_call *call)
{
    uint8_t bytes[AW_HASH_LEN + 13 + 8];
    uint8_t *at = bytes + AW_HASH_LEN;

    memcpy(bytes, channel_id, AW_HASH_LEN);
    aw_put_u32(at, call->seq);
    aw_put_u32(at + 4, call->issued_at);
    aw_put_u32(at + 8, call->valid_for);
    at[12] = call->kind;
    aw_put_u32(at + 13, call->word);
    aw_put_u32(at + 17, call->reply_seen);
    aw_hash(out, AW_LABEL_HASH_ACT_SHORT, AW_BYTES_OF(bytes));
}

void aw_word_mark(uint8_t mark[AW_REPLY_MARK_LEN], const uint8_t channel_id[AW_HASH_LEN],
                  const struct aw_call *word)
{
    uint8_t hash[AW_HASH_LEN];

    aw_short_act_hash(hash, channel_id, word);
    memcpy(mark, hash, AW_REPLY_MARK_LEN);
}

/* ---- As text: spec/14-small-bearers.md §1, SB-2 ---- */

void aw_frame_to_text(char text[AW_FRAME_TEXT_LEN], const uint8_t frame[AW_FRAME_LEN])
{
    struct aw_buf out = {.ptr = (uint8_t *)text, .cap = AW_FRAME_TEXT_LEN};
    enum aw_status st = aw_base45_encode((struct aw_bytes){frame, AW_FRAME_LEN}, &out);

    AW_ASSERT(st == AW_OK);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* spec/14-small-bearers.md §1: "A reader of the text form MUST put up to two spaces back that are
 * missing at its start, and ignore white space behind it." */
enum aw_status aw_frame_from_text(uint8_t frame[AW_FRAME_LEN], struct aw_bytes text)
{
    uint8_t whole[AW_FRAME_TEXT_LEN], bytes[AW_FRAME_LEN];
    struct aw_buf out = AW_BUF_OF(bytes);
    size_t missing;
    enum aw_status st;

    while (text.len > 0 && is_space(text.ptr[text.len - 1]))
        text.len--;
    if (text.len > AW_FRAME_TEXT_LEN || text.len < AW_FRAME_TEXT_LEN - 2)
        return AW_E_FORMAT;
    missing = AW_FRAME_TEXT_LEN - text.len;
    memset(whole, ' ', missing);
    memcpy(whole + missing, text.ptr, text.len);
    st = aw_base45_decode(AW_BYTES_OF(whole), &out);
    if (st == AW_OK)
        memcpy(frame, bytes, AW_FRAME_LEN);
    return st;
}
