/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_MAILBOX_H
#define AW_RELAY_MAILBOX_H

#include "relay/state.h"

/* Mailboxes: making, removing, and the rows that say which of their cells are live. */

/* AW_OK, AW_E_DAMAGED or AW_E_VERSION, from the first byte of any record. */
AW_MUST_USE enum aw_status aw_record_check(struct aw_bytes record);

/* Returns whether one more row may wait for the next batch. */
bool aw_box_may_dirty(const struct aw_relay *r);

/* The row of `box` is part of the next batch. */
void aw_box_dirty(struct aw_relay *r, uint32_t box);

/* Makes a mailbox. 0: no slot is free. */
uint32_t aw_box_new(struct aw_relay *r, uint32_t token, const uint8_t read_key[AW_RELAY_KEY_LEN],
                    const uint8_t deposit_key[AW_RELAY_KEY_LEN]);

/* Removes it and its cells; there is room in r->removed. Pending cells go with their batch. */
void aw_box_remove(struct aw_relay *r, uint32_t box);

/* A list has let go of `box`: a removed one may be free now. */
void aw_box_unlisted(struct aw_relay *r, uint32_t box, uint8_t flag);

/* Writes the row as it is when the filling batch is done. Returns its length. */
size_t aw_box_row_encode(const struct aw_relay *r, const struct aw_box *m,
                         uint8_t out[AW_BOX_ROW_MAX]);

/* Takes a row at start: the mailbox, with its gaps in the list `pend`. */
AW_MUST_USE enum aw_status aw_box_row_load(struct aw_relay *r, uint64_t id, struct aw_bytes row);

#endif /* AW_RELAY_MAILBOX_H */
