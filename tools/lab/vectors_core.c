/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/pairing.h"
#include "core/peering.h"
#include "core/statement.h"
#include "core/witness_sign.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"

#include <stdio.h>
#include <string.h>

/* Vectors of pairing, channel and statement (spec/04-pairing.md, spec/05-channel.md). */

#define T0    UINT32_C(1772366400) /* 2026-03-01 12:00:00 UTC */
#define T0_MS (UINT64_C(1000) * T0)

/* What an epoch of `ch` holds before anything was sealed or opened in it. */
static void out_epoch(struct vec *v, const char *name, const struct aw_epoch *epoch)
{
    vec_enter(v, name);
    vec_out_uint(v, "number", epoch->number);
    vec_out(v, "root", AW_BYTES_OF(epoch->root));
    vec_out(v, "send_cell_header_key", AW_BYTES_OF(epoch->send[0].header_key));
    vec_out(v, "send_cell_chain", AW_BYTES_OF(epoch->send[0].chain));
    vec_out(v, "recv_cell_header_key", AW_BYTES_OF(epoch->recv[0].header_key));
    vec_out(v, "recv_cell_chain", AW_BYTES_OF(epoch->recv[0].chain));
    vec_out(v, "send_bulk_header_key", AW_BYTES_OF(epoch->send[1].header_key));
    vec_out(v, "send_bulk_chain", AW_BYTES_OF(epoch->send[1].chain));
    vec_leave(v);
}

static void out_words(struct vec *v, const struct aw_channel *ch)
{
    uint16_t words[AW_WORDS_COUNT] = {0};
    char text[AW_WORDS_COUNT * (AW_WORDS_WORD_MAX + 1)] = "";
    size_t i, len = 0;

    vec_out_status(v, "words_status", aw_channel_words(ch, AW_SESSION_MAIN, words));
    for (i = 0; i < AW_WORDS_COUNT; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, i > 0 ? " %s" : "%s",
                                aw_words_get(words[i]));
    vec_out_text(v, "words", text);
}

static void hello_of(struct aw_hello *hello, const char *name, const struct aw_invite *invite)
{
    *hello = (struct aw_hello){.relays_count = 1};
    (void)snprintf(hello->name, sizeof hello->name, "%s", name);
    hello->relays[0] = invite->relays[0];
}

/* Pairs two sides inside `v`: the values of the whole exchange. */
static void pair(struct vec *v, struct aw_channel *subject, struct aw_channel *contact)
{
    struct aw_random random = vec_random(v);
    struct aw_invite draft = {.version = AW_INVITE_VERSION,
                              .relays_count = 1,
                              .expires_at = T0 + 86400,
                              .name = "Subject"};
    struct aw_hello subject_hello, contact_hello, peer;
    enum aw_inviting_answer answer = AW_ANSWER_SECOND;
    struct aw_inviting inviting;
    struct aw_joining joining;
    uint8_t uri[AW_INVITE_URI_MAX + 1] = {0}, cell[AW_CELL_LEN];
    struct aw_buf uri_buf = {uri, AW_INVITE_URI_MAX, 0}, cell_buf = AW_BUF_OF(cell);

    vec_note(v, "random_1 to random_N are the draws in the order of chapter 04: her static and "
                "pre-shared key, his keys, her ephemeral, her first offer");
    vec_in(v, "relay_key", draft.relays[0].relay_key, 32);
    (void)snprintf(draft.relays[0].address, sizeof draft.relays[0].address, "%s",
                   "relay.example.org:7440");
    vec_in_text(v, "relay_address", draft.relays[0].address, sizeof draft.relays[0].address);
    vec_in(v, "invite_seed", draft.seed, 32);
    vec_out_status(v, "invited", aw_inviting_init(&inviting, &draft, &random));
    vec_out_status(v, "invite_encoded", aw_invite_encode(&inviting.invite, &uri_buf));
    vec_out_text(v, "invite_uri", (const char *)uri);

    hello_of(&contact_hello, "Contact", &draft);
    vec_in(v, "contact_seed", contact_hello.seed, 32);
    vec_out_status(v, "joined",
                   aw_joining_init(&joining, &inviting.invite, &contact_hello, &random));
    aw_joining_cell(&joining, cell);
    vec_out(v, "message_1", AW_BYTES_OF(cell));

    hello_of(&subject_hello, "Subject", &draft);
    vec_in(v, "subject_seed", subject_hello.seed, 32);
    vec_out_status(v, "answered",
                   aw_inviting_open(&inviting, AW_BYTES_OF(cell), &subject_hello, T0_MS, &answer,
                                    subject, &peer, &random));
    vec_out_uint(v, "answer", answer);
    vec_out_status(v, "message_2_made", aw_inviting_cell(&inviting, &cell_buf));
    vec_out(v, "message_2", AW_BYTES_OF(cell));
    vec_out_status(v, "finished",
                   aw_joining_finish(&joining, AW_BYTES_OF(cell), T0_MS, contact, &peer, &random));
    vec_out(v, "handshake_hash", AW_BYTES_OF(contact->words_hash));
    vec_out(v, "channel_id", AW_BYTES_OF(contact->id));
    out_words(v, contact);
    out_epoch(v, "subject_epoch_0", &subject->cur);
    aw_inviting_wipe(&inviting);
    aw_joining_wipe(&joining);
}

