/* SPDX-License-Identifier: ISC */
#include "support/council.h"

#include "base/bytes.h"
#include "core/contact_impl.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "wire/card_file.h"

void council_init(struct circle *c, size_t contacts, uint64_t seed, struct aw_plan *plan)
{
    circle_init(c, contacts, seed);
    c->relay_count = 2;
    for (size_t n = 1; n <= contacts; n++)
        circle_pair(c, n);
    circle_plan(c, plan);
    plan->council.witness_s = COUNCIL_WITNESS_S;
    plan->operators_count = 2;
    plan->threshold = contacts > 1 ? 2 : 1;
    for (size_t i = 0; i < 2; i++) {
        memcpy(plan->operators[i].relay_key, c->relays[i].relay_key, AW_KEY_LEN);
        plan->operators[i].person = i == 0 ? 1 : 0;
    }
    for (size_t i = 0; i < plan->levels_count; i++)
        plan->levels[i].shares = true;
    for (size_t i = 0; i < contacts; i++)
        plan->roster[i].data = AW_DATA_EXACT;
}

/* The same for both: what her device would draw. */
static void secret_of_pair(uint8_t out[AW_KEY_LEN], size_t a, size_t b, uint32_t version)
{
    memset(out, 0, AW_KEY_LEN);
    out[0] = (uint8_t)(a < b ? a : b);
    out[1] = (uint8_t)(a < b ? b : a);
    out[2] = (uint8_t)version;
}

enum aw_status council_introduce(struct circle *c, size_t n, uint32_t version, uint16_t of)
{
    struct aw_introductions all = {.version = version, .relays_count = (uint8_t)c->relay_count};
    uint8_t space[AW_INTRODUCTIONS_LEN_MAX], me = (uint8_t)n;
    struct aw_buf body = AW_BUF_OF(space);

    for (size_t i = 0; i < c->relay_count; i++)
        all.relays[i] = c->relays[i];
    for (size_t m = 1; m <= c->contacts; m++) {
        struct aw_introduction *one = &all.peers[all.peers_count];
        const struct contact *e = contact_of(c->hosts[m].contact);

        if (m == n || (of >> (m - 1) & 1) == 0)
            continue;
        all.peers_count++;
        one->person = (uint8_t)m;
        one->relays = (UINT64_C(1) << c->relay_count) - 1;
        aw_kdf(one->seed, AW_KEY_LEN, e->peers.book.seed, AW_LABEL_PEER_MAILBOX,
               (struct aw_bytes){&me, 1});
        secret_of_pair(one->psk, m, n, version);
    }
    T_EQ(aw_message_encode(&aw_introductions_map, &all, &body), AW_OK);
    return aw_co_introductions(contact_of(c->hosts[n].contact), aw_buf_bytes(&body));
}

void council_plan(struct circle *c, struct aw_plan *plan, uint16_t inside)
{
    struct aw_secrets secrets = {.circle = inside};

    memcpy(secrets.safe_key, circle_safe, sizeof circle_safe);
    memcpy(secrets.duress_key, circle_duress, sizeof circle_duress);
    T_EQ(aw_subject_plan_set(c->hosts[0].subject, plan, &secrets, circle_safe, circle_now(c, 0)),
         AW_OK);
}

void council_begin(struct circle *c, struct aw_plan *plan, uint16_t inside)
{
    council_plan(c, plan, inside);
    circle_run(c, 120 + 6 * COUNCIL_WITNESS_S);
}

struct aw_contact_peer council_peer(const struct circle *c, size_t n, uint8_t m)
{
    struct aw_contact_peer peer;

    for (size_t i = 0; aw_contact_peer(c->hosts[n].contact, i, &peer) == AW_OK; i++) {
        if (peer.person == m)
            return peer;
    }
    memset(&peer, 0, sizeof peer);
    return peer;
}

struct aw_contact_council council_view(const struct circle *c, size_t n)
{
    struct aw_contact_council council;

    aw_contact_council(c->hosts[n].contact, &council);
    return council;
}

struct contact *council_engine(const struct circle *c, size_t n)
{
    return contact_of(c->hosts[n].contact);
}

struct aw_bytes council_card_junk(struct aw_buf *space, uint32_t version, uint8_t n)
{
    static uint8_t sealed[200];
    struct aw_card_file file = {
        .version = version, .share = {1, n}, .sealed = {sealed, sizeof sealed}};

    sealed[0] = n;
    space->len = 0;
    T_EQ(aw_message_encode(&aw_card_file_map, &file, space), AW_OK);
    return aw_buf_bytes(space);
}

enum aw_status council_remove_first(const struct circle *c)
{
    struct aw_secrets secrets = {.safe_key = {4}, .duress_key = {5}, .circle = 2};
    struct aw_plan plan;

    T_EQ(aw_subject_plan(c->hosts[0].subject, &plan), AW_OK);
    plan.roster_count = 1;
    plan.roster[0] = plan.roster[1];
    plan.roster[0].groups = 1;
    plan.threshold = 1;
    plan.council.quorum = 1;
    return aw_subject_remove(c->hosts[0].subject, 1, &plan, &secrets, circle_safe,
                             circle_now(c, 0));
}

void council_checkin(struct circle *c, const uint8_t key[AW_PRESENCE_KEY_LEN])
{
    struct aw_state state = {.at = (uint32_t)circle_now_s(c),
                             .has_lat_e7 = true,
                             .has_lon_e7 = true,
                             .has_accuracy_m = true,
                             .lat_e7 = 515074000,
                             .lon_e7 = -1278000,
                             .accuracy_m = 12};

    T_EQ(aw_subject_checkin(c->hosts[0].subject, key, &state, 0, NULL, circle_now(c, 0)), AW_OK);
    circle_pump(c);
}
