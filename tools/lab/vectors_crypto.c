/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/cell.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/presence.h"
#include "crypto/share.h"
#include "crypto/verify.h"

#include <allswell/link.h>
#include <string.h>

/* Vectors of the constructions below the protocol (spec/09-crypto.md). */

void lab_vectors_kdf(struct vec *v)
{
    uint8_t key[AW_KEY_LEN], context[20], out[64], chain[AW_KEY_LEN], message_key[AW_KEY_LEN];
    char label[40] = AW_LABEL_WORDS;
    unsigned i;

    vec_enter(v, "labelled");
    vec_in(v, "key", key, sizeof key);
    vec_in_text(v, "label", label, sizeof label);
    vec_in(v, "context", context, sizeof context);
    aw_kdf(out, sizeof out, key, label, AW_BYTES_OF(context));
    vec_out(v, "output", AW_BYTES_OF(out));
    vec_leave(v);

    vec_enter(v, "extract");
    vec_in(v, "salt", chain, sizeof chain);
    vec_in(v, "material", key, sizeof key);
    aw_kdf_extract(out, AW_BYTES_OF(chain), AW_BYTES_OF(key));
    vec_out(v, "output", (struct aw_bytes){out, AW_KEY_LEN});
    vec_leave(v);

    vec_enter(v, "chain");
    vec_in(v, "chain_0", chain, sizeof chain);
    for (i = 0; i < 3; i++) {
        static const char *const next[] = {"chain_1", "chain_2", "chain_3"};
        static const char *const message[] = {"message_key_0", "message_key_1", "message_key_2"};

        aw_chain_step(chain, message_key);
        vec_out(v, message[i], AW_BYTES_OF(message_key));
        vec_out(v, next[i], AW_BYTES_OF(chain));
    }
    aw_chain_skip(chain, 1000);
    vec_out(v, "chain_1003", AW_BYTES_OF(chain));
    vec_leave(v);

    vec_enter(v, "hash");
    vec_in(v, "capability", key, sizeof key);
    aw_capability_hash(out, key);
    vec_out(v, "capability_hash", (struct aw_bytes){out, AW_HASH_LEN});
    vec_leave(v);
}

static void one_cell(struct vec *v, const char *name, size_t cell_len)
{
    static uint8_t cell[AW_CELL_BULK_LEN], plain[AW_CELL_BULK_PLAIN_LEN];
    uint8_t header_key[AW_KEY_LEN], message_key[AW_KEY_LEN], nonce[AW_NONCE_LEN], content[40];
    uint64_t index = 70000;
    uint32_t seen = 0;
    enum aw_status st;

    vec_enter(v, name);
    vec_in(v, "header_key", header_key, sizeof header_key);
    vec_in(v, "message_key", message_key, sizeof message_key);
    vec_in(v, "nonce", nonce, sizeof nonce);
    vec_in_uint(v, "index", &index);
    vec_in(v, "content", content, sizeof content);
    st = aw_cell_seal(cell, cell_len, header_key, message_key, (uint32_t)index, nonce,
                      AW_BYTES_OF(content));
    vec_out_status(v, "sealed", st);
    vec_out(v, "head", (struct aw_bytes){cell + AW_NONCE_LEN, AW_CELL_HEAD_LEN});
    vec_out(v, "cell", (struct aw_bytes){cell, cell_len});
    st = aw_cell_peek(cell, cell_len, header_key, &seen);
    vec_out_status(v, "peeked", st);
    vec_out_uint(v, "peeked_index", seen);
    st = aw_cell_open(plain, cell, cell_len, message_key);
    vec_out_status(v, "opened", st);

    cell[AW_NONCE_LEN] ^= 1; /* the index */
    vec_out_status(v, "index_flipped", aw_cell_peek(cell, cell_len, header_key, &seen));
    cell[AW_NONCE_LEN] ^= 1;
    cell[cell_len - 1] ^= 0x80; /* the tag */
    vec_out_status(v, "tag_flipped", aw_cell_open(plain, cell, cell_len, message_key));
    vec_leave(v);
}

void lab_vectors_cell(struct vec *v)
{
    one_cell(v, "small", AW_CELL_LEN);
    one_cell(v, "bulk", AW_CELL_BULK_LEN);
}

