/* SPDX-License-Identifier: ISC */
#include "mutate.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "support/wire_fill.h"
#include "tree.h"
#include "wire/item.h"
#include "wire/tables.h"

/* One mutation under way. */
struct edit {
    struct aw_buf buf;
    const struct aw_wire_map *map;
    struct tree tree;
    struct t_rng rng;
};

/* A good message, drawn from the table. */
static struct aw_bytes draw(struct edit *e)
{
    static uint8_t space[WIRE_ENCODED_MAX];
    static _Alignas(16) uint8_t message[WIRE_STRUCT_MAX];
    static const enum wire_fill hows[] = {WIRE_FILL_RANDOM, WIRE_FILL_RANDOM, WIRE_FILL_RANDOM,
                                          WIRE_FILL_LEAST, WIRE_FILL_MOST};
    struct aw_buf buf = AW_BUF_OF(space);

    if (e->map == NULL)
        return (struct aw_bytes){space, 0};
    wire_fill(e->map, message, hows[t_rng_below(&e->rng, AW_COUNT(hows))], &e->rng);
    wire_mend(e->map, message);
    if (aw_message_encode(e->map, message, &buf) != AW_OK)
        return (struct aw_bytes){space, 0};
    return aw_buf_bytes(&buf);
}

static uint16_t pick_node(struct edit *e)
{
    return (uint16_t)t_rng_below(&e->rng, e->tree.count);
}

/* A map with a pair in it, or TREE_NONE. */
static uint16_t pick_map(struct edit *e)
{
    size_t start = pick_node(e);

    for (size_t i = 0; i < e->tree.count; i++) {
        uint16_t node = (uint16_t)((start + i) % e->tree.count);

        if (e->tree.nodes[node].kind == AW_ITEM_MAP && tree_key(&e->tree, node, 0) != TREE_NONE)
            return node;
    }
    return TREE_NONE;
}

static uint16_t pick_key(struct edit *e, uint16_t map_node)
{
    size_t count = 0;

    while (tree_key(&e->tree, map_node, count) != TREE_NONE)
        count++;
    return tree_key(&e->tree, map_node, (size_t)t_rng_below(&e->rng, count));
}

/* The bounds of the row and beside them, where heads change width, or anything. */
static uint64_t telling(struct edit *e, const struct aw_wire_field *f)
{
    static const uint64_t widths[] = {0,
                                      1,
                                      23,
                                      24,
                                      255,
                                      256,
                                      65535,
                                      65536,
                                      UINT32_MAX,
                                      UINT64_C(1) << 32,
                                      (UINT64_C(1) << 63) - 1,
                                      UINT64_C(1) << 63,
                                      UINT64_MAX};

    if (f != NULL && t_rng_below(&e->rng, 4) != 0) {
        switch (t_rng_below(&e->rng, 5)) {
        case 0:
            return f->min;
        case 1:
            return f->max;
        case 2:
            return f->min - 1;
        case 3:
            return f->max + 1;
        default:
            return f->max > f->min ? f->min + t_rng_next(&e->rng) % (f->max - f->min) : f->min;
        }
    }
    if (t_rng_below(&e->rng, 4) == 0)
        return t_rng_next(&e->rng) >> t_rng_below(&e->rng, 64);
    return widths[t_rng_below(&e->rng, AW_COUNT(widths))];
}

/* Another length, its content cut or stretched. */
static void resize(struct edit *e, const struct tree_node *n)
{
    static uint8_t content[TREE_SPLICE_MAX / 4];
    size_t had = n->end - n->body, len = (size_t)(telling(e, n->field) % sizeof content);
    size_t kept = had < len ? had : len;

    if (t_rng_below(&e->rng, 3) == 0) { /* one byte more or less */
        len = had > 0 && t_rng_below(&e->rng, 2) == 0 ? had - 1 : had + 1;
        kept = had < len ? had : len;
    }
    if (len > sizeof content)
        return;
    memcpy(content, e->buf.ptr + n->body, kept);
    memset(content + kept, kept > 0 ? content[kept - 1] : 'a', len - kept);
    if (tree_splice(&e->buf, n->body, n->end, (struct aw_bytes){content, len}))
        (void)!tree_set_head(&e->buf, n, len, 0);
}

static void change_content(struct edit *e, const struct tree_node *n)
{
    uint8_t *at = e->buf.ptr + n->body;
    size_t len = n->end - n->body;

    if (len == 0)
        return;
    if (t_rng_below(&e->rng, 4) == 0)
        memset(at, t_rng_below(&e->rng, 2) == 0 ? 0 : 0xff, len);
    else
        (void)LLVMFuzzerMutate(at, len, len);
}

