/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_LIMITS_H
#define ALLSWELL_LIMITS_H

#include <stdint.h>

/**
 * @file
 * Limits: every maximum of the protocol on one page, in the order of the chapters
 * (spec/12-limits.md). A value beyond its limit is refused with AW_E_RANGE; a table that is
 * full with AW_E_LIMIT. No sum of values within these limits wraps in 64 bits.
 *
 * Lengths are in bytes and count no terminating NUL. Bounds of one implementation (how many
 * mailboxes and links a relay has room for, how long an agent waits) are with their object.
 */

/* Common */
#define AW_NAME_LEN_MAX       32                /* of a person, UTF-8 */
#define AW_ADDRESS_LEN_MAX    70                /* "host:port" of a relay */
#define AW_ENDPOINT_COUNT_MAX 3                 /* relays of one channel */
#define AW_EXT_LEN_MAX        24                /* room for later versions in a message */
#define AW_SPAN_MAX_S         UINT32_C(2678400) /* longest span on the wire: 31 days */

/* 04 Pairing */
#define AW_INVITE_URI_MAX 652 /* an invite as text */

/* 05 Channel */
#define AW_WORD_WAITING_MAX 64                  /* words that wait to be named, per channel */
#define AW_INDEX_JUMP_MAX   (UINT32_C(1) << 20) /* cells lost in a row that a receiver skips over */

/* 17 Triggers */
#define AW_COUNTDOWN_MAX_S    30   /* until an alarm leaves that she may still take back */
#define AW_TIMER_EXTEND_MAX_S 7200 /* the one extension of a timer without the secret */

/* 16 Contacts among themselves */
#define AW_WITNESS_NOTE_MAX 24 /* comment of a contact to the others, UTF-8 */

/* 06 Subject: the plan */
#define AW_PLAN_LEN_MAX      16000 /* encoded */
#define AW_PLAN_LINE_MAX     8     /* schedule lines */
#define AW_PLAN_ZONE_MAX     16    /* zone rules */
#define AW_PLAN_WARNING_MAX  8     /* warnings before and at the deadline */
#define AW_PLAN_LEVEL_MAX    8     /* levels of the ladder */
#define AW_PLAN_MEMBER_MAX   16    /* contacts of one subject */
#define AW_PLAN_QUIET_MAX    4     /* windows of quiet hours */
#define AW_PLAN_PAUSE_MAX    4     /* pauses */
#define AW_PLAN_OPERATOR_MAX 16    /* relays whose operator is named */
#define AW_PLAN_TEXT_LEN_MAX 120   /* instruction of a level, UTF-8 */
#define AW_PLAN_GROUP_MAX    8     /* groups of contacts */
#define AW_PLAN_EVERY_MIN_S  300   /* shortest interval between check-ins */
#define AW_DECOY_MAX         4     /* contacts removed quietly and not forgotten */
#define AW_PLAN_DAY_MAX_S    86400 /* longest grace, delay of a level, offset of a warning */
#define AW_CARD_SECTION_MAX  24    /* texts of the plan card */
#define AW_CARD_TEXT_LEN_MAX 400   /* one of them, UTF-8 */

/* 07 Contact */
#define AW_ROTA_MAX     4  /* weekly windows in which a contact is not available */
#define AW_NOTE_LEN_MAX 56 /* note in the sealed state, UTF-8 */

/* 08 Relay */
#define AW_RELAY_CELL_LEN     512     /* a small cell */
#define AW_RELAY_BULK_LEN     16384   /* a bulk cell */
#define AW_RELAY_OLDEST       32      /* small cells that a mailbox keeps of the oldest */
#define AW_RELAY_NEWEST       32      /* and of the newest; what lies between them is dropped */
#define AW_RELAY_BULK_MAX     8       /* bulk cells in a mailbox; another is refused */
#define AW_RELAY_WINDOW       256     /* unanswered requests of one link */
#define AW_RELAY_LABEL_MAX    32      /* label of a token, name of a wake command */
#define AW_RELAY_WAKE_MS      10000   /* shortest time between two wake-ups for one mailbox */
#define AW_RELAY_ARM_MAX_S    2678400 /* longest time that a switch waits: 31 days */
#define AW_RELAY_PAUSE_MAX_S  21600   /* longest extra time after a relay's own pause, each part */
#define AW_RELAY_UNREAD_MAX_D 90      /* days without a reader after which a mailbox expires */

/* 09 Crypto */
#define AW_PRESENCE_SECRET_MAX 256                 /* a typed secret, UTF-8 */
#define AW_LINK_FIRST_MAX      4096                /* plaintext of the first frame of a link */
#define AW_LINK_PLAIN_MAX      65519               /* plaintext of a later frame */
#define AW_LINK_COUNT_MAX      (UINT64_C(1) << 60) /* frames in one direction of a link */

/* 14 Small bearers */
#define AW_FRAME_LEN      106 /* a check-in or an SOS for SMS or LoRa */
#define AW_FRAME_TEXT_LEN 159 /* the same as base45, in characters */

#endif /* ALLSWELL_LIMITS_H */
