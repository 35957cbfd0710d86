/* SPDX-License-Identifier: ISC */
#include "allswell/card_text.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/*
 * Input: a card file. Property: what is refused has a message of one line that shows nothing of the
 * text, and leaves no card; what is taken is written as a file that reads as the same one.
 */

const char *const tool_name = "fuzz";

static const char secret[] = "4711";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct aw_card card, again, none;
    static char text[CARD_TEXT_MAX + 1];
    struct tool_fail fail = {.code = TOOL_OK};
    char *written;

    if (size > CARD_TEXT_MAX)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (!card_text_read(&card, "card", text, &fail)) {
        AW_ASSERT(fail.code == TOOL_USAGE && strchr(fail.text, '\n') == NULL);
        AW_ASSERT(strstr(fail.text, secret) == NULL);
        AW_ASSERT(memcmp(&card, &none, sizeof card) == 0);
        return 0;
    }
    written = card_text_write(&card);
    AW_ASSERT(written != NULL);
    AW_ASSERT(card_text_read(&again, "card", written, &fail));
    AW_ASSERT(memcmp(&card, &again, sizeof card) == 0);
    free(written);
    return 0;
}
