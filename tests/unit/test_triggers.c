/* SPDX-License-Identifier: ISC */
#include "support/circle.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_impl.h"
#include "core/subject_impl.h"

/* What makes her device speak beside the plan (spec/17-triggers.md). */

static struct aw_subject *her(struct circle *c)
{
    return c->hosts[0].subject;
}

static struct aw_subject_view hers(struct circle *c)
{
    struct aw_subject_view view;

    aw_subject_view(her(c), &view);
    return view;
}

static struct aw_person person(struct circle *c, uint8_t n)
{
    struct aw_person p;

    T_EQ(aw_subject_person(her(c), n, &p), AW_OK);
    return p;
}

/* The newest word that waits for contact n. */
static struct aw_call newest(struct circle *c, size_t n)
{
    const struct aw_words_out *words = &subject_of(her(c))->people[n - 1].words;
    struct aw_call call;

    T_REQUIRE(words->count > 0);
    T_EQ(aw_message_decode(&aw_call_map, &call,
                           (struct aw_bytes){words->words[words->count - 1].body,
                                             words->words[words->count - 1].body_len}),
         AW_OK);
    return call;
}

static void offline(struct circle *c, bool is_offline)
{
    for (size_t n = 1; n <= c->contacts; n++)
        c->hosts[n].is_offline = is_offline;
}

/* Plays a reply of contact n that says more than its engine would. */
static void reply(struct circle *c, size_t n, void (*tweak)(struct aw_reply *, uint32_t),
                  uint32_t arg)
{
    struct contact *contact = contact_of(c->hosts[n].contact);
    struct aw_reply r = {.number = ++contact->book.reply_number,
                         .seq_device = contact->book.newest.call.seq,
                         .words = contact->words.words,
                         .words_more = contact->words.more,
                         .plan_version = contact->book.plan_named};
    uint8_t plain[AW_CELL_PLAIN_LEN], space[AW_CELL_LEN];
    struct aw_buf text = AW_BUF_OF(plain), cell = AW_BUF_OF(space);
    struct aw_random random = t_random(&c->rng);
    struct aw_sealed at;

    aw_channel_accept(&contact->channel, AW_SESSION_MAIN, r.accept, &r.accept_epoch);
    aw_channel_received(&contact->channel, AW_SESSION_MAIN, &r.cell_epoch, &r.cell_index);
    tweak(&r, arg);
    T_EQ(aw_message_encode(&aw_reply_map, &r, &text), AW_OK);
    T_EQ(aw_channel_seal(&contact->channel, AW_LANE_CELL, AW_SESSION_MAIN, aw_buf_bytes(&text),
                         &cell, &at, &random),
         AW_OK);
    T_EQ(aw_subject_feed(her(c), (uint32_t)n << 3, aw_buf_bytes(&cell), (uint32_t)circle_now_s(c),
                         circle_now(c, 0)),
         AW_OK);
    circle_pump(c);
}

static void set_pace(struct circle *c, const struct aw_pace *pace, uint8_t asks)
{
    struct aw_plan plan;

    T_EQ(aw_subject_plan(her(c), &plan), AW_OK);
    plan.pace = *pace;
    for (size_t i = 0; i < plan.roster_count; i++)
        plan.roster[i].asks = (asks >> i & 1) != 0;
    T_EQ(aw_subject_plan_set(her(c), &plan, NULL, circle_safe, circle_now(c, 0)), AW_OK);
    circle_run(c, 120);
}

/* ---- Countdown ---- */

/* Goal: a countdown that she stops leaves no trace at anybody; one that she does not is an alarm
 * of its kind, after its last second, and then ends with a secret only (TR-5, TR-6).
 * Method: each kind; cells are counted, the seq is compared, events are looked at. */
