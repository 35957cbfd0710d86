/* SPDX-License-Identifier: ISC */
#include "wire/card.h"

#include "base/assert.h"

static const struct aw_wire_field section_fields[] = {
    AW_ROW_UINT(0, aw_card_section, kind, AW_CARD_FIRST, AW_CARD_CALLBACK),
    AW_ROW_UINT(1, aw_card_section, level, 0, AW_PLAN_LEVEL_MAX),
    AW_ROW_TEXT(2, aw_card_section, text, 1),
};

static const struct aw_wire_map section_map =
    AW_WIRE_TABLE("section", aw_card_section, section_fields, NULL);

static const struct aw_wire_field card_fields[] = {
    AW_ROW_UINT(0, aw_card, version, 1, UINT32_MAX),
    AW_ROW_LIST(1, aw_card, sections, 1, &section_map),
};

/* spec/03-wire.md §10: "The sections of a card MUST strictly ascend by kind, then by level." and
 * "The kind of a section MUST NOT be 7, 8 or 9." */
static enum aw_status check_card(const void *message)
{
    const struct aw_card *card = message;

    for (size_t i = 0; i < card->sections_count; i++) {
        const struct aw_card_section *s = &card->sections[i];

        if (s->kind > AW_CARD_AVOID && s->kind < AW_CARD_WHERE)
            return AW_E_RANGE;
        if (i > 0 && (s->kind < s[-1].kind || (s->kind == s[-1].kind && s->level <= s[-1].level)))
            return AW_E_RANGE;
    }
    return AW_OK;
}

const struct aw_wire_map aw_card_map = AW_WIRE_TABLE("card", aw_card, card_fields, check_card);
