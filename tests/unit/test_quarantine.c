/* SPDX-License-Identifier: ISC */
#include "support/attacker.h"
#include "support/council.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_impl.h"
#include "core/subject_impl.h"

/* Sessions in quarantine, through the engines (spec/05-channel.md §8.2). */

static struct aw_person person(const struct circle *c, uint8_t n)
{
    struct aw_person p;

    T_EQ(aw_subject_person(c->hosts[0].subject, n, &p), AW_OK);
    return p;
}

/* What is a backup after `checkins` more check-ins. */
static struct image image_of_before(struct circle *c, int checkins)
{
    struct image image = image_take(c, 0);

    for (int i = 0; i < checkins; i++) {
        circle_checkin(c, circle_safe);
        circle_run(c, 50 * MIN_S);
    }
    return image;
}

/* Goal: a quarantined session whose words differ is erased on either side, after a restart too, and
 * the channel goes on.
 * Method: a phone restored from a backup that is epochs old; its session is refused at both; then
 * the true phone goes on, from its image of before the restore. */
static void test_refused(void)
{
    struct image old, newest;
    struct circle c;
    uint32_t seq;

    circle_init(&c, 1, 104);
    circle_set_up(&c);
    T_EQ(aw_contact_refuse(c.hosts[1].contact, circle_now(&c, 1)), AW_E_STATE);
    old = image_of_before(&c, 4);
    newest = image_take(&c, 0);
    image_restore(&c, 0, &old);
    T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_wrong, NULL, 0, NULL, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 8 * HOUR_S);
    seq = circle_view(&c, 1).checkin.seq;
    T_TRUE(circle_view(&c, 1).quarantined);
    T_TRUE(person(&c, 1).quarantined);
    T_EQ(aw_subject_refuse(c.hosts[0].subject, 9, circle_now(&c, 0)), AW_E_NOT_FOUND);
    T_EQ(aw_subject_refuse(c.hosts[0].subject, 1, circle_now(&c, 0)), AW_OK);
    T_TRUE(!person(&c, 1).quarantined);
    T_EQ(aw_subject_refuse(c.hosts[0].subject, 1, circle_now(&c, 0)), AW_E_STATE);
    T_EQ(aw_contact_refuse(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_pump(&c);
    circle_restart(&c, 1);
    T_TRUE(!circle_view(&c, 1).quarantined);
    image_restore(&c, 0, &newest);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 60);
    T_EQ(circle_view(&c, 1).checkin.verdict, AW_VERDICT_SAFE);
    T_TRUE(circle_view(&c, 1).checkin.seq > seq);
    circle_free(&c);
}

/* Goal: both humans are told of a session in quarantine although a device dies when that is stored,
 * but not yet said (CH-44).
 * Method: both processes are taken away and start again, while there is one and after it. */