static void test_countdown(void)
{
    for (enum aw_alarm_kind kind = AW_ALARM_SOS; kind <= AW_ALARM_CRASHED; kind++) {
        struct circle c;
        uint64_t sent;
        uint32_t seq;

        circle_init(&c, 2, 11);
        circle_set_up(&c);
        sent = c.sent_count[0];
        seq = hers(&c).seq_last;
        circle_forget_events(&c);
        T_EQ(aw_subject_countdown(her(&c), kind, 31, NULL, circle_now(&c, 0)), AW_E_RANGE);
        T_EQ(aw_subject_countdown(her(&c), kind, 30, NULL, circle_now(&c, 0)), AW_OK);
        circle_run(&c, 29);
        T_EQ(hers(&c).countdown_kind, kind);
        T_EQ(circle_events(&c, 0, AW_EVENT_COUNTDOWN), 6); /* 30, 25, .. 5 s before */
        T_EQ(aw_subject_countdown_stop(her(&c), circle_now(&c, 0)), AW_OK);
        T_EQ(aw_subject_countdown_stop(her(&c), circle_now(&c, 0)), AW_E_STATE);
        circle_run(&c, 5);
        T_EQ(c.sent_count[0], sent);
        T_EQ(hers(&c).seq_last, seq);
        T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);

        T_EQ(aw_subject_countdown(her(&c), kind, 10, NULL, circle_now(&c, 0)), AW_OK);
        T_EQ(aw_subject_countdown(her(&c), kind, 30, NULL, circle_now(&c, 0)), AW_OK);
        offline(&c, true);
        circle_run(&c, 9);
        T_EQ(hers(&c).alarm_id, 0);
        circle_run(&c, 1);
        T_EQ(hers(&c).alarm_kind, kind);
        T_EQ(newest(&c, 1).alarm.kind, kind);
        T_EQ(newest(&c, 1).kind, AW_CALL_SOS);
        T_EQ(circle_events(&c, 0, AW_EVENT_ALARM), 1);
        T_EQ(aw_subject_countdown_stop(her(&c), circle_now(&c, 0)), AW_E_STATE);
        offline(&c, false);
        circle_run(&c, 60);
        T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
        T_EQ(circle_view(&c, 2).incident, AW_INCIDENT_SOS);
        circle_restart(&c, 0);
        T_EQ(hers(&c).alarm_kind, kind);
        circle_free(&c);
    }
}

/* Goal: a fall whose countdown was shown is an alarm although the process dies, at whatever
 * action (TR-6).
 * Method: crash before and after each action from the countdown on; the alarm comes. */
static void test_countdown_survives(void)
{
    for (unsigned crash = 1; crash <= 7; crash++) {
        for (unsigned after = 0; after <= 1; after++) {
            struct circle c;

            circle_init(&c, 1, 12);
            circle_set_up(&c);
            T_EQ(aw_subject_countdown(her(&c), AW_ALARM_FELL, 30, NULL, circle_now(&c, 0)), AW_OK);
            circle_pump(&c); /* from here on it was visible */
            c.hosts[0].crash_at = c.hosts[0].actions + crash;
            c.hosts[0].crash_is_after = after != 0;
            circle_run(&c, 90);
            T_EQ(c.hosts[0].restarts, 1);
            T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
            T_EQ(hers(&c).alarm_kind, AW_ALARM_FELL);
            circle_free(&c);
        }
    }
}

/* ---- Signals ---- */

/* Goal: what the device notices of itself goes out at once with her state, last gasp before other
 * words, and raises no alarm (TR-7).
 * Method: signals behind a check-in that no relay took; the order of the words. */
