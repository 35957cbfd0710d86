/* SPDX-License-Identifier: ISC */
#include "support/relay_bed.h"

#include <allswell/client.h>

#include "base/bytes.h"

#define LINK 0

static const struct aw_relay_config small = {
    .link_count = 3, .mailbox_count = 8, .cell_count = 512, .token_count = 4, .rate_burst = 100000};

/* One client over one link of a relay in memory. */
struct pair {
    struct relay_bed bed;
    struct aw_client client;
    struct aw_client_mailbox mailboxes[4];
    struct aw_client_deposit deposits[300];
    uint8_t token[32];
    struct aw_client_event events[4096];
    uint8_t cells[4096][8]; /* first bytes of what was delivered */
    size_t event_count;
};

static struct pair *pair_open(void)
{
    static struct pair pair;
    const struct aw_client_config config = {.mailboxes = pair.mailboxes,
                                            .deposits = pair.deposits,
                                            .mailbox_cap = 4,
                                            .deposit_cap = 300};
    struct pair *p = &pair;

    bed_open(&p->bed, &small);
    bed_token(&p->bed, 3, NULL, p->token);
    aw_client_init(&p->client, &config, p->bed.now);
    p->event_count = 0;
    return p;
}

static void pair_close(struct pair *p)
{
    aw_client_wipe(&p->client);
    bed_close(&p->bed);
}

static void pair_connect(struct pair *p)
{
    aw_client_connecting(&p->client, p->bed.now);
}

/* The link breaks; the relay is told, or has crashed as well. */
static void pair_cut(struct pair *p, bool is_crash)
{
    aw_client_disconnected(&p->client, 0, p->bed.now);
    if (is_crash) {
        bed_crash(&p->bed);
    } else {
        aw_relay_link_closed(p->bed.relay, LINK);
        aw_relay_link_open(p->bed.relay, LINK);
    }
}

/* Client to relay, in frames of `frame_len`. What the relay cannot take yet, it takes later. */
static void pair_up(struct pair *p, size_t frame_len)
{
    static uint8_t bytes[65536];

    for (;;) {
        struct aw_buf frame = {bytes, frame_len, 0};
        struct aw_bytes rest;

        aw_client_output(&p->client, &frame, p->bed.now);
        if (frame.len == 0)
            return;
        rest = aw_buf_bytes(&frame);
        while (rest.len > 0) {
            size_t used;
            enum aw_status status = aw_relay_feed(p->bed.relay, LINK, rest, &used, p->bed.now);

            T_REQUIRE(status == AW_OK || status == AW_E_BUSY);
            if (status == AW_E_BUSY)
                bed_settle(&p->bed);
            rest.ptr += used;
            rest.len -= used;
        }
    }
}

/* Relay to client. Returns the status of the client. */
static enum aw_status pair_down(struct pair *p)
{
    static uint8_t bytes[65536];

    for (;;) {
        struct aw_buf frame = {bytes, sizeof bytes, 0};
        struct aw_relay_fetch fetch[128];
        size_t count = aw_relay_output(p->bed.relay, LINK, &frame, fetch, 128);
        struct aw_bytes plain = aw_buf_bytes(&frame);

        if (frame.len == 0)
            return AW_OK;
        for (size_t i = 0; i < count; i++) {
            struct aw_buf dst = {fetch[i].dst, fetch[i].len, 0};

            T_REQUIRE(p->bed.store.vtable->read(p->bed.store.self, AW_RELAY_SPACE_BLOCK,
                                                fetch[i].key, fetch[i].offset, &dst) == AW_OK);
        }
        for (;;) {
            struct aw_client_event *e = &p->events[p->event_count];
            enum aw_status status = aw_client_next_event(&p->client, &plain, e, p->bed.now);

            if (status != AW_OK)
                return status;
            if (e->kind == AW_CLIENT_EV_NONE)
                break;
            if (e->kind == AW_CLIENT_EV_DELIVERED)
                memcpy(p->cells[p->event_count], e->cell.ptr, 8);
            T_REQUIRE(++p->event_count < 4096);
        }
    }
}

static void pair_run(struct pair *p)
{
    for (int i = 0; i < 4; i++) {
        pair_up(p, 65000);
        bed_settle(&p->bed);
        T_REQUIRE(pair_down(p) == AW_OK);
    }
}