void lab_vectors_shares(struct vec *v)
{
    uint8_t key[AW_KEY_LEN], state[AW_STATE_LEN], sealed[AW_STATE_SEALED_LEN], again[AW_KEY_LEN];
    uint8_t share[5][AW_SHARE_LEN], some[3][AW_SHARE_LEN];
    uint8_t card[50], sealed_card[sizeof card + AW_CARD_SEAL_LEN];
    static const uint8_t indices[5] = {1, 2, 3, 4, 5};
    struct aw_random random = vec_random(v);
    enum aw_status st;
    size_t i;

    vec_enter(v, "three_of_five");
    st = aw_share_key(key, &random);
    vec_out_status(v, "drawn", st);
    vec_out(v, "key", AW_BYTES_OF(key));
    st = aw_share_split(share, indices, 5, 3, key, &random);
    vec_out_status(v, "split", st);
    for (i = 0; i < 5; i++) {
        static const char *const name[] = {"share_1", "share_2", "share_3", "share_4", "share_5"};

        vec_out(v, name[i], AW_BYTES_OF(share[i]));
    }
    for (i = 0; i < 3; i++)
        memcpy(some[i], share[2 * i], AW_SHARE_LEN);
    st = aw_share_combine(again, some, 3);
    vec_out_status(v, "combined_1_3_5", st);
    vec_out(v, "combined_key", AW_BYTES_OF(again));

    vec_in(v, "state", state, sizeof state);
    aw_state_seal(sealed, state, key);
    vec_out(v, "sealed_state", AW_BYTES_OF(sealed));
    aw_state_seal_coarse(sealed, state, key);
    vec_out(v, "sealed_coarse", AW_BYTES_OF(sealed));

    memcpy(some[1], some[0], AW_SHARE_LEN);
    vec_out_status(v, "index_twice", aw_share_combine(again, some, 3));
    memset(some[1], 0xff, AW_SHARE_LEN); /* above the group order */
    vec_out_status(v, "not_canonical", aw_share_combine(again, some, 3));
    vec_leave(v);

    vec_enter(v, "card");
    vec_note(v, "under the key above; random_1 is the card key");
    vec_in(v, "card", card, sizeof card);
    vec_out_status(v, "sealed", aw_card_seal(sealed_card, AW_BYTES_OF(card), key, &random));
    vec_out(v, "sealed_card", AW_BYTES_OF(sealed_card));
    vec_leave(v);
}

static const char *verdict_name(enum aw_presence_verdict verdict)
{
    switch (verdict) {
    case AW_PRESENCE_WRONG:
        return "wrong";
    case AW_PRESENCE_SAFE:
        return "safe";
    case AW_PRESENCE_DURESS:
        return "duress";
    }
    return "none";
}

static void derive(struct vec *v, const char *name, char *secret, size_t cap,
                   const uint8_t salt[AW_PRESENCE_SALT_LEN], uint8_t key[AW_KEY_LEN])
{
    char out_name[40];
    enum aw_status st;

    vec_in_text(v, name, secret, cap);
    st = aw_presence_derive(key, (struct aw_bytes){(const uint8_t *)secret, strlen(secret)}, salt,
                            NULL, AW_PRESENCE_STANDARD);
    (void)snprintf(out_name, sizeof out_name, "%s_derived", name);
    vec_out_status(v, out_name, st);
    (void)snprintf(out_name, sizeof out_name, "%s_presence_key", name);
    vec_out(v, out_name, (struct aw_bytes){key, AW_KEY_LEN});
}

