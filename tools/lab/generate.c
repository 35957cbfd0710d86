/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "lab/call.h"
#include "lab/number.h"
#include "support/wire_fill.h"
#include "tree.h"
#include "wire/item.h"
#include "wire/tables.h"

#include <stdio.h>
#include <string.h>

#define COUNT_MAX   UINT64_C(1000000000)
#define DAMAGES_MAX 64

/*
 * Generate: messages drawn from the tables of the grammar, good ones or knowingly damaged ones, as
 * lines for `allswell-lab oracle`. The `id` of a line says what was done and what must come of
 * it.
 */

struct options {
    const char *as; /* NULL: every rule in turn */
    uint64_t seed, count, damages;
    bool hex;
};

struct message {
    uint8_t space[2 * WIRE_ENCODED_MAX];
    struct aw_buf buf;
    const struct aw_wire_map *map;
    struct tree tree;
    struct t_rng rng;
};

/* ---- Damages: each on a message that was good, false where there is nothing to damage ---- */

static struct tree_node *pick(struct message *m, bool (*is_fit)(const struct tree_node *n))
{
    size_t start = (size_t)t_rng_below(&m->rng, m->tree.count);

    for (size_t i = 0; i < m->tree.count; i++) {
        struct tree_node *n = &m->tree.nodes[(start + i) % m->tree.count];

        if (is_fit(n))
            return n;
    }
    return NULL;
}

static bool cut(struct message *m)
{
    m->buf.len = (size_t)t_rng_below(&m->rng, m->buf.len);
    return true;
}

static bool add_tail(struct message *m)
{
    static const uint8_t tail = 0xf6;

    return tree_splice(&m->buf, m->buf.len, m->buf.len, (struct aw_bytes){&tail, 1});
}

static bool is_any(const struct tree_node *n)
{
    return n->kind != AW_ITEM_BOOL;
}

static bool widen(struct message *m)
{
    struct tree_node *n = pick(m, is_any);
    unsigned width = n != NULL ? (unsigned)(n->body - n->at - 1) : 8;

    return n != NULL && width < 8 &&
           tree_set_head(&m->buf, n, n->value, width == 0 ? 1 : 2 * width);
}

static bool is_map_of_two(const struct tree_node *n)
{
    return n->kind == AW_ITEM_MAP && n->value > 1;
}

static uint16_t number_of(const struct message *m, const struct tree_node *n)
{
    return (uint16_t)(n - m->tree.nodes);
}

static bool swap(struct message *m)
{
    struct tree_node *map = pick(m, is_map_of_two);
    size_t idx, from, to;
    uint16_t first, second;

    if (map == NULL)
        return false;
    idx = (size_t)t_rng_below(&m->rng, map->value - 1);
    first = tree_key(&m->tree, number_of(m, map), idx);
    second = tree_key(&m->tree, number_of(m, map), idx + 1);
    if (first == TREE_NONE || second == TREE_NONE)
        return false; /* it says that it has more than it has: damaged before */
    from = m->tree.nodes[second].at;
    to = tree_pair_end(&m->tree, second);
    return tree_splice(&m->buf, to, to,
                       (struct aw_bytes){m->buf.ptr + m->tree.nodes[first].at,
                                         from - m->tree.nodes[first].at}) &&
           tree_splice(&m->buf, m->tree.nodes[first].at, from, (struct aw_bytes){NULL, 0});
}

static bool is_map_of_one(const struct tree_node *n)
{
    return n->kind == AW_ITEM_MAP && n->value > 0;
}

static bool repeat(struct message *m)
{
    struct tree_node *map = pick(m, is_map_of_one);
    uint16_t key;
    size_t at;

    if (map == NULL)
        return false;
    key = tree_key(&m->tree, number_of(m, map), (size_t)t_rng_below(&m->rng, map->value));
    if (key == TREE_NONE)
        return false;
    at = m->tree.nodes[key].at;
    return tree_splice(&m->buf, at, at,
                       (struct aw_bytes){m->buf.ptr + at, tree_pair_end(&m->tree, key) - at}) &&
           tree_set_head(&m->buf, map, map->value + 1, 0);
}

static bool is_table(const struct tree_node *n)
{
    return n->map != NULL && n->value > 0;
}

static bool add_unknown(struct message *m)
{
    static const uint8_t pair[] = {0x18, 0x64, 0x00}; /* 100: 0 */
    struct tree_node *map = pick(m, is_table);

    return map != NULL && tree_splice(&m->buf, map->end, map->end, AW_BYTES_OF(pair)) &&
           tree_set_head(&m->buf, map, map->value + 1, 0);
}

