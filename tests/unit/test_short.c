/* SPDX-License-Identifier: ISC */
#include "support/circle.h"

#include "base/bytes.h"
#include "core/base45.h"
#include "core/channel.h"
#include "core/contact_impl.h"
#include "core/short.h"
#include "core/subject_impl.h"

/* Frames for small bearers (spec/14-small-bearers.md), under virtual time. */

/* ---- base45 ---- */

static void check_text(const char *bytes, const char *text)
{
    uint8_t space[64];
    struct aw_buf out = AW_BUF_OF(space);

    T_EQ(aw_base45_encode((struct aw_bytes){(const uint8_t *)bytes, strlen(bytes)}, &out), AW_OK);
    T_EQ(out.len, strlen(text));
    T_MEM_EQ(space, text, out.len);
    out.len = 0;
    T_EQ(aw_base45_decode((struct aw_bytes){(const uint8_t *)text, strlen(text)}, &out), AW_OK);
    T_EQ(out.len, strlen(bytes));
    T_MEM_EQ(space, bytes, out.len);
}

/* Goal: the encoding is that of RFC 9285. Method: the examples of its sections 4.3 and 4.4. */
static void test_base45_vectors(void)
{
    check_text("", "");
    check_text("AB", "BB8");
    check_text("Hello!!", "%69 VD92EX0");
    check_text("base-45", "UJCLQE7W581");
    check_text("ietf!", "QED8WEX0");
}

/* Goal: one text for each byte string: what is accepted encodes to itself (SB-4).
 * Method: each of all texts of one to three printable characters of a sample, and the limits. */
static void test_base45_strict(void)
{
    static const char sample[] = "09AZ $%*+-./:a!_\n";
    static const char *const bad[] = {
        "A", "AAAA", "GGW", ":::", "::", "5F", "aa", "A,", "AB_", "=="};
    uint8_t space[8], back[8];

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct aw_buf out = AW_BUF_OF(space);

        T_EQ(aw_base45_decode((struct aw_bytes){(const uint8_t *)bad[i], strlen(bad[i])}, &out),
             AW_E_FORMAT);
        T_EQ(out.len, 0);
    }
    check_text("\xff\xff", "FGW");
    check_text("\xff", "U5");
    for (size_t i = 0; i < sizeof sample * sizeof sample * sizeof sample; i++) {
        const uint8_t text[3] = {(uint8_t)sample[i % sizeof sample],
                                 (uint8_t)sample[i / sizeof sample % sizeof sample],
                                 (uint8_t)sample[i / sizeof sample / sizeof sample]};
        struct aw_buf out = AW_BUF_OF(space), again = AW_BUF_OF(back);

        if (aw_base45_decode(AW_BYTES_OF(text), &out) != AW_OK)
            continue;
        T_EQ(aw_base45_encode(aw_buf_bytes(&out), &again), AW_OK);
        T_EQ(again.len, 3);
        T_MEM_EQ(back, text, 3);
    }
}

/* Goal: room is checked before anything is written. Method: one byte too few. */
static void test_base45_space(void)
{
    uint8_t space[4];
    struct aw_buf out = {.ptr = space, .cap = 2};

    T_EQ(aw_base45_encode((struct aw_bytes){(const uint8_t *)"AB", 2}, &out), AW_E_SPACE);
    out.cap = 1;
    T_EQ(aw_base45_decode((struct aw_bytes){(const uint8_t *)"BB8", 3}, &out), AW_E_SPACE);
    T_EQ(out.len, 0);
}

/* Goal: a frame as text is one SMS, survives gateways that trim (SB-3), and nothing else is read.
 * Method: frames whose text begins with two spaces, one, none; trimmed, with a line end, longer. */
