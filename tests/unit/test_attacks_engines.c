/* SPDX-License-Identifier: ISC */
#include "support/circle.h"

#include "base/assert.h"
#include "core/subject_impl.h"
#include "crypto/presence.h"

/* Attacks on the engines, each played with what the attacker holds. */

/* What a contact outside, the phone and the relay see of one day of four check-ins. */
struct trace {
    uint64_t sent[3]; /* cells of the phone and of both contacts */
    size_t events[2]; /* of the phone, and of the contact outside */
    struct aw_person people[2];
    struct aw_contact_view outside;
};

static void play_day(struct trace *t, const uint8_t *second_key)
{
    struct circle c;

    circle_init(&c, 2, 77);
    circle_set_up(&c);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 50 * MIN_S);
    circle_checkin(&c, second_key);
    if (second_key == circle_duress) {
        T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_DURESS);
        T_EQ(aw_contact_claim(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    }
    circle_run(&c, 50 * MIN_S);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 50 * MIN_S);
    for (size_t i = 0; i < 3; i++)
        t->sent[i] = c.sent_count[i];
    t->events[0] = c.hosts[0].event_count;
    t->events[1] = c.hosts[2].event_count;
    for (uint8_t i = 0; i < 2; i++)
        T_EQ(aw_subject_person(c.hosts[0].subject, (uint8_t)(i + 1), &t->people[i]), AW_OK);
    t->outside = circle_view(&c, 2);
    circle_free(&c);
}

/* Goal: under duress the contact outside the circle, the phone and the relay get what calm gives,
 * while the circle contact rescues (CR-30).
 * Method: the same day twice, once with the duress secret and a claim; what each of the three
 * sees is compared: numbers of cells, events, ticks, claims, the view. */
static void test_attack_01_duress_looks_calm(void)
{
    struct trace calm, duress;

    memset(&calm, 0, sizeof calm);
    memset(&duress, 0, sizeof duress);
    play_day(&calm, circle_safe);
    play_day(&duress, circle_duress);
    T_MEM_EQ(calm.sent, duress.sent, sizeof calm.sent);
    T_MEM_EQ(calm.events, duress.events, sizeof calm.events);
    for (size_t i = 0; i < 2; i++) {
        T_EQ(calm.people[i].seq_device, duress.people[i].seq_device);
        T_EQ(calm.people[i].seq_human, duress.people[i].seq_human);
        T_EQ(calm.people[i].claim, duress.people[i].claim);
        T_EQ(calm.people[i].words_waiting, duress.people[i].words_waiting);
    }
    T_EQ(calm.outside.state, duress.outside.state);
    T_EQ(calm.outside.due_s, duress.outside.due_s);
    T_EQ(duress.outside.incident, AW_INCIDENT_NONE);
}

/* Goal: duress that reaches a circle contact late stays seen, though she was made to say safe.
 * Method: the contact sleeps through a duress check-in and a safe one, then wakes. */
static void test_attack_02_duress_is_sticky(void)
{
    struct circle c;

    circle_init(&c, 1, 12);
    circle_set_up(&c);
    circle_checkin(&c, circle_safe);
    c.hosts[1].is_asleep = true;
    circle_checkin(&c, circle_duress);
    circle_run(&c, 60);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 60);
    c.hosts[1].is_asleep = false;
    circle_run(&c, 60);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_DURESS);
    T_TRUE(circle_view(&c, 1).do_not_call);
    for (int i = 0; i < 5; i++) {
        circle_run(&c, 30 * MIN_S);
        circle_checkin(&c, circle_safe);
    }
    T_EQ(circle_view(&c, 1).state, AW_LADDER_ALARM);
    T_EQ(circle_events(&c, 1, AW_EVENT_CLOSED), 0);
    circle_free(&c);
}

static bool is_small(const struct circle_cell *cell)
{
    return cell->from == 0 && cell->len == 512;
}

/* Drops the first `budget` small cells of the phone. */
static unsigned drop_some(struct circle *c, const struct circle_cell *cell)
{
    if (!is_small(cell) || c->budget == 0)
        return 1;
    c->budget--;
    return 0;
}

