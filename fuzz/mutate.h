/* SPDX-License-Identifier: ISC */
#ifndef AW_FUZZ_MUTATE_H
#define AW_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The structure-aware mutator of the targets that read messages (aw_fuzz_target(... GRAMMAR)).
 * It reads the input as the message that the target says it is, and changes what the table says
 * matters: a value to the bounds of its row and beyond, a length, a count, the width of a head; it
 * drops, repeats, swaps and adds fields, and takes fields from other messages, drawn from the
 * table or from the corpus. One change in five is of bytes, as without it.
 *
 * FUZZ_PLAIN=1 in the environment turns it off: to see what it is worth.
 */

struct fuzz_grammar {
    const char *rule; /* of the CDDL; NULL: CBOR without a table */
    size_t skip;      /* bytes in front of the message */
};

/* The target defines it. */
extern const struct fuzz_grammar fuzz_grammar;

/* Of the fuzzing engine (or driver.c). */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t out_max, unsigned seed);

#endif /* AW_FUZZ_MUTATE_H */
