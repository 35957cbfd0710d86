/* SPDX-License-Identifier: ISC */
#include "lab.h"
#include "sample.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "wire/call.h"
#include "wire/diag.h"
#include "wire/wr.h"

#include <stdlib.h>
#include <string.h>

/*
 * Messages: each sample right, and wrong in one place (spec/03-wire.md). Every top-level field
 * of every sample goes through every fault that its type knows.
 */

#define PAIRS_MAX 24

/* A sample cut into the pairs of its map. */
struct cut {
    struct aw_bytes whole;
    const struct aw_wire_map *map;
    struct aw_bytes key[PAIRS_MAX], value[PAIRS_MAX];
    const struct aw_wire_field *field[PAIRS_MAX];
    size_t count;
};

/* The length of the item at `in`, which is deterministic CBOR of our own making. */
static size_t item_len(const uint8_t *in)
{
    size_t len = 0;
    uint64_t pending = 1;

    while (pending > 0) {
        uint8_t major = in[len] >> 5, info = in[len] & 31;
        size_t i, width = info < 24 ? 0 : (size_t)1 << (info - 24);
        uint64_t arg = info < 24 ? info : 0;

        for (i = 1; i <= width; i++)
            arg = arg << 8 | in[len + i];
        len += 1 + width;
        if (major == 2 || major == 3)
            len += (size_t)arg;
        if (major == 4 || major == 5)
            pending += arg * (major - 3U);
        pending--;
    }
    return len;
}

static void cut_up(struct cut *c, struct aw_bytes whole, const struct aw_wire_map *map)
{
    const uint8_t *at = whole.ptr + 1; /* a map of at most 23 pairs */
    size_t i;

    *c = (struct cut){.whole = whole, .map = map, .count = whole.ptr[0] & 31};
    AW_ASSERT(c->count < PAIRS_MAX);
    for (i = 0; i < c->count; i++) {
        size_t f;

        c->key[i] = (struct aw_bytes){at, 1};
        c->value[i] = (struct aw_bytes){at + 1, item_len(at + 1)};
        at += 1 + c->value[i].len;
        for (f = 0; f < map->field_count; f++) {
            if (map->fields[f].key == c->key[i].ptr[0])
                c->field[i] = &map->fields[f];
        }
        AW_ASSERT(c->field[i] != NULL);
    }
    AW_ASSERT(at == whole.ptr + whole.len);
}

static void put(struct aw_buf *out, struct aw_bytes bytes)
{
    enum aw_status st = aw_buf_put(out, bytes);

    AW_ASSERT(st == AW_OK); /* the buffer is larger than any message with a fault */
}

static void put_byte(struct aw_buf *out, uint8_t byte)
{
    put(out, (struct aw_bytes){&byte, 1});
}

/* The sample with the value of pair `idx` replaced; SIZE_MAX replaces none. */
static void splice(const struct cut *c, size_t idx, struct aw_bytes value, struct aw_buf *out)
{
    size_t i;

    out->len = 0;
    put_byte(out, (uint8_t)(0xa0 | c->count));
    for (i = 0; i < c->count; i++) {
        put(out, c->key[i]);
        put(out, i == idx ? value : c->value[i]);
    }
}

/* The status that the decoder of `map` gives. */
static enum aw_status judge(const struct aw_wire_map *map, struct aw_bytes bytes)
{
    void *message = calloc(1, map->struct_len);
    enum aw_status st;

    AW_ASSERT(message != NULL);
    st = aw_message_decode(map, message, bytes);
    free(message);
    return st;
}

/* Records one case, or checks it. While writing, a fault that is no fault is a bug here. */
static void one_fault(struct vec *v, const struct aw_wire_map *map, const char *name,
                      struct aw_buf *bytes)
{
    enum aw_status st;

    vec_enter(v, name);
    vec_in_buf(v, "bytes", bytes);
    st = judge(map, aw_buf_bytes(bytes));
    AW_ASSERT(!v->writing || st != AW_OK);
    vec_out_status(v, "status", st);
    vec_leave(v);
}

static void field_fault(struct vec *v, const struct cut *c, size_t idx, const char *fault,
                        struct aw_bytes value, struct aw_buf *space)
{
    char name[80];

    (void)snprintf(name, sizeof name, "%s: %s", c->field[idx]->name, fault);
    splice(c, idx, value, space);
    one_fault(v, c->map, name, space);
}

