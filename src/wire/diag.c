/* SPDX-License-Identifier: ISC */
#include "wire/diag.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "wire/item.h"
#include "wire/judge.h"

#include <string.h>

#define DIGITS_MAX 20 /* of UINT64_MAX */

struct frame {
    uint64_t item_count; /* still to come, keys and values alike */
    bool is_map;
    bool is_key_next;
    bool is_first;
    const struct aw_wire_map *map;     /* of the map, or of the maps in the array; or NULL */
    const struct aw_wire_field *field; /* of the value that comes next, or NULL */
};

struct printer {
    struct aw_buf *out;
    enum aw_status status;
    struct frame stack[AW_JUDGE_DEPTH_MAX];
    size_t depth;
};

static void put(struct printer *p, const char *text, size_t len)
{
    if (p->status == AW_OK)
        p->status = aw_buf_put(p->out, (struct aw_bytes){(const uint8_t *)text, len});
}

static void put_text(struct printer *p, const char *text)
{
    put(p, text, strlen(text));
}

static void put_number(struct printer *p, uint64_t value)
{
    char digits[DIGITS_MAX];
    size_t len = 0;

    do {
        digits[DIGITS_MAX - ++len] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    put(p, digits + DIGITS_MAX - len, len);
}

static void put_hex(struct printer *p, uint8_t byte)
{
    static const char hex[] = "0123456789abcdef";
    char digits[2] = {hex[byte >> 4], hex[byte & 15]};

    put(p, digits, sizeof digits);
}

/* -1 - 2^64 + 1 has no place in an int64_t, and its magnitude none in a uint64_t. */
static void put_negative(struct printer *p, uint64_t value)
{
    if (value == UINT64_MAX) {
        put_text(p, "-18446744073709551616");
        return;
    }
    put_text(p, "-");
    put_number(p, value + 1);
}

/* UTF-8 is passed on, but for control characters: the reader may be a terminal. */
static void put_string(struct printer *p, const uint8_t *text, size_t len)
{
    put_text(p, "\"");
    for (size_t i = 0; i < len; i++) {
        bool is_c1 = text[i] == 0xc2 && text[i + 1] < 0xa0; /* U+0080 to U+009F, two bytes */

        if (text[i] == '"' || text[i] == '\\') {
            put_text(p, "\\");
            put(p, (const char *)&text[i], 1);
        } else if (text[i] < 0x20 || text[i] == 0x7f || is_c1) {
            put_text(p, "\\u00");
            put_hex(p, is_c1 ? text[++i] : text[i]);
        } else {
            put(p, (const char *)&text[i], 1);
        }
    }
    put_text(p, "\"");
}

static void put_bytes(struct printer *p, const uint8_t *bytes, size_t len)
{
    put_text(p, "h'");
    for (size_t i = 0; i < len; i++)
        put_hex(p, bytes[i]);
    put_text(p, "'");
}

static void put_line(struct printer *p)
{
    put_text(p, "\n");
    for (size_t i = 0; i < p->depth; i++)
        put_text(p, "  ");
}

static const struct aw_wire_field *find_field(const struct aw_wire_map *map,
                                              const struct aw_item *key)
{
    if (map == NULL || key->kind != AW_ITEM_UINT)
        return NULL;
    for (size_t i = 0; i < map->field_count; i++) {
        if (map->fields[i].key == key->value)
            return &map->fields[i];
    }
    return NULL;
}

/* What stands in front of an item: nothing, a comma and a new line, or the name of a key. */
static void put_lead(struct printer *p, const struct aw_item *item)
{
    struct frame *fr;

    if (p->depth == 0)
        return;
    fr = &p->stack[p->depth - 1];
    if (fr->is_map && !fr->is_key_next) {
        put_text(p, ": ");
        return;
    }
    if (!fr->is_first)
        put_text(p, ",");
    fr->is_first = false;
    put_line(p);
    if (!fr->is_map)
        return;
    fr->field = find_field(fr->map, item);
    if (fr->field != NULL) {
        put_text(p, "/ ");
        put_text(p, fr->field->name);
        put_text(p, " / ");
    }
}

static void open_container(struct printer *p, const struct aw_item *item,
                           const struct aw_wire_map *map)
{
    bool is_map = item->kind == AW_ITEM_MAP;

    put_text(p, is_map ? "{" : "[");
    if (p->depth > 0) {
        const struct frame *fr = &p->stack[p->depth - 1];

        map = fr->is_map ? (fr->field != NULL ? fr->field->sub : NULL) : fr->map;
    }
    p->stack[p->depth++] = (struct frame){
        .item_count = is_map ? 2 * item->value : item->value,
        .is_map = is_map,
        .is_key_next = true,
        .is_first = true,
        .map = map,
    };
}

static void put_item(struct printer *p, const struct aw_item *item, const struct aw_wire_map *map)
{
    switch (item->kind) {
    case AW_ITEM_UINT:
        put_number(p, item->value);
        break;
    case AW_ITEM_NEGINT:
        put_negative(p, item->value);
        break;
    case AW_ITEM_BYTES:
        put_bytes(p, item->ptr, (size_t)item->value);
        break;
    case AW_ITEM_TEXT:
        put_string(p, item->ptr, (size_t)item->value);
        break;
    case AW_ITEM_BOOL:
        put_text(p, item->value != 0 ? "true" : "false");
        break;
    case AW_ITEM_ARRAY:
    case AW_ITEM_MAP:
        open_container(p, item, map);
        break;
    case AW_ITEM_NONE:
    case AW_ITEM_INDEFINITE:
    case AW_ITEM_BREAK:
    case AW_ITEM_TAG:
    case AW_ITEM_FLOAT:
    case AW_ITEM_SIMPLE:
        AW_UNREACHABLE(); /* the judge was asked before */
    }
}

/* Books an item in its container before it may open one of its own. */
static void count_item(struct printer *p)
{
    struct frame *fr;

    if (p->depth == 0)
        return;
    fr = &p->stack[p->depth - 1];
    fr->is_key_next = !fr->is_key_next;
    fr->item_count--;
}

static void close_containers(struct printer *p)
{
    while (p->depth > 0 && p->stack[p->depth - 1].item_count == 0) {
        const struct frame *fr = &p->stack[--p->depth];

        if (!fr->is_first)
            put_line(p);
        put_text(p, fr->is_map ? "}" : "]");
    }
}

enum aw_status aw_cbor_diag(struct aw_bytes in, const struct aw_wire_map *map, struct aw_buf *out)
{
    struct printer p = {.out = out, .status = AW_OK};
    size_t start_len = out->len;
    size_t pos = 0;

    if (aw_cbor_judge(in).reason != AW_JUDGE_ACCEPTED)
        return AW_E_FORMAT;
    do {
        struct aw_item item;

        aw_item_read(&item, in.ptr + pos, in.len - pos);
        put_lead(&p, &item);
        count_item(&p);
        put_item(&p, &item, map);
        pos += item.len;
        close_containers(&p);
    } while (p.depth > 0 && p.status == AW_OK);
    if (p.status != AW_OK)
        out->len = start_len;
    return p.status;
}
