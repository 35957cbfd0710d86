/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_STUB_SODIUM_H
#define AW_TESTS_STUB_SODIUM_H

#include <stdint.h>

/*
 * Stub crypto: every libsodium function that src/crypto imports, fast and without any secrecy,
 * for fuzzing and simulation. What a program links (the CMake target `aw_stub_sodium`, objects)
 * comes before the shared library and so replaces it; src/ knows nothing of it.
 *
 * What still holds: one input, one output, on every machine; both sides of a key agreement
 * agree; a damaged ciphertext, head, signature or share is refused; shares combine from k on.
 * What does not: everything else. Texts are not even hidden.
 *
 * Compiled with FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION (`aw_stub_sodium_unsafe`), tags and
 * signatures are taken as they come, so that a fuzzer gets past them.
 */

/* Says once, on stderr, what this is. Every function of the stub calls it; the test
 * `stub_product` looks for this symbol in everything that is installed. */
void aw_stub_crypto_banner(void);

/* How often the stub was called: whether it is in use at all. */
uint64_t aw_stub_crypto_calls(void);

#endif /* AW_TESTS_STUB_SODIUM_H */
