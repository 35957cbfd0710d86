/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_impl.h"
#include "crypto/labels.h"
#include "crypto/verify.h"
#include "support/council.h"
#include "wire/card.h"
#include "wire/card_file.h"

#include <stdio.h>
#include <string.h>

/* Vectors of her plan card at a contact (spec/16-peers.md §8 and §9): who is given shares, which of
 * them takes a turn, which cards are kept, and what is shown of the one in force. */

#define T0 UINT64_C(1790000000)

static struct aw_contact engine;

/* An engine that knows nothing but a plan, for what needs no channel. */
static struct contact *fresh(const struct aw_plan *plan)
{
    struct contact *c = contact_of(&engine);

    memset(&engine, 0, sizeof engine);
    aw_outbox_init(&c->outbox);
    c->plan = *plan;
    c->has_plan = c->peers.has_book = true;
    return c;
}

static void plan_of_three(struct aw_plan *plan, uint32_t version, uint8_t threshold)
{
    aw_plan_default(plan, 3);
    plan->version = version;
    for (size_t i = 0; i < 3; i++)
        plan->roster[i].name[0] = (char)('a' + i);
    plan->threshold = threshold;
}

/* ---- Who is given shares ---- */

static const char *const giving_words[] = {
    [AW_GIVES_NONE] = "nothing", [AW_GIVES_CARD] = "card", [AW_GIVES_ALL] = "both"};
static const char *const data_words[] = {
    [AW_DATA_NONE] = "none", [AW_DATA_EXACT] = "exact", [AW_DATA_COARSE] = "coarse"};

struct given {
    const char *name;
    enum aw_release release;
    uint16_t barred;
    uint8_t data;
    bool is_sos;
};

/* To human 2. */
static const struct given givens[] = {
    {"silence", AW_RELEASE_YES, 0, AW_DATA_EXACT, false},
    {"silence, a coarse place is for him", AW_RELEASE_YES, 0, AW_DATA_COARSE, false},
    {"silence, nothing is for him", AW_RELEASE_YES, 0, AW_DATA_NONE, false},
    {"silence, another one runs the only relay", AW_RELEASE_YES, 1, AW_DATA_EXACT, false},
    {"silence, he runs it", AW_RELEASE_YES, 2, AW_DATA_EXACT, false},
    {"silence in an SOS", AW_RELEASE_YES, 0, AW_DATA_EXACT, true},
    {"silence in an SOS, he runs the only relay", AW_RELEASE_YES, 2, AW_DATA_EXACT, true},
    {"silence of which something is missing", AW_RELEASE_QUORUM, 0, AW_DATA_EXACT, false},
    {"SOS", AW_RELEASE_NOT_MISSED, 0, AW_DATA_EXACT, true},
    {"SOS, nothing is for him", AW_RELEASE_NOT_MISSED, 0, AW_DATA_NONE, true},
    {"SOS, and no level has begun", AW_RELEASE_NOT_MISSED, 0, AW_DATA_EXACT, false},
    {"duress", AW_RELEASE_DURESS, 0, AW_DATA_EXACT, false},
    {"duress, nothing is for him", AW_RELEASE_DURESS, 0, AW_DATA_NONE, false},
};

static void one_given(struct vec *v, const struct given *row)
{
    static const char *const releases[] = {[AW_RELEASE_NOT_MISSED] = "not missed",
                                           [AW_RELEASE_YES] = "yes",
                                           [AW_RELEASE_DURESS] = "duress",
                                           [AW_RELEASE_BLIND] = "blind",
                                           [AW_RELEASE_QUORUM] = "quorum"};
    struct aw_tally tally = {0};
    struct aw_member to = {0};
    bool is_sos;

    vec_enter(v, row->name);
    tally.release =
        (enum aw_release)lab_vec_word(v, "release", row->release, releases, AW_COUNT(releases));
    tally.barred = (uint16_t)lab_vec_u32(v, "barred", row->barred);
    to.human = (uint8_t)lab_vec_u32(v, "human", 2);
    to.data = (uint8_t)lab_vec_word(v, "data", row->data, data_words, AW_COUNT(data_words));
    is_sos = lab_vec_bool(v, "sos", row->is_sos);
    vec_out_text(v, "gives", giving_words[aw_council_gives(&tally, &to, is_sos)]);
    vec_leave(v);
}

/* ---- Whose turn it is ---- */

#define TURNS 8

struct turns {
    const char *name, *note;
    bool has_card;
    struct {
        enum aw_giving giving;
        uint32_t came;  /* a word of hers that came here before, 0: none */
        uint32_t other; /* the newest that the other one holds */
    } turns[TURNS];
    size_t count;
};

