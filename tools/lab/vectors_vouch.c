/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include <allswell/peer.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_impl.h"
#include "core/statement.h"
#include "core/subject_impl.h"
#include "support/council.h"

#include <stdio.h>

/*
 * Vectors of what others say to a contact: statements of hers that they pass on (spec/16-peers.md
 * §7), and an incident that one hands over (§6).
 */

#define CONTACTS 4
#define KEYS     3
#define STEPS    5
#define BEAT_S   900
#define GRACE_S  21600

/* ---- Vouching ---- */

/* `by` 0: her own call. */
struct passed {
    uint32_t at_s; /* from the beginning */
    uint8_t by;
    uint32_t seq;
    uint8_t key;
    int32_t issued_s; /* after `at_s` */
    uint32_t valid_s;
    bool is_forged;
};

struct vouching {
    const char *name, *note;
    uint8_t members, human_of_3; /* 0: CONTACTS; his own */
    uint8_t groups[CONTACTS];    /* 0: 1 for the first, 2 for others */
    struct passed passed[STEPS];
    size_t count;
};

#define HEARD(at, seq, key)                                                                        \
    {                                                                                              \
        (at), 0, (seq), (key), 0, BEAT_S, false                                                    \
    }
#define PASSED(at, by, seq, key)                                                                   \
    {                                                                                              \
        (at), (by), (seq), (key), -10, BEAT_S, false                                               \
    }

static const struct vouching vouchings[] = {
    {.name = "the key that was heard last",
     .note = "it counts once, until she is heard",
     .passed = {HEARD(0, 7, 1), PASSED(100, 2, 8, 1), PASSED(200, 3, 9, 1), HEARD(300, 9, 1),
                PASSED(400, 3, 10, 1)},
     .count = 5},
    {.name = "not above what was heard",
     .note = "nor more than 2^16 above it",
     .passed = {HEARD(0, 7, 1), PASSED(100, 2, 7, 1), PASSED(110, 2, 65544, 1),
                PASSED(120, 2, 65543, 1)},
     .count = 4},
    {.name = "a clock that is fast",
     .note = "the base is not later than now",
     .passed = {HEARD(0, 7, 1),
                {.at_s = 100, .by = 2, .seq = 8, .key = 1, .issued_s = 3600, .valid_s = BEAT_S}},
     .count = 2},
    {.name = "made before what was heard",
     .note = "it makes no deadline earlier",
     .passed = {HEARD(300, 7, 1),
                {.at_s = 310, .by = 2, .seq = 8, .key = 1, .issued_s = -200, .valid_s = 60}},
     .count = 2},
    {.name = "a signature that does not hold",
     .note = "then one that does",
     .passed = {HEARD(0, 7, 1),
                {.at_s = 100,
                 .by = 2,
                 .seq = 8,
                 .key = 1,
                 .issued_s = -10,
                 .valid_s = BEAT_S,
                 .is_forged = true},
                PASSED(110, 2, 8, 1)},
     .count = 3},
    {.name = "a key that was replaced",
     .note = "two vouch for nothing",
     .groups = {1, 2, 4, 2},
     .passed = {HEARD(0, 7, 1), HEARD(10, 8, 2), PASSED(100, 2, 9, 1), PASSED(110, 3, 9, 1)},
     .count = 4},
    {.name = "a key never heard",
     .note = "two without a common group, for the same seq under the same key",
     .groups = {1, 2, 4, 2},
     .passed = {HEARD(0, 7, 1), PASSED(100, 2, 9, 2), PASSED(110, 4, 9, 2), PASSED(120, 3, 9, 3),
                PASSED(130, 3, 9, 2)},
     .count = 5},
    {.name = "another number",
     .note = "who passes on another one vouches for the first no longer",
     .groups = {1, 2, 4, 2},
     .passed = {HEARD(0, 7, 1), PASSED(100, 2, 9, 2), PASSED(110, 2, 10, 2), PASSED(120, 3, 9, 2),
                PASSED(130, 3, 10, 2)},
     .count = 5},
    {.name = "two devices of one human",
     .note = "have the groups of both",
     .human_of_3 = 2,
     .groups = {1, 2, 4, 4},
     .passed = {HEARD(0, 7, 1), PASSED(100, 2, 9, 2), PASSED(110, 3, 9, 2), PASSED(120, 4, 9, 2)},
     .count = 4},
    {.name = "one other human",
     .note = "he is enough",
     .members = 2,
     .passed = {HEARD(0, 7, 1), PASSED(100, 2, 9, 2)},
     .count = 2},
};

