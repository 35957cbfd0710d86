/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/verify.h"
#include "wire/introductions.h"

/*
 * Introductions: who is who among her contacts stands in the plan; what a pair needs beside it is
 * kept here and handed to both (spec/06-subject.md §11, spec/16-peers.md §2).
 */

static const struct subject_pair *find_pair(const struct subject_pairs *pairs, uint8_t a, uint8_t b)
{
    uint8_t low = a < b ? a : b, high = a < b ? b : a;

    for (size_t i = 0; i < pairs->pairs_count; i++) {
        if (pairs->pairs[i].low == low && pairs->pairs[i].high == high)
            return &pairs->pairs[i];
    }
    return NULL;
}

/* ---- Keys of the roster ---- */

static bool is_taken(const struct aw_plan *plan, const uint8_t key[AW_KEY_LEN])
{
    for (size_t i = 0; i < plan->roster_count; i++) {
        if (memcmp(plan->roster[i].key, key, AW_KEY_LEN) == 0)
            return true;
    }
    return false;
}

static bool is_zero(const uint8_t key[AW_KEY_LEN])
{
    static const uint8_t zero[AW_KEY_LEN];

    return memcmp(key, zero, AW_KEY_LEN) == 0;
}

/* Whether the plan in force names this member with the key that he tells now. */
static bool is_known(const struct subject *s, const struct aw_member *m)
{
    const struct aw_member *old = s->has_plan ? aw_plan_member(&s->plan, m->person) : NULL;

    return old != NULL &&
           memcmp(old->key, s->people[m->person - 1].rec.heard.peer_key, AW_KEY_LEN) == 0;
}

static void fill_member(const struct subject *s, struct aw_plan *plan, struct aw_member *m)
{
    const struct subject_heard *h = &s->people[m->person - 1].rec.heard;

    if (is_zero(h->peer_key) || is_zero(h->receipt_key) || is_taken(plan, h->peer_key))
        return;
    memcpy(m->key, h->peer_key, AW_KEY_LEN);
    memcpy(m->sign_key, h->receipt_key, AW_KEY_LEN);
}

/* spec/06-subject.md §11: "A key that another member has MUST NOT be given to a second one": who
 * had it first keeps it. */
void aw_su_fill_keys(const struct subject *s, struct aw_plan *plan)
{
    for (size_t i = 0; i < plan->roster_count; i++) {
        memset(plan->roster[i].key, 0, AW_KEY_LEN);
        memset(plan->roster[i].sign_key, 0, AW_KEY_LEN);
    }
    for (size_t i = 0; i < plan->roster_count; i++) {
        if (is_known(s, &plan->roster[i]))
            fill_member(s, plan, &plan->roster[i]);
    }
    for (size_t i = 0; i < plan->roster_count; i++) {
        if (!is_known(s, &plan->roster[i]))
            fill_member(s, plan, &plan->roster[i]);
    }
}

bool aw_su_is_to_introduce(const struct subject *s, const struct person *p)
{
    const struct aw_member *m = aw_plan_member(&s->plan, aw_su_number(s, p));
    struct aw_plan next = s->plan;

    if (m == NULL)
        return false;
    aw_su_fill_keys(s, &next);
    return memcmp(m->key, aw_plan_member(&next, m->person)->key, AW_KEY_LEN) != 0;
}

/* ---- Pairs ---- */

static bool has_same_keys(const struct aw_member *a, const struct aw_member *b)
{
    return a != NULL && b != NULL && memcmp(a->key, b->key, AW_KEY_LEN) == 0 &&
           memcmp(a->sign_key, b->sign_key, AW_KEY_LEN) == 0;
}

/* Whether the two can meet, as far as it is this one's affair: who was removed goes by his own
 * plan, where the others still are, and by the key that they know of him. */
static bool can_meet(const struct subject *s, const struct aw_plan *plan, uint8_t person,
                     uint8_t other)
{
    const struct decoy *d = aw_su_decoy_const(s, &s->people[person - 1]);
    const struct aw_member *m = aw_plan_member(d != NULL ? &d->plan : plan, person);

    return m != NULL && !is_zero(m->key) && (d == NULL || aw_plan_member(&d->plan, other) != NULL);
}

/* spec/06-subject.md §11: "A pair MUST be given a new secret when the key of either changed, and
 * keep the old one otherwise." */
