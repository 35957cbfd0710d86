/* SPDX-License-Identifier: ISC */
#include "core/channel.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "core/channel_internal.h"

/*
 * Up to three epochs are alive at once (spec/05-channel.md §4 and §8):
 *
 *   cur      a cell was received in it (or it is the first of the channel)
 *   next     derived from offer and accept; the subject sends in it, the contact not yet
 *   resumed  made by a re-establishment; who asked sends in it, who answered not yet
 *
 * The first valid cell of next or resumed makes it cur and erases what was there before. A stale
 * resumed stays where it is until humans decide.
 */

enum aw_direction aw_channel_direction(const struct aw_channel *ch)
{
    return ch->role == AW_ROLE_SUBJECT ? AW_DIRECTION_OFFER : AW_DIRECTION_ACCEPT;
}

uint32_t aw_channel_newest(const struct aw_channel *ch)
{
    return ch->next.live ? ch->next.number : ch->cur.number;
}

static bool speaks_resumed(const struct aw_channel *ch)
{
    return ch->resumed.epoch.live && ch->resumed.is_spoken; /* which no stale one is */
}

enum aw_slot aw_channel_slot(const struct aw_channel *ch, enum aw_session session)
{
    if (session == AW_SESSION_QUARANTINE)
        return aw_channel_is_quarantined(ch) ? AW_SLOT_RESUMED : AW_SLOT_NONE;
    if (speaks_resumed(ch))
        return AW_SLOT_RESUMED;
    return ch->role == AW_ROLE_SUBJECT && ch->next.live ? AW_SLOT_NEXT : AW_SLOT_CUR;
}

/* ---- Begin and end ---- */

/* The first epoch, and with it the accept key of presence (spec/09-crypto.md §10.4). */
static void first_epoch(struct aw_channel *ch, const struct aw_noise *noise)
{
    struct aw_epoch_keys keys;

    aw_epoch_first(&keys, noise, 0);
    aw_epoch_set(&ch->cur, 0, &keys, aw_channel_direction(ch));
    aw_channel_add_resumption(ch, &ch->cur);
    aw_wipe(&keys, sizeof keys);
    if (ch->role == AW_ROLE_SUBJECT)
        aw_noise_remote_ephemeral(noise, ch->peer_accept);
    else
        aw_channel_add_accept(ch, 0, &noise->e);
}

enum aw_status aw_channel_init(struct aw_channel *ch, const struct aw_noise *noise,
                               enum aw_role role, const struct aw_random *random, uint64_t wall_ms)
{
    enum aw_status st = AW_OK;

    AW_ASSERT(noise->pattern == AW_NOISE_IKPSK1 || noise->pattern == AW_NOISE_KKPSK0);
    AW_ASSERT((noise->initiator == 1) == (role == AW_ROLE_CONTACT));
    memset(ch, 0, sizeof *ch);
    ch->role = (uint8_t)role;
    ch->own_static = noise->s;
    ch->heard_wall_ms = wall_ms;
    aw_noise_hash(noise, ch->words_hash);
    aw_channel_id(ch->id, ch->words_hash);
    aw_noise_remote_static(noise, ch->peer_static);
    first_epoch(ch, noise);
    if (role == AW_ROLE_SUBJECT)
        st = aw_dh_keypair(&ch->offer, random);
    if (st != AW_OK)
        aw_channel_wipe(ch);
    return st;
}

void aw_channel_wipe(struct aw_channel *ch)
{
    aw_wipe(ch, sizeof *ch);
}

/* ---- Cells ---- */

size_t aw_channel_cell_len(enum aw_lane lane)
{
    switch (lane) {
    case AW_LANE_CELL:
    case AW_LANE_SWITCH:
        return AW_CELL_LEN;
    case AW_LANE_BULK:
        return AW_CELL_BULK_LEN;
    case AW_LANE_SHORT:
        return AW_CELL_SHORT_LEN;
    }
    AW_UNREACHABLE();
}

/* The lane that a cell of this length is tried as first. */
static enum aw_lane lane_of(size_t cell_len)
{
    if (cell_len == AW_CELL_LEN)
        return AW_LANE_CELL;
    return cell_len == AW_CELL_BULK_LEN ? AW_LANE_BULK : AW_LANE_SHORT;
}

enum aw_status aw_channel_seal(struct aw_channel *ch, enum aw_lane lane, enum aw_session session,
                               struct aw_bytes plain, struct aw_buf *cell, struct aw_sealed *at,
                               const struct aw_random *random)
{
    struct aw_epoch *const epochs[AW_SLOT_NONE] = {&ch->cur, &ch->next, &ch->resumed.epoch};
    enum aw_slot slot = aw_channel_slot(ch, session);
    size_t cell_len = aw_channel_cell_len(lane);
    struct aw_epoch *epoch;
    uint32_t index;
    enum aw_status st;

    if (slot == AW_SLOT_NONE)
        return AW_E_STATE;
    epoch = epochs[slot];
    if (cell->cap - cell->len < cell_len)
        return AW_E_SPACE;
    st = aw_ratchet_seal(&epoch->send[aw_epoch_lane(lane)], cell->ptr + cell->len, cell_len, plain,
                         &index, random);
    if (st != AW_OK)
        return st;
    cell->len += cell_len;
    *at = (struct aw_sealed){.epoch = epoch->number, .index = index};
    return AW_OK;
}

