/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_PRESENCE_H
#define ALLSWELL_PRESENCE_H

#include <allswell/base.h>
#include <allswell/limits.h>

/**
 * @file
 * Presence: from the secret that she types to the key that an engine takes (spec/09-crypto.md
 * §10).
 *
 * The phone holds nothing that tells a right secret from a wrong one, or the safe one from the
 * one typed under duress: every secret gives a key, and only her contacts can judge it. Call
 * this outside the engines, hand the key over, and wipe secret and key at once.
 *
 * Threads: all functions are reentrant. No clock.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Length of a presence key and of a keystore key, in bytes. */
#define AW_PRESENCE_KEY_LEN 32

/** Length of the salt, drawn once at set-up and kept in plain, in bytes. */
#define AW_PRESENCE_SALT_LEN 16

/** Length of the public tweak that picks the picture, in bytes. */
#define AW_PRESENCE_TWEAK_LEN 16

/** Number of pictures. */
#define AW_PRESENCE_PICTURE_COUNT 16

/** How hard a guess is made. Kept beside the salt: another strength gives another key. */
enum aw_presence_strength {
    AW_PRESENCE_STANDARD = 1, /* Argon2id, 64 MiB, 3 passes, 1 lane */
};

/**
 * Derives the presence key from a typed secret. Takes a good part of a second and 64 MiB.
 *
 * The only function of the library that allocates memory; it frees it before it returns. Right
 * and wrong secrets take the same path.
 *
 * @param key           filled on success, all zero on failure; wipe it after use
 * @param secret        1..AW_PRESENCE_SECRET_MAX bytes; wipe it after the call
 * @param keystore_key  32 bytes that never leave the phone's keystore otherwise, or NULL where
 *                      there is none; stops guessing from an image of the phone
 * @return AW_OK
 *         AW_E_RANGE    secret empty or too long, or an unknown strength
 *         AW_E_LIMIT    the memory was not to be had: free some, try again
 *         AW_E_ENTROPY  the library cannot start
 */
AW_API AW_MUST_USE enum aw_status aw_presence_derive(uint8_t key[AW_PRESENCE_KEY_LEN],
                                                     struct aw_bytes secret,
                                                     const uint8_t salt[AW_PRESENCE_SALT_LEN],
                                                     const uint8_t *keystore_key,
                                                     enum aw_presence_strength strength);

/**
 * Returns the picture, 0..15, that a key shows under a tweak.
 *
 * She learns to know one picture; a typing error shows another one 15 times in 16. It gives
 * whoever watches the screen 4 bits about the secret, and does not tell safe from duress.
 */
AW_API unsigned aw_presence_picture(const uint8_t key[AW_PRESENCE_KEY_LEN],
                                    const uint8_t tweak[AW_PRESENCE_TWEAK_LEN]);

/**
 * Draws a tweak under which the safe and the duress key show the same picture. Store the tweak
 * in plain, the picture nowhere.
 *
 * @return AW_OK
 *         AW_E_ENTROPY  the random source failed, or repeats itself; `tweak` is all zero
 */
AW_API AW_MUST_USE enum aw_status aw_presence_tweak_find(
    uint8_t tweak[AW_PRESENCE_TWEAK_LEN], const uint8_t safe_key[AW_PRESENCE_KEY_LEN],
    const uint8_t duress_key[AW_PRESENCE_KEY_LEN], const struct aw_random *random);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_PRESENCE_H */
