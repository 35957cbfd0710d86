/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "crypto/cell.h"
#include "crypto/kdf.h"
#include "take.h"

/*
 * Input: index, nonce, content, then bits to flip; or the whole of a cell. Property: a cell opens
 * to its content and zeros, under its index; a changed one, a foreign one and one under other
 * keys do not, and nothing is written.
 */
static const uint8_t header[AW_KEY_LEN] = {3}, message[AW_KEY_LEN] = {4};

static void check_refused(const uint8_t *cell, size_t cell_len)
{
    static uint8_t plain[AW_CELL_BULK_PLAIN_LEN];
    size_t plain_len = cell_len - AW_CELL_OVERHEAD;

    memset(plain, 0xaa, plain_len);
    must(aw_cell_open(plain, cell, cell_len, message), AW_E_AUTH);
    AW_ASSERT(plain[0] == 0xaa && memcmp(plain, plain + 1, plain_len - 1) == 0);
}

/* Flips up to 16 bits; true if something is left changed. */
static bool damage(uint8_t *cell, size_t cell_len, struct take *in, bool *in_front)
{
    static uint8_t was[AW_CELL_BULK_LEN];

    memcpy(was, cell, cell_len);
    for (size_t i = 0; i < 16 && in->len > 0; i++) {
        uint8_t bit = take_byte(in);
        size_t at = (size_t)take_byte(in) << 8 | take_byte(in);

        cell[at % cell_len] ^= (uint8_t)(1u << bit % 8);
    }
    *in_front = memcmp(was, cell, AW_NONCE_LEN + AW_CELL_HEAD_LEN) != 0;
    return memcmp(was, cell, cell_len) != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t cell[AW_CELL_BULK_LEN], plain[AW_CELL_BULK_LEN];
    struct take in = {data, size};
    size_t cell_len = take_byte(&in) % 2 == 0 ? AW_CELL_LEN : AW_CELL_BULK_LEN;
    uint8_t index_be[4] = {0}, nonce[AW_NONCE_LEN] = {0};
    struct aw_bytes content = take_bytes(&in, AW_CELL_BULK_LEN);
    uint32_t index, seen = 0;
    enum aw_status st;
    bool in_front;

    if (content.len == cell_len) { /* invented */
        check_refused(content.ptr, cell_len);
        return 0;
    }
    for (size_t i = 0; i < sizeof index_be; i++)
        index_be[i] = take_byte(&in);
    for (size_t i = 0; i < sizeof nonce; i++)
        nonce[i] = take_byte(&in);
    index = aw_get_u32(index_be);
    st = aw_cell_seal(cell, cell_len, header, message, index, nonce, content);
    AW_ASSERT(st == (content.len > cell_len - AW_CELL_OVERHEAD ? AW_E_SPACE : AW_OK));
    if (st != AW_OK)
        return 0;

    must(aw_cell_peek(cell, cell_len, header, &seen), AW_OK);
    AW_ASSERT(seen == index);
    must(aw_cell_peek(cell, cell_len, message, &seen), AW_E_AUTH);
    must(aw_cell_open(plain, cell, cell_len, message), AW_OK);
    AW_ASSERT(content.len == 0 || memcmp(plain, content.ptr, content.len) == 0);
    for (size_t i = content.len; i < cell_len - AW_CELL_OVERHEAD; i++)
        AW_ASSERT(plain[i] == 0);
    if (damage(cell, cell_len, &in, &in_front)) {
        check_refused(cell, cell_len);
        st = aw_cell_peek(cell, cell_len, header, &seen);
        AW_ASSERT(in_front || st == AW_OK); /* a damaged head passes once in 2^32 */
    }
    return 0;
}
