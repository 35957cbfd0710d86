/* SPDX-License-Identifier: ISC */
#include "support/pair.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "test.h"

struct aw_hello pair_hello(unsigned who)
{
    struct aw_hello hello = {.relays_count = 1};

    (void)snprintf(hello.name, sizeof hello.name, "Person %u", who);
    memset(hello.seed, (int)(who + 1), sizeof hello.seed);
    memset(hello.relays[0].relay_key, (int)(who + 65), sizeof hello.relays[0].relay_key);
    (void)snprintf(hello.relays[0].address, sizeof hello.relays[0].address, "relay%u.example:4820",
                   who);
    return hello;
}

struct aw_invite pair_draft(void)
{
    struct aw_hello hello = pair_hello(0);
    struct aw_invite invite = {.relays_count = 1,
                               .expires_at = (uint32_t)(PAIR_T0_MS / 1000 + 86400)};

    memcpy(invite.name, hello.name, sizeof invite.name);
    memcpy(invite.seed, hello.seed, sizeof invite.seed);
    invite.relays[0] = hello.relays[0];
    return invite;
}

bool pair_init(struct pair *p, const struct aw_random *random)
{
    const struct aw_invite draft = pair_draft();
    const struct aw_hello subject = pair_hello(0), contact = pair_hello(1);
    enum aw_inviting_answer answer = 0;
    uint8_t first[AW_CELL_LEN], second[AW_CELL_LEN];
    struct aw_buf out = AW_BUF_OF(second);
    struct aw_inviting inviting;
    struct aw_joining joining;
    struct aw_hello peer;
    bool ok;

    memset(p, 0, sizeof *p);
    p->random = *random;
    p->wall_ms = PAIR_T0_MS;
    ok = aw_inviting_init(&inviting, &draft, random) == AW_OK &&
         aw_joining_init(&joining, &inviting.invite, &contact, random) == AW_OK;
    if (!ok)
        return false;
    aw_joining_cell(&joining, first);
    return aw_inviting_open(&inviting, AW_BYTES_OF(first), &subject, p->wall_ms, &answer,
                            &p->subject, &peer, random) == AW_OK &&
           answer == AW_ANSWER_FIRST && aw_inviting_cell(&inviting, &out) == AW_OK &&
           aw_joining_finish(&joining, AW_BYTES_OF(second), p->wall_ms, &p->contact, &peer,
                             random) == AW_OK;
}

bool pair_start(struct pair *p, struct t_rng *rng, struct aw_random *random, uint64_t seed,
                unsigned trips)
{
    bool ok;

    *rng = t_rng(seed);
    *random = t_random(rng);
    ok = pair_init(p, random);
    for (unsigned i = 0; ok && i < trips; i++)
        ok = pair_round_trip(p);
    return ok;
}

#define CALL_LEN 48

static bool is_subject(const struct pair *p, const struct aw_channel *ch)
{
    return ch->role == AW_ROLE_SUBJECT && p != NULL;
}

enum aw_status pair_say(struct pair *p, struct aw_channel *from, enum aw_session session,
                        uint32_t id, uint8_t cell[AW_CELL_LEN], struct aw_sealed *at)
{
    struct aw_buf out = {cell, AW_CELL_LEN, 0};
    uint32_t epoch = 0, cell_epoch = 0, cell_index = 0;
    uint8_t bytes[CALL_LEN];

    aw_put_u32(bytes, id);
    if (is_subject(p, from)) {
        aw_channel_offer(from, session, bytes + 4);
    } else {
        aw_channel_accept(from, session, bytes + 4, &epoch);
        aw_channel_received(from, session, &cell_epoch, &cell_index);
    }
    aw_put_u32(bytes + 36, epoch);
    aw_put_u32(bytes + 40, cell_epoch);
    aw_put_u32(bytes + 44, cell_index);
    return aw_channel_seal(from, AW_LANE_CELL, session, AW_BYTES_OF(bytes), &out, at, &p->random);
}

static void read_call(struct pair_call *call, const uint8_t bytes[CALL_LEN])
{
    call->id = aw_get_u32(bytes);
    memcpy(call->key, bytes + 4, sizeof call->key);
    call->epoch = aw_get_u32(bytes + 36);
    call->cell_epoch = aw_get_u32(bytes + 40);
    call->cell_index = aw_get_u32(bytes + 44);
}

enum aw_status pair_hear(struct pair *p, struct aw_channel *to, const uint8_t cell[AW_CELL_LEN],
                         struct aw_opened *opened, struct pair_call *call, unsigned *events)
{
    const struct aw_resume own = {.seq = 7, .word = 3};
    uint8_t plain[AW_CELL_PLAIN_LEN];
    struct aw_buf buf = AW_BUF_OF(plain);
    unsigned more = 0;
    enum aw_status st;

    memset(opened, 0, sizeof *opened);
    memset(call, 0, sizeof *call);
    st = aw_channel_open(to, (struct aw_bytes){cell, AW_CELL_LEN}, &own, p->wall_ms, &buf, opened,
                         &p->random);
    if (st != AW_OK)
        return st;
    *events |= opened->events;
    if (opened->kind != AW_OPENED_MESSAGE)
        return AW_OK;
    read_call(call, plain);
    if (!is_subject(p, to)) {
        st = aw_channel_on_offer(to, opened, call->key, &more, &p->random);
    } else {
        st = aw_channel_on_received(to, opened, call->cell_epoch, call->cell_index);
        if (st == AW_OK)
            st = aw_channel_on_accept(to, opened, call->epoch, call->key, &more, &p->random);
    }
    *events |= more;
    return st == AW_E_REPLAY ? AW_OK : st; /* known already */
}

enum aw_status pair_take(struct pair *p, struct aw_channel *to, const uint8_t cell[AW_CELL_LEN])
{
    struct aw_opened opened;
    struct pair_call call;
    unsigned events = 0;

    return pair_hear(p, to, cell, &opened, &call, &events);
}

bool pair_round_trip(struct pair *p)
{
    uint8_t cell[AW_CELL_LEN];
    struct aw_opened opened;
    struct pair_call call;
    struct aw_sealed at;
    unsigned events = 0;

    return pair_say(p, &p->subject, AW_SESSION_MAIN, 1, cell, &at) == AW_OK &&
           pair_hear(p, &p->contact, cell, &opened, &call, &events) == AW_OK &&
           pair_say(p, &p->contact, AW_SESSION_MAIN, 2, cell, &at) == AW_OK &&
           pair_hear(p, &p->subject, cell, &opened, &call, &events) == AW_OK;
}

bool pair_restart(struct aw_channel *ch)
{
    uint8_t space[AW_CHANNEL_RECORD_MAX];
    struct aw_buf buf = AW_BUF_OF(space);

    if (aw_channel_encode(ch, &buf) != AW_OK)
        return false;
    aw_channel_wipe(ch);
    return aw_channel_decode(ch, aw_buf_bytes(&buf)) == AW_OK;
}

bool pair_same(const struct aw_channel *a, const struct aw_channel *b)
{
    uint8_t a_space[AW_CHANNEL_RECORD_MAX], b_space[AW_CHANNEL_RECORD_MAX];
    struct aw_buf a_buf = AW_BUF_OF(a_space), b_buf = AW_BUF_OF(b_space);

    return aw_channel_encode(a, &a_buf) == AW_OK && aw_channel_encode(b, &b_buf) == AW_OK &&
           aw_bytes_equal(aw_buf_bytes(&a_buf), aw_buf_bytes(&b_buf));
}