#define ALL  AW_GIVES_ALL
#define CARD AW_GIVES_CARD

static const struct turns turns[] = {
    {"the card every second turn",
     "but never that of a statement that goes out first",
     true,
     {{ALL, 7, 7},
      {ALL, 0, 7},
      {ALL, 0, 7},
      {ALL, 9, 9},
      {ALL, 10, 10},
      {ALL, 0, 10},
      {ALL, 0, 10},
      {ALL, 0, 10}},
     8},
    {"no card",
     "newest first, then the next round",
     false,
     {{ALL, 5, 7}, {ALL, 6, 7}, {ALL, 0, 7}, {ALL, 7, 7}, {ALL, 0, 7}, {ALL, 0, 7}},
     6},
    {"he holds less",
     "what he cannot have is not given; what he then has is new",
     true,
     {{ALL, 7, 5}, {ALL, 5, 5}, {ALL, 0, 5}, {ALL, 0, 7}, {ALL, 0, 7}, {ALL, 0, 7}},
     6},
    {"nothing that both hold",
     "every turn is that of the card",
     true,
     {{ALL, 7, 5}, {ALL, 0, 5}},
     2},
    {"an SOS",
     "the card alone, and with silence both",
     true,
     {{CARD, 7, 7}, {CARD, 0, 7}, {ALL, 0, 7}, {ALL, 0, 7}, {ALL, 0, 7}},
     5},
    {"an SOS, no card", "nothing", false, {{CARD, 7, 7}, {CARD, 0, 7}}, 2},
    {"nothing is given", "", true, {{AW_GIVES_NONE, 7, 7}, {AW_GIVES_NONE, 0, 7}}, 2},
};

static void hold(struct contact *c, uint32_t seq)
{
    struct aw_keep_item item = {.seq = seq, .share = {1}};

    if (seq != 0)
        aw_keep_add(&c->keep, true, &item);
}

static void out_share(struct vec *v, const struct aw_witness *w)
{
    char text[16] = "none";

    if (w->has_share && w->share_seq == 0)
        (void)snprintf(text, sizeof text, "card");
    else if (w->has_share)
        (void)snprintf(text, sizeof text, "%u", w->share_seq);
    vec_out_text(v, "share", text);
}

static void one_turns(struct vec *v, const struct turns *row)
{
    uint8_t space[AW_CARD_FILE_LEN_MAX];
    struct aw_buf file = AW_BUF_OF(space);
    struct aw_peer other = {0};
    struct aw_plan plan;
    struct contact *c;

    plan_of_three(&plan, 1, 2);
    c = fresh(&plan);
    vec_enter(v, row->name);
    vec_note(v, row->note);
    c->plan.has_card_hash = lab_vec_bool(v, "card", row->has_card);
    T_EQ(aw_co_card_file(c, council_card_junk(&file, 2, 1)), AW_OK);
    memcpy(c->plan.card_hash, c->cards[0].hash, AW_HASH_LEN);
    for (size_t i = 0; i < row->count; i++) {
        struct aw_witness w = {0};
        unsigned giving;

        vec_enter(v, vec_nth(v, "turn", i));
        w.number = lab_vec_u32(v, "number", (uint32_t)i + 1);
        giving =
            lab_vec_word(v, "gives", row->turns[i].giving, giving_words, AW_COUNT(giving_words));
        hold(c, lab_vec_u32(v, "came", row->turns[i].came));
        other.said.held_word = lab_vec_u32(v, "other_holds", row->turns[i].other);
        aw_co_witness_share(c, &other, (enum aw_giving)giving, &w);
        out_share(v, &w);
        vec_leave(v);
    }
    vec_leave(v);
}

/* ---- Cards ---- */

#define HUMANS 4
#define CARDS  5
#define STEPS  11

/* One that she sealed, for three humans and somebody who sends what is none. */
struct sealed {
    uint8_t shares[HUMANS][AW_SHARE_LEN];
    uint8_t bytes[AW_CARD_SEALED_MAX], hash[AW_HASH_LEN];
    size_t len;
};

static const char *const card_words[] = {"none", "a", "b", "c", "d", "e"};