static void test_text(void)
{
    static const uint8_t starts[3][2] = {{0x06, 0x78}, {0x00, 0x24}, {0x00, 0x00}};
    char text[AW_FRAME_TEXT_LEN + 4];
    uint8_t frame[AW_FRAME_LEN], back[AW_FRAME_LEN];
    struct t_rng rng = t_rng(1);

    for (size_t i = 0; i < 3; i++) {
        size_t skip = 2 - i;

        t_rng_bytes(&rng, frame, sizeof frame);
        memcpy(frame, starts[i], 2);
        aw_frame_to_text(text, frame);
        T_MEM_EQ(text, "  ", skip);
        T_TRUE(text[skip] != ' ' && text[AW_FRAME_TEXT_LEN - 1] != ' ');
        memcpy(text + AW_FRAME_TEXT_LEN, " \r\n", 4);
        T_EQ(aw_frame_from_text(
                 back, (struct aw_bytes){(uint8_t *)text + skip, AW_FRAME_TEXT_LEN + 3 - skip}),
             AW_OK);
        T_MEM_EQ(back, frame, sizeof frame);
        T_EQ(aw_frame_from_text(back, (struct aw_bytes){(uint8_t *)text, AW_FRAME_TEXT_LEN - 3}),
             AW_E_FORMAT);
        text[AW_FRAME_TEXT_LEN] = '0';
        T_EQ(aw_frame_from_text(back, (struct aw_bytes){(uint8_t *)text, AW_FRAME_TEXT_LEN + 1}),
             AW_E_FORMAT);
        text[7] = 'a';
        T_EQ(aw_frame_from_text(back, (struct aw_bytes){(uint8_t *)text, AW_FRAME_TEXT_LEN}),
             AW_E_FORMAT);
    }
    T_EQ(aw_frame_from_text(back, (struct aw_bytes){NULL, 0}), AW_E_FORMAT);
}

/* ---- Content ---- */

/* Goal: bounds hold in both directions, one fault each (SB-7). Method: a valid one of each kind. */
static void test_content(void)
{
    struct aw_short s = {.kind = 2, .seq = 1, .valid_for = 1, .word = 1, .alarm_kind = 1};
    struct aw_short got;
    uint8_t plain[AW_SHORT_LEN], bad[AW_SHORT_LEN];
    static const size_t low[] = {0, 1, 9, 13}; /* fields that must not be 0: their first byte */

    for (uint8_t kind = 2; kind <= 3; kind++) {
        s.kind = kind;
        T_EQ(aw_short_encode(plain, &s), AW_OK);
        T_EQ(aw_short_decode(&got, plain), AW_OK);
        T_EQ(got.kind, kind);
        for (size_t i = 0; i < sizeof low / sizeof low[0]; i++) {
            memcpy(bad, plain, sizeof bad);
            memset(bad + low[i], 0, low[i] == 0 ? 1 : 4);
            T_EQ(aw_short_decode(&got, bad), AW_E_RANGE);
            T_EQ(got.seq, 0);
        }
        memcpy(bad, plain, sizeof bad);
        bad[9] = 1; /* valid_for of half a year */
        T_EQ(aw_short_decode(&got, bad), AW_E_RANGE);
        bad[9] = 0;
        bad[0] = 4; /* a cancel has no frame */
        T_EQ(aw_short_decode(&got, bad), AW_E_RANGE);
    }
    memcpy(bad, plain, sizeof bad);
    bad[21] = 0; /* no alarm of any kind */
    T_EQ(aw_short_decode(&got, bad), AW_E_RANGE);
    bad[21] = AW_ALARM_STALLED + 1;
    T_EQ(aw_short_decode(&got, bad), AW_E_RANGE);
    plain[AW_SHORT_LEN - 1] = 1; /* behind the state */
    T_EQ(aw_short_decode(&got, plain), AW_E_FORMAT);
    s.word = 0;
    T_EQ(aw_short_encode(plain, &s), AW_E_RANGE);
    s.word = 1;
    memset(s.state.note, 'n', AW_NOTE_LEN_MAX);
    T_EQ(aw_short_encode(plain, &s), AW_E_SPACE);
    T_EQ(plain[0], 0);
}

/* Goal: the largest SOS fits, with a note of AW_SHORT_NOTE_MAX bytes, and not one more.
 * Method: every field at its longest. */
