/* SPDX-License-Identifier: ISC */
/*
 * A contact's engine where it seldom is: more cards, plans and keys than it keeps, words of a
 * quarantined session, files that are late, shares that are none (spec/07-contact.md, 16-peers.md).
 */
#include "support/council.h"

#include "base/bytes.h"
#include "core/contact_impl.h"
#include "core/short.h"
#include "wire/plan.h"
#include "wire/switched.h"

static const struct aw_card text = {
    .version = 1, .sections = {{AW_CARD_FIRST, 0, "ring 112"}}, .sections_count = 1};

/* Three contacts, 1 and 3 in the circle; a card that everybody holds; she checked in. */
static void begin(struct circle *c, uint64_t seed)
{
    struct aw_plan plan;

    council_init(c, 3, seed, &plan);
    council_begin(c, &plan, 5);
    T_EQ(aw_subject_card_set(c->hosts[0].subject, &text, circle_safe, circle_now(c, 0)), AW_OK);
    circle_run(c, 10 * MIN_S);
    council_checkin(c, circle_safe);
    circle_run(c, 5);
}

static struct contact_card *held_card(struct contact *e)
{
    for (size_t i = 0; i < CONTACT_CARDS; i++) {
        if (e->cards[i].len != 0 && memcmp(e->cards[i].hash, e->plan.card_hash, AW_HASH_LEN) == 0)
            return &e->cards[i];
    }
    T_REQUIRE(false);
    return NULL;
}

static bool holds(const struct contact *e, const uint8_t hash[AW_HASH_LEN])
{
    for (size_t i = 0; i < CONTACT_CARDS; i++) {
        if (e->cards[i].len != 0 && memcmp(e->cards[i].hash, hash, AW_HASH_LEN) == 0)
            return true;
    }
    return false;
}

/* ---- Her card ---- */

/* Goal: a share counts when it is one, of who sends it; a corrected one replaces the first, and the
 * same one again is no news (PE-29).
 * Method: shares fed by hand, with index, scalar and repetition wrong or right. */
static void test_card_shares(void)
{
    struct aw_witness w = {.share = {2}};
    struct aw_peers_place *p;
    struct contact *e;
    struct circle c;

    begin(&c, 81);
    e = council_engine(&c, 1);
    p = &e->peers.place;
    T_EQ(p->has_card, 0);
    e->ladder.incident = AW_INCIDENT_MISSED;     /* without one no share is taken */
    memset(w.share + 1, 0xff, AW_SHARE_LEN - 1); /* no scalar */
    aw_co_take_card_share(e, 2, &w);
    T_EQ(p->has_card, 0);
    memset(w.share + 1, 0, AW_SHARE_LEN - 1);
    w.share[1] = 1;
    aw_co_take_card_share(e, 3, &w); /* of 2, sent by 3 */
    T_EQ(p->has_card, 0);
    aw_co_take_card_share(e, 2, &w);
    T_EQ(p->has_card, 2);
    e->dirty = 0;
    aw_co_take_card_share(e, 2, &w);
    T_EQ(e->dirty, 0);
    w.share[1] = 2;
    aw_co_take_card_share(e, 2, &w);
    T_EQ(p->has_card, 2);
    T_MEM_EQ(p->card[1], w.share, AW_SHARE_LEN);
    T_EQ(e->dirty, CONTACT_DIRTY_PLACE);

    /* Another card makes them worthless, and so does none. */
    aw_co_cards_settle(e);
    T_EQ(p->has_card, 2);
    p->card_hash[0] ^= 1;
    aw_co_cards_settle(e);
    T_EQ(p->has_card, 0);
    aw_co_take_card_share(e, 2, &w);
    T_EQ(p->has_card, 2);
    e->plan.has_card_hash = false;
    aw_co_cards_settle(e);
    T_EQ(p->has_card, 0);
    aw_co_take_card_share(e, 2, &w); /* of no card */
    T_EQ(p->has_card, 0);
    circle_free(&c);
}

/* Goal: no file pushes out a card that the plan in force or a waiting one binds, nor one that the
 * store reads; a file that comes again after a loss is taken (PE-31).
 * Method: cards by hand; a waiting plan that binds one of them, then none, then is damaged. */
