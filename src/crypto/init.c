/* SPDX-License-Identifier: ISC */
#include "crypto/init.h"

#include <sodium.h>

#include "base/assert.h"
#include "base/bytes.h"

enum aw_status aw_crypto_init(void)
{
    return sodium_init() < 0 ? AW_E_ENTROPY : AW_OK;
}

enum aw_status aw_random_fill(const struct aw_random *random, uint8_t *out, size_t len)
{
    AW_ASSERT(random != NULL && random->fill != NULL);
    if (random->fill(random->ctx, out, len))
        return AW_OK;
    aw_wipe(out, len); /* a source that failed half-way leaves nothing to be used by mistake */
    return AW_E_ENTROPY;
}
