/* SPDX-License-Identifier: ISC */
#include "core/channel.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "core/channel_internal.h"
#include "core/handshake.h"
#include "crypto/hash.h"
#include "crypto/labels.h"
#include "crypto/verify.h"

/*
 * Re-establishment (spec/05-channel.md §8): Noise KKpsk0 in two cells, the question and the
 * answer, in cells as of core/handshake.h. The index in the head is the epoch whose resumption key
 * is the pre-shared key.
 *
 *   side       state      on                           does                       to
 *   asks       -          aw_channel_resume_ask()      keep the question          asking
 *   asks       asking     valid answer                 resumed, spoken            -
 *   asks       asking     an epoch step                the channel works          -
 *   asks (contact) asking valid question               the subject's wins         -
 *   answers    any        valid question               resumed, keep the answer   answering
 *   answers    answering  the same question            the same answer            answering
 *   answers    answering  first cell of the session    promote, or quarantine     -
 */

#define PROLOGUE     AW_LABEL_PROLOGUE_RESTORE
#define FRESH_S      600 /* so young a backup is rarely four epochs old */
#define PROLOGUE_LEN (sizeof PROLOGUE - 1 + AW_HASH_LEN)

void aw_resume_side_wipe(struct aw_resume_side *side)
{
    aw_wipe(side, sizeof *side);
}

static struct aw_handshake_at message_at(enum aw_direction sender, enum aw_handshake_number number,
                                         uint32_t epoch, const uint8_t *resumption)
{
    return (struct aw_handshake_at){.label = AW_LABEL_RESUME,
                                    .psk = resumption,
                                    .sender = sender,
                                    .number = number,
                                    .index = epoch};
}

/* Whether `cell` is this message of the peer under this resumption key. */
static bool is_message(const struct aw_channel *ch, const uint8_t *cell, uint32_t epoch,
                       const uint8_t resumption[AW_KEY_LEN], enum aw_handshake_number number)
{
    enum aw_direction peer =
        aw_channel_direction(ch) == AW_DIRECTION_OFFER ? AW_DIRECTION_ACCEPT : AW_DIRECTION_OFFER;
    struct aw_handshake_at at = message_at(peer, number, epoch, resumption);

    return aw_handshake_is(cell, &at);
}

static enum aw_status start_noise(struct aw_noise *noise, const struct aw_channel *ch,
                                  const uint8_t resumption[AW_KEY_LEN], bool initiator,
                                  const struct aw_random *random)
{
    uint8_t prologue[PROLOGUE_LEN];
    struct aw_noise_config config = {.pattern = AW_NOISE_KKPSK0,
                                     .initiator = initiator,
                                     .prologue = AW_BYTES_OF(prologue),
                                     .s = &ch->own_static,
                                     .rs = ch->peer_static,
                                     .psk = resumption};

    memcpy(prologue, PROLOGUE, sizeof PROLOGUE - 1);
    memcpy(prologue + sizeof PROLOGUE - 1, ch->id, AW_HASH_LEN);
    return aw_noise_init(noise, &config, random);
}

/* Makes the whole cell of the next handshake message of this side. */
static enum aw_status write_cell(uint8_t cell[AW_CELL_LEN], struct aw_noise *noise,
                                 const struct aw_resume *say, uint32_t epoch,
                                 const struct aw_channel *ch, enum aw_handshake_number number,
                                 const struct aw_random *random)
{
    struct aw_handshake_at at = message_at(aw_channel_direction(ch), number, epoch, noise->psk);

    return aw_handshake_write(cell, noise, say, &at, random);
}

/* The number of the new epoch; 0, which no second epoch has, when the peer's claim is absurd. */
static uint32_t next_number(uint32_t own_epoch, uint32_t peer_epoch)
{
    uint32_t newest = own_epoch > peer_epoch ? own_epoch : peer_epoch;

    if (newest == UINT32_MAX || (uint64_t)peer_epoch > (uint64_t)own_epoch + AW_INDEX_JUMP_MAX)
        return 0;
    return newest + 1;
}

/* What both sides take from a finished handshake. Nothing of the channel changes. */
static enum aw_status make_session(struct aw_resumed *r, const struct aw_channel *ch,
                                   const struct aw_noise *noise, uint32_t number,
                                   const struct aw_random *random)
{
    struct aw_epoch_keys keys;

    aw_epoch_first(&keys, noise, number);
    aw_epoch_set(&r->epoch, number, &keys, aw_channel_direction(ch));
    aw_wipe(&keys, sizeof keys);
    aw_noise_hash(noise, r->words_hash);
    if (ch->role == AW_ROLE_SUBJECT) {
        aw_noise_remote_ephemeral(noise, r->accept);
        return aw_dh_keypair(&r->offer, random);
    }
    memcpy(r->accept, noise->e.sk, AW_KEY_LEN);
    return AW_OK;
}

/* ---- The side that asks ---- */

