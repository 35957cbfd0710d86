/* SPDX-License-Identifier: ISC */
/* Attacks on the two views: what somebody outside the circle, her phone and the relay can tell from
 * what the engines of the circle say while it rescues (spec/16-peers.md §5, spec/07-contact.md §8).
 */
#include "support/council.h"
#include "support/trace.h"

#include "core/contact_impl.h"

#define LOOKS 8

/* What contact 2, outside, and her phone see at one time of contacts 1 and 3, who are inside. */
struct look {
    struct aw_contact_peer of[2];
    enum aw_ladder_state state;
    enum aw_incident_kind incident;
    uint64_t cells[2];
    uint32_t told[2][3]; /* replies: claim, newest seen by a human, plan */
};

struct scene {
    struct circle c;
    struct aw_plan plan;
    struct trace trace; /* what relays see from begin() on */
    struct look looks[LOOKS];
    size_t count;
};

static void look(struct scene *s)
{
    struct look *l = &s->looks[s->count++];

    T_REQUIRE(s->count <= LOOKS);
    for (uint8_t i = 0; i < 2; i++) {
        struct aw_person person;

        l->of[i] = council_peer(&s->c, 2, (uint8_t)(1 + 2 * i));
        T_TRUE(l->of[i].counts);
        T_EQ(aw_subject_person(s->c.hosts[0].subject, (uint8_t)(1 + 2 * i), &person), AW_OK);
        l->told[i][0] = person.claim;
        l->told[i][1] = person.seq_human;
        l->told[i][2] = person.plan_version;
        l->cells[i] = s->c.sent_count[1 + 2 * i];
    }
    l->state = circle_view(&s->c, 2).state;
    l->incident = circle_view(&s->c, 2).incident;
}

static void begin(struct scene *s, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    council_init(&s->c, 3, seed, &s->plan);
    council_begin(&s->c, &s->plan, 5);
    council_checkin(&s->c, circle_safe);
    circle_run(&s->c, 5 * MIN_S);
    trace_begin(&s->trace, &s->c);
}

/* The same scene in calm and under duress must look the same: to contact 2, to her phone, and cell
 * by cell to the relays. */
static void compare(void (*play)(struct scene *s, const uint8_t *key))
{
    static struct scene calm, duress;

    play(&calm, circle_safe);
    play(&duress, circle_duress);
    T_EQ(calm.count, duress.count);
    trace_same("duress", &calm.trace, &duress.trace);
    T_EQ(calm.trace.bulk_count, duress.trace.bulk_count);
    for (size_t i = 0; i < calm.count; i++) {
        for (size_t n = 0; n < 2; n++) {
            const struct aw_contact_peer *a = &calm.looks[i].of[n], *b = &duress.looks[i].of[n];

            T_EQ(a->plan_version, b->plan_version);
            T_EQ(a->finding, b->finding);
            T_EQ(a->finding_seq, b->finding_seq);
            T_EQ(a->incident, b->incident);
            T_EQ(a->safe_seq, b->safe_seq);
            T_EQ(a->claim, b->claim);
            T_EQ(a->confirm, b->confirm);
            T_EQ(a->confirm_at_s, b->confirm_at_s);
            T_MEM_EQ(a, b, sizeof *a);
        }
        T_MEM_EQ(calm.looks[i].told, duress.looks[i].told, sizeof calm.looks[i].told);
        T_MEM_EQ(calm.looks[i].cells, duress.looks[i].cells, sizeof calm.looks[i].cells);
        T_EQ(calm.looks[i].state, duress.looks[i].state);
        T_EQ(calm.looks[i].incident, duress.looks[i].incident);
    }
    free(calm.trace.seen);
    free(duress.trace.seen);
    circle_free(&calm.c);
    circle_free(&duress.c);
}

static bool knows(const struct scene *s)
{
    return circle_view(&s->c, 1).incident == AW_INCIDENT_DURESS;
}