static void test_largest(void)
{
    struct aw_short s = {.kind = 3,
                         .seq = UINT32_MAX,
                         .issued_at = UINT32_MAX,
                         .valid_for = AW_SPAN_MAX_S,
                         .word = UINT32_MAX,
                         .alarm_kind = AW_ALARM_STALLED,
                         .reply_seen = UINT32_MAX};
    struct aw_short got;
    uint8_t plain[AW_SHORT_LEN];

    s.state = (struct aw_state){.at = UINT32_MAX,
                                .has_lat_e7 = true,
                                .lat_e7 = -900000000,
                                .has_lon_e7 = true,
                                .lon_e7 = -1800000000,
                                .has_accuracy_m = true,
                                .accuracy_m = 1000000,
                                .has_battery_pct = true,
                                .battery_pct = 100,
                                .has_charging = true,
                                .charging = true,
                                .has_signal = true,
                                .signal = 4};
    memset(s.state.note, 'n', AW_SHORT_NOTE_MAX);
    T_EQ(aw_short_encode(plain, &s), AW_OK);
    T_TRUE(plain[AW_SHORT_LEN - 1] != 0);
    T_EQ(aw_short_decode(&got, plain), AW_OK);
    T_EQ(got.state.lon_e7, -1800000000);
    T_EQ(strlen(got.state.note), AW_SHORT_NOTE_MAX);
    s.state.note[AW_SHORT_NOTE_MAX] = 'n';
    T_EQ(aw_short_encode(plain, &s), AW_E_SPACE);
}

/* ---- Between engines ---- */

/* Nothing goes by relay until the test says so: the network is down, SMS works. */
static void cut(struct circle *c, bool is_offline)
{
    for (size_t i = 0; i <= c->contacts; i++)
        c->hosts[i].is_offline = is_offline;
    aw_subject_kick(c->hosts[0].subject, circle_now(c, 0)); /* pauses after failures end */
}

static enum aw_status make(struct circle *c, size_t n, enum aw_frame_kind kind,
                           uint8_t frame[AW_FRAME_LEN])
{
    enum aw_status st = aw_subject_frame(c->hosts[0].subject, (uint8_t)n, kind, circle_now(c, 0));

    if (st != AW_OK)
        return st;
    T_EQ(aw_subject_frame_take(c->hosts[0].subject, frame), AW_E_BUSY);
    circle_pump(c);
    return aw_subject_frame_take(c->hosts[0].subject, frame);
}

static enum aw_status feed(struct circle *c, size_t n, const uint8_t frame[AW_FRAME_LEN])
{
    enum aw_status st = aw_contact_feed_frame(
        c->hosts[n].contact, (struct aw_bytes){frame, AW_FRAME_LEN}, circle_now(c, n));

    circle_pump(c);
    return st;
}

static void start(struct circle *c, size_t contacts, uint64_t seed)
{
    circle_init(c, contacts, seed);
    circle_set_up(c);
    circle_forget_events(c);
    cut(c, true);
}

/* Goal: a check-in by frame moves the deadline exactly as the call would: base is the earliest of
 * issue, arrival, receipt (SB-11), and the ladder stays down.
 * Method: check in without network; the frame arrives two minutes later; a twin gets the call. */
static void test_frame_moves_deadline(void)
{
    uint8_t frame[AW_FRAME_LEN];
    struct aw_contact_view by_frame, by_call;
    struct circle c;

    start(&c, 2, 11);
    circle_run(&c, 30 * MIN_S);
    circle_checkin(&c, circle_safe);
    T_EQ(make(&c, 1, AW_FRAME_CHECKIN, frame), AW_OK);
    circle_run(&c, 2 * MIN_S);
    T_EQ(feed(&c, 1, frame), AW_OK);
    by_frame = circle_view(&c, 1);
    T_EQ(by_frame.checkin.deposited_at_s, circle_now_s(&c));
    T_EQ(by_frame.checkin.issued_at_s, circle_now_s(&c) - 2 * MIN_S);
    T_EQ(by_frame.checkin.verdict, AW_VERDICT_SAFE);
    T_EQ(by_frame.checkin_due_s, circle_now_s(&c) - 2 * MIN_S + HOUR_S);
    T_EQ(circle_events(&c, 1, AW_EVENT_CHECKED_IN), 1);

    cut(&c, false);
    circle_run(&c, MIN_S);
    by_call = circle_view(&c, 2);
    T_EQ(by_call.checkin.seq, by_frame.checkin.seq);
    T_EQ(by_call.checkin_due_s, by_frame.checkin_due_s);
    T_EQ(circle_view(&c, 1).checkin_due_s, by_frame.checkin_due_s);
    T_EQ(circle_view(&c, 1).checkin.received_at_s, by_frame.checkin.received_at_s);
    circle_run(&c, 50 * MIN_S);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    circle_free(&c);
}

