/* SPDX-License-Identifier: ISC */
#include "support/circle.h"

#include <allswell/client.h>

#include "base/time.h"
#include "crypto/verify.h"
#include "support/proofs.h"

const uint8_t circle_safe[AW_PRESENCE_KEY_LEN] = {1};
const uint8_t circle_duress[AW_PRESENCE_KEY_LEN] = {2};
const uint8_t circle_wrong[AW_PRESENCE_KEY_LEN] = {3};

struct aw_now circle_now(const struct circle *c, size_t host)
{
    int64_t wall_ms = (int64_t)(CIRCLE_T0_S * 1000 + c->mono_ms) + c->hosts[host].skew_s * 1000;

    return (struct aw_now){.mono_ms = c->mono_ms, .wall_ms = (uint64_t)wall_ms};
}

uint64_t circle_now_s(const struct circle *c)
{
    return CIRCLE_T0_S + c->mono_ms / 1000;
}

/* ---- Store ---- */

static int compare_records(const void *a, const void *b)
{
    const struct circle_record *x = a, *y = b;

    if (x->space != y->space)
        return x->space < y->space ? -1 : 1;
    return x->key < y->key ? -1 : x->key > y->key;
}

static void commit_one(struct circle_host *h, const struct aw_store_op *op)
{
    struct circle_record *r = NULL;

    for (size_t i = 0; i < h->record_count && r == NULL; i++) {
        if (h->records[i].space == op->space && h->records[i].key == op->key)
            r = &h->records[i];
    }
    if (op->value.ptr == NULL) {
        if (r != NULL) {
            free(r->value);
            *r = h->records[--h->record_count];
        }
        return;
    }
    if (r == NULL) {
        h->records = realloc(h->records, (h->record_count + 1) * sizeof *h->records);
        T_REQUIRE(h->records != NULL);
        r = &h->records[h->record_count++];
        *r = (struct circle_record){.space = op->space, .key = op->key};
    }
    free(r->value);
    r->value = malloc(op->value.len + 1);
    T_REQUIRE(r->value != NULL);
    memcpy(r->value, op->value.ptr, op->value.len);
    r->len = op->value.len;
}

static void load(struct circle *c, size_t host)
{
    struct circle_host *h = &c->hosts[host];
    struct aw_now now = circle_now(c, host);
    struct aw_random random = t_random(&c->rng);

    c->has_readers = false;
    if (h->record_count > 0)
        qsort(h->records, h->record_count, sizeof *h->records, compare_records);
    if (host == 0)
        T_REQUIRE(aw_subject_init(h->subject, &random, now) == AW_OK);
    else
        T_REQUIRE(aw_contact_init(h->contact, &random, (uint32_t)host, now) == AW_OK);
    for (size_t i = 0; i < h->record_count; i++) {
        const struct circle_record *r = &h->records[i];
        struct aw_bytes value = {r->value, r->len};

        if (host == 0)
            T_EQ(aw_subject_load(h->subject, r->space, r->key, value), AW_OK);
        else
            T_EQ(aw_contact_load(h->contact, r->space, r->key, value), AW_OK);
    }
    if (host == 0)
        T_EQ(aw_subject_start(h->subject, now), AW_OK);
    else
        T_EQ(aw_contact_start(h->contact, now), AW_OK);
}

void circle_restart(struct circle *c, size_t host)
{
    c->hosts[host].restarts++;
    load(c, host);
}

/* ---- Life and death ---- */

void circle_init(struct circle *c, size_t contacts, uint64_t seed)
{
    memset(c, 0, sizeof *c);
    c->rng = t_rng(seed);
    c->contacts = contacts;
    c->mono_ms = 1000;
    c->relay_count = 1;
    for (size_t i = 0; i < AW_ENDPOINT_COUNT_MAX; i++) {
        c->relays[i] = (struct aw_endpoint){.relay_key = {(uint8_t)(9 + i)}};
        (void)snprintf(c->relays[i].address, sizeof c->relays[i].address, "relay%zu.example:7447",
                       i);
    }
    for (size_t i = 0; i <= contacts; i++) {
        if (i == 0)
            c->hosts[i].subject = aligned_alloc(64, sizeof(struct aw_subject));
        else
            c->hosts[i].contact = aligned_alloc(64, sizeof(struct aw_contact));
        load(c, i);
    }
}

