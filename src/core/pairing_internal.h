/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_PAIRING_INTERNAL_H
#define AW_CORE_PAIRING_INTERNAL_H

/* What both sides of pairing share: inviting.c and joining.c (spec/04-pairing.md §5). */

#include "core/pairing.h"

/* Begins the handshake of an invite. On failure `noise` is wiped. */
AW_MUST_USE enum aw_status aw_pairing_noise(struct aw_noise *noise, const struct aw_invite *invite,
                                            const struct aw_dh_key *own, bool initiator,
                                            const struct aw_random *random);

/* Writes the next message, which carries `own`, as a whole cell. */
AW_MUST_USE enum aw_status aw_pairing_write(uint8_t cell[AW_CELL_LEN], struct aw_noise *noise,
                                            const struct aw_hello *own);

/* Reads the peer's message. AW_E_AUTH, AW_E_FORMAT (length, payload): `peer` is untouched. */
AW_MUST_USE enum aw_status aw_pairing_read(struct aw_hello *peer, struct aw_noise *noise,
                                           struct aw_bytes cell);

#endif /* AW_CORE_PAIRING_INTERNAL_H */
