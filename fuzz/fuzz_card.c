/* SPDX-License-Identifier: ISC */
#include "message.h"
#include "wire/card.h"

/* Input: one `card`, perhaps padded. Property: see message.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct aw_card card;

    fuzz_message(&aw_card_map, &card, data, size);
    return 0;
}
