/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/bytes.h"
#include "base/time.h"
#include "core/short.h"

/* One call of hers: what it says, what it is worth, what follows (spec/07-contact.md §3). */

static struct aw_statement statement_of(const struct aw_call *call)
{
    struct aw_statement s = {.seq = call->seq,
                             .issued_at = call->issued_at,
                             .valid_for = call->valid_for,
                             .kind = call->kind};

    memcpy(s.log_head, call->log_head, AW_HASH_LEN);
    return s;
}

/* Whether a presence lets a word count: outside the circle it is what the device claims. */
bool aw_co_counts(enum aw_verdict verdict)
{
    return verdict == AW_VERDICT_CLAIMED || verdict == AW_VERDICT_SAFE ||
           verdict == AW_VERDICT_DURESS;
}

/* What people cannot judge, and what the device claims, neither lengthens the row nor ends it. */
bool aw_co_is_third_wrong(uint8_t *row, enum aw_verdict verdict)
{
    if (verdict == AW_VERDICT_WRONG)
        ++*row;
    else if (verdict == AW_VERDICT_SAFE || verdict == AW_VERDICT_DURESS)
        *row = 0;
    if (*row < CONTACT_WRONG_MAX)
        return false;
    *row = 0;
    return true;
}

static void show_gap(struct contact *c, uint32_t seq)
{
    /* spec/05-channel.md §7: "a contact of the duress circle MUST show them as a gap that cannot
     * exclude duress" */
    c->book.gap = true;
    aw_co_touch(c, CONTACT_DIRTY_BOOK);
    aw_co_event(c, AW_EVENT_GAP, AW_URGENCY_NOTICE, seq, (uint32_t)aw_timebase_s(&c->time));
}

/* spec/14-small-bearers.md §4: "A receiver MUST judge the presence of a frame over the short act
 * only, and of a call over the act only." */
static void hash_act(uint8_t out[AW_HASH_LEN], const struct contact *c, const struct aw_call *call,
                     enum contact_form form)
{
    struct aw_statement statement = statement_of(call);
    struct aw_act act = {.word = call->word, .reply_seen = call->reply_seen};

    if (form == CONTACT_FROM_FRAME) {
        aw_short_act_hash(out, c->channel.id, call);
        return;
    }
    if (call->kind == AW_CALL_CANCEL && call->has_alarm)
        act.alarm_id = call->alarm.id;
    if (call->kind == AW_CALL_TIMER)
        act.timer_id = call->timer.id;
    if (call->has_plan_hash)
        memcpy(act.plan_hash, call->plan_hash, AW_HASH_LEN);
    aw_act_hash(out, c->channel.id, &statement, &act);
}

/* spec/07-contact.md §3: "A seq of more than 2^16 above the newest, and of one more for each second
 * since the base of the newest, MUST be refused." */
static uint64_t seq_jump(const struct contact *c)
{
    return CONTACT_SEQ_JUMP + aw_time_since(c->book.newest.base_s, aw_timebase_s(&c->time));
}

/* Register or log: a beat counts when it is newer, a word once by its number and mark. */
static enum aw_status admit(struct contact *c, const struct aw_call *call, enum aw_word_odd *odd)
{
    struct aw_word_id id = {.number = call->word};
    uint32_t seq = c->book.newest.call.seq;
    struct aw_word_gap gap = {0, 0};
    enum aw_status st;

    *odd = AW_WORD_ODD_NONE;
    /* The first one is taken as it is. */
    if (call->seq == 0 || (seq != 0 && call->seq > seq && call->seq - seq > seq_jump(c)))
        return AW_E_RANGE;
    /* spec/07-contact.md §3: "A call with an alarm whose id is above its own seq MUST be refused."
     * Else it would mute every later one. */
    if (call->has_alarm && call->alarm.id > call->seq)
        return AW_E_RANGE;
    st = aw_words_in_waiting(&c->words, call->waiting, &gap);
    if (st != AW_OK)
        return st;
    if (gap.count > 0)
        show_gap(c, call->seq);
    if (call->word == 0)
        return call->seq > seq ? AW_OK : AW_E_REPLAY;
    aw_word_mark(id.mark, c->channel.id, call);
    st = aw_words_in_accept(&c->words, &id, odd);
    if (st != AW_E_RANGE)
        aw_co_touch(c, CONTACT_DIRTY_WORDS);
    return st;
}