static void change_value(struct edit *e)
{
    const struct tree_node *n = &e->tree.nodes[pick_node(e)];
    uint8_t head[9];
    uint64_t value;

    switch (n->kind) {
    case AW_ITEM_UINT:
    case AW_ITEM_NEGINT:
        value = telling(e, n->field);
        if (n->field != NULL && n->field->type == AW_WIRE_INT && value >> 63 != 0)
            (void)!tree_splice(&e->buf, n->at, n->body,
                               (struct aw_bytes){head, tree_head(head, 1, ~value, 0)});
        else
            (void)!tree_splice(
                &e->buf, n->at, n->body,
                (struct aw_bytes){head, tree_head(head, n->kind == AW_ITEM_NEGINT, value, 0)});
        break;
    case AW_ITEM_BYTES:
    case AW_ITEM_TEXT:
        if (t_rng_below(&e->rng, 2) == 0)
            resize(e, n);
        else
            change_content(e, n);
        break;
    case AW_ITEM_ARRAY:
    case AW_ITEM_MAP: /* a count that lies */
        (void)!tree_set_head(&e->buf, n, n->value + 1 - 2 * t_rng_below(&e->rng, 2), 0);
        break;
    default: /* true, false, null and what else takes one byte */
        e->buf.ptr[n->at] = (uint8_t)(0xf4 + t_rng_below(&e->rng, 5));
    }
}

/* A head that is longer than its value needs, or of another type. */
static void change_head(struct edit *e)
{
    const struct tree_node *n = &e->tree.nodes[pick_node(e)];

    if (t_rng_below(&e->rng, 2) == 0)
        (void)!tree_set_head(&e->buf, n, n->value, 1u << t_rng_below(&e->rng, 4));
    else
        e->buf.ptr[n->at] ^= (uint8_t)(1 + t_rng_below(&e->rng, 7)) << 5;
}

/* Mostly the count follows, so that only what was meant is wrong. */
static void recount(struct edit *e, uint16_t map_node, uint64_t count)
{
    if (t_rng_below(&e->rng, 8) != 0)
        (void)!tree_set_head(&e->buf, &e->tree.nodes[map_node], count, 0);
}

static void drop_pair(struct edit *e)
{
    uint16_t map_node = pick_map(e), key;

    if (map_node == TREE_NONE)
        return;
    key = pick_key(e, map_node);
    (void)!tree_splice(&e->buf, e->tree.nodes[key].at, tree_pair_end(&e->tree, key),
                       (struct aw_bytes){NULL, 0});
    recount(e, map_node, e->tree.nodes[map_node].value - 1);
}

/* Behind itself, or at another place of the map. */
static void repeat_pair(struct edit *e)
{
    uint16_t map_node = pick_map(e), key, before;
    size_t from, to;

    if (map_node == TREE_NONE)
        return;
    key = pick_key(e, map_node);
    before = t_rng_below(&e->rng, 2) == 0 ? key : pick_key(e, map_node);
    from = e->tree.nodes[key].at;
    to = tree_pair_end(&e->tree, key);
    if (tree_splice(&e->buf, e->tree.nodes[before].at, e->tree.nodes[before].at,
                    (struct aw_bytes){e->buf.ptr + from, to - from}))
        recount(e, map_node, e->tree.nodes[map_node].value + 1);
}

static void swap_pairs(struct edit *e)
{
    uint16_t map_node = pick_map(e), a, b, swap;
    size_t a_at, a_len, b_at, b_len;

    if (map_node == TREE_NONE)
        return;
    a = pick_key(e, map_node);
    b = pick_key(e, map_node);
    if (a > b) {
        swap = a;
        a = b;
        b = swap;
    }
    a_at = e->tree.nodes[a].at;
    a_len = tree_pair_end(&e->tree, a) - a_at;
    b_at = e->tree.nodes[b].at;
    b_len = tree_pair_end(&e->tree, b) - b_at;
    /* The later to the front of the earlier, which then takes its place. */
    if (a == b || !tree_splice(&e->buf, a_at, a_at, (struct aw_bytes){e->buf.ptr + b_at, b_len}))
        return;
    (void)!tree_splice(&e->buf, b_at + b_len, b_at + 2 * b_len, (struct aw_bytes){NULL, 0});
    if (tree_splice(&e->buf, b_at + b_len, b_at + b_len,
                    (struct aw_bytes){e->buf.ptr + a_at + b_len, a_len}))
        (void)!tree_splice(&e->buf, a_at + b_len, a_at + b_len + a_len, (struct aw_bytes){NULL, 0});
}

