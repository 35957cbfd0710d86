/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_CBOR_CASES_H
#define AW_TESTS_CBOR_CASES_H

#include "test.h"

/* One line of tests/data/cbor-*.txt: hex digits, a verdict, and what there is to say. */
struct cbor_case {
    uint8_t bytes[128];
    size_t len;
    char hex[257];
    char verdict[16];
    char note[256];
};

/* Reads the next case of a file's text and moves `text` behind it. False: there is none. */
bool cbor_case_next(const char **text, struct cbor_case *out);

#endif /* AW_TESTS_CBOR_CASES_H */
