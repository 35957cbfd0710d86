/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_STATE_H
#define AW_RELAY_STATE_H

#include "relay/wheel.h"

#include <allswell/relay.h>

/*
 * What a relay holds in memory, all of it inside the caller's block (spec/08-relay.md).
 *
 * Objects live in arrays and name each other by index. Index 0 is nobody, so that memory that
 * is all zero is a valid empty relay, and pages that were never needed were never touched.
 *
 *   cell     one waiting or pending cell: where its bytes are, never the bytes
 *   block    one block row of the store
 *   mailbox  keys, the lists of its cells, its subscription
 *   switch   the cell that a mailbox's sender has armed; it has the mailbox's index
 *   answer   one answer that waits for its commit or for room in a frame
 *
 * Life of a cell: deposit puts it into the filling batch (PENDING, in the table of hashes, in
 * its mailbox's `pend` list). The commit moves it to its mailbox's small or bulk list. Take,
 * drop or removal frees it. When no cell of a block is left, the block waits in the dead list
 * to be deleted by the next batch.
 */

#define AW_BLOCKS_PER_BATCH 16
#define AW_BLOCK_HEAD_LEN   1
#define AW_ENTRY_HEAD_LEN   26 /* mailbox, number, time, hash, length */
#define AW_BLOCK_CELLS_MAX  76 /* small cells in a full block */
#define AW_BATCH_CELLS_MAX  (AW_BLOCKS_PER_BATCH * AW_BLOCK_CELLS_MAX)
#define AW_BUFFER_LEN       (AW_BLOCKS_PER_BATCH * AW_RELAY_RECORD_MAX)
#define AW_BUFFER_COUNT     3 /* filling, under way, and the one before for deliveries */

#define AW_SMALL_MAX        (AW_RELAY_OLDEST + AW_RELAY_NEWEST)
#define AW_GAPS_MAX         (AW_SMALL_MAX + AW_RELAY_BULK_MAX)
#define AW_BOX_ROW_MAX      (AW_BOX_ROW_HEAD + AW_GAPS_MAX * 8)
#define AW_BOX_ROW_HEAD     (1 + 32 + 32 + 8 + 4 + 4 + 12 + 1)
#define AW_TOKEN_ROW_MAX    (1 + 32 + 4 + 1 + 2 * (1 + AW_RELAY_LABEL_MAX))

#define AW_DIRTY_MAX        1024 /* mailboxes whose row waits, the batch under way included */
#define AW_REMOVED_MAX      512
#define AW_DELETE_MAX       2048 /* blocks deleted by one batch */
#define AW_ROWS_MAX         (AW_DIRTY_MAX + AW_BATCH_CELLS_MAX)

#define AW_RECORD_VERSION   2 /* version 1 had no switches; it is still read */
#define AW_META_KEY         1
#define AW_META_TIME        2
#define AW_ENTRY_ARMED      0x8000 /* in the length of an entry */

enum {
    AW_CELL_BULK = 1,
    AW_CELL_PENDING = 2,
    AW_CELL_ODD = 4,    /* batch number is odd */
    AW_CELL_ARM = 8,    /* pending: not a cell of the mailbox, but of its switch */
    AW_CELL_FIRED = 16, /* delivered by its switch */
    AW_CELL_MOVED = 32  /* pending: another place for a cell, or with AW_CELL_ARM for a switch */
};

struct aw_cell_ref {
    uint32_t hash[2]; /* low, high: a uint64_t would cost four bytes of padding */
    uint32_t no;
    uint32_t at; /* seconds */
    uint32_t block;
    uint32_t next;
    uint16_t offset; /* of the bytes in the block row */
    uint16_t flags;
};

struct aw_block_ref {
    uint64_t key;
    uint32_t live; /* cells; in the dead and free lists: the next one */
    uint16_t mem;  /* 1 + place in the buffers, 0 when not there */
    uint16_t len;  /* of the row, bytes */
};

