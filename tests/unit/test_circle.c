/* SPDX-License-Identifier: ISC */
#include "support/circle.h"

#include "core/contact_impl.h"
#include "core/subject_impl.h"

/* Goal: a contact that dies right after it answered an invite starts again.
 * Method: join without network, so that there is one STORE; then from the store. */
static void test_dies_after_joining(void)
{
    static const struct aw_endpoint relay = {.relay_key = {9}, .address = "relay.example:7447"};
    uint8_t space[AW_INVITE_URI_MAX];
    struct aw_buf uri = {space, sizeof space, 0};
    uint8_t person = 0;
    struct circle c;

    circle_init(&c, 1, 31);
    T_EQ(aw_subject_invite(c.hosts[0].subject, &relay, 1, "Subject", 86400, &uri, &person,
                           circle_now(&c, 0)),
         AW_OK);
    c.hosts[1].is_offline = true;
    T_EQ(aw_contact_join(c.hosts[1].contact, (struct aw_bytes){uri.ptr, uri.len}, &relay, 1,
                         "Contact", circle_now(&c, 1)),
         AW_OK);
    circle_pump(&c);
    circle_restart(&c, 1);
    T_EQ(circle_view(&c, 1).phase, AW_CONTACT_JOINING);
    circle_free(&c);
}

/* Goal: from an invite to a plan in force at both contacts, with equal words on both sides.
 * Method: two contacts, nothing lost; afterwards versions, names, ticks and circle are compared. */
static void test_set_up(void)
{
    struct circle c;
    struct aw_person person;

    circle_init(&c, 2, 1);
    circle_set_up(&c);
    for (uint8_t n = 1; n <= 2; n++) {
        struct aw_contact_view view = circle_view(&c, n);

        T_EQ(view.phase, AW_CONTACT_VERIFIED);
        T_STR_EQ(view.name, "Subject");
        T_EQ(view.plan_version, 1);
        T_EQ(view.person, n);
        T_EQ(view.circle, n == 1);
        T_EQ(view.state, AW_LADDER_FINE);
        T_EQ(view.refused_count, 0);
        T_EQ(aw_subject_person(c.hosts[0].subject, n, &person), AW_OK);
        T_EQ(person.phase, AW_PERSON_VERIFIED);
        T_STR_EQ(person.name, "Contact");
        T_EQ(person.plan_version, 1);
        T_EQ(person.words_waiting, 0);
        T_TRUE(person.seq_device > 0);
    }
    printf("    struct subject %zu of %d, struct contact %zu of %d bytes\n", sizeof(struct subject),
           AW_SUBJECT_LEN, sizeof(struct contact), AW_CONTACT_LEN);
    circle_free(&c);
}

/* Goal: a phone taken right after the plan was made, before any check-in, is noticed: the plan
 * was typed with her secret, and counts like a check-in (spec/06-subject.md §7).
 * Method: silence after the set-up, the phone off; both sides name the same deadline. */
static void test_plan_starts_the_watch(void)
{
    struct aw_subject_view hers;
    struct circle c;

    circle_init(&c, 2, 9);
    circle_set_up(&c);
    aw_subject_view(c.hosts[0].subject, &hers);
    for (size_t n = 1; n <= 2; n++) {
        T_EQ(circle_view(&c, n).state, AW_LADDER_FINE);
        T_EQ(circle_view(&c, n).checkin_due_s, hers.due_s);
    }
    c.hosts[0].is_asleep = true;
    circle_run(&c, HOUR_S + 11 * MIN_S);
    for (size_t n = 1; n <= 2; n++)
        T_EQ(circle_view(&c, n).state, AW_LADDER_MISSED);
    T_TRUE(circle_events(&c, 1, AW_EVENT_RING) > 0);
    circle_free(&c);
}

/* Goal: a safe check-in is fine everywhere, and its three ticks come one after the other.
 * Method: check in, look; then one contact's human looks, too. */