/* Goal: duress by frame is duress in the circle, and the same as safe outside it (SB-9, SB-10).
 * Method: contact 1 is in the circle, contact 2 is not. */
static void test_frame_duress(void)
{
    uint8_t frame[AW_FRAME_LEN];
    struct circle c;

    start(&c, 2, 12);
    circle_checkin(&c, circle_duress);
    for (size_t n = 1; n <= 2; n++) {
        T_EQ(make(&c, n, AW_FRAME_CHECKIN, frame), AW_OK);
        T_EQ(feed(&c, n, frame), AW_OK);
    }
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_DURESS);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_ALARM);
    T_EQ(circle_events(&c, 1, AW_EVENT_RING), 1);
    T_EQ(circle_view(&c, 2).state, AW_LADDER_FINE);
    T_EQ(circle_view(&c, 2).checkin.verdict, AW_VERDICT_CLAIMED);

    /* A wrong secret moves nothing, and three of them are an alarm. */
    for (unsigned i = 0; i < 3; i++) {
        circle_checkin(&c, circle_wrong);
        T_EQ(make(&c, 1, AW_FRAME_CHECKIN, frame), AW_OK);
        T_EQ(feed(&c, 1, frame), AW_OK);
        T_EQ(circle_view(&c, 1).wrong_count, (i + 1) % 3);
    }
    circle_free(&c);
}

/* Goal: an SOS by frame raises the alarm and shows the place; a contact of data level 0 gets no
 * place (SB-8), one of level 2 a coarse one (SB-14). The note is cut between characters.
 * Method: three contacts, the third without data, the second coarse; the note has a character
 * across the cut. */
static void test_frame_sos(void)
{
    struct aw_state state = {.at = (uint32_t)CIRCLE_T0_S,
                             .has_lat_e7 = true,
                             .lat_e7 = 514779000,
                             .has_lon_e7 = true,
                             .lon_e7 = -15000,
                             .note = "red van, gate \xc3\xa9, dog"};
    uint8_t frame[AW_FRAME_LEN];
    struct aw_place place;
    struct subject *s;
    struct circle c;

    start(&c, 3, 13);
    s = (struct subject *)(void *)c.hosts[0].subject->opaque;
    s->plan.roster[1].data = AW_DATA_COARSE;
    s->plan.roster[2].data = AW_DATA_NONE;
    T_EQ(make(&c, 1, AW_FRAME_SOS, frame), AW_E_STATE);
    T_EQ(aw_subject_sos(c.hosts[0].subject, &state, NULL, circle_now(&c, 0)), AW_OK);
    circle_pump(&c);
    for (size_t n = 1; n <= 3; n++) {
        T_EQ(make(&c, n, AW_FRAME_SOS, frame), AW_OK);
        T_EQ(feed(&c, n, frame), AW_OK);
        T_EQ(circle_view(&c, n).incident, AW_INCIDENT_SOS);
    }
    T_EQ(circle_events(&c, 1, AW_EVENT_RING), 1);
    T_EQ(aw_contact_place(c.hosts[1].contact, &place, circle_now(&c, 1)), AW_OK);
    T_EQ(place.state.lat_e7, 514779000);
    T_EQ(strcmp(place.state.note, "red van, gate "), 0);
    T_EQ(aw_contact_place(c.hosts[2].contact, &place, circle_now(&c, 2)), AW_OK);
    T_EQ(place.state.lat_e7, 514800000);
    T_EQ(place.state.accuracy_m, 800);
    T_EQ(place.state.note[0], '\0');
    T_TRUE(aw_contact_place(c.hosts[3].contact, &place, circle_now(&c, 3)) != AW_OK);

    circle_restart(&c, 1); /* what came by SMS is stored like all else */
    T_EQ(aw_contact_place(c.hosts[1].contact, &place, circle_now(&c, 1)), AW_OK);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
    circle_free(&c);
}

