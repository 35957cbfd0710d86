/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_LINKS_H
#define AW_RELAY_LINKS_H

#include "relay/state.h"

/* Links: what each of them is still to be told, and what it is subscribed to. Links count from 1.
 */

/* Queues an answer. There is room: the caller has looked at aw_links_have_room(). */
void aw_links_reply(struct aw_relay *r, uint32_t link, const struct aw_reply *reply);

bool aw_links_have_room(const struct aw_relay *r, uint32_t link);

/* Makes `link` the reader of `box`; the one before it is told. */
void aw_links_subscribe(struct aw_relay *r, uint32_t link, uint32_t box, uint32_t number);

/* Ends the subscription of `box`, if there is one. */
void aw_links_unsubscribe(struct aw_relay *r, uint32_t box);

/* `box` has a cell that its reader, if there is one, has not been sent. */
void aw_links_box_ready(struct aw_relay *r, uint32_t box);

/* Batch `batch` is done: its answers may go out, as AW_RELAY_STORE if it failed. */
void aw_links_release(struct aw_relay *r, uint64_t batch, bool is_failed);

#endif /* AW_RELAY_LINKS_H */