/* Goal: SOS stays, whatever the phone says afterwards without her secret (CO-17).
 * Method: SOS, then the phone's alarm is erased as an attacker could, and beats go on; then a
 * cancel with a wrong secret, then with the safe one: the record grows, nothing closes. */
static void test_attack_03_sos_then_calm_beats(void)
{
    struct circle c;

    circle_init(&c, 2, 13);
    circle_set_up(&c);
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 5);
    T_EQ(aw_subject_cancel(c.hosts[0].subject, circle_wrong, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, HOUR_S);
    for (size_t n = 1; n <= 2; n++) {
        T_EQ(circle_view(&c, n).state, AW_LADDER_ALARM);
        T_EQ(circle_view(&c, n).incident, AW_INCIDENT_SOS);
        T_EQ(circle_view(&c, n).cancelled, n == 2);
        T_EQ(aw_contact_confirm(c.hosts[n].contact, circle_now(&c, n)), AW_OK);
        T_EQ(circle_view(&c, n).state, AW_LADDER_ALARM);
    }
    circle_checkin(&c, circle_safe);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_NONE);
    circle_free(&c);
}

/* Goal: who holds the phone signs any valid_for and any time, with a relay that helps: due stays
 * what the plan in force says.
 * Method: the phone's clock is set to 2030 and valid_for to the longest; the relay stamps 2030,
 * too; then all clocks stand still in 2020. */
static void test_attack_05_valid_for_a_year(void)
{
    struct circle c;

    circle_init(&c, 1, 15);
    circle_set_up(&c);
    c.hosts[0].skew_s = 4 * 365 * 86400;
    c.relay_skew_s = c.hosts[0].skew_s;
    T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_safe, NULL, AW_SPAN_MAX_S, NULL,
                            circle_now(&c, 0)),
         AW_OK);
    circle_pump(&c);
    T_TRUE(circle_view(&c, 1).checkin_due_s <= circle_now_s(&c) + HOUR_S);
    T_TRUE(circle_events(&c, 1, AW_EVENT_CLOCK) >= 1);
    c.hosts[0].is_asleep = true;
    circle_run(&c, HOUR_S + 11 * MIN_S);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
    circle_free(&c);
}

/* Goal: a relay that stamps 1970 or 2038, or a phone that is 40 min slow, gives no false miss,
 * and the clock is named.
 * Method: check-ins every 50 min under each fault; replies bound the base. */
static void test_attack_16_wrong_clocks(void)
{
    const struct {
        int64_t phone_s, relay_s;
    } rows[] = {
        {-40 * 60, 0},
        {0, -(int64_t)CIRCLE_T0_S},
        {0, 12 * 365 * 86400},
        {-40 * 60, 12 * 365 * 86400},
    };

    for (size_t i = 0; i < AW_COUNT(rows); i++) {
        struct circle c;

        circle_init(&c, 1, 16 + i);
        circle_set_up(&c);
        circle_checkin(&c, circle_safe);
        c.hosts[0].skew_s = rows[i].phone_s;
        c.relay_skew_s = rows[i].relay_s;
        for (int k = 0; k < 12; k++) {
            circle_run(&c, 40 * MIN_S);
            circle_checkin(&c, circle_safe);
        }
        T_EQ(circle_events(&c, 1, AW_EVENT_RING), 0);
        T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
        T_TRUE(circle_events(&c, 1, AW_EVENT_CLOCK) >= 1);
        circle_free(&c);
    }
}

/* The nights on which London's clocks change in 2027, and 01:30 of the day before, of that day and
 * of the one after: the first change skips it, the second one has it twice. */
static const struct dst_night {
    uint64_t change_s;
    int32_t due_min[3];
} dst_nights[] = {
    {UINT64_C(1806195600), {-23 * 60 - 30, 0, 23 * 60 + 30}},
    {UINT64_C(1824944400), {-24 * 60 - 30, -30, 24 * 60 + 30}},
};

