/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_CT_H
#define AW_TESTS_CT_H

#include <stdbool.h>
#include <stddef.h>
#include <valgrind/memcheck.h>

/* From here on a branch or an address that depends on these bytes is an error. */
#define CT_SECRET(ptr, len) VALGRIND_MAKE_MEM_UNDEFINED((ptr), (len))
/* And from here on no longer. */
#define CT_PUBLIC(ptr, len) VALGRIND_MAKE_MEM_DEFINED((ptr), (len))

/*
 * What comes out of libsodium's own comparing is mostly meant to be known: a cell verifies or it
 * does not. Where it is not, the verdict about a presence MAC above all, these are set.
 */
extern bool ct_compare_is_secret;
extern bool ct_zero_is_secret;

/* Opened plaintext goes to a parser, which branches on all of it. */
extern bool ct_plain_is_public;

/* The control of the test: both leak `a`. */
bool ct_leak_by_branch(const unsigned char *a, const unsigned char *b, size_t len);
unsigned char ct_leak_by_table(unsigned char a);

#endif /* AW_TESTS_CT_H */
