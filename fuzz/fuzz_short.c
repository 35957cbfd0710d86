/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "core/base45.h"
#include "core/short.h"
#include "fuzz.h"

#include <string.h>

/*
 * Input: the content of a frame, or text. Properties: content that the decoder accepts is the only
 * one of its meaning (spec/14-small-bearers.md §3); so is base45 that the decoder accepts; every
 * frame reads back from its text, also when a gateway trimmed it (§1).
 */

static void content(const uint8_t *data)
{
    uint8_t again[AW_SHORT_LEN];
    struct aw_short s;
    enum aw_status st;

    if (aw_short_decode(&s, data) != AW_OK) {
        for (size_t i = 0; i < sizeof s; i++)
            AW_ASSERT(((const uint8_t *)&s)[i] == 0);
        return;
    }
    st = aw_short_encode(again, &s);
    AW_ASSERT(st == AW_OK);
    AW_ASSERT(memcmp(again, data, sizeof again) == 0);
}

static void text(const uint8_t *data, size_t size)
{
    uint8_t bytes[1024], again[1536];
    struct aw_buf out = AW_BUF_OF(bytes), back = AW_BUF_OF(again);
    enum aw_status st;

    if (aw_base45_decode((struct aw_bytes){data, size}, &out) != AW_OK) {
        AW_ASSERT(out.len == 0);
        return;
    }
    st = aw_base45_encode(aw_buf_bytes(&out), &back);
    AW_ASSERT(st == AW_OK);
    AW_ASSERT(back.len == size);
    AW_ASSERT(memcmp(again, data, size) == 0);
}

static void frame(const uint8_t *data)
{
    uint8_t back[AW_FRAME_LEN];
    char sms[AW_FRAME_TEXT_LEN + 1];
    size_t skip = 0;
    enum aw_status st;

    aw_frame_to_text(sms, data);
    sms[AW_FRAME_TEXT_LEN] = '\n';
    while (sms[skip] == ' ')
        skip++;
    st = aw_frame_from_text(back, (struct aw_bytes){(uint8_t *)sms + skip, sizeof sms - skip});
    AW_ASSERT(st == AW_OK);
    AW_ASSERT(memcmp(back, data, sizeof back) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t frame_of_text[AW_FRAME_LEN];

    if (size == AW_SHORT_LEN)
        content(data);
    if (size == AW_FRAME_LEN)
        frame(data);
    if (size <= 1024)
        text(data, size);
    (void)!aw_frame_from_text(frame_of_text, (struct aw_bytes){data, size});
    return 0;
}