static void play_after_a_miss(struct scene *s, const uint8_t *key)
{
    begin(s, 101);
    s->c.hosts[0].is_offline = true;
    circle_run(&s->c, HOUR_S + 10 * MIN_S);
    T_EQ(circle_view(&s->c, 2).incident, AW_INCIDENT_MISSED);
    T_EQ(aw_contact_claim(s->c.hosts[1].contact, circle_now(&s->c, 1)), AW_OK);
    circle_run(&s->c, 2 * MIN_S);
    look(s);
    s->c.hosts[0].is_offline = false;
    aw_subject_kick(s->c.hosts[0].subject, circle_now(&s->c, 0));
    council_checkin(&s->c, key);
    circle_run(&s->c, 2 * MIN_S);
    T_EQ(knows(s), key == circle_duress);
    look(s);
    if (knows(s)) {
        T_EQ(aw_contact_claim(s->c.hosts[3].contact, circle_now(&s->c, 3)), AW_OK);
        T_EQ(aw_contact_note(s->c.hosts[3].contact, "police called", circle_now(&s->c, 3)), AW_OK);
    }
    T_EQ(aw_contact_confirm(s->c.hosts[2].contact, circle_now(&s->c, 2)), AW_OK);
    circle_run(&s->c, 3 * MIN_S);
    T_EQ(circle_view(&s->c, 2).incident, AW_INCIDENT_NONE);
    look(s);
    T_EQ(knows(s), key == circle_duress);
    circle_run(&s->c, 30 * MIN_S);
    look(s);
}

/* Goal: attack 1: she missed a check-in, and when she comes back it is under duress. The abuser,
 * a contact, says that he spoke to her, and waits for the others to close, as they would in calm.
 * Expected: what they tell him closes; they go on (PE-11, CO-61). Method: the same scene twice;
 * under duress contact 3 claims, and says so. */
static void test_attack_01_after_a_miss(void)
{
    compare(play_after_a_miss);
}

static void play_after_an_sos(struct scene *s, const uint8_t *key)
{
    begin(s, 102);
    T_EQ(aw_subject_sos(s->c.hosts[0].subject, NULL, NULL, circle_now(&s->c, 0)), AW_OK);
    circle_run(&s->c, 2 * MIN_S);
    T_EQ(aw_contact_confirm(s->c.hosts[1].contact, circle_now(&s->c, 1)), AW_OK);
    council_checkin(&s->c, circle_safe);
    circle_run(&s->c, 3 * MIN_S);
    T_EQ(circle_view(&s->c, 1).incident, AW_INCIDENT_NONE);
    look(s);
    council_checkin(&s->c, key);
    circle_run(&s->c, 3 * MIN_S);
    look(s);
    if (knows(s)) {
        T_EQ(aw_contact_note(s->c.hosts[3].contact, "police called", circle_now(&s->c, 3)), AW_OK);
        T_EQ(aw_contact_unreachable(s->c.hosts[1].contact, circle_now(&s->c, 1)), AW_OK);
        T_EQ(aw_contact_confirm(s->c.hosts[3].contact, circle_now(&s->c, 3)), AW_OK);
        T_EQ(council_view(&s->c, 3).release, AW_RELEASE_DURESS);
    }
    circle_run(&s->c, 3 * MIN_S);
    look(s);
}

/* Goal: attack 1: what was confirmed in an earlier alarm is still told when duress begins, and what
 * is confirmed under duress is not. Method: an SOS that closes; then the scene twice; under duress
 * they comment and confirm, and shares of her place go out. */
static void test_attack_01_after_an_sos(void)
{
    compare(play_after_an_sos);
}

static void play_plan(struct scene *s, const uint8_t *key)
{
    struct aw_plan next = s->plan;

    begin(s, 103);
    next = s->plan;
    next.grace_s -= 60;
    T_EQ(aw_subject_plan_set(s->c.hosts[0].subject, &next, NULL, key, circle_now(&s->c, 0)), AW_OK);
    circle_run(&s->c, 5 * MIN_S);
    T_EQ(circle_view(&s->c, 2).plan_version, 2);
    T_EQ(circle_view(&s->c, 1).plan_version, key == circle_duress ? 1 : 2);
    look(s);
}

/* Goal: attack 1: he makes her sign another plan, and gets its body himself. That the circle
 * refused it does not show. Method: a plan under either secret; what the others say is in force. */
