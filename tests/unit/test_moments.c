/* SPDX-License-Identifier: ISC */
/* Every call of both engines at the wrong moment, and with arguments out of range. */
#include "support/circle.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_impl.h"
#include "core/subject_impl.h"

static const struct aw_endpoint relay = {.relay_key = {9}, .address = "relay.example:7447"};
static const struct aw_quiet night = {.days = 127, .from = 60, .until = 120};

static struct aw_subject *her(struct circle *c)
{
    return c->hosts[0].subject;
}

static struct aw_contact *his(struct circle *c)
{
    return c->hosts[1].contact;
}

/* Events that nobody takes, as many as a queue holds before calls are put off. */
static void fill(struct aw_outbox *o)
{
    const struct aw_event event = {.kind = AW_EVENT_CARD};

    while (aw_outbox_has_room(o))
        aw_outbox_event(o, &event, 0);
}

/* ---- Contact ---- */

enum contact_call {
    C_VERIFY,
    C_COMPARED,
    C_SEEN,
    C_CLAIM,
    C_DECLINE,
    C_HAND_OVER,
    C_NOTE,
    C_CONFIRM,
    C_UNREACHABLE,
    C_ASK,
    C_DRILL,
    C_AWAY,
    C_ROTA,
    C_ALWAYS_ON,
    C_LEAVE,
    C_REFUSE,
    C_JOIN,
    C_FEED,
    C_COUNT
};

static enum aw_status contact_call(struct circle *c, unsigned call)
{
    static const uint8_t cell[AW_CELL_LEN] = {1};
    struct aw_now now = circle_now(c, 1);

    switch (call) {
    case C_VERIFY:
        return aw_contact_verify(his(c), now);
    case C_COMPARED:
        return aw_contact_words_compared(his(c), now);
    case C_SEEN:
        return aw_contact_seen(his(c), now);
    case C_CLAIM:
        return aw_contact_claim(his(c), now);
    case C_DECLINE:
        return aw_contact_decline(his(c), now);
    case C_HAND_OVER:
        return aw_contact_hand_over(his(c), 2, now);
    case C_NOTE:
        return aw_contact_note(his(c), "on my way", now);
    case C_CONFIRM:
        return aw_contact_confirm(his(c), now);
    case C_UNREACHABLE:
        return aw_contact_unreachable(his(c), now);
    case C_ASK:
        return aw_contact_ask(his(c), now);
    case C_DRILL:
        return aw_contact_drill_answer(his(c), now);
    case C_AWAY:
        return aw_contact_away(his(c), circle_now_s(c) + HOUR_S, now);
    case C_ROTA:
        return aw_contact_rota_set(his(c), &night, 1, now);
    case C_ALWAYS_ON:
        return aw_contact_always_on(his(c), true, now);
    case C_LEAVE:
        return aw_contact_leave(his(c), true, now);
    case C_REFUSE:
        return aw_contact_refuse(his(c), now);
    case C_JOIN:
        return aw_contact_join(his(c), AW_BYTES_OF(cell), &relay, 1, "Contact", now);
    default:
        return aw_contact_feed(his(c), 0, AW_BYTES_OF(cell), (uint32_t)circle_now_s(c), now);
    }
}

/* Goal: before he is paired nothing but joining has any effect; while events wait that nobody
 * takes, every call is put off, and changes nothing; afterwards each does what it is for.
 * Method: all of them, in three moments. The last one is an SOS with a question and a drill. */
