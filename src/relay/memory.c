/* SPDX-License-Identifier: ISC */
#include "base/assert.h"
#include "base/bytes.h"
#include "relay/state.h"

#include <string.h>

/* How the caller's memory is divided. One walk serves both questions: how much, and where. */

#define COUNT_MAX (UINT32_C(1) << 26)
#define LINKS_MAX 65534
#define ALIGN     16

struct plan {
    uint8_t *base; /* NULL: only measure */
    size_t len;
};

static void *place(struct plan *p, size_t count, size_t size)
{
    size_t at = p->len;

    p->len += (count * size + ALIGN - 1) / ALIGN * ALIGN;
    return p->base != NULL ? p->base + at : NULL;
}

/* Slots for `count` members at most half full. */
static uint32_t slots_for(uint32_t count)
{
    uint32_t slots = 64;

    while (slots / 2 < count)
        slots *= 2;
    return slots;
}

static void table_place(struct plan *p, struct aw_table *t, uint32_t count)
{
    uint32_t slots = slots_for(count);

    t->slots = place(p, slots, sizeof *t->slots);
    t->mask = slots - 1;
}

static void with_defaults(struct aw_relay_config *out, const struct aw_relay_config *in)
{
    *out = *in;
    if (out->link_count == 0)
        out->link_count = 1024;
    if (out->mailbox_count == 0)
        out->mailbox_count = 4096;
    if (out->cell_count == 0)
        out->cell_count = 65536;
    if (out->token_count == 0)
        out->token_count = 64;
    if (out->rate_burst == 0)
        out->rate_burst = 128;
    if (out->rate_interval_ms == 0)
        out->rate_interval_ms = 1000;
}

static bool is_in_range(const struct aw_relay_config *c)
{
    return c->link_count <= LINKS_MAX && c->mailbox_count <= COUNT_MAX &&
           c->cell_count <= COUNT_MAX && c->token_count <= COUNT_MAX &&
           c->rate_burst <= COUNT_MAX && c->rate_interval_ms <= COUNT_MAX;
}

/* In the worst case each waiting or armed cell is the last one of its row. */
static uint32_t block_cap(const struct aw_relay_config *c)
{
    return c->cell_count + c->mailbox_count + AW_BUFFER_COUNT * AW_BLOCKS_PER_BATCH + AW_DELETE_MAX;
}

/* Fills the pointers of `r`; with p->base NULL they are NULL and only p->len counts. */
static void divide(struct plan *p, struct aw_relay *r, const struct aw_relay_config *c)
{
    size_t op_max = (size_t)AW_BLOCKS_PER_BATCH + AW_ROWS_MAX + AW_REMOVED_MAX + AW_DELETE_MAX +
                    c->token_count + 2;

    p->len = 0;
    (void)place(p, 1, sizeof *r);
    /* Each mailbox has a cell more than those of all, so that a switch can always fire. */
    r->cells = place(p, (size_t)c->cell_count + c->mailbox_count + 1, sizeof *r->cells);
    r->blocks = place(p, (size_t)block_cap(c) + 1, sizeof *r->blocks);
    r->boxes = place(p, (size_t)c->mailbox_count + 1, sizeof *r->boxes);
    r->tokens = place(p, (size_t)c->token_count + 1, sizeof *r->tokens);
    r->switches = place(p, (size_t)c->mailbox_count + 1, sizeof *r->switches);
    r->wheel.links = place(p, (size_t)c->mailbox_count + 1, sizeof *r->wheel.links);
    r->replies = place(p, (size_t)c->link_count * AW_RELAY_WINDOW + 1, sizeof *r->replies);
    r->links = place(p, (size_t)c->link_count + 1, sizeof *r->links);
    table_place(p, &r->key_table, 2 * c->mailbox_count + c->token_count);
    table_place(p, &r->cell_table, c->cell_count);
    r->buffer_bytes = place(p, AW_BUFFER_COUNT, AW_BUFFER_LEN);
    r->buffers = place(p, AW_BUFFER_COUNT, sizeof *r->buffers);
    r->ops = place(p, op_max, sizeof *r->ops);
    r->row_bytes = place(p, 1,
                         (size_t)AW_ROWS_MAX * AW_BOX_ROW_MAX +
                             (size_t)c->token_count * AW_TOKEN_ROW_MAX + 64);
    r->removed = place(p, AW_REMOVED_MAX, sizeof *r->removed);
    r->rows = place(p, AW_DIRTY_MAX, sizeof *r->rows);
    r->deletes = place(p, AW_DELETE_MAX, sizeof *r->deletes);
}

size_t aw_relay_memory_len(const struct aw_relay_config *config)
{
    struct plan p = {NULL, 0};
    struct aw_relay_config c;
    struct aw_relay scratch;

    with_defaults(&c, config);
    if (!is_in_range(&c))
        return 0;
    divide(&p, &scratch, &c);
    return p.len;
}

enum aw_status aw_relay_init(struct aw_relay **out, void *memory, size_t len,
                             const struct aw_relay_config *config, const struct aw_random *random)
{
    struct plan p = {memory, 0};
    struct aw_relay *r = memory;
    struct aw_relay_config c;
    uint8_t keys[32];

    with_defaults(&c, config);
    if (!is_in_range(&c))
        return AW_E_RANGE;
    if (len < aw_relay_memory_len(config))
        return AW_E_SPACE;
    AW_ASSERT((uintptr_t)memory % _Alignof(max_align_t) == 0);
    if (!random->fill(random->ctx, keys, sizeof keys))
        return AW_E_ENTROPY;
    divide(&p, r, &c);
    r->config = c;
    r->random = *random;
    memcpy(r->table_key, keys, 16);
    memcpy(r->hash_key, keys + 16, 16);
    aw_wipe(keys, sizeof keys);
    r->is_meta_dirty = true;
    r->cell_pool.cap = c.cell_count + c.mailbox_count;
    r->block_pool.cap = block_cap(&c);
    r->box_pool.cap = c.mailbox_count;
    r->reply_pool.cap = c.link_count * AW_RELAY_WINDOW;
    r->box_id_next = r->token_id_next = r->block_key_next = 1;
    r->batch_no = 1;
    r->lazy_ms = r->look_ms = AW_TIME_NEVER;
    *out = r;
    return AW_OK;
}

void aw_relay_wipe(struct aw_relay *relay)
{
    aw_wipe(relay->table_key, sizeof relay->table_key);
    aw_wipe(relay->hash_key, sizeof relay->hash_key);
}