static void set_up_london(struct circle *c, const struct dst_night *night)
{
    struct aw_plan plan;

    circle_init(c, 1, 18);
    c->mono_ms += (night->change_s - CIRCLE_T0_S - 60 * HOUR_S) * 1000;
    circle_set_up(c);
    T_EQ(aw_subject_plan(c->hosts[0].subject, &plan), AW_OK);
    for (size_t i = 0; i < 2; i++)
        plan.zone[i + 1] =
            (struct aw_zone_rule){(uint32_t)dst_nights[i].change_s, i == 0 ? 3600 : 0};
    plan.zone[0] = (struct aw_zone_rule){(uint32_t)CIRCLE_T0_S, 0};
    plan.zone_count = 3;
    plan.schedule[0] = (struct aw_schedule_line){.days = 127, .minute = 90, .has_minute = true};
    T_EQ(aw_subject_plan_set(c->hosts[0].subject, &plan, NULL, circle_safe, circle_now(c, 0)),
         AW_OK);
    circle_run(c, 120);
    T_EQ(circle_view(c, 1).plan_version, 2);
    circle_forget_events(c);
}

/* Until then she checks in within five minutes whenever her phone says this. */
static void answer_until(struct circle *c, enum aw_event_kind asked, uint64_t until_s)
{
    size_t seen = circle_events(c, 0, asked);

    while (circle_now_s(c) < until_s) {
        uint64_t left_s = until_s - circle_now_s(c);

        circle_run(c, left_s < 5 * MIN_S ? left_s : 5 * MIN_S);
        if (circle_events(c, 0, asked) == seen)
            continue;
        seen = circle_events(c, 0, asked);
        circle_checkin(c, circle_safe);
    }
}

/* Goal: attack 16: on the nights on which the clocks change nobody is rung while she checks in as
 * her phone asks, at the first reminder or when it is due; and when she is silent it is missed at
 * the minute that her plan means (SU-8). Method: a daily time that one change skips and the other
 * one repeats; three days around each; silent on none of them, or on one. */
static void test_attack_16_dst_night(void)
{
    for (size_t i = 0; i < 2 * AW_COUNT(dst_nights) * 4; i++) {
        const struct dst_night *night = &dst_nights[i / 8];
        size_t silent = i % 4;
        uint64_t due_s, grace_s = 10 * MIN_S;
        struct circle c;

        set_up_london(&c, night);
        due_s = silent == 3 ? night->change_s + 40 * HOUR_S
                            : (uint64_t)((int64_t)night->change_s + 60 * night->due_min[silent]);
        answer_until(&c, i / 4 % 2 == 0 ? AW_EVENT_WARNING : AW_EVENT_DUE, due_s - 2 * HOUR_S);
        T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
        circle_run(&c, due_s - circle_now_s(&c) + grace_s - 1);
        T_EQ(circle_events(&c, 1, AW_EVENT_RING) + circle_events(&c, 1, AW_EVENT_UNSURE), 0);
        T_EQ(circle_view(&c, 1).state, silent == 3 ? AW_LADDER_FINE : AW_LADDER_OVERDUE);
        circle_run(&c, MIN_S);
        T_EQ(circle_view(&c, 1).state, silent == 3 ? AW_LADDER_FINE : AW_LADDER_MISSED);
        T_EQ(circle_events(&c, 1, AW_EVENT_RING), silent != 3);
        circle_free(&c);
    }
}

/* Goal: after a crash between any two actions, at the phone or at the contact, nothing is lost:
 * the check-in and the SOS arrive, no cell is refused for its key (CH-2), no seq says two things
 * (SU-3).
 * Method: the scene is played again with a death at the k-th action, before or after it was done
 * (ST-10), for every k until the scene ends earlier. */
static void test_attack_20_crash_at_every_action(void)
{
    for (size_t host = 0; host <= 1; host++) {
        for (uint64_t k = 1; k < 200; k++) {
            struct circle c;
            uint64_t before;
            bool is_over;

            circle_init(&c, 1, 20);
            circle_set_up(&c);
            before = c.hosts[host].actions;
            c.hosts[host].crash_at = before + (k + 1) / 2;
            c.hosts[host].crash_is_after = k % 2 == 0;
            T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_safe, NULL, 0, NULL,
                                    circle_now(&c, 0)),
                 AW_OK);
            circle_run(&c, 60);
            /* Died before the first STORE: it was never taken; she says it again. */
            if (circle_view(&c, 1).checkin.seq == 0)
                circle_checkin(&c, circle_safe);
            T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
            circle_run(&c, 60);
            if (circle_view(&c, 1).incident != AW_INCIDENT_SOS) {
                T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
                circle_run(&c, 60);
            }
            is_over = c.hosts[host].restarts == 0;
            T_TRUE(circle_view(&c, 1).checkin.seq != 0);
            T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
            T_EQ(circle_events(&c, 0, AW_EVENT_FORK) + circle_events(&c, 1, AW_EVENT_FORK), 0);
            T_EQ(circle_events(&c, 1, AW_EVENT_QUARANTINED), 0);
            circle_free(&c);
            if (is_over)
                break;
            T_REQUIRE(k < 198);
        }
    }
}