static void report_fork(struct contact *c, uint32_t seq)
{
    aw_co_event(c, AW_EVENT_FORK, AW_URGENCY_NOTICE, seq, (uint32_t)aw_timebase_s(&c->time));
}

/* Two authentic statements with one seq: a phone restored from a backup, or a clone. */
static void check_fork(struct contact *c, const struct aw_call *call, const uint8_t *hash)
{
    if (call->seq == c->book.newest.call.seq && call->seq != 0 &&
        memcmp(hash, c->book.newest_hash, AW_HASH_LEN) != 0)
        report_fork(c, call->seq);
}

static void note_skew(struct contact *c, const struct aw_contact_call *call, uint32_t replied_at_s)
{
    unsigned skew = aw_watch_skew(call, replied_at_s);

    if ((skew & ~(unsigned)c->book.skew) != 0)
        aw_co_event(c, AW_EVENT_CLOCK, AW_URGENCY_NOTICE, call->seq, call->received_at_s);
    c->book.skew = (uint8_t)skew;
}

/* What the newest statement is known by: that of a frame has no hash, so it is its short act. */
static void hash_of(uint8_t out[AW_HASH_LEN], const struct contact *c, const struct aw_call *call,
                    enum contact_form form)
{
    struct aw_statement statement = statement_of(call);

    if (form == CONTACT_FROM_FRAME)
        aw_short_act_hash(out, c->channel.id, call);
    else
        aw_statement_hash(out, &statement);
}

static void sign_receipt(struct contact *c, const uint8_t hash[AW_HASH_LEN])
{
    memcpy(c->book.newest_hash, hash, AW_HASH_LEN);
    c->book.receipt_at_s = (uint32_t)aw_timebase_s(&c->time);
    aw_receipt_sign(c->book.receipt, &c->receipt_key, hash, c->book.receipt_at_s);
}

/* The newest statement of any kind: the sign of life of her device, and what is receipted. */
static void take_newest(struct contact *c, const struct aw_contact_call *call,
                        uint32_t replied_at_s, const uint8_t hash[AW_HASH_LEN],
                        enum contact_form form)
{
    if (call->seq <= c->book.newest.call.seq)
        return;
    aw_watch_take(&c->book.newest, call, replied_at_s);
    memcpy(c->book.newest_hash, hash, AW_HASH_LEN);
    if (form == CONTACT_FROM_CALL)
        sign_receipt(c, hash);
}

static void take_share(struct contact *c, const struct aw_call *call)
{
    struct aw_keep_item item = {.seq = call->seq, .issued_at = call->issued_at};

    if (!call->has_state || !call->has_share || !aw_share_is_valid(call->share))
        return;
    if (call->share[0] > AW_PLAN_MEMBER_MAX)
        return;
    /* The first one stands: her phone's holder does not choose when this contact rings. */
    if (call->share[0] != 0 && c->book.person == 0)
        c->book.person = call->share[0];
    memcpy(item.state, call->state, sizeof item.state);
    memcpy(item.share, call->share, sizeof item.share);
    aw_keep_add(&c->keep, call->word != 0, &item);
    aw_wipe(&item, sizeof item);
}

/*
 * A check-in, or the word of a plan: both were typed with her secret. Only the first closes.
 * spec/07-contact.md §3: "A check-in that a circle contact finds wrong, or cannot judge, MUST NOT
 * move a deadline." The same holds for a plan.
 */
