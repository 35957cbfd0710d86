/* SPDX-License-Identifier: ISC */
#ifndef AW_STATIC_EVA_H
#define AW_STATIC_EVA_H

#include <__fc_builtin.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Arbitrary input for Eva. What is read lies at the end of `eva_input`, so that one byte more is
 * outside of it.
 */
#define EVA_LEN_MAX 300

static uint8_t eva_input[EVA_LEN_MAX];

static void eva_input_init(void)
{
    Frama_C_make_unknown((char *)eva_input, sizeof eva_input);
}

/*
 * The lengths that are tried. EVA_LENGTHS 3: each one; 2: the small ones, those about the widths of
 * a head, and the longest; 1: none, 34 (what a key takes) and the longest; 0: 33 alone, for
 * controls.
 */
static size_t eva_next_len(size_t len)
{
    if (EVA_LENGTHS == 2 && len >= 12 && len < 25)
        return 25;
    if (EVA_LENGTHS == 2 && len >= 26 && len < 258)
        return 258;
    if (EVA_LENGTHS == 2 && len >= 259 && len < EVA_LEN_MAX)
        return EVA_LEN_MAX;
    if (EVA_LENGTHS == 1 && len < EVA_LEN_MAX)
        return len < 34 ? 34 : EVA_LEN_MAX;
    if (EVA_LENGTHS == 0)
        return len < 33 ? 33 : EVA_LEN_MAX + 1;
    return len + 1;
}

static size_t eva_any_len(void)
{
    return Frama_C_unsigned_long_interval(0, SIZE_MAX);
}

#endif /* AW_STATIC_EVA_H */