static void test_signals(void)
{
    static const enum aw_signal signals[] = {AW_SIGNAL_BATTERY_LOW, AW_SIGNAL_LAST_GASP,
                                             AW_SIGNAL_POWERED_OFF};
    struct circle c;

    circle_init(&c, 1, 13);
    circle_set_up(&c);
    for (size_t i = 0; i < AW_COUNT(signals); i++) {
        struct aw_state state = {.at = (uint32_t)circle_now_s(&c), .note = "by the lake"};
        const struct aw_words_out *words = &subject_of(her(&c))->people[0].words;
        struct aw_call call;

        c.hosts[0].is_offline = true;
        circle_checkin(&c, circle_safe);
        T_EQ(aw_subject_signal(her(&c), signals[i], &state, NULL, circle_now(&c, 0)), AW_OK);
        call = newest(&c, 1);
        T_EQ(call.kind, AW_CALL_SIGNAL);
        T_EQ(call.signal, signals[i]);
        T_TRUE(call.has_state && call.has_share && !call.has_alarm);
        T_EQ(aw_words_out_pick(words, false, AW_TIME_NEVER)->kind, AW_WORD_SIGNAL);
        c.hosts[0].is_offline = false;
        circle_run(&c, 10 * MIN_S);
        T_EQ(person(&c, 1).words_waiting, 0);
    }
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    T_EQ(aw_subject_signal(her(&c), AW_SIGNAL_STALLED, NULL, NULL, circle_now(&c, 0)), AW_E_STATE);
    T_EQ(aw_subject_signal(her(&c), (enum aw_signal)6, NULL, NULL, circle_now(&c, 0)), AW_E_RANGE);
    circle_free(&c);
}

/* Goal: on a journey a stall asks her; moving on answers; silence is an alarm of kind stalled, and
 * then signals go out at once (TR-8).
 * Method: all three. */