static void take_proof(struct contact *c, const struct aw_contact_call *call, bool is_old,
                       uint32_t replied_at_s, struct aw_ladder_out *out)
{
    struct aw_ladder_rules rules = aw_co_rules(c);
    bool counts = aw_co_counts(call->verdict);
    bool is_newer = call->seq > c->book.checkin.call.seq;

    /* The seqs of a restored phone say nothing until it was re-established. */
    if (is_old)
        is_newer = is_newer || call->issued_at_s > c->book.checkin.call.issued_at_s;
    if (counts && is_newer)
        aw_watch_take(&c->book.checkin, call, replied_at_s);
    aw_co_rewatch(c, out);
    if (counts && is_newer && call->verdict != AW_VERDICT_DURESS && call->kind == AW_CALL_CHECKIN)
        aw_ladder_safe(&c->ladder, &rules, call->seq, c->book.checkin.base_s,
                       aw_timebase_s(&c->time), out);
}

/* Timers, the question, drills, signals: before the deadlines are looked at. */
static void take_triggers(struct contact *c, const struct aw_call *call,
                          const struct aw_contact_call *taken, uint32_t base_s)
{
    bool counts = aw_co_counts(taken->verdict);

    if (call->kind == AW_CALL_TIMER)
        aw_trigger_timer(&c->triggers, call, base_s, c->plan.grace_s, counts);
    aw_trigger_answer(&c->triggers, call, base_s, counts);
    aw_trigger_notice(&c->triggers, call, base_s);
    /* spec/07-contact.md §10: "A drill MUST ring at most once an hour, and MUST NOT open, move or
     * end anything." */
    if (call->kind == AW_CALL_DRILL) {
        bool rings = aw_trigger_drill(&c->triggers, call->seq, !aw_ladder_is_incident(&c->ladder),
                                      taken->received_at_s);

        aw_co_event(c, AW_EVENT_DRILL, rings ? AW_URGENCY_RING : AW_URGENCY_NOTICE, call->seq,
                    taken->received_at_s);
    }
    if (counts)
        aw_trigger_typed(&c->triggers, base_s);
    aw_co_touch(c, CONTACT_DIRTY_TRIGGERS);
}

/* What a word says; duress and wrong secrets are the same whatever the word. */
static void take_word(struct contact *c, const struct aw_opened *opened, const struct aw_call *call,
                      const struct aw_contact_call *taken, bool is_old, uint32_t replied_at_s,
                      uint32_t base_s, struct aw_ladder_out *out)
{
    struct aw_ladder_rules rules = aw_co_rules(c);
    uint64_t now_s = aw_timebase_s(&c->time);
    bool is_end = call->kind == AW_CALL_TIMER && call->timer.op == AW_TIMER_END;
    bool is_third = aw_co_is_third_wrong(&c->book.wrong_count, taken->verdict);

    if (call->kind == AW_CALL_CHECKIN || call->kind == AW_CALL_PLAN || is_end)
        take_proof(c, taken, is_old, replied_at_s, out);
    if (call->kind == AW_CALL_CANCEL && aw_co_counts(taken->verdict))
        aw_ladder_cancel(&c->ladder, &rules, now_s, out);
    else if (call->kind == AW_CALL_PLAN)
        aw_co_plan_word(c, call, taken->verdict);
    else if (call->kind == AW_CALL_KEYS)
        aw_co_take_keys(c, opened, call, taken->verdict, is_old);
    /* spec/07-contact.md §2: "A contact MUST name the newest word with keys that it processed,
     * whatever its verdict, inside the circle and outside." */
    if (call->kind == AW_CALL_KEYS && call->word > c->book.keys_word)
        c->book.keys_word = call->word;

    if (taken->verdict == AW_VERDICT_DURESS)
        aw_ladder_alarm(&c->ladder, &rules, AW_INCIDENT_DURESS, call->seq, base_s, now_s, out);
    if (is_third)
        aw_ladder_alarm(&c->ladder, &rules, AW_INCIDENT_WRONG, call->seq, base_s, now_s, out);
}

static bool is_known(const struct aw_ladder *l, const struct aw_call *call)
{
    /* Who ran ahead with a copy of the phone has used up numbers, but not this word. */
    if (call->kind == AW_CALL_SOS)
        return call->alarm.id == l->alarm_id;
    return call->alarm.id <= l->alarm_id;
}