static bool is_required(const struct tree_node *n)
{
    return n->field != NULL && n->field->presence == AW_WIRE_REQUIRED;
}

static bool drop(struct message *m)
{
    struct tree_node *value = pick(m, is_required), *map;

    if (value == NULL)
        return false;
    map = &m->tree.nodes[value->parent];
    return tree_splice(&m->buf, value[-1].at, value->end, (struct aw_bytes){NULL, 0}) &&
           tree_set_head(&m->buf, map, map->value - 1, 0);
}

static bool is_bounded(const struct tree_node *n)
{
    return n->field != NULL && n->field->type == AW_WIRE_UINT &&
           (n->field->max < UINT64_MAX || n->field->min > 0);
}

static bool leave_bounds(struct message *m)
{
    struct tree_node *n = pick(m, is_bounded);
    bool is_below;

    if (n == NULL)
        return false;
    is_below = n->field->min > 0 && (n->field->max == UINT64_MAX || t_rng_below(&m->rng, 2) == 0);
    return tree_set_head(&m->buf, n, is_below ? n->field->min - 1 : n->field->max + 1, 0);
}

static bool is_string(const struct tree_node *n)
{
    return n->field != NULL && (n->kind == AW_ITEM_BYTES || n->kind == AW_ITEM_TEXT);
}

static bool stretch(struct message *m)
{
    static uint8_t more[WIRE_ENCODED_MAX];
    struct tree_node *n = pick(m, is_string);
    size_t len = n != NULL ? n->end - n->body : 0;

    if (n == NULL || n->field->max + 1 - len > sizeof more)
        return false;
    memset(more, 'x', sizeof more);
    return tree_splice(&m->buf, n->end, n->end,
                       (struct aw_bytes){more, (size_t)n->field->max + 1 - len}) &&
           tree_set_head(&m->buf, n, n->field->max + 1, 0);
}

static bool is_value(const struct tree_node *n)
{
    return n->field != NULL;
}

static bool retype(struct message *m)
{
    static const uint8_t null = 0xf6;
    struct tree_node *n = pick(m, is_value);

    return n != NULL && tree_splice(&m->buf, n->at, n->end, (struct aw_bytes){&null, 1});
}

static bool make_indefinite(struct message *m)
{
    static const uint8_t stop = 0xff;
    struct tree_node *map = pick(m, is_map_of_one);

    if (map == NULL || map->body - map->at != 1 ||
        !tree_splice(&m->buf, map->end, map->end, (struct aw_bytes){&stop, 1}))
        return false;
    m->buf.ptr[map->at] = 0xbf;
    return true;
}

static bool is_text(const struct tree_node *n)
{
    return n->kind == AW_ITEM_TEXT && n->value > 0;
}

static bool break_text(struct message *m)
{
    struct tree_node *n = pick(m, is_text);

    if (n == NULL)
        return false;
    m->buf.ptr[n->body + t_rng_below(&m->rng, n->value)] = 0xff;
    return true;
}

static const struct damage {
    bool (*apply)(struct message *m);
    const char *what;
    enum aw_status expect;
} damages[] = {
    {cut, "cut off", AW_E_FORMAT},
    {add_tail, "something behind it", AW_E_FORMAT},
    {widen, "a head longer than its value needs", AW_E_FORMAT},
    {swap, "two keys in the wrong order", AW_E_FORMAT},
    {repeat, "a key twice", AW_E_FORMAT},
    {add_unknown, "an unknown key", AW_E_FORMAT},
    {drop, "a required field missing", AW_E_FORMAT},
    {leave_bounds, "a number out of its bounds", AW_E_RANGE},
    {stretch, "a string too long", AW_E_RANGE},
    {retype, "null instead of a value", AW_E_FORMAT},
    {make_indefinite, "indefinite length", AW_E_FORMAT},
    {break_text, "text that is not UTF-8", AW_E_FORMAT},
};

/* NULL: so little is left that there is nothing to damage. */
static const struct damage *damage(struct message *m)
{
    for (;;) {
        const struct damage *d = &damages[t_rng_below(&m->rng, AW_COUNT(damages))];

        tree_read(&m->tree, aw_buf_bytes(&m->buf), m->map);
        if (m->tree.count == 0)
            return NULL;
        if (d->apply(m))
            return d;
    }
}

/* ---- Lines ---- */