static void test_card_places(void)
{
    uint8_t body[AW_CARD_FILE_LEN_MAX + 1], saved[AW_CARD_FILE_LEN_MAX], hash[AW_HASH_LEN];
    struct aw_buf space = {body, AW_CARD_FILE_LEN_MAX, 0}, pending;
    struct aw_plan waiting;
    struct contact_card *card;
    struct contact *e;
    struct circle c;
    size_t len;

    begin(&c, 82);
    e = council_engine(&c, 2);
    T_EQ(aw_co_card_file(e, (struct aw_bytes){body, sizeof body}), AW_E_RANGE);
    card = held_card(e);
    len = card->len;
    memcpy(saved, card->body, len);
    memset(e->cards, 0, sizeof e->cards);
    T_EQ(aw_co_card_file(e, council_card_junk(&space, e->plan.version, 1)),
         AW_E_REPLAY); /* bound by nothing */
    T_EQ(aw_co_card_file(e, (struct aw_bytes){saved, len}), AW_OK);
    T_TRUE(holds(e, e->plan.card_hash));

    T_EQ(aw_co_card_file(e, council_card_junk(&space, 200, 2)), AW_OK);
    for (size_t i = 0; i < CONTACT_CARDS; i++) {
        if (e->cards[i].version == 200)
            memcpy(hash, e->cards[i].hash, AW_HASH_LEN);
    }
    waiting = e->plan;
    waiting.version = 200;
    memcpy(waiting.card_hash, hash, AW_HASH_LEN);
    pending = (struct aw_buf){e->pending, sizeof e->pending, 0};
    T_EQ(aw_message_encode(&aw_plan_map, &waiting, &pending), AW_OK);
    e->pending_len = (uint16_t)pending.len;
    e->change.has_plan = true;
    for (uint8_t n = 3; n < 8; n++)
        T_EQ(aw_co_card_file(e, council_card_junk(&space, 200U + n, n)), AW_OK);
    T_TRUE(holds(e, hash));
    T_TRUE(holds(e, e->plan.card_hash));

    /* While the store reads the third, that of the waiting plan is the only other. */
    for (size_t i = 0; i < CONTACT_CARDS; i++) {
        if (memcmp(e->cards[i].hash, hash, AW_HASH_LEN) != 0)
            e->dirty_flight |= (unsigned)CONTACT_DIRTY_CARD << i;
    }
    T_EQ(aw_co_card_file(e, council_card_junk(&space, 250, 8)), AW_E_BUSY);
    T_TRUE(holds(e, hash));
    e->pending[0] ^= 0xff; /* a damaged plan binds nothing */
    T_EQ(aw_co_card_file(e, council_card_junk(&space, 251, 9)), AW_OK);
    T_TRUE(!holds(e, hash));
    e->pending_len = 0;
    T_EQ(aw_co_card_file(e, council_card_junk(&space, 252, 10)), AW_OK);
    T_TRUE(holds(e, e->plan.card_hash));
    e->dirty_flight = 0;
    aw_co_cards_settle(e); /* those of plans to come stay */
    T_TRUE(holds(e, e->plan.card_hash));
    for (size_t i = 0; i < CONTACT_CARDS; i++)
        T_TRUE(e->cards[i].len != 0);
    circle_free(&c);
}

/* ---- Plans ---- */

static struct aw_bytes encoded(const struct aw_plan *plan)
{
    static uint8_t space[AW_PLAN_ENCODED_MAX];
    struct aw_buf buf = AW_BUF_OF(space);

    T_EQ(aw_message_encode(&aw_plan_map, plan, &buf), AW_OK);
    return aw_buf_bytes(&buf);
}

static void arrives(struct contact *e, const struct aw_plan *plan, enum contact_worth worth)
{
    aw_co_plan_arrived(e, plan, encoded(plan), worth);
}

/* Goal: the first plan comes into force only where her secret shows it.
 * Method: one that nobody judged, at a contact who has none. */
static void test_first_plan(void)
{
    struct aw_plan first;
    struct contact *e;
    struct circle c;

    circle_init(&c, 1, 83);
    circle_pair(&c, 1);
    e = council_engine(&c, 1);
    T_EQ(aw_co_loosen_s(e), 0); /* there is none to loosen */
    circle_plan(&c, &first);
    first.version = 1;
    arrives(e, &first, CONTACT_WORTH_UNJUDGED);
    T_TRUE(!e->has_plan);
    circle_free(&c);
}