/* Puts a field of `from` into its place: instead of ours, or as a new one in order. */
static void take_field(struct edit *e, struct aw_bytes from)
{
    static struct tree other;
    uint16_t key, own;
    size_t at = 0, to = 0, i = 0;
    struct aw_bytes pair;

    tree_read(&other, from, e->map);
    if (other.count == 0 || e->tree.nodes[0].kind != AW_ITEM_MAP ||
        tree_key(&other, 0, 0) == TREE_NONE)
        return;
    while (tree_key(&other, 0, i) != TREE_NONE)
        i++;
    key = tree_key(&other, 0, (size_t)t_rng_below(&e->rng, i));
    pair = (struct aw_bytes){from.ptr + other.nodes[key].at,
                             tree_pair_end(&other, key) - other.nodes[key].at};
    own = tree_key_find(&e->tree, 0, other.nodes[key].value);
    if (own != TREE_NONE) {
        (void)!tree_splice(&e->buf, e->tree.nodes[own].at, tree_pair_end(&e->tree, own), pair);
        return;
    }
    at = to = e->tree.nodes[0].end;
    for (i = 0; (own = tree_key(&e->tree, 0, i)) != TREE_NONE; i++) {
        if (e->tree.nodes[own].value > other.nodes[key].value) {
            at = to = e->tree.nodes[own].at;
            break;
        }
    }
    if (tree_splice(&e->buf, at, to, pair))
        (void)!tree_set_head(&e->buf, &e->tree.nodes[0], e->tree.nodes[0].value + 1, 0);
}

/* Any item of `from` instead of one of ours. */
static void take_item(struct edit *e, struct aw_bytes from)
{
    static struct tree other;
    const struct tree_node *ours = &e->tree.nodes[pick_node(e)], *theirs;

    tree_read(&other, from, e->map);
    if (other.count == 0)
        return;
    theirs = &other.nodes[t_rng_below(&e->rng, other.count)];
    (void)!tree_splice(&e->buf, ours->at, ours->end,
                       (struct aw_bytes){from.ptr + theirs->at, theirs->end - theirs->at});
}

static void replace(struct edit *e, struct aw_bytes by)
{
    (void)!tree_splice(&e->buf, 0, e->buf.len, by);
}

/* What stands behind the message: padding, or not quite. */
static void change_tail(struct edit *e)
{
    static const uint8_t tails[][4] = {{0}, {0, 0, 0, 1}, {0xf6}, {0xa0}};
    size_t len = (size_t)t_rng_below(&e->rng, 5);

    if (t_rng_below(&e->rng, 2) == 0 && e->tree.nodes[0].end < e->buf.len)
        e->buf.len = e->tree.nodes[0].end;
    else
        (void)!tree_splice(&e->buf, e->buf.len, e->buf.len,
                           (struct aw_bytes){tails[t_rng_below(&e->rng, AW_COUNT(tails))], len});
}

static void mutate_once(struct edit *e)
{
    static void (*const edits[])(struct edit *) = {change_value, change_value, change_value,
                                                   change_head,  drop_pair,    repeat_pair,
                                                   swap_pairs,   change_tail};
    uint64_t what = t_rng_below(&e->rng, 20);
    bool is_empty;

    tree_read(&e->tree, aw_buf_bytes(&e->buf), e->map);
    is_empty = e->tree.count == 0;
    if (e->map != NULL && what < (is_empty ? 10 : 1))
        replace(e, draw(e));
    else if (is_empty || what > 15)
        e->buf.len = LLVMFuzzerMutate(e->buf.ptr, e->buf.len, e->buf.cap);
    else if (e->map != NULL && what < 4)
        take_field(e, draw(e));
    else if (e->map != NULL && what == 4)
        take_item(e, draw(e));
    else
        edits[t_rng_below(&e->rng, AW_COUNT(edits))](e);
}

static void start(struct edit *e, uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
    e->rng = t_rng(seed);
    e->map = fuzz_grammar.rule != NULL ? aw_map_find(fuzz_grammar.rule) : NULL;
    e->buf = (struct aw_buf){data, size, size_max};
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
    static struct edit e;
    size_t skip = fuzz_grammar.skip;

    if (getenv("FUZZ_PLAIN") != NULL || size < skip || size_max <= skip || seed % 64 == 0)
        return LLVMFuzzerMutate(data, size, size_max); /* once in 64 also what is in front */
    start(&e, data + skip, size - skip, size_max - skip, seed);
    for (uint64_t left = 1 + t_rng_below(&e.rng, 3); left > 0; left--)
        mutate_once(&e);
    return skip + e.buf.len;
}

/* The first message with a field or an item of the second. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t out_max, unsigned seed)
{
    static struct edit e;
    size_t skip = fuzz_grammar.skip;
    struct aw_bytes second;

    if (size1 < skip || size2 < skip || size1 > out_max || getenv("FUZZ_PLAIN") != NULL)
        return 0;
    memcpy(out, data1, size1);
    second = (struct aw_bytes){data2 + skip, size2 - skip};
    start(&e, out + skip, size1 - skip, out_max - skip, seed);
    tree_read(&e.tree, aw_buf_bytes(&e.buf), e.map);
    if (e.tree.count == 0)
        replace(&e, second);
    else if (seed % 4 != 0)
        take_field(&e, second);
    else
        take_item(&e, second);
    return skip + e.buf.len;
}