static size_t count_of(const struct pair *p, enum aw_client_event_kind kind,
                       enum aw_relay_answer status)
{
    size_t count = 0;

    for (size_t i = 0; i < p->event_count; i++)
        count += p->events[i].kind == kind && p->events[i].status == status ? 1 : 0;
    return count;
}

static uint32_t add(struct pair *p, uint32_t box, bool with_token)
{
    uint8_t read[32], deposit[32];
    uint32_t mailbox = AW_CLIENT_NONE;

    bed_capability(2 * box, read);
    bed_capability(2 * box + 1, deposit);
    T_EQ(aw_client_mailbox_add(&p->client, read, deposit, with_token ? p->token : NULL, &mailbox),
         AW_OK);
    return mailbox;
}

static enum aw_status put(struct pair *p, uint64_t id, uint32_t box, uint32_t content, size_t len)
{
    static uint8_t cell[AW_RELAY_BULK_LEN];
    uint8_t capability[32];

    bed_capability(2 * box + 1, capability);
    bed_cell(content, cell, len);
    return aw_client_deposit(&p->client, id, capability, (struct aw_bytes){cell, len});
}

/* Goal: from nothing to a cell delivered and taken, all in the first frame and after.
 * Method: one client that writes to itself. */
static void test_whole_way(void)
{
    struct pair *p = pair_open();
    struct aw_relay_counters counters;
    struct aw_client_health health;
    struct aw_now asked;
    uint32_t as_of;

    T_EQ(aw_client_connect_ms(&p->client), p->bed.now.mono_ms);
    T_EQ(add(p, 0, true), 0);
    T_EQ(put(p, 42, 0, 7, 512), AW_OK);
    pair_connect(p);
    T_EQ(aw_client_connect_ms(&p->client), AW_TIME_NEVER);
    T_TRUE(!aw_client_is_clear(&p->client, 0, &asked, &as_of));
    T_EQ(asked.mono_ms, 0);
    pair_run(p);
    T_EQ(count_of(p, AW_CLIENT_EV_CREATED, AW_RELAY_OK), 1);
    T_EQ(count_of(p, AW_CLIENT_EV_SUBSCRIBED, AW_RELAY_OK), 1);
    T_EQ(count_of(p, AW_CLIENT_EV_DEPOSITED, AW_RELAY_OK), 1);
    T_EQ(count_of(p, AW_CLIENT_EV_DELIVERED, AW_RELAY_OK), 1);
    T_EQ(p->event_count, 4);
    aw_client_health(&p->client, &health);
    T_TRUE(health.is_connected);
    T_EQ(health.outstanding, 0);
    aw_relay_counters(p->bed.relay, &counters);
    T_EQ(counters.cells, 1);
    aw_client_take(&p->client, 0, 2); /* never delivered */
    pair_run(p);
    aw_relay_counters(p->bed.relay, &counters);
    T_EQ(counters.cells, 1);
    aw_client_take(&p->client, 0, 1);
    pair_run(p);
    aw_relay_counters(p->bed.relay, &counters);
    T_EQ(counters.cells, 0);
    pair_close(p);
}

/* Goal: whatever was not answered before a cut is asked again after it, and nothing is kept twice.
 * Method: cut with and without a crash of the relay, after the relay has read, or before. */
static void test_reconnect(void)
{
    for (int variant = 0; variant < 4; variant++) {
        struct pair *p = pair_open();
        bool is_crash = (variant & 1) != 0;

        (void)add(p, 0, true);
        pair_connect(p);
        pair_run(p);
        for (uint32_t i = 0; i < 20; i++)
            T_EQ(put(p, 100 + i, 0, i, 512), AW_OK);
        pair_up(p, 3000);
        if ((variant & 2) != 0)
            bed_settle(&p->bed); /* durable, the answers are lost */
        pair_cut(p, is_crash);
        T_TRUE(aw_client_connect_ms(&p->client) > p->bed.now.mono_ms);
        T_TRUE(!aw_client_has_output(&p->client));
        pair_connect(p);
        pair_run(p);
        T_EQ(count_of(p, AW_CLIENT_EV_DEPOSITED, AW_RELAY_OK), 20);
        T_EQ(count_of(p, AW_CLIENT_EV_DELIVERED, AW_RELAY_OK), 20);
        T_EQ(count_of(p, AW_CLIENT_EV_CREATED, AW_RELAY_OK), 1);
        T_EQ(count_of(p, AW_CLIENT_EV_SUBSCRIBED, AW_RELAY_OK), 2);
        pair_close(p);
    }
}