static void seal_one(struct vec *v, const char *name, uint8_t threshold, struct sealed *out)
{
    static const struct aw_card text = {.version = 1,
                                        .sections = {{AW_CARD_FIRST, 0, "ring 112"},
                                                     {AW_CARD_DOOR, 1, "4711"},
                                                     {AW_CARD_MEDICAL, 2, "insulin"}},
                                        .sections_count = 3};
    static const uint8_t indices[HUMANS] = {1, 2, 3, 4};
    uint8_t plain[AW_CARD_LEN_MAX], key[AW_KEY_LEN];
    struct aw_buf buf = AW_BUF_OF(plain);
    struct aw_random random;

    AW_ASSERT(aw_message_encode(&aw_card_map, &text, &buf) == AW_OK);
    vec_enter(v, name);
    random = vec_random(v);
    vec_in_buf(v, "text", &buf);
    threshold = (uint8_t)lab_vec_u32(v, "threshold", threshold);
    if (threshold < 1 || threshold > HUMANS) {
        vec_fault(v, "threshold", "out of range");
        threshold = 2;
    }
    vec_out_status(v, "drawn", aw_share_key(key, &random));
    vec_out_status(v, "split",
                   aw_share_split(out->shares, indices, HUMANS, threshold, key, &random));
    for (size_t i = 0; i < HUMANS; i++)
        vec_out(v, vec_nth(v, "share", i), AW_BYTES_OF(out->shares[i]));
    vec_out_status(v, "card_key", aw_card_seal(out->bytes, aw_buf_bytes(&buf), key, &random));
    out->len = buf.len + AW_CARD_SEAL_LEN;
    vec_out(v, "sealed", (struct aw_bytes){out->bytes, out->len});
    aw_hash(out->hash, AW_LABEL_HASH_CARD, (struct aw_bytes){out->bytes, out->len});
    vec_out(v, "hash", AW_BYTES_OF(out->hash));
    vec_leave(v);
}

/* ---- What comes, and what is shown ---- */

enum does { DOES_FILE, DOES_PLAN, DOES_WAITS, DOES_SHARE, DOES_LEVEL, DOES_CLOSED };

static const char *const does_words[] = {"file", "plan", "waits", "share", "level", "closed"};

struct step {
    enum does does;
    uint8_t card;    /* of card_words */
    uint8_t version; /* of file and plan */
    uint8_t number;  /* threshold of a plan, human of a share, level */
    uint8_t index;   /* of the share */
    bool is_damaged;
};

struct story {
    const char *name, *note;
    struct step steps[STEPS];
    size_t count;
};

#define COMES(card, version)                                                                       \
    {                                                                                              \
        DOES_FILE, card, version, 0, 1, false                                                      \
    }
#define SHARELESS(card, version)                                                                   \
    {                                                                                              \
        DOES_FILE, card, version, 0, 0, false                                                      \
    }
#define PLAN(card, version, k)                                                                     \
    {                                                                                              \
        DOES_PLAN, card, version, k, 0, false                                                      \
    }
#define WAITS(card, version)                                                                       \
    {                                                                                              \
        DOES_WAITS, card, version, 2, 0, false                                                     \
    }
#define SHARE(card, human)                                                                         \
    {                                                                                              \
        DOES_SHARE, card, 0, human, human, false                                                   \
    }
#define AS(card, human, of)                                                                        \
    {                                                                                              \
        DOES_SHARE, card, 0, human, of, false                                                      \
    }
#define DAMAGED(card, human)                                                                       \
    {                                                                                              \
        DOES_SHARE, card, 0, human, human, true                                                    \
    }
#define LEVEL(n)                                                                                   \
    {                                                                                              \
        DOES_LEVEL, 0, 0, n, 0, false                                                              \
    }
#define CLOSED                                                                                     \
    {                                                                                              \
        DOES_CLOSED, 0, 0, 0, 0, false                                                             \
    }

