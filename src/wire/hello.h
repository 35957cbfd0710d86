/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_HELLO_H
#define AW_WIRE_HELLO_H

#include <allswell/invite.h>

#include "wire/message.h"

/* Hello: the payload of both pairing messages (rule `hello` of spec/allswell.cddl). */

/* Longest encoding, all fields at their maximum. */
#define AW_HELLO_LEN_MAX 400

/* Secret: wipe. */
struct aw_hello {
    char name[AW_NAME_LEN_MAX + 1]; /* how the sender wants to be called */
    uint8_t seed[32];               /* of the deposit capabilities of the sender's mailbox */
    struct aw_endpoint relays[AW_ENDPOINT_COUNT_MAX];
    uint8_t relays_count;
};

extern const struct aw_wire_map aw_hello_map;

#endif /* AW_WIRE_HELLO_H */