static bool is_kept(const struct subject *s, const struct aw_plan *plan, uint8_t person)
{
    const struct decoy *d = aw_su_decoy_const(s, &s->people[person - 1]);

    if (d != NULL)
        return !aw_su_decoy_is_to_introduce(s, d);
    return s->has_plan &&
           has_same_keys(aw_plan_member(&s->plan, person), aw_plan_member(plan, person));
}

static enum aw_status draw_pair(const struct subject *s, struct subject_pairs *next,
                                const struct aw_plan *plan, uint8_t low, uint8_t high)
{
    const struct subject_pair *old = find_pair(&s->pairs, low, high);
    struct subject_pair *pair = &next->pairs[next->pairs_count];
    enum aw_status st = AW_OK;

    *pair = (struct subject_pair){.low = low, .high = high};
    if (old != NULL && is_kept(s, plan, low) && is_kept(s, plan, high))
        *pair = *old;
    else if (can_meet(s, plan, low, high) && can_meet(s, plan, high, low))
        st = aw_random_fill(&s->random, pair->psk, AW_KEY_LEN);
    else
        return AW_OK;
    next->pairs_count++;
    return st;
}

/* The pairs of the next plan. Those of people who left are not in it. */
enum aw_status aw_su_draw_pairs(const struct subject *s, const struct aw_plan *plan,
                                struct subject_pairs *next)
{
    enum aw_status st = AW_OK;

    memset(next, 0, sizeof *next);
    next->version = SUBJECT_RECORD_VERSION;
    for (uint8_t low = 1; low < AW_PLAN_MEMBER_MAX; low++) {
        for (uint8_t high = (uint8_t)(low + 1); high <= AW_PLAN_MEMBER_MAX && st == AW_OK; high++)
            st = draw_pair(s, next, plan, low, high);
    }
    return st;
}

/* ---- The file ---- */

static bool is_peer(const struct subject *s, const struct person *reader, uint8_t person)
{
    const struct aw_plan *plan = aw_su_plan(s, reader);
    const struct person *p = &s->people[person - 1];

    return p != reader && p->rec.has_heard && person_is_paired(p) &&
           find_pair(&s->pairs, aw_su_number(s, reader), person) != NULL &&
           (aw_plan_member(plan, person) != NULL || (plan->decoys >> (person - 1) & 1) != 0);
}

bool aw_su_has_introductions(const struct subject *s, const struct person *p)
{
    for (uint8_t person = 1; person <= AW_PLAN_MEMBER_MAX; person++) {
        if (is_peer(s, p, person))
            return true;
    }
    return false;
}

/* Index in the list of relays, where it is added when it is new. */
static uint8_t relay_index(struct aw_introductions *m, const struct aw_endpoint *relay)
{
    uint8_t i = 0;

    while (i < m->relays_count && (memcmp(m->relays[i].relay_key, relay->relay_key, 32) != 0 ||
                                   strcmp(m->relays[i].address, relay->address) != 0))
        i++;
    if (i == m->relays_count)
        m->relays[m->relays_count++] = *relay;
    return i;
}

static void introduce(const struct subject *s, struct aw_introductions *m, uint8_t reader,
                      uint8_t person)
{
    const struct subject_person *rec = &s->people[person - 1].rec;
    const struct subject_pair *pair = find_pair(&s->pairs, reader, person);
    struct aw_introduction *peer = &m->peers[m->peers_count++];

    AW_ASSERT(pair != NULL); /* as is_peer() found */
    peer->person = person;
    for (size_t r = 0; r < rec->peer.relays_count; r++)
        peer->relays |= UINT64_C(1) << relay_index(m, &rec->peer.relays[r]);
    aw_kdf(peer->seed, AW_KEY_LEN, rec->heard.peer_seed, AW_LABEL_PEER_MAILBOX,
           (struct aw_bytes){&reader, 1});
    memcpy(peer->psk, pair->psk, AW_KEY_LEN);
}

enum aw_status aw_su_introduce(const struct subject *s, const struct person *p, struct aw_buf *body)
{
    struct aw_introductions m;
    enum aw_status st;

    memset(&m, 0, sizeof m);
    m.version = aw_su_plan(s, p)->version;
    for (uint8_t person = 1; person <= AW_PLAN_MEMBER_MAX; person++) {
        if (is_peer(s, p, person))
            introduce(s, &m, aw_su_number(s, p), person);
    }
    st = aw_message_encode(&aw_introductions_map, &m, body);
    aw_wipe(&m, sizeof m);
    return st;
}
