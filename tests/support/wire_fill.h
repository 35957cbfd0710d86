/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_WIRE_FILL_H
#define AW_TESTS_WIRE_FILL_H

#include "test.h"
#include "wire/message.h"

/* Fills message structures from their tables. */

/* Longest plaintext that any message may need, and room for any message structure. */
#define WIRE_ENCODED_MAX 16384
#define WIRE_STRUCT_MAX  16384

enum wire_fill {
    WIRE_FILL_LEAST,  /* smallest values, optional fields absent */
    WIRE_FILL_MOST,   /* largest values, every field present */
    WIRE_FILL_RANDOM, /* values, lengths, counts and presence are drawn */
};

/* Fields follow the table; rules between fields are not met. BYTES point into a static buffer. */
void wire_fill(const struct aw_wire_map *map, void *message, enum wire_fill how, struct t_rng *rng);

/* Makes a filled message meet the rules between its fields; changes as little as that needs. */
void wire_mend(const struct aw_wire_map *map, void *message);

/* Sets the `idx`-th field as far out of its bounds as its member reaches. False: it cannot be. */
bool wire_break(const struct aw_wire_map *map, void *message, size_t idx, bool below);

/* Bytes that the largest map of this table takes, by adding up its rows. */
size_t wire_len_max(const struct aw_wire_map *map);

/* The same for a field with its key. */
size_t wire_field_len_max(const struct aw_wire_field *field);

#endif /* AW_TESTS_WIRE_FILL_H */