/* Goal: attacks 23 and 26 on a frame: each flipped bit, another length, another contact, her own
 * engine, a relay: refused, without effect on deadlines, words or keys; it still opens afterwards,
 * once.
 * Method: records of the channel before and after. */
static void test_frame_damaged(void)
{
    static struct aw_channel before;
    uint8_t frame[AW_FRAME_LEN];
    struct aw_bytes bytes = {frame, sizeof frame};
    struct contact *one;
    struct circle c;

    start(&c, 2, 14);
    one = (struct contact *)(void *)c.hosts[1].contact->opaque;
    circle_run(&c, MIN_S);
    circle_checkin(&c, circle_safe);
    T_EQ(make(&c, 1, AW_FRAME_CHECKIN, frame), AW_OK);
    before = one->channel;
    for (size_t bit = 0; bit < 8 * sizeof frame; bit++) {
        frame[bit / 8] = (uint8_t)(frame[bit / 8] ^ (1U << bit % 8));
        T_EQ(aw_contact_feed_frame(c.hosts[1].contact, bytes, circle_now(&c, 1)), AW_E_AUTH);
        frame[bit / 8] = (uint8_t)(frame[bit / 8] ^ (1U << bit % 8));
    }
    T_EQ(one->deaf.count, 0);
    bytes.len--;
    T_EQ(aw_contact_feed_frame(c.hosts[1].contact, bytes, circle_now(&c, 1)), AW_E_FORMAT);
    bytes.len++;
    T_EQ(aw_contact_feed(c.hosts[1].contact, 0, bytes, (uint32_t)circle_now_s(&c),
                         circle_now(&c, 1)),
         AW_E_FORMAT);
    T_EQ(feed(&c, 2, frame), AW_E_AUTH);
    T_EQ(aw_subject_feed(c.hosts[0].subject, 1U << 3, bytes, 0, circle_now(&c, 0)), AW_E_AUTH);
    T_EQ(memcmp(&before, &one->channel, sizeof before), 0);
    T_EQ(feed(&c, 1, frame), AW_OK);
    T_EQ(feed(&c, 1, frame), AW_E_REPLAY);
    T_EQ(circle_events(&c, 1, AW_EVENT_CHECKED_IN), 1);
    circle_free(&c);
}

/* Goal: a word is processed once, whichever form comes first (SB-12), also when two frames of it
 * were sealed; the call that comes after its frame brings receipt and share (SB-13), is no sign of
 * a clone, and the word is named. Method: frame, second frame, call; then call, frame. */
