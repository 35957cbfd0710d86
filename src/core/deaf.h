/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_DEAF_H
#define AW_CORE_DEAF_H

#include <stdbool.h>
#include <stdint.h>

/* Cells in a row that a device cannot open: then it asks to re-establish. */
#define AW_DEAF_MAX 8
/* The first of them is so old in a channel of hers; between contacts it is two slots old. */
#define AW_DEAF_S 300

/*
 * Cells in a row from one side that no key of this state opens (spec/05-channel.md §8). Zeroed when
 * one opens, or when something was done about it; of this run only.
 */
struct aw_deaf {
    uint32_t since_s; /* when the first of them came */
    uint8_t count;    /* up to AW_DEAF_MAX */
};

/*
 * One more. True when there are AW_DEAF_MAX, the first of them `span_s` old.
 */
bool aw_deaf_note(struct aw_deaf *deaf, uint64_t now_s, uint64_t span_s);

#endif /* AW_CORE_DEAF_H */
