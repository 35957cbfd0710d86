/* SPDX-License-Identifier: ISC */
#include <allswell/contact.h>
#include <allswell/subject.h>

#include "core/contact_impl.h"
#include "core/subject_impl.h"
#include "support/alloc_count.h"
#include "test.h"

/*
 * Memory: a subject with as many contacts as there may be, and their engines, in static memory
 * from the first invite to the last confirmation. The host here owns arrays only, so that
 * whatever is asked of the heap was asked by the library.
 */

#define CONTACTS   AW_PLAN_MEMBER_MAX
#define T0_S       UINT64_C(1790000000)
#define HOUR_S     UINT64_C(3600)
#define RECORD_MAX 6144
#define CELL_MAX   256

struct record {
    uint8_t space; /* 0: free */
    uint64_t key;
    size_t len;
    uint8_t value[RECORD_MAX];
};

struct cell {
    uint8_t capability[32];
    uint32_t deposited_at_s;
    size_t len;
    uint8_t bytes[AW_RELAY_BULK_LEN];
};

/* Host 0 is the subject, host n contact n. */
static struct aw_subject subject;
static struct aw_contact contacts[CONTACTS];
static struct record records[2048]; /* of the subject: she restarts */
static struct cell cells[CELL_MAX];
static size_t cell_count;
static bool is_offline[1 + CONTACTS];
static struct aw_mailbox boxes[1 + CONTACTS][AW_SUBJECT_MAILBOX_MAX];
static size_t box_count[1 + CONTACTS];
static size_t closed_count, ring_count;
static size_t subject_store_len, contact_store_len; /* longest STORE */
static uint64_t mono_ms = 1000;
static struct t_rng rng;

static struct aw_now now(void)
{
    return (struct aw_now){.mono_ms = mono_ms, .wall_ms = T0_S * 1000 + mono_ms};
}

static void commit(const struct aw_store_op *op)
{
    struct record *free_one = NULL, *r = NULL;

    for (size_t i = 0; i < sizeof records / sizeof records[0] && r == NULL; i++) {
        if (records[i].space == op->space && records[i].key == op->key)
            r = &records[i];
        else if (records[i].space == 0 && free_one == NULL)
            free_one = &records[i];
    }
    if (op->value.ptr == NULL) {
        if (r != NULL)
            r->space = 0;
        return;
    }
    r = r == NULL ? free_one : r;
    T_REQUIRE(r != NULL && op->value.len <= RECORD_MAX);
    r->space = op->space;
    r->key = op->key;
    r->len = op->value.len;
    memcpy(r->value, op->value.ptr, op->value.len);
}

static size_t store_len(const struct aw_action *a)
{
    size_t len = 0;

    for (size_t i = 0; i < a->store.count; i++)
        len += a->store.ops[i].value.len;
    return len;
}

static void list_mailboxes(size_t host)
{
    box_count[host] = host == 0 ? aw_subject_mailboxes(&subject, boxes[0])
                                : aw_contact_mailboxes(&contacts[host - 1], boxes[host]);
}

static enum aw_status perform(size_t host, const struct aw_action *a)
{
    switch (a->kind) {
    case AW_ACTION_STORE:
        for (size_t i = 0; host == 0 && i < a->store.count; i++)
            commit(&a->store.ops[i]);
        if (host == 0 && store_len(a) > subject_store_len)
            subject_store_len = store_len(a);
        if (host > 0 && store_len(a) > contact_store_len)
            contact_store_len = store_len(a);
        return AW_OK;
    case AW_ACTION_SEND:
        if (is_offline[host] || cell_count == CELL_MAX)
            return AW_E_NETWORK;
        memcpy(cells[cell_count].capability, a->send.capability, 32);
        memcpy(cells[cell_count].bytes, a->send.cell.ptr, a->send.cell.len);
        cells[cell_count].len = a->send.cell.len;
        cells[cell_count++].deposited_at_s = (uint32_t)(T0_S + mono_ms / 1000);
        return AW_OK;
    case AW_ACTION_EVENT:
        if (a->event.kind == AW_EVENT_MAILBOXES)
            list_mailboxes(host);
        closed_count += a->event.kind == AW_EVENT_CLOSED;
        ring_count += a->event.kind == AW_EVENT_RING;
        return AW_OK;
    }
    return AW_OK;
}

static bool step(size_t host)
{
    struct aw_action a;
    enum aw_status st;

    if (!(host == 0 ? aw_subject_next_action(&subject, &a)
                    : aw_contact_next_action(&contacts[host - 1], &a)))
        return false;
    st = perform(host, &a);
    if (host == 0)
        aw_subject_done(&subject, a.id, st, now());
    else
        aw_contact_done(&contacts[host - 1], a.id, st, now());
    return true;
}

