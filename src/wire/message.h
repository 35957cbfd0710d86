/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_MESSAGE_H
#define AW_WIRE_MESSAGE_H

#include <allswell/base.h>

/*
 * Messages as tables: one row per field of spec/allswell.cddl, walked by one decoder and one
 * encoder, which therefore cannot disagree. A test compares the tables with the CDDL file.
 *
 * In the C structures integers have any width; byte strings of one length and texts (zero
 * terminated) are arrays; ones of several lengths have a `<name>_len` beside them; lists are
 * arrays with a `<name>_count`. An optional field is absent when its `has_<name>` is false,
 * or, if its value cannot be 0 or empty, when it is.
 *
 * Bounds are checked in both directions. Text holds no control characters: names and notes
 * end on terminals and lock screens.
 */

/* Containers inside one another in the deepest message. */
#define AW_WIRE_DEPTH_MAX 4

enum aw_wire_type {
    AW_WIRE_UINT,  /* unsigned member or enum */
    AW_WIRE_BOOL,  /* bool */
    AW_WIRE_FIXED, /* uint8_t[n] */
    AW_WIRE_VAR,   /* uint8_t[n] and an unsigned length member */
    AW_WIRE_BYTES, /* struct aw_bytes, borrowed */
    AW_WIRE_TEXT,  /* char[n + 1] */
    AW_WIRE_INT,   /* int32_t */
    AW_WIRE_MAP,   /* a structure with a table of its own */
    AW_WIRE_LIST,  /* structures with a table of their own, and an unsigned count member */
};

enum aw_wire_presence {
    AW_WIRE_REQUIRED,
    AW_WIRE_FLAGGED, /* optional: the bool at `aux` tells */
    AW_WIRE_NONZERO, /* optional: absent when 0 or empty */
};

struct aw_wire_field {
    uint8_t key; /* below 24, so that it is one byte on the wire */
    uint8_t type;
    uint8_t presence;
    uint8_t aux_width;
    uint16_t offset, width; /* of the member; in lists the width of one element */
    uint16_t aux;           /* offset of the length, the count or the flag */
    uint64_t min, max;      /* of the value, the length or the count; INT: as int64_t */
    const struct aw_wire_map *sub;
    const char *name;
};

struct aw_wire_map {
    const char *name; /* the rule in the CDDL */
    const struct aw_wire_field *fields;
    size_t field_count;
    size_t struct_len;
    enum aw_status (*check)(const void *message); /* rules between fields, or NULL */
};

/* The rows. `s` is the structure, `m` the member, which has the name of the field. */
#define AW_WIRE_MEMBER(s, m)                                                                       \
    .offset = offsetof(struct s, m), .width = sizeof(((struct s *)0)->m), .name = #m
#define AW_WIRE_AUX(s, m)  .aux = offsetof(struct s, m), .aux_width = sizeof(((struct s *)0)->m)
#define AW_WIRE_FLAG(s, m) .presence = AW_WIRE_FLAGGED, .aux = offsetof(struct s, has_##m)

#define AW_ROW_UINT(k, s, m, lo, hi)                                                               \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_UINT, .min = (lo), .max = (hi), AW_WIRE_MEMBER(s, m)           \
    }
#define AW_ROW_UINT_OPT(k, s, m, lo, hi)                                                           \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_UINT, .min = (lo), .max = (hi), AW_WIRE_MEMBER(s, m),          \
        AW_WIRE_FLAG(s, m)                                                                         \
    }
#define AW_ROW_UINT_NONZERO(k, s, m, lo, hi)                                                       \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_UINT, .min = (lo), .max = (hi), AW_WIRE_MEMBER(s, m),          \
        .presence = AW_WIRE_NONZERO                                                                \
    }
#define AW_ROW_INT(k, s, m, lo, hi)                                                                \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_INT, .min = (uint64_t)(int64_t)(lo),                           \
        .max = (uint64_t)(int64_t)(hi), AW_WIRE_MEMBER(s, m)                                       \
    }
#define AW_ROW_INT_OPT(k, s, m, lo, hi)                                                            \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_INT, .min = (uint64_t)(int64_t)(lo),                           \
        .max = (uint64_t)(int64_t)(hi), AW_WIRE_MEMBER(s, m), AW_WIRE_FLAG(s, m)                   \
    }
#define AW_ROW_BOOL(k, s, m)                                                                       \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_BOOL, .max = 1, AW_WIRE_MEMBER(s, m)                           \
    }
#define AW_ROW_BOOL_OPT(k, s, m)                                                                   \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_BOOL, .max = 1, AW_WIRE_MEMBER(s, m), AW_WIRE_FLAG(s, m)       \
    }