static void test_stalled(void)
{
    struct circle c;
    uint64_t sent;

    circle_init(&c, 1, 14);
    circle_set_up(&c);
    T_EQ(aw_subject_timer_start(her(&c), AW_TIMER_JOURNEY, (uint32_t)circle_now_s(&c) + 1800, 600,
                                NULL, NULL, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 60);
    sent = c.sent_count[0];
    T_EQ(aw_subject_signal(her(&c), AW_SIGNAL_STALLED, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_pump(&c);
    T_EQ(circle_events(&c, 0, AW_EVENT_STALLED), 1);
    circle_run(&c, 119);
    T_EQ(aw_subject_signal(her(&c), AW_SIGNAL_MOVING, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 10);
    T_EQ(c.sent_count[0], sent);
    T_EQ(aw_subject_signal(her(&c), AW_SIGNAL_STALLED, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 121);
    T_EQ(hers(&c).alarm_kind, AW_ALARM_STALLED);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
    c.hosts[0].is_offline = true;
    T_EQ(aw_subject_signal(her(&c), AW_SIGNAL_MOVING, NULL, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(newest(&c, 1).signal, AW_SIGNAL_MOVING);
    T_EQ(newest(&c, 1).alarm.kind, AW_ALARM_STALLED);
    circle_free(&c);
}

/* ---- Timers ---- */

/* Goal: a timer is a deadline of hers, is extended once without a secret and by no more than it
 * was started with, ends with a secret, and survives a restart (TR-1 to TR-4).
 * Method: words are read from her log, deadlines from her view; restarts in between. */
static void test_timer(void)
{
    struct circle c;
    struct aw_call call;
    uint32_t due_s, id = 0;

    circle_init(&c, 2, 15);
    circle_set_up(&c);
    due_s = (uint32_t)circle_now_s(&c) + 1800;
    T_EQ(aw_subject_timer_end(her(&c), circle_safe, NULL, NULL, circle_now(&c, 0)), AW_E_STATE);
    T_EQ(aw_subject_timer_start(her(&c), AW_TIMER_MEETING, due_s, AW_TIMER_EXTEND_MAX_S + 1, NULL,
                                NULL, circle_now(&c, 0)),
         AW_E_RANGE);
    T_EQ(aw_subject_timer_start(her(&c), AW_TIMER_MEETING, (uint32_t)circle_now_s(&c), 0, NULL,
                                NULL, circle_now(&c, 0)),
         AW_E_RANGE);
    offline(&c, true);
    T_EQ(
        aw_subject_timer_start(her(&c), AW_TIMER_MEETING, due_s, 900, NULL, &id, circle_now(&c, 0)),
        AW_OK);
    T_EQ(aw_subject_timer_start(her(&c), AW_TIMER_JOURNEY, due_s, 0, NULL, NULL, circle_now(&c, 0)),
         AW_E_STATE);
    call = newest(&c, 1);
    T_EQ(call.kind, AW_CALL_TIMER);
    T_EQ(call.timer.id, id);
    T_EQ(call.timer.id, call.seq);
    T_EQ(call.timer.op, AW_TIMER_START);
    T_EQ(call.timer.due_at, due_s);
    T_EQ(call.timer.extend_s, 900);
    T_EQ(hers(&c).due_s, due_s);
    circle_forget_events(&c);
    circle_pump(&c);
    circle_restart(&c, 0);
    T_EQ(hers(&c).due_s, due_s);
    T_EQ(hers(&c).timer_extend_s, 900);
    circle_run(&c, 1801);
    T_TRUE(circle_events(&c, 0, AW_EVENT_WARNING) >= 1);
    T_EQ(circle_events(&c, 0, AW_EVENT_DUE), 1);

    T_EQ(aw_subject_timer_extend(her(&c), NULL, circle_now(&c, 0)), AW_OK);
    call = newest(&c, 2);
    T_EQ(call.timer.op, AW_TIMER_EXTEND);
    T_EQ(call.timer.id, id);
    T_EQ(call.timer.due_at, due_s + 900);
    T_EQ(hers(&c).due_s, due_s + 900);
    T_EQ(aw_subject_timer_extend(her(&c), NULL, circle_now(&c, 0)), AW_E_STATE);
    circle_pump(&c);
    circle_restart(&c, 0);
    T_EQ(aw_subject_timer_extend(her(&c), NULL, circle_now(&c, 0)), AW_E_STATE);

    T_EQ(aw_subject_timer_end(her(&c), circle_safe, NULL, NULL, circle_now(&c, 0)), AW_OK);
    call = newest(&c, 1);
    T_EQ(call.timer.op, AW_TIMER_END);
    T_EQ(hers(&c).timer_kind, 0);
    T_EQ(hers(&c).due_s, circle_now_s(&c) + HOUR_S); /* it counts as a check-in */
    circle_pump(&c);
    circle_restart(&c, 0);
    T_EQ(hers(&c).due_s, circle_now_s(&c) + HOUR_S);
    circle_free(&c);
}

/* ---- Drills ---- */

/* Goal: a drill is signed as one, carries no alarm and makes none; nothing that is changed on the
 * way makes an alarm of it, or a drill of an alarm; it shows how far it came with each contact
 * (TR-9 to TR-11).
 * Method: the kinds of both words are exchanged, and no signature holds; then the ticks. */
static void test_drill(void)
{
    struct circle c;
    struct aw_call drill, sos;
    struct aw_statement statement;
    uint32_t seq = 0;

    circle_init(&c, 1, 16);
    circle_set_up(&c);
    offline(&c, true);
    T_EQ(aw_subject_drill(her(&c), NULL, &seq, circle_now(&c, 0)), AW_OK);
    drill = newest(&c, 1);
    T_EQ(drill.kind, AW_CALL_DRILL);
    T_TRUE(!drill.has_alarm);
    T_EQ(hers(&c).alarm_id, 0);
    circle_pump(&c);
    T_TRUE(person(&c, 1).drill.relay_at_s != 0);
    T_EQ(person(&c, 1).drill.device_at_s, 0);
    circle_run(&c, 20);
    offline(&c, false);
    circle_run(&c, 60);
    T_TRUE(person(&c, 1).drill.device_at_s >= person(&c, 1).drill.relay_at_s + 20);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    circle_restart(&c, 0);
    T_TRUE(person(&c, 1).drill.device_at_s != 0);
    T_EQ(hers(&c).drill_seq, seq);

    T_EQ(aw_subject_countdown(her(&c), AW_ALARM_SOS, 30, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_subject_drill(her(&c), NULL, NULL, circle_now(&c, 0)), AW_E_STATE);
    offline(&c, true);
    T_EQ(aw_subject_sos(her(&c), NULL, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(hers(&c).countdown_kind, 0);
    T_EQ(aw_subject_drill(her(&c), NULL, NULL, circle_now(&c, 0)), AW_E_STATE);
    sos = newest(&c, 1);
    for (int swap = 0; swap <= 1; swap++) {
        const struct aw_call *calls[] = {&drill, &sos};

        for (size_t i = 0; i < 2; i++) {
            statement = (struct aw_statement){.seq = calls[i]->seq,
                                              .issued_at = calls[i]->issued_at,
                                              .valid_for = calls[i]->valid_for,
                                              .kind = calls[i ^ (size_t)swap]->kind};
            memcpy(statement.log_head, calls[i]->log_head, AW_HASH_LEN);
            T_EQ(aw_statement_verify(&statement, calls[i]->signing_key, calls[i]->signature),
                 swap == 0 ? AW_OK : AW_E_AUTH);
        }
    }
    circle_free(&c);
}

static void answer_drill(struct aw_reply *r, uint32_t seq)
{
    r->drill = seq;
}

/* Goal: the human's answer to a drill is told once, and only for the drill that was made.
 * Method: replies with another number, then twice the right one. */
static void test_drill_answered(void)
{
    struct circle c;
    uint32_t seq = 0;

    circle_init(&c, 1, 17);
    circle_set_up(&c);
    T_EQ(aw_subject_drill(her(&c), NULL, &seq, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 20);
    reply(&c, 1, answer_drill, seq - 1);
    reply(&c, 1, answer_drill, seq + 1000);
    T_EQ(person(&c, 1).drill.human_at_s, 0);
    reply(&c, 1, answer_drill, seq);
    reply(&c, 1, answer_drill, seq);
    T_EQ(person(&c, 1).drill.human_at_s, circle_now_s(&c));
    T_EQ(circle_events(&c, 0, AW_EVENT_DRILLED), 1);
    circle_free(&c);
}

/* Goal: who was not told of a drill is not said to have it, whatever else his device has (TR-11).
 * Method: a drill, then contact 2 is paired and hears beats; another one after a quiet removal. */
static void test_drill_not_told(void)
{
    struct aw_secrets secrets = {0};
    struct circle c;
    struct aw_plan plan;

    memcpy(secrets.safe_key, circle_safe, sizeof circle_safe);
    memcpy(secrets.duress_key, circle_duress, sizeof circle_duress);
    circle_init(&c, 2, 22);
    c.contacts = 1;
    circle_pair(&c, 1);
    T_EQ(aw_subject_drill(her(&c), NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 60);
    c.contacts = 2;
    circle_pair(&c, 2);
    circle_run(&c, HOUR_S);
    T_TRUE(person(&c, 1).drill.device_at_s != 0);
    T_TRUE(person(&c, 2).seq_device > hers(&c).drill_seq);
    T_EQ(person(&c, 2).drill.relay_at_s, 0);
    T_EQ(person(&c, 2).drill.device_at_s, 0);

    circle_set_plan(&c);
    T_EQ(aw_subject_plan(her(&c), &plan), AW_OK);
    T_EQ(aw_subject_drill(her(&c), NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 60);
    T_TRUE(person(&c, 2).drill.device_at_s != 0);
    plan.roster_count = 1;
    plan.threshold = plan.council.quorum = 1;
    T_EQ(aw_subject_remove(her(&c), 2, &plan, &secrets, circle_safe, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 60);
    T_EQ(aw_subject_drill(her(&c), NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 2 * HOUR_S);
    T_TRUE(person(&c, 1).drill.device_at_s != 0);
    T_EQ(person(&c, 2).drill.relay_at_s, 0);
    T_EQ(person(&c, 2).drill.device_at_s, 0);
    circle_free(&c);
}

/* ---- Questions, signs of life ---- */

static void ask(struct aw_reply *r, uint32_t id)
{
    r->has_ask = id != 0;
    r->ask = (struct aw_ask){.id = id, .within_s = 600};
}

static void leave(struct aw_reply *r, uint32_t leaves)
{
    r->leaves = leaves != 0;
}

/* Goal: who may ask is heard once for each question; any word with her secret answers; others are
 * not heard; a question survives a restart (TR-12, TR-13).
 * Method: contact 1 may ask, contact 2 may not. */
static void test_ask(void)
{
    const struct aw_pace pace = {.ask_s = 600, .asks_max = 4, .alarm_beat_s = 60};
    struct circle c;

    circle_init(&c, 2, 18);
    circle_set_up(&c);
    reply(&c, 1, ask, 1);
    T_EQ(person(&c, 1).ask_due_s, 0); /* the plan lets nobody ask */
    set_pace(&c, &pace, 1);
    reply(&c, 2, ask, 1);
    T_EQ(person(&c, 2).ask_due_s, 0);
    reply(&c, 1, ask, 2);
    reply(&c, 1, ask, 2);
    T_EQ(circle_events(&c, 0, AW_EVENT_ASKED), 1);
    T_EQ(person(&c, 1).ask_due_s, circle_now_s(&c) + 600);
    circle_restart(&c, 0);
    T_EQ(person(&c, 1).ask_due_s, circle_now_s(&c) + 600);
    T_EQ(aw_subject_signal(her(&c), AW_SIGNAL_BATTERY_LOW, NULL, NULL, circle_now(&c, 0)), AW_OK);
    T_TRUE(person(&c, 1).ask_due_s != 0); /* no secret, no answer */
    offline(&c, true);
    T_EQ(aw_subject_checkin(her(&c), circle_duress, NULL, 0, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(person(&c, 1).ask_due_s, 0);
    T_EQ(newest(&c, 1).reply_seen, subject_of(her(&c))->people[0].rec.reply_seen);
    offline(&c, false);
    reply(&c, 1, ask, 2); /* was on its way */
    T_EQ(person(&c, 1).ask_due_s, 0);
    reply(&c, 1, ask, 3);
    T_TRUE(person(&c, 1).ask_due_s != 0);
    reply(&c, 1, ask, 0);
    T_EQ(person(&c, 1).ask_due_s, 0); /* he asks no more */

    reply(&c, 2, leave, 1);
    reply(&c, 2, leave, 1);
    T_EQ(circle_events(&c, 0, AW_EVENT_LEFT), 1);
    T_TRUE(person(&c, 2).leaves);
    circle_free(&c);
}

/* Goal: beats tell how long ago she gave a sign of life, where the plan wants it (TR-14).
 * Method: a plan without and one with it; a sign of life in between. */
static void test_life(void)
{
    const struct aw_pace pace = {.life_s = 4 * 3600, .alarm_beat_s = 60};
    struct circle c;

    circle_init(&c, 1, 19);
    circle_set_up(&c);
    circle_run(&c, 16 * MIN_S);
    T_TRUE(!subject_of(her(&c))->beat.has_life_min);
    set_pace(&c, &pace, 0);
    circle_run(&c, 40 * MIN_S);
    T_TRUE(subject_of(her(&c))->beat.has_life_min);
    T_TRUE(subject_of(her(&c))->beat.life_min >= 25);
    circle_restart(&c, 0);
    T_TRUE(subject_of(her(&c))->beat.life_min >= 25);
    aw_subject_life_sign(her(&c), circle_now(&c, 0));
    circle_run(&c, 16 * MIN_S);
    T_TRUE(subject_of(her(&c))->beat.life_min <= 16);
    circle_free(&c);
}

/* Who was given the key sees this place, with its age. */
static void sees_place(const struct circle *c, int32_t lat_e7, uint64_t age_s)
{
    struct aw_place place;

    T_EQ(aw_contact_place(c->hosts[1].contact, &place, circle_now(c, 1)), AW_OK);
    T_EQ(place.state.lat_e7, lat_e7);
    T_EQ(place.age_s, age_s);
}

/* Goal: while an alarm is active a new place is at the contacts within alarm_beat_s, who see it
 * with its age, which grows while she says nothing new; without an alarm beats are slow again.
 * Method: SOS at a place, a new one a minute later; what the contact opens, each to the second. */
static void test_alarm_beats(void)
{
    const struct aw_pace pace = {.alarm_beat_s = 30};
    struct aw_state state = {.has_lat_e7 = true, .has_lon_e7 = true, .lat_e7 = 514779000};
    struct circle c;
    uint32_t seq;

    circle_init(&c, 2, 20);
    circle_set_up(&c);
    set_pace(&c, &pace, 0);
    state.at = (uint32_t)circle_now_s(&c);
    T_EQ(aw_subject_sos(her(&c), &state, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 60);
    sees_place(&c, 514779000, 60);
    seq = hers(&c).seq_last;
    state.at = (uint32_t)circle_now_s(&c);
    state.lat_e7 = 514801000;
    T_EQ(aw_subject_state_update(her(&c), &state, circle_now(&c, 0)), AW_OK);
    circle_pump(&c);
    sees_place(&c, 514779000, 60); /* it is no word: it goes with the next beat */
    circle_run(&c, 31);
    T_TRUE(hers(&c).seq_last > seq);
    T_EQ(person(&c, 1).seq_device, hers(&c).seq_last);
    sees_place(&c, 514801000, 31);
    circle_run(&c, 10 * MIN_S);
    sees_place(&c, 514801000, 31 + 10 * MIN_S);
    T_EQ(aw_subject_cancel(her(&c), circle_safe, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 60);
    seq = hers(&c).seq_last;
    circle_run(&c, 5 * MIN_S);
    T_EQ(hers(&c).seq_last, seq); /* at ease again */
    circle_free(&c);
}

/* Goal: she is told when too few can be reached, once, not for a device that sleeps for minutes,
 * and when they are back (TR-15); who withdraws does not count. Method: both contacts are off for
 * days; then one comes back; then the other withdraws. */
static void test_coverage(void)
{
    struct aw_coverage cover;
    struct circle c;

    circle_init(&c, 2, 21);
    T_EQ(aw_subject_coverage(her(&c), circle_now(&c, 0), &cover), AW_E_STATE);
    circle_set_up(&c);
    circle_run(&c, HOUR_S);
    T_EQ(aw_subject_coverage(her(&c), circle_now(&c, 0), &cover), AW_OK);
    T_EQ(cover.humans, 2);
    T_EQ(cover.reachable, 2);
    T_TRUE(cover.hears_s != UINT64_MAX);
    T_EQ(circle_events(&c, 0, AW_EVENT_COVERAGE_LOST), 0);
    offline(&c, true);
    circle_run(&c, 72 * HOUR_S);
    T_EQ(circle_events(&c, 0, AW_EVENT_COVERAGE_LOST), 1);
    circle_restart(&c, 0);
    circle_run(&c, HOUR_S);
    T_EQ(circle_events(&c, 0, AW_EVENT_COVERAGE_LOST), 1);
    offline(&c, false);
    circle_run(&c, 2 * HOUR_S);
    T_EQ(circle_events(&c, 0, AW_EVENT_COVERAGE_BACK), 1);
    reply(&c, 2, leave, 1);
    T_EQ(aw_subject_coverage(her(&c), circle_now(&c, 0), &cover), AW_OK);
    T_EQ(cover.reachable, 1);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_countdown);
    T_RUN(test_countdown_survives);
    T_RUN(test_signals);
    T_RUN(test_stalled);
    T_RUN(test_timer);
    T_RUN(test_drill);
    T_RUN(test_drill_answered);
    T_RUN(test_drill_not_told);
    T_RUN(test_ask);
    T_RUN(test_life);
    T_RUN(test_alarm_beats);
    T_RUN(test_coverage);
    return t_end();
}
