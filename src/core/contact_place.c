/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/bytes.h"
#include "wire/state.h"

/* Her last known states, newest first, as far as they can be opened (spec/07-contact.md §7). */

static enum aw_status decode(const uint8_t plain[AW_STATE_LEN], struct aw_place *place)
{
    return aw_message_decode_padded(&aw_state_map, &place->state,
                                    (struct aw_bytes){plain, AW_STATE_LEN});
}

/* With what the shares of others opened before, which lasts over a restart. */
static enum aw_status open_stored(const struct contact *c, struct aw_place *place)
{
    place->from = c->peers.place.from;
    return decode(c->peers.place.state, place);
}

/* Alone, or with the shares of others. */
static enum aw_status open_item(const struct contact *c, const struct aw_keep_item *item,
                                struct aw_place *place)
{
    const struct aw_gather_row *row = &c->peers.gather.rows[item - c->keep.items];
    uint8_t threshold = c->has_plan ? c->plan.threshold : 0, plain[AW_STATE_LEN];
    enum aw_status st = aw_keep_open(item, threshold, &place->state);

    if (st != AW_OK && c->peers.place.seq == item->seq)
        return open_stored(c, place);
    if (st != AW_OK && row->seq == item->seq && item->share[0] != 0) {
        st = aw_gather_open(row, item->share, threshold, item->state, plain);
        if (st == AW_OK)
            st = decode(plain, place);
        place->from = row->has;
        aw_wipe(plain, sizeof plain);
    }
    return st;
}

enum aw_status aw_contact_place_before(const struct aw_contact *contact, uint32_t seq,
                                       struct aw_place *place, struct aw_now now)
{
    const struct contact *c = contact_of_const(contact);
    uint64_t before = seq == 0 ? UINT64_MAX : seq, opened = c->peers.place.seq;
    enum aw_status st = AW_E_NOT_FOUND;
    struct aw_timebase time = c->time;
    uint64_t now_s = aw_timebase_read(&time, now);

    while (st != AW_OK) {
        const struct aw_keep_item *item = aw_keep_before(&c->keep, before);
        bool is_stored = opened != 0 && opened < before && (item == NULL || item->seq < opened);

        memset(place, 0, sizeof *place);
        place->threshold = c->plan.threshold;
        if (item == NULL && !is_stored)
            return st;
        before = is_stored ? opened : item->seq; /* it may be kept no longer */
        place->seq = (uint32_t)before;
        st = is_stored ? open_stored(c, place) : open_item(c, item, place);
        st = st == AW_OK ? AW_OK : AW_E_STATE;
    }
    place->age_s = now_s > place->state.at ? (uint32_t)(now_s - place->state.at) : 0;
    return AW_OK;
}

enum aw_status aw_contact_place(const struct aw_contact *contact, struct aw_place *place,
                                struct aw_now now)
{
    return aw_contact_place_before(contact, 0, place, now);
}