/* Goal: plans come into force by her secret, and in their time; what waits gives way to what comes
 * later (spec/07-contact.md §12).
 * Method: a looser plan, one of a lower version after it, one that nobody judged, one far ahead;
 * then a record of a waiting plan that is damaged. */
static void test_plan_order(void)
{
    struct aw_plan looser, older;
    struct contact *e;
    struct circle c;

    circle_init(&c, 1, 84);
    circle_set_up(&c);
    e = council_engine(&c, 1);
    e->change.setup_over = e->shown_change.setup_over = true;
    T_TRUE(aw_co_loosen_s(e) > 0);
    looser = e->plan;
    looser.version = 9;
    looser.grace_s *= 2;
    arrives(e, &looser, CONTACT_WORTH_JUDGED);
    T_TRUE(e->change.has_plan);
    T_EQ(e->change.version, 9);
    T_EQ(e->shown_change.waits, 9);
    older = looser;
    older.version = 8; /* let in by CO-76: it is what she said last (CO-98) */
    arrives(e, &older, CONTACT_WORTH_JUDGED);
    T_EQ(e->change.version, 8);
    T_EQ(e->shown_change.waits, 8);
    arrives(e, &looser, CONTACT_WORTH_JUDGED);
    T_EQ(e->change.version, 9);
    T_EQ(e->shown_change.waits, 9);
    older.version = e->plan.version;
    arrives(e, &older, CONTACT_WORTH_JUDGED);
    arrives(e, &looser, CONTACT_WORTH_NONE);
    T_EQ(e->plan.version, 1);
    looser.version = 10;
    arrives(e, &looser, CONTACT_WORTH_UNJUDGED); /* keeps out none that her secret shows */
    T_EQ(e->change.version, 9);

    /* Who cannot judge takes no plan that would bar all later ones. */
    e->secrets.sets_count = 0;
    looser.version = CONTACT_VERSION_JUMP + 2;
    arrives(e, &looser, CONTACT_WORTH_JUDGED);
    T_EQ(e->change.version, 9);
    T_EQ(e->shown_change.waits, 10); /* those outside take it as it comes */

    /* A member no longer: he is told of what comes, whoever else is. */
    e->book.person = 0;
    memset(e->plan.roster[0].key, 0, AW_KEY_LEN);
    circle_pump(&c);
    circle_forget_events(&c);
    looser.version = 11;
    arrives(e, &looser, CONTACT_WORTH_JUDGED);
    T_EQ(e->change.version, 11);
    circle_pump(&c);
    T_EQ(circle_events(&c, 1, AW_EVENT_LOOSENING), 1);

    e->pending[0] ^= 0xff;
    e->shown_pending[0] ^= 0xff;
    e->change.effective_at_s = e->shown_change.effective_at_s = (uint32_t)circle_now_s(&c);
    circle_run(&c, 2);
    T_TRUE(!e->change.has_plan);
    T_EQ(e->pending_len, 0);
    T_EQ(e->shown_pending_len, 0);
    T_EQ(e->shown_change.waits, 0);
    T_EQ(e->plan.version, 1);
    T_EQ(e->shown_plan.version, 1);
    circle_free(&c);
}

/* Goal: keys that wait come into force at their time, before a plan that waits longer.
 * Method: both wait; the only human has compared words with her since. */