void circle_free(struct circle *c)
{
    for (size_t i = 0; i <= c->contacts; i++) {
        struct circle_host *h = &c->hosts[i];

        for (size_t r = 0; r < h->record_count; r++)
            free(h->records[r].value);
        free(h->records);
        free(h->events);
        free(h->subject);
        free(h->contact);
    }
    for (size_t i = 0; i < c->cell_count; i++)
        free(c->cells[i].bytes);
    free(c->cells);
    free(c->readers);
    for (size_t i = 0; i < c->switch_count; i++)
        free(c->switches[i].cell.bytes);
    free(c->switches);
}

/* ---- Actions ---- */

static void deposit(struct circle *c, size_t host, const struct aw_action *a)
{
    uint8_t bytes[AW_RELAY_BULK_LEN]; /* for `fate` to look at */
    struct circle_cell cell = {.bytes = bytes, .len = a->send.cell.len, .from = (int)host};
    unsigned copies;

    T_REQUIRE(cell.len <= sizeof bytes);
    memcpy(bytes, a->send.cell.ptr, cell.len);
    cell.deposited_at_s = (uint32_t)((int64_t)circle_now_s(c) + c->relay_skew_s);
    memcpy(cell.capability, a->send.capability, sizeof cell.capability);
    c->sent_count[host]++;
    copies = c->fate == NULL ? 1 : c->fate(c, &cell);
    for (unsigned i = 0; i < copies; i++) {
        c->cells = realloc(c->cells, (c->cell_count + 1) * sizeof *c->cells);
        T_REQUIRE(c->cells != NULL);
        cell.bytes = malloc(cell.len);
        T_REQUIRE(cell.bytes != NULL);
        memcpy(cell.bytes, a->send.cell.ptr, cell.len);
        c->cells[c->cell_count++] = cell;
    }
}

/* A switch holds one cell; what it holds is delivered once. */
static void arm(struct circle *c, size_t host, const struct aw_action *a)
{
    struct circle_switch *sw = NULL;

    for (size_t i = 0; i < c->switch_count && sw == NULL; i++) {
        if (memcmp(c->switches[i].cell.capability, a->send.capability, 32) == 0)
            sw = &c->switches[i];
    }
    if (sw == NULL) {
        c->switches = realloc(c->switches, (c->switch_count + 1) * sizeof *c->switches);
        T_REQUIRE(c->switches != NULL);
        sw = &c->switches[c->switch_count++];
        sw->cell = (struct circle_cell){.bytes = malloc(a->send.cell.len)};
        T_REQUIRE(sw->cell.bytes != NULL);
        memcpy(sw->cell.capability, a->send.capability, sizeof sw->cell.capability);
    }
    T_EQ(a->send.cell.len, 512);
    sw->cell.len = a->send.cell.len;
    sw->cell.from = (int)host;
    memcpy(sw->cell.bytes, a->send.cell.ptr, a->send.cell.len);
    sw->fires_ms = c->mono_ms + (uint64_t)a->send.arm_after_s * 1000;
}

static void fire(struct circle *c)
{
    for (size_t i = 0; i < c->switch_count; i++) {
        struct circle_cell cell = c->switches[i].cell;

        if (!c->has_switches || c->switches[i].fires_ms > c->mono_ms)
            continue;
        c->switches[i].fires_ms = AW_TIME_NEVER;
        cell.deposited_at_s = (uint32_t)((int64_t)circle_now_s(c) + c->relay_skew_s);
        c->cells = realloc(c->cells, (c->cell_count + 1) * sizeof *c->cells);
        T_REQUIRE(c->cells != NULL);
        cell.bytes = malloc(cell.len);
        T_REQUIRE(cell.bytes != NULL);
        memcpy(cell.bytes, c->switches[i].cell.bytes, cell.len);
        c->cells[c->cell_count++] = cell;
    }
}