static enum aw_status ask_under(struct aw_channel *ch, uint32_t epoch,
                                const uint8_t key[AW_KEY_LEN], const struct aw_resume *own,
                                const struct aw_random *random)
{
    struct aw_resume say = {aw_channel_newest(ch), own->seq, own->word, false};
    struct aw_resume_side side = {.live = true, .named_epoch = epoch, .own_epoch = say.epoch};
    struct aw_noise noise;
    enum aw_status st = start_noise(&noise, ch, key, true, random);

    if (st == AW_OK)
        st = write_cell(side.cell, &noise, &say, epoch, ch, AW_HANDSHAKE_QUESTION, random);
    if (st == AW_OK) {
        aw_noise_save(&noise, side.noise);
        ch->asking = side;
    }
    aw_noise_wipe(&noise);
    aw_wipe(&side, sizeof side);
    return st;
}

enum aw_status aw_channel_resume_ask(struct aw_channel *ch, const struct aw_resume *own,
                                     const struct aw_random *random)
{
    bool newer = ch->role == AW_ROLE_SUBJECT && ch->next.live;
    const struct aw_epoch *named = newer ? &ch->next : &ch->cur;

    if (aw_channel_is_quarantined(ch))
        return AW_E_STATE;
    /* spec/05-channel.md §8.1: "A question MUST be stored before it is sent, and sent again byte
     * for byte the same": another one would make the first answer useless. */
    if (ch->asking.live)
        return AW_OK;
    return ask_under(ch, named->number, named->resumption, own, random);
}

enum aw_status aw_channel_resume_deaf(struct aw_channel *ch, const struct aw_resume *own,
                                      const struct aw_random *random)
{
    const struct aw_resumption_key *anchor = &ch->resumptions[0];
    struct aw_resume_side before = ch->asking;
    enum aw_status st;

    if (before.live && before.named_epoch != anchor->epoch && !aw_channel_is_quarantined(ch)) {
        st = ask_under(ch, anchor->epoch, anchor->key, own, random);
    } else {
        ch->asking.live = false;
        st = aw_channel_resume_ask(ch, own, random);
        if (st != AW_OK)
            ch->asking = before;
    }
    aw_resume_side_wipe(&before);
    return st;
}

enum aw_status aw_channel_resume_restored(struct aw_channel *ch, const struct aw_resume *own,
                                          uint64_t age_s, const struct aw_random *random)
{
    const struct aw_resumption_key *anchor = &ch->resumptions[0];

    if (aw_channel_is_quarantined(ch))
        return AW_E_STATE;
    ch->asking.live = false; /* what the backup asked may have been answered long ago */
    return age_s > FRESH_S ? ask_under(ch, anchor->epoch, anchor->key, own, random)
                           : aw_channel_resume_ask(ch, own, random);
}

void aw_channel_resume_drop(struct aw_channel *ch)
{
    aw_resume_side_wipe(&ch->asking);
}

static enum aw_status take_answer(struct aw_channel *ch, const uint8_t *cell,
                                  struct aw_noise *noise, struct aw_opened *opened,
                                  const struct aw_random *random)
{
    struct aw_resumed r = {.is_confirmed = true, .named_epoch = ch->asking.named_epoch};
    struct aw_resume said = {0};
    uint32_t number = 0;
    enum aw_status st = aw_handshake_read(&said, noise, cell);

    if (st == AW_OK) {
        number = next_number(ch->asking.own_epoch, said.epoch);
        st = number == 0 ? AW_E_RANGE : make_session(&r, ch, noise, number, random);
    }
    if (st == AW_OK) {
        r.is_stale = said.stale;
        r.is_spoken = !said.stale;
        ch->resumed = r;
        /* Not before: whoever replays old questions must not push keys out of the ring. */
        if (!r.is_stale)
            aw_channel_add_resumption(ch, &ch->resumed.epoch);
        aw_resume_side_wipe(&ch->asking);
        aw_wipe(ch->answering.cell, sizeof ch->answering.cell);
        *opened = (struct aw_opened){
            .kind = AW_OPENED_RESUMED,
            .session = said.stale ? AW_SESSION_QUARANTINE : AW_SESSION_MAIN,
            .epoch = number,
            .resume = said,
            .events = said.stale ? AW_CHANNEL_EV_QUARANTINED : AW_CHANNEL_EV_RESUMED};
    }
    aw_wipe(&r, sizeof r);
    return st;
}

/* ---- The side that answers ---- */

/* The same question once more gets the same answer, until the new session has been heard. */
static enum aw_status answer_again(const struct aw_channel *ch, struct aw_opened *opened)
{
    if (!ch->resumed.epoch.live || ch->resumed.is_confirmed)
        return AW_E_REPLAY;
    *opened = (struct aw_opened){.kind = AW_OPENED_RESUME};
    return AW_OK;
}