static void test_frame_once(void)
{
    uint8_t frame[AW_FRAME_LEN], second[AW_FRAME_LEN];
    struct contact *one;
    struct aw_person person;
    struct circle c;
    uint32_t seq;

    start(&c, 2, 15);
    one = (struct contact *)(void *)c.hosts[1].contact->opaque;
    circle_run(&c, MIN_S);
    circle_checkin(&c, circle_safe);
    seq = ((struct subject *)(void *)c.hosts[0].subject->opaque)->core.seq;
    T_EQ(make(&c, 1, AW_FRAME_CHECKIN, frame), AW_OK);
    T_EQ(make(&c, 1, AW_FRAME_CHECKIN, second), AW_OK);
    T_TRUE(memcmp(frame, second, sizeof frame) != 0);
    T_EQ(feed(&c, 1, frame), AW_OK);
    T_EQ(feed(&c, 1, second), AW_E_REPLAY);
    T_EQ(one->book.newest.call.seq, seq);
    T_TRUE(one->keep.items[0].seq != seq && one->keep.items[1].seq != seq);
    cut(&c, false);
    circle_run(&c, MIN_S);
    T_EQ(circle_events(&c, 1, AW_EVENT_CHECKED_IN), 1);
    T_EQ(circle_events(&c, 1, AW_EVENT_FORK), 0);
    T_TRUE(one->keep.items[0].seq == seq || one->keep.items[1].seq == seq);
    T_EQ(aw_subject_person(c.hosts[0].subject, 1, &person), AW_OK);
    T_EQ(person.words_waiting, 0);
    T_TRUE(person.seq_device >= seq);
    T_EQ(make(&c, 1, AW_FRAME_CHECKIN, frame), AW_E_STATE); /* he has it */

    cut(&c, true);
    circle_checkin(&c, circle_safe);
    T_EQ(make(&c, 1, AW_FRAME_CHECKIN, frame), AW_OK);
    cut(&c, false);
    circle_run(&c, MIN_S);
    T_EQ(circle_events(&c, 1, AW_EVENT_CHECKED_IN), 2);
    T_TRUE(feed(&c, 1, frame) != AW_OK);
    T_EQ(circle_events(&c, 1, AW_EVENT_CHECKED_IN), 2);
    T_EQ(circle_events(&c, 1, AW_EVENT_FORK), 0);
    circle_free(&c);
}

/* Goal: the receipt in a reply is one over the statement whole: not over a frame, and there once
 * the call has come. Method: the contact's record of the receipt. */
static void test_receipt(void)
{
    uint8_t frame[AW_FRAME_LEN], before[AW_SIG_LEN];
    struct contact *one;
    struct circle c;

    start(&c, 1, 16);
    one = (struct contact *)(void *)c.hosts[1].contact->opaque;
    circle_run(&c, MIN_S);
    memcpy(before, one->book.receipt, sizeof before);
    circle_checkin(&c, circle_safe);
    T_EQ(make(&c, 1, AW_FRAME_CHECKIN, frame), AW_OK);
    T_EQ(feed(&c, 1, frame), AW_OK);
    T_MEM_EQ(one->book.receipt, before, sizeof before);
    cut(&c, false);
    circle_run(&c, 2);
    T_EQ(one->book.newest.call.kind, AW_CALL_CHECKIN);
    T_TRUE(memcmp(one->book.receipt, before, sizeof before) != 0);
    T_EQ(aw_receipt_verify(one->receipt_key.pk, one->book.newest_hash, one->book.receipt_at_s,
                           one->book.receipt),
         AW_OK);
    circle_free(&c);
}

/* Goal: durable before visible (SB-6): a crash between sealing and storing repeats no key, one
 * after storing skips an index, and the contact accepts what comes next.
 * Method: restart her before the STORE, and after it; a failing store. */
static void test_crash(void)
{
    uint8_t lost[AW_FRAME_LEN], frame[AW_FRAME_LEN];
    struct subject *s;
    struct circle c;

    start(&c, 1, 17);
    circle_checkin(&c, circle_safe);
    s = (struct subject *)(void *)c.hosts[0].subject->opaque;
    T_EQ(aw_subject_frame(c.hosts[0].subject, 1, AW_FRAME_CHECKIN, circle_now(&c, 0)), AW_OK);
    circle_restart(&c, 0); /* before: the frame was never seen by anybody */
    T_EQ(aw_subject_frame_take(c.hosts[0].subject, lost), AW_E_NOT_FOUND);
    T_EQ(s->people[0].channel.cur.send[aw_epoch_lane(AW_LANE_SHORT)].next_index +
             s->people[0].channel.next.send[aw_epoch_lane(AW_LANE_SHORT)].next_index,
         0);
    T_EQ(make(&c, 1, AW_FRAME_CHECKIN, lost), AW_OK);
    circle_restart(&c, 0); /* after: it may be out */
    T_EQ(make(&c, 1, AW_FRAME_CHECKIN, frame), AW_OK);
    T_EQ(feed(&c, 1, frame), AW_OK);
    T_EQ(feed(&c, 1, lost), AW_E_REPLAY);

    c.hosts[0].store_fails = true;
    circle_checkin(&c, circle_safe);
    T_EQ(aw_subject_frame(c.hosts[0].subject, 1, AW_FRAME_CHECKIN, circle_now(&c, 0)), AW_OK);
    circle_run(&c, MIN_S);
    T_EQ(aw_subject_frame_take(c.hosts[0].subject, frame), AW_E_BUSY);
    c.hosts[0].store_fails = false;
    circle_run(&c, 5 * MIN_S);
    T_EQ(aw_subject_frame_take(c.hosts[0].subject, frame), AW_OK);
    T_EQ(aw_subject_frame_take(c.hosts[0].subject, frame), AW_E_NOT_FOUND);
    T_EQ(feed(&c, 1, frame), AW_OK);
    circle_free(&c);
}