enum {
    AW_BOX_DIRTY = 1,   /* in the dirty list */
    AW_BOX_READY = 2,   /* in its link's list of mailboxes with something to deliver */
    AW_BOX_WAKE = 4,    /* in the list of wake-ups to hand out */
    AW_BOX_COOLING = 8, /* in the list of those woken in the last 10 s */
    AW_BOX_AGAIN = 16,  /* woken again when that has passed */
    AW_BOX_ROWED = 32,  /* its row is in the batch being closed */
    AW_BOX_GONE = 64,   /* removed; the slot is freed when no list holds it */
};
#define AW_BOX_LISTED (AW_BOX_DIRTY | AW_BOX_READY | AW_BOX_WAKE | AW_BOX_COOLING)

struct aw_box {
    uint64_t id; /* 0: none */
    uint64_t rate_ms;
    uint64_t cool_ms;
    uint64_t batch; /* the one that holds its creation */
    uint8_t read_key[AW_RELAY_KEY_LEN];
    uint8_t deposit_key[AW_RELAY_KEY_LEN];
    uint32_t token;
    uint32_t next_no, last_no, taken; /* to give, highest visible, highest taken */
    uint32_t head, mid, tail;         /* small cells, by number; mid is the 32nd */
    uint32_t bulk_head, bulk_tail;
    uint32_t pend_head, pend_tail; /* of the filling batch; while loading: gaps */
    uint32_t sub_number, sent_no;
    uint32_t sub_link; /* 1 + link; 0: nobody */
    uint32_t sub_prev, sub_next;
    uint32_t dirty_next, ready_next, wake_next;
    uint32_t arm_no;                    /* given last */
    uint32_t fired, fired_no, fired_at; /* arm that was delivered last, as what, when */
    uint32_t read_day;                  /* running day on which its reader came last */
    uint16_t small_count;
    uint16_t arm_pend; /* arms not yet committed */
    uint8_t bulk_count, bulk_pend;
    uint8_t flags;
};

enum {
    AW_SWITCH_FIRING = 1, /* its delivery is in a batch */
    AW_SWITCH_HELD = 2,   /* due; waits for arm_pend, or for the one before to be taken */
    AW_SWITCH_UNREAD = 4, /* what it delivered last is waiting */
};

struct aw_switch {
    uint32_t after_s;  /* 0: nothing is armed */
    uint32_t armed_s;  /* running time, rounded up */
    uint32_t no;       /* of this arm; the numbers of a mailbox rise */
    uint32_t pause_no; /* the last pause before it */
    uint32_t block;
    uint16_t offset;
    uint16_t flags;
};

struct aw_token_ref {
    uint64_t id;
    uint8_t hash[AW_RELAY_KEY_LEN];
    uint32_t quota, box_count;
    bool is_revoked, is_dirty, is_under_way;
    char label[AW_RELAY_LABEL_MAX + 1];
    char wake[AW_RELAY_LABEL_MAX + 1];
};

enum { AW_REPLY_PLAIN, AW_REPLY_RETRY, AW_REPLY_PROBE, AW_REPLY_SUBSCRIBE };

struct aw_reply {
    uint64_t batch; /* not before this one is done */
    uint64_t box_id;
    uint32_t number;
    uint32_t box;
    uint32_t next;
    uint16_t retry_after;
    uint8_t status;
    uint8_t kind;
};

enum {
    AW_LINK_OPEN = 1,
    AW_LINK_READY = 2,
    AW_LINK_BAD = 4,
    AW_LINK_WAIT = 8 /* and 16: in the list of those that wait for an even, odd batch */
};

struct aw_link_ref {
    uint32_t head, tail, count; /* replies */
    uint32_t subs;              /* mailboxes */
    uint32_t ready_head, ready_tail;
    uint32_t ready_next;
    uint32_t wait_next[2];
    uint8_t flags;
};

struct aw_pend {
    uint64_t box_id;
    uint32_t box;
    uint32_t cell;
};

/* The rows and cells of one batch; its bytes are buffer `idx` of the relay. */
struct aw_buffer {
    uint32_t block_count;
    uint32_t pend_count;
    uint32_t blocks[AW_BLOCKS_PER_BATCH];
    uint32_t lens[AW_BLOCKS_PER_BATCH];
    struct aw_pend pends[AW_BATCH_CELLS_MAX];
};