static enum aw_status answer(struct aw_channel *ch, const uint8_t *cell, struct aw_noise *noise,
                             struct aw_resumed *r, struct aw_resume_side *side,
                             const struct aw_resume *own, struct aw_opened *opened,
                             const struct aw_random *random)
{
    /* spec/05-channel.md §8: "An answering side MUST say in stale whether the session is
     * quarantined." */
    struct aw_resume say = {aw_channel_newest(ch), own->seq, own->word, r->is_stale};
    struct aw_resume said = {0};
    uint32_t number = 0;
    enum aw_status st = aw_handshake_read(&said, noise, cell);

    if (st == AW_OK) {
        number = next_number(say.epoch, said.epoch);
        st = number == 0 ? AW_E_RANGE
                         : write_cell(side->cell, noise, &say, r->named_epoch, ch,
                                      AW_HANDSHAKE_ANSWER, random);
    }
    if (st == AW_OK)
        st = make_session(r, ch, noise, number, random);
    if (st != AW_OK)
        return st;
    ch->resumed = *r;
    ch->answering = *side;
    /* spec/05-channel.md §8: "When both sides ask, the contact MUST give up its own question as
     * soon as it has answered one of the subject." */
    if (ch->role == AW_ROLE_CONTACT)
        aw_resume_side_wipe(&ch->asking);
    *opened = (struct aw_opened){.kind = AW_OPENED_RESUME,
                                 .session = r->is_stale ? AW_SESSION_QUARANTINE : AW_SESSION_MAIN,
                                 .epoch = number,
                                 .resume = said};
    return AW_OK;
}

static enum aw_status take_question(struct aw_channel *ch, const uint8_t *cell,
                                    const struct aw_resumption_key *key,
                                    const struct aw_resume *own, struct aw_opened *opened,
                                    const struct aw_random *random)
{
    struct aw_resume_side side = {.live = true, .named_epoch = key->epoch};
    /* spec/05-channel.md §8: "A key of an epoch below the floor MUST open a quarantined session
     * only." */
    struct aw_resumed r = {.named_epoch = key->epoch, .is_stale = key->epoch < ch->floor_epoch};
    struct aw_noise noise;
    enum aw_status st;

    aw_sha256(side.question_hash, (struct aw_bytes){cell, AW_CELL_LEN});
    if (ch->answering.live &&
        aw_secret_equal(side.question_hash, ch->answering.question_hash, AW_HASH_LEN))
        return answer_again(ch, opened);
    /* Humans look at a quarantined session already: who has an old copy cannot take its place. */
    if (r.is_stale && aw_channel_is_quarantined(ch))
        return AW_E_REPLAY;

    st = start_noise(&noise, ch, key->key, false, random);
    if (st == AW_OK)
        st = answer(ch, cell, &noise, &r, &side, own, opened, random);
    aw_noise_wipe(&noise);
    aw_wipe(&r, sizeof r);
    aw_wipe(&side, sizeof side);
    return st;
}

/* ---- Both ---- */

enum aw_status aw_resume_open(struct aw_channel *ch, struct aw_bytes cell,
                              const struct aw_resume *own, struct aw_opened *opened,
                              const struct aw_random *random)
{
    enum aw_status st = AW_E_AUTH;
    struct aw_noise noise;

    if (ch->asking.live) {
        st = aw_noise_load(&noise, ch->asking.noise);
        AW_ASSERT(st == AW_OK); /* checked by aw_channel_decode() */
        st = AW_E_AUTH;
        if (is_message(ch, cell.ptr, ch->asking.named_epoch, noise.psk, AW_HANDSHAKE_ANSWER))
            st = take_answer(ch, cell.ptr, &noise, opened, random);
        aw_noise_wipe(&noise);
    }
    for (size_t i = ch->resumption_count; st == AW_E_AUTH && i-- > 0;) {
        const struct aw_resumption_key *key = &ch->resumptions[i];

        if (is_message(ch, cell.ptr, key->epoch, key->key, AW_HANDSHAKE_QUESTION))
            st = take_question(ch, cell.ptr, key, own, opened, random);
    }
    return st;
}

enum aw_status aw_channel_resume_cell(const struct aw_channel *ch, struct aw_buf *cell)
{
    return ch->asking.live ? aw_buf_put(cell, AW_BYTES_OF(ch->asking.cell)) : AW_E_NOT_FOUND;
}

enum aw_status aw_channel_resume_answer(const struct aw_channel *ch, struct aw_buf *cell)
{
    /* spec/05-channel.md §8: "An answer MUST NOT be sent but for a question that has just been
     * opened." Whether one has, the engine knows. */
    bool waits = ch->answering.live && ch->resumed.epoch.live && !ch->resumed.is_confirmed;

    return waits ? aw_buf_put(cell, AW_BYTES_OF(ch->answering.cell)) : AW_E_NOT_FOUND;
}

bool aw_channel_is_quarantined(const struct aw_channel *ch)
{
    return ch->resumed.epoch.live && ch->resumed.is_stale && ch->resumed.is_confirmed;
}

bool aw_channel_is_unheard(const struct aw_channel *ch)
{
    return aw_channel_is_quarantined(ch) && !ch->resumed.has_got;
}

enum aw_status aw_channel_quarantine_accept(struct aw_channel *ch)
{
    if (!aw_channel_is_quarantined(ch))
        return AW_E_STATE;
    aw_channel_promote_resumed(ch);
    ch->is_verified = true;
    return AW_OK;
}

void aw_channel_quarantine_refuse(struct aw_channel *ch)
{
    if (aw_channel_is_quarantined(ch))
        aw_wipe(&ch->resumed, sizeof ch->resumed);
}