/* spec/07-contact.md §3: "An alarm MUST count from whatever call carries it first." A dropped SOS
 * does not help while a beat passes. */
static void take_alarm(struct contact *c, const struct aw_call *call, uint32_t base_s,
                       struct aw_ladder_out *out)
{
    struct aw_ladder_rules rules = aw_co_rules(c);

    if (!call->has_alarm || call->kind == AW_CALL_CANCEL)
        return;
    if (!is_known(&c->ladder, call))
        aw_ladder_alarm(&c->ladder, &rules, AW_INCIDENT_SOS, call->alarm.id, base_s,
                        aw_timebase_s(&c->time), out);
    if (!is_known(&c->shown, call))
        aw_co_shown_sos(c, call->alarm.id, base_s);
}

static void announce(struct contact *c, const struct aw_contact_call *taken)
{
    bool is_odd = taken->verdict == AW_VERDICT_WRONG || taken->verdict == AW_VERDICT_CANNOT_JUDGE;

    if (taken->kind == AW_CALL_CHECKIN && !is_odd)
        aw_co_event(c, AW_EVENT_CHECKED_IN, AW_URGENCY_QUIET, taken->seq, taken->received_at_s);
    if (is_odd)
        aw_co_event(c, AW_EVENT_JUDGE, AW_URGENCY_NOTICE, taken->seq, taken->received_at_s);
}

static void take(struct contact *c, const struct aw_opened *opened, const struct aw_call *call,
                 enum contact_form form, bool is_old, uint32_t deposited_at_s)
{
    struct aw_ladder_out out = {.count = 0};
    struct aw_contact_call taken = {
        .seq = call->seq,
        .issued_at_s = call->issued_at,
        .deposited_at_s = deposited_at_s,
        .received_at_s = (uint32_t)aw_timebase_s(&c->time),
        .valid_for_s = call->valid_for,
        .kind = call->kind,
    };
    uint32_t replied_at_s = aw_co_replied_at(c, call->reply_seen);
    enum aw_why_clock clock;
    uint32_t base_s = aw_watch_base_s(&taken, replied_at_s, &clock);
    uint8_t hash[AW_HASH_LEN];

    hash_act(hash, c, call, form);
    taken.verdict = aw_co_judge(c, opened, call, hash, is_old);
    hash_of(hash, c, call, form);
    check_fork(c, call, hash);
    aw_co_touch(c, CONTACT_DIRTY_BOOK);
    note_skew(c, &taken, replied_at_s);
    take_newest(c, &taken, replied_at_s, hash, form);
    if (form == CONTACT_FROM_CALL)
        aw_co_peers_statement(c, call);
    aw_co_peers_call(c, call, &taken, is_old, replied_at_s, base_s);
    take_share(c, call);
    take_triggers(c, call, &taken, base_s);
    if (call->word != 0)
        take_word(c, opened, call, &taken, is_old, replied_at_s, base_s, &out);
    take_alarm(c, call, base_s, &out);
    aw_co_flush(c, &out);
    out.count = 0;
    aw_co_rewatch(c, &out);
    aw_co_flush(c, &out);
    announce(c, &taken);
}

/*
 * A word that was processed comes again. spec/14-small-bearers.md §5: "The call that comes after
 * its frame MUST NOT move a deadline." Of one that came whole before, all that counts is there.
 */
static void complete(struct contact *c, const struct aw_call *call)
{
    struct aw_ladder_out out = {.count = 0};
    uint8_t hash[AW_HASH_LEN], held[AW_HASH_LEN];

    hash_of(hash, c, call, CONTACT_FROM_CALL);
    hash_of(held, c, call, CONTACT_FROM_FRAME);
    if (memcmp(held, c->book.newest_hash, AW_HASH_LEN) == 0)
        sign_receipt(c, hash);
    else
        check_fork(c, call, hash); /* unless something newer is receipted */
    aw_co_peers_statement(c, call);
    take_share(c, call);
    /* An SOS that comes again is no new one; whatever else carries an alarm may be the first. */
    if (call->kind != AW_CALL_SOS)
        take_alarm(c, call, call->issued_at, &out);
    aw_co_touch(c, CONTACT_DIRTY_BOOK);
    aw_co_flush(c, &out);
}

