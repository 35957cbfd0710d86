/* SPDX-License-Identifier: ISC */
#include "core/peering.h"

#include <string.h>

#include "base/bytes.h"
#include "core/handshake.h"
#include "crypto/hash.h"
#include "crypto/labels.h"
#include "crypto/verify.h"

#define PROLOGUE     AW_LABEL_PROLOGUE_PEER
#define PROLOGUE_LEN (sizeof PROLOGUE - 1 + 2 * AW_KEY_LEN)

void aw_peering_wipe(struct aw_peering *p)
{
    aw_wipe(p, sizeof *p);
}

bool aw_peering_begins(const uint8_t own_pk[AW_KEY_LEN], const uint8_t peer_pk[AW_KEY_LEN])
{
    return memcmp(own_pk, peer_pk, AW_KEY_LEN) > 0; /* both are in the plan: no secrets */
}

/* Both sides prove the keys of the roster: an introduction cannot put somebody else in a place. */
static enum aw_status start_noise(struct aw_noise *noise, const struct aw_peering_keys *keys,
                                  bool initiator, const struct aw_random *random)
{
    uint8_t prologue[PROLOGUE_LEN], *low = prologue + sizeof PROLOGUE - 1;
    struct aw_noise_config config = {.pattern = AW_NOISE_KKPSK0,
                                     .initiator = initiator,
                                     .prologue = AW_BYTES_OF(prologue),
                                     .s = keys->own,
                                     .rs = keys->peer,
                                     .psk = keys->psk};

    memcpy(prologue, PROLOGUE, sizeof PROLOGUE - 1);
    memcpy(low, initiator ? keys->peer : keys->own->pk, AW_KEY_LEN);
    memcpy(low + AW_KEY_LEN, initiator ? keys->own->pk : keys->peer, AW_KEY_LEN);
    return aw_noise_init(noise, &config, random);
}

/* The question comes from the side that accepts, the answer from the one that offers. */
static struct aw_handshake_at message_at(const uint8_t *psk, enum aw_handshake_number number)
{
    return (struct aw_handshake_at){
        .label = AW_LABEL_PEER,
        .psk = psk,
        .sender = number == AW_HANDSHAKE_QUESTION ? AW_DIRECTION_ACCEPT : AW_DIRECTION_OFFER,
        .number = number,
    };
}

static enum aw_status write_cell(uint8_t cell[AW_CELL_LEN], struct aw_noise *noise,
                                 const uint8_t *psk, enum aw_handshake_number number,
                                 const struct aw_random *random)
{
    struct aw_handshake_at at = message_at(psk, number);
    const struct aw_resume nothing = {0};

    return aw_handshake_write(cell, noise, &nothing, &at, random);
}

static enum aw_status read_cell(struct aw_noise *noise, const uint8_t *cell)
{
    struct aw_resume said = {0};
    enum aw_status st = aw_handshake_read(&said, noise, cell);

    if (st != AW_OK)
        return st;
    /* spec/16-peers.md §3: "The payload of both MUST be the resume that says nothing". */
    return said.epoch != 0 || said.seq != 0 || said.word != 0 || said.stale ? AW_E_RANGE : AW_OK;
}

enum aw_status aw_peering_ask(struct aw_peering *p, const struct aw_peering_keys *keys,
                              const struct aw_random *random)
{
    struct aw_noise noise;
    enum aw_status st = AW_E_AUTH;

    memset(&noise, 0, sizeof noise);
    aw_peering_wipe(p);
    if (aw_peering_begins(keys->own->pk, keys->peer))
        st = start_noise(&noise, keys, true, random);
    if (st == AW_OK)
        st = write_cell(p->cell, &noise, keys->psk, AW_HANDSHAKE_QUESTION, random);
    if (st == AW_OK) {
        aw_noise_save(&noise, p->noise);
        p->has_noise = p->has_cell = true;
    } else {
        aw_peering_wipe(p);
    }
    aw_noise_wipe(&noise);
    return st;
}

/* Replaces `ch` by what the finished handshake gives. */
static enum aw_status begin_channel(struct aw_channel *ch, const struct aw_noise *noise,
                                    enum aw_role role, uint64_t wall_ms,
                                    const struct aw_random *random)
{
    struct aw_channel fresh;
    enum aw_status st = aw_channel_init(&fresh, noise, role, random, wall_ms);

    if (st == AW_OK)
        *ch = fresh;
    aw_channel_wipe(&fresh);
    return st;
}

enum aw_status aw_peering_finish(struct aw_peering *p, const struct aw_peering_keys *keys,
                                 const uint8_t cell[AW_CELL_LEN], uint64_t wall_ms,
                                 struct aw_channel *ch, const struct aw_random *random)
{
    struct aw_handshake_at at = message_at(keys->psk, AW_HANDSHAKE_ANSWER);
    struct aw_noise noise;
    enum aw_status st;

    if (!p->has_noise || !aw_handshake_is(cell, &at))
        return AW_E_AUTH;
    st = aw_noise_load(&noise, p->noise);
    if (st == AW_OK)
        st = read_cell(&noise, cell);
    if (st == AW_OK)
        st = begin_channel(ch, &noise, AW_ROLE_CONTACT, wall_ms, random);
    if (st == AW_OK)
        aw_peering_wipe(p);
    aw_noise_wipe(&noise);
    return st;
}

enum aw_status aw_peering_answer(struct aw_peering *p, const struct aw_peering_keys *keys,
                                 const uint8_t cell[AW_CELL_LEN], uint64_t wall_ms,
                                 struct aw_channel *ch, const struct aw_random *random)
{
    struct aw_handshake_at at = message_at(keys->psk, AW_HANDSHAKE_QUESTION);
    struct aw_peering answered = {.has_question_hash = true, .has_cell = true};
    struct aw_noise noise;
    enum aw_status st;

    if (aw_peering_begins(keys->own->pk, keys->peer) || !aw_handshake_is(cell, &at))
        return AW_E_AUTH;
    aw_sha256(answered.question_hash, (struct aw_bytes){cell, AW_CELL_LEN});
    if (p->has_question_hash &&
        aw_secret_equal(answered.question_hash, p->question_hash, AW_HASH_LEN))
        return AW_E_REPLAY;
    st = start_noise(&noise, keys, false, random);
    if (st == AW_OK)
        st = read_cell(&noise, cell);
    if (st == AW_OK)
        st = write_cell(answered.cell, &noise, keys->psk, AW_HANDSHAKE_ANSWER, random);
    if (st == AW_OK)
        st = begin_channel(ch, &noise, AW_ROLE_SUBJECT, wall_ms, random);
    if (st == AW_OK)
        *p = answered;
    aw_noise_wipe(&noise);
    aw_peering_wipe(&answered);
    return st;
}

void aw_peering_heard(struct aw_peering *p)
{
    aw_wipe(p->cell, sizeof p->cell);
    p->has_cell = false;
}

bool aw_peering_is_sound(const struct aw_peering *p)
{
    struct aw_noise noise;
    bool sound;

    if (!p->has_noise)
        return !p->has_cell || p->has_question_hash;
    sound = aw_noise_load(&noise, p->noise) == AW_OK && noise.pattern == AW_NOISE_KKPSK0;
    aw_noise_wipe(&noise);
    return sound && p->has_cell && !p->has_question_hash;
}
