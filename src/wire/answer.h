/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_ANSWER_H
#define AW_WIRE_ANSWER_H

#include <allswell/base.h>

/*
 * Answers and deliveries of a relay (spec/08-relay.md §1 and §5, rules `answer` and `delivery` of
 * spec/allswell.cddl). A frame holds a sequence of them.
 */

#define AW_ANSWER_STATUS_MAX  8
#define AW_ANSWER_STATUS_RATE 3 /* the only one that says when to come again */
#define AW_ANSWER_RETRY_MAX   3600
#define AW_ANSWER_LEN_MAX     21 /* an answer */
#define AW_DELIVERY_HEAD_MAX  27 /* a delivery without the bytes of its cell */

enum aw_answer_kind { AW_ANSWER_PLAIN = 0, AW_ANSWER_COUNTED, AW_ANSWER_RETRY, AW_ANSWER_DELIVERY };

struct aw_answer {
    uint32_t number;
    uint8_t kind;         /* enum aw_answer_kind: which of the fields below exist */
    uint8_t status;       /* not in a delivery */
    uint32_t at;          /* counted: as_of, delivery: deposited_at */
    uint32_t waiting;     /* counted */
    uint32_t retry_after; /* retry: 1 to AW_ANSWER_RETRY_MAX seconds */
    uint64_t cell_no;     /* delivery: from 1 */
    struct aw_bytes cell; /* delivery: borrowed */
};

/*
 * Reads the first message of `in` and moves `in` behind it. AW_OK; AW_E_FORMAT or AW_E_RANGE,
 * then `in` is untouched.
 */
AW_MUST_USE enum aw_status aw_answer_decode(struct aw_answer *out, struct aw_bytes *in);

/* Appends a message. AW_OK, or AW_E_SPACE and nothing was appended. */
AW_MUST_USE enum aw_status aw_answer_encode(const struct aw_answer *answer, struct aw_buf *out);

/*
 * Appends a delivery but for the bytes of its cell: the caller fills the answer->cell.len bytes
 * that `cell` is set to, in the buffer. answer->cell.ptr is not looked at.
 */
AW_MUST_USE enum aw_status aw_answer_encode_open(const struct aw_answer *answer, struct aw_buf *out,
                                                 uint8_t **cell);

#endif /* AW_WIRE_ANSWER_H */
