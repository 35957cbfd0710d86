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
 * Lengths are in bytes and count no terminating NUL. The bounds that a caller chooses for
 * himself (how many mailboxes, how many links) are with the object that they belong to, and so
 * are the sizes of frames, in link.h, and of requests, in relay.h.
 */

/* Common */
#define AW_NAME_LEN_MAX       32                /* of a person, UTF-8 */
#define AW_ADDRESS_LEN_MAX    70                /* "host:port" of a relay */
#define AW_ENDPOINT_COUNT_MAX 3                 /* relays of one channel */
#define AW_EXT_LEN_MAX        32                /* room for later versions in a message */
#define AW_SPAN_MAX_S         UINT32_C(2678400) /* longest span on the wire: 31 days */

/* 05 Channel */
#define AW_WORD_WAITING_MAX 64                  /* words that wait to be named, per channel */
#define AW_INDEX_JUMP_MAX   (UINT32_C(1) << 20) /* cells lost in a row that a receiver skips over */

/* 06 Subject: the plan */
#define AW_PLAN_LEN_MAX      16000 /* encoded */
#define AW_PLAN_LINE_MAX     8     /* schedule lines */
#define AW_PLAN_ZONE_MAX     16    /* zone rules */
#define AW_PLAN_WARNING_MAX  8     /* warnings before and at the deadline */
#define AW_PLAN_LEVEL_MAX    8     /* levels of the ladder */
#define AW_PLAN_MEMBER_MAX   16    /* contacts of one subject */
#define AW_PLAN_TEXT_LEN_MAX 120   /* instruction of a level, UTF-8 */
#define AW_PLAN_GROUP_MAX    8     /* groups of contacts */
#define AW_PLAN_EVERY_MIN_S  300   /* shortest interval between check-ins */
#define AW_PLAN_DAY_MAX_S    86400 /* longest grace, delay of a level, offset of a warning */

/* 07 Contact */
#define AW_NOTE_LEN_MAX 56 /* note in the sealed state, UTF-8 */

#endif /* ALLSWELL_LIMITS_H */
