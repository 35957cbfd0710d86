/* SPDX-License-Identifier: ISC */
/* wire/utf8.c: any bytes of each length. See README.md. */
#include "static/eva.h"
#include "wire/utf8.h"

#ifndef EVA_TEXT_MAX
#define EVA_TEXT_MAX 56
#endif

void main(void)
{
    eva_input_init();
    /*@ loop unroll EVA_TEXT_MAX + 1; */
    for (size_t len = 0; len <= EVA_TEXT_MAX; len++) {
        struct aw_bytes text = {eva_input + EVA_LEN_MAX - len, len};

        (void)aw_utf8_is_valid(text);
        (void)aw_utf8_is_printable(text);
    }
}
