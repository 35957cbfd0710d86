/* SPDX-License-Identifier: ISC */
#include "relay/blocks.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "relay/lazy.h"
#include "relay/pool.h"

#include <string.h>

static uint32_t last_len(const struct aw_buffer *b)
{
    return b->block_count == 0 ? AW_RELAY_RECORD_MAX : b->lens[b->block_count - 1];
}

bool aw_blocks_have_room(const struct aw_relay *r, size_t cell_len)
{
    const struct aw_buffer *b = &r->buffers[r->fill];

    if (b->pend_count == AW_BATCH_CELLS_MAX)
        return false;
    if (last_len(b) + AW_ENTRY_HEAD_LEN + cell_len <= AW_RELAY_RECORD_MAX)
        return true;
    return b->block_count < AW_BLOCKS_PER_BATCH && !aw_pool_is_empty(&r->block_pool);
}

/* Places of rows in the buffers count on through all of them. */
static uint8_t *row_at(const struct aw_relay *r, uint32_t place)
{
    return r->buffer_bytes + (size_t)place * AW_RELAY_RECORD_MAX;
}

static uint32_t place_of(uint32_t buffer, uint32_t row)
{
    return buffer * AW_BLOCKS_PER_BATCH + row;
}

static void open_row(struct aw_relay *r, struct aw_buffer *b)
{
    uint32_t block = aw_pool_take(&r->block_pool, &r->blocks[r->block_pool.free].live);
    uint32_t row = b->block_count;

    AW_ASSERT(block != 0 && row < AW_BLOCKS_PER_BATCH);
    r->blocks[block] = (struct aw_block_ref){
        .key = r->block_key_next++, .live = 0, .mem = (uint16_t)(1 + place_of(r->fill, row))};
    *row_at(r, place_of(r->fill, row)) = AW_RECORD_VERSION;
    b->blocks[row] = block;
    b->lens[row] = AW_BLOCK_HEAD_LEN;
    b->block_count++;
}

void aw_blocks_put(struct aw_relay *r, uint64_t box_id, struct aw_cell_ref *ref,
                   struct aw_bytes cell)
{
    struct aw_buffer *b = &r->buffers[r->fill];
    bool is_arm = (ref->flags & AW_CELL_ARM) != 0;
    uint32_t row;
    uint8_t *p;

    if (last_len(b) + AW_ENTRY_HEAD_LEN + cell.len > AW_RELAY_RECORD_MAX)
        open_row(r, b);
    row = b->block_count - 1;
    p = row_at(r, place_of(r->fill, row)) + b->lens[row];
    ref->block = b->blocks[row];
    ref->offset = (uint16_t)(b->lens[row] + AW_ENTRY_HEAD_LEN);
    aw_put_u64(p, box_id);
    aw_put_u32(p + 8, ref->no);
    aw_put_u32(p + 12, ref->at);
    aw_put_u64(p + 16, is_arm ? (uint64_t)ref->hash[1] << 32 : aw_cell_hash(ref));
    aw_put_u16(p + 24, (uint16_t)(is_arm ? cell.len | AW_ENTRY_ARMED : cell.len));
    memcpy(p + AW_ENTRY_HEAD_LEN, cell.ptr, cell.len);
    b->lens[row] += (uint32_t)(AW_ENTRY_HEAD_LEN + cell.len);
    r->blocks[ref->block].len = (uint16_t)b->lens[row];
}

const uint8_t *aw_blocks_bytes(const struct aw_relay *r, const struct aw_cell_ref *c)
{
    uint32_t mem = r->blocks[c->block].mem;

    return mem == 0 ? NULL : row_at(r, mem - 1) + c->offset;
}

void aw_blocks_recycle(struct aw_relay *r, uint32_t idx)
{
    struct aw_buffer *b = &r->buffers[idx];

    for (uint32_t row = 0; row < b->block_count; row++) {
        struct aw_block_ref *block = &r->blocks[b->blocks[row]];

        /* The slot may have been released, and be the place of another row by now. */
        if (block->mem == 1 + place_of(idx, row))
            block->mem = 0;
    }
    b->block_count = 0;
    b->pend_count = 0;
}

void aw_blocks_leave(struct aw_relay *r, uint32_t block)
{
    if (--r->blocks[block].live == 0)
        aw_blocks_died(r, block);
}

void aw_blocks_died(struct aw_relay *r, uint32_t block)
{
    AW_ASSERT(r->blocks[block].live == 0);
    aw_list_push(&r->dead, block, &r->blocks[block].live, &r->blocks[r->dead.tail].live);
    aw_lazy_touch(r);
}

uint32_t aw_blocks_load(struct aw_relay *r, uint64_t key, size_t len)
{
    uint32_t block = aw_pool_take(&r->block_pool, &r->blocks[r->block_pool.free].live);

    if (block != 0)
        r->blocks[block] = (struct aw_block_ref){.key = key, .live = 0, .len = (uint16_t)len};
    return block;
}

void aw_blocks_release(struct aw_relay *r, uint32_t block)
{
    r->blocks[block].mem = 0;
    aw_pool_give(&r->block_pool, block, &r->blocks[block].live);
}