/* Goal: whom no frame can be made for, or from. Method: wrong numbers, one who did not answer, a
 * failing random source, a word whose accept key is far behind, or ahead. */
static void test_refusals(void)
{
    uint8_t frame[AW_FRAME_LEN];
    struct subject *s;
    struct circle c;
    size_t left;

    start(&c, 1, 18);
    s = (struct subject *)(void *)c.hosts[0].subject->opaque;
    T_EQ(aw_subject_frame(c.hosts[0].subject, 0, AW_FRAME_SOS, circle_now(&c, 0)), AW_E_NOT_FOUND);
    T_EQ(aw_subject_frame(c.hosts[0].subject, 17, AW_FRAME_SOS, circle_now(&c, 0)), AW_E_NOT_FOUND);
    T_EQ(aw_subject_frame(c.hosts[0].subject, 2, AW_FRAME_SOS, circle_now(&c, 0)), AW_E_NOT_FOUND);
    circle_checkin(&c, circle_safe);
    left = c.rng.fills_left;
    c.rng.fills_left = 0;
    T_EQ(aw_subject_frame(c.hosts[0].subject, 1, AW_FRAME_CHECKIN, circle_now(&c, 0)),
         AW_E_ENTROPY);
    c.rng.fills_left = left;
    T_EQ(aw_subject_frame_take(c.hosts[0].subject, frame), AW_E_NOT_FOUND);
    s->people[0].channel.cur.number += 256;
    s->people[0].channel.next.number += 256;
    T_EQ(make(&c, 1, AW_FRAME_CHECKIN, frame), AW_E_STALE);
    circle_free(&c);
}

/* Goal: an alarm that her call carries counts although the frame of that word, which says nothing
 * of it, came first; and the SOS that comes again after its frame is no second alarm.
 * Method: SOS whose word is held back, check-in by frame, then the network. */
static void test_alarm_after_frame(void)
{
    uint8_t frame[AW_FRAME_LEN];
    struct circle c;

    start(&c, 1, 19);
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_checkin(&c, circle_safe);
    T_EQ(make(&c, 1, AW_FRAME_CHECKIN, frame), AW_OK);
    T_EQ(feed(&c, 1, frame), AW_OK);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    T_EQ(make(&c, 1, AW_FRAME_SOS, frame), AW_OK);
    T_EQ(feed(&c, 1, frame), AW_OK);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
    T_EQ(circle_view(&c, 1).incident_id, 1);
    cut(&c, false);
    circle_run(&c, 2);
    T_EQ(circle_view(&c, 1).incident_id, 1);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
    T_EQ(circle_events(&c, 1, AW_EVENT_FORK), 0);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_base45_vectors);
    T_RUN(test_base45_strict);
    T_RUN(test_base45_space);
    T_RUN(test_text);
    T_RUN(test_content);
    T_RUN(test_largest);
    T_RUN(test_frame_moves_deadline);
    T_RUN(test_frame_duress);
    T_RUN(test_frame_sos);
    T_RUN(test_frame_damaged);
    T_RUN(test_frame_once);
    T_RUN(test_receipt);
    T_RUN(test_crash);
    T_RUN(test_refusals);
    T_RUN(test_alarm_after_frame);
    return t_end();
}