/* Goal: a relay that has lost everything gets the mailbox again, and no old take touches new cells.
 * Method: take cell 1 to 3, replace the store by an empty one with the same token's owner. */
static void test_relay_lost_all(void)
{
    struct pair *p = pair_open();
    struct aw_relay_counters counters;

    (void)add(p, 0, true);
    pair_connect(p);
    for (uint32_t i = 0; i < 3; i++)
        T_EQ(put(p, i, 0, i, 512), AW_OK);
    pair_run(p);
    aw_client_take(&p->client, 0, 3);
    pair_run(p);
    pair_cut(p, false);
    bed_close(&p->bed);
    bed_open(&p->bed, &small);
    bed_token(&p->bed, 3, NULL, p->token);
    memcpy(p->mailboxes[0].token, p->token, 32); /* as if the operator had kept it */
    T_EQ(put(p, 10, 0, 10, 512), AW_OK);
    pair_connect(p);
    pair_run(p);
    T_EQ(count_of(p, AW_CLIENT_EV_CREATED, AW_RELAY_OK), 2);
    T_EQ(put(p, 11, 0, 11, 512), AW_OK); /* the first came before its mailbox */
    aw_client_take(&p->client, 0, 3);
    pair_run(p);
    T_EQ(count_of(p, AW_CLIENT_EV_DELIVERED, AW_RELAY_OK), 4);
    aw_relay_counters(p->bed.relay, &counters);
    T_EQ(counters.cells, 1);
    pair_close(p);
}

/* Goal: more deposits than the window, both kinds of cell, cancelling, a full queue.
 * Method: 300 slots, of which five are bulk and three are cancelled. */
static void test_deposits(void)
{
    struct pair *p = pair_open();

    (void)add(p, 0, true);
    for (uint32_t i = 0; i < 300; i++)
        T_EQ(put(p, i, 0, i, i % 60 == 59 ? AW_RELAY_BULK_LEN : 512), AW_OK);
    T_EQ(put(p, 300, 0, 300, 512), AW_E_BUSY);
    T_EQ(put(p, 300, 0, 300, 513), AW_E_RANGE);
    aw_client_cancel(&p->client, 5);
    aw_client_cancel(&p->client, 6);
    pair_connect(p);
    pair_up(p, 4096);
    aw_client_cancel(&p->client, 7); /* on its way already */
    pair_run(p);
    pair_run(p);
    T_EQ(count_of(p, AW_CLIENT_EV_DEPOSITED, AW_RELAY_OK), 297);
    for (uint32_t i = 0; i < 300; i++)
        T_EQ(put(p, i, 0, i, 512), AW_OK); /* all slots are free again */
    pair_close(p);
}

/* Goal: waits grow from half to one second up to a minute, never beyond, and are pure.
 * Method: all attempts, extreme and middle jitter. */
static void test_backoff(void)
{
    for (uint32_t attempt = 0; attempt < 100; attempt++) {
        uint64_t low = aw_client_backoff_ms(attempt, 0);
        uint64_t high = aw_client_backoff_ms(attempt, UINT32_MAX);
        uint64_t span = attempt > 5 ? 60000 : UINT64_C(1000) << attempt;

        T_EQ(low, span / 2);
        T_EQ(high, span);
        T_TRUE(aw_client_backoff_ms(attempt, UINT32_MAX / 2) <= span);
    }
    T_EQ(aw_client_backoff_ms(UINT32_MAX, 0), 30000);
}

/* Goal: the relay is asked for proofs at the same times whatever else passes over the link
 * (CO-62). Method: ten minutes of a link with nothing on it, and of one over which cells come and
 * go every second; the times of the probes' answers. */