static bool make(struct message *m, const struct options *o, uint64_t idx)
{
    static _Alignas(16) uint8_t structure[WIRE_STRUCT_MAX];

    m->rng = t_rng(o->seed * UINT64_C(1000003) + idx);
    m->map = o->as != NULL ? aw_map_find(o->as) : NULL;
    for (size_t i = 0; o->as == NULL && i <= idx; i++) {
        m->map = aw_map_at(i);
        if (m->map == NULL) { /* behind the last: from the start */
            AW_ASSERT(i > 0);
            idx %= i;
            m->map = aw_map_at((size_t)idx);
            break;
        }
    }
    m->buf = (struct aw_buf){m->space, sizeof m->space, 0};
    wire_fill(m->map, structure, WIRE_FILL_RANDOM, &m->rng);
    wire_mend(m->map, structure);
    return aw_message_encode(m->map, structure, &m->buf) == AW_OK;
}

static void print_hex(const struct aw_buf *buf)
{
    for (size_t i = 0; i < buf->len; i++)
        (void)printf("%02x", buf->ptr[i]);
}

static void print(struct message *m, const struct options *o, uint64_t idx)
{
    enum aw_status expect = AW_OK;

    if (!o->hex)
        (void)printf("{\"id\":{\"seed\":%" PRIu64 ",\"number\":%" PRIu64 ",\"damages\":[", o->seed,
                     idx);
    for (uint64_t i = 0; i < o->damages; i++) {
        const struct damage *d = damage(m);

        if (d == NULL)
            break;
        expect = d->expect;
        if (!o->hex)
            (void)printf("%s\"%s\"", i > 0 ? "," : "", d->what);
    }
    if (o->hex) {
        print_hex(&m->buf);
        (void)putchar('\n');
        return;
    }
    (void)printf("]");
    if (o->damages < 2) /* several may hide one another */
        (void)printf(",\"expect\":\"%s\"", aw_status_name(expect));
    (void)printf("},\"as\":\"%s\",\"hex\":\"", m->map->name);
    print_hex(&m->buf);
    (void)printf("\"}\n");
}

static bool read_option(int c, const char *text, void *into)
{
    struct options *o = into;

    switch (c) {
    case 'k':
        o->as = text;
        return true;
    case 's':
        return lab_number("--seed", text, 0, UINT64_MAX, &o->seed);
    case 'n':
        return lab_number("--count", text, 1, COUNT_MAX, &o->count);
    case 'm':
        return lab_number("--mutate", text, 0, DAMAGES_MAX, &o->damages);
    case 'x':
        o->hex = true;
        return true;
    default:
        return false;
    }
}

static const char usage[] =
    "Usage: allswell-lab generate [--kind NAME] [--seed N] [--count N] [--mutate K] [--hex]\n"
    "\n"
    "Draws messages from the tables of the grammar, as lines for `allswell-lab oracle`. The id of\n"
    "a line names the damages, and with at most one of them the status to expect. The same\n"
    "options give the same lines.\n"
    "\n"
    "  -k, --kind NAME   only this rule of spec/allswell.cddl\n"
    "  -s, --seed N      draw from this seed [1]\n"
    "  -n, --count N     so many messages, 1 to 1000000000 [100]\n"
    "  -m, --mutate K    damage each message in K ways, 0 to 64 [0]\n"
    "  -x, --hex         hexadecimal lines instead of JSON\n";

int lab_generate(int argc, char **argv)
{
    static const struct option options[] = {{"kind", required_argument, NULL, 'k'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"count", required_argument, NULL, 'n'},
                                            {"mutate", required_argument, NULL, 'm'},
                                            {"hex", no_argument, NULL, 'x'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    static const struct lab_call call = {"allswell-lab generate", usage, ":k:s:n:m:xh", options};
    static struct message m;
    struct options o = {.seed = 1, .count = 100};
    int code;

    if (!lab_options(&call, argc, argv, read_option, &o, &code))
        return code;
    if (o.as != NULL && aw_map_find(o.as) == NULL) {
        (void)fprintf(stderr, "allswell-lab: --kind %s: no such message: see spec/allswell.cddl\n",
                      o.as);
        return LAB_USAGE;
    }
    for (uint64_t i = 0; i < o.count; i++) {
        if (!make(&m, &o, i)) {
            (void)fprintf(stderr,
                          "allswell-lab: generate: seed %" PRIu64 ", number %" PRIu64
                          ": the encoder refuses it\n",
                          o.seed, i);
            return LAB_REFUSED;
        }
        print(&m, &o, i);
    }
    return LAB_OK;
}
