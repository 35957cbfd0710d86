/* SPDX-License-Identifier: ISC */
#include "allswell/plan_text.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/*
 * Input: a plan file. Property: what is refused has a message of one line; what is taken is a good
 * plan, and is written as a file that reads as the same one.
 */

const char *const tool_name = "fuzz";

static const struct plan_person people[] = {{1, "Sister"}, {2, "Friend"}, {3, "The one"}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct aw_plan plan, again;
    static char text[PLAN_TEXT_MAX + 1];
    char zone[PLAN_ZONE_MAX + 1];
    struct plan_source source = {.file = "plan",
                                 .text = text,
                                 .people = people,
                                 .people_count = sizeof people / sizeof people[0],
                                 .now_s = UINT64_C(1790000000)};
    struct tool_fail fail = {.code = TOOL_OK};
    char *written;

    if (size > PLAN_TEXT_MAX)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (!plan_text_read(&plan, zone, &source, &fail)) {
        AW_ASSERT(fail.code == TOOL_USAGE && strchr(fail.text, '\n') == NULL);
        return 0;
    }
    AW_ASSERT(aw_plan_check(&plan, NULL) == AW_PLAN_GOOD);
    written = plan_text_write(&plan, zone);
    AW_ASSERT(written != NULL && strlen(written) <= PLAN_TEXT_MAX);
    source.text = written;
    AW_ASSERT(plan_text_read(&again, zone, &source, &fail));
    AW_ASSERT(memcmp(&plan, &again, sizeof plan) == 0);
    free(written);
    return 0;
}
