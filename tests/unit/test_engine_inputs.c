/* SPDX-License-Identifier: ISC */
#include "support/circle.h"

#include "base/bytes.h"

/*
 * Inputs of the two engines beside the story that the circle tells: forgetting people, wrong
 * arguments, wrong states, what a screen asks for.
 */

static const struct aw_endpoint relay = {.relay_key = {9}, .address = "relay.example:7447"};

/* Feeds the oldest cell on its way to the subject, and hands out nothing that follows. */
static bool feed_subject(struct circle *c)
{
    static struct aw_mailbox boxes[AW_SUBJECT_MAILBOX_MAX];
    struct aw_subject *s = c->hosts[0].subject;
    size_t count = aw_subject_mailboxes(s, boxes);

    for (size_t i = 0; i < c->cell_count; i++) {
        struct aw_bytes bytes = {c->cells[i].bytes, c->cells[i].len};

        for (size_t b = 0; b < count; b++) {
            if (memcmp(boxes[b].deposit_capability, c->cells[i].capability, 32) == 0) {
                T_EQ(aw_subject_feed(s, boxes[b].id, bytes, c->cells[i].deposited_at_s,
                                     circle_now(c, 0)),
                     AW_OK);
                return true;
            }
        }
    }
    return false;
}

static uint32_t words_waiting(const struct circle *c, uint8_t person)
{
    struct aw_person p;

    T_EQ(aw_subject_person(c->hosts[0].subject, person, &p), AW_OK);
    return p.words_waiting;
}

static size_t word_records(const struct circle *c, uint8_t person)
{
    size_t count = 0;

    for (size_t i = 0; i < c->hosts[0].record_count; i++)
        count += c->hosts[0].records[i].space == 4 && c->hosts[0].records[i].key >> 32 == person;
    return count;
}

/* Goal: no record of a forgotten contact stays, or the engine could not start again.
 * Method: contact 2, who is in no plan, is forgotten between a reply that names a word and the
 * STORE that deletes its record, while another word still waits. */
static void test_forget_with_words(void)
{
    struct circle c;
    struct aw_plan plan;
    struct aw_secrets secrets = {.circle = 1};

    circle_init(&c, 2, 21);
    circle_pair(&c, 1);
    circle_pair(&c, 2);
    c.contacts = 1;
    circle_plan(&c, &plan);
    c.contacts = 2;
    plan.levels[1].groups = 1;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, &secrets, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 120);
    c.hosts[2].is_offline = true;
    circle_checkin(&c, circle_safe);
    circle_run(&c, 60);
    T_EQ(words_waiting(&c, 2), 1);
    T_EQ(word_records(&c, 2), 2); /* the head, and the word */

    c.hosts[2].is_offline = false;
    c.hosts[0].is_offline = true; /* keeps his reply in the mailbox */
    aw_contact_kick(c.hosts[2].contact, circle_now(&c, 2));
    circle_pump(&c);
    c.hosts[0].is_offline = false;
    T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_safe, NULL, 0, NULL, circle_now(&c, 0)),
         AW_OK);
    T_TRUE(feed_subject(&c));
    T_EQ(words_waiting(&c, 2), 1); /* the first was named, the second was just made */
    T_EQ(aw_subject_forget(c.hosts[0].subject, 2, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 60);
    T_EQ(word_records(&c, 2), 0);
    circle_restart(&c, 0);
    circle_checkin(&c, circle_safe);
    circle_free(&c);
}

/* Goal: an invite can be taken back, a contact of the plan cannot be dropped behind her back.
 * Method: both, and the statuses between. */