/* A pool hands out 1 to cap: first those given back, then those never used. */
struct aw_pool {
    uint32_t cap, used, free;
};

/* Open addressing, linear probing, at most half full. A slot of 0 is empty. */
struct aw_table {
    uint32_t *slots;
    uint32_t mask;
};

/* First in, first out, linked through a field of the objects. */
struct aw_list {
    uint32_t head, tail, count;
};

struct aw_box_name {
    uint64_t id;
    uint32_t box;
};

/* Where the pass over all mailboxes is, and the cell whose bytes it has asked for. */
struct aw_tidy {
    uint64_t due_ms;
    uint64_t old_key; /* rows below were there at the end of the last pass */
    uint32_t box, cell_no;
    bool is_armed_done, is_asked;
    struct aw_cell_ref ref;
    uint8_t bytes[AW_RELAY_CELL_LEN];
};

struct aw_relay {
    struct aw_relay_config config;
    struct aw_random random;
    struct aw_now now;
    uint8_t table_key[16]; /* Secret: wipe. Drawn at each start */
    uint8_t hash_key[16];  /* Secret: wipe. Stored, so that hashes of cells are */
    bool is_started, is_meta_dirty, is_urgent, is_under_way;

    struct aw_pool cell_pool, block_pool, box_pool, reply_pool;
    struct aw_cell_ref *cells;
    struct aw_block_ref *blocks;
    struct aw_box *boxes;
    struct aw_token_ref *tokens;
    struct aw_switch *switches; /* by mailbox */
    struct aw_reply *replies;
    struct aw_link_ref *links; /* index is 1 + link */
    struct aw_wheel wheel;     /* of switches, in running time */
    struct aw_tidy tidy;
    struct aw_table key_table, cell_table;
    uint32_t token_count;
    uint32_t plain_count; /* cells in use, without AW_CELL_FIRED */
    uint64_t box_id_next, token_id_next, block_key_next;

    struct aw_list dirty, dead, ready, wake, cool; /* boxes, blocks, links, boxes, boxes */
    struct aw_list wait[2];                        /* links that wait for an even, odd batch */

    uint64_t run_ms;      /* running time: while the relay did not run it stood still */
    uint64_t settle_ms;   /* what was armed before it fires one interval after this, or later */
    uint64_t look_ms;     /* running time at which a switch may be due, or AW_TIME_NEVER */
    uint64_t stamp_ms;    /* when the running time was stored, monotonic */
    uint64_t stamp_run_s; /* while loading */
    uint64_t stamp_wall_s;
    uint32_t pause_no;
    bool is_stamped, is_stamp_under_way;

    uint64_t batch_no; /* the one that fills; the one under way is the one before */
    uint64_t done_no;
    uint64_t lazy_ms;  /* since when something lazy waits, or AW_TIME_NEVER */
    uint64_t retry_ms; /* no batch before this */
    uint32_t fill;     /* buffer */
    uint8_t *buffer_bytes;
    struct aw_buffer *buffers;
    struct aw_store_op *ops;
    uint8_t *row_bytes;
    uint64_t *removed;
    uint32_t removed_count, removed_under_way;
    struct aw_box_name *rows; /* dirty ones of the batch under way */
    uint32_t row_count;
    uint32_t *deletes;
    uint32_t delete_count;

    struct aw_relay_counters counters;
};

/* What a reply that waits for no commit waits for: it is done. */
static inline uint64_t aw_relay_no_batch(const struct aw_relay *r)
{
    return r->done_no;
}

static inline uint64_t aw_cell_hash(const struct aw_cell_ref *c)
{
    return (uint64_t)c->hash[1] << 32 | c->hash[0];
}

static inline bool aw_box_has_cells(const struct aw_box *m)
{
    return m->head != 0 || m->bulk_head != 0;
}

#endif /* AW_RELAY_STATE_H */
