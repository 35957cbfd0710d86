/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_CHANNEL_INTERNAL_H
#define AW_CORE_CHANNEL_INTERNAL_H

/* What the files of the channel share: channel.c, channel_step.c, resume.c, channel_record.c. */

#include "core/channel.h"

/* The direction that this side sends in. */
enum aw_direction aw_channel_direction(const struct aw_channel *ch);

/* The highest epoch of the channel itself that there are keys of. */
uint32_t aw_channel_newest(const struct aw_channel *ch);

/* Which of its epochs the channel seals the cells of `session` in. */
enum aw_slot { AW_SLOT_CUR = 0, AW_SLOT_NEXT, AW_SLOT_RESUMED, AW_SLOT_NONE };
enum aw_slot aw_channel_slot(const struct aw_channel *ch, enum aw_session session);

/* Adds a key, forgets those of the same or a higher epoch, and the oldest when full. */
void aw_channel_add_accept(struct aw_channel *ch, uint32_t epoch, const struct aw_dh_key *key);

/* Adds the key of an epoch, once, and forgets the oldest when full. */
void aw_channel_add_resumption(struct aw_channel *ch, const struct aw_epoch *epoch);

/* The first cell of `next`, or of `resumed`, was received: it becomes the channel. */
void aw_channel_promote_next(struct aw_channel *ch);
void aw_channel_promote_resumed(struct aw_channel *ch);

/* Tries `cell` as a message of re-establishment. AW_E_AUTH: it is none. */
AW_MUST_USE enum aw_status aw_resume_open(struct aw_channel *ch, struct aw_bytes cell,
                                          const struct aw_resume *own, struct aw_opened *opened,
                                          const struct aw_random *random);

void aw_resume_side_wipe(struct aw_resume_side *side);

#endif /* AW_CORE_CHANNEL_INTERNAL_H */