static enum aw_status perform(struct circle *c, size_t host, const struct aw_action *a)
{
    struct circle_host *h = &c->hosts[host];

    if (c->watch != NULL)
        c->watch(c, host, a);
    switch (a->kind) {
    case AW_ACTION_STORE:
        if (h->store_fails)
            return AW_E_STORE;
        for (size_t i = 0; i < a->store.count; i++)
            commit_one(h, &a->store.ops[i]);
        return AW_OK;
    case AW_ACTION_SEND:
        if (h->is_offline)
            return AW_E_NETWORK;
        if (a->send.arm_after_s != 0)
            arm(c, host, a);
        else
            deposit(c, host, a);
        return AW_OK;
    case AW_ACTION_EVENT:
        if (a->event.kind == AW_EVENT_MAILBOXES)
            c->has_readers = false;
        h->events = realloc(h->events, (h->event_count + 1) * sizeof *h->events);
        T_REQUIRE(h->events != NULL);
        h->events[h->event_count++] = a->event;
        return AW_OK;
    }
    return AW_OK;
}

static bool step(struct circle *c, size_t host)
{
    struct circle_host *h = &c->hosts[host];
    struct aw_action a;
    enum aw_status st = AW_OK;

    if (!(host == 0 ? aw_subject_next_action(h->subject, &a)
                    : aw_contact_next_action(h->contact, &a)))
        return false;
    h->actions++;
    if (h->actions == h->crash_at) {
        if (h->crash_is_after)
            (void)perform(c, host, &a);
        circle_restart(c, host);
        return true;
    }
    st = perform(c, host, &a);
    if (host == 0)
        aw_subject_done(h->subject, a.id, st, circle_now(c, host));
    else
        aw_contact_done(h->contact, a.id, st, circle_now(c, host));
    return true;
}

/* Every mailbox that somebody reads: its keys are costly, so it is asked for when it changed. */
static void list_readers(struct circle *c)
{
    static struct aw_mailbox boxes[AW_SUBJECT_MAILBOX_MAX];

    c->reader_count = 0;
    for (size_t i = 0; i <= c->contacts; i++) {
        const struct circle_host *h = &c->hosts[i];
        size_t count = i == 0 ? aw_subject_mailboxes(h->subject, boxes)
                              : aw_contact_mailboxes(h->contact, boxes);

        c->readers = realloc(c->readers, (c->reader_count + count + 1) * sizeof *c->readers);
        T_REQUIRE(c->readers != NULL);
        for (size_t b = 0; b < count; b++) {
            struct circle_reader *r = &c->readers[c->reader_count++];

            r->host = (int)i;
            r->id = boxes[b].id;
            memcpy(r->capability, boxes[b].deposit_capability, sizeof r->capability);
        }
    }
    c->has_readers = true;
    c->listing++;
}

/* Finds the reader of a cell by its capability; NULL: nobody reads there yet. */
static const struct circle_reader *reader(const struct circle *c, struct circle_cell *cell)
{
    if (cell->listing == c->listing)
        return cell->to;
    cell->listing = c->listing;
    cell->to = NULL;
    for (size_t i = 0; i < c->reader_count && cell->to == NULL; i++) {
        if (memcmp(c->readers[i].capability, cell->capability, 32) == 0)
            cell->to = &c->readers[i];
    }
    return cell->to;
}

static bool deliver(struct circle *c)
{
    if (c->cell_count > 0 && !c->has_readers)
        list_readers(c);
    for (size_t i = 0; i < c->cell_count; i++) {
        const struct circle_reader *to = reader(c, &c->cells[i]);
        struct circle_cell cell = c->cells[i];
        struct aw_bytes bytes = {cell.bytes, cell.len};
        struct circle_host *h;
        enum aw_status st;

        if (to == NULL)
            continue; /* waits for a mailbox that is not made yet */
        h = &c->hosts[to->host];
        if (h->is_asleep || h->is_offline)
            continue;
        st = to->host == 0
                 ? aw_subject_feed(h->subject, to->id, bytes, cell.deposited_at_s, circle_now(c, 0))
                 : aw_contact_feed(h->contact, to->id, bytes, cell.deposited_at_s,
                                   circle_now(c, (size_t)to->host));
        if (st == AW_E_BUSY)
            continue;
        memmove(&c->cells[i], &c->cells[i + 1], (c->cell_count - i - 1) * sizeof cell);
        c->cell_count--;
        free(cell.bytes);
        return true;
    }
    return false;
}