/* After a valid cell of `epoch`: what it confirms. Returns events. */
static unsigned confirm(struct aw_channel *ch, struct aw_epoch *epoch, struct aw_opened *opened)
{
    struct aw_resumed *r = &ch->resumed;
    bool got = opened->lane == AW_LANE_CELL;

    if (epoch == &r->epoch) {
        unsigned events = r->is_confirmed ? 0
                          : r->is_stale   ? (unsigned)AW_CHANNEL_EV_QUARANTINED
                                          : (unsigned)AW_CHANNEL_EV_RESUMED;

        r->is_confirmed = true;
        r->has_got = r->has_got || got;
        r->got_index = got ? opened->index : r->got_index;
        if (r->is_stale)
            opened->session = AW_SESSION_QUARANTINE;
        else
            aw_channel_promote_resumed(ch);
        return events;
    }
    if (got) {
        ch->got_epoch = opened->epoch;
        ch->got_index = opened->index;
    }
    if (epoch != &ch->next)
        return 0;
    aw_channel_promote_next(ch);
    return AW_CHANNEL_EV_EPOCH;
}

static enum aw_status open_in_lane(struct aw_channel *ch, enum aw_lane lane, struct aw_bytes cell,
                                   uint8_t *plain, struct aw_opened *opened)
{
    struct aw_epoch *const epochs[AW_SLOT_NONE] = {&ch->cur, &ch->next, &ch->resumed.epoch};
    enum aw_status worst = AW_E_AUTH;

    for (size_t i = 0; i < AW_COUNT(epochs); i++) {
        struct aw_ratchet *r = &epochs[i]->recv[aw_epoch_lane(lane)];
        uint32_t index;
        enum aw_status st = aw_ratchet_open(r, plain, cell.ptr, cell.len, &index);

        if (st == AW_OK) {
            *opened = (struct aw_opened){.kind = AW_OPENED_MESSAGE,
                                         .session = AW_SESSION_MAIN,
                                         .lane = lane,
                                         .epoch = epochs[i]->number,
                                         .index = index};
            opened->events = confirm(ch, epochs[i], opened);
            return AW_OK;
        }
        if (st != AW_E_AUTH)
            worst = st;
    }
    return worst;
}

static enum aw_status open_message(struct aw_channel *ch, struct aw_bytes cell, uint8_t *plain,
                                   struct aw_opened *opened)
{
    enum aw_status st = open_in_lane(ch, lane_of(cell.len), cell, plain, opened);

    /* What a switch delivers is as long as any small cell. */
    if (st == AW_E_AUTH && cell.len == AW_CELL_LEN)
        st = open_in_lane(ch, AW_LANE_SWITCH, cell, plain, opened);
    return st;
}

bool aw_channel_copied(const struct aw_channel *ch, struct aw_bytes cell, enum aw_lane *lane)
{
    static const enum aw_lane lanes[] = {AW_LANE_CELL, AW_LANE_SWITCH};
    const struct aw_epoch *const epochs[AW_SLOT_NONE] = {&ch->cur, &ch->next, &ch->resumed.epoch};

    /* The last one is the session of a resumption. */
    const size_t count = aw_channel_is_quarantined(ch) ? AW_SLOT_NONE - 1 : AW_SLOT_NONE;

    for (size_t i = 0; i < count && cell.len == AW_CELL_LEN; i++) {
        for (size_t k = 0; k < AW_COUNT(lanes); k++) {
            const struct aw_ratchet *r = &epochs[i]->recv[aw_epoch_lane(lanes[k])];
            uint32_t at;

            if (r->live && aw_cell_peek(cell.ptr, cell.len, r->header_key, &at) == AW_OK &&
                (uint64_t)at + 1 == r->next_index) {
                *lane = lanes[k];
                return true;
            }
        }
    }
    return false;
}

enum aw_status aw_channel_open(struct aw_channel *ch, struct aw_bytes cell,
                               const struct aw_resume *own, uint64_t wall_ms, struct aw_buf *plain,
                               struct aw_opened *opened, const struct aw_random *random)
{
    enum aw_status st;

    if (!aw_cell_is_len(cell.len))
        return AW_E_FORMAT;
    if (plain->cap - plain->len < cell.len - AW_CELL_OVERHEAD)
        return AW_E_SPACE;
    st = open_message(ch, cell, plain->ptr + plain->len, opened);
    if (st == AW_OK)
        plain->len += cell.len - AW_CELL_OVERHEAD;
    else if (st == AW_E_AUTH && cell.len == AW_CELL_LEN)
        st = aw_resume_open(ch, cell, own, opened, random);
    /* What a relay held back for her is no sign that she is there now. */
    if (st == AW_OK && opened->session == AW_SESSION_MAIN && opened->kind != AW_OPENED_RESUME &&
        !(opened->kind == AW_OPENED_MESSAGE && opened->lane == AW_LANE_SWITCH))
        ch->heard_wall_ms = wall_ms;
    return st;
}

/* ---- Small questions ---- */

uint32_t aw_channel_epoch(const struct aw_channel *ch)
{
    const uint32_t numbers[AW_SLOT_NONE] = {ch->cur.number, ch->next.number,
                                            ch->resumed.epoch.number};

    return numbers[aw_channel_slot(ch, AW_SESSION_MAIN)];
}

bool aw_channel_is_silent(const struct aw_channel *ch, uint64_t wall_ms)
{
    return aw_time_since(ch->heard_wall_ms, wall_ms) >= AW_CHANNEL_SILENT_MS;
}

enum aw_status aw_channel_words(const struct aw_channel *ch, enum aw_session session,
                                uint16_t words[AW_WORDS_COUNT])
{
    if (session == AW_SESSION_QUARANTINE && !aw_channel_is_quarantined(ch))
        return AW_E_NOT_FOUND;
    aw_words_derive(words, session == AW_SESSION_MAIN ? ch->words_hash : ch->resumed.words_hash);
    return AW_OK;
}

void aw_channel_set_verified(struct aw_channel *ch)
{
    ch->is_verified = true;
}
