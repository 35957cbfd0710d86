/* SPDX-License-Identifier: ISC */
#include "support/attacker.h"

#include "core/contact_impl.h"

/* A contact's device restored from a backup, or whose disk lost what it had acknowledged: the
 * numbers of its replies (spec/05-channel.md §9, spec/07-contact.md §4), and one that had not made
 * any (spec/07-contact.md §2). */

/* Of an image of contact 1 the channel becomes what it is now. */
static void keep_channel(struct image *image, const struct circle *c)
{
    const struct circle_host *h = &c->hosts[1];

    for (size_t i = 0; i < image->count; i++) {
        for (size_t k = 0;
             k < h->record_count && image->records[i].space == AW_SPACE_CONTACT_FIRST + 1; k++) {
            if (h->records[k].space == image->records[i].space) {
                free(image->records[i].value);
                image->records[i].len = h->records[k].len;
                image->records[i].value = malloc(image->records[i].len + 1);
                T_REQUIRE(image->records[i].value != NULL);
                memcpy(image->records[i].value, h->records[k].value, image->records[i].len);
            }
        }
    }
}

/* Puts an image of contact 1 back, on a device whose clock is set only after it has started: so its
 * numbers do not go on by themselves (07 CO-97). */
static void restore_before_clock(struct circle *c, struct image *image)
{
    c->hosts[1].skew_s = -(int64_t)(30 * 24 * HOUR_S);
    image_restore(c, 1, image);
    c->hosts[1].skew_s = 0;
    aw_contact_clock_set(c->hosts[1].contact, circle_now(c, 1));
}

static struct image image_before_ten_replies(struct circle *c)
{
    struct image image = image_take(c, 1);

    for (int i = 0; i < 10; i++) {
        circle_checkin(c, circle_safe);
        circle_run(c, 60);
    }
    return image;
}

/* Goal: a contact's device restored within the epoch goes on above the replies that she has seen
 * (CH-38), and she does not refuse what it says.
 * Method: its records but for the channel are put back, from before ten replies. */
static void test_replies(void)
{
    struct aw_person she;
    struct image b;
    struct circle c;
    uint32_t number;

    circle_init(&c, 1, 104);
    circle_set_up(&c);
    b = image_before_ten_replies(&c);
    number = contact_of(c.hosts[1].contact)->book.reply_number;
    keep_channel(&b, &c);
    restore_before_clock(&c, &b);
    T_TRUE(contact_of(c.hosts[1].contact)->book.reply_number < number);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 120);
    T_TRUE(contact_of(c.hosts[1].contact)->book.reply_number > number);
    T_EQ(aw_subject_person(c.hosts[0].subject, 1, &she), AW_OK);
    T_EQ(she.words_waiting, 0);
    circle_free(&c);
}

/* Goal: a contact's device on which a backup was put back gives no reply a number that another one
 * had, whatever call comes first (07 CO-97).
 * Method: it is put back after ten replies, and looked at before any call has come. */
static void test_numbers_of_a_backup(void)
{
    struct image b;
    struct circle c;
    uint32_t number;

    circle_init(&c, 1, 105);
    circle_set_up(&c);
    b = image_before_ten_replies(&c);
    number = contact_of(c.hosts[1].contact)->book.reply_number;
    image_restore(&c, 1, &b);
    T_TRUE(contact_of(c.hosts[1].contact)->book.reply_number >= number);
    circle_free(&c);
}

/* Goal: a disk that loses the numbers of a backup that was old makes nobody silent (CH-38).
 * Method: a backup of 20 days before is put back, and people compare words; then the records but
 * for the channel are those of the backup again. */