/* clang-format off */
static const struct story stories[] = {
    {"opening by level", "section n is shown from level n on, and with the incident it is sealed",
     {COMES(1, 2), PLAN(1, 2, 2), SHARE(1, 2), LEVEL(0), SHARE(1, 2), LEVEL(1), LEVEL(2),
      SHARE(1, 3), CLOSED, LEVEL(1), SHARE(1, 3)}, 11},
    {"shares that are none", "somebody else's index, a damaged one, the same one again",
     {COMES(1, 2), PLAN(1, 2, 2), LEVEL(1), AS(1, 3, 2), DAMAGED(1, 3), SHARE(1, 2), AS(1, 3, 2),
      SHARE(1, 2), DAMAGED(1, 2), SHARE(1, 2), SHARE(1, 1)}, 11},
    {"no card", "the plan names none, or one whose file did not come",
     {LEVEL(1), SHARE(1, 2), PLAN(1, 2, 2), SHARE(1, 2), COMES(1, 2), SHARE(1, 2)}, 6},
    {"another card comes into force", "the shares of the old one are erased with it",
     {COMES(1, 2), PLAN(1, 2, 2), LEVEL(1), SHARE(1, 2), COMES(2, 3), SHARE(2, 3), PLAN(2, 3, 2),
      SHARE(2, 3), PLAN(0, 4, 2)}, 9},
    {"a later plan keeps it", "and names another threshold: more shares are tried, too",
     {COMES(3, 2), PLAN(3, 2, 3), LEVEL(1), SHARE(3, 2), PLAN(3, 3, 2), SHARE(3, 3),
      PLAN(3, 4, 3)}, 7},
    {"a plan may ask for more than the card needs", "with fewer it is not tried",
     {COMES(1, 2), PLAN(1, 2, 3), LEVEL(1), SHARE(1, 2), CLOSED, LEVEL(1), SHARE(1, 3),
      SHARE(1, 2)}, 8},
    {"three are kept", "what a plan binds stays, and the newest other one",
     {COMES(1, 2), PLAN(1, 2, 2), COMES(2, 3), WAITS(2, 3), COMES(3, 4), COMES(4, 5), COMES(5, 6),
      COMES(5, 6), WAITS(0, 0), PLAN(5, 6, 2)}, 10},
    {"files that are refused", "no share, one that is here, no plan to come binds it",
     {SHARELESS(1, 2), COMES(1, 2), COMES(1, 3), PLAN(1, 4, 2), COMES(1, 4), COMES(2, 4),
      COMES(2, 5)}, 7},
    {"its file comes after its plan", "it is bound at once",
     {PLAN(1, 2, 2), LEVEL(1), COMES(1, 2), SHARE(1, 3)}, 4},
};
/* clang-format on */

static enum aw_status give_file(struct contact *c, const struct sealed *s, uint32_t version,
                                uint8_t index)
{
    uint8_t space[AW_CARD_FILE_LEN_MAX];
    struct aw_buf body = AW_BUF_OF(space);
    struct aw_card_file file = {.version = version, .sealed = {s->bytes, s->len}};

    memcpy(file.share, s->shares[0], AW_SHARE_LEN);
    file.share[0] = index;
    AW_ASSERT(aw_message_encode(&aw_card_file_map, &file, &body) == AW_OK);
    return aw_co_card_file(c, aw_buf_bytes(&body));
}

static void bind(struct aw_plan *plan, const struct sealed *cards, unsigned card)
{
    plan->has_card_hash = card != 0;
    if (card != 0)
        memcpy(plan->card_hash, cards[card - 1].hash, AW_HASH_LEN);
}

/* As when it came into force, and what waited is dropped. */
static void set_plan(struct contact *c, const struct aw_plan *plan)
{
    c->plan = *plan;
    c->change.has_plan = false;
    c->pending_len = 0;
    aw_co_cards_settle(c);
}

static void let_wait(struct contact *c, const struct aw_plan *plan)
{
    struct aw_buf buf = {c->pending, sizeof c->pending, 0};

    AW_ASSERT(aw_message_encode(&aw_plan_map, plan, &buf) == AW_OK);
    c->pending_len = (uint16_t)buf.len;
    c->change.has_plan = true;
}

static void do_plan(struct vec *v, struct contact *c, const struct sealed *cards,
                    const struct step *row, bool waits, unsigned card)
{
    struct aw_plan plan;
    uint32_t version = lab_vec_u32(v, "version", row->version);

    plan_of_three(&plan, version, (uint8_t)lab_vec_u32(v, "threshold", row->number));
    bind(&plan, cards, card);
    if (!waits)
        set_plan(c, &plan);
    else if (card != 0)
        let_wait(c, &plan);
    else
        c->change.has_plan = false;
}

static void do_share(struct vec *v, struct contact *c, const struct sealed *s,
                     const struct step *row)
{
    struct aw_witness w = {.has_share = true};
    uint8_t human = (uint8_t)lab_vec_u32(v, "human", row->number);

    uint32_t index = lab_vec_u32(v, "index", row->index);

    memcpy(w.share, s->shares[(index + HUMANS - 1) % HUMANS], AW_SHARE_LEN);
    w.share[1] ^= lab_vec_bool(v, "damaged", row->is_damaged);
    aw_co_take_card_share(c, human, &w);
}

static void set_incident(struct contact *c, bool is_open, uint8_t level)
{
    c->ladder.state = is_open ? AW_LADDER_MISSED : AW_LADDER_FINE;
    c->ladder.incident = is_open ? AW_INCIDENT_MISSED : AW_INCIDENT_NONE;
    c->ladder.incident_id = is_open;
    c->ladder.level = level;
    aw_co_council_advance(c, T0);
}