static void test_probes_tell_nothing(void)
{
    uint64_t times_ms[2][32];
    size_t counts[2] = {0, 0};

    for (size_t is_busy = 0; is_busy < 2; is_busy++) {
        struct pair *p = pair_open();
        uint64_t begin_ms;

        (void)add(p, 0, true);
        pair_connect(p);
        begin_ms = p->bed.now.mono_ms;
        for (unsigned s = 0; p->bed.now.mono_ms < begin_ms + 600000; s++) {
            p->bed.now.mono_ms += 1000;
            p->bed.now.wall_ms += 1000;
            p->event_count = 0;
            if (is_busy == 1)
                T_EQ(put(p, 1000 + s, 0, s, 512), AW_OK);
            T_EQ(aw_client_tick(&p->client, p->bed.now), AW_OK);
            aw_relay_tick(p->bed.relay, p->bed.now);
            pair_run(p);
            for (size_t i = 0; is_busy == 1 && i < p->event_count; i++) {
                if (p->events[i].kind == AW_CLIENT_EV_DELIVERED)
                    aw_client_take(&p->client, 0, p->events[i].cell_no);
            }
            if (count_of(p, AW_CLIENT_EV_PROBED, AW_RELAY_OK) == 1 && counts[is_busy] < 32)
                times_ms[is_busy][counts[is_busy]++] = p->bed.now.mono_ms - begin_ms;
        }
        pair_close(p);
    }
    T_TRUE(counts[0] > 10);
    T_EQ(counts[1], counts[0]);
    T_MEM_EQ(times_ms[0], times_ms[1], counts[0] * sizeof times_ms[0][0]);
}

/* Goal: an answer that does not come is noticed; a quiet link is probed; the time up to which
 * nothing was waiting is that of the question, never later.
 * Method: virtual time. */
static void test_health(void)
{
    struct pair *p = pair_open();
    struct aw_now asked;
    uint64_t question_ms, wait_ms;
    uint32_t as_of;

    (void)add(p, 0, true);
    pair_connect(p);
    question_ms = p->bed.now.mono_ms;
    pair_up(p, 65000);
    p->bed.now.mono_ms += AW_CLIENT_ANSWER_MS - 1;
    T_EQ(aw_client_deadline_ms(&p->client), p->bed.now.mono_ms + 1);
    T_EQ(aw_client_tick(&p->client, p->bed.now), AW_OK);
    bed_settle(&p->bed);
    p->bed.now.wall_ms += 5000;
    aw_relay_tick(p->bed.relay, p->bed.now);
    T_REQUIRE(pair_down(p) == AW_OK);
    T_TRUE(aw_client_is_clear(&p->client, 0, &asked, &as_of));
    T_EQ(asked.mono_ms, question_ms);
    T_EQ(as_of, p->bed.now.wall_ms / 1000);
    p->bed.now.mono_ms = aw_client_deadline_ms(&p->client);
    question_ms = p->bed.now.mono_ms;
    T_EQ(aw_client_tick(&p->client, p->bed.now), AW_OK);
    T_TRUE(aw_client_has_output(&p->client));
    pair_run(p);
    T_EQ(count_of(p, AW_CLIENT_EV_PROBED, AW_RELAY_OK), 1);
    T_TRUE(aw_client_is_clear(&p->client, 0, &asked, &as_of));
    T_EQ(asked.mono_ms, question_ms);
    p->bed.now.mono_ms = aw_client_deadline_ms(&p->client);
    T_EQ(aw_client_tick(&p->client, p->bed.now), AW_OK);
    pair_up(p, 65000);
    p->bed.now.mono_ms = aw_client_deadline_ms(&p->client);
    T_EQ(aw_client_tick(&p->client, p->bed.now), AW_E_NETWORK);
    aw_client_disconnected(&p->client, UINT32_MAX, p->bed.now);
    wait_ms = aw_client_connect_ms(&p->client) - p->bed.now.mono_ms;
    T_EQ(wait_ms, 1000); /* it had been healthy: the waits begin small */
    T_TRUE(!aw_client_is_clear(&p->client, 0, &asked, &as_of));
    T_EQ(asked.mono_ms, question_ms); /* what was known stays known */
    aw_client_connecting(&p->client, p->bed.now);
    aw_client_disconnected(&p->client, UINT32_MAX, p->bed.now);
    T_EQ(aw_client_connect_ms(&p->client) - p->bed.now.mono_ms, 2000);
    aw_client_connect_now(&p->client, p->bed.now);
    T_EQ(aw_client_connect_ms(&p->client), p->bed.now.mono_ms);
    pair_close(p);
}

/* Goal: failed commits, removal, a subscription taken over, a wrong token.
 * Method: as said; the relay's disk fails once. */