/* When a contact asks for a proof next. With an interval each begins at a moment of his own. */
static uint64_t probe_ms(const struct circle *c, size_t host)
{
    const struct circle_host *h = &c->hosts[host];

    if (host == 0 || h->is_asleep || h->is_offline || h->is_unproved)
        return AW_TIME_NEVER;
    if (!c->has_interval)
        return aw_time_max(proofs_matter_ms(h->contact),
                           h->proved_ms == 0 ? 0 : h->proved_ms + 5000);
    if (h->proved_ms == 0)
        return 1000 + 7000 * host;
    return h->proved_ms + AW_CLIENT_PROBE_MS;
}

/* The relay answers who asks, unless the path to it is down. Everything that could be delivered
 * has been. */
static bool prove(struct circle *c, size_t host)
{
    static struct aw_mailbox boxes[AW_CONTACT_MAILBOX_MAX];
    struct circle_host *h = &c->hosts[host];
    size_t count;

    if (h->proved_ms == c->mono_ms || probe_ms(c, host) > c->mono_ms)
        return false;
    h->proved_ms = c->mono_ms;
    if (c->probed != NULL)
        c->probed(c, host);
    count = aw_contact_mailboxes(h->contact, boxes);
    for (size_t i = 0; i < count; i++)
        aw_contact_path(h->contact, boxes[i].id,
                        (uint32_t)((int64_t)circle_now_s(c) + c->relay_skew_s), 0,
                        circle_now(c, host));
    return true;
}

void circle_pump(struct circle *c)
{
    bool is_busy = true;
    unsigned rounds = 0;

    while (is_busy) {
        T_REQUIRE(++rounds < 100000);
        is_busy = false;
        for (size_t i = 0; i <= c->contacts; i++) {
            while (!c->hosts[i].is_asleep && step(c, i))
                is_busy = true;
        }
        if (deliver(c))
            is_busy = true;
        for (size_t i = 1; !is_busy && i <= c->contacts; i++)
            is_busy = prove(c, i);
    }
}

static uint64_t deadline_ms(const struct circle *c, size_t host)
{
    const struct circle_host *h = &c->hosts[host];

    if (h->is_asleep)
        return AW_TIME_NEVER;
    if (host == 0)
        return aw_subject_deadline_ms(h->subject);
    return aw_time_min(aw_contact_deadline_ms(h->contact), probe_ms(c, host));
}

void circle_run(struct circle *c, uint64_t seconds)
{
    uint64_t end_ms = c->mono_ms + seconds * 1000;

    circle_pump(c);
    for (;;) {
        uint64_t next_ms = end_ms;

        for (size_t i = 0; i <= c->contacts; i++) {
            if (deadline_ms(c, i) < next_ms)
                next_ms = deadline_ms(c, i);
        }
        for (size_t i = 0; c->has_switches && i < c->switch_count; i++) {
            if (c->switches[i].fires_ms < next_ms)
                next_ms = c->switches[i].fires_ms;
        }
        /* A deadline that stays in the past is an engine that never gets done. */
        if (next_ms <= c->mono_ms && next_ms < end_ms)
            next_ms = c->mono_ms + 1;
        c->mono_ms = next_ms;
        fire(c);
        for (size_t i = 0; i <= c->contacts; i++) {
            if (c->hosts[i].is_asleep)
                continue;
            if (i == 0)
                aw_subject_tick(c->hosts[i].subject, circle_now(c, i));
            else
                aw_contact_tick(c->hosts[i].contact, circle_now(c, i));
        }
        circle_pump(c);
        if (c->mono_ms >= end_ms)
            return;
    }
}

/* ---- Scenes ---- */