static void test_forget(void)
{
    uint8_t text[AW_INVITE_URI_MAX], person;
    struct aw_buf uri = {text, sizeof text, 0};
    struct aw_mailbox boxes[AW_SUBJECT_MAILBOX_MAX];
    struct circle c;
    struct aw_subject *s;
    size_t count;

    circle_init(&c, 1, 22);
    circle_set_up(&c);
    s = c.hosts[0].subject;
    count = aw_subject_mailboxes(s, boxes);
    T_EQ(aw_subject_forget(s, 0, circle_now(&c, 0)), AW_E_NOT_FOUND);
    T_EQ(aw_subject_forget(s, 2, circle_now(&c, 0)), AW_E_NOT_FOUND);
    T_EQ(aw_subject_forget(s, 1, circle_now(&c, 0)), AW_E_STATE);
    T_EQ(aw_subject_invite(s, &relay, 1, "Subject", 600, &uri, &person, circle_now(&c, 0)), AW_OK);
    T_EQ(person, 2);
    T_EQ(aw_subject_verify(s, 2, circle_now(&c, 0)), AW_E_STATE);
    T_TRUE(aw_subject_mailboxes(s, boxes) > count);
    circle_pump(&c);
    T_EQ(aw_subject_forget(s, 2, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_subject_mailboxes(s, boxes), count);
    circle_pump(&c);
    circle_restart(&c, 0);
    T_EQ(aw_subject_mailboxes(s, boxes), count);
    uri.len = sizeof text - 20;
    T_EQ(aw_subject_invite(s, &relay, 1, "Subject", 600, &uri, &person, circle_now(&c, 0)),
         AW_E_SPACE);
    T_EQ(uri.len, sizeof text - 20);
    uri.len = 0;
    T_EQ(aw_subject_invite(s, &relay, 1, "Subject", 600, &uri, &person, circle_now(&c, 0)), AW_OK);
    T_EQ(person, 2);
    circle_free(&c);
}

/* Goal: bad arguments and wrong moments give their status and change nothing.
 * Method: each of them, before and after pairing. */
static void test_wrong_moments(void)
{
    static const char long_name[] = "a name of more than thirty-two bytes";
    uint8_t text[AW_INVITE_URI_MAX], words[128], person;
    struct aw_buf uri = {text, sizeof text, 0}, buf = {words, sizeof words, 0};
    struct circle c;
    struct aw_subject *s;
    struct aw_contact *k;
    struct aw_plan plan;
    struct aw_now now;
    struct aw_person view;

    circle_init(&c, 1, 23);
    s = c.hosts[0].subject;
    k = c.hosts[1].contact;
    now = circle_now(&c, 0);
    T_EQ(aw_subject_invite(s, &relay, 0, "Subject", 600, &uri, &person, now), AW_E_RANGE);
    T_EQ(
        aw_subject_invite(s, &relay, AW_ENDPOINT_COUNT_MAX + 1, "Subject", 600, &uri, &person, now),
        AW_E_RANGE);
    T_EQ(aw_subject_invite(s, &relay, 1, "", 600, &uri, &person, now), AW_E_RANGE);
    T_EQ(aw_subject_invite(s, &relay, 1, long_name, 600, &uri, &person, now), AW_E_RANGE);
    T_EQ(aw_subject_invite(s, &relay, 1, "Subject", 0, &uri, &person, now), AW_E_RANGE);
    T_EQ(aw_subject_invite(s, &relay, 1, "Subject", AW_SPAN_MAX_S + 1, &uri, &person, now),
         AW_E_RANGE);
    T_EQ(aw_subject_invite(s, &relay, 1, "\xff", 600, &uri, &person, now), AW_E_FORMAT);
    T_EQ(uri.len, 0);
    T_EQ(aw_subject_person(s, 1, &view), AW_E_NOT_FOUND);
    T_EQ(aw_subject_person(s, AW_PLAN_MEMBER_MAX + 1, &view), AW_E_NOT_FOUND);
    T_EQ(aw_subject_words(s, 1, &buf), AW_E_STATE);
    T_EQ(aw_subject_plan(s, &plan), AW_E_NOT_FOUND);
    T_EQ(aw_subject_checkin(s, circle_safe, NULL, 0, NULL, now), AW_E_STATE);

    T_EQ(aw_contact_words(k, &buf), AW_E_STATE);
    T_EQ(aw_contact_plan(k, &plan), AW_E_NOT_FOUND);
    T_EQ(aw_contact_verify(k, now), AW_E_STATE);
    T_EQ(aw_contact_seen(k, now), AW_E_STATE);
    T_EQ(aw_contact_claim(k, now), AW_E_STATE);
    T_EQ(aw_contact_confirm(k, now), AW_E_STATE);

    T_EQ(aw_subject_invite(s, &relay, 1, "Subject", 600, &uri, &person, now), AW_OK);
    T_EQ(aw_contact_join(k, aw_buf_bytes(&uri), &relay, 0, "Contact", now), AW_E_RANGE);
    T_EQ(aw_contact_join(k, aw_buf_bytes(&uri), &relay, 1, "", now), AW_E_RANGE);
    T_EQ(aw_contact_join(k, aw_buf_bytes(&uri), &relay, 1, long_name, now), AW_E_RANGE);
    T_EQ(aw_contact_join(k, (struct aw_bytes){uri.ptr, 20}, &relay, 1, "Contact", now),
         AW_E_FORMAT);
    now.wall_ms += UINT64_C(601) * 1000;
    T_EQ(aw_contact_join(k, aw_buf_bytes(&uri), &relay, 1, "Contact", now), AW_E_STALE);
    now = circle_now(&c, 1);
    T_EQ(aw_contact_join(k, aw_buf_bytes(&uri), &relay, 1, "Contact", now), AW_OK);
    T_EQ(aw_contact_join(k, aw_buf_bytes(&uri), &relay, 1, "Contact", now), AW_E_STATE);
    circle_free(&c);
}

/* Goal: what a screen asks for is the plan in force, and the deadlines that it brings.
 * Method: an hourly plan at both ends. */
static void test_screens(void)
{
    struct circle c;
    struct aw_plan hers, his;
    uint64_t due_s[3];

    circle_init(&c, 1, 24);
    aw_subject_preview(c.hosts[0].subject, due_s, 1);
    T_TRUE(due_s[0] == UINT64_MAX);
    circle_set_up(&c);
    T_EQ(aw_subject_plan(c.hosts[0].subject, &hers), AW_OK);
    T_EQ(aw_contact_plan(c.hosts[1].contact, &his), AW_OK);
    T_EQ(his.version, hers.version);
    T_EQ(his.levels_count, hers.levels_count);
    T_STR_EQ(his.roster[0].name, hers.roster[0].name);
    aw_subject_preview(c.hosts[0].subject, due_s, 3);
    T_EQ(due_s[1] - due_s[0], HOUR_S);
    T_EQ(due_s[2] - due_s[1], HOUR_S);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_forget_with_words);
    T_RUN(test_forget);
    T_RUN(test_wrong_moments);
    T_RUN(test_screens);
    return t_end();
}
