/* SPDX-License-Identifier: ISC */
#ifndef LAB_SAMPLE_H
#define LAB_SAMPLE_H

#include <allswell/base.h>

#include "wire/message.h"

/*
 * One example of each kind of message, with every optional field that the kind allows: what
 * vectors, seed corpora and benchmarks start from.
 */

#define SAMPLE_LEN_MAX 17000

/* Writes sample `idx`: `map` is its table, `name` what a reader calls it. False behind the last. */
bool sample_encode(size_t idx, const char **name, const struct aw_wire_map **map,
                   struct aw_buf *out);

#endif /* LAB_SAMPLE_H */