static bool find_reader(const struct cell *cell, size_t *host, uint32_t *id)
{
    for (*host = 0; *host <= CONTACTS; (*host)++) {
        for (size_t b = 0; b < box_count[*host]; b++) {
            *id = boxes[*host][b].id;
            if (memcmp(boxes[*host][b].deposit_capability, cell->capability, 32) == 0)
                return true;
        }
    }
    return false;
}

/* Delivers the oldest cell that somebody reads now. */
static bool deliver(void)
{
    for (size_t i = 0; i < cell_count; i++) {
        struct aw_bytes bytes = {cells[i].bytes, cells[i].len};
        enum aw_status st;
        size_t host;
        uint32_t id;

        if (!find_reader(&cells[i], &host, &id) || is_offline[host])
            continue;
        st = host == 0
                 ? aw_subject_feed(&subject, id, bytes, cells[i].deposited_at_s, now())
                 : aw_contact_feed(&contacts[host - 1], id, bytes, cells[i].deposited_at_s, now());
        if (st == AW_E_BUSY)
            continue;
        cell_count--;
        memmove(&cells[i], &cells[i + 1], (cell_count - i) * sizeof cells[0]);
        return true;
    }
    return false;
}

static void pump(void)
{
    bool is_busy = true;

    while (is_busy) {
        is_busy = false;
        for (size_t host = 0; host <= CONTACTS; host++) {
            while (step(host))
                is_busy = true;
        }
        is_busy = deliver() || is_busy;
    }
}

static void run(uint64_t seconds)
{
    uint64_t end_ms = mono_ms + seconds * 1000;

    for (pump(); mono_ms < end_ms; pump()) {
        uint64_t next_ms = aw_subject_deadline_ms(&subject);

        for (size_t i = 0; i < CONTACTS; i++) {
            if (aw_contact_deadline_ms(&contacts[i]) < next_ms)
                next_ms = aw_contact_deadline_ms(&contacts[i]);
        }
        mono_ms = next_ms > end_ms ? end_ms : next_ms > mono_ms ? next_ms : mono_ms + 1;
        aw_subject_tick(&subject, now());
        for (size_t i = 0; i < CONTACTS; i++)
            aw_contact_tick(&contacts[i], now());
    }
}

/* ---- A life ---- */

static const uint8_t safe_key[AW_PRESENCE_KEY_LEN] = {1}, duress_key[AW_PRESENCE_KEY_LEN] = {2};

static void start(void)
{
    const struct aw_random random = t_random(&rng);

    T_EQ(aw_subject_init(&subject, &random, now()), AW_OK);
    for (uint8_t space = AW_SPACE_SUBJECT_FIRST; space <= AW_SPACE_SUBJECT_LAST; space++) {
        uint64_t last = 0; /* ascending by key, as the header asks */

        for (bool is_first = true;; is_first = false) {
            const struct record *next = NULL;

            for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
                const struct record *r = &records[i];

                if (r->space == space && (is_first || r->key > last) &&
                    (next == NULL || r->key < next->key))
                    next = r;
            }
            if (next == NULL)
                break;
            T_EQ(aw_subject_load(&subject, space, next->key,
                                 (struct aw_bytes){next->value, next->len}),
                 AW_OK);
            last = next->key;
        }
    }
    T_EQ(aw_subject_start(&subject, now()), AW_OK);
}

static void pair(size_t n)
{
    /* Longest addresses and names, three relays: the longest records. */
    struct aw_endpoint relays[AW_ENDPOINT_COUNT_MAX];
    char name[AW_NAME_LEN_MAX + 1] = {0};
    uint8_t text[AW_INVITE_URI_MAX], person;
    struct aw_buf uri = {text, sizeof text, 0};

    memset(name, 'n', AW_NAME_LEN_MAX);
    memset(relays, 0, sizeof relays);
    for (size_t i = 0; i < AW_ENDPOINT_COUNT_MAX; i++) {
        memset(relays[i].address, 'a', AW_ADDRESS_LEN_MAX - 5);
        memcpy(relays[i].address + AW_ADDRESS_LEN_MAX - 5, ":7440", 5);
        relays[i].relay_key[0] = (uint8_t)(9 + i);
    }
    T_EQ(aw_subject_invite(&subject, relays, AW_ENDPOINT_COUNT_MAX, name, 86400, &uri, &person,
                           now()),
         AW_OK);
    T_EQ(person, n);
    T_EQ(aw_contact_join(&contacts[n - 1], (struct aw_bytes){text, uri.len}, relays,
                         AW_ENDPOINT_COUNT_MAX, name, now()),
         AW_OK);
    run(60);
    T_EQ(aw_subject_verify(&subject, person, now()), AW_OK);
    T_EQ(aw_contact_verify(&contacts[n - 1], now()), AW_OK);
    run(60);
}

