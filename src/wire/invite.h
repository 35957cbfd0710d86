/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_INVITE_H
#define AW_WIRE_INVITE_H

#include <allswell/invite.h>

#include "wire/message.h"

/* Invite: the message inside the URI (rule `invite` of spec/allswell.cddl). */

/* Longest encoding, all fields at their maximum. */
#define AW_INVITE_LEN_MAX 478

extern const struct aw_wire_map aw_invite_map;

#endif /* AW_WIRE_INVITE_H */