void lab_vectors_pairing(struct vec *v)
{
    static struct aw_channel subject, contact;

    vec_enter(v, "pairing");
    pair(v, &subject, &contact);
    vec_leave(v);
    aw_channel_wipe(&subject);
    aw_channel_wipe(&contact);
}

/* One cell from `from` to `to`; what it opened as is in `opened`. */
static void pass(struct vec *v, const char *name, enum aw_lane lane, struct aw_channel *from,
                 struct aw_channel *to, struct aw_opened *opened)
{
    static uint8_t cell[AW_CELL_BULK_LEN], plain[AW_CELL_BULK_PLAIN_LEN];
    struct aw_buf cell_buf = AW_BUF_OF(cell), plain_buf = AW_BUF_OF(plain);
    struct aw_random random = vec_random(v);
    const struct aw_resume own = {0};
    struct aw_sealed at = {0};
    uint8_t content[24];

    vec_enter(v, name);
    vec_note(v, "random_1 is the nonce");
    vec_in(v, "content", content, sizeof content);
    vec_out_status(v, "sealed",
                   aw_channel_seal(from, lane, AW_SESSION_MAIN, AW_BYTES_OF(content), &cell_buf,
                                   &at, &random));
    vec_out_uint(v, "epoch", at.epoch);
    vec_out_uint(v, "index", at.index);
    vec_out(v, "cell", aw_buf_bytes(&cell_buf));
    vec_out_status(
        v, "opened",
        aw_channel_open(to, aw_buf_bytes(&cell_buf), &own, T0_MS, &plain_buf, opened, &random));
    vec_out_uint(v, "opened_epoch", opened->epoch);
    vec_out_uint(v, "opened_index", opened->index);
    plain_buf.len = 0;
    vec_out_status(
        v, "replayed",
        aw_channel_open(to, aw_buf_bytes(&cell_buf), &own, T0_MS, &plain_buf, opened, &random));
    vec_leave(v);
}

/* An epoch step: the offer of a call, the accept of the reply to it. */
static void step(struct vec *v, struct aw_channel *subject, struct aw_channel *contact)
{
    struct aw_opened opened = {0};
    uint8_t offer[AW_KEY_LEN], accept[AW_KEY_LEN];
    struct aw_random random = vec_random(v);
    unsigned events = 0;
    uint32_t epoch = 0;

    pass(v, "call", AW_LANE_CELL, subject, contact, &opened);
    vec_enter(v, "step");
    vec_note(v, "random_1 is the accept secret, random_2 her next offer secret");
    aw_channel_offer(subject, AW_SESSION_MAIN, offer);
    vec_out(v, "offer", AW_BYTES_OF(offer));
    vec_out_status(v, "offer_taken",
                   aw_channel_on_offer(contact, &opened, offer, &events, &random));
    aw_channel_accept(contact, AW_SESSION_MAIN, accept, &epoch);
    vec_out(v, "accept", AW_BYTES_OF(accept));
    vec_out_uint(v, "accept_epoch", epoch);
    out_epoch(v, "contact_next_epoch", &contact->next);
    vec_leave(v);

    pass(v, "reply", AW_LANE_CELL, contact, subject, &opened);
    vec_enter(v, "confirm");
    vec_out_status(v, "accept_taken",
                   aw_channel_on_accept(subject, &opened, epoch, accept, &events, &random));
    out_epoch(v, "subject_next_epoch", &subject->next);
    vec_leave(v);
    pass(v, "first_call_of_the_next_epoch", AW_LANE_CELL, subject, contact, &opened);
    pass(v, "file", AW_LANE_BULK, subject, contact, &opened);
}

