/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_REQUEST_H
#define AW_WIRE_REQUEST_H

#include <allswell/base.h>

/*
 * Requests of a client to a relay (spec/08-relay.md §1, rules `requests` and `request` of
 * spec/allswell.cddl). A frame holds a sequence of them.
 */

#define AW_REQUEST_KEY_LEN   32
#define AW_REQUEST_CELL_LEN  512
#define AW_REQUEST_BULK_LEN  16384
#define AW_REQUEST_SMALL_MAX (1 + 6 + 2 + 3 * 35) /* longest request without a cell */
#define AW_REQUEST_LEN_MAX   (1 + 6 + 2 + 35 + 4 + AW_REQUEST_BULK_LEN)
#define AW_REQUEST_ARM_MAX_S 2678400 /* longest time of a switch: 31 days */

enum aw_request_op {
    AW_REQUEST_CREATE = 1,
    AW_REQUEST_DEPOSIT = 2,
    AW_REQUEST_SUBSCRIBE = 3,
    AW_REQUEST_TAKE = 4,
    AW_REQUEST_PROBE = 5,
    AW_REQUEST_REMOVE = 6,
    AW_REQUEST_ARM = 7,
};

/* One request; what its op does not have is NULL, empty or 0. All bytes are borrowed. */
struct aw_request {
    uint32_t number;
    uint8_t op;                /* enum aw_request_op */
    const uint8_t *capability; /* AW_REQUEST_KEY_LEN bytes each */
    const uint8_t *token;
    const uint8_t *read_key;
    const uint8_t *deposit_key;
    uint64_t upto;
    uint32_t after_s;     /* 1 to AW_REQUEST_ARM_MAX_S */
    struct aw_bytes cell; /* AW_REQUEST_CELL_LEN bytes; AW_REQUEST_BULK_LEN only in a deposit */
};

/*
 * Reads the first request of `in` and moves `in` behind it. AW_OK; AW_E_FORMAT or AW_E_RANGE,
 * then `in` is untouched, and out->number is the number if that much was readable, else 0.
 */
AW_MUST_USE enum aw_status aw_request_decode(struct aw_request *out, struct aw_bytes *in);

/* Appends a request with the fields of its op. AW_OK, or AW_E_SPACE and nothing was appended. */
AW_MUST_USE enum aw_status aw_request_encode(const struct aw_request *request, struct aw_buf *out);

#endif /* AW_WIRE_REQUEST_H */
