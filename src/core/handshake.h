/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_HANDSHAKE_H
#define AW_CORE_HANDSHAKE_H

/*
 * The two messages of KKpsk0, one cell each, as a re-establishment (spec/05-channel.md §8.1) and
 * two contacts that meet (spec/16-peers.md §3) have them:
 *
 *   cell     nonce(12) | head(8) | Noise message(492)
 *   head     of an index that both know, under KDF(psk, label, direction | number)
 *   payload  resume, padded with zeros
 */

#include "crypto/cell.h"
#include "crypto/noise.h"
#include "crypto/schedule.h"
#include "wire/resume.h"

enum aw_handshake_number { AW_HANDSHAKE_QUESTION = 1, AW_HANDSHAKE_ANSWER = 2 };

/* Which message a cell is. Borrows the key. */
struct aw_handshake_at {
    const char *label;        /* AW_LABEL_RESUME or AW_LABEL_PEER */
    const uint8_t *psk;       /* 32 bytes */
    enum aw_direction sender; /* the direction that its sender sends in */
    enum aw_handshake_number number;
    uint32_t index;
};

/* Whether `cell` is this message; it may still not open. */
bool aw_handshake_is(const uint8_t cell[AW_CELL_LEN], const struct aw_handshake_at *at);

/* Makes the whole cell of the next handshake message. */
AW_MUST_USE enum aw_status aw_handshake_write(uint8_t cell[AW_CELL_LEN], struct aw_noise *noise,
                                              const struct aw_resume *say,
                                              const struct aw_handshake_at *at,
                                              const struct aw_random *random);

/* Reads the peer's message. On failure `noise` may have moved on: start again from what is kept. */
AW_MUST_USE enum aw_status aw_handshake_read(struct aw_resume *said, struct aw_noise *noise,
                                             const uint8_t cell[AW_CELL_LEN]);

#endif /* AW_CORE_HANDSHAKE_H */
