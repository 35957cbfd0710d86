/* SPDX-License-Identifier: ISC */
/* The invite as a URI (spec/04-pairing.md §2). */
#include <allswell/invite.h>

#include "base/bytes.h"
#include "core/base64.h"
#include "crypto/labels.h"
#include "crypto/verify.h"
#include "support/pair.h"
#include "test.h"
#include "wire/wr.h"

#define T0_MS PAIR_T0_MS

static struct aw_invite sample(void)
{
    struct t_rng rng = t_rng(5);
    struct aw_invite invite = pair_draft();

    invite.version = AW_INVITE_VERSION;
    t_rng_bytes(&rng, invite.subject_key, sizeof invite.subject_key);
    t_rng_bytes(&rng, invite.psk, sizeof invite.psk);
    return invite;
}

static struct aw_invite largest(void)
{
    struct aw_invite invite = sample();

    invite.relays_count = AW_ENDPOINT_COUNT_MAX;
    for (size_t i = 0; i < AW_ENDPOINT_COUNT_MAX; i++)
        memset(invite.relays[i].address, 'a', AW_ADDRESS_LEN_MAX);
    memset(invite.name, 'n', AW_NAME_LEN_MAX);
    return invite;
}

/* "allswell:" around any bytes, with the right checksum. */
static struct aw_bytes wrap(const uint8_t *message, size_t len, uint8_t *space, size_t cap)
{
    struct aw_buf uri = {space, cap, 0};
    uint8_t binary[1024], hash[AW_HASH_LEN];

    memcpy(binary, message, len);
    aw_hash(hash, AW_LABEL_HASH_INVITE, (struct aw_bytes){message, len});
    memcpy(binary + len, hash, 4);
    T_EQ(aw_buf_put(&uri, (struct aw_bytes){(const uint8_t *)"allswell:", 9}), AW_OK);
    T_EQ(aw_base64_encode((struct aw_bytes){binary, len + 4}, &uri), AW_OK);
    return aw_buf_bytes(&uri);
}

/* Goal: what is encoded decodes to the same, the longest invite fills the stated length, and
 * its text can be pasted with white space and another case of the scheme.
 * Method: a small and the largest invite. */
static void test_round_trip(void)
{
    const struct aw_invite invites[] = {sample(), largest()};

    for (size_t i = 0; i < 2; i++) {
        uint8_t space[AW_INVITE_URI_MAX + 16];
        struct aw_buf uri = {space + 4, AW_INVITE_URI_MAX, 0};
        struct aw_invite back;

        T_EQ(aw_invite_encode(&invites[i], &uri), AW_OK);
        T_TRUE(i == 0 || uri.len == AW_INVITE_URI_MAX);
        T_EQ(aw_invite_decode(&back, aw_buf_bytes(&uri), T0_MS), AW_OK);
        T_MEM_EQ(&back, &invites[i], sizeof back);

        memcpy(space, " \r\n\t", 4);
        memcpy(space + 4 + uri.len, "  \n", 3);
        memcpy(space + 4, "Allswell:", 9);
        T_EQ(aw_invite_decode(&back, (struct aw_bytes){space, uri.len + 7}, T0_MS), AW_OK);
        T_MEM_EQ(&back, &invites[i], sizeof back);

        uri.cap = uri.len - 1;
        uri.len = 0;
        T_EQ(aw_invite_encode(&invites[i], &uri), AW_E_SPACE);
        T_EQ(uri.len, 0);
    }
}

/* Goal: every truncation and every changed character is refused.
 * Method: each prefix; each character replaced by each other of the alphabet. */
static void test_damage(void)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ %\n";
    const struct aw_invite invite = sample(), zero = {0};
    uint8_t space[AW_INVITE_URI_MAX];
    struct aw_buf uri = AW_BUF_OF(space);
    struct aw_invite back;

    T_EQ(aw_invite_encode(&invite, &uri), AW_OK);
    for (size_t len = 0; len < uri.len; len++) {
        back = invite;
        T_EQ(aw_invite_decode(&back, (struct aw_bytes){space, len}, T0_MS), AW_E_FORMAT);
        T_MEM_EQ(&back, &zero, sizeof back);
    }
    for (size_t at = 9; at < uri.len; at++) {
        uint8_t kept = space[at];

        for (size_t i = 0; i < sizeof alphabet - 1; i++) {
            space[at] = (uint8_t)alphabet[i];
            if (space[at] == kept || (at + 1 == uri.len && alphabet[i] == '\n') ||
                (at + 1 == uri.len && alphabet[i] == ' '))
                continue;
            T_EQ(aw_invite_decode(&back, aw_buf_bytes(&uri), T0_MS), AW_E_FORMAT);
        }
        space[at] = kept;
    }
}

