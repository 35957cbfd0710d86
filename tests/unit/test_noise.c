/* SPDX-License-Identifier: ISC */
#include "test.h"

#include <jansson.h>

#include "base/bytes.h"
#include "crypto/aead.h"
#include "crypto/noise.h"
#include "crypto/verify.h"

#define MESSAGE_CAP 512

static const uint8_t psk_bytes[AW_KEY_LEN] = {9, 9, 9};
static const uint8_t prologue_bytes[] = "allswell/1 test";

struct pair {
    struct aw_noise init, resp;
};

/* Fills in one side from the vector's fields; absent ones stay NULL. */
struct side {
    uint8_t prologue[64], e[32], rs[32], psk[32];
    struct aw_dh_key s;
    struct aw_noise_config config;
};

static bool field(const json_t *v, const char *side, const char *name, uint8_t *out, size_t cap,
                  size_t *len)
{
    char key[64];
    const char *hex;
    int n = snprintf(key, sizeof key, "%s_%s", side, name);

    T_REQUIRE(n > 0 && (size_t)n < sizeof key);
    hex = json_string_value(json_object_get(v, key));
    if (hex == NULL)
        return false;
    *len = t_unhex(hex, out, cap);
    return true;
}

static bool psk_of(const json_t *v, const char *side, uint8_t psk[32])
{
    char key[64];
    json_t *list;
    int n = snprintf(key, sizeof key, "%s_psks", side);

    T_REQUIRE(n > 0 && (size_t)n < sizeof key);
    list = json_object_get(v, key);
    if (json_array_size(list) == 0)
        return false;
    t_unhex(json_string_value(json_array_get(list, 0)), psk, 32);
    return true;
}

static void load_side(struct side *s, const json_t *v, const char *name,
                      enum aw_noise_pattern pattern)
{
    uint8_t sk[32];
    size_t len = 0;

    memset(s, 0, sizeof *s);
    s->config.pattern = pattern;
    s->config.initiator = strcmp(name, "init") == 0;
    T_TRUE(field(v, name, "prologue", s->prologue, sizeof s->prologue, &len));
    s->config.prologue = (struct aw_bytes){s->prologue, len};
    T_TRUE(field(v, name, "ephemeral", s->e, sizeof s->e, &len));
    s->config.e = s->e;
    if (field(v, name, "static", sk, sizeof sk, &len)) {
        aw_dh_from_secret(&s->s, sk);
        s->config.s = &s->s;
    }
    if (field(v, name, "remote_static", s->rs, sizeof s->rs, &len))
        s->config.rs = s->rs;
    if (psk_of(v, name, s->psk))
        s->config.psk = s->psk;
}

static void transport(const uint8_t key[32], uint64_t count, struct aw_bytes plain,
                      const char *want_hex)
{
    uint8_t out[MESSAGE_CAP], nonce[AW_NONCE_LEN] = {0};

    nonce[4] = (uint8_t)count;
    aw_aead_seal(out, out + plain.len, plain.ptr, plain.len, key, nonce,
                 (struct aw_bytes){NULL, 0});
    T_HEX_EQ(out, plain.len + AW_MAC_LEN, want_hex);
}

static void run_vector(const json_t *v, enum aw_noise_pattern pattern)
{
    struct side si, sr;
    struct pair p;
    uint8_t send[2][32], recv[2][32], hash[32], payload[MESSAGE_CAP], got[MESSAGE_CAP];
    uint8_t wire[MESSAGE_CAP];
    size_t i;
    json_t *m;

    load_side(&si, v, "init", pattern);
    load_side(&sr, v, "resp", pattern);
    T_EQ(aw_noise_init(&p.init, &si.config, NULL), AW_OK);
    T_EQ(aw_noise_init(&p.resp, &sr.config, NULL), AW_OK);
    json_array_foreach(json_object_get(v, "messages"), i, m)
    {
        const char *cipher = json_string_value(json_object_get(m, "ciphertext"));
        size_t len =
            t_unhex(json_string_value(json_object_get(m, "payload")), payload, MESSAGE_CAP);
        struct aw_noise *from = i % 2 == 0 ? &p.init : &p.resp;
        struct aw_noise *to = i % 2 == 0 ? &p.resp : &p.init;
        struct aw_buf out = AW_BUF_OF(wire), in = AW_BUF_OF(got);

        if (i < 2) {
            T_EQ(aw_noise_write(from, (struct aw_bytes){payload, len}, &out), AW_OK);
            T_HEX_EQ(out.ptr, out.len, cipher);
            T_EQ(aw_noise_read(to, aw_buf_bytes(&out), &in), AW_OK);
            T_EQ(in.len, len);
            T_MEM_EQ(got, payload, len);
            continue;
        }
        if (i == 2) {
            aw_noise_split(&p.init, send[0], recv[0]);
            aw_noise_split(&p.resp, send[1], recv[1]);
            T_MEM_EQ(send[0], recv[1], 32);
            T_MEM_EQ(send[1], recv[0], 32);
        }
        transport(send[i % 2], (i - 2) / 2, (struct aw_bytes){payload, len}, cipher);
    }
    aw_noise_hash(&p.init, hash);
    T_HEX_EQ(hash, 32, json_string_value(json_object_get(v, "handshake_hash")));
    aw_noise_hash(&p.resp, hash);
    T_HEX_EQ(hash, 32, json_string_value(json_object_get(v, "handshake_hash")));
}