static void test_numbers_of_an_old_backup(void)
{
    struct image b, late;
    struct circle c;
    uint32_t number;

    circle_init(&c, 1, 106);
    circle_set_up(&c);
    b = image_take(&c, 1);
    late = image_take(&c, 1);
    circle_run(&c, 20 * 24 * HOUR_S);
    image_restore(&c, 1, &b);
    aw_contact_restored(c.hosts[1].contact, circle_now(&c, 1));
    circle_run(&c, HOUR_S);
    T_EQ(aw_subject_verify(c.hosts[0].subject, 1, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_contact_verify(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 120);
    number = contact_of(c.hosts[1].contact)->book.reply_number;
    T_TRUE(number > CONTACT_REPLY_JUMP);
    keep_channel(&late, &c);
    restore_before_clock(&c, &late);
    T_TRUE(contact_of(c.hosts[1].contact)->book.reply_number < number);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 120);
    T_TRUE(contact_of(c.hosts[1].contact)->book.reply_number > number);
    circle_free(&c);
}

/* Nothing from her phone reaches anybody. */
static unsigned she_is_cut_off(struct circle *c, const struct circle_cell *cell)
{
    (void)c;
    return cell->from == 0 ? 0 : 1;
}

/* Goal: a contact whose disk lost its newest replies, and that started before its clock was set,
 * gives their numbers again; a check-in that names one of them was made after the first reply of
 * that number, and is taken for no newer (CO-72), or a silence would be found late.
 * Method: she sees a reply and checks in, unheard; the contact's records but for the channel are
 * put back from before that reply; an hour later its human looks, which makes it anew. */
static void test_number_given_twice(void)
{
    uint32_t number, made_s, seq;
    const struct contact *contact;
    struct image b;
    struct circle c;

    circle_init(&c, 1, 114);
    circle_set_up(&c);
    circle_run(&c, HOUR_S);
    contact = contact_of_const(c.hosts[1].contact);
    b = image_take(&c, 1);
    T_EQ(aw_contact_seen(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, 60);
    number = contact->book.reply_number;
    c.fate = she_is_cut_off;
    T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_safe, NULL, 0, &seq, circle_now(&c, 0)),
         AW_OK);
    made_s = (uint32_t)circle_now_s(&c);
    circle_run(&c, HOUR_S);
    keep_channel(&b, &c);
    restore_before_clock(&c, &b);
    T_TRUE(contact->book.reply_number < number);
    T_EQ(aw_contact_seen(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, 60);
    T_EQ(contact->book.reply_number, number);
    c.fate = NULL;
    circle_run(&c, HOUR_S);
    T_EQ(contact->book.checkin.call.seq, seq);
    T_TRUE(contact->book.checkin.base_s <= made_s);
    circle_free(&c);
}

static bool are_secrets_due(const struct circle *c, uint8_t n)
{
    struct aw_person she;

    T_EQ(aw_subject_person(c->hosts[0].subject, n, &she), AW_OK);
    return she.secrets_due;
}

/* Her first cell comes, the answer to him who joins, and no call. */
static unsigned no_call_comes(struct circle *c, const struct circle_cell *cell)
{
    if (cell->from != 0)
        return 1;
    return c->budget++ == 0 ? 1 : 0;
}

/* Goal: what a contact wants to say before her first call, which gives it something to reply to,
 * holds nothing else back (CO-93): restored from before that call, it begins, and both sides see
 * the words of the session.
 * Method: an image from when they were paired is put back after hours of check-ins; its human
 * compares the words, and she checks in. */
static void test_before_the_first_call(void)
{
    uint8_t words[2][80] = {{0}, {0}};
    struct aw_buf hers = {words[0], sizeof words[0], 0}, his = {words[1], sizeof words[1], 0};
    struct aw_person she;
    struct image b;
    struct circle c;
    uint32_t seq;

    circle_init(&c, 1, 115);
    c.fate = no_call_comes;
    circle_pair(&c, 1);
    c.fate = NULL;
    T_EQ(contact_of(c.hosts[1].contact)->book.newest.call.seq, 0);
    b = image_take(&c, 1);
    circle_set_plan(&c);
    for (int i = 0; i < 24; i++) {
        if (i == 12)
            image_restore(&c, 1, &b);
        circle_checkin(&c, circle_safe);
        circle_run(&c, HOUR_S / 2);
    }
    T_EQ(aw_subject_person(c.hosts[0].subject, 1, &she), AW_OK);
    T_TRUE(she.quarantined);
    T_EQ(aw_subject_words(c.hosts[0].subject, 1, &hers), AW_OK);
    T_EQ(aw_contact_words(c.hosts[1].contact, &his), AW_OK);
    T_MEM_EQ(words[0], words[1], sizeof words[0]);
    T_EQ(aw_subject_verify(c.hosts[0].subject, 1, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_contact_verify(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_safe, NULL, 0, &seq, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 120);
    T_EQ(contact_of(c.hosts[1].contact)->book.checkin.call.seq, seq);
    T_TRUE(are_secrets_due(&c, 1));
    circle_free(&c);
}

/* Goal: whose device came back from before it had her secrets is shown to her until she set them
 * again (CO-94, SU-42), and hears a duress then; not so a device that lost nothing.
 * Method: of two contacts an image of the first, once it has heard her and before the plan. */
static void test_before_the_secrets(void)
{
    struct image b;
    struct circle c;

    circle_init(&c, 2, 116);
    for (size_t n = 1; n <= 2; n++)
        circle_pair(&c, n);
    T_TRUE(!are_secrets_due(&c, 1)); /* nobody has any */
    b = image_take(&c, 1);
    circle_set_plan(&c);
    circle_restart(&c, 0); /* what he named is in the store */
    circle_checkin(&c, circle_safe);
    circle_run(&c, 60);
    T_TRUE(!are_secrets_due(&c, 1) && !are_secrets_due(&c, 2));
    image_restore(&c, 1, &b);
    circle_checkin(&c, circle_safe);
    circle_run(&c, HOUR_S / 2);
    T_TRUE(circle_view(&c, 1).quarantined);
    T_EQ(aw_subject_verify(c.hosts[0].subject, 1, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_contact_verify(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 60);
    T_TRUE(are_secrets_due(&c, 1) && !are_secrets_due(&c, 2));
    circle_checkin(&c, circle_duress);
    circle_run(&c, 60);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_NONE);
    circle_checkin(&c, circle_safe);
    circle_set_plan(&c);
    T_TRUE(!are_secrets_due(&c, 1) && !are_secrets_due(&c, 2));
    circle_checkin(&c, circle_duress);
    circle_run(&c, 60);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_DURESS);
    circle_free(&c);
}

/* Goal: who joins when the others have her secrets is shown to her as one who was given none, until
 * she set them again (SU-42). */
static void test_joined_after_the_secrets(void)
{
    struct circle c;

    circle_init(&c, 2, 117);
    circle_pair(&c, 1);
    c.contacts = 1;
    circle_set_plan(&c);
    c.contacts = 2;
    circle_pair(&c, 2);
    T_TRUE(!are_secrets_due(&c, 1) && are_secrets_due(&c, 2));
    circle_set_plan(&c);
    T_TRUE(!are_secrets_due(&c, 1) && !are_secrets_due(&c, 2));
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_before_the_secrets);
    T_RUN(test_joined_after_the_secrets);
    T_RUN(test_before_the_first_call);
    T_RUN(test_replies);
    T_RUN(test_numbers_of_a_backup);
    T_RUN(test_numbers_of_an_old_backup);
    T_RUN(test_number_given_twice);
    return t_end();
}
