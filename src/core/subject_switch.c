/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "core/switch_time.h"
#include "wire/switched.h"

/* Blind switches: what relays say for her when she is silent (spec/06-subject.md §14). */

static uint32_t fires_after_s(const struct subject *s, const struct person *p)
{
    const struct aw_plan *plan = aw_su_plan(s, p);
    const struct decoy *d = aw_su_decoy_const(s, p);
    uint64_t overdue_s = d != NULL ? aw_time_add(d->due_s, plan->grace_s) : s->overdue_s;

    return aw_switch_after_s(plan, aw_su_has_slots(s, p), overdue_s, aw_timebase_s(&s->time));
}

/* Beside a cell, never alone; without randomness the cell goes alone. */
void aw_su_arm(struct subject *s, struct person *p)
{
    uint8_t plain[AW_SWITCHED_LEN_MAX];
    struct aw_buf text = AW_BUF_OF(plain), cell = AW_BUF_OF(p->arm_cell);
    struct aw_switched switched = {.seq = aw_su_seq(s, p)};
    struct aw_sealed at;
    enum aw_status st;

    if (aw_su_plan(s, p) == NULL)
        return;
    switched.after = fires_after_s(s, p);
    st = aw_message_encode(&aw_switched_map, &switched, &text);
    if (st == AW_OK)
        st = aw_channel_seal(&p->channel, AW_LANE_SWITCH, AW_SESSION_MAIN, aw_buf_bytes(&text),
                             &cell, &at, &s->random);
    if (st != AW_OK)
        return;
    aw_su_touch(s, p, SUBJECT_DIRTY_CHANNEL);
    p->arm_after_s = switched.after;
    aw_parcel_seal(&p->arm, 0, 0, p->rec.peer.relays_count, s->outbox.change);
}