static void test_keys_before_plan(void)
{
    struct aw_plan looser;
    struct contact *e;
    struct circle c;

    circle_init(&c, 1, 85);
    circle_set_up(&c);
    e = council_engine(&c, 1);
    e->change.setup_over = true;
    looser = e->plan;
    looser.version = 2;
    looser.grace_s *= 2;
    e->change.has_keys = true;
    e->change.keys_at_s = (uint32_t)circle_now_s(&c);
    circle_run(&c, MIN_S);
    arrives(e, &looser, CONTACT_WORTH_JUDGED);
    T_EQ(aw_co_change_s(e), e->change.effective_at_s); /* nobody vouches for the keys */
    T_EQ(aw_contact_words_compared(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    T_EQ(aw_co_change_s(e), (uint64_t)e->change.keys_at_s + e->plan.change.loosen_s);
    T_TRUE(aw_co_change_s(e) < e->change.effective_at_s);
    circle_free(&c);
}

/* ---- Keys ---- */

/* Goal: four sets of keys are kept, in the order of their words; what is older than all of them is
 * not kept, and words of then cannot be judged, which is not "wrong" (CO-20).
 * Method: sets put in and out of order; a word from before them. */
static void test_key_sets(void)
{
    const struct aw_opened opened = {.kind = AW_OPENED_MESSAGE};
    const struct aw_call call = {.kind = AW_CALL_CHECKIN, .word = 1};
    struct aw_presence_keys keys = {.circle = true};
    uint8_t hash[AW_HASH_LEN] = {0};
    struct contact_secrets *s;
    struct contact *e;
    struct circle c;

    circle_init(&c, 1, 86);
    circle_set_up(&c);
    e = council_engine(&c, 1);
    s = &e->secrets;
    T_EQ(s->sets_count, 1);
    s->sets[0].word = 1000;
    keys.safe_key[0] = 1;
    aw_co_put_keys(e, &keys, 0); /* of a word before that */
    T_EQ(s->sets_count, 2);
    T_EQ(s->sets[0].keys.safe_key[0], 1);
    T_EQ(s->sets[1].word, 1000);
    aw_co_put_keys(e, &keys, 0);
    aw_co_put_keys(e, &keys, 0);
    T_EQ(s->sets_count, CONTACT_KEY_SETS);
    T_TRUE(!s->has_lost);
    aw_co_put_keys(e, &keys, 0);
    T_EQ(s->sets_count, CONTACT_KEY_SETS);
    T_TRUE(s->has_lost);
    for (size_t i = 0; i < CONTACT_KEY_SETS; i++)
        s->sets[i].word = 1000 + (uint32_t)i;
    keys.safe_key[0] = 2;
    aw_co_put_keys(e, &keys, 0); /* older than all */
    T_EQ(s->sets[0].word, 1000);
    T_EQ(s->sets[0].keys.safe_key[0], 1);
    T_EQ(aw_co_judge(e, &opened, &call, hash, false), AW_VERDICT_CANNOT_JUDGE);
    T_EQ(aw_co_judge(e, &opened, &call, hash, true), AW_VERDICT_WRONG); /* made now: judged now */
    circle_free(&c);
}

/* Goal: keys that a word brings are not taken under duress, nor by an old word of somebody outside
 * the circle (spec/07-contact.md §3). Method: such words, by hand. */
static void test_keys_not_taken(void)
{
    const struct aw_opened opened = {.kind = AW_OPENED_MESSAGE};
    const struct aw_call call = {.kind = AW_CALL_KEYS, .word = 1, .has_keys = true};
    struct contact_secrets before;
    struct contact *e;
    struct circle c;

    circle_init(&c, 1, 87);
    circle_set_up(&c);
    e = council_engine(&c, 1);
    before = e->secrets;
    aw_co_take_keys(e, &opened, &call, AW_VERDICT_DURESS, false);
    aw_co_take_keys(e, &opened, &call, AW_VERDICT_CLAIMED, true);
    aw_co_take_keys(e, &opened, &call, AW_VERDICT_SAFE, false); /* a blob that does not open */
    aw_co_take_keys(e, &opened, &call, AW_VERDICT_WRONG, true);
    T_MEM_EQ(&before, &e->secrets, sizeof before);
    T_TRUE(!e->change.has_keys);
    circle_free(&c);
}

/* ---- Frames and switches ---- */

static enum aw_status frame(struct contact *e, const struct aw_short *s, enum aw_session session,
                            uint32_t epoch)
{
    const struct aw_opened opened = {
        .kind = AW_OPENED_MESSAGE, .session = session, .lane = AW_LANE_SHORT, .epoch = epoch};
    uint8_t plain[AW_SHORT_LEN];

    T_EQ(aw_short_encode(plain, s), AW_OK);
    e->wants_reply = false;
    return aw_co_frame(e, &opened, AW_BYTES_OF(plain));
}

/* Goal: a frame of a quarantined session is answered there and has no effect; one that was made for
 * no epoch is refused; the same one again is a replay, and answered (spec/14-small-bearers.md §3).
 * Method: an SOS and a check-in, by hand. */
static void test_frames(void)
{
    struct aw_short sos = {.kind = AW_FRAME_SOS,
                           .seq = 900,
                           .issued_at = CIRCLE_T0_S,
                           .valid_for = AW_SPAN_MAX_S,
                           .word = 1,
                           .alarm_kind = AW_ALARM_SOS,
                           .state = {.at = CIRCLE_T0_S}};
    struct aw_short checkin = sos;
    const struct aw_opened opened = {.kind = AW_OPENED_MESSAGE, .lane = AW_LANE_SHORT};
    uint8_t junk_plain[AW_SHORT_LEN];
    struct contact *e;
    struct circle c;

    circle_init(&c, 1, 88);
    circle_set_up(&c);
    circle_checkin(&c, circle_safe);
    circle_run(&c, MIN_S);
    e = council_engine(&c, 1);
    sos.word = checkin.word = (uint32_t)aw_words_highest(e->words.words, e->words.more) + 1;
    T_EQ(frame(e, &sos, AW_SESSION_QUARANTINE, 3), AW_OK);
    T_TRUE(e->wants_reply);
    T_EQ(e->reply_session, AW_SESSION_QUARANTINE);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_NONE);

    checkin.kind = AW_FRAME_CHECKIN;
    checkin.alarm_kind = 0;
    memset(&checkin.state, 0, sizeof checkin.state);
    checkin.presence_back = 4;
    T_EQ(frame(e, &checkin, AW_SESSION_MAIN, 3), AW_E_RANGE);
    T_TRUE(!e->wants_reply);

    sos.state.has_lat_e7 = sos.state.has_lon_e7 = true;
    c.rng.fills_left = 0; /* no key for the place: the SOS counts all the same */
    T_EQ(frame(e, &sos, AW_SESSION_MAIN, 3), AW_OK);
    c.rng.fills_left = UINT64_MAX;
    T_TRUE(e->wants_reply);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
    T_EQ(frame(e, &sos, AW_SESSION_MAIN, 3), AW_E_REPLAY);
    T_TRUE(e->wants_reply);
    memset(junk_plain, 0xff, sizeof junk_plain);
    T_TRUE(aw_co_frame(e, &opened, AW_BYTES_OF(junk_plain)) != AW_OK);
    circle_free(&c);
}

/* Goal: a switch says nothing where it does not verify, in a quarantined session, before she was
 * heard, or when it tells what is known (spec/07-contact.md §13).
 * Method: switches by hand, as if from the first relay. */
static void test_switches(void)
{
    struct aw_opened opened = {.kind = AW_OPENED_MESSAGE, .lane = AW_LANE_SWITCH};
    struct aw_switched switched = {.seq = 500, .after = 300};
    uint8_t plain[AW_CELL_PLAIN_LEN] = {0};
    struct aw_buf buf = AW_BUF_OF(plain);
    struct aw_watch newest;
    struct contact *e;
    struct circle c;

    circle_init(&c, 1, 89);
    circle_set_up(&c);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 10 * MIN_S);
    circle_forget_events(&c);
    e = council_engine(&c, 1);
    e->fed_from = 1;
    T_EQ(aw_message_encode_padded(&aw_switched_map, &switched, &buf, sizeof plain), AW_OK);
    opened.session = AW_SESSION_QUARANTINE;
    T_EQ(aw_co_switched(e, &opened, AW_BYTES_OF(plain)), AW_OK);
    T_EQ(e->book.unheard_seq, 0);
    opened.session = AW_SESSION_MAIN;
    newest = e->book.newest;
    e->book.newest.call.seq = 0;
    T_EQ(aw_co_switched(e, &opened, AW_BYTES_OF(plain)), AW_OK);
    T_EQ(e->book.unheard_seq, 0);
    e->book.newest = newest;
    T_EQ(aw_co_switched(e, &opened, AW_BYTES_OF(plain)), AW_OK);
    T_EQ(e->book.unheard_seq, 500);
    T_EQ(aw_co_switched(e, &opened, AW_BYTES_OF(plain)), AW_OK); /* told once */
    plain[0] ^= 0xff;
    T_EQ(aw_co_switched(e, &opened, AW_BYTES_OF(plain)), AW_E_FORMAT);
    e->fed_from = 0;
    circle_pump(&c);
    T_EQ(circle_events(&c, 1, AW_EVENT_UNHEARD), 1);
    circle_free(&c);
}