/* Goal: the handshakes are Noise, byte for byte, up to the transport messages.
 * Method: every vector of our three patterns, both sides. */
static void test_vectors(void)
{
    static const struct {
        const char *name;
        enum aw_noise_pattern pattern;
    } ours[] = {{"Noise_NK_25519_ChaChaPoly_SHA256", AW_NOISE_NK},
                {"Noise_IKpsk1_25519_ChaChaPoly_SHA256", AW_NOISE_IKPSK1},
                {"Noise_KKpsk0_25519_ChaChaPoly_SHA256", AW_NOISE_KKPSK0}};
    char *json = t_read_data("noise-25519-chachapoly-sha256.json", NULL);
    json_t *root = json_loads(json, 0, NULL), *v;
    unsigned count[3] = {0};
    size_t i;

    T_REQUIRE(root != NULL);
    json_array_foreach(json_object_get(root, "vectors"), i, v)
    {
        const char *name = json_string_value(json_object_get(v, "protocol_name"));

        for (size_t k = 0; k < 3; k++) {
            if (strcmp(name, ours[k].name) == 0) {
                run_vector(v, ours[k].pattern);
                count[k]++;
            }
        }
    }
    T_TRUE(count[0] > 0 && count[1] > 0 && count[2] > 0);
    json_decref(root);
    free(json);
}

static void setup(struct pair *p, enum aw_noise_pattern pattern, uint64_t seed)
{
    struct t_rng rng = t_rng(seed);
    struct aw_random random = t_random(&rng);
    struct aw_dh_key si, sr;
    struct aw_noise_config ci = {.pattern = pattern, .initiator = true};
    struct aw_noise_config cr = {.pattern = pattern};

    T_EQ(aw_dh_keypair(&si, &random), AW_OK);
    T_EQ(aw_dh_keypair(&sr, &random), AW_OK);
    ci.prologue = cr.prologue = AW_BYTES_OF(prologue_bytes);
    ci.rs = sr.pk;
    cr.s = &sr;
    if (pattern != AW_NOISE_NK) {
        ci.s = &si;
        ci.psk = cr.psk = psk_bytes;
    }
    if (pattern == AW_NOISE_KKPSK0)
        cr.rs = si.pk;
    T_EQ(aw_noise_init(&p->init, &ci, &random), AW_OK);
    T_EQ(aw_noise_init(&p->resp, &cr, &random), AW_OK);
}