void circle_pair(struct circle *c, size_t n)
{
    uint8_t uri_bytes[AW_INVITE_URI_MAX], words[2][80] = {{0}, {0}};
    struct aw_buf uri = {uri_bytes, sizeof uri_bytes, 0};
    struct aw_buf hers = {words[0], sizeof words[0], 0}, his = {words[1], sizeof words[1], 0};
    uint8_t person = 0;

    T_EQ(aw_subject_invite(c->hosts[0].subject, c->relays, c->relay_count, "Subject", 86400, &uri,
                           &person, circle_now(c, 0)),
         AW_OK);
    T_EQ(person, n);
    T_EQ(aw_contact_join(c->hosts[n].contact, (struct aw_bytes){uri.ptr, uri.len}, c->relays,
                         c->relay_count, "Contact", circle_now(c, n)),
         AW_OK);
    circle_run(c, 60);
    T_EQ(aw_subject_words(c->hosts[0].subject, person, &hers), AW_OK);
    T_EQ(aw_contact_words(c->hosts[n].contact, &his), AW_OK);
    T_EQ(hers.len, his.len);
    T_TRUE(hers.len > 20);
    T_MEM_EQ(words[0], words[1], sizeof words[0]);
    T_EQ(aw_subject_verify(c->hosts[0].subject, person, circle_now(c, 0)), AW_OK);
    T_EQ(aw_contact_verify(c->hosts[n].contact, circle_now(c, n)), AW_OK);
    circle_run(c, 60);
}

void circle_plan(struct circle *c, struct aw_plan *plan)
{
    aw_plan_default(plan, c->contacts);
    plan->schedule[0].every_s = HOUR_S;
    plan->beat_s = 15 * MIN_S;
    plan->beat_grace_s = 6 * HOUR_S;
    plan->grace_s = 10 * MIN_S;
    plan->levels_count = 3;
    plan->levels[0] = (struct aw_level){.delay_s = 0, .groups = 1};
    plan->levels[1] = (struct aw_level){.delay_s = 10 * MIN_S, .groups = 3};
    plan->levels[2] = (struct aw_level){.delay_s = 20 * MIN_S, .groups = AW_GROUPS_ALL};
    plan->ring_s = 120;
    plan->claim_s = 30 * MIN_S;
    for (size_t i = 0; i < c->contacts; i++) {
        plan->roster[i].groups = i == 0 ? 1 : 2;
        (void)snprintf(plan->roster[i].name, sizeof plan->roster[i].name, "contact %zu", i + 1);
    }
}

void circle_set_plan(struct circle *c)
{
    struct aw_secrets secrets = {.circle = 5};
    struct aw_plan plan;

    circle_plan(c, &plan);
    memcpy(secrets.safe_key, circle_safe, sizeof circle_safe);
    memcpy(secrets.duress_key, circle_duress, sizeof circle_duress);
    T_EQ(aw_subject_plan_set(c->hosts[0].subject, &plan, &secrets, circle_safe, circle_now(c, 0)),
         AW_OK);
    circle_run(c, 120);
}

void circle_set_up(struct circle *c)
{
    for (size_t n = 1; n <= c->contacts; n++)
        circle_pair(c, n);
    circle_set_plan(c);
}

void circle_checkin(struct circle *c, const uint8_t key[AW_PRESENCE_KEY_LEN])
{
    T_EQ(aw_subject_checkin(c->hosts[0].subject, key, NULL, 0, NULL, circle_now(c, 0)), AW_OK);
    circle_pump(c);
}

struct aw_contact_view circle_view(const struct circle *c, size_t n)
{
    struct aw_contact_view view;

    aw_contact_view(c->hosts[n].contact, &view);
    return view;
}

size_t circle_events(const struct circle *c, size_t host, enum aw_event_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < c->hosts[host].event_count; i++) {
        if (c->hosts[host].events[i].kind == kind)
            count++;
    }
    return count;
}

void circle_forget_events(struct circle *c)
{
    for (size_t i = 0; i <= c->contacts; i++)
        c->hosts[i].event_count = 0;
}