/* Goal: what is forged is refused, changes nothing, and gets no answer of hers (CR-5).
 * Method: random cells, of the right length and of wrong ones; the view before and after is the
 * same but for the counter. */
static void test_attack_23_foreign_cells(void)
{
    struct circle c;
    struct aw_contact_view before, after;
    uint64_t sent[3];
    uint8_t cell[512];

    circle_init(&c, 2, 23);
    circle_set_up(&c);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 1);
    before = circle_view(&c, 1);
    memcpy(sent, c.sent_count, sizeof sent);
    for (size_t round = 0; round < 64; round++) {
        t_rng_bytes(&c.rng, cell, sizeof cell);
        T_TRUE(aw_subject_feed(c.hosts[0].subject, 8, (struct aw_bytes){cell, sizeof cell - round},
                               (uint32_t)circle_now_s(&c), circle_now(&c, 0)) != AW_OK);
    }
    circle_pump(&c);
    T_MEM_EQ(sent, c.sent_count, sizeof sent);
    for (size_t round = 0; round < 64; round++) {
        t_rng_bytes(&c.rng, cell, sizeof cell);
        T_TRUE(aw_contact_feed(c.hosts[1].contact, 0, (struct aw_bytes){cell, sizeof cell},
                               (uint32_t)circle_now_s(&c), circle_now(&c, 1)) != AW_OK);
    }
    after = circle_view(&c, 1);
    T_EQ(after.refused_count, before.refused_count + 64);
    T_EQ(after.state, before.state);
    T_EQ(after.incident_id, before.incident_id);
    T_EQ(after.newest.seq, before.newest.seq);
    T_EQ(after.newest.received_at_s, before.newest.received_at_s);
    T_EQ(after.checkin.seq, before.checkin.seq);
    T_EQ(after.due_s, before.due_s);
    T_EQ(after.wrong_count, before.wrong_count);
    T_EQ(after.replayed_count, before.replayed_count);
    circle_free(&c);
}

static bool holds(const struct circle_host *h, const uint8_t bytes[32])
{
    for (size_t i = 0; i < h->record_count; i++) {
        for (size_t at = 0; at + 32 <= h->records[i].len; at++) {
            if (memcmp(h->records[i].value + at, bytes, 32) == 0)
                return true;
        }
    }
    return false;
}

/* Goal: an image of her phone, with words that wait, has nothing to test a guess against, and
 * does not say who is in the circle (SU-6, CR-29).
 * Method: all records searched for presence keys and what is made of them for each contact; two
 * phones that differ in the circle alone have records of the same lengths. */
static void test_image_of_the_phone(void)
{
    const uint8_t *const typed[] = {circle_safe, circle_duress};
    size_t lens[2][64], counts[2];

    for (size_t round = 0; round < 2; round++) {
        struct aw_secrets secrets = {.circle = round == 0 ? 1 : 2};
        const struct circle_host *h;
        struct circle c;
        struct aw_plan plan;

        circle_init(&c, 2, 31);
        h = &c.hosts[0];
        circle_set_up(&c);
        c.hosts[1].is_asleep = c.hosts[2].is_asleep = true;
        memcpy(secrets.safe_key, circle_safe, sizeof secrets.safe_key);
        memcpy(secrets.duress_key, circle_duress, sizeof secrets.duress_key);
        circle_plan(&c, &plan);
        T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, &secrets, circle_safe,
                                 circle_now(&c, 0)),
             AW_OK);
        circle_checkin(&c, circle_safe);
        circle_run(&c, 60);
        counts[round] = h->record_count;
        T_REQUIRE(h->record_count <= 64);
        for (size_t i = 0; i < h->record_count; i++)
            lens[round][i] = h->records[i].len;
        for (size_t n = 0; n < 2; n++) {
            const struct person *p = &subject_of(c.hosts[0].subject)->people[n];

            T_TRUE(p->words.count >= 3);
            T_TRUE(holds(h, p->channel.id)); /* the search can find something */
            for (size_t k = 0; k < 2; k++) {
                uint8_t key[32];

                aw_presence_contact_key(key, typed[k], p->channel.id);
                T_TRUE(!holds(h, typed[k]) && !holds(h, key));
            }
        }
        circle_free(&c);
    }
    T_EQ(counts[0], counts[1]);
    T_MEM_EQ(lens[0], lens[1], counts[0] * sizeof lens[0][0]);
}