static void set_plan(void)
{
    struct aw_secrets secrets = {.circle = 0xffff};
    struct aw_plan plan;

    aw_plan_default(&plan, CONTACTS);
    plan.schedule[0].every_s = HOUR_S;
    plan.council.witness_s = HOUR_S; /* 240 cells in each slot */
    for (size_t i = 0; i < CONTACTS; i++)
        (void)memcpy(plan.roster[i].name, "contact", 8);
    memcpy(secrets.safe_key, safe_key, sizeof safe_key);
    memcpy(secrets.duress_key, duress_key, sizeof duress_key);
    T_EQ(aw_subject_plan_set(&subject, &plan, &secrets, safe_key, now()), AW_OK);
    run(300);
}

static void checkin(const uint8_t *key)
{
    T_EQ(aw_subject_checkin(&subject, key, NULL, 0, NULL, now()), AW_OK);
    pump();
}

/* Nobody answers, and as many words wait for each contact as there may be. */
static void fill_words(void)
{
    struct aw_person person;

    for (size_t n = 1; n <= CONTACTS; n++)
        is_offline[n] = true;
    T_EQ(aw_subject_sos(&subject, NULL, NULL, now()), AW_OK);
    pump();
    for (size_t i = 0; i < AW_WORD_WAITING_MAX + 8; i++)
        checkin(safe_key);
    start(); /* and it starts again with all of them */
    run(HOUR_S / 2);
    for (uint8_t n = 1; n <= CONTACTS; n++) {
        T_EQ(aw_subject_person(&subject, n, &person), AW_OK);
        T_EQ(person.words_waiting, AW_WORD_WAITING_MAX);
        is_offline[n] = false;
        aw_contact_kick(&contacts[n - 1], now());
    }
    run(4 * HOUR_S);
}

static void confirm_all(void)
{
    for (size_t i = 0; i < CONTACTS; i++)
        (void)!aw_contact_confirm(&contacts[i], now());
    pump();
}

static void live(void)
{
    for (size_t n = 1; n <= CONTACTS; n++)
        pair(n);
    set_plan();
    checkin(safe_key);
    run(3 * HOUR_S); /* silence: everybody is rung */
    T_TRUE(ring_count >= CONTACTS);
    T_EQ(aw_contact_claim(&contacts[0], now()), AW_E_LIMIT); /* the last level began */
    checkin(safe_key);
    run(60);
    confirm_all();
    T_EQ(closed_count, CONTACTS);
    checkin(duress_key);
    run(60);
    T_EQ(aw_subject_cancel(&subject, safe_key, NULL, NULL, now()), AW_E_STATE);
    fill_words();
    T_EQ(aw_subject_cancel(&subject, safe_key, NULL, NULL, now()), AW_OK);
    checkin(safe_key);
    run(60);
    confirm_all();
    T_TRUE(closed_count >= CONTACTS);
}

static void engines_init(void)
{
    const struct aw_random random = t_random(&rng);

    start();
    for (uint32_t i = 0; i < CONTACTS; i++) {
        T_EQ(aw_contact_init(&contacts[i], &random, i + 1, now()), AW_OK);
        T_EQ(aw_contact_start(&contacts[i], now()), AW_OK);
    }
}

/* Goal: a subject with 16 contacts lives in the size that the header states, without a heap.
 * Method: a life with restarts, 64 words waiting for everybody, silence, duress, SOS; every
 * allocation of the process is counted. */
static void test_no_heap(void)
{
    size_t before = alloc_count();
    void *volatile one = malloc(1);

    T_TRUE(alloc_count() == before + 1 || t_under_valgrind()); /* it counts */
    free(one);
    rng = t_rng(16);
    engines_init(); /* libsodium's own start */
    before = alloc_count();
    live();
    T_EQ(alloc_count() - before, 0);
}

/* Goal: a STORE of everything at once fits, or the process would end in an assertion.
 * Method: after that life, all records of the largest engines count as changed. */
static void test_largest_store(void)
{
    struct subject *s = subject_of(&subject);
    struct contact *c = contact_of(&contacts[0]);

    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        aw_su_touch(s, &s->people[i],
                    SUBJECT_DIRTY_PERSON | SUBJECT_DIRTY_CHANNEL | SUBJECT_DIRTY_WORDS |
                        SUBJECT_DIRTY_INVITING);
    }
    s->dirty |= SUBJECT_DIRTY_PLAN | SUBJECT_DIRTY_TRIGGER;
    aw_co_touch(c, UINT32_MAX >> 1);
    for (size_t i = 0; i < AW_KEEP_COUNT; i++)
        c->keep.dirty |= (uint64_t)(c->keep.items[i].seq != 0) << i;
    pump();
    printf("  longest STORE: subject %zu of %zu bytes, contact %zu of %zu\n", subject_store_len,
           sizeof s->scratch, contact_store_len, sizeof c->scratch);
    T_TRUE(subject_store_len <= sizeof s->scratch * 7 / 8);
    T_TRUE(contact_store_len <= sizeof c->scratch * 7 / 8);
}

int main(void)
{
    T_RUN(test_no_heap);
    T_RUN(test_largest_store);
    return t_end();
}