/* The contact asks to re-establish, under epoch 1; the subject answers. */
static void restore(struct vec *v, struct aw_channel *subject, struct aw_channel *contact)
{
    const struct aw_resume his = {.seq = 1000, .word = 12}, hers = {.seq = 1010, .word = 14};
    uint8_t cell[AW_CELL_LEN], plain[AW_CELL_PLAIN_LEN];
    struct aw_buf cell_buf = AW_BUF_OF(cell), plain_buf = AW_BUF_OF(plain);
    struct aw_random random = vec_random(v);
    struct aw_opened opened = {0};

    vec_enter(v, "restore");
    vec_note(
        v, "the contact says seq 1000 and word 12, the subject 1010 and 14; random_1 to random_N: "
           "ephemeral and nonce of the question, the same of the answer, the offer");
    vec_out_status(v, "asked", aw_channel_resume_ask(contact, &his, &random));
    vec_out_status(v, "question_made", aw_channel_resume_cell(contact, &cell_buf));
    vec_out(v, "question", aw_buf_bytes(&cell_buf));
    vec_out_status(v, "answered",
                   aw_channel_open(subject, aw_buf_bytes(&cell_buf), &hers, T0_MS, &plain_buf,
                                   &opened, &random));
    cell_buf.len = 0;
    vec_out_status(v, "answer_made", aw_channel_resume_answer(subject, &cell_buf));
    vec_out(v, "answer", aw_buf_bytes(&cell_buf));
    vec_out_status(v, "finished",
                   aw_channel_open(contact, aw_buf_bytes(&cell_buf), &his, T0_MS, &plain_buf,
                                   &opened, &random));
    vec_out_uint(v, "stale", opened.resume.stale);
    out_epoch(v, "contact_session", &contact->resumed.epoch);
    vec_leave(v);
}

void lab_vectors_channel(struct vec *v)
{
    static struct aw_channel subject, contact;

    vec_enter(v, "pairing");
    pair(v, &subject, &contact);
    vec_leave(v);
    step(v, &subject, &contact);
    restore(v, &subject, &contact);
    aw_channel_wipe(&subject);
    aw_channel_wipe(&contact);
}

void lab_vectors_statement(struct vec *v)
{
    struct aw_statement statement = {.seq = 1000, .issued_at = T0, .valid_for = 86400, .kind = 2};
    uint8_t seed[AW_KEY_LEN], hash[AW_HASH_LEN], sig[AW_SIG_LEN], channel_id[AW_HASH_LEN];
    struct aw_act act = {.word = 13};
    struct aw_sign_key key;

    vec_enter(v, "checkin");
    vec_note(v, "seq 1000, issued_at 1772366400, valid_for 86400, kind 2, word 13, all else 0; "
                "damaged: the last byte of the signature xor 1");
    vec_in(v, "log_head", statement.log_head, sizeof statement.log_head);
    vec_in(v, "signing_seed", seed, sizeof seed);
    aw_sign_from_seed(&key, seed);
    vec_out(v, "signing_key", AW_BYTES_OF(key.pk));
    aw_statement_hash(hash, &statement);
    vec_out(v, "statement_hash", AW_BYTES_OF(hash));
    aw_statement_sign(sig, &key, &statement);
    vec_out(v, "signature", AW_BYTES_OF(sig));
    vec_out_status(v, "verified", aw_statement_verify(&statement, key.pk, sig));
    sig[63] ^= 1;
    vec_out_status(v, "damaged", aw_statement_verify(&statement, key.pk, sig));

    vec_in(v, "channel_id", channel_id, sizeof channel_id);
    aw_act_hash(hash, channel_id, &statement, &act);
    vec_out(v, "act_hash", AW_BYTES_OF(hash));
    vec_leave(v);

    vec_enter(v, "receipt");
    vec_note(v, "receipt_at 1772366402, another time 1772366403");
    vec_in(v, "receipt_seed", seed, sizeof seed);
    aw_sign_from_seed(&key, seed);
    vec_out(v, "receipt_key", AW_BYTES_OF(key.pk));
    aw_statement_hash(hash, &statement);
    aw_receipt_sign(sig, &key, hash, T0 + 2);
    vec_out(v, "receipt", AW_BYTES_OF(sig));
    vec_out_status(v, "verified", aw_receipt_verify(key.pk, hash, T0 + 2, sig));
    vec_out_status(v, "another_time", aw_receipt_verify(key.pk, hash, T0 + 3, sig));
    vec_leave(v);
    aw_wipe(&key, sizeof key);
}