struct bed {
    struct circle c;
    struct aw_sign_key keys[KEYS];
    uint64_t begin_s;
    uint32_t seq_0; /* so that the first one in the file is above what the set-up took */
};

static void in_members(struct vec *v, const struct vouching *row, struct aw_plan *plan)
{
    for (size_t i = 0; i < plan->roster_count; i++) {
        struct aw_member *m = &plan->roster[i];

        vec_enter(v, vec_nth(v, "contact", i));
        if (row->groups[0] != 0)
            m->groups = row->groups[i];
        if (i == 2 && row->human_of_3 != 0)
            m->human = row->human_of_3;
        m->human = (uint8_t)lab_vec_u32(v, "human", m->human);
        m->groups = (uint8_t)lab_vec_u32(v, "groups", m->groups);
        vec_leave(v);
    }
    for (size_t i = 0; i < plan->levels_count; i++)
        plan->levels[i].groups = AW_GROUPS_ALL;
    plan->beat_s = BEAT_S;
    plan->beat_grace_s = GRACE_S;
}

/* From here on nothing is said to contact 1 but in the file. */
static void bed_init(struct vec *v, struct bed *b, const struct vouching *row)
{
    size_t members = row->members != 0 ? row->members : CONTACTS;
    struct aw_plan plan;

    council_init(&b->c, members, 23, &plan);
    in_members(v, row, &plan);
    council_begin(&b->c, &plan, 1);
    for (size_t n = 0; n <= members; n++)
        b->c.hosts[n].is_asleep = n != 1;
    for (size_t i = 0; i < KEYS; i++) {
        uint8_t seed[AW_KEY_LEN] = {(uint8_t)(i + 1)};

        aw_sign_from_seed(&b->keys[i], seed);
    }
    b->begin_s = circle_now_s(&b->c);
    b->seq_0 = council_engine(&b->c, 1)->book.newest.call.seq;
}

static void in_passed(struct vec *v, struct passed *p)
{
    int32_t issued_s;

    p->by = (uint8_t)lab_vec_u32(v, "by", p->by);
    p->seq = lab_vec_u32(v, "seq", p->seq);
    p->key = (uint8_t)lab_vec_u32(v, "key", p->key);
    issued_s = (int32_t)lab_vec_u32(v, "issued_at", (uint32_t)((int32_t)p->at_s + p->issued_s));
    p->issued_s = issued_s - (int32_t)p->at_s;
    p->valid_s = lab_vec_u32(v, "valid_for", p->valid_s);
    p->is_forged = lab_vec_bool(v, "forged", p->is_forged);
    if (p->key < 1 || p->key > KEYS || p->by > CONTACTS || p->by == 1) {
        vec_fault(v, "by or key", "is nobody's");
        *p = (struct passed){.at_s = p->at_s, .by = 2, .key = 1};
    }
}

static void hear(struct bed *b, const struct passed *p)
{
    struct contact *e = council_engine(&b->c, 1);
    const struct subject *her = subject_of_const(b->c.hosts[0].subject);
    struct aw_opened opened = {0};
    struct aw_call call = {
        .kind = AW_CALL_BEAT,
        .seq = b->seq_0 + p->seq,
        .issued_at = (uint32_t)(b->begin_s + p->at_s) + (uint32_t)p->issued_s,
        .valid_for = p->valid_s,
        .waiting = aw_words_out_waiting(&her->people[0].words),
    };
    enum aw_status st;

    memcpy(call.signing_key, b->keys[p->key - 1].pk, AW_KEY_LEN);
    st = aw_co_take(e, &opened, &call, CONTACT_FROM_CALL, (uint32_t)circle_now_s(&b->c));
    AW_ASSERT(st == AW_OK);
}

