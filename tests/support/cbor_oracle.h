/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_CBOR_ORACLE_H
#define AW_TESTS_CBOR_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A second opinion on the profile of spec/03-wire.md §2, written from RFC 8949 Appendix C
 * without libcbor, without wire/ and without a state machine. Returns whether `bytes` is exactly
 * one item of the profile.
 */
bool cbor_oracle_accepts(const uint8_t *bytes, size_t len);

/*
 * What libcbor alone makes of it: walks items with its stream decoder and counts what is open.
 * Returns whether `bytes` is exactly one well-formed item of definite length, as it sees it.
 */
bool cbor_libcbor_accepts(const uint8_t *bytes, size_t len);

#endif /* AW_TESTS_CBOR_ORACLE_H */