static void test_contact(void)
{
    struct circle c;
    struct contact *e;
    struct aw_plan plan;

    circle_init(&c, 2, 31);
    e = contact_of(his(&c));
    for (unsigned call = 0; call < C_JOIN; call++)
        T_EQ(contact_call(&c, call), call == C_HAND_OVER ? AW_E_NOT_FOUND : AW_E_STATE);
    T_EQ(contact_call(&c, C_FEED), AW_E_NOT_FOUND);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_IDLE);
    T_EQ(e->outbox.change, 0);

    circle_set_up(&c);
    circle_plan(&c, &plan);
    plan.roster[0].asks = true;
    T_EQ(aw_subject_plan_set(her(&c), &plan, NULL, circle_safe, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 5 * MIN_S);
    T_EQ(aw_subject_drill(her(&c), NULL, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_subject_sos(her(&c), NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, MIN_S);
    fill(&e->outbox);
    for (unsigned call = 0; call < C_COUNT; call++) {
        uint64_t change = e->outbox.change;

        T_EQ(contact_call(&c, call), call == C_JOIN ? AW_E_STATE : AW_E_BUSY);
        T_EQ(e->outbox.change, change);
    }
    circle_pump(&c);
    for (unsigned call = 0; call < C_REFUSE; call++) {
        if (call == C_HAND_OVER)
            T_EQ(contact_call(&c, C_CLAIM), AW_E_LIMIT); /* it holds that level already */
        T_EQ(contact_call(&c, call), AW_OK);
        circle_pump(&c);
    }
    T_EQ(contact_call(&c, C_SEEN), AW_OK); /* again: nothing new */
    T_EQ(contact_call(&c, C_DRILL), AW_E_STATE);
    T_EQ(contact_call(&c, C_REFUSE), AW_E_STATE);
    T_EQ(contact_call(&c, C_FEED), AW_E_AUTH);
    circle_free(&c);
}

/* Goal: what the human here says of himself is within its range.
 * Method: each bound of a rota, of an absence and of a note, and beyond. */
static void test_contact_ranges(void)
{
    static const struct aw_quiet bad[] = {
        {.days = 0, .from = 60, .until = 120},
        {.days = 128, .from = 60, .until = 120},
        {.days = 1, .from = 1440, .until = 120},
        {.days = 1, .from = 60, .until = 1440},
    };
    char text[AW_WITNESS_NOTE_MAX + 2];
    struct circle c;
    struct aw_now now;

    circle_init(&c, 1, 32);
    circle_set_up(&c);
    now = circle_now(&c, 1);
    for (size_t i = 0; i < AW_COUNT(bad); i++)
        T_EQ(aw_contact_rota_set(his(&c), &bad[i], 1, now), AW_E_RANGE);
    T_EQ(contact_of(his(&c))->own.rota_count, 0);
    T_EQ(aw_contact_rota_set(his(&c), &night, AW_ROTA_MAX + 1, now), AW_E_RANGE);
    T_EQ(aw_contact_away(his(&c), circle_now_s(&c), now), AW_E_RANGE);
    T_EQ(aw_contact_away(his(&c), circle_now_s(&c) + AW_SPAN_MAX_S + 1, now), AW_E_RANGE);
    T_EQ(aw_contact_away(his(&c), circle_now_s(&c) + AW_SPAN_MAX_S, now), AW_OK);
    T_EQ(aw_contact_away(his(&c), 0, now), AW_OK);

    T_EQ(aw_contact_note(his(&c), "on my way", now), AW_E_STATE); /* to what? */
    circle_pump(&c);
    T_EQ(aw_subject_sos(her(&c), NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, MIN_S);
    now = circle_now(&c, 1);
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = 0;
    T_EQ(aw_contact_note(his(&c), text, now), AW_E_RANGE);
    T_EQ(aw_contact_note(his(&c), "two\nlines", now), AW_E_RANGE);
    text[AW_WITNESS_NOTE_MAX] = 0;
    T_EQ(aw_contact_note(his(&c), text, now), AW_OK);
    circle_free(&c);
}

/* ---- Subject ---- */

enum subject_call {
    S_VERIFY,
    S_REFUSE,
    S_CHECKIN,
    S_SOS,
    S_COUNTDOWN,
    S_SIGNAL,
    S_TIMER,
    S_CANCEL,
    S_EXTEND,
    S_END,
    S_STOP,
    S_PLAN,
    S_CARD,
    S_DRILL,
    S_REMOVE,
    S_FORGET,
    S_INVITE,
    S_FEED,
    S_COUNT
};

static enum aw_status change_plan(struct circle *c, bool removes)
{
    struct aw_secrets secrets = {.safe_key = {4}, .duress_key = {5}, .circle = 2};
    struct aw_plan plan;

    circle_plan(c, &plan);
    if (!removes)
        return aw_subject_plan_set(her(c), &plan, &secrets, circle_safe, circle_now(c, 0));
    plan.roster_count = 1;
    plan.roster[0] = plan.roster[1];
    plan.roster[0].groups = 1;
    plan.threshold = 1;
    plan.council.quorum = 1;
    return aw_subject_remove(her(c), 1, &plan, &secrets, circle_safe, circle_now(c, 0));
}

static enum aw_status subject_call(struct circle *c, unsigned call)
{
    static const uint8_t cell[AW_CELL_LEN] = {1};
    uint8_t text[AW_INVITE_URI_MAX], person;
    struct aw_buf uri = AW_BUF_OF(text);
    struct aw_now now = circle_now(c, 0);

    switch (call) {
    case S_VERIFY:
        return aw_subject_verify(her(c), 1, now);
    case S_REFUSE:
        return aw_subject_refuse(her(c), 1, now);
    case S_CHECKIN:
        return aw_subject_checkin(her(c), circle_safe, NULL, 0, NULL, now);
    case S_SOS:
        return aw_subject_sos(her(c), NULL, NULL, now);
    case S_COUNTDOWN:
        return aw_subject_countdown(her(c), AW_ALARM_FELL, 20, NULL, now);
    case S_SIGNAL:
        return aw_subject_signal(her(c), AW_SIGNAL_BATTERY_LOW, NULL, NULL, now);
    case S_DRILL:
        return aw_subject_drill(her(c), NULL, NULL, now);
    case S_TIMER:
        return aw_subject_timer_start(her(c), AW_TIMER_MEETING, (uint32_t)circle_now_s(c) + 1200,
                                      600, NULL, NULL, now);
    case S_CANCEL:
        return aw_subject_cancel(her(c), circle_safe, NULL, NULL, now);
    case S_EXTEND:
        return aw_subject_timer_extend(her(c), NULL, now);
    case S_END:
        return aw_subject_timer_end(her(c), circle_safe, NULL, NULL, now);
    case S_STOP:
        return aw_subject_countdown_stop(her(c), now);
    case S_PLAN:
        return change_plan(c, false);
    case S_CARD:
        return aw_subject_card_set(her(c), NULL, circle_safe, now);
    case S_REMOVE:
        return change_plan(c, true);
    case S_FORGET:
        return aw_subject_forget(her(c), 3, now);
    case S_INVITE:
        return aw_subject_invite(her(c), &relay, 1, "Subject", 600, &uri, &person, now);
    default:
        return aw_subject_feed(her(c), 1 << 3, AW_BYTES_OF(cell), (uint32_t)circle_now_s(c), now);
    }
}

/* Goal: as above, of her engine: nothing can be said to nobody, nor is anything half said.
 * Method: all of its calls before there is anybody, and while its events are not taken. */
static void test_subject(void)
{
    struct circle c;
    struct subject *s;

    circle_init(&c, 3, 33);
    s = subject_of(her(&c));
    for (unsigned call = 0; call < S_INVITE; call++) {
        enum aw_status st = subject_call(&c, call);

        T_TRUE(st == AW_E_STATE || st == AW_E_NOT_FOUND || st == AW_E_RANGE);
    }
    T_EQ(subject_call(&c, S_FEED), AW_E_NOT_FOUND);
    T_EQ(s->outbox.change, 0);

    c.contacts = 2;
    circle_set_up(&c);
    T_EQ(subject_call(&c, S_INVITE), AW_OK); /* person 3 */
    T_EQ(subject_call(&c, S_SOS), AW_OK);
    T_EQ(subject_call(&c, S_TIMER), AW_OK);
    circle_pump(&c);
    fill(&s->outbox);
    for (unsigned call = 0; call < S_COUNT; call++) {
        uint64_t change = s->outbox.change;
        enum aw_status st = subject_call(&c, call);

        if (call == S_REFUSE || call == S_TIMER || call == S_STOP || call == S_DRILL ||
            call == S_REMOVE)
            T_EQ(st, AW_E_STATE); /* not in an alarm, nor while a timer runs */
        else
            T_EQ(st, AW_E_BUSY);
        T_EQ(s->outbox.change, change);
    }
    circle_pump(&c);
    for (unsigned call = 0; call < S_FEED; call++) {
        if (call == S_REFUSE || call == S_TIMER)
            continue;
        T_EQ(subject_call(&c, call), AW_OK);
        circle_pump(&c);
    }
    T_EQ(subject_call(&c, S_FEED), AW_E_AUTH);
    c.contacts = 3;
    circle_free(&c);
}

/* Goal: bad arguments of hers are refused, whatever else is going on.
 * Method: each one at and beyond its bounds. */
static void test_subject_ranges(void)
{
    uint8_t text[AW_INVITE_URI_MAX], person;
    struct aw_buf uri = AW_BUF_OF(text);
    struct aw_person view;
    struct aw_now now;
    struct circle c;
    uint32_t now_s;

    circle_init(&c, 1, 34);
    circle_set_up(&c);
    now = circle_now(&c, 0);
    now_s = (uint32_t)circle_now_s(&c);
    T_EQ(aw_subject_checkin(her(&c), circle_safe, NULL, AW_SPAN_MAX_S + 1, NULL, now), AW_E_RANGE);
    T_EQ(aw_subject_invite(her(&c), &relay, 1, "Subject", AW_SPAN_MAX_S + 1, &uri, &person, now),
         AW_E_RANGE);
    for (unsigned kind = 0; kind < 256; kind += 255)
        T_EQ(aw_subject_countdown(her(&c), (enum aw_alarm_kind)kind, 9, NULL, now), AW_E_RANGE);
    T_EQ(aw_subject_countdown(her(&c), AW_ALARM_FELL, AW_COUNTDOWN_MAX_S + 1, NULL, now),
         AW_E_RANGE);
    for (unsigned signal = 0; signal < 256; signal += 255)
        T_EQ(aw_subject_signal(her(&c), (enum aw_signal)signal, NULL, NULL, now), AW_E_RANGE);
    T_EQ(aw_subject_timer_start(her(&c), (enum aw_timer_kind)0, now_s + 60, 0, NULL, NULL, now),
         AW_E_RANGE);
    T_EQ(aw_subject_timer_start(her(&c), AW_TIMER_JOURNEY, now_s, 0, NULL, NULL, now), AW_E_RANGE);
    T_EQ(aw_subject_timer_start(her(&c), AW_TIMER_JOURNEY, now_s + AW_SPAN_MAX_S + 1, 0, NULL, NULL,
                                now),
         AW_E_RANGE);
    T_EQ(aw_subject_timer_start(her(&c), AW_TIMER_JOURNEY, now_s + 60, AW_TIMER_EXTEND_MAX_S + 1,
                                NULL, NULL, now),
         AW_E_RANGE);
    T_EQ(aw_subject_person(her(&c), 0, &view), AW_E_NOT_FOUND);
    T_EQ(aw_subject_forget(her(&c), AW_PLAN_MEMBER_MAX + 1, now), AW_E_NOT_FOUND);
    T_EQ(aw_subject_words(her(&c), 0, &uri), AW_E_STATE);
    T_EQ(aw_subject_words(her(&c), AW_PLAN_MEMBER_MAX + 1, &uri), AW_E_STATE);
    T_EQ(aw_subject_feed(her(&c), 0, AW_BYTES_OF(text), now_s, now), AW_E_NOT_FOUND);
    T_EQ(aw_subject_feed(her(&c), (AW_PLAN_MEMBER_MAX + 1) << 3, AW_BYTES_OF(text), now_s, now),
         AW_E_NOT_FOUND);
    T_EQ(aw_subject_feed(her(&c), 2 << 3, AW_BYTES_OF(text), now_s, now), AW_E_NOT_FOUND);
    circle_free(&c);
}

/* Goal: reports of actions that are none, answers of relays that are none or old, and words that
 * have no room, change nothing.
 * Method: each; words with every capacity below what they need. */
static void test_reports(void)
{
    uint8_t text[128];
    struct aw_buf words = AW_BUF_OF(text);
    struct circle c;
    struct contact *e;
    uint64_t change, path_s;
    size_t need_len;

    circle_init(&c, 1, 36);
    circle_set_up(&c);
    e = contact_of(his(&c));
    T_EQ(aw_subject_words(her(&c), 1, &words), AW_OK);
    need_len = words.len;
    for (size_t cap = 0; cap < need_len; cap++) {
        words = (struct aw_buf){text, cap, 0};
        T_EQ(aw_subject_words(her(&c), 1, &words), AW_E_SPACE);
        T_EQ(words.len, 0);
    }
    change = e->outbox.change;
    aw_contact_done(his(&c), 0, AW_OK, circle_now(&c, 1));
    aw_contact_done(his(&c), 12345, AW_OK, circle_now(&c, 1));
    aw_subject_done(her(&c), 0, AW_OK, circle_now(&c, 0));
    aw_subject_done(her(&c), 12345, AW_E_NETWORK, circle_now(&c, 0));
    T_EQ(e->outbox.change, change);

    circle_run(&c, 2 * HOUR_S);
    path_s = e->path_s[0];
    aw_contact_path(his(&c), 0, 1, 0, circle_now(&c, 1)); /* from the beginning of time */
    T_TRUE(e->path_s[0] <= circle_now_s(&c));
    T_TRUE(e->path_s[0] >= path_s);
    path_s = e->path_s[0];
    circle_run(&c, 5);
    fill(&e->outbox);
    aw_contact_path(his(&c), 0, (uint32_t)circle_now_s(&c), 0, circle_now(&c, 1));
    aw_contact_path(his(&c), 9, (uint32_t)circle_now_s(&c), 0, circle_now(&c, 1));
    T_TRUE(e->path_s[0] == path_s || e->path_s[0] < circle_now_s(&c));
    circle_free(&c);
}

/* Goal: a place is free when its records are deleted, not before; who was removed is removed once,
 * and not while something runs that he would not see end.
 * Method: forgotten and invited without a STORE between; removals of nobody, twice, with a timer.
 */
static void test_places(void)
{
    uint8_t text[AW_INVITE_URI_MAX], person;
    struct aw_buf uri = AW_BUF_OF(text);
    struct aw_secrets secrets = {.safe_key = {4}, .duress_key = {5}, .circle = 2};
    struct aw_plan plan;
    struct circle c;

    circle_init(&c, 2, 37);
    circle_set_up(&c);
    for (unsigned i = 0; i < 2; i++) {
        T_EQ(
            aw_subject_invite(her(&c), &relay, 1, "Subject", 600, &uri, &person, circle_now(&c, 0)),
            AW_OK);
        T_EQ(person, 3 + i);
        circle_pump(&c);
        T_EQ(aw_subject_forget(her(&c), 3, circle_now(&c, 0)), i == 0 ? AW_OK : AW_E_NOT_FOUND);
        uri.len = 0;
    }
    circle_plan(&c, &plan);
    for (unsigned who = 0; who <= AW_PLAN_MEMBER_MAX + 1; who += AW_PLAN_MEMBER_MAX + 1)
        T_EQ(aw_subject_remove(her(&c), (uint8_t)who, &plan, &secrets, circle_safe,
                               circle_now(&c, 0)),
             AW_E_NOT_FOUND);
    T_EQ(subject_call(&c, S_COUNTDOWN), AW_OK);
    circle_pump(&c);
    T_EQ(subject_call(&c, S_REMOVE), AW_E_STATE);
    T_EQ(subject_call(&c, S_STOP), AW_OK);
    T_EQ(subject_call(&c, S_TIMER), AW_OK);
    circle_pump(&c);
    T_EQ(subject_call(&c, S_REMOVE), AW_E_STATE);
    T_EQ(subject_call(&c, S_END), AW_OK);
    circle_run(&c, 30);
    T_EQ(subject_call(&c, S_REMOVE), AW_OK);
    circle_run(&c, 30);
    T_EQ(subject_call(&c, S_REMOVE), AW_E_NOT_FOUND);
    circle_free(&c);
}

/* Goal: an invite for every place of a plan, and none beyond.
 * Method: sixteen invites; the seventeenth. */
static void test_all_invites(void)
{
    struct circle c;

    circle_init(&c, 0, 35);
    for (unsigned i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        T_EQ(subject_call(&c, S_INVITE), AW_OK);
        circle_pump(&c);
    }
    T_EQ(subject_call(&c, S_INVITE), AW_E_LIMIT);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_contact);
    T_RUN(test_contact_ranges);
    T_RUN(test_subject);
    T_RUN(test_subject_ranges);
    T_RUN(test_reports);
    T_RUN(test_places);
    T_RUN(test_all_invites);
    return t_end();
}