static void test_quarantine_told_again(void)
{
    struct image old;
    struct circle c;

    circle_init(&c, 1, 108);
    circle_set_up(&c);
    old = image_of_before(&c, 4);
    image_restore(&c, 0, &old);
    circle_run(&c, 8 * HOUR_S);
    for (int k = 0; k < 2; k++) {
        T_EQ(circle_view(&c, 1).quarantined, k == 0);
        circle_forget_events(&c);
        for (size_t host = 0; host < 2; host++) {
            circle_restart(&c, host);
            circle_pump(&c);
            T_EQ(circle_events(&c, host, AW_EVENT_QUARANTINED), k == 0);
        }
        if (k == 1)
            break;
        T_EQ(aw_subject_verify(c.hosts[0].subject, 1, circle_now(&c, 0)), AW_OK);
        T_EQ(aw_contact_verify(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
        circle_run(&c, HOUR_S);
    }
    circle_free(&c);
}

/* Goal: a reply that was owed in a quarantined session goes out in the channel when humans end that
 * session before it could be made, by accepting or by refusing it (CH-30).
 * Method: a cell of the session reaches the contact's engine, and the human speaks before the host
 * asks for an action. */
static void test_session_ends_before_its_reply(void)
{
    for (int k = 0; k < 2; k++) {
        struct image old;
        struct circle c;
        size_t fed = 0;

        circle_init(&c, 1, 105);
        circle_set_up(&c);
        old = image_of_before(&c, 4);
        image_restore(&c, 0, &old);
        circle_run(&c, 8 * HOUR_S);
        T_TRUE(circle_view(&c, 1).quarantined);
        c.hosts[1].is_asleep = true;
        circle_run(&c, HOUR_S);
        for (size_t i = 0; i < c.cell_count; i++) {
            struct aw_bytes cell = {c.cells[i].bytes, c.cells[i].len};

            fed += aw_contact_feed(c.hosts[1].contact, 0, cell, c.cells[i].deposited_at_s,
                                   circle_now(&c, 1)) == AW_OK;
        }
        T_TRUE(fed > 0);
        T_EQ(contact_of(c.hosts[1].contact)->reply_session, AW_SESSION_QUARANTINE);
        T_EQ(k == 0 ? aw_contact_verify(c.hosts[1].contact, circle_now(&c, 1))
                    : aw_contact_refuse(c.hosts[1].contact, circle_now(&c, 1)),
             AW_OK);
        c.hosts[1].is_asleep = false;
        circle_pump(&c);
        T_TRUE(!circle_view(&c, 1).quarantined);
        circle_free(&c);
    }
}

/* Her questions do not come, and of what he says in the session in quarantine the first is lost. */
static unsigned lose_first_word_of_session(struct circle *c, const struct circle_cell *cell)
{
    const struct person *him = &subject_of(c->hosts[0].subject)->people[0];
    bool is_question = false;

    for (size_t i = 0; i < SUBJECT_WAY_COUNT; i++)
        is_question =
            is_question ||
            (him->ways[i].parcel.what == SUBJECT_SEND_RESUME && him->channel.asking.live &&
             memcmp(him->ways[i].cell, him->channel.asking.cell, AW_CELL_LEN) == 0);
    if (c->budget == 0)
        return 1;
    if (cell->from == 0)
        return is_question ? 0 : 1;
    if (!circle_view(c, 1).quarantined)
        return 1;
    c->budget--;
    return 0;
}

/* Goal: a contact whose question opened a quarantined session, and whose first reply in it is lost
 * on the way or with his process, says it again until she has spoken there: she hears of it, and
 * the words that wait do not go out for ever (CH-48).
 * Method: a phone restored from an old backup whose questions do not come; his one is answered.
 * Then that reply, and whatever else he says just then, is lost; k == 1: he starts anew at once. */
static void test_first_reply_of_session_is_lost(void)
{
    for (int k = 0; k < 2; k++) {
        struct image old;
        struct circle c;
        int hours = 0;

        circle_init(&c, 1, 109);
        circle_set_up(&c);
        old = image_of_before(&c, 8);
        image_restore(&c, 0, &old);
        c.fate = lose_first_word_of_session;
        c.budget = 1;
        circle_checkin(&c, circle_safe);
        while (!circle_view(&c, 1).quarantined && hours++ < 24)
            circle_run(&c, HOUR_S);
        T_TRUE(circle_view(&c, 1).quarantined);
        T_EQ(c.budget, 0);
        if (k == 1)
            circle_restart(&c, 1);
        circle_run(&c, 3 * HOUR_S);
        T_TRUE(person(&c, 1).quarantined);
        T_TRUE(circle_events(&c, 0, AW_EVENT_QUARANTINED) > 0);
        T_EQ(aw_subject_verify(c.hosts[0].subject, 1, circle_now(&c, 0)), AW_OK);
        T_EQ(aw_contact_verify(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
        circle_run(&c, HOUR_S);
        T_EQ(person(&c, 1).words_waiting, 0);
        circle_free(&c);
    }
}

/* Goal: under a fixed cadence words that wait for a contact who cannot open them do not keep the
 * session of a restored phone from him (CH-41).
 * Method: slots of an hour, in which every word is due; a phone restored from an old backup checks
 * in, asks, and is told that its session is stale: three slots later his human knows, too. */
static void test_quarantine_beside_words_in_slots(void)
{
    struct aw_plan plan;
    struct image old;
    struct circle c;
    int hours = 0;

    circle_init(&c, 1, 106);
    circle_set_up(&c);
    T_EQ(aw_subject_plan(c.hosts[0].subject, &plan), AW_OK);
    plan.pace.cadence_s = 3600;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 12 * HOUR_S);
    old = image_take(&c, 0);
    for (int i = 0; i < 8; i++) {
        circle_checkin(&c, circle_safe);
        circle_run(&c, 3 * HOUR_S);
    }
    image_restore(&c, 0, &old);
    circle_checkin(&c, circle_safe);
    while (!person(&c, 1).quarantined && hours++ < 48)
        circle_run(&c, HOUR_S);
    T_TRUE(person(&c, 1).quarantined);
    T_TRUE(person(&c, 1).words_waiting > 0);
    circle_run(&c, 3 * HOUR_S);
    T_TRUE(circle_view(&c, 1).quarantined);
    circle_free(&c);
}

/* Cells that a relay kept a copy of. */
static struct kept {
    uint32_t mailbox;
    uint8_t cell[AW_CELL_LEN];
} kept[64];
static size_t kept_count;

/* A relay that keeps what others say to contact 1. */
static unsigned keep_copies(struct circle *c, const struct circle_cell *cell)
{
    static struct aw_mailbox boxes[AW_CONTACT_MAILBOX_MAX];
    size_t count = aw_contact_mailboxes(c->hosts[1].contact, boxes);

    for (size_t i = 0; kept_count < c->budget && cell->len == AW_CELL_LEN && i < count; i++) {
        if (memcmp(boxes[i].deposit_capability, cell->capability, 32) == 0) {
            kept[kept_count].mailbox = boxes[i].id;
            memcpy(kept[kept_count++].cell, cell->bytes, AW_CELL_LEN);
        }
    }
    return 1;
}

/* Goal: a relay that brings cells of epochs that are over, all at once, makes nobody re-establish
 * among contacts, and brings no quarantine about (CH-51, PE-44).
 * Method: it keeps what her phone and contact 2 said for hours, and replays it to contact 1. */
static void test_late_copies(void)
{
    struct aw_plan plan;
    struct circle c;
    size_t hers = 0, his = 0;

    council_init(&c, 2, 109, &plan);
    council_begin(&c, &plan, 3);
    kept_count = 0;
    c.budget = AW_COUNT(kept);
    c.fate = keep_copies;
    circle_run(&c, 15 * MIN_S);
    for (int i = 0; i < 20; i++) {
        council_checkin(&c, circle_safe);
        circle_run(&c, MIN_S);
    }
    T_EQ(kept_count, AW_COUNT(kept));
    circle_forget_events(&c);
    circle_run(&c, 2 * HOUR_S);
    T_EQ(council_peer(&c, 1, 2).state, AW_PEER_LINKED);
    for (size_t i = 0; i < kept_count; i++) {
        enum aw_status st =
            aw_contact_feed(c.hosts[1].contact, kept[i].mailbox, AW_BYTES_OF(kept[i].cell),
                            (uint32_t)circle_now_s(&c), circle_now(&c, 1));

        T_TRUE(st == AW_E_AUTH || st == AW_E_REPLAY);
        if (st == AW_E_AUTH)
            *(kept[i].mailbox < CONTACT_PEER_MAILBOX(1) ? &hers : &his) += 1;
    }
    T_TRUE(hers >= 16 && his >= 16); /* enough for a question, and for one under the anchor */
    circle_run(&c, 3 * HOUR_S);
    T_TRUE(!circle_view(&c, 1).quarantined);
    T_EQ(council_peer(&c, 1, 2).state, AW_PEER_LINKED);
    for (size_t host = 0; host <= 2; host++) {
        T_EQ(circle_events(&c, host, AW_EVENT_RESUMED), 0);
        T_EQ(circle_events(&c, host, AW_EVENT_QUARANTINED), 0);
    }
    circle_free(&c);
}

/* Goal: who uses an old backup of a contact's device does not take his voice away (PE-14).
 * Method: she is silent; an image of contact 2 asks contact 1 to re-establish; then the true device
 * goes on, and finds her silent, too; the quorum is two. */
static void test_old_backup_silences_no_vote(void)
{
    struct image old, newest;
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 2, 110, &plan);
    council_begin(&c, &plan, 3);
    council_checkin(&c, circle_safe);
    old = image_take(&c, 2);
    circle_run(&c, HOUR_S);
    council_checkin(&c, circle_safe);
    circle_run(&c, 60);
    newest = image_take(&c, 2);
    c.hosts[0].is_asleep = true; /* so that she introduces nobody anew */
    image_restore(&c, 2, &old);
    circle_run(&c, 50 * MIN_S);
    T_EQ(council_peer(&c, 1, 2).state, AW_PEER_QUARANTINED);
    image_restore(&c, 2, &newest);
    circle_run(&c, 2 * HOUR_S);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
    T_EQ(council_peer(&c, 1, 2).state, AW_PEER_QUARANTINED);
    T_EQ(council_view(&c, 1).votes, 2);
    T_EQ(council_view(&c, 1).release, AW_RELEASE_YES);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_refused);
    T_RUN(test_quarantine_told_again);
    T_RUN(test_session_ends_before_its_reply);
    T_RUN(test_first_reply_of_session_is_lost);
    T_RUN(test_quarantine_beside_words_in_slots);
    T_RUN(test_late_copies);
    T_RUN(test_old_backup_silences_no_vote);
    return t_end();
}
