/* SPDX-License-Identifier: ISC */
#include "crypto/kdf.h"

#include <sodium.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/hash.h"
#include "crypto/labels.h"

void aw_kdf(uint8_t *out, size_t out_len, const uint8_t key[AW_KEY_LEN], const char *label,
            struct aw_bytes context)
{
    static const char prefix[] = AW_LABEL_PREFIX;
    const struct aw_bytes info[] = {
        {(const uint8_t *)prefix, sizeof prefix - 1},
        {(const uint8_t *)label, strlen(label) + 1}, /* the zero byte ends the label */
        context,
    };

    AW_ASSERT(label[0] != '\0');
    aw_hkdf_expand(out, out_len, key, info, AW_COUNT(info));
}

void aw_kdf_extract(uint8_t out[AW_KEY_LEN], struct aw_bytes salt, struct aw_bytes ikm)
{
    aw_hkdf_extract(out, salt, ikm);
}

void aw_capability_derive(uint8_t out[AW_KEY_LEN], const uint8_t seed[AW_KEY_LEN],
                          const uint8_t relay_key[AW_KEY_LEN])
{
    aw_kdf(out, AW_KEY_LEN, seed, AW_LABEL_CAPABILITY, (struct aw_bytes){relay_key, AW_KEY_LEN});
}

#define CHAIN_NEXT    1
#define CHAIN_MESSAGE 2

static void chain_key(uint8_t out[AW_KEY_LEN], uint64_t id, const uint8_t chain[AW_KEY_LEN])
{
    int rc = crypto_kdf_blake2b_derive_from_key(out, AW_KEY_LEN, id, AW_LABEL_CHAIN, chain);

    AW_ASSERT(rc == 0);
}

void aw_chain_step(uint8_t chain[AW_KEY_LEN], uint8_t message_key[AW_KEY_LEN])
{
    uint8_t next[AW_KEY_LEN];

    chain_key(message_key, CHAIN_MESSAGE, chain);
    chain_key(next, CHAIN_NEXT, chain);
    memcpy(chain, next, AW_KEY_LEN);
    aw_wipe(next, sizeof next);
}

void aw_chain_skip(uint8_t chain[AW_KEY_LEN], uint32_t count)
{
    uint8_t next[AW_KEY_LEN];

    while (count-- > 0) {
        chain_key(next, CHAIN_NEXT, chain);
        memcpy(chain, next, AW_KEY_LEN);
    }
    aw_wipe(next, sizeof next);
}