/* Goal: attack 24: a relay that drops the cell with her SOS cannot keep it from her contacts for
 * long, and what of hers is lost for good is shown as a gap (CH-22).
 * Method: it drops the first of the phone's cells after the SOS; the next beat or redeposit
 * carries it, and nothing is lost. Then it drops everything for 90 days, in which more check-ins
 * are said than may wait, and lets one pass. Beats are hourly, in an alarm too. */
static void test_attack_24_dropped_sos(void)
{
    const unsigned days = t_is_slow() ? 9 : 90, words = AW_WORD_WAITING_MAX + 6;
    struct aw_plan plan;
    struct circle c;

    circle_init(&c, 2, 24);
    circle_set_up(&c);
    c.fate = drop_some;
    c.budget = 2;
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 60);
    for (size_t n = 1; n <= 2; n++) {
        T_EQ(circle_view(&c, n).incident, AW_INCIDENT_SOS);
        T_TRUE(!circle_view(&c, n).gap);
    }
    circle_free(&c);

    circle_init(&c, 1, 25);
    circle_set_up(&c);
    T_EQ(aw_subject_plan(c.hosts[0].subject, &plan), AW_OK);
    plan.beat_s = plan.pace.alarm_beat_s = HOUR_S;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 120);
    c.fate = drop_some;
    c.budget = UINT32_MAX;
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    for (unsigned i = 0; i < words; i++) {
        circle_run(&c, days * 24 * HOUR_S / words);
        circle_checkin(&c, circle_safe);
    }
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_MISSED);
    T_TRUE(!circle_view(&c, 1).gap);
    c.budget = 0;
    circle_run(&c, HOUR_S);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
    T_TRUE(circle_view(&c, 1).gap);
    T_EQ(circle_events(&c, 1, AW_EVENT_GAP), 1);
    circle_free(&c);
}

static unsigned lose_and_repeat(struct circle *c, const struct circle_cell *cell)
{
    uint64_t dice = t_rng_below(&c->rng, 10);

    (void)cell;
    return dice < 3 ? 0 : dice < 6 ? 2 : 1;
}

/* Goal: lost and repeated cells cost time, never a word.
 * Method: a third of all cells is lost and a third comes twice, over a day of check-ins. */
static void test_loss_and_repetition(void)
{
    struct circle c;
    uint32_t checkins;

    circle_init(&c, 2, 30);
    circle_set_up(&c);
    c.fate = lose_and_repeat;
    for (checkins = 0; checkins < 24; checkins++) {
        circle_checkin(&c, circle_safe);
        circle_run(&c, 55 * MIN_S);
    }
    T_EQ(circle_events(&c, 1, AW_EVENT_CHECKED_IN), checkins);
    T_EQ(circle_events(&c, 2, AW_EVENT_CHECKED_IN), checkins);
    T_EQ(circle_events(&c, 1, AW_EVENT_RING), 0);
    T_EQ(circle_events(&c, 1, AW_EVENT_FORK), 0);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_attack_01_duress_looks_calm);
    T_RUN(test_attack_02_duress_is_sticky);
    T_RUN(test_attack_03_sos_then_calm_beats);
    T_RUN(test_attack_05_valid_for_a_year);
    T_RUN(test_attack_16_wrong_clocks);
    T_RUN(test_attack_16_dst_night);
    T_RUN(test_attack_20_crash_at_every_action);
    T_RUN(test_attack_23_foreign_cells);
    T_RUN(test_image_of_the_phone);
    T_RUN(test_attack_24_dropped_sos);
    T_RUN(test_loss_and_repetition);
    return t_end();
}