/* Values of the right type outside the bounds of a number. */
static void number_faults(struct vec *v, const struct cut *c, size_t idx, struct aw_buf *space)
{
    const struct aw_wire_field *f = c->field[idx];
    uint8_t value[16];
    struct aw_buf buf = AW_BUF_OF(value);
    struct aw_wr wr;
    int side;

    for (side = 0; side < 2; side++) {
        bool high = side == 1;

        buf.len = 0;
        aw_wr_init(&wr, &buf);
        if (f->type == AW_WIRE_INT)
            aw_wr_int(&wr, high ? (int64_t)f->max + 1 : (int64_t)f->min - 1);
        else if (high ? f->max == UINT64_MAX : f->min == 0)
            continue; /* every number is inside */
        else
            aw_wr_uint(&wr, high ? f->max + 1 : f->min - 1);
        if (aw_wr_end(&wr) == AW_OK)
            field_fault(v, c, idx, high ? "too large" : "too small", aw_buf_bytes(&buf), space);
    }
    if (c->value[idx].len == 1 && c->value[idx].ptr[0] < 24) {
        const uint8_t wide[2] = {0x18, c->value[idx].ptr[0]};

        field_fault(v, c, idx, "head not the shortest", AW_BYTES_OF(wide), space);
    }
}

/* Strings of the right type and a wrong length or content. */
static void string_faults(struct vec *v, const struct cut *c, size_t idx, struct aw_buf *space)
{
    static uint8_t value[SAMPLE_LEN_MAX], content[SAMPLE_LEN_MAX];
    const struct aw_wire_field *f = c->field[idx];
    bool text = f->type == AW_WIRE_TEXT;
    struct aw_buf buf = AW_BUF_OF(value);
    int side;

    memset(content, 'x', sizeof content);
    for (side = 0; side < 2; side++) {
        size_t len = side == 1 ? (size_t)f->max + 1 : (size_t)f->min - 1;
        struct aw_wr wr;

        if (side == 0 && f->min == 0)
            continue;
        buf.len = 0;
        aw_wr_init(&wr, &buf);
        if (text)
            aw_wr_text(&wr, (struct aw_bytes){content, len});
        else
            aw_wr_bytes(&wr, (struct aw_bytes){content, len});
        if (aw_wr_end(&wr) == AW_OK)
            field_fault(v, c, idx, side == 1 ? "too long" : "too short", aw_buf_bytes(&buf), space);
    }
    if (text) {
        static const uint8_t not_utf8[] = {0x62, 0xc3, 0x28}, control[] = {0x62, 'a', 0x1b};
        static const uint8_t turn[] = {0x64, 'a', 0xe2, 0x80, 0xae}; /* U+202E */

        field_fault(v, c, idx, "not UTF-8", AW_BYTES_OF(not_utf8), space);
        field_fault(v, c, idx, "control character", AW_BYTES_OF(control), space);
        field_fault(v, c, idx, "bidirectional override", AW_BYTES_OF(turn), space);
    }
}

static void field_faults(struct vec *v, const struct cut *c, size_t idx, struct aw_buf *space)
{
    static const uint8_t number[] = {0x00}, text[] = {0x61, 'x'}, nothing[] = {0xf6};
    static const uint8_t real[] = {0xf9, 0x00, 0x00};
    const struct aw_wire_field *f = c->field[idx];
    bool is_number = f->type == AW_WIRE_UINT || f->type == AW_WIRE_INT;

    if (is_number)
        field_fault(v, c, idx, "text instead of a number", AW_BYTES_OF(text), space);
    else
        field_fault(v, c, idx, "a number instead", AW_BYTES_OF(number), space);
    field_fault(v, c, idx, "null", AW_BYTES_OF(nothing), space);
    field_fault(v, c, idx, "float", AW_BYTES_OF(real), space);
    if (is_number)
        number_faults(v, c, idx, space);
    if (f->type == AW_WIRE_FIXED || f->type == AW_WIRE_VAR || f->type == AW_WIRE_BYTES ||
        f->type == AW_WIRE_TEXT)
        string_faults(v, c, idx, space);
    if (f->presence == AW_WIRE_REQUIRED) {
        size_t i;
        char name[80];

        space->len = 0;
        put_byte(space, (uint8_t)(0xa0 | (c->count - 1)));
        for (i = 0; i < c->count; i++) {
            if (i != idx) {
                put(space, c->key[i]);
                put(space, c->value[i]);
            }
        }
        (void)snprintf(name, sizeof name, "%s: missing", f->name);
        one_fault(v, c->map, name, space);
    }
}