static void pass_on(struct bed *b, const struct passed *p)
{
    struct contact *e = council_engine(&b->c, 1);
    struct aw_peer *peer = aw_peers_find(&e->peers, p->by);
    struct aw_statement statement = {
        .seq = b->seq_0 + p->seq,
        .issued_at = (uint32_t)(b->begin_s + p->at_s) + (uint32_t)p->issued_s,
        .valid_for = p->valid_s,
        .kind = AW_CALL_BEAT,
    };
    struct aw_witness w = {.has_statement = true,
                           .statement = {.seq = statement.seq,
                                         .issued_at = statement.issued_at,
                                         .valid_for = statement.valid_for,
                                         .kind = statement.kind}};

    AW_ASSERT(peer != NULL);
    memcpy(w.statement.signing_key, b->keys[p->key - 1].pk, AW_KEY_LEN);
    aw_statement_sign(w.statement.signature, &b->keys[p->key - 1], &statement);
    if (p->is_forged)
        w.statement.signature[0] ^= 1;
    aw_co_voice(e, peer, &w, &w);
}

static void one_vouching(struct vec *v, const struct vouching *row)
{
    static struct bed b;

    vec_enter(v, row->name);
    vec_note(v, row->note);
    bed_init(v, &b, row);
    for (size_t i = 0; i < row->count; i++) {
        struct passed p = row->passed[i];
        const struct contact *e;

        vec_enter(v, vec_nth(v, "step", i));
        p.at_s = lab_vec_u32(v, "at", p.at_s);
        in_passed(v, &p);
        if (b.begin_s + p.at_s > circle_now_s(&b.c))
            circle_run(&b.c, b.begin_s + p.at_s - circle_now_s(&b.c));
        if (p.by == 0)
            hear(&b, &p);
        else
            pass_on(&b, &p);
        circle_pump(&b.c);
        e = council_engine(&b.c, 1);
        vec_out_uint(v, "vouched", e->peers.book.is_vouched);
        vec_out_uint(v, "beat_due", aw_co_beat_due_s(e, &e->plan, 0) - b.begin_s);
        vec_leave(v);
    }
    vec_leave(v);
    circle_free(&b.c);
}

/* ---- Handed over ---- */

struct handed {
    const char *name;
    bool is_open; /* there is an incident */
    uint8_t by, to;
};

static const struct handed handed[] = {
    {"no incident yet", false, 2, 1},
    {"to this one", true, 2, 1},
    {"once more", true, 2, 1},
    {"to another human", true, 2, 3},
    {"to her or him after all", true, 2, 1},
    {"to his other device", true, 3, 4},
    {"to nobody of the plan", true, 2, 9},
};

/* By one after the other, each beside what he said before. */
static void one_handed(struct vec *v, struct circle *c, const struct handed *row,
                       struct aw_witness said[CONTACTS + 1])
{
    struct contact *e = council_engine(c, 1);
    struct aw_witness w = {.claim = AW_WITNESS_CLAIM_HANDED};
    struct aw_peer *peer;
    bool is_open;
    uint8_t by;

    vec_enter(v, row->name);
    is_open = lab_vec_bool(v, "incident", row->is_open);
    by = (uint8_t)lab_vec_u32(v, "by", row->by);
    w.hand_to = (uint8_t)lab_vec_u32(v, "hand_to", row->to);
    peer = by >= 2 && by <= CONTACTS ? aw_peers_find(&e->peers, by) : NULL;
    if (is_open && !aw_ladder_is_incident(&e->ladder)) {
        T_EQ(aw_subject_sos(c->hosts[0].subject, NULL, NULL, circle_now(c, 0)), AW_OK);
        circle_pump(c);
    }
    circle_forget_events(c);
    if (peer == NULL) {
        vec_fault(v, "by", "is no other contact");
    } else {
        aw_co_voice(e, peer, &w, &said[by]);
        said[by] = w;
    }
    circle_pump(c);
    vec_out_uint(v, "rings", circle_events(c, 1, AW_EVENT_HANDED));
    vec_leave(v);
}

static void hand_over(struct vec *v)
{
    struct aw_witness said[CONTACTS + 1] = {{.number = 0}};
    struct aw_plan plan;
    struct circle c;

    vec_enter(v, "handed_over");
    vec_note(v, "to contact 1, whose other device is 4; one witness after the other, in each the "
                "claim that he hands over; the incident is an SOS");
    council_init(&c, CONTACTS, 29, &plan);
    plan.roster[3].human = 1;
    council_begin(&c, &plan, 1);
    for (size_t i = 0; i < AW_COUNT(handed); i++)
        one_handed(v, &c, &handed[i], said);
    vec_leave(v);
    circle_free(&c);
}

void lab_vectors_vouching(struct vec *v)
{
    for (size_t i = 0; i < AW_COUNT(vouchings); i++)
        one_vouching(v, &vouchings[i]);
    hand_over(v);
}