void lab_vectors_presence(struct vec *v)
{
    char safe_secret[40] = "kettle on the stove", duress_secret[40] = "all quiet here";
    uint8_t salt[AW_PRESENCE_SALT_LEN], tweak[AW_PRESENCE_TWEAK_LEN], channel_id[AW_HASH_LEN];
    uint8_t key[2][AW_KEY_LEN], sk[AW_KEY_LEN], act[AW_HASH_LEN];
    struct aw_presence_keys keys = {.circle = true}, seen = {0};
    uint8_t e[AW_KEY_LEN], mac[AW_PRESENCE_MAC_LEN], blob[AW_PRESENCE_BLOB_LEN];
    struct aw_random random = vec_random(v);
    struct aw_dh_key accept, point;

    vec_enter(v, "keys");
    vec_in(v, "salt", salt, sizeof salt);
    derive(v, "safe_secret", safe_secret, sizeof safe_secret, salt, key[0]);
    derive(v, "duress_secret", duress_secret, sizeof duress_secret, salt, key[1]);
    vec_in(v, "tweak", tweak, sizeof tweak);
    vec_out_uint(v, "safe_picture", aw_presence_picture(key[0], tweak));
    vec_out_uint(v, "duress_picture", aw_presence_picture(key[1], tweak));
    vec_in(v, "channel_id", channel_id, sizeof channel_id);
    vec_in(v, "circle_key", keys.circle_key, sizeof keys.circle_key);
    aw_presence_contact_key(keys.safe_key, key[0], channel_id);
    aw_presence_contact_key(keys.duress_key, key[1], channel_id);
    vec_out(v, "safe_contact_key", AW_BYTES_OF(keys.safe_key));
    vec_out(v, "duress_contact_key", AW_BYTES_OF(keys.duress_key));
    aw_presence_point(&point, keys.circle_key, channel_id);
    vec_out(v, "point_secret", AW_BYTES_OF(point.sk));
    vec_out(v, "point", AW_BYTES_OF(point.pk));
    vec_leave(v);

    vec_enter(v, "mac_and_blob");
    vec_note(v, "random_1 is the ephemeral secret; the word is typed with the duress secret");
    vec_in(v, "accept_secret", sk, sizeof sk);
    vec_in(v, "act_hash", act, sizeof act);
    aw_dh_from_secret(&accept, sk);
    vec_out(v, "accept", AW_BYTES_OF(accept.pk));
    vec_out_status(v, "made",
                   aw_presence_make(e, mac, blob, accept.pk, point.pk, keys.duress_key, act, 1,
                                    &keys, &random));
    vec_out(v, "e", AW_BYTES_OF(e));
    vec_out(v, "mac", AW_BYTES_OF(mac));
    vec_out(v, "blob", AW_BYTES_OF(blob));
    vec_out_status(v, "blob_opened", aw_presence_blob_open(&seen, &accept, e, blob));
    vec_out_text(v, "verdict",
                 verdict_name(aw_presence_judge(&accept, e, mac, &seen, channel_id, act)));
    act[0] ^= 1;
    vec_out_text(v, "verdict_over_another_act",
                 verdict_name(aw_presence_judge(&accept, e, mac, &seen, channel_id, act)));
    blob[112] ^= 1;
    vec_out_status(v, "blob_damaged", aw_presence_blob_open(&seen, &accept, e, blob));
    vec_leave(v);
}

void lab_vectors_link(struct vec *v)
{
    uint8_t secret_key[AW_LINK_KEY_LEN], public_key[AW_LINK_KEY_LEN], request[60];
    uint8_t first[AW_LINK_FIRST_FRAME_MAX], answer[AW_LINK_ANSWER_LEN], frame[128];
    struct aw_buf first_buf = AW_BUF_OF(first), answer_buf = AW_BUF_OF(answer);
    struct aw_random random = vec_random(v);
    struct aw_link client, server;
    struct aw_bytes plain = {NULL, 0};
    size_t frame_len = 0;

    vec_enter(v, "handshake");
    vec_note(v, "random_1 is the client's ephemeral secret, random_2 the relay's");
    vec_in(v, "relay_secret", secret_key, sizeof secret_key);
    vec_out_status(v, "keyed", aw_link_public_key(public_key, secret_key));
    vec_out(v, "relay_key", AW_BYTES_OF(public_key));
    vec_in(v, "first_plaintext", request, sizeof request);
    vec_out_status(
        v, "started",
        aw_link_client_init(&client, public_key, &random, AW_BYTES_OF(request), &first_buf));
    vec_out(v, "first_frame", aw_buf_bytes(&first_buf));
    vec_out_status(v, "server_started", aw_link_server_init(&server, secret_key, public_key));
    vec_out_status(v, "accepted",
                   aw_link_accept(&server, first, first_buf.len, &random, &plain, &answer_buf));
    vec_out(v, "accepted_plaintext", plain);
    vec_out(v, "answer_frame", aw_buf_bytes(&answer_buf));
    vec_out_status(v, "finished", aw_link_finish(&client, answer, answer_buf.len));
    vec_leave(v);

    vec_enter(v, "frames");
    vec_in(v, "plaintext", frame + AW_LINK_HEADER_LEN, 64);
    vec_out_status(v, "client_sealed", aw_link_seal(&client, frame, sizeof frame, 64, &frame_len));
    vec_out(v, "client_frame_0", (struct aw_bytes){frame, frame_len});
    vec_out_status(v, "relay_opened", aw_link_open(&server, frame, frame_len, &plain));
    memset(frame + AW_LINK_HEADER_LEN, 0, 64);
    vec_out_status(v, "relay_sealed", aw_link_seal(&server, frame, sizeof frame, 64, &frame_len));
    vec_out(v, "relay_frame_0_of_zeros", (struct aw_bytes){frame, frame_len});
    frame[frame_len - 1] ^= 1;
    vec_out_status(v, "damaged", aw_link_open(&client, frame, frame_len, &plain));
    vec_leave(v);
    aw_link_wipe(&client);
    aw_link_wipe(&server);
}
