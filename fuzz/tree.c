/* SPDX-License-Identifier: ISC */
#include "tree.h"

#include "base/bytes.h"
#include "wire/item.h"

#include <string.h>

#define DEPTH_MAX 16

/* A container that is being read. */
struct open {
    uint64_t left; /* items, keys included */
    uint16_t node;
    const struct aw_wire_field *next; /* row of the value whose key was just read */
};

static const struct aw_wire_field *row_of(const struct aw_wire_map *map, uint64_t key)
{
    for (size_t i = 0; map != NULL && i < map->field_count; i++) {
        if (map->fields[i].key == key)
            return &map->fields[i];
    }
    return NULL;
}

/* What the node is to the container that it lies in. */
static void place(struct tree *t, struct tree_node *n, struct open *in)
{
    const struct tree_node *parent = &t->nodes[in->node];

    n->parent = in->node;
    if (parent->kind == AW_ITEM_ARRAY) {
        if (parent->field != NULL && parent->field->type == AW_WIRE_LIST)
            n->map = parent->field->sub;
    } else if (in->left % 2 == 0) {
        n->is_key = true;
        in->next = n->kind == AW_ITEM_UINT ? row_of(parent->map, n->value) : NULL;
    } else {
        n->field = in->next;
        if (n->field != NULL && n->field->type == AW_WIRE_MAP)
            n->map = n->field->sub;
    }
    in->left--;
}

static void close_done(struct tree *t, struct open *open, size_t *depth, size_t at)
{
    while (*depth > 0 && open[*depth - 1].left == 0)
        t->nodes[open[--*depth].node].end = at;
}

void tree_read(struct tree *t, struct aw_bytes bytes, const struct aw_wire_map *map)
{
    struct open open[DEPTH_MAX];
    size_t depth = 0, at = 0;

    t->count = 0;
    t->is_whole = false;
    do {
        struct tree_node *n = &t->nodes[t->count];
        struct aw_item item = {.kind = AW_ITEM_NONE};

        if (at == bytes.len || t->count == TREE_NODE_MAX || depth == DEPTH_MAX)
            break;
        aw_item_read(&item, bytes.ptr + at, bytes.len - at);
        if (item.kind == AW_ITEM_NONE)
            break;
        *n = (struct tree_node){.at = at,
                                .body = at + item.head_len,
                                .end = at + item.len,
                                .value = item.value,
                                .kind = (uint8_t)item.kind,
                                .parent = TREE_NONE};
        if (depth == 0)
            n->map = map;
        else
            place(t, n, &open[depth - 1]);
        at += item.len;
        if (item.kind >= AW_ITEM_ARRAY)
            open[depth++] =
                (struct open){.left = item.kind == AW_ITEM_MAP ? 2 * item.value : item.value,
                              .node = (uint16_t)t->count};
        t->count++;
        close_done(t, open, &depth, at);
    } while (depth > 0);
    t->is_whole = t->count > 0 && depth == 0;
    while (depth > 0)
        t->nodes[open[--depth].node].end = at;
}

uint16_t tree_key(const struct tree *t, uint16_t map_node, size_t idx)
{
    for (size_t i = map_node + 1u; i < t->count; i++) {
        if (t->nodes[i].parent == map_node && t->nodes[i].is_key && idx-- == 0)
            return (uint16_t)i;
    }
    return TREE_NONE;
}

uint16_t tree_key_find(const struct tree *t, uint16_t map_node, uint64_t key)
{
    uint16_t node;

    for (size_t i = 0; (node = tree_key(t, map_node, i)) != TREE_NONE; i++) {
        if (t->nodes[node].kind == AW_ITEM_UINT && t->nodes[node].value == key)
            return node;
    }
    return TREE_NONE;
}

size_t tree_pair_end(const struct tree *t, uint16_t key_node)
{
    const struct tree_node *key = &t->nodes[key_node];

    for (size_t i = key_node + 1u; i < t->count; i++) {
        if (t->nodes[i].parent == key->parent)
            return t->nodes[i].end;
    }
    return key->end;
}

bool tree_splice(struct aw_buf *buf, size_t from, size_t to, struct aw_bytes with)
{
    static uint8_t copy[TREE_SPLICE_MAX]; /* since `with` may lie in what moves */
    size_t rest = buf->len - to;

    if (with.len > sizeof copy || from + with.len + rest > buf->cap)
        return false;
    if (with.len > 0)
        memcpy(copy, with.ptr, with.len);
    memmove(buf->ptr + from + with.len, buf->ptr + to, rest);
    memcpy(buf->ptr + from, copy, with.len);
    buf->len = from + with.len + rest;
    return true;
}

size_t tree_head(uint8_t out[9], unsigned major, uint64_t value, unsigned width_min)
{
    unsigned width = value < 24            ? 0
                     : value <= UINT8_MAX  ? 1
                     : value <= UINT16_MAX ? 2
                     : value <= UINT32_MAX ? 4
                                           : 8;

    while (width < width_min)
        width = width == 0 ? 1 : 2 * width;
    if (width == 0) {
        out[0] = (uint8_t)(major << 5 | value);
        return 1;
    }
    out[0] = (uint8_t)(major << 5 | (width == 1 ? 24u : width == 2 ? 25u : width == 4 ? 26u : 27u));
    for (unsigned i = 0; i < width; i++)
        out[1 + i] = (uint8_t)(value >> (8 * (width - 1 - i)));
    return 1 + width;
}

bool tree_set_head(struct aw_buf *buf, const struct tree_node *n, uint64_t value,
                   unsigned width_min)
{
    uint8_t head[9];
    size_t len = tree_head(head, buf->ptr[n->at] >> 5, value, width_min);

    return tree_splice(buf, n->at, n->body, (struct aw_bytes){head, len});
}
