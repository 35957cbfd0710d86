/* SPDX-License-Identifier: ISC */
#include <allswell/presence.h>

#include <sodium.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/init.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"

#define ARGON_PASSES 3
#define ARGON_MEMORY ((size_t)64 * 1024 * 1024)

/* A wrong picture is drawn 15 times in 16: 4096 draws fail once in 10^114. */
#define TWEAK_DRAWS_MAX 4096

_Static_assert(AW_PRESENCE_KEY_LEN == AW_KEY_LEN, "one length of keys");
_Static_assert(AW_PRESENCE_SALT_LEN == crypto_pwhash_argon2id_SALTBYTES, "the salt of Argon2id");

enum aw_status aw_presence_derive(uint8_t key[AW_PRESENCE_KEY_LEN], struct aw_bytes secret,
                                  const uint8_t salt[AW_PRESENCE_SALT_LEN],
                                  const uint8_t *keystore_key, enum aw_presence_strength strength)
{
    static const uint8_t no_keystore[AW_KEY_LEN];
    uint8_t slow[AW_KEY_LEN];
    uint8_t has_keystore = keystore_key != NULL;
    enum aw_status st = aw_crypto_init();

    memset(key, 0, AW_KEY_LEN);
    if (st != AW_OK)
        return st;
    if (secret.len == 0 || secret.len > AW_PRESENCE_SECRET_MAX || strength != AW_PRESENCE_STANDARD)
        return AW_E_RANGE;
    if (crypto_pwhash_argon2id(slow, sizeof slow, (const char *)secret.ptr, secret.len, salt,
                               ARGON_PASSES, ARGON_MEMORY,
                               crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
        st = AW_E_LIMIT;
    if (st == AW_OK) {
        aw_kdf_extract(slow,
                       (struct aw_bytes){has_keystore ? keystore_key : no_keystore, AW_KEY_LEN},
                       AW_BYTES_OF(slow));
        aw_kdf(key, AW_KEY_LEN, slow, AW_LABEL_PRESENCE_KEY, (struct aw_bytes){&has_keystore, 1});
    }
    aw_wipe(slow, sizeof slow);
    return st;
}

/* spec/09-crypto.md §10.2: "The picture MUST NOT be stored." It is drawn from the key that was just
 * derived; beside the tweak it would let an image of the phone test guesses. */
unsigned aw_presence_picture(const uint8_t key[AW_PRESENCE_KEY_LEN],
                             const uint8_t tweak[AW_PRESENCE_TWEAK_LEN])
{
    uint8_t byte;
    unsigned picture;

    aw_kdf(&byte, 1, key, AW_LABEL_PRESENCE_PICTURE,
           (struct aw_bytes){tweak, AW_PRESENCE_TWEAK_LEN});
    picture = byte % AW_PRESENCE_PICTURE_COUNT;
    aw_wipe(&byte, 1);
    return picture;
}

enum aw_status aw_presence_tweak_find(uint8_t tweak[AW_PRESENCE_TWEAK_LEN],
                                      const uint8_t safe_key[AW_PRESENCE_KEY_LEN],
                                      const uint8_t duress_key[AW_PRESENCE_KEY_LEN],
                                      const struct aw_random *random)
{
    enum aw_status st = aw_crypto_init();

    for (unsigned i = 0; i < TWEAK_DRAWS_MAX && st == AW_OK; i++) {
        st = aw_random_fill(random, tweak, AW_PRESENCE_TWEAK_LEN);
        if (st == AW_OK &&
            aw_presence_picture(safe_key, tweak) == aw_presence_picture(duress_key, tweak))
            return AW_OK;
    }
    memset(tweak, 0, AW_PRESENCE_TWEAK_LEN);
    return AW_E_ENTROPY;
}
