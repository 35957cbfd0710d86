/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "crypto/share.h"
#include "take.h"

#define TRIED_MAX 9 /* with all 16, one input could cost 12,870 subsets */

/*
 * Input: k, n, and for each share whether it stays, is changed, or is replaced. Property: with k
 * true shares of different indices among whatever else, the state opens to what was sealed; with
 * what was made from fewer than k it does not, and then nothing was written. In between it may:
 * two changes can cancel each other out, and who made them has known both shares.
 */
struct set {
    uint8_t share[AW_SHARE_COUNT_MAX][AW_SHARE_LEN];
    bool is_true[AW_SHARE_COUNT_MAX];
    size_t source[AW_SHARE_COUNT_MAX]; /* the share that it was made from; n: none */
    size_t n, k;
};

static void spoil(struct set *s, struct take *in)
{
    for (size_t i = 0; i < s->n; i++) {
        uint8_t how = take_byte(in), at = take_byte(in);
        struct aw_bytes bytes;

        s->is_true[i] = how % 4 == 0;
        if (how % 4 == 1) { /* one bit */
            s->share[i][at % AW_SHARE_LEN] ^= (uint8_t)(1u << (how / 4 % 8));
        } else if (how % 4 == 2) { /* another one, again, or under a false index */
            memcpy(s->share[i] + 1, s->share[at % s->n] + 1, AW_KEY_LEN);
            s->share[i][0] = how / 4 % 2 == 0 ? s->share[at % s->n][0] : at;
            s->source[i] = s->source[at % s->n];
        } else if (how % 4 == 3) { /* anything */
            bytes = take_bytes(in, AW_SHARE_LEN);
            if (bytes.len > 0)
                memcpy(s->share[i], bytes.ptr, bytes.len);
            if (bytes.len == AW_SHARE_LEN)
                s->source[i] = s->n;
        }
    }
}

/* With a threshold of 1 every share is the key, whatever its index says but 0. */
static bool is_as_good(const struct set *s, const uint8_t *share, const uint8_t *made)
{
    if (s->k == 1)
        return share[0] != 0 && memcmp(share + 1, made + 1, AW_KEY_LEN) == 0;
    return memcmp(share, made, AW_SHARE_LEN) == 0;
}

/* How many different true shares there are: one may have been copied over another. */
static size_t count_true(const struct set *s, uint8_t (*made)[AW_SHARE_LEN])
{
    size_t count = 0;

    for (size_t m = 0; m < s->n; m++) {
        bool found = false;

        for (size_t i = 0; i < s->n; i++)
            found = found || is_as_good(s, s->share[i], made[m]);
        count += found;
    }
    return count;
}

static size_t count_sources(const struct set *s)
{
    size_t count = 0;

    for (size_t m = 0; m < s->n; m++) {
        bool found = false;

        for (size_t i = 0; i < s->n; i++)
            found = found || s->source[i] == m;
        count += found;
    }
    return count;
}

/* Combining takes what it is given, or refuses it; it never writes a key that is not one. */
static void combine(struct set *s, const uint8_t key[AW_KEY_LEN])
{
    uint8_t got[AW_SHARE_LEN] = {0};
    bool all = true;
    enum aw_status st = aw_share_combine(got + 1, s->share, s->k);

    for (size_t i = 0; i < s->k; i++)
        all = all && s->is_true[i];
    AW_ASSERT(!all || (st == AW_OK && memcmp(got + 1, key, AW_KEY_LEN) == 0));
    AW_ASSERT(st == AW_OK || st == AW_E_RANGE);
    AW_ASSERT(st != AW_OK || aw_share_is_valid(got));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t indices[TRIED_MAX] = {1, 2, 3, 7, 16, 100, 128, 254, 255};
    struct count count = {0, UINT64_MAX};
    const struct aw_random random = {count_fill, &count};
    struct take in = {data, size};
    uint8_t key[AW_KEY_LEN], state[AW_STATE_LEN], opened[AW_STATE_LEN];
    uint8_t sealed[AW_STATE_SEALED_LEN], made[AW_SHARE_COUNT_MAX][AW_SHARE_LEN];
    struct set s = {.n = 1 + take_byte(&in) % TRIED_MAX};
    enum aw_status st;

    s.k = 1 + take_byte(&in) % s.n;
    for (size_t i = 0; i < s.n; i++)
        s.source[i] = i;
    memset(state, 0x5a, sizeof state);
    memset(opened, 0, sizeof opened);
    st = aw_share_key(key, &random);
    AW_ASSERT(st == AW_OK);
    st = aw_share_split(s.share, indices, s.n, s.k, key, &random);
    AW_ASSERT(st == AW_OK);
    memcpy(made, s.share, sizeof made);
    aw_state_seal(sealed, state, key);
    spoil(&s, &in);

    st = aw_share_open_any(opened, s.share, s.n, s.k, sealed);
    AW_ASSERT(st == AW_OK || st == AW_E_NOT_FOUND);
    AW_ASSERT(st == AW_OK || count_true(&s, made) < s.k);
    AW_ASSERT(st != AW_OK || count_sources(&s) >= s.k);
    if (st == AW_OK)
        AW_ASSERT(memcmp(opened, state, sizeof state) == 0);
    else
        AW_ASSERT(opened[0] == 0 && memcmp(opened, opened + 1, sizeof opened - 1) == 0);
    combine(&s, key);
    return 0;
}