static void test_checkin_is_fine(void)
{
    struct circle c;
    struct aw_person person;
    struct aw_subject_view hers;

    circle_init(&c, 2, 2);
    circle_set_up(&c);
    circle_checkin(&c, circle_safe);
    aw_subject_view(c.hosts[0].subject, &hers);
    T_EQ(hers.due_s, circle_now_s(&c) + HOUR_S);
    for (size_t n = 1; n <= 2; n++) {
        struct aw_contact_view view = circle_view(&c, n);

        T_EQ(view.state, AW_LADDER_FINE);
        T_EQ(view.checkin.seq, hers.seq_last);
        T_EQ(view.checkin.verdict, n == 1 ? AW_VERDICT_SAFE : AW_VERDICT_CLAIMED);
        T_EQ(view.checkin_due_s, hers.due_s);
    }
    T_EQ(aw_subject_person(c.hosts[0].subject, 1, &person), AW_OK);
    T_EQ(person.seq_relay, hers.seq_last);
    T_EQ(person.seq_device, hers.seq_last);
    T_TRUE(person.seq_human < hers.seq_last);
    T_EQ(aw_contact_seen(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_pump(&c);
    T_EQ(aw_subject_person(c.hosts[0].subject, 1, &person), AW_OK);
    T_EQ(person.seq_human, hers.seq_last);
    circle_free(&c);
}

/* Goal: silence leads through warning, lateness, grace and levels to a human, a claim holds the
 * next level, and only her safe check-in with a confirmation ends it.
 * Method: an hour and more of virtual time; every state is looked at on the way. */
static void test_silence_to_closing(void)
{
    struct circle c;

    circle_init(&c, 2, 3);
    circle_set_up(&c);
    circle_checkin(&c, circle_safe);
    circle_forget_events(&c);
    circle_run(&c, HOUR_S - 1);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    T_TRUE(circle_events(&c, 0, AW_EVENT_WARNING) >= 1);
    circle_run(&c, 2);
    T_EQ(circle_events(&c, 0, AW_EVENT_DUE), 1);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_OVERDUE);
    T_EQ(circle_events(&c, 1, AW_EVENT_LATE), 1);
    T_EQ(circle_events(&c, 1, AW_EVENT_RING), 0);
    circle_run(&c, 10 * MIN_S);
    T_EQ(circle_events(&c, 0, AW_EVENT_OVERDUE), 1);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
    T_EQ(circle_view(&c, 1).level, 1);
    T_EQ(circle_events(&c, 1, AW_EVENT_RING), 1);
    T_EQ(circle_events(&c, 2, AW_EVENT_RING), 0); /* group 2 is not in level 1 */
    T_EQ(circle_events(&c, 2, AW_EVENT_OTHERS), 1);
    circle_run(&c, 5 * MIN_S);
    T_EQ(circle_events(&c, 1, AW_EVENT_RING), 3); /* every two minutes */

    T_EQ(aw_contact_claim(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, 6 * MIN_S);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_CLAIMED);
    T_EQ(circle_view(&c, 1).level, 1); /* held */
    T_EQ(circle_view(&c, 2).level, 2); /* his ladder is his own */
    T_TRUE(circle_events(&c, 2, AW_EVENT_RING) >= 1);
    circle_run(&c, 10 * MIN_S);
    T_EQ(circle_view(&c, 1).level, 3); /* the last one is never held */

    circle_checkin(&c, circle_safe);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_RESUMED);
    T_TRUE(circle_view(&c, 1).safe_seen);
    T_EQ(circle_events(&c, 1, AW_EVENT_CLOSED), 0);
    T_EQ(aw_contact_confirm(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_pump(&c);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    T_EQ(circle_events(&c, 1, AW_EVENT_CLOSED), 1);
    T_EQ(circle_view(&c, 2).state, AW_LADDER_RESUMED);
    circle_free(&c);
}

/* Goal: a late check-in within grace is nothing; nobody was rung and nothing wants closing.
 * Method: check in 5 minutes late. */
static void test_late_within_grace(void)
{
    struct circle c;

    circle_init(&c, 1, 4);
    circle_set_up(&c);
    circle_checkin(&c, circle_safe);
    circle_run(&c, HOUR_S + 5 * MIN_S);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_OVERDUE);
    circle_checkin(&c, circle_safe);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    T_EQ(circle_view(&c, 1).incident_id, 0);
    T_EQ(circle_events(&c, 1, AW_EVENT_RING), 0);
    circle_free(&c);
}

/* Goal: three wrong secrets in a row raise an alarm in the circle, and extend nothing there.
 * Method: three check-ins with a wrong secret; the contact outside sees check-ins. */
static void test_wrong_three_times(void)
{
    struct circle c;
    uint64_t due_s;

    circle_init(&c, 2, 5);
    circle_set_up(&c);
    circle_checkin(&c, circle_safe);
    due_s = circle_view(&c, 1).checkin_due_s;
    for (int i = 0; i < 3; i++) {
        T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
        circle_run(&c, 60);
        circle_checkin(&c, circle_wrong);
        T_EQ(circle_view(&c, 1).checkin_due_s, due_s);
    }
    T_EQ(circle_view(&c, 1).state, AW_LADDER_ALARM);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_WRONG);
    T_TRUE(circle_view(&c, 1).do_not_call);
    T_EQ(circle_view(&c, 2).state, AW_LADDER_FINE);
    T_TRUE(circle_view(&c, 2).checkin_due_s > due_s);
    circle_free(&c);
}