/* Faults of the map as a whole. */
static void frame_faults(struct vec *v, const struct cut *c, struct aw_buf *space)
{
    const struct aw_bytes none = {NULL, 0};
    size_t i;

    space->len = 0;
    one_fault(v, c->map, "nothing at all", space);
    splice(c, SIZE_MAX, none, space);
    space->len--;
    one_fault(v, c->map, "last byte missing", space);
    splice(c, SIZE_MAX, none, space);
    put_byte(space, 0x00);
    one_fault(v, c->map, "a byte behind the end", space);
    splice(c, SIZE_MAX, none, space);
    space->ptr[0] = (uint8_t)(0x80 | c->count);
    one_fault(v, c->map, "an array instead of a map", space);
    splice(c, SIZE_MAX, none, space);
    space->ptr[0] = 0xbf;
    put_byte(space, 0xff);
    one_fault(v, c->map, "indefinite length", space);
    splice(c, SIZE_MAX, none, space);
    space->ptr[0]++;
    put_byte(space, 23);
    put_byte(space, 0);
    one_fault(v, c->map, "unknown key", space);

    space->len = 0; /* b8 n: the long head of the same count */
    put_byte(space, 0xb8);
    put_byte(space, (uint8_t)c->count);
    put(space, (struct aw_bytes){c->whole.ptr + 1, c->whole.len - 1});
    one_fault(v, c->map, "head not the shortest", space);

    space->len = 0;
    put_byte(space, (uint8_t)(0xa0 | (c->count + 1)));
    put(space, c->key[0]);
    put(space, c->value[0]);
    put(space, (struct aw_bytes){c->whole.ptr + 1, c->whole.len - 1});
    one_fault(v, c->map, "a key twice", space);

    space->len = 0;
    put_byte(space, (uint8_t)(0xa0 | c->count));
    for (i = 0; i < c->count; i++) {
        size_t from = i < 2 ? 1 - i : i;

        put(space, c->key[from]);
        put(space, c->value[from]);
    }
    one_fault(v, c->map, "keys not in order", space);
    splice(c, SIZE_MAX, none, space);
    memmove(space->ptr + 1, space->ptr, space->len);
    space->ptr[0] = 0xc1;
    space->len++;
    one_fault(v, c->map, "tagged", space);
}

void lab_vectors_messages(struct vec *v)
{
    static uint8_t bytes[SAMPLE_LEN_MAX];
    static uint8_t diag[4 * SAMPLE_LEN_MAX];
    struct aw_buf buf = AW_BUF_OF(bytes);
    const struct aw_wire_map *map;
    const char *name;
    size_t idx;

    for (idx = 0; sample_encode(idx, &name, &map, &buf); idx++) {
        struct aw_buf text = {diag, sizeof diag - 1, 0};

        vec_enter(v, name);
        vec_in_buf(v, "bytes", &buf);
        vec_out_text(v, "rule", map->name);
        vec_out_status(v, "status", judge(map, aw_buf_bytes(&buf)));
        if (aw_cbor_diag(aw_buf_bytes(&buf), map, &text) != AW_OK)
            text.len = 0; /* shows as a difference */
        diag[text.len] = '\0';
        vec_out_text(v, "diagnostic", (const char *)diag);
        vec_leave(v);
    }
}

/* A call of one kind that says it is of another one: the fields do not fit. */
static void kind_faults(struct vec *v, const struct cut *c, struct aw_buf *space)
{
    uint8_t kind;

    for (kind = AW_CALL_BEAT; kind <= AW_CALL_DRILL; kind++) {
        char name[40];

        splice(c, 0, (struct aw_bytes){&kind, 1}, space);
        if (judge(c->map, aw_buf_bytes(space)) == AW_OK)
            continue; /* its own kind, or one with the same fields */
        (void)snprintf(name, sizeof name, "kind: says it is %u", kind);
        one_fault(v, c->map, name, space);
    }
}

void lab_vectors_bad(struct vec *v)
{
    static uint8_t bytes[SAMPLE_LEN_MAX], faulty[2 * SAMPLE_LEN_MAX];
    struct aw_buf buf = AW_BUF_OF(bytes), space = AW_BUF_OF(faulty);
    const struct aw_wire_map *map, *before = NULL;
    uint32_t done = 0; /* fields of this rule that went through their faults, by key */
    const char *name;
    size_t idx, i;

    for (idx = 0; sample_encode(idx, &name, &map, &buf); idx++) {
        struct cut c;

        cut_up(&c, aw_buf_bytes(&buf), map);
        vec_enter(v, name);
        vec_out_text(v, "rule", map->name);
        if (map != before) {
            frame_faults(v, &c, &space);
            done = 0;
        }
        for (i = 0; i < c.count; i++) {
            if ((done & UINT32_C(1) << c.field[i]->key) == 0)
                field_faults(v, &c, i, &space);
            done |= UINT32_C(1) << c.field[i]->key;
        }
        if (map == &aw_call_map)
            kind_faults(v, &c, &space);
        vec_leave(v);
        before = map;
    }
}
