/* SPDX-License-Identifier: ISC */
#include "core/words_text.h"

#include <string.h>

#include "base/bytes.h"

enum aw_status aw_words_text(const struct aw_channel *channel, struct aw_buf *text)
{
    uint16_t words[AW_WORDS_COUNT];
    size_t start = text->len;
    enum aw_session session =
        aw_channel_is_quarantined(channel) ? AW_SESSION_QUARANTINE : AW_SESSION_MAIN;
    enum aw_status st = aw_channel_words(channel, session, words);

    for (size_t i = 0; i < AW_WORDS_COUNT && st == AW_OK; i++) {
        const char *word = aw_words_get(words[i]);

        if (i > 0)
            st = aw_buf_put(text, (struct aw_bytes){(const uint8_t *)" ", 1});
        if (st == AW_OK)
            st = aw_buf_put(text, (struct aw_bytes){(const uint8_t *)word, strlen(word)});
    }
    if (st != AW_OK)
        text->len = start;
    return st;
}
