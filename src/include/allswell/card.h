/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_CARD_H
#define ALLSWELL_CARD_H

#include <allswell/base.h>
#include <allswell/limits.h>

/**
 * @file
 * Plan card: what she wrote down for her contacts for the day on which she cannot speak
 * (spec/03-wire.md §10). Plain data, and words of hers: show it as it is.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** What a section is about. From 10 on: the card for an emergency call, in the order in which a
 * call taker asks. */
enum aw_card_kind {
    AW_CARD_FIRST = 1,       /* what to do first */
    AW_CARD_COORDINATOR = 2, /* who coordinates */
    AW_CARD_DOOR = 3,        /* door code, keys */
    AW_CARD_MEDICAL = 4,     /* illnesses, medicines, allergies */
    AW_CARD_HOUSEHOLD = 5,   /* children and pets */
    AW_CARD_AVOID = 6,       /* what not to do */
    AW_CARD_WHERE = 10,      /* where she is likely to be */
    AW_CARD_WHAT = 11,       /* what may have happened */
    AW_CARD_WHO = 12,        /* who is in danger */
    AW_CARD_LOOKS = 13,      /* her description */
    AW_CARD_VEHICLES = 14,   /* hers and his */
    AW_CARD_SUSPECT = 15,    /* the named suspect */
    AW_CARD_ORDERS = 16,     /* court orders and police references */
    AW_CARD_NEEDS = 17,      /* medical needs that responders must know */
    AW_CARD_ACCESS = 18,     /* how responders get in */
    AW_CARD_CALLBACK = 19,   /* whom to call back */
};

/** One text, shown from a level of the ladder on. Size: 403 bytes. */
struct aw_card_section {
    uint8_t kind;                        /* enum aw_card_kind */
    uint8_t level;                       /* 0: from the beginning of an incident; to 8 */
    char text[AW_CARD_TEXT_LEN_MAX + 1]; /* UTF-8, one line */
};

/** A card: ascending by kind, then level; one text for each. Size: 9680 bytes. Secret: wipe. */
struct aw_card {
    uint32_t version; /* from 1 */
    struct aw_card_section
        sections[AW_CARD_SECTION_MAX]; /* in the order in which they are to be read */
    uint8_t sections_count;            /* of them */
};

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_CARD_H */
