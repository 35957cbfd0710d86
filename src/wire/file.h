/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_FILE_H
#define AW_WIRE_FILE_H

#include <allswell/limits.h>

#include "wire/message.h"

/* File: the content of a cell of lane bulk (spec/06-subject.md §6). */

/* Longest encoding. */
#define AW_FILE_LEN_MAX 16109

enum aw_file_kind { AW_FILE_PLAN = 1, AW_FILE_INTRODUCTIONS = 2, AW_FILE_CARD = 3 };

struct aw_file {
    uint8_t kind;         /* enum aw_file_kind */
    struct aw_bytes body; /* the encoded message; after decoding borrowed from the input */
    uint8_t signing_key[32];
    uint8_t signature[64];
};

extern const struct aw_wire_map aw_file_map;

#endif /* AW_WIRE_FILE_H */
