/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_impl.h"
#include "core/subject_impl.h"
#include "support/council.h"

#include <stdio.h>
#include <string.h>

/*
 * Vectors of introductions: which keys the roster of a new plan names and which pairs are given a
 * new secret (spec/06-subject.md §11), and what a contact makes of them (spec/16-peers.md §2). Keys
 * and secrets have numbers here: the same number is the same bytes, 0 is none.
 */

#define CONTACTS 3
#define STEPS    7

/* ---- Hers ---- */

/* A new plan: what each device tells by then, and whom the plan names. */
struct setting {
    uint8_t tells[CONTACTS];
    uint8_t left_out; /* a person, 0: nobody */
};

struct settings {
    const char *name, *note;
    struct setting plans[STEPS];
    size_t count;
};

/* clang-format off */
static const struct settings settings[] = {
    {"nothing is known yet", "then of two, then of all",
     {{{0, 0, 0}, 0}, {{1, 2, 0}, 0}, {{1, 2, 3}, 0}}, 3},
    {"every plan repeats the secrets", "until a device tells another key",
     {{{1, 2, 3}, 0}, {{1, 2, 3}, 0}, {{1, 4, 3}, 0}, {{1, 4, 3}, 0}}, 4},
    {"the key of another one", "who had it first keeps it",
     {{{1, 2, 3}, 0}, {{1, 2, 1}, 0}, {{2, 2, 3}, 0}, {{1, 2, 3}, 0}}, 4},
    {"two keys change places", "each is that of another member at first",
     {{{1, 2, 3}, 0}, {{2, 1, 3}, 0}, {{2, 1, 3}, 0}}, 3},
    {"two tell the same new key", "who stands first in the roster has it",
     {{{1, 2, 3}, 0}, {{1, 4, 4}, 0}}, 2},
    {"out of the roster and back", "by a new secret",
     {{{1, 2, 3}, 0}, {{1, 2, 3}, 2}, {{1, 2, 3}, 0}}, 3},
};
/* clang-format on */

/* What is numbered, by the order in which it is first seen. */
struct numbers {
    uint8_t seen[64][AW_KEY_LEN];
    size_t count;
};

static size_t number_of(struct numbers *n, const uint8_t bytes[AW_KEY_LEN])
{
    size_t i = 0;

    while (i < n->count && memcmp(n->seen[i], bytes, AW_KEY_LEN) != 0)
        i++;
    if (i == n->count) {
        AW_ASSERT(n->count < AW_COUNT(n->seen));
        memcpy(n->seen[n->count++], bytes, AW_KEY_LEN);
    }
    return i + 1;
}

static void key_of_number(uint8_t key[AW_KEY_LEN], uint32_t number)
{
    memset(key, 0, AW_KEY_LEN);
    key[0] = (uint8_t)number;
}

static void in_told(struct vec *v, struct subject *s, const struct setting *row)
{
    for (size_t i = 0; i < CONTACTS; i++) {
        struct subject_heard *h = &s->people[i].rec.heard;
        uint32_t number = lab_vec_u32(v, vec_nth(v, "tells", i), row->tells[i]);

        key_of_number(h->peer_key, number & 0xff);
        key_of_number(h->receipt_key, number != 0 ? (uint32_t)i + 101 : 0);
        s->people[i].rec.has_heard = true;
    }
}

static void plan_without(struct aw_plan *plan, uint32_t left_out)
{
    for (size_t i = 0; i < plan->roster_count; i++) {
        if (plan->roster[i].person != left_out)
            continue;
        plan->roster_count--;
        memmove(&plan->roster[i], &plan->roster[i + 1],
                (plan->roster_count - i) * sizeof plan->roster[0]);
    }
}

static void out_setting(struct vec *v, const struct subject *s, struct numbers *secrets)
{
    for (uint8_t person = 1; person <= CONTACTS; person++) {
        const struct aw_member *m = aw_plan_member(&s->plan, person);

        vec_out_uint(v, vec_nth(v, "key", person - 1U), m != NULL ? m->key[0] : 0);
    }
    for (uint8_t low = 1; low < CONTACTS; low++) {
        for (uint8_t high = (uint8_t)(low + 1); high <= CONTACTS; high++) {
            size_t number = 0;
            char name[16];

            for (size_t i = 0; i < s->pairs.pairs_count; i++) {
                if (s->pairs.pairs[i].low == low && s->pairs.pairs[i].high == high)
                    number = number_of(secrets, s->pairs.pairs[i].psk);
            }
            (void)snprintf(name, sizeof name, "pair_%u_%u", low, high);
            vec_out_uint(v, name, number);
        }
    }
}

