/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_TABLES_H
#define AW_WIRE_TABLES_H

#include "wire/message.h"

/*
 * Every message that has a table, for who prints, tests or fuzzes them. Requests and answers of
 * the relay protocol have their own reader (wire/request.h, wire/answer.h).
 */

/* The table of the rule `name` of the CDDL, or NULL. */
const struct aw_wire_map *aw_map_find(const char *name);

/* The `idx`-th table, or NULL behind the last. */
const struct aw_wire_map *aw_map_at(size_t idx);

#endif /* AW_WIRE_TABLES_H */