/* Goal: with one contact her place opens to him, as the plan says; with two only in an SOS.
 * Method: a state with a place, before and after the SOS. */
static void test_place(void)
{
    struct aw_state state = {.at = (uint32_t)CIRCLE_T0_S,
                             .has_lat_e7 = true,
                             .has_lon_e7 = true,
                             .lat_e7 = 515074000,
                             .lon_e7 = -1278000};
    struct aw_place place;

    for (size_t contacts = 1; contacts <= 2; contacts++) {
        struct circle c;
        enum aw_status st = contacts == 1 ? AW_OK : AW_E_STATE;

        circle_init(&c, contacts, 6);
        circle_set_up(&c);
        T_EQ(
            aw_subject_checkin(c.hosts[0].subject, circle_safe, &state, 0, NULL, circle_now(&c, 0)),
            AW_OK);
        circle_pump(&c);
        T_EQ(aw_contact_place(c.hosts[1].contact, &place, circle_now(&c, 1)), st);
        T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
        circle_run(&c, 5);
        T_EQ(aw_contact_place(c.hosts[1].contact, &place, circle_now(&c, 1)), AW_OK);
        T_EQ(place.state.lat_e7, 515074000);
        T_TRUE(place.age_s > 0);
        circle_free(&c);
    }
}

/* Goal: a contact that slept for a day serves what passed in order, once, and rings when the
 * path has proved itself (CO-10). Method: the process does not run; then it is started from its
 * store. */
static void test_wakes_after_a_day(void)
{
    struct circle c;
    const struct circle_host *h = &c.hosts[1];

    circle_init(&c, 1, 7);
    circle_set_up(&c);
    c.has_switches = true;
    circle_checkin(&c, circle_safe);
    circle_forget_events(&c);
    c.hosts[1].is_asleep = true;
    c.hosts[0].is_asleep = true;
    circle_run(&c, 24 * HOUR_S);
    c.hosts[1].is_asleep = false;
    circle_restart(&c, 1);
    circle_pump(&c);
    T_EQ(circle_events(&c, 1, AW_EVENT_LATE), 1);
    T_EQ(circle_events(&c, 1, AW_EVENT_RING), 0);
    circle_run(&c, AW_LADDER_SETTLE_S);
    T_EQ(circle_events(&c, 1, AW_EVENT_UNSURE), 0);
    T_EQ(circle_events(&c, 1, AW_EVENT_RING), 3); /* three levels began meanwhile */
    T_EQ(circle_view(&c, 1).level, 3);
    for (size_t i = 1; i < h->event_count; i++) {
        if (h->events[i].kind == AW_EVENT_RING)
            T_TRUE(h->events[i].at_s >= h->events[i - 1].at_s);
    }
    circle_free(&c);
}

/* Goal: a broken store holds everything back that leaves (ST-6), says so, and nothing is lost.
 * Method: every STORE of the subject fails during a check-in, then works again. */
static void test_store_fails(void)
{
    struct circle c;
    uint64_t sent;
    uint32_t seq;

    circle_init(&c, 1, 8);
    circle_set_up(&c);
    sent = c.sent_count[0];
    seq = circle_view(&c, 1).newest.seq;
    c.hosts[0].store_fails = true;
    circle_checkin(&c, circle_safe);
    circle_run(&c, 8);
    T_EQ(c.sent_count[0], sent);
    T_EQ(circle_events(&c, 0, AW_EVENT_STORE_FAILED), 1);
    c.hosts[0].store_fails = false;
    circle_run(&c, 30);
    T_TRUE(circle_view(&c, 1).checkin.seq > seq);
    circle_free(&c);
}

/* Goal: who is rung is not told afterwards that an earlier incident is over [CO-69].
 * Method: an incident ends while his store fails; she is missed again; then the store works. */
