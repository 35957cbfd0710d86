/* SPDX-License-Identifier: ISC */
#include "wire/reply.h"

#include "base/assert.h"

static const struct aw_wire_field ask_fields[] = {
    AW_ROW_UINT(0, aw_ask, id, 1, UINT32_MAX),
    AW_ROW_UINT(1, aw_ask, within_s, 60, 86400),
};

static const struct aw_wire_map ask_map = AW_WIRE_TABLE("ask", aw_ask, ask_fields, NULL);

static const struct aw_wire_field reply_fields[] = {
    AW_ROW_UINT(0, aw_reply, number, 1, UINT32_MAX),
    AW_ROW_UINT(1, aw_reply, seq_device, 0, UINT32_MAX),
    AW_ROW_UINT(2, aw_reply, seq_human, 0, UINT32_MAX),
    AW_ROW_UINT(3, aw_reply, words, 0, UINT32_MAX),
    AW_ROW_UINT(4, aw_reply, words_more, 0, UINT64_MAX),
    AW_ROW_FIXED(5, aw_reply, accept),
    AW_ROW_UINT(6, aw_reply, accept_epoch, 1, UINT32_MAX),
    AW_ROW_UINT(7, aw_reply, cell_epoch, 0, UINT32_MAX),
    AW_ROW_UINT(8, aw_reply, cell_index, 0, UINT32_MAX),
    AW_ROW_FIXED(9, aw_reply, receipt_key),
    AW_ROW_FIXED(10, aw_reply, receipt),
    AW_ROW_UINT(11, aw_reply, receipt_at, 0, UINT32_MAX),
    AW_ROW_UINT(12, aw_reply, claim, AW_REPLY_CLAIM_NONE, AW_REPLY_CLAIM_DECLINED),
    AW_ROW_UINT(13, aw_reply, plan_version, 0, UINT32_MAX),
    AW_ROW_UINT_OPT(14, aw_reply, away_until, 0, UINT32_MAX),
    AW_ROW_MAP_OPT(15, aw_reply, ask, &ask_map),
    AW_ROW_FIXED(16, aw_reply, peer_key),
    AW_ROW_FIXED(17, aw_reply, peer_seed),
    AW_ROW_BOOL(18, aw_reply, always_on),
    AW_ROW_BOOL(19, aw_reply, leaves),
    AW_ROW_UINT(20, aw_reply, drill, 0, UINT32_MAX),
    {.key = 21,
     .type = AW_WIRE_VAR,
     .min = AW_REPLY_MARK_LEN,
     .max = AW_REPLY_MARKS_LEN,
     AW_WIRE_MEMBER(aw_reply, marks),
     AW_WIRE_AUX(aw_reply, marks_len),
     .presence = AW_WIRE_NONZERO},
    AW_ROW_VAR_NONZERO(22, aw_reply, ext),
    AW_ROW_UINT_NONZERO(23, aw_reply, keys_word, 1, UINT32_MAX),
};

static enum aw_status check_reply(const void *message)
{
    const struct aw_reply *reply = message;

    return reply->marks_len % AW_REPLY_MARK_LEN == 0 ? AW_OK : AW_E_RANGE;
}

const struct aw_wire_map aw_reply_map = AW_WIRE_TABLE("reply", aw_reply, reply_fields, check_reply);