#define AW_WIRE_WIDTH(s, m) .min = sizeof(((struct s *)0)->m), .max = sizeof(((struct s *)0)->m)
#define AW_ROW_FIXED(k, s, m)                                                                      \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_FIXED, AW_WIRE_WIDTH(s, m), AW_WIRE_MEMBER(s, m)               \
    }
#define AW_ROW_FIXED_OPT(k, s, m)                                                                  \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_FIXED, AW_WIRE_WIDTH(s, m), AW_WIRE_MEMBER(s, m),              \
        AW_WIRE_FLAG(s, m)                                                                         \
    }
#define AW_ROW_VAR_NONZERO(k, s, m)                                                                \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_VAR, .min = 1, .max = sizeof(((struct s *)0)->m),              \
        AW_WIRE_MEMBER(s, m), AW_WIRE_AUX(s, m##_len), .presence = AW_WIRE_NONZERO                 \
    }
#define AW_ROW_BYTES(k, s, m, lo, hi)                                                              \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_BYTES, .min = (lo), .max = (hi), AW_WIRE_MEMBER(s, m)          \
    }
#define AW_ROW_TEXT(k, s, m, lo)                                                                   \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_TEXT, .min = (lo), .max = sizeof(((struct s *)0)->m) - 1,      \
        AW_WIRE_MEMBER(s, m)                                                                       \
    }
#define AW_ROW_TEXT_NONZERO(k, s, m)                                                               \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_TEXT, .min = 1, .max = sizeof(((struct s *)0)->m) - 1,         \
        AW_WIRE_MEMBER(s, m), .presence = AW_WIRE_NONZERO                                          \
    }
#define AW_ROW_MAP(k, s, m, table)                                                                 \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_MAP, .sub = (table), AW_WIRE_MEMBER(s, m)                      \
    }
#define AW_ROW_MAP_OPT(k, s, m, table)                                                             \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_MAP, .sub = (table), AW_WIRE_MEMBER(s, m), AW_WIRE_FLAG(s, m)  \
    }
#define AW_ROW_LIST(k, s, m, lo, table)                                                            \
    {                                                                                              \
        .key = (k), .type = AW_WIRE_LIST, .sub = (table), .offset = offsetof(struct s, m),         \
        .width = sizeof(((struct s *)0)->m[0]), .name = #m, .min = (lo),                           \
        .max = AW_COUNT(((struct s *)0)->m), AW_WIRE_AUX(s, m##_count)                             \
    }

#define AW_WIRE_TABLE(rule, structure, rows, check_fn)                                             \
    {                                                                                              \
        .name = (rule), .fields = (rows), .field_count = AW_COUNT(rows),                           \
        .struct_len = sizeof(struct structure), .check = (check_fn)                                \
    }

/*
 * Decodes the whole of `in`, which must be exactly one message.
 *
 * @param out  a structure of map->struct_len bytes; all zeros after a failure
 * @return AW_OK
 *         AW_E_FORMAT  not the one encoding of any message of this grammar
 *         AW_E_RANGE   a value, a length, a count or a rule between fields is violated
 */
AW_MUST_USE enum aw_status aw_message_decode(const struct aw_wire_map *map, void *out,
                                             struct aw_bytes in);

/* The same, with zeros after the message up to the end of `in`. */
AW_MUST_USE enum aw_status aw_message_decode_padded(const struct aw_wire_map *map, void *out,
                                                    struct aw_bytes in);

/*
 * Decodes the message at the start of `in`, and says in `*used_len` where it ends: the first
 * of a CBOR sequence.
 */
AW_MUST_USE enum aw_status aw_message_decode_first(const struct aw_wire_map *map, void *out,
                                                   struct aw_bytes in, size_t *used_len);

/*
 * Appends the one encoding of `message`.
 *
 * @return AW_OK
 *         AW_E_SPACE   does not fit; buf->len is as before
 *         AW_E_RANGE   what the decoder would refuse as out of range; buf->len is as before
 *         AW_E_FORMAT  a text is not UTF-8; buf->len is as before
 */
AW_MUST_USE enum aw_status aw_message_encode(const struct aw_wire_map *map, const void *message,
                                             struct aw_buf *buf);

/* The same, with zeros up to `total_len` bytes. AW_E_SPACE also if it is longer than that. */
AW_MUST_USE enum aw_status aw_message_encode_padded(const struct aw_wire_map *map,
                                                    const void *message, struct aw_buf *buf,
                                                    size_t total_len);

#endif /* AW_WIRE_MESSAGE_H */
