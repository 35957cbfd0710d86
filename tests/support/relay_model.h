/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_RELAY_MODEL_H
#define AW_TESTS_RELAY_MODEL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Plays a trace of actions, one byte each, against the relay engine and against a simple model of
 * spec/08-relay.md in lockstep, and stops the process at the first difference:
 *
 *   - an answer `ok` to a deposit or create comes only after the store has it
 *   - every cell that was answered `ok`, not taken and not dropped, is delivered, also after a
 *     crash at any point, in order, once for each subscription
 *   - a switch delivers what was armed last, once, not before its time and not never, also over
 *     crashes and failed commits
 *   - drops and refusals are those of the rules, and nothing else goes
 *   - a token makes no more mailboxes than its quota, and those that were removed count no more
 *   - housekeeping, which moves cells, does not show
 *   - answers come in the order of the requests, each once
 *
 * Returns how many cells housekeeping has moved.
 */
size_t relay_model_play(const uint8_t *trace, size_t len);

#endif /* AW_TESTS_RELAY_MODEL_H */
