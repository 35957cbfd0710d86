/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include "base/assert.h"
#include "base/bytes.h"

/*
 * Words that a contact cannot judge any more (spec/06-subject.md §4). Nothing here depends on which
 * secret was typed, or on who is in the circle: the phone knows neither.
 */

/* Whether he can no longer hold the accept key of that epoch, by what he said of himself when the
 * session was made. The session adds one to the newest that he keeps. */
static bool is_lost(const struct person *p, uint32_t epoch)
{
    return epoch > p->said.epoch || p->said.epoch - epoch + 1 >= AW_ACCEPT_KEEP;
}

/* What moves her deadline, as aw_su_proved() does. */
static bool is_proof(const struct aw_call *call)
{
    return call->kind == AW_CALL_CHECKIN || call->kind == AW_CALL_PLAN ||
           call->kind == AW_CALL_TIMER;
}

void aw_su_again(struct subject *s, struct person *p)
{
    uint32_t lost = 0, proof = 0;
    bool is_due = false;
    struct aw_call call; /* Secret: wipe. */

    if (aw_su_decoy(s, p) != NULL)
        return; /* what waits for who was removed is not hers */
    for (size_t i = 0; i < p->words.count; i++) {
        const struct aw_word *word = &p->words.words[i];
        enum aw_status st =
            aw_message_decode(&aw_call_map, &call, (struct aw_bytes){word->body, word->body_len});

        AW_ASSERT(st == AW_OK); /* checked when it was made, and when it was loaded */
        if (!aw_call_is_typed(&call))
            continue;
        if (is_lost(p, call.presence_epoch) && call.seq > lost)
            lost = call.seq;
        if (is_proof(&call) && call.seq > proof) {
            proof = call.seq;
            is_due = is_lost(p, call.presence_epoch);
        }
    }
    aw_wipe(&call, sizeof call);
    if (lost == 0)
        return;
    aw_su_event(s, AW_EVENT_AGAIN, AW_URGENCY_NOTICE, p, lost);
    if (!is_due || s->trigger.again_s != 0)
        return;
    /* A second from now: what is due by then is told, as loud as the plan wants it. */
    s->trigger.again_s = (uint32_t)aw_timebase_s(&s->time) + 1;
    aw_su_dirty(s, SUBJECT_DIRTY_TRIGGER);
    aw_su_schedule(s);
}
