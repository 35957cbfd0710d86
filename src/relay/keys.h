/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_KEYS_H
#define AW_RELAY_KEYS_H

#include "relay/state.h"

/* From the hash of a capability or token to what it opens. */

enum aw_key_kind { AW_KEY_READ = 1, AW_KEY_DEPOSIT, AW_KEY_TOKEN };

/* Returns the mailbox or token that `key` stands for in this role, 0 for none. */
uint32_t aw_keys_find(const struct aw_relay *r, const uint8_t key[AW_RELAY_KEY_LEN],
                      enum aw_key_kind kind);

/* Returns whether `key` stands for anything. */
bool aw_keys_is_known(const struct aw_relay *r, const uint8_t key[AW_RELAY_KEY_LEN]);

/* Returns whether a new mailbox may have these: neither stands for anything, and they differ. */
bool aw_keys_are_free(const struct aw_relay *r, const uint8_t read_key[AW_RELAY_KEY_LEN],
                      const uint8_t deposit_key[AW_RELAY_KEY_LEN]);

/* Adds the key that the object itself holds. There is room: the table fits all objects. */
void aw_keys_add(struct aw_relay *r, enum aw_key_kind kind, uint32_t idx);

/* Takes it out again, while the object still holds it. */
void aw_keys_remove(struct aw_relay *r, enum aw_key_kind kind, uint32_t idx);

#endif /* AW_RELAY_KEYS_H */