static void test_refusals(void)
{
    struct pair *p = pair_open();

    (void)add(p, 0, true);
    pair_connect(p);
    pair_up(p, 65000);
    T_REQUIRE(bed_begin(&p->bed));
    bed_end(&p->bed, AW_E_STORE);
    T_REQUIRE(pair_down(p) == AW_OK);
    T_EQ(count_of(p, AW_CLIENT_EV_CREATED, AW_RELAY_STORE), 1);
    p->bed.now.mono_ms = aw_client_deadline_ms(&p->client);
    T_EQ(aw_client_tick(&p->client, p->bed.now), AW_OK);
    pair_run(p);
    T_EQ(count_of(p, AW_CLIENT_EV_CREATED, AW_RELAY_OK), 1);
    T_EQ(count_of(p, AW_CLIENT_EV_SUBSCRIBED, AW_RELAY_OK), 1);
    T_EQ(bed_op(&p->bed, 1, 0, AW_REQUEST_SUBSCRIBE, 0, 0), AW_OK);
    pair_run(p);
    T_EQ(count_of(p, AW_CLIENT_EV_MOVED, AW_RELAY_MOVED), 1);
    aw_client_mailbox_remove(&p->client, 0);
    pair_run(p);
    T_EQ(count_of(p, AW_CLIENT_EV_REMOVED, AW_RELAY_OK), 1);
    p->token[0] ^= 1;
    T_EQ(add(p, 1, true), 1);
    pair_run(p);
    T_EQ(count_of(p, AW_CLIENT_EV_CREATED, AW_RELAY_TOKEN), 1);
    T_EQ(count_of(p, AW_CLIENT_EV_SUBSCRIBED, AW_RELAY_UNKNOWN), 1);
    pair_cut(p, false);
    T_EQ(add(p, 2, true), 0); /* free since the link ended */
    pair_close(p);
}

/* Goal: who replays the recorded first frame of a link takes its subscription over for seconds
 * only, and no cell is lost by that (CR-26, RE-25).
 * Method: another link subscribes, as such a frame would, before and between two cells. */
static void test_replayed_first_frame(void)
{
    struct pair *p = pair_open();

    (void)add(p, 0, true);
    pair_connect(p);
    pair_run(p);
    T_EQ(put(p, 1, 0, 1, 512), AW_OK);
    pair_run(p);
    T_EQ(count_of(p, AW_CLIENT_EV_DELIVERED, AW_RELAY_OK), 1);
    for (uint32_t round = 1; round <= 2; round++) {
        T_EQ(bed_op(&p->bed, 1, round, AW_REQUEST_SUBSCRIBE, 0, 0), AW_OK);
        T_EQ(put(p, 1 + round, 0, 1 + round, 512), AW_OK);
        p->event_count = 0;
        pair_run(p);
        T_EQ(count_of(p, AW_CLIENT_EV_MOVED, AW_RELAY_MOVED), 1);
        T_EQ(count_of(p, AW_CLIENT_EV_DELIVERED, AW_RELAY_OK), 0);
        p->bed.now.mono_ms += 5000;
        T_TRUE(aw_client_deadline_ms(&p->client) <= p->bed.now.mono_ms);
        T_EQ(aw_client_tick(&p->client, p->bed.now), AW_OK);
        pair_run(p);
        T_EQ(count_of(p, AW_CLIENT_EV_SUBSCRIBED, AW_RELAY_OK), 1);
        T_EQ(count_of(p, AW_CLIENT_EV_DELIVERED, AW_RELAY_OK), 1 + round);
    }
    pair_close(p);
}

/* Goal: cells for a switch go the way of deposits, over a lost link too, one for each mailbox at a
 * time, so that an older one never replaces a newer.
 * Method: arm before there is a link, cut it before the answer; let the time run out. */