static void one_settings(struct vec *v, const struct settings *row)
{
    struct numbers secrets = {.count = 0};
    struct aw_plan plan;
    struct subject *s;
    struct circle c;

    circle_init(&c, CONTACTS, 31);
    for (size_t n = 1; n <= CONTACTS; n++) {
        circle_pair(&c, n);
        c.hosts[n].is_asleep = true; /* what they tell stands in the file */
    }
    s = subject_of(c.hosts[0].subject);
    vec_enter(v, row->name);
    vec_note(v, row->note);
    for (size_t i = 0; i < row->count; i++) {
        vec_enter(v, vec_nth(v, "plan", i));
        in_told(v, s, &row->plans[i]);
        circle_plan(&c, &plan);
        plan.levels[0].groups = plan.levels[1].groups = AW_GROUPS_ALL;
        plan_without(&plan, lab_vec_u32(v, "left_out", row->plans[i].left_out));
        T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
             AW_OK);
        out_setting(v, s, &secrets);
        circle_pump(&c);
        vec_leave(v);
    }
    vec_leave(v);
    circle_free(&c);
}

/* ---- His ---- */

enum came { CAME_PLAN, CAME_FILE };

/* A plan that comes into force, or a file of introductions. */
struct coming {
    enum came what;
    uint32_t version;
    uint8_t key;     /* plan: of the other one, 0: it does not name him */
    bool is_new_own; /* plan: it names the next key of this device */
    uint8_t secret;  /* file: for the pair, 0: it does not name him */
};

struct comings {
    const char *name, *note;
    struct coming steps[STEPS];
    size_t count;
};

#define PLAN(version, key)                                                                         \
    {                                                                                              \
        CAME_PLAN, (version), (key), false, 0                                                      \
    }
#define NEW_OWN(version, key)                                                                      \
    {                                                                                              \
        CAME_PLAN, (version), (key), true, 0                                                       \
    }
#define FILE_OF(version, secret)                                                                   \
    {                                                                                              \
        CAME_FILE, (version), 0, false, (secret)                                                   \
    }

static const struct comings comings[] = {
    {"the file first",
     "it waits for the plan of its version",
     {FILE_OF(2, 1), PLAN(1, 1), PLAN(2, 1)},
     3},
    {"the plan first",
     "then each file is used as it comes",
     {PLAN(2, 1), FILE_OF(2, 1), FILE_OF(2, 1)},
     3},
    {"one of each version",
     "nor one of a version before",
     {PLAN(3, 1), FILE_OF(2, 1), FILE_OF(2, 2), FILE_OF(1, 3), FILE_OF(3, 4)},
     5},
    {"the last one that came is kept",
     "though its version is lower",
     {PLAN(1, 1), FILE_OF(9, 1), FILE_OF(2, 2), PLAN(2, 1)},
     4},
    {"the same secret again",
     "changes but where the other one reads",
     {PLAN(1, 1), FILE_OF(1, 1), PLAN(2, 1), FILE_OF(2, 1), FILE_OF(3, 2), PLAN(3, 1)},
     6},
    {"under the key before",
     "it is taken as a new one when the plan names the next key",
     {PLAN(3, 1), FILE_OF(3, 1), NEW_OWN(5, 1), FILE_OF(5, 1), FILE_OF(6, 1), PLAN(6, 1)},
     6},
    {"another key of the other one",
     "he is begun anew, and waits for introductions",
     {PLAN(1, 1), FILE_OF(1, 1), PLAN(2, 2), FILE_OF(2, 2)},
     4},
    {"not of the plan",
     "who is not named by it is not met",
     {PLAN(1, 0), FILE_OF(1, 1), PLAN(2, 1), PLAN(3, 0), PLAN(4, 1), FILE_OF(4, 2)},
     6},
};