/* The mailbox that the lower one keeps for the higher one. */
static void peer_mailbox(struct vec *v)
{
    static const uint8_t person = 3;
    uint8_t seed[AW_KEY_LEN], relay_key[AW_KEY_LEN], capability[AW_CAPABILITY_LEN];

    vec_enter(v, "mailbox");
    vec_note(v, "of the contact whose seed it is, for person 3");
    vec_in(v, "peer_seed", seed, sizeof seed);
    vec_in(v, "relay_key", relay_key, sizeof relay_key);
    aw_kdf(seed, sizeof seed, seed, AW_LABEL_PEER_MAILBOX, (struct aw_bytes){&person, 1});
    vec_out(v, "deposit_seed", AW_BYTES_OF(seed));
    aw_capability_derive(capability, seed, relay_key);
    vec_out(v, "deposit_capability", AW_BYTES_OF(capability));
    vec_leave(v);
}

/* The first witness of the lower one. */
static void witness(struct vec *v, const struct aw_channel *lower, const struct aw_channel *higher)
{
    struct aw_witness w = {
        .number = 1, .has_offer = true, .plan_version = 2, .verdict = {.seq = 7}};
    uint8_t seed[AW_KEY_LEN], circle_key[AW_KEY_LEN], badge[AW_BADGE_LEN];
    struct aw_sign_key key;

    vec_enter(v, "witness");
    vec_note(v, "number 1 with the offer, plan_version 2, verdict about seq 7, all else 0");
    vec_in(v, "receipt_seed", seed, sizeof seed);
    vec_in(v, "circle_key", circle_key, sizeof circle_key);
    aw_sign_from_seed(&key, seed);
    vec_out(v, "receipt_key", AW_BYTES_OF(key.pk));
    aw_channel_offer(lower, AW_SESSION_MAIN, w.offer);
    aw_badge_make(w.badge, circle_key, lower, true, w.number);
    vec_out(v, "offer", AW_BYTES_OF(w.offer));
    vec_out(v, "badge", AW_BYTES_OF(w.badge));
    aw_badge_make(badge, circle_key, higher, false, w.number);
    vec_out_uint(v, "is_fellow", memcmp(badge, w.badge, sizeof badge) == 0);
    vec_out_status(v, "signed", aw_witness_sign(&w, &key, lower));
    vec_out(v, "signature", AW_BYTES_OF(w.signature));
    vec_out_status(v, "verified", aw_witness_verify(&w, key.pk, higher));
    w.badge[0] ^= 1;
    vec_out_status(v, "damaged", aw_witness_verify(&w, key.pk, higher));
    vec_leave(v);
    aw_wipe(&key, sizeof key);
}

void lab_vectors_peers(struct vec *v)
{
    static struct aw_channel lower, higher;
    struct aw_peering asking = {0}, answering = {0};
    struct aw_dh_key keys[2];
    struct aw_peering_keys own[2];
    struct aw_random random = vec_random(v);
    uint8_t psk[AW_KEY_LEN], cell[AW_CELL_LEN];
    size_t high;

    vec_enter(v, "handshake");
    vec_note(v,
             "random_1 to random_N: both static keys, then the draws in the order of chapter 16: "
             "ephemeral and nonce of the question, the same of the answer, the first offer");
    vec_in(v, "psk", psk, sizeof psk);
    for (size_t i = 0; i < 2; i++) {
        vec_out_status(v, i == 0 ? "drawn_1" : "drawn_2", aw_dh_keypair(&keys[i], &random));
        vec_out(v, i == 0 ? "key_1" : "key_2", AW_BYTES_OF(keys[i].pk));
    }
    high = aw_peering_begins(keys[0].pk, keys[1].pk) ? 0 : 1;
    for (size_t i = 0; i < 2; i++)
        own[i] = (struct aw_peering_keys){&keys[i], keys[1 - i].pk, psk};
    vec_out_uint(v, "who_begins", high + 1);
    vec_out_status(v, "asked", aw_peering_ask(&asking, &own[high], &random));
    memcpy(cell, asking.cell, sizeof cell);
    vec_out(v, "question", AW_BYTES_OF(cell));
    vec_out_status(v, "answered",
                   aw_peering_answer(&answering, &own[1 - high], cell, T0_MS, &lower, &random));
    vec_out(v, "answer", AW_BYTES_OF(answering.cell));
    vec_out_status(v, "finished",
                   aw_peering_finish(&asking, &own[high], answering.cell, T0_MS, &higher, &random));
    vec_out(v, "channel_id", AW_BYTES_OF(higher.id));
    out_epoch(v, "lower_epoch_0", &lower.cur);
    vec_leave(v);
    peer_mailbox(v);
    witness(v, &lower, &higher);
    aw_peering_wipe(&answering);
    aw_wipe(keys, sizeof keys);
    aw_channel_wipe(&lower);
    aw_channel_wipe(&higher);
}