static void test_rung_before_closed(void)
{
    struct circle c;

    circle_init(&c, 1, 9);
    circle_set_up(&c);
    circle_run(&c, HOUR_S + 11 * MIN_S);
    T_TRUE(circle_events(&c, 1, AW_EVENT_RING) >= 1);
    c.hosts[1].store_fails = true;
    circle_checkin(&c, circle_safe);
    T_EQ(aw_contact_confirm(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_pump(&c);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_NONE);
    circle_forget_events(&c);
    circle_run(&c, HOUR_S + 11 * MIN_S);
    T_TRUE(circle_events(&c, 1, AW_EVENT_RING) >= 1);
    c.hosts[1].store_fails = false;
    circle_run(&c, 6 * MIN_S);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
    T_EQ(circle_events(&c, 1, AW_EVENT_CLOSED), 0);
    circle_checkin(&c, circle_safe);
    T_EQ(aw_contact_confirm(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_pump(&c);
    T_EQ(circle_events(&c, 1, AW_EVENT_CLOSED), 1);
    circle_free(&c);
}

static void copy_records(struct circle_host *h, struct circle_record **out, size_t *count)
{
    *count = h->record_count;
    *out = calloc(h->record_count, sizeof **out);
    T_REQUIRE(*out != NULL);
    for (size_t i = 0; i < h->record_count; i++) {
        (*out)[i] = h->records[i];
        (*out)[i].value = malloc(h->records[i].len + 1);
        T_REQUIRE((*out)[i].value != NULL);
        memcpy((*out)[i].value, h->records[i].value, h->records[i].len);
    }
}

/* Goal: a contact's device restored from a backup asks to be heard again by itself, and both
 * humans are told [CH-33]; until they compared words, nothing it says has effect.
 * Method: its records of before two check-ins are put back; beats go on for three hours. */
static void test_restored_contact_asks(void)
{
    struct circle_record *backup;
    struct circle_host *h;
    struct circle c;
    size_t count;

    circle_init(&c, 2, 10);
    circle_set_up(&c);
    h = &c.hosts[1];
    copy_records(h, &backup, &count);
    circle_checkin(&c, circle_safe); /* two round trips: the backup's key is stale, but known */
    circle_run(&c, 60);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 60);
    for (size_t i = 0; i < h->record_count; i++)
        free(h->records[i].value);
    free(h->records);
    h->records = backup;
    h->record_count = count;
    circle_restart(&c, 1);
    circle_forget_events(&c);
    circle_run(&c, 3 * HOUR_S);
    T_TRUE(circle_view(&c, 1).quarantined);
    T_TRUE(circle_events(&c, 1, AW_EVENT_QUARANTINED) > 0);
    T_TRUE(circle_events(&c, 0, AW_EVENT_QUARANTINED) > 0);
    circle_free(&c);
}

/* Goal: a record that cannot be read stops the start (ST-18).
 * Method: each record of a phone and of a contact, without its last byte. */
static void test_unreadable_record(void)
{
    struct circle c;

    circle_init(&c, 1, 10);
    circle_set_up(&c);
    c.hosts[1].is_asleep = true;
    circle_checkin(&c, circle_safe);
    for (size_t host = 0; host <= 1; host++) {
        const struct circle_host *h = &c.hosts[host];
        struct aw_random random = t_random(&c.rng);

        T_TRUE(h->record_count >= 4);
        for (size_t i = 0; i < h->record_count; i++) {
            const struct circle_record *r = &h->records[i];
            struct aw_bytes cut = {r->value, r->len - 1};

            if (host == 0) {
                T_EQ(aw_subject_init(h->subject, &random, circle_now(&c, 0)), AW_OK);
                T_EQ(aw_subject_load(h->subject, r->space, r->key, cut), AW_E_DAMAGED);
            } else {
                T_EQ(aw_contact_init(h->contact, &random, 1, circle_now(&c, 1)), AW_OK);
                T_EQ(aw_contact_load(h->contact, r->space, r->key, cut), AW_E_DAMAGED);
            }
        }
    }
    circle_free(&c);
}

static unsigned drop_all(struct circle *c, const struct circle_cell *cell)
{
    (void)c;
    (void)cell;
    return 0;
}

/* Goal: words that the phone had to drop are shown as a gap, once (CH-22).
 * Method: more check-ins than may wait, while the relay drops everything. */
static void test_gap_is_shown(void)
{
    struct circle c;

    circle_init(&c, 1, 11);
    circle_set_up(&c);
    c.fate = drop_all;
    for (int i = 0; i < 70; i++) {
        circle_checkin(&c, circle_safe);
        circle_run(&c, 60);
    }
    c.fate = NULL;
    circle_run(&c, HOUR_S);
    T_TRUE(circle_view(&c, 1).gap);
    T_EQ(circle_events(&c, 1, AW_EVENT_GAP), 1);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_dies_after_joining);
    T_RUN(test_set_up);
    T_RUN(test_plan_starts_the_watch);
    T_RUN(test_checkin_is_fine);
    T_RUN(test_silence_to_closing);
    T_RUN(test_late_within_grace);
    T_RUN(test_wrong_three_times);
    T_RUN(test_place);
    T_RUN(test_wakes_after_a_day);
    T_RUN(test_store_fails);
    T_RUN(test_rung_before_closed);
    T_RUN(test_unreadable_record);
    T_RUN(test_gap_is_shown);
    T_RUN(test_restored_contact_asks);
    return t_end();
}
