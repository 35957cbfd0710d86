/* SPDX-License-Identifier: ISC */
#include "wire/tables.h"

#include "base/assert.h"
#include "wire/call.h"
#include "wire/card.h"
#include "wire/card_file.h"
#include "wire/file.h"
#include "wire/hello.h"
#include "wire/introductions.h"
#include "wire/invite.h"
#include "wire/plan.h"
#include "wire/reply.h"
#include "wire/resume.h"
#include "wire/state.h"
#include "wire/switched.h"
#include "wire/witness.h"

#include <string.h>

static const struct aw_wire_map *const tables[] = {
    &aw_invite_map, &aw_hello_map,     &aw_resume_map,   &aw_call_map,    &aw_reply_map,
    &aw_state_map,  &aw_file_map,      &aw_plan_map,     &aw_witness_map, &aw_introductions_map,
    &aw_card_map,   &aw_card_file_map, &aw_switched_map,
};

const struct aw_wire_map *aw_map_at(size_t idx)
{
    return idx < AW_COUNT(tables) ? tables[idx] : NULL;
}

const struct aw_wire_map *aw_map_find(const char *name)
{
    for (size_t i = 0; i < AW_COUNT(tables); i++) {
        if (strcmp(tables[i]->name, name) == 0)
            return tables[i];
    }
    return NULL;
}
