/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include <allswell/contact.h>
#include <allswell/plan.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "wire/plan.h"

#include <stdio.h>
#include <string.h>

/* Inputs that several vector files have. */

const char *const lab_verdict_words[LAB_VERDICTS] = {
    [AW_VERDICT_NONE] = "none",   [AW_VERDICT_CLAIMED] = "claimed",
    [AW_VERDICT_SAFE] = "safe",   [AW_VERDICT_DURESS] = "duress",
    [AW_VERDICT_WRONG] = "wrong", [AW_VERDICT_CANNOT_JUDGE] = "cannot judge"};

void lab_vec_plan(struct vec *v, const char *name, struct aw_plan *plan)
{
    uint8_t space[AW_PLAN_ENCODED_MAX];
    struct aw_buf buf = AW_BUF_OF(space);
    struct aw_plan got;

    AW_ASSERT(aw_message_encode(&aw_plan_map, plan, &buf) == AW_OK);
    vec_in_buf(v, name, &buf);
    if (aw_message_decode(&aw_plan_map, &got, aw_buf_bytes(&buf)) == AW_OK &&
        aw_plan_check(&got, NULL) == AW_PLAN_GOOD)
        *plan = got;
    else
        vec_fault(v, name, "no plan");
}

uint32_t lab_vec_u32(struct vec *v, const char *name, uint32_t value)
{
    uint64_t got = value;

    vec_in_uint(v, name, &got);
    if (got <= UINT32_MAX)
        return (uint32_t)got;
    vec_fault(v, name, "more than 32 bits");
    return value;
}

bool lab_vec_bool(struct vec *v, const char *name, bool value)
{
    uint32_t got = lab_vec_u32(v, name, value);

    if (got > 1)
        vec_fault(v, name, "neither 0 nor 1");
    return got == 1;
}

unsigned lab_vec_word(struct vec *v, const char *name, unsigned value, const char *const *words,
                      unsigned count)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%s", words[value]);
    vec_in_text(v, name, text, sizeof text);
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(text, words[i]) == 0)
            return i;
    }
    vec_fault(v, name, "no such word");
    return value;
}
