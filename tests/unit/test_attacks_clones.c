/* SPDX-License-Identifier: ISC */
#include "support/attacker.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_impl.h"
#include "core/statement.h"

/*
 * Attacks by somebody who speaks with keys of hers: a second phone made from a copy, cells that
 * were changed on the way, an invite that was photographed (spec/02-threats.md §2 and §3).
 */

static struct aw_person person(const struct circle *c, uint8_t n)
{
    struct aw_person p;

    T_EQ(aw_subject_person(c->hosts[0].subject, n, &p), AW_OK);
    return p;
}

/* What must not move when somebody else speaks. */
static void same_view(const struct aw_contact_view *a, const struct aw_contact_view *b)
{
    T_EQ(a->phase, b->phase);
    T_EQ(a->state, b->state);
    T_EQ(a->incident, b->incident);
    T_EQ(a->incident_id, b->incident_id);
    T_EQ(a->due_s, b->due_s);
    T_EQ(a->checkin_due_s, b->checkin_due_s);
    T_EQ(a->beat_due_s, b->beat_due_s);
    T_EQ(a->checkin.seq, b->checkin.seq);
    T_EQ(a->newest.seq, b->newest.seq);
    T_EQ(a->newest.received_at_s, b->newest.received_at_s);
    T_EQ(a->wrong_count, b->wrong_count);
    T_EQ(a->plan_version, b->plan_version);
    T_EQ(a->gap, b->gap);
    T_EQ(a->quarantined, b->quarantined);
}

static size_t security_events(const struct circle *c, size_t host)
{
    return circle_events(c, host, AW_EVENT_FORK) + circle_events(c, host, AW_EVENT_RESUMED) +
           circle_events(c, host, AW_EVENT_QUARANTINED);
}

static void run_with(struct circle *c, struct clone *clone, const struct tape *tape, uint64_t s)
{
    for (uint64_t i = 0; i < s; i += 30) {
        clone_run(clone, c, tape);
        circle_run(c, 30);
    }
}

/* Epochs that have gone by at contact 1, with the phone as it goes. */
static void let_epochs_pass(struct circle *c, uint32_t count)
{
    const struct contact *k = contact_of(c->hosts[1].contact);
    uint32_t epoch = k->channel.cur.number;

    for (int i = 0; i < 20 && k->channel.cur.number < epoch + count; i++) {
        circle_checkin(c, circle_safe);
        circle_run(c, 10 * MIN_S);
    }
    T_REQUIRE(k->channel.cur.number >= epoch + count);
}

/* Goal: attack 10: a stolen backup, three epochs old, gets a quarantined session and no more, and
 * everybody is told; her phone goes on (CH-28, CH-29, CH-41). Her own restored phone is
 * test_attack_10_restored_phone.
 * Method: the thief's phone reads her mailboxes, checks in with a wrong secret, calls for help,
 * and floods for three hours. */