/* Goal: expired, newer and foreign invites each get their own status.
 * Method: the last second before and the first of expiry; a map of version 2; other URIs; good
 * checksums around bytes that are no invite. */
static void test_statuses(void)
{
    static const char *const foreign[] = {"https://allswell.example/i",
                                          "allswell:",
                                          "allswell",
                                          "mailto:x",
                                          "",
                                          "allswell:AAAA",
                                          "allswell:A"};
    static const uint8_t newer[] = {0xa2, 0x00, 0x02, 0x01, 0x41, 0x00};
    static const uint8_t older[] = {0xa1, 0x00, 0x00};
    static const uint8_t none[] = {0xa1, 0x01, 0x02};
    const struct aw_invite invite = sample();
    uint8_t space[AW_INVITE_URI_MAX];
    struct aw_buf uri = AW_BUF_OF(space);
    uint64_t end_ms = (uint64_t)invite.expires_at * 1000;
    struct aw_invite back;

    T_EQ(aw_invite_encode(&invite, &uri), AW_OK);
    T_EQ(aw_invite_decode(&back, aw_buf_bytes(&uri), end_ms - 1), AW_OK);
    T_EQ(aw_invite_decode(&back, aw_buf_bytes(&uri), end_ms), AW_E_STALE);
    T_STR_EQ(back.name, invite.name);

    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        T_EQ(aw_invite_decode(
                 &back, (struct aw_bytes){(const uint8_t *)foreign[i], strlen(foreign[i])}, T0_MS),
             AW_E_FORMAT);
    T_EQ(aw_invite_decode(&back, wrap(newer, sizeof newer, space, sizeof space), T0_MS),
         AW_E_VERSION);
    T_EQ(aw_invite_decode(&back, wrap(older, sizeof older, space, sizeof space), T0_MS),
         AW_E_FORMAT);
    T_EQ(aw_invite_decode(&back, wrap(none, sizeof none, space, sizeof space), T0_MS), AW_E_FORMAT);
}

/* Goal: an invite outside the grammar is not encoded.
 * Method: no relay, too many, no name, a short address, another version. */
static void test_bad_fields(void)
{
    uint8_t space[AW_INVITE_URI_MAX];
    struct aw_buf uri = AW_BUF_OF(space);
    struct aw_invite invite = sample();

    invite.relays_count = 0;
    T_EQ(aw_invite_encode(&invite, &uri), AW_E_RANGE);
    invite.relays_count = AW_ENDPOINT_COUNT_MAX + 1;
    T_EQ(aw_invite_encode(&invite, &uri), AW_E_RANGE);
    invite = sample();
    invite.name[0] = '\0';
    T_EQ(aw_invite_encode(&invite, &uri), AW_E_RANGE);
    invite = sample();
    memcpy(invite.relays[0].address, "x", 2);
    T_EQ(aw_invite_encode(&invite, &uri), AW_E_RANGE);
    invite = sample();
    invite.version = 2;
    T_EQ(aw_invite_encode(&invite, &uri), AW_E_RANGE);
    T_EQ(uri.len, 0);
}

/* Goal: base64url agrees with RFC 4648 §10 (without padding), and has one text for each value.
 * Method: its examples; unused bits that are not zero; impossible lengths. */
static void test_base64(void)
{
    static const char *const pairs[][2] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};
    static const char *const bad[] = {"Zh", "Zm9", "A", "Zm9vY", "Z=", "Zg==", "Z+"};
    uint8_t space[16];

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct aw_bytes plain = {(const uint8_t *)pairs[i][0], strlen(pairs[i][0])};
        struct aw_bytes text = {(const uint8_t *)pairs[i][1], strlen(pairs[i][1])};
        struct aw_buf out = AW_BUF_OF(space);

        T_EQ(aw_base64_encode(plain, &out), AW_OK);
        T_TRUE(aw_bytes_equal(aw_buf_bytes(&out), text));
        out.len = 0;
        T_EQ(aw_base64_decode(text, &out), AW_OK);
        T_TRUE(aw_bytes_equal(aw_buf_bytes(&out), plain));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct aw_buf out = AW_BUF_OF(space);

        T_EQ(aw_base64_decode((struct aw_bytes){(const uint8_t *)bad[i], strlen(bad[i])}, &out),
             AW_E_FORMAT);
        T_EQ(out.len, 0);
    }
}

int main(void)
{
    T_RUN(test_round_trip);
    T_RUN(test_damage);
    T_RUN(test_statuses);
    T_RUN(test_bad_fields);
    T_RUN(test_base64);
    return t_end();
}
