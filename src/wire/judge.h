/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_JUDGE_H
#define AW_WIRE_JUDGE_H

#include <allswell/base.h>

/*
 * Judge: is this exactly one item of the strict profile (spec/03-wire.md §2)?
 *
 * The profile says how, not what: unsigned and negative integers, byte strings, UTF-8 text,
 * true and false, arrays, and maps whose keys are integers or text, at most AW_JUDGE_DEPTH_MAX
 * containers inside one another. Every message is in it; the tables say which are messages.
 *
 * It allocates nothing, and calls libcbor's stream decoder at most once per byte, whatever
 * sizes the input announces.
 */

#define AW_JUDGE_DEPTH_MAX 4

enum aw_judge_reason {
    AW_JUDGE_ACCEPTED = 0,
    AW_JUDGE_MALFORMED,    /* no CBOR item: reserved head, cut off, a size beyond the input */
    AW_JUDGE_TRAILING,     /* bytes follow the item */
    AW_JUDGE_NOT_SHORTEST, /* a head that is longer than its value needs */
    AW_JUDGE_INDEFINITE,   /* indefinite length, or a break without one */
    AW_JUDGE_TAG,
    AW_JUDGE_FLOAT,
    AW_JUDGE_SIMPLE,    /* null, undefined, and simple values but true and false */
    AW_JUDGE_UTF8,      /* text that is not well-formed UTF-8 */
    AW_JUDGE_KEY_TYPE,  /* a key that is neither integer nor text */
    AW_JUDGE_KEY_ORDER, /* a key below the one before it */
    AW_JUDGE_KEY_TWICE,
    AW_JUDGE_DEPTH,
};

struct aw_judgement {
    enum aw_judge_reason reason;
    size_t offset;     /* of the item that was refused */
    size_t item_count; /* calls of the stream decoder */
};

/* Judges any bytes. */
struct aw_judgement aw_cbor_judge(struct aw_bytes in);

/* What is wrong in one English phrase, never NULL. */
const char *aw_judge_reason_text(enum aw_judge_reason reason);

#endif /* AW_WIRE_JUDGE_H */