static void test_attack_10_stolen_backup(void)
{
    struct aw_contact_view view;
    struct clone thief;
    struct image image;
    struct tape tape;
    struct circle c;
    uint32_t seq;

    circle_init(&c, 2, 110);
    circle_set_up(&c);
    tape_start(&tape, &c);
    image = image_take(&c, 0);
    let_epochs_pass(&c, 3);
    clone_start(&thief, &c, &image, 10);
    thief.heard = tape.count;
    circle_forget_events(&c);
    T_EQ(aw_subject_checkin(thief.subject, circle_wrong, NULL, 0, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_subject_sos(thief.subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    for (int i = 0; i < 6; i++) {
        run_with(&c, &thief, &tape, 30 * MIN_S);
        circle_checkin(&c, circle_safe);
        circle_run(&c, 60);
        seq = subject_of(c.hosts[0].subject)->core.seq;
        view = circle_view(&c, 1);
        T_TRUE(view.checkin.verdict == AW_VERDICT_SAFE && view.checkin.seq + 4 > seq);
        T_EQ(view.state, AW_LADDER_FINE);
        T_EQ(view.wrong_count, 0);
    }
    T_TRUE(thief.sent_count > 100 && thief.events[AW_EVENT_QUARANTINED] > 0);
    T_EQ(thief.events[AW_EVENT_RESUMED], 0);
    for (size_t n = 1; n <= 2; n++) {
        T_TRUE(circle_events(&c, n, AW_EVENT_QUARANTINED) > 0);
        T_EQ(circle_events(&c, n, AW_EVENT_RING), 0);
        T_EQ(circle_events(&c, n, AW_EVENT_JUDGE), 0);
    }
    T_TRUE(security_events(&c, 0) > 0); /* her phone had to begin anew: she is told */
    clone_free(&thief);
    image_free(&image);
    tape_free(&tape);
    circle_free(&c);
}

/* Goal: attack 18: who copied epoch e and speaks after e+1 began has dead keys, and what he can
 * re-establish is quarantined (CH-10).
 * Method: her phone is off; the copy sends beats, a check-in and an SOS, reads what contacts
 * answer, and goes on for forty minutes. */
static void test_attack_18_copy_of_an_epoch(void)
{
    struct aw_contact_view before, after;
    struct image image;
    struct clone copy;
    struct tape tape;
    struct circle c;

    circle_init(&c, 1, 118);
    circle_set_up(&c);
    circle_checkin(&c, circle_safe);
    image = image_take(&c, 0);
    let_epochs_pass(&c, 1);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 60);
    circle_forget_events(&c);
    before = circle_view(&c, 1);
    c.hosts[0].is_asleep = true;
    tape_start(&tape, &c);
    clone_start(&copy, &c, &image, 18);
    T_EQ(aw_subject_checkin(copy.subject, circle_wrong, NULL, 0, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_subject_sos(copy.subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    clone_run(&copy, &c, &tape);
    circle_pump(&c);
    after = circle_view(&c, 1);
    T_TRUE(copy.sent_count >= 2);
    T_EQ(after.refused_count, before.refused_count + copy.sent_count);
    same_view(&before, &after);
    T_EQ(security_events(&c, 1), 0);
    run_with(&c, &copy, &tape, 40 * MIN_S);
    after = circle_view(&c, 1);
    T_TRUE(after.quarantined);
    T_EQ(circle_events(&c, 1, AW_EVENT_RESUMED), 0);
    after.quarantined = false;
    same_view(&before, &after);
    clone_free(&copy);
    image_free(&image);
    tape_free(&tape);
    circle_free(&c);
}

/* ---- Invites ---- */

static const struct aw_endpoint relay = {.relay_key = {9}, .address = "relay.example:7447"};

struct invited {
    uint8_t bytes[AW_INVITE_URI_MAX];
    struct aw_buf uri;
};

static void invite(struct circle *c, struct invited *i)
{
    uint8_t n = 0;

    i->uri = (struct aw_buf){i->bytes, sizeof i->bytes, 0};
    T_EQ(aw_subject_invite(c->hosts[0].subject, &relay, 1, "Subject", 86400, &i->uri, &n,
                           circle_now(c, 0)),
         AW_OK);
    T_EQ(n, 1);
}

static void join(struct circle *c, size_t host, const struct invited *i)
{
    T_EQ(aw_contact_join(c->hosts[host].contact, aw_buf_bytes(&i->uri), &relay, 1, "Contact",
                         circle_now(c, host)),
         AW_OK);
    circle_run(c, 60);
}

static void words_of(const struct circle *c, size_t host, uint8_t text[80])
{
    struct aw_buf buf = {text, 80, 0};

    memset(text, 0, 80);
    if (host == 0)
        T_EQ(aw_subject_words(c->hosts[0].subject, 1, &buf), AW_OK);
    else
        T_EQ(aw_contact_words(c->hosts[host].contact, &buf), AW_OK);
}

/* Not even where one share were enough. */
static bool nothing_opens(const struct aw_keep *keep)
{
    const struct aw_keep_item *item = aw_keep_before(keep, UINT64_MAX);
    struct aw_state state;

    T_TRUE(item != NULL);
    while (item != NULL && aw_keep_open(item, 1, &state) == AW_E_STATE)
        item = aw_keep_before(keep, item->seq);
    return item == NULL;
}

/* Goal: attack 22: an invite that somebody photographed. He is second: she is told, and he has
 * nothing. He is first: she is told when the friend answers, the friend has no words that could
 * match; until she finds out he learns no place of hers, by SOS neither; then she forgets him
 * (PA-8, PA-11, SU-34).
 * Method: contact 1 is the friend, contact 2 photographed. In the second play the thief also hands
 * the friend an invite of his own, so that the friend does have words. */
static void test_attack_22_photographed_invite(void)
{
    const struct aw_state state = {
        .at = (uint32_t)CIRCLE_T0_S, .has_lat_e7 = true, .has_lon_e7 = true, .lat_e7 = 5};
    uint8_t hers[80], his[80], between[80];
    struct circle c, other;
    struct invited i, fake;
    uint32_t heard;

    circle_init(&c, 2, 122);
    invite(&c, &i);
    join(&c, 1, &i);
    join(&c, 2, &i);
    T_TRUE(circle_events(&c, 0, AW_EVENT_SECOND_ANSWER) > 0);
    T_EQ(circle_view(&c, 2).phase, AW_CONTACT_JOINING);
    words_of(&c, 0, hers);
    words_of(&c, 1, his);
    T_MEM_EQ(hers, his, sizeof hers);
    circle_free(&c);

    circle_init(&c, 2, 123);
    circle_init(&other, 1, 124);
    invite(&c, &i);
    join(&c, 2, &i);
    T_EQ(circle_events(&c, 0, AW_EVENT_SECOND_ANSWER), 0);
    join(&c, 1, &i);
    T_TRUE(circle_events(&c, 0, AW_EVENT_SECOND_ANSWER) > 0);
    T_EQ(circle_view(&c, 1).phase, AW_CONTACT_JOINING);
    invite(&other, &fake);
    join(&other, 1, &fake);
    words_of(&c, 0, hers);
    words_of(&c, 2, his);
    words_of(&other, 1, between);
    T_MEM_EQ(hers, his, sizeof hers);
    T_TRUE(memcmp(hers, between, sizeof hers) != 0);
    T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_safe, &state, 0, NULL, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 60);
    T_TRUE(circle_view(&c, 2).checkin.seq > 0);
    T_TRUE(nothing_opens(&contact_of(c.hosts[2].contact)->keep));
    T_EQ(aw_subject_sos(c.hosts[0].subject, &state, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 60);
    T_EQ(circle_view(&c, 2).incident, AW_INCIDENT_SOS);
    T_TRUE(nothing_opens(&contact_of(c.hosts[2].contact)->keep));
    T_EQ(aw_subject_forget(c.hosts[0].subject, 1, circle_now(&c, 0)), AW_OK);
    heard = circle_view(&c, 2).newest.seq;
    circle_run(&c, HOUR_S);
    T_EQ(circle_view(&c, 2).newest.seq, heard);
    circle_free(&other);
    circle_free(&c);
}

/* ---- Cells that were changed, or come from elsewhere ---- */

static unsigned hold(struct circle *c, const struct circle_cell *cell)
{
    (void)c;
    (void)cell;
    return 0;
}

static enum aw_status feed(struct circle *c, size_t host, uint32_t mailbox, const uint8_t *cell,
                           size_t len)
{
    struct aw_bytes bytes = {cell, len};
    uint32_t at_s = (uint32_t)circle_now_s(c);

    return host == 0
               ? aw_subject_feed(c->hosts[0].subject, mailbox, bytes, at_s, circle_now(c, 0))
               : aw_contact_feed(c->hosts[host].contact, mailbox, bytes, at_s, circle_now(c, host));
}

/* Her mailbox for answers of contact 1 on the first relay. */
#define HERS 8

/* The newest small cell of a device that the other side has not got yet. */
static void take_cell(const struct tape *tape, int from, uint8_t cell[AW_CELL_LEN])
{
    size_t i = tape->count;

    while (i > 0 && (tape->cells[i - 1].from != from || tape->cells[i - 1].len != AW_CELL_LEN ||
                     tape->cells[i - 1].deposited_at_s == 0))
        i--;
    T_REQUIRE(i > 0);
    memcpy(cell, tape->cells[i - 1].bytes, AW_CELL_LEN);
}

/* Goal: attack 26: a relay that flips any bit of a cell, of its head too, changes nothing and
 * raises no clone alarm, and the cell itself still counts afterwards (CH-3).
 * Method: every bit of a check-in and of a reply. */
static void test_attack_26_every_bit_of_a_cell(void)
{
    struct aw_contact_view before, after;
    uint8_t cell[AW_CELL_LEN];
    struct tape tape;
    struct circle c;
    struct aw_person p;

    circle_init(&c, 1, 126);
    circle_set_up(&c);
    tape_start(&tape, &c);
    c.fate = hold;
    circle_checkin(&c, circle_safe);
    take_cell(&tape, 0, cell);
    circle_forget_events(&c);
    before = circle_view(&c, 1);
    for (size_t bit = 0; bit < 8 * sizeof cell; bit++) {
        cell[bit / 8] ^= (uint8_t)(1U << bit % 8);
        T_TRUE(aw_status_class(feed(&c, 1, 0, cell, sizeof cell)) == AW_CLASS_REFUSED);
        cell[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    circle_pump(&c);
    after = circle_view(&c, 1);
    same_view(&before, &after);
    T_EQ(security_events(&c, 1), 0);
    T_EQ(feed(&c, 1, 0, cell, sizeof cell), AW_OK);
    T_EQ(circle_view(&c, 1).checkin.verdict, AW_VERDICT_SAFE);
    circle_pump(&c);

    take_cell(&tape, 1, cell);
    p = person(&c, 1);
    T_EQ(p.words_waiting, 1);
    for (size_t bit = 0; bit < 8 * sizeof cell; bit++) {
        cell[bit / 8] ^= (uint8_t)(1U << bit % 8);
        T_TRUE(aw_status_class(feed(&c, 0, HERS, cell, sizeof cell)) == AW_CLASS_REFUSED);
        cell[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    circle_pump(&c);
    T_EQ(person(&c, 1).words_waiting, 1);
    T_EQ(person(&c, 1).seq_device, p.seq_device);
    T_EQ(security_events(&c, 0), 0);
    T_EQ(feed(&c, 0, HERS, cell, sizeof cell), AW_OK);
    T_EQ(person(&c, 1).words_waiting, 0);
    tape_free(&tape);
    circle_free(&c);
}

/* Goal: attack 23: cells that are turned back, of another channel or another lane are refused, and
 * change nothing (CH-5, CH-8). Small-order keys: test_small_order, test_bad_keys.
 * Method: all cells of an hour, of her phone and of two contacts, to whomever they were not meant
 * for; a frame through a mailbox, a cell as a frame, and a frame to the other contact. */
static void test_attack_23_turned_back_and_across(void)
{
    struct aw_contact_view before[2], after[2];
    uint8_t frame[AW_FRAME_LEN];
    struct tape tape;
    struct circle c;
    uint32_t waiting;

    circle_init(&c, 2, 124);
    circle_set_up(&c);
    tape_start(&tape, &c);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 55 * MIN_S);
    c.fate = hold;
    circle_checkin(&c, circle_safe); /* these are still good */
    T_EQ(aw_subject_frame(c.hosts[0].subject, 1, AW_FRAME_CHECKIN, circle_now(&c, 0)), AW_OK);
    circle_pump(&c);
    T_EQ(aw_subject_frame_take(c.hosts[0].subject, frame), AW_OK);
    waiting = person(&c, 1).words_waiting;
    circle_forget_events(&c);
    before[0] = circle_view(&c, 1);
    before[1] = circle_view(&c, 2);
    for (size_t i = 0; i < tape.count; i++) {
        const struct circle_cell *cell = &tape.cells[i];
        const struct aw_mailbox *own;
        struct aw_mailbox boxes[AW_CONTACT_MAILBOX_MAX];

        T_TRUE(aw_contact_mailboxes(c.hosts[1].contact, boxes) >= 1);
        own = &boxes[0];
        if (cell->from == 0) {
            bool is_his = memcmp(own->deposit_capability, cell->capability, 32) == 0;

            T_TRUE(feed(&c, 0, HERS, cell->bytes, cell->len) != AW_OK);
            T_TRUE(feed(&c, is_his ? 2 : 1, 0, cell->bytes, cell->len) != AW_OK);
        } else {
            T_TRUE(feed(&c, (size_t)cell->from, 0, cell->bytes, cell->len) != AW_OK);
            T_TRUE(feed(&c, 3 - (size_t)cell->from, 0, cell->bytes, cell->len) != AW_OK);
            T_TRUE(feed(&c, 0, cell->from == 1 ? 2 * HERS : HERS, cell->bytes, cell->len) != AW_OK);
        }
        T_TRUE(aw_contact_feed_frame(c.hosts[1].contact, (struct aw_bytes){cell->bytes, 106},
                                     circle_now(&c, 1)) != AW_OK);
    }
    T_TRUE(feed(&c, 1, 0, frame, sizeof frame) != AW_OK);
    T_TRUE(feed(&c, 0, HERS, frame, sizeof frame) != AW_OK);
    T_TRUE(aw_contact_feed_frame(c.hosts[2].contact, AW_BYTES_OF(frame), circle_now(&c, 2)) !=
           AW_OK);
    circle_pump(&c);
    T_EQ(person(&c, 1).words_waiting, waiting);
    for (size_t n = 0; n < 2; n++) {
        after[n] = circle_view(&c, n + 1);
        same_view(&before[n], &after[n]);
    }
    for (size_t n = 0; n < 3; n++)
        T_EQ(security_events(&c, n), 0);
    T_EQ(aw_contact_feed_frame(c.hosts[1].contact, AW_BYTES_OF(frame), circle_now(&c, 1)), AW_OK);
    T_TRUE(circle_view(&c, 1).checkin.seq > before[0].checkin.seq);
    tape_free(&tape);
    circle_free(&c);
}

/* Goal: attack 23: an authentic call with an offer, and an authentic reply with an accept, of small
 * order, from a peer that was taken over: refused, and no key is made of them.
 * Method: the messages are made with the channel's own keys. */
static void test_attack_23_small_order_keys(void)
{
    static const uint8_t bad[2][32] = {{0}, {1}};

    for (size_t i = 0; i < AW_COUNT(bad); i++) {
        uint8_t plain[AW_CELL_PLAIN_LEN], cell_bytes[AW_CELL_LEN];
        struct aw_buf buf = AW_BUF_OF(plain), cell = AW_BUF_OF(cell_bytes);
        struct aw_contact_view before, after;
        struct aw_random random;
        struct aw_sealed at;
        struct aw_call call;
        struct subject *s;
        struct contact *k;
        struct circle c;

        circle_init(&c, 1, 223);
        circle_set_up(&c);
        circle_checkin(&c, circle_safe);
        circle_run(&c, 60);
        s = subject_of(c.hosts[0].subject);
        k = contact_of(c.hosts[1].contact);
        random = t_random(&c.rng);
        T_EQ(aw_su_beat(s, NULL, circle_now(&c, 0)), AW_OK);
        call = s->beat;
        aw_su_take_part(&call, &s->people[0].beat_part);
        call.waiting = aw_words_out_waiting(&s->people[0].words);
        call.reply_seen = s->people[0].rec.reply_seen;
        memcpy(call.offer, bad[i], 32);
        T_EQ(aw_message_encode_padded(&aw_call_map, &call, &buf, sizeof plain), AW_OK);
        T_EQ(aw_channel_seal(&s->people[0].channel, AW_LANE_CELL, AW_SESSION_MAIN,
                             aw_buf_bytes(&buf), &cell, &at, &random),
             AW_OK);
        before = circle_view(&c, 1);
        T_EQ(feed(&c, 1, 0, cell_bytes, sizeof cell_bytes), AW_E_AUTH);
        after = circle_view(&c, 1);
        same_view(&before, &after);
        T_TRUE(!k->channel.next.live); /* the cell itself was the first of an epoch */
        circle_run(&c, 60);
        circle_checkin(&c, circle_safe); /* and she goes on */
        T_TRUE(circle_view(&c, 1).checkin.seq > before.checkin.seq);
        circle_free(&c);
    }
}

int main(void)
{
    T_RUN(test_attack_10_stolen_backup);
    T_RUN(test_attack_18_copy_of_an_epoch);
    T_RUN(test_attack_22_photographed_invite);
    T_RUN(test_attack_23_turned_back_and_across);
    T_RUN(test_attack_23_small_order_keys);
    T_RUN(test_attack_26_every_bit_of_a_cell);
    return t_end();
}