static void test_attack_01_forced_plan(void)
{
    compare(play_plan);
}

static void play_plan_then_silence(struct scene *s, const uint8_t *key)
{
    struct aw_plan next;

    begin(s, 105);
    next = s->plan;
    next.schedule[0].every_s /= 2;
    next.grace_s /= 2;
    T_EQ(aw_subject_plan_set(s->c.hosts[0].subject, &next, NULL, key, circle_now(&s->c, 0)), AW_OK);
    circle_run(&s->c, 5 * MIN_S);
    circle_restart(&s->c, 1);
    s->c.hosts[0].is_offline = true;
    for (unsigned i = 0; i < 5; i++) {
        circle_run(&s->c, 8 * MIN_S);
        look(s);
    }
    T_EQ(circle_view(&s->c, 2).incident, AW_INCIDENT_MISSED);
    T_EQ(circle_view(&s->c, 1).plan_version, key == circle_duress ? 1 : 2);
}

/* Goal: attack 1: he makes her sign a tighter plan, switches the phone off, and waits when the
 * others find her late: by his plan, or by the one before. Expected: by his, whatever the circle
 * goes by (CO-66). Method: the scene twice, with a restart. */
static void test_attack_01_forced_plan_then_silence(void)
{
    compare(play_plan_then_silence);
}

static void play_loosening(struct scene *s, const uint8_t *key)
{
    struct aw_plan next;

    begin(s, 106);
    next = s->plan;
    next.change.loosen_s = 1800;
    next.change.setup = false;
    T_EQ(aw_subject_plan_set(s->c.hosts[0].subject, &next, NULL, circle_safe, circle_now(&s->c, 0)),
         AW_OK);
    circle_run(&s->c, 5 * MIN_S);
    next.grace_s *= 2;
    T_EQ(aw_subject_plan_set(s->c.hosts[0].subject, &next, NULL, key, circle_now(&s->c, 0)), AW_OK);
    circle_run(&s->c, 5 * MIN_S);
    T_EQ(circle_view(&s->c, 2).pending_version, 3);
    look(s);
    s->c.hosts[0].is_offline = true;
    circle_run(&s->c, 30 * MIN_S);
    T_EQ(circle_view(&s->c, 2).plan_version, 3);
    look(s);
    for (unsigned i = 0; i < 4; i++) {
        circle_run(&s->c, 12 * MIN_S);
        look(s);
    }
}

/* Goal: the same with one that loosens, and waits outside the circle: it comes into force for what
 * those outside are told when it does with them (CO-66). Method: the scene twice. */
static void test_attack_01_forced_loosening(void)
{
    compare(play_loosening);
}

static void play_silence(struct scene *s, const uint8_t *key)
{
    begin(s, 104);
    council_checkin(&s->c, key);
    circle_run(&s->c, 5 * MIN_S);
    if (knows(s))
        T_EQ(aw_contact_claim(s->c.hosts[1].contact, circle_now(&s->c, 1)), AW_OK);
    circle_run(&s->c, 5 * MIN_S);
    look(s);
    s->c.hosts[0].is_offline = true;
    circle_run(&s->c, 55 * MIN_S);
    look(s);
    circle_run(&s->c, 10 * MIN_S);
    T_EQ(circle_view(&s->c, 2).incident, AW_INCIDENT_MISSED);
    look(s);
    circle_run(&s->c, 20 * MIN_S);
    look(s);
}

/* Goal: attack 1: under duress, then he switches the phone off. Those outside must see the circle
 * find the silence when they do, and not who acted before. Method: the scene twice; in the circle
 * somebody claims at once. */
static void test_attack_01_then_silence(void)
{
    compare(play_silence);
}

int main(void)
{
    T_RUN(test_attack_01_after_a_miss);
    T_RUN(test_attack_01_after_an_sos);
    T_RUN(test_attack_01_forced_plan);
    T_RUN(test_attack_01_forced_plan_then_silence);
    T_RUN(test_attack_01_forced_loosening);
    T_RUN(test_attack_01_then_silence);
    return t_end();
}