static const char *const came_words[] = {"plan", "introductions"};

static void in_plan(struct vec *v, struct circle *c, const struct coming *row)
{
    struct contact *e = council_engine(c, 1);
    uint8_t key = (uint8_t)lab_vec_u32(v, "key", row->key);
    bool is_new_own = lab_vec_bool(v, "next_own_key", row->is_new_own);

    e->plan.roster_count = key != 0 ? 2 : 1;
    if (is_new_own) {
        aw_co_peers_renew(e);
        aw_co_peers_tell_key(e, e->plan.roster[0].key);
    }
    memset(&e->plan.roster[1].key, key, AW_KEY_LEN);
    aw_co_peers_plan(e);
}

static void in_file(struct vec *v, struct circle *c, const struct coming *row, uint32_t version)
{
    static uint8_t space[AW_INTRODUCTIONS_LEN_MAX];
    struct aw_introductions all = {.version = version, .relays_count = 1, .peers_count = 1};
    struct aw_buf body = AW_BUF_OF(space);
    uint32_t secret = lab_vec_u32(v, "secret", row->secret);

    all.relays[0] = c->relays[0];
    all.peers[0] = (struct aw_introduction){.person = 2, .relays = 1};
    key_of_number(all.peers[0].psk, secret & 0xff);
    all.peers_count = secret != 0;
    T_EQ(aw_message_encode(&aw_introductions_map, &all, &body), AW_OK);
    vec_out_status(v, "status", aw_co_introductions(council_engine(c, 1), aw_buf_bytes(&body)));
}

static void one_coming(struct vec *v, struct circle *c, const struct coming *row)
{
    struct contact *e = council_engine(c, 1);
    struct aw_peer *peer = aw_peers_find(&e->peers, 2);
    unsigned what = lab_vec_word(v, "came", row->what, came_words, AW_COUNT(came_words));
    uint32_t version = lab_vec_u32(v, "version", row->version);

    if (peer != NULL)
        peer->had_witness = true; /* until he is begun anew */
    if (what == CAME_PLAN) {
        e->plan.version = version;
        in_plan(v, c, row);
    } else {
        in_file(v, c, row, version);
    }
    aw_co_peers_prepare(e);
    peer = aw_peers_find(&e->peers, 2);
    vec_out_uint(v, "peer", peer != NULL);
    vec_out_uint(v, "secret_in_use", peer != NULL ? peer->psk[0] : 0);
    vec_out_uint(v, "reads_as_of", peer != NULL ? peer->intro : 0);
    vec_out_uint(v, "begun", peer != NULL && peer->intro != 0 && !peer->had_witness);
    circle_pump(c);
}

static void one_comings(struct vec *v, const struct comings *row)
{
    struct aw_plan plan;
    struct contact *e;
    struct circle c;

    council_init(&c, 2, 37, &plan);
    for (size_t n = 0; n <= 2; n++)
        c.hosts[n].is_asleep = n != 1;
    e = council_engine(&c, 1);
    e->plan = plan;
    e->has_plan = true;
    e->plan.version = 0;
    memcpy(e->plan.roster[0].key, e->peers.book.key.pk, AW_KEY_LEN);
    vec_enter(v, row->name);
    vec_note(v, row->note);
    for (size_t i = 0; i < row->count; i++) {
        vec_enter(v, vec_nth(v, "step", i));
        one_coming(v, &c, &row->steps[i]);
        vec_leave(v);
    }
    vec_leave(v);
    circle_free(&c);
}

void lab_vectors_introductions(struct vec *v)
{
    vec_enter(v, "hers");
    vec_note(v,
             "tells_n: the key that the device of person n tells by then; key_n: what the roster "
             "names; pair_a_b: the number of the secret, in the order of the first time");
    for (size_t i = 0; i < AW_COUNT(settings); i++)
        one_settings(v, &settings[i]);
    vec_leave(v);
    vec_enter(v, "his");
    vec_note(v,
             "at person 1, of person 2; key: of 2 in the plan; next_own_key: the plan names a new "
             "key of this device; begun: by this step, with the secret in use");
    for (size_t i = 0; i < AW_COUNT(comings); i++)
        one_comings(v, &comings[i]);
    vec_leave(v);
}