/* ---- What he says ---- */

/* Goal: what a contact cannot do has its status: words to compare before anybody was verified, a
 * look before she was heard, a question that the plan does not let him ask, or in an incident that
 * a call could give away (spec/07-contact.md §10).
 * Method: each moment. */
static void test_wrong_moments(void)
{
    struct aw_contact_council council;
    struct aw_contact_peer peer;
    struct aw_card card;
    struct aw_contact *he;
    struct contact *e;
    struct circle c;

    circle_init(&c, 1, 90);
    he = c.hosts[1].contact;
    e = council_engine(&c, 1);
    T_EQ(aw_contact_card(he, &card), AW_E_NOT_FOUND);
    aw_contact_council(he, &council);
    T_EQ(council.votes, 0);
    T_EQ(aw_contact_peer(he, 0, &peer), AW_E_NOT_FOUND);
    circle_pair(&c, 1);
    e->who.phase = AW_CONTACT_PAIRED;
    T_EQ(aw_contact_words_compared(he, circle_now(&c, 1)), AW_E_STATE);
    e->who.phase = AW_CONTACT_VERIFIED;
    e->book.newest.call.seq = 0;
    T_EQ(aw_contact_seen(he, circle_now(&c, 1)), AW_E_STATE);
    circle_free(&c);

    circle_init(&c, 1, 91);
    circle_set_up(&c);
    circle_checkin(&c, circle_safe);
    circle_run(&c, MIN_S);
    he = c.hosts[1].contact;
    e = council_engine(&c, 1);
    T_TRUE(e->plan.pace.ask_s > 0);
    e->plan.roster[0].asks = true;
    e->plan.pace.ask_s = 0;
    T_EQ(aw_contact_ask(he, circle_now(&c, 1)), AW_E_STATE);
    e->plan.pace.ask_s = 600;
    e->plan.roster_count = 0; /* no longer in the plan */
    T_EQ(aw_contact_ask(he, circle_now(&c, 1)), AW_E_STATE);
    e->plan.roster_count = 1;
    for (int i = 0; i < 5; i++) {
        circle_checkin(&c, circle_wrong);
        circle_run(&c, 10);
    }
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_WRONG);
    T_EQ(aw_contact_ask(he, circle_now(&c, 1)), AW_E_STATE);
    circle_free(&c);
}

