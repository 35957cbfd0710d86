/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_HELLO_H
#define AW_WIRE_HELLO_H

#include <allswell/invite.h>

/* Hello: the payload of both pairing messages (spec/allswell.cddl, spec/04-pairing.md §4). */

/* Longest encoding, all fields at their maximum. */
#define AW_HELLO_LEN_MAX 400

/* Secret: wipe. */
struct aw_hello {
    char name[AW_NAME_MAX + 1]; /* how the sender wants to be called */
    uint8_t seed[32];           /* of the deposit capabilities of the sender's mailbox */
    struct aw_endpoint relays[AW_ENDPOINT_MAX];
    uint8_t relay_count;
};

/* AW_E_SPACE, or AW_E_RANGE and AW_E_FORMAT for fields that the grammar does not allow. */
AW_MUST_USE enum aw_status aw_hello_encode(const struct aw_hello *hello, struct aw_buf *out);

/* `in` may be zero padded. On failure `hello` is all zero. */
AW_MUST_USE enum aw_status aw_hello_decode(struct aw_hello *hello, struct aw_bytes in);

#endif /* AW_WIRE_HELLO_H */