static void do_step(struct vec *v, struct contact *c, const struct sealed *cards,
                    const struct step *row)
{
    unsigned does = lab_vec_word(v, "does", row->does, does_words, AW_COUNT(does_words));
    unsigned card = 0;

    if (does <= DOES_SHARE)
        card = lab_vec_word(v, "card", row->card, card_words, AW_COUNT(card_words));
    if (card == 0 && (does == DOES_FILE || does == DOES_SHARE)) {
        vec_fault(v, "card", "none");
    } else if (does == DOES_FILE) {
        uint32_t version = lab_vec_u32(v, "version", row->version);
        uint8_t index = (uint8_t)lab_vec_u32(v, "index", row->index);

        vec_out_status(v, "status", give_file(c, &cards[card - 1], version, index));
    } else if (does == DOES_SHARE) {
        do_share(v, c, &cards[card - 1], row);
    } else if (does == DOES_LEVEL) {
        set_incident(c, true, (uint8_t)lab_vec_u32(v, "level", row->number));
    } else if (does == DOES_CLOSED) {
        set_incident(c, false, 0);
    } else {
        do_plan(v, c, cards, row, does == DOES_WAITS, card);
    }
}

static void out_kept(struct vec *v, const struct contact *c, const struct sealed *cards)
{
    char text[16] = "";

    for (size_t i = 0; i < CARDS; i++) {
        for (size_t at = 0; at < CONTACT_CARDS; at++) {
            if (c->cards[at].len != 0 && memcmp(c->cards[at].hash, cards[i].hash, AW_HASH_LEN) == 0)
                (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s",
                               text[0] == '\0' ? "" : " ", card_words[i + 1]);
        }
    }
    vec_out_text(v, "kept", text);
}

static uint64_t events_of(struct contact *c, enum aw_event_kind kind)
{
    uint64_t count = 0;

    for (size_t i = 0; i < c->outbox.event_count; i++)
        count +=
            c->outbox.events[(c->outbox.event_pos + i) % AW_OUTBOX_EVENT_MAX].event.kind == kind;
    return count;
}

static void one_story(struct vec *v, const struct sealed *cards, const struct story *row)
{
    struct aw_plan plan;
    struct contact *c;

    plan_of_three(&plan, 1, 2);
    c = fresh(&plan);
    vec_enter(v, row->name);
    vec_note(v, row->note);
    for (size_t i = 0; i < row->count; i++) {
        struct aw_card shown;

        vec_enter(v, vec_nth(v, "step", i));
        aw_outbox_init(&c->outbox);
        do_step(v, c, cards, &row->steps[i]);
        out_kept(v, c, cards);
        vec_out_status(v, "shown", aw_contact_card(&engine, &shown));
        vec_out_uint(v, "sections", shown.sections_count);
        vec_out_uint(v, "told", events_of(c, AW_EVENT_CARD));
        vec_leave(v);
    }
    vec_leave(v);
}

void lab_vectors_card(struct vec *v)
{
    static const uint8_t thresholds[CARDS] = {2, 2, 3, 2, 2};
    static struct sealed cards[CARDS];

    vec_enter(v, "given");
    vec_note(v, "to one other human while an incident is open; release and barred as above, in the "
                "view of his form; sos: it is an SOS, of which a level began");
    for (size_t i = 0; i < AW_COUNT(givens); i++)
        one_given(v, &givens[i]);
    vec_leave(v);
    vec_enter(v, "turns");
    vec_note(v, "came: a statement of hers that came here before this turn, 0 for none; card: the "
                "plan in force names one that is here; share: the card's, or of which statement");
    for (size_t i = 0; i < AW_COUNT(turns); i++)
        one_turns(v, &turns[i]);
    vec_leave(v);
    vec_enter(v, "cards");
    for (size_t i = 0; i < CARDS; i++)
        seal_one(v, card_words[i + 1], thresholds[i], &cards[i]);
    vec_leave(v);
    vec_enter(v, "card");
    vec_note(v, "at human 1, with those of cards; file: with his share, under this index; plan: it "
                "comes into force; waits: one that names this card, or none; share: of a human, in "
                "his witness, damaged: the last bit of its second byte changed; level: an incident "
                "is open and so many levels began; shown: what a look gives, with so many "
                "sections; told: events that it can be read");
    for (size_t i = 0; i < AW_COUNT(stories); i++)
        one_story(v, cards, &stories[i]);
    vec_leave(v);
}
