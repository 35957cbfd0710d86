/* SPDX-License-Identifier: ISC */
/* wire/rd.c: from any state of a reader, any one call. See README.md. */
#include "wire/rd.h"
#include "wire/utf8.h"

#include "static/eva.h"

/*@ requires text.len == 0 || \valid_read(text.ptr + (0 .. text.len - 1));
    assigns \result \from text;
    ensures \result == 0 || \result == 1; */
bool aw_utf8_is_valid(struct aw_bytes text);

/* Any reader that has `left` bytes to go. */
static struct aw_rd any_reader(size_t left)
{
    const uint8_t *end = eva_input + EVA_LEN_MAX;
    struct aw_rd rd = {.ptr = end - left, .end = end};

    rd.start = eva_input + Frama_C_interval(0, (int)(EVA_LEN_MAX - left));
    rd.status = (enum aw_status)Frama_C_interval(AW_E_RANGE, AW_OK);
    rd.error_pos = Frama_C_interval(0, EVA_LEN_MAX);
    return rd;
}

static void still_a_reader(const struct aw_rd *rd)
{
    /*@ assert (const uint8_t *)eva_input <= rd->start <= rd->ptr <= rd->end; */
}

static void one_call(struct aw_rd *rd)
{
    struct aw_rd_map map = {Frama_C_unsigned_int_interval(0, UINT32_MAX),
                            Frama_C_unsigned_int_interval(0, UINT32_MAX)};
    struct aw_bytes bytes = {NULL, 0};
    uint32_t key;

    switch (Frama_C_interval(0, 11)) {
    case 0:
        aw_rd_map(rd, &map);
        break;
    case 1:
        (void)aw_rd_key(rd, &map, &key);
        break;
    case 2:
        (void)aw_rd_array(rd, eva_any_len(), eva_any_len());
        break;
    case 3:
        (void)aw_rd_uint(rd, eva_any_len(), eva_any_len());
        break;
    case 4:
        (void)aw_rd_int(rd, Frama_C_long_interval(INT64_MIN, INT64_MAX),
                        Frama_C_long_interval(INT64_MIN, INT64_MAX));
        break;
    case 5:
        (void)aw_rd_bool(rd);
        break;
    case 6:
        bytes = aw_rd_bytes(rd, eva_any_len(), eva_any_len());
        break;
    case 7:
        bytes = aw_rd_text(rd, eva_any_len(), eva_any_len());
        break;
    case 8:
        aw_rd_fail(rd, AW_E_RANGE);
        break;
    case 9:
        (void)aw_rd_more(rd);
        (void)aw_rd_pos(rd);
        break;
    case 10:
        (void)aw_rd_end(rd);
        break;
    case 11:
        (void)aw_rd_end_padded(rd);
        break;
    }
    /*@ assert bytes.len == 0 || \valid_read(bytes.ptr + (0 .. bytes.len - 1)); */
    still_a_reader(rd);
}

void main(void)
{
    eva_input_init();
    /*@ loop unroll EVA_LEN_MAX + 1; */
    for (size_t left = 0; left <= EVA_LEN_MAX; left = eva_next_len(left)) {
        struct aw_rd rd = any_reader(left);

        one_call(&rd);
        /*@ slevel merge; */
        ;
    }
}
