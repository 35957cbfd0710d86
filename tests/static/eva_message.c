/* SPDX-License-Identifier: ISC */
/* wire/message_decode.c: any step at any row of any table. See README.md. */
#include "static/eva.h"
#include "wire/message_decode.c"
#include "wire/tables.h"

/* Which rows: each EVA_STRIDE-th from EVA_FIRST on. */
#ifndef EVA_STRIDE
#define EVA_STRIDE 1
#define EVA_FIRST  0
#endif

#define MAP_MAX     64
#define MESSAGE_MAX 32768

/*@ requires text.len == 0 || \valid_read(text.ptr + (0 .. text.len - 1));
    assigns \result \from text;
    ensures \result == 0 || \result == 1; */
bool aw_utf8_is_valid(struct aw_bytes text);

/*@ requires text.len == 0 || \valid_read(text.ptr + (0 .. text.len - 1));
    assigns \result \from text;
    ensures \result == 0 || \result == 1; */
bool aw_utf8_is_printable(struct aw_bytes text);

static const struct aw_wire_map *maps[MAP_MAX];
static size_t map_count;
static _Alignas(8) uint8_t message[MESSAGE_MAX];

/* All tables, and those inside them. */
static void find_maps(void)
{
    for (size_t i = 0; aw_map_at(i) != NULL; i++)
        maps[map_count++] = aw_map_at(i);
    for (size_t i = 0; i < map_count; i++) {
        for (size_t j = 0; j < maps[i]->field_count; j++) {
            if (maps[i]->fields[j].sub != NULL)
                maps[map_count++] = maps[i]->fields[j].sub;
        }
    }
}

/* A decoder with `left` bytes to go; the structure that it fills ends where `message` ends. */
static void step(const struct aw_wire_map *map, const struct aw_wire_field *f, size_t left)
{
    const uint8_t *end = eva_input + EVA_LEN_MAX, *ptr = end - left;
    uint8_t *base = message + MESSAGE_MAX - map->struct_len;
    struct decoder d = {.ptr = ptr, .end = end, .status = AW_OK, .depth = 1};
    const uint8_t *after = NULL;
    enum aw_status st = AW_OK;

    eva_input_init();
    Frama_C_make_unknown((char *)message, sizeof message);
    if (f->type < AW_WIRE_INT) {
        after = take_leaf(&d, ptr, f, base);
        /*@ assert after == \null || ptr < after <= end; */
        return;
    }
    st = take_other(&d, f, base);
    /*@ assert ptr <= d.ptr <= end; */
    if (st == AW_OK && d.depth == 2) {
        /*@ assert d.stack[1].sibling_count < f->max || f->type == AW_WIRE_MAP; */
    }
}

void main(void)
{
    size_t row = EVA_STRIDE - EVA_FIRST;

    find_maps();
    /*@ loop unroll MAP_MAX; */
    for (size_t i = 0; i < map_count; i++) {
        /*@ loop unroll 32; */
        for (size_t j = 0; j < maps[i]->field_count; j++, row++) {
            if (row % EVA_STRIDE != 0)
                continue;
            /*@ loop unroll EVA_LEN_MAX + 1; */
            for (size_t left = 0; left <= EVA_LEN_MAX; left = eva_next_len(left)) {
                step(maps[i], &maps[i]->fields[j], left);
                /*@ slevel merge; */
                ;
            }
        }
    }
}
