/* SPDX-License-Identifier: ISC */
#include "wire/witness.h"

#include <allswell/contact.h>

#include "base/assert.h"
#include "wire/call.h"

static const struct aw_wire_field verdict_fields[] = {
    AW_ROW_UINT(0, aw_witness_verdict, seq, 0, UINT32_MAX),
    AW_ROW_UINT(1, aw_witness_verdict, state, AW_WITNESS_NONE, AW_WITNESS_CANNOT_TELL),
    AW_ROW_UINT(2, aw_witness_verdict, incident, AW_INCIDENT_NONE, AW_INCIDENT_DURESS),
    AW_ROW_UINT(3, aw_witness_verdict, safe_seq, 0, UINT32_MAX),
};

static const struct aw_wire_map verdict_map =
    AW_WIRE_TABLE("verdict", aw_witness_verdict, verdict_fields, NULL);

static const struct aw_wire_field statement_fields[] = {
    AW_ROW_UINT(0, aw_witness_statement, seq, 1, UINT32_MAX),
    AW_ROW_UINT(1, aw_witness_statement, issued_at, 0, UINT32_MAX),
    AW_ROW_UINT(2, aw_witness_statement, valid_for, 1, AW_SPAN_MAX_S),
    AW_ROW_UINT(3, aw_witness_statement, kind, AW_CALL_BEAT, AW_CALL_DRILL),
    AW_ROW_FIXED(4, aw_witness_statement, log_head),
    AW_ROW_FIXED(5, aw_witness_statement, signature),
    AW_ROW_FIXED(6, aw_witness_statement, signing_key),
};

static const struct aw_wire_map statement_map =
    AW_WIRE_TABLE("statement", aw_witness_statement, statement_fields, NULL);

static const struct aw_wire_field witness_fields[] = {
    AW_ROW_UINT(0, aw_witness, number, 1, UINT32_MAX),
    AW_ROW_UINT(1, aw_witness, seen, 0, UINT32_MAX),
    AW_ROW_FIXED_OPT(2, aw_witness, offer),
    AW_ROW_FIXED_OPT(3, aw_witness, accept),
    AW_ROW_UINT_OPT(4, aw_witness, accept_epoch, 0, UINT32_MAX),
    AW_ROW_UINT(5, aw_witness, cell_epoch, 0, UINT32_MAX),
    AW_ROW_UINT(6, aw_witness, cell_index, 0, UINT32_MAX),
    AW_ROW_UINT(7, aw_witness, plan_version, 0, UINT32_MAX),
    AW_ROW_MAP_OPT(8, aw_witness, statement, &statement_map),
    AW_ROW_MAP(9, aw_witness, verdict, &verdict_map),
    AW_ROW_UINT(10, aw_witness, claim, AW_WITNESS_CLAIM_NONE, AW_WITNESS_CLAIM_HANDED),
    AW_ROW_UINT_NONZERO(11, aw_witness, hand_to, 1, AW_PLAN_MEMBER_MAX),
    AW_ROW_UINT(12, aw_witness, confirm, AW_WITNESS_CONFIRM_NONE, AW_WITNESS_CONFIRM_UNREACHABLE),
    AW_ROW_UINT(13, aw_witness, confirm_at, 0, UINT32_MAX),
    AW_ROW_UINT(14, aw_witness, share_seq, 0, UINT32_MAX),
    AW_ROW_FIXED_OPT(15, aw_witness, share),
    AW_ROW_UINT(16, aw_witness, held_word, 0, UINT32_MAX),
    AW_ROW_UINT(17, aw_witness, held_beat, 0, UINT32_MAX),
    AW_ROW_UINT_OPT(18, aw_witness, away_until, 0, UINT32_MAX),
    AW_ROW_UINT(19, aw_witness, words_at, 0, UINT32_MAX),
    AW_ROW_FIXED(20, aw_witness, badge),
    AW_ROW_TEXT_NONZERO(21, aw_witness, note),
    AW_ROW_VAR_NONZERO(22, aw_witness, ext),
    AW_ROW_FIXED_OPT(23, aw_witness, signature),
};

static enum aw_status check_witness(const void *message)
{
    const struct aw_witness *w = message;

    /* spec/03-wire.md §8: "A witness MUST carry either an offer, or an accept and its epoch, and
     * not both." The sides of the channel differ in nothing else. */
    if (w->has_offer == w->has_accept || w->has_accept != w->has_accept_epoch)
        return AW_E_RANGE;
    /* spec/03-wire.md §8: "A witness MUST name whom the claim is handed to where it is handed over,
     * and nowhere else." */
    if ((w->hand_to != 0) != (w->claim == AW_WITNESS_CLAIM_HANDED))
        return AW_E_RANGE;
    return AW_OK;
}

const struct aw_wire_map aw_witness_map =
    AW_WIRE_TABLE("witness", aw_witness, witness_fields, check_witness);