/* Goal: each release has its words, and each event its name; what is none says so.
 * Method: all of them. */
static void test_texts(void)
{
    for (int a = AW_RELEASE_YES; a <= AW_RELEASE_UNREAD; a++) {
        T_TRUE(strcmp(aw_release_text((enum aw_release)a), "unknown") != 0);
        for (int b = AW_RELEASE_YES; b < a; b++)
            T_TRUE(strcmp(aw_release_text((enum aw_release)a),
                          aw_release_text((enum aw_release)b)) != 0);
    }
    T_STR_EQ(aw_release_text((enum aw_release)99), "unknown");
    T_STR_EQ(aw_event_name((enum aw_event_kind)9999), "unknown");
}

/* Goal: that a contact is away, and for how long, is known to the others, and when he is back.
 * Method: two contacts, one of them away for an hour. */
static void test_away(void)
{
    struct aw_plan plan;
    struct circle c;
    uint64_t until_s;

    council_init(&c, 2, 92, &plan);
    council_begin(&c, &plan, 3);
    until_s = circle_now_s(&c) + HOUR_S;
    T_EQ(aw_contact_away(c.hosts[2].contact, until_s, circle_now(&c, 2)), AW_OK);
    circle_run(&c, 3 * COUNCIL_WITNESS_S);
    T_EQ(council_peer(&c, 1, 2).away_until_s, until_s);
    T_EQ(aw_contact_away(c.hosts[2].contact, 0, circle_now(&c, 2)), AW_OK);
    circle_run(&c, 3 * COUNCIL_WITNESS_S);
    T_EQ(council_peer(&c, 1, 2).away_until_s, 0);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_card_shares);
    T_RUN(test_card_places);
    T_RUN(test_first_plan);
    T_RUN(test_plan_order);
    T_RUN(test_keys_before_plan);
    T_RUN(test_key_sets);
    T_RUN(test_keys_not_taken);
    T_RUN(test_frames);
    T_RUN(test_switches);
    T_RUN(test_wrong_moments);
    T_RUN(test_texts);
    T_RUN(test_away);
    return t_end();
}