/* How far the number of a reply that it never made may lie ahead. */
static uint64_t reply_jump(const struct contact *c)
{
    const struct contact_book *b = &c->book;
    uint64_t now_s = aw_timebase_s(&c->time);
    uint32_t newest_s = b->replies_count > 0 ? b->replies[b->replies_count - 1].at_s : 0;

    return CONTACT_REPLY_JUMP + aw_time_since(newest_s, now_s);
}

/* spec/05-channel.md §9: "A contact that a call tells of a reply that it never made MUST go on
 * above that number": its state is an old one, and she refuses what it says. */
static void check_replies(struct contact *c, uint32_t reply_seen)
{
    struct aw_resume own = aw_co_resume(c);

    if (reply_seen <= c->book.reply_number || reply_seen - c->book.reply_number > reply_jump(c))
        return;
    c->book.reply_number = reply_seen;
    aw_co_touch(c, CONTACT_DIRTY_BOOK);
    aw_co_ask(c, &own);
}

enum aw_status aw_co_take(struct contact *c, const struct aw_opened *opened,
                          const struct aw_call *call, enum contact_form form,
                          uint32_t deposited_at_s)
{
    enum aw_word_odd odd;
    uint8_t hash[AW_HASH_LEN];
    enum aw_status st = admit(c, call, &odd);

    if (st != AW_OK && st != AW_E_REPLAY)
        return st;
    check_replies(c, call->reply_seen);
    c->has_heard = true;
    /* spec/05-channel.md §7: "If another word had that number, it MUST be reported as a sign of a
     * clone or a restore." */
    if (odd == AW_WORD_ODD_REUSED)
        report_fork(c, call->seq);
    hash_of(hash, c, call, form);
    if (st == AW_OK)
        take(c, opened, call, form, odd != AW_WORD_ODD_NONE, deposited_at_s);
    else if (call->word == 0)
        check_fork(c, call, hash);
    else if (form == CONTACT_FROM_CALL)
        complete(c, call);
    return st;
}

static enum aw_status take_main(struct contact *c, const struct aw_opened *opened,
                                const struct aw_call *call, uint32_t deposited_at_s)
{
    unsigned events = 0;
    enum aw_status st = aw_channel_on_offer(&c->channel, opened, call->offer, &events, &c->random);

    if ((events & AW_CHANNEL_EV_FORK) != 0)
        report_fork(c, call->seq);
    /* An older epoch's offer, or that of a clone: what the call says still counts. */
    if (st != AW_OK && st != AW_E_REPLAY && (events & AW_CHANNEL_EV_FORK) == 0)
        return st;
    return aw_co_take(c, opened, call, CONTACT_FROM_CALL, deposited_at_s);
}

enum aw_status aw_co_call(struct contact *c, const struct aw_opened *opened, struct aw_bytes plain,
                          uint32_t deposited_at_s)
{
    struct aw_statement statement;
    struct aw_call call;
    enum aw_status st = aw_message_decode_padded(&aw_call_map, &call, plain);

    if (st != AW_OK)
        return st;
    statement = statement_of(&call);
    /* spec/05-channel.md §6: "A receiver MUST verify the signature of a call before it uses the
     * statement." */
    st = aw_statement_verify(&statement, call.signing_key, call.signature);
    /* spec/05-channel.md §8.2: "Messages of a quarantined session MUST NOT have any effect on
     * deadlines, votes, plan or presence keys." They are answered, in their own session. */
    if (st == AW_OK)
        c->reply_session = opened->session;
    if (st == AW_OK && opened->session == AW_SESSION_MAIN)
        st = take_main(c, opened, &call, deposited_at_s);
    /* Also for what was seen before: the reply that named it may be lost. */
    if (st == AW_OK || st == AW_E_REPLAY) {
        c->wants_reply = true;
        if (opened->session == AW_SESSION_MAIN)
            aw_co_switch_armed(c, &call);
    }
    aw_wipe(&call, sizeof call);
    return st;
}