/* Reads every damaged form of `wire`; none may pass, none may change the reader. */
static void damage(struct aw_noise *reader, uint8_t *wire, size_t wire_len)
{
    uint8_t space[MESSAGE_CAP], before[MESSAGE_CAP];
    const struct aw_noise saved = *reader;
    struct aw_buf payload = AW_BUF_OF(space);

    memset(space, 0x55, sizeof space);
    memcpy(before, space, sizeof space);
    for (size_t bit = 0; bit < 8 * wire_len; bit += t_step(7)) {
        enum aw_status st;

        wire[bit / 8] ^= (uint8_t)(1u << bit % 8);
        st = aw_noise_read(reader, (struct aw_bytes){wire, wire_len}, &payload);
        T_EQ(st, AW_E_AUTH);
        wire[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t len = 0; len < wire_len; len++) {
        enum aw_status st = aw_noise_read(reader, (struct aw_bytes){wire, len}, &payload);

        T_EQ(st, len < aw_noise_overhead(reader) ? AW_E_FORMAT : AW_E_AUTH);
    }
    T_MEM_EQ(reader, &saved, sizeof saved);
    T_MEM_EQ(space, before, sizeof space);
    T_EQ(payload.len, 0);
}

/* Goal: no damaged or cut message is accepted, and the reader stays able to take the true one.
 * Method: each bit and each length of both messages of each pattern. */
static void test_damage_changes_nothing(void)
{
    static const uint8_t text[] = "payload";

    for (int pattern = AW_NOISE_NK; pattern <= AW_NOISE_KKPSK0; pattern++) {
        uint8_t wire[MESSAGE_CAP], space[MESSAGE_CAP], hash[2][AW_HASH_LEN];
        struct pair p;

        setup(&p, (enum aw_noise_pattern)pattern, 5);
        for (int step = 0; step < 2; step++) {
            struct aw_noise *from = step == 0 ? &p.init : &p.resp;
            struct aw_noise *to = step == 0 ? &p.resp : &p.init;
            struct aw_buf out = AW_BUF_OF(wire), in = AW_BUF_OF(space);

            T_EQ(aw_noise_write(from, AW_BYTES_OF(text), &out), AW_OK);
            damage(to, wire, out.len);
            T_EQ(aw_noise_read(to, aw_buf_bytes(&out), &in), AW_OK);
            T_EQ(in.len, sizeof text);
            T_MEM_EQ(space, text, sizeof text);
        }
        T_TRUE(aw_noise_is_done(&p.init) && aw_noise_is_done(&p.resp));
        aw_noise_hash(&p.init, hash[0]);
        aw_noise_hash(&p.resp, hash[1]);
        T_MEM_EQ(hash[0], hash[1], AW_HASH_LEN);
    }
}

/* Goal: another prologue, pre-shared key or static key ends in AW_E_AUTH.
 * Method: one field of the responder's state altered through its configuration. */
static void test_mismatch(void)
{
    for (int pattern = AW_NOISE_NK; pattern <= AW_NOISE_KKPSK0; pattern++) {
        uint8_t wire[MESSAGE_CAP], space[MESSAGE_CAP];
        struct pair a, b;
        struct aw_buf out = AW_BUF_OF(wire), in = AW_BUF_OF(space);

        setup(&a, (enum aw_noise_pattern)pattern, 6);
        setup(&b, (enum aw_noise_pattern)pattern, 7); /* other static keys */
        T_EQ(aw_noise_write(&a.init, AW_BYTES_OF(psk_bytes), &out), AW_OK);
        T_EQ(aw_noise_read(&b.resp, aw_buf_bytes(&out), &in), AW_E_AUTH);
        a.resp.h[0] ^= 1; /* as another prologue would have left it */
        T_EQ(aw_noise_read(&a.resp, aw_buf_bytes(&out), &in), AW_E_AUTH);
        a.resp.h[0] ^= 1;
        a.resp.psk[0] ^= 1;
        T_EQ(aw_noise_read(&a.resp, aw_buf_bytes(&out), &in),
             pattern == AW_NOISE_NK ? AW_OK : AW_E_AUTH);
    }
}

/* Goal: calls out of turn and small buffers are refused and change nothing; the keys
 * of the peer are known at the end. Method: every wrong call at every step of IKpsk1. */
static void test_order_and_space(void)
{
    uint8_t wire[MESSAGE_CAP], space[MESSAGE_CAP], k[32];
    struct aw_buf out = AW_BUF_OF(wire), in = AW_BUF_OF(space);
    struct aw_buf tight = {wire, 95, 0};
    const struct aw_bytes none = {NULL, 0};
    struct pair p;

    setup(&p, AW_NOISE_IKPSK1, 8);
    T_EQ(aw_noise_overhead(&p.init), AW_NOISE_OVERHEAD_MAX);
    T_EQ(aw_noise_write(&p.resp, none, &out), AW_E_STATE);
    T_EQ(aw_noise_read(&p.init, none, &in), AW_E_STATE);
    T_EQ(aw_noise_write(&p.init, none, &tight), AW_E_SPACE);
    T_EQ(tight.len, 0);
    T_EQ(aw_noise_write(&p.init, (struct aw_bytes){space, AW_NOISE_MESSAGE_MAX}, &out), AW_E_SPACE);
    T_EQ(aw_noise_write(&p.init, none, &out), AW_OK);
    T_EQ(aw_noise_write(&p.init, none, &out), AW_E_STATE);
    T_EQ(aw_noise_read(&p.resp, aw_buf_bytes(&out), &in), AW_OK);
    out.len = 0;
    T_EQ(aw_noise_write(&p.resp, AW_BYTES_OF(psk_bytes), &out), AW_OK);
    in = (struct aw_buf){space, sizeof psk_bytes - 1, 0};
    T_EQ(aw_noise_read(&p.init, aw_buf_bytes(&out), &in), AW_E_SPACE);
    in = AW_BUF_OF(space);
    T_EQ(aw_noise_read(&p.init, aw_buf_bytes(&out), &in), AW_OK);
    aw_noise_remote_static(&p.resp, k);
    T_MEM_EQ(k, p.init.s.pk, 32);
    aw_noise_remote_ephemeral(&p.resp, k);
    T_MEM_EQ(k, p.init.e.pk, 32);
    aw_noise_remote_ephemeral(&p.init, k);
    T_MEM_EQ(k, p.resp.e.pk, 32);
    T_EQ(aw_noise_overhead(&p.init), 0);
    T_EQ(aw_noise_write(&p.init, none, &out), AW_E_STATE);
    T_EQ(aw_noise_read(&p.resp, aw_buf_bytes(&out), &in), AW_E_STATE);
}

/* Goal: a pairing survives a restart between its messages; junk is not loaded as one.
 * Method: save and load the initiator between its messages; then every other value of each small
 * field of the stored form. A state before the first message is among them: loaded twice, it
 * would send two messages under one ephemeral key. */
static void test_save_and_load(void)
{
    uint8_t wire[MESSAGE_CAP], stored[AW_NOISE_STATE_LEN], one[32], two[32];
    struct aw_buf out = AW_BUF_OF(wire), in = {NULL, 0, 0};
    struct aw_noise other;
    struct pair p;

    setup(&p, AW_NOISE_KKPSK0, 9);
    T_EQ(aw_noise_write(&p.init, (struct aw_bytes){NULL, 0}, &out), AW_OK);
    T_EQ(aw_noise_read(&p.resp, aw_buf_bytes(&out), &in), AW_OK);
    aw_noise_save(&p.init, stored);
    aw_noise_wipe(&p.init);
    T_TRUE(aw_secret_is_zero(&p.init, sizeof p.init));
    T_EQ(aw_noise_load(&p.init, stored), AW_OK);
    out.len = 0;
    T_EQ(aw_noise_write(&p.resp, (struct aw_bytes){NULL, 0}, &out), AW_OK);
    T_EQ(aw_noise_read(&p.init, aw_buf_bytes(&out), &in), AW_OK);
    aw_noise_split(&p.init, one, two);

    for (size_t i = 0; i < 4; i++) {
        uint8_t was = stored[i];

        for (unsigned value = 0; value < 256; value++) {
            bool is_good = value == was || (i == 0 && value >= 1 && value <= 3);

            stored[i] = (uint8_t)value;
            T_EQ(aw_noise_load(&other, stored), is_good ? AW_OK : AW_E_FORMAT);
            T_TRUE(is_good || aw_secret_is_zero(&other, sizeof other));
        }
        stored[i] = was;
    }
}

/* Goal: a peer that sends a point of small order is refused; so is one whose static key is.
 * Method: u = 0 as ephemeral key in an otherwise plausible message, and as relay key. */
static void test_small_order(void)
{
    static const uint8_t zero[AW_KEY_LEN];
    uint8_t wire[MESSAGE_CAP] = {0}, space[MESSAGE_CAP];
    struct aw_buf in = AW_BUF_OF(space), out = AW_BUF_OF(space);
    struct t_rng rng = t_rng(10);
    struct aw_random random = t_random(&rng);
    const struct aw_noise_config config = {.pattern = AW_NOISE_NK, .initiator = true, .rs = zero};
    struct pair p;

    setup(&p, AW_NOISE_NK, 10);
    T_EQ(aw_noise_read(&p.resp, (struct aw_bytes){wire, 48}, &in), AW_E_AUTH);
    T_EQ(p.resp.step, 0);
    T_EQ(aw_noise_init(&p.init, &config, &random), AW_OK);
    T_EQ(aw_noise_write(&p.init, (struct aw_bytes){NULL, 0}, &out), AW_E_AUTH);
    T_EQ(out.len, 0);
    rng.fills_left = 0;
    T_EQ(aw_noise_init(&p.init, &config, &random), AW_E_ENTROPY);
    T_TRUE(aw_secret_is_zero(&p.init, sizeof p.init));
}

int main(void)
{
    T_REQUIRE(aw_crypto_init() == AW_OK);
    T_RUN(test_vectors);
    T_RUN(test_damage_changes_nothing);
    T_RUN(test_mismatch);
    T_RUN(test_order_and_space);
    T_RUN(test_save_and_load);
    T_RUN(test_small_order);
    return t_end();
}
