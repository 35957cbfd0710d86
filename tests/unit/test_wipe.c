/* SPDX-License-Identifier: ISC */
#include "test.h"

#include <allswell/contact.h>
#include <allswell/invite.h>
#include <allswell/link.h>
#include <allswell/subject.h>

#include "core/channel.h"
#include "core/channel_internal.h"
#include "core/epoch.h"
#include "core/pairing.h"
#include "core/words.h"
#include "crypto/noise.h"
#include "crypto/verify.h"

/* Fills an object, wipes it, and looks for what is left. */
#define WIPES(type, wipe)                                                                          \
    do {                                                                                           \
        static struct type object;                                                                 \
                                                                                                   \
        memset(&object, 0xa5, sizeof object);                                                      \
        wipe(&object);                                                                             \
        T_TRUE(aw_secret_is_zero(&object, sizeof object));                                         \
    } while (0)

/* Goal: an object with secrets holds no byte of them after its wipe, whatever state it was in.
 * Method: every byte set, then every byte looked at. */
static void test_objects(void)
{
    WIPES(aw_noise, aw_noise_wipe);
    WIPES(aw_link, aw_link_wipe);
    WIPES(aw_invite, aw_invite_wipe);
    WIPES(aw_epoch, aw_epoch_wipe);
    WIPES(aw_resume_side, aw_resume_side_wipe);
    WIPES(aw_channel, aw_channel_wipe);
    WIPES(aw_words_out, aw_words_out_wipe);
    WIPES(aw_inviting, aw_inviting_wipe);
    WIPES(aw_joining, aw_joining_wipe);
    WIPES(aw_subject, aw_subject_wipe);
    WIPES(aw_contact, aw_contact_wipe);
}

/* Goal: a ratchet that is given up keeps no key. Method: the two keys of it. */
static void test_ratchet(void)
{
    struct aw_ratchet r;

    memset(&r, 0xa5, sizeof r);
    aw_ratchet_kill(&r);
    T_TRUE(!r.live);
    T_TRUE(aw_secret_is_zero(r.header_key, sizeof r.header_key));
    T_TRUE(aw_secret_is_zero(r.chain, sizeof r.chain));
}

/* Goal: what fails leaves no key behind. Method: no random bytes, no room, a relay key of small
 * order. */
static void test_failures(void)
{
    static const uint8_t zero[AW_LINK_KEY_LEN];
    uint8_t sk[AW_LINK_KEY_LEN], pk[AW_LINK_KEY_LEN], space[256];
    struct t_rng rng = t_rng(1);
    const struct aw_random random = t_random(&rng);
    struct aw_buf out = {space, sizeof space, 0}, full = {space, 0, 0};
    struct aw_dh_key key;
    struct aw_link link;

    memset(&link, 0xa5, sizeof link);
    T_EQ(aw_link_client_init(&link, zero, &random, (struct aw_bytes){NULL, 0}, &out), AW_E_AUTH);
    T_TRUE(aw_secret_is_zero(&link, sizeof link));
    memset(&link, 0xa5, sizeof link);
    T_EQ(aw_link_client_init(&link, zero, &random, (struct aw_bytes){NULL, 0}, &full), AW_E_SPACE);
    T_TRUE(aw_secret_is_zero(&link, sizeof link));

    rng.fills_left = 0;
    memset(&key, 0xa5, sizeof key);
    T_EQ(aw_dh_keypair(&key, &random), AW_E_ENTROPY);
    T_TRUE(aw_secret_is_zero(&key, sizeof key));
    memset(sk, 0xa5, sizeof sk);
    T_EQ(aw_link_keypair(sk, pk, &random), AW_E_ENTROPY);
    T_TRUE(aw_secret_is_zero(sk, sizeof sk));
}

int main(void)
{
    T_REQUIRE(aw_crypto_init() == AW_OK);
    T_RUN(test_objects);
    T_RUN(test_ratchet);
    T_RUN(test_failures);
    return t_end();
}
