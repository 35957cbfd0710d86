/* SPDX-License-Identifier: ISC */
#ifndef AW_FUZZ_TREE_H
#define AW_FUZZ_TREE_H

#include "wire/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One CBOR item as a list of the items in it, in the order of the bytes, each with the field of
 * the table that it is, and edits of the bytes by place. For who damages messages knowingly: the
 * mutator of the fuzz targets and the generator of allswell-lab.
 */

#define TREE_NODE_MAX   512
#define TREE_SPLICE_MAX 65536
#define TREE_NONE       UINT16_MAX

struct tree_node {
    size_t at, body, end; /* head, content, behind it */
    uint64_t value;       /* number, length or count */
    uint8_t kind;         /* enum aw_item_kind */
    bool is_key;
    uint16_t parent;                   /* TREE_NONE: the outermost */
    const struct aw_wire_map *map;     /* of a map whose table is known */
    const struct aw_wire_field *field; /* of a value whose row is known */
};

struct tree {
    struct tree_node nodes[TREE_NODE_MAX];
    size_t count;
    bool is_whole; /* well formed to the end of the outermost item */
};

/* Reads as far as `bytes` are well formed. `map` may be NULL. */
void tree_read(struct tree *t, struct aw_bytes bytes, const struct aw_wire_map *map);

/* The `idx`-th key in the map `map_node`, or TREE_NONE; its value is the node behind it. */
uint16_t tree_key(const struct tree *t, uint16_t map_node, size_t idx);

/* The key of the number `key` in the map `map_node`, or TREE_NONE. */
uint16_t tree_key_find(const struct tree *t, uint16_t map_node, uint64_t key);

/* Where the pair of this key ends. */
size_t tree_pair_end(const struct tree *t, uint16_t key_node);

/* Replaces [from, to) of buf by `with`, which may lie in buf; false if it does not fit. */
bool tree_splice(struct aw_buf *buf, size_t from, size_t to, struct aw_bytes with);

/* Writes a head: major type, value, and how many bytes the value takes at least (0 to 8). Returns
 * its length, at most 9. */
size_t tree_head(uint8_t out[9], unsigned major, uint64_t value, unsigned width_min);

/* Gives the node another head; its content stays. The tree no longer fits the bytes after that. */
bool tree_set_head(struct aw_buf *buf, const struct tree_node *n, uint64_t value,
                   unsigned width_min);

#endif /* AW_FUZZ_TREE_H */