static void test_arms(void)
{
    struct pair *p = pair_open();
    uint8_t capability[2][32], cell[AW_RELAY_CELL_LEN];

    for (uint32_t i = 0; i < 2; i++)
        bed_capability(2 * i + 1, capability[i]);
    bed_cell(70, cell, sizeof cell);
    (void)add(p, 0, true);
    pair_connect(p);
    pair_run(p);
    T_EQ(aw_client_arm(&p->client, 1, capability[0], cell, 0), AW_E_RANGE);
    T_EQ(aw_client_arm(&p->client, 1, capability[0], cell, AW_RELAY_ARM_MAX_S + 1), AW_E_RANGE);
    T_EQ(aw_client_arm(&p->client, 1, capability[0], cell, 60), AW_OK);
    T_EQ(aw_client_arm(&p->client, 2, capability[0], cell, 60), AW_E_BUSY);
    T_EQ(aw_client_arm(&p->client, 3, capability[1], cell, 60), AW_OK); /* no such mailbox */
    T_EQ(put(p, 4, 0, 71, 512), AW_OK);
    pair_up(p, 65000);
    T_EQ(aw_client_arm(&p->client, 2, capability[0], cell, 60), AW_E_BUSY);
    pair_cut(p, false);
    pair_connect(p);
    pair_run(p);
    T_EQ(count_of(p, AW_CLIENT_EV_DEPOSITED, AW_RELAY_OK), 2);
    T_EQ(count_of(p, AW_CLIENT_EV_DEPOSITED, AW_RELAY_UNKNOWN), 1);
    T_EQ(aw_client_arm(&p->client, 5, capability[0], cell, 60), AW_OK);
    aw_client_cancel(&p->client, 5);
    T_EQ(aw_client_arm(&p->client, 6, capability[0], cell, 60), AW_OK);
    aw_client_cancel(&p->client, 6);
    T_TRUE(!aw_client_has_output(&p->client));
    p->event_count = 0;
    p->bed.now.mono_ms += 61000;
    pair_run(p);
    T_EQ(count_of(p, AW_CLIENT_EV_DELIVERED, AW_RELAY_OK), 1);
    T_EQ(aw_get_u32(p->cells[0]), 70);
    pair_close(p);
}

/* Goal: a relay that answers what was not asked, or twice, is not believed.
 * Method: hand-made messages to a client that has asked one thing. */
static void test_lies(void)
{
    static const struct aw_answer lies[] = {
        {.number = 0, .kind = AW_ANSWER_PLAIN},
        {.number = 3u << 28 | 0, .kind = AW_ANSWER_PLAIN, .status = 0},  /* ok without a count */
        {.number = 3u << 28 | 1, .kind = AW_ANSWER_PLAIN, .status = 1},  /* never asked */
        {.number = 3u << 28 | 99, .kind = AW_ANSWER_PLAIN, .status = 1}, /* no such mailbox */
        {.number = 4u << 28 | 0, .kind = AW_ANSWER_PLAIN},
        {.number = 2u << 28 | 0, .kind = AW_ANSWER_PLAIN},
        {.number = 2u << 28 | 999, .kind = AW_ANSWER_PLAIN},
        {.number = 3u << 28 | 0, .kind = AW_ANSWER_RETRY, .status = 3, .retry_after = 1},
        {.number = 7u << 28 | 0, .kind = AW_ANSWER_PLAIN, .status = 1},
        {.number = 3u << 28 | 0, .kind = AW_ANSWER_PLAIN, .status = AW_RELAY_BAD},
        {.number = 3u << 28 | 0, .kind = AW_ANSWER_PLAIN, .status = AW_RELAY_MOVED},
    };

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct pair *p = pair_open();
        uint8_t bytes[64];
        struct aw_buf frame = {bytes, sizeof bytes, 0};
        struct aw_client_event event;
        struct aw_bytes plain;

        (void)add(p, 0, false);
        pair_connect(p);
        pair_up(p, 65000);
        T_REQUIRE(aw_answer_encode(&lies[i], &frame) == AW_OK);
        plain = aw_buf_bytes(&frame);
        if (lies[i].status == AW_RELAY_MOVED) /* an answer to the question, but no event */
            T_EQ(aw_client_next_event(&p->client, &plain, &event, p->bed.now), AW_OK);
        else
            T_EQ(aw_client_next_event(&p->client, &plain, &event, p->bed.now), AW_E_FORMAT);
        pair_close(p);
    }
    printf("    sizes: client %zu, mailbox %zu, deposit %zu\n", sizeof(struct aw_client),
           sizeof(struct aw_client_mailbox), sizeof(struct aw_client_deposit));
}

int main(void)
{
    T_RUN(test_whole_way);
    T_RUN(test_reconnect);
    T_RUN(test_relay_lost_all);
    T_RUN(test_deposits);
    T_RUN(test_backoff);
    T_RUN(test_probes_tell_nothing);
    T_RUN(test_health);
    T_RUN(test_refusals);
    T_RUN(test_replayed_first_frame);
    T_RUN(test_arms);
    T_RUN(test_lies);
    return t_end();
}
