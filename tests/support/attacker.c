/* SPDX-License-Identifier: ISC */
#include "support/attacker.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/statement.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"

/* ---- Images ---- */

static uint8_t *copy_bytes(const uint8_t *from, size_t len)
{
    uint8_t *to = malloc(len + 1);

    T_REQUIRE(to != NULL);
    memcpy(to, from, len);
    return to;
}

struct image image_take(const struct circle *c, size_t host)
{
    const struct circle_host *h = &c->hosts[host];
    struct image image = {calloc(h->record_count + 1, sizeof *image.records), h->record_count};

    T_REQUIRE(image.records != NULL);
    for (size_t i = 0; i < image.count; i++) {
        image.records[i] = h->records[i];
        image.records[i].value = copy_bytes(h->records[i].value, h->records[i].len);
    }
    return image;
}

void image_free(struct image *image)
{
    for (size_t i = 0; i < image->count; i++)
        free(image->records[i].value);
    free(image->records);
    *image = (struct image){NULL, 0};
}

void image_restore(struct circle *c, size_t host, struct image *image)
{
    struct circle_host *h = &c->hosts[host];
    struct image old = {h->records, h->record_count};

    h->records = image->records;
    h->record_count = image->count;
    *image = (struct image){NULL, 0};
    image_free(&old);
    circle_restart(c, host);
}

/* ---- Tape ---- */

static void add_cell(struct circle_cell **cells, size_t *count, const struct circle_cell *cell,
                     struct aw_bytes bytes)
{
    *cells = realloc(*cells, (*count + 1) * sizeof **cells);
    T_REQUIRE(*cells != NULL);
    (*cells)[*count] = *cell;
    (*cells)[*count].bytes = copy_bytes(bytes.ptr, bytes.len);
    (*cells)[*count].len = bytes.len;
    (*count)++;
}

static void record(struct circle *c, size_t host, const struct aw_action *a)
{
    struct tape *tape = c->watch_ctx;
    struct circle_cell cell = {.from = (int)host};

    if (a->kind != AW_ACTION_SEND)
        return;
    if (a->send.arm_after_s == 0)
        cell.deposited_at_s = (uint32_t)circle_now_s(c);
    memcpy(cell.capability, a->send.capability, sizeof cell.capability);
    add_cell(&tape->cells, &tape->count, &cell, a->send.cell);
}

void tape_start(struct tape *tape, struct circle *c)
{
    *tape = (struct tape){NULL, 0};
    c->watch = record;
    c->watch_ctx = tape;
}

void tape_free(struct tape *tape)
{
    for (size_t i = 0; i < tape->count; i++)
        free(tape->cells[i].bytes);
    free(tape->cells);
    *tape = (struct tape){NULL, 0};
}

void relay_deposit(struct circle *c, const uint8_t capability[32], struct aw_bytes cell)
{
    struct circle_cell foreign = {.from = -1, .deposited_at_s = (uint32_t)circle_now_s(c)};

    memcpy(foreign.capability, capability, sizeof foreign.capability);
    add_cell(&c->cells, &c->cell_count, &foreign, cell);
}

/* ---- Clone ---- */

static int by_key(const void *a, const void *b)
{
    const struct circle_record *x = a, *y = b;

    if (x->space != y->space)
        return x->space < y->space ? -1 : 1;
    return x->key < y->key ? -1 : x->key > y->key;
}

void clone_start(struct clone *clone, const struct circle *c, const struct image *image,
                 uint64_t seed)
{
    struct aw_random random;

    memset(clone, 0, sizeof *clone);
    clone->rng = t_rng(seed);
    random = t_random(&clone->rng);
    clone->subject = aligned_alloc(64, sizeof *clone->subject);
    T_REQUIRE(clone->subject != NULL);
    T_REQUIRE(aw_subject_init(clone->subject, &random, circle_now(c, 0)) == AW_OK);
    qsort(image->records, image->count, sizeof *image->records, by_key);
    for (size_t i = 0; i < image->count; i++) {
        const struct circle_record *r = &image->records[i];

        T_EQ(aw_subject_load(clone->subject, r->space, r->key, (struct aw_bytes){r->value, r->len}),
             AW_OK);
    }
    T_REQUIRE(aw_subject_start(clone->subject, circle_now(c, 0)) == AW_OK);
}

void clone_free(struct clone *clone)
{
    free(clone->subject);
    clone->subject = NULL;
}

static void clone_act(struct clone *clone, struct circle *c)
{
    struct aw_action a;

    while (aw_subject_next_action(clone->subject, &a)) {
        if (a.kind == AW_ACTION_SEND) {
            relay_deposit(c, a.send.capability, a.send.cell);
            clone->sent_count++;
        }
        if (a.kind == AW_ACTION_EVENT && a.event.kind < AW_COUNT(clone->events))
            clone->events[a.event.kind]++;
        aw_subject_done(clone->subject, a.id, AW_OK, circle_now(c, 0));
    }
}

static void clone_read(struct clone *clone, struct circle *c, const struct circle_cell *cell)
{
    static struct aw_mailbox boxes[AW_SUBJECT_MAILBOX_MAX];
    size_t count = aw_subject_mailboxes(clone->subject, boxes);

    for (size_t b = 0; b < count; b++) {
        if (memcmp(boxes[b].deposit_capability, cell->capability, 32) == 0)
            T_TRUE(aw_subject_feed(clone->subject, boxes[b].id,
                                   (struct aw_bytes){cell->bytes, cell->len}, cell->deposited_at_s,
                                   circle_now(c, 0)) != AW_E_BUSY);
    }
}

void clone_run(struct clone *clone, struct circle *c, const struct tape *tape)
{
    aw_subject_tick(clone->subject, circle_now(c, 0));
    clone_act(clone, c);
    while (tape != NULL && clone->heard < tape->count) {
        clone_read(clone, c, &tape->cells[clone->heard++]);
        clone_act(clone, c);
    }
}

/* ---- What can be computed ---- */

static bool try_epoch(const struct aw_epoch *epoch, const struct circle_cell *cell, uint8_t *plain)
{
    for (size_t i = 0; i < AW_EPOCH_LANE_COUNT; i++) {
        struct aw_ratchet r = epoch->send[i]; /* who has the chain opens what was sealed with it */
        uint32_t index;

        if (epoch->live && r.live &&
            aw_ratchet_open(&r, plain, cell->bytes, cell->len, &index) == AW_OK)
            return true;
    }
    return false;
}

bool attacker_open(const struct aw_channel *ch, const struct circle_cell *cell,
                   uint8_t plain[AW_CELL_BULK_PLAIN_LEN])
{
    return try_epoch(&ch->cur, cell, plain) || try_epoch(&ch->next, cell, plain) ||
           try_epoch(&ch->resumed.epoch, cell, plain);
}

bool attacker_open_call(const struct aw_channel *ch, const struct circle_cell *cell,
                        struct aw_call *call)
{
    static uint8_t plain[AW_CELL_BULK_PLAIN_LEN];

    return cell->len == AW_CELL_LEN && attacker_open(ch, cell, plain) &&
           aw_message_decode_padded(&aw_call_map, call,
                                    (struct aw_bytes){plain, AW_CELL_PLAIN_LEN}) == AW_OK;
}

void hoard_add(struct hoard *h, struct aw_bytes bytes)
{
    for (size_t at = 0; at + 32 <= bytes.len; at++) {
        if (h->count == h->cap) {
            h->cap = h->cap == 0 ? 4096 : 2 * h->cap;
            h->strings = realloc(h->strings, h->cap * sizeof *h->strings);
            T_REQUIRE(h->strings != NULL);
        }
        memcpy(h->strings[h->count++], bytes.ptr + at, 32);
    }
}

void hoard_add_image(struct hoard *h, const struct image *image)
{
    for (size_t i = 0; i < image->count; i++)
        hoard_add(h, (struct aw_bytes){image->records[i].value, image->records[i].len});
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, 32);
}

void hoard_sort(struct hoard *h)
{
    size_t kept = 0;

    if (h->count > 0)
        qsort(h->strings, h->count, sizeof *h->strings, by_bytes);
    for (size_t i = 0; i < h->count; i++) {
        if (kept == 0 || memcmp(h->strings[i], h->strings[kept - 1], 32) != 0)
            memmove(h->strings[kept++], h->strings[i], 32);
    }
    h->count = kept;
}

bool hoard_has(const struct hoard *h, const uint8_t string[32])
{
    return h->count > 0 &&
           bsearch(string, h->strings, h->count, sizeof *h->strings, by_bytes) != NULL;
}

void hoard_free(struct hoard *h)
{
    free(h->strings);
    *h = (struct hoard){NULL, 0, 0};
}

bool hoard_has_secret_of(const struct hoard *h, const uint8_t *const *pks, size_t count)
{
    size_t step = t_under_valgrind() ? 101 : 1;

    for (size_t i = 0; i < h->count; i += step) {
        struct aw_dh_key key;

        aw_dh_from_secret(&key, h->strings[i]);
        for (size_t k = 0; k < count; k++) {
            if (memcmp(key.pk, pks[k], sizeof key.pk) == 0)
                return true;
        }
    }
    return false;
}

void attacker_presence_mac(uint8_t mac[AW_PRESENCE_MAC_LEN], const uint8_t dh_accept[32],
                           const uint8_t dh_point[32], const uint8_t e_pk[32],
                           const uint8_t accept_pk[32], const uint8_t point_pk[32],
                           const uint8_t contact_key[32], const uint8_t act_hash[32])
{
    uint8_t dh[64], context[128], key[32];

    memcpy(dh, dh_accept, 32);
    memcpy(dh + 32, dh_point, 32);
    memcpy(context, e_pk, 32);
    memcpy(context + 32, accept_pk, 32);
    memcpy(context + 64, point_pk, 32);
    memcpy(context + 96, act_hash, 32);
    aw_kdf_extract(key, (struct aw_bytes){contact_key, 32}, AW_BYTES_OF(dh));
    aw_kdf(mac, AW_PRESENCE_MAC_LEN, key, AW_LABEL_PRESENCE_MAC, AW_BYTES_OF(context));
}

void attacker_act_hash(uint8_t out[AW_HASH_LEN], const uint8_t channel_id[AW_HASH_LEN],
                       const struct aw_call *call)
{
    struct aw_statement statement = {.seq = call->seq,
                                     .issued_at = call->issued_at,
                                     .valid_for = call->valid_for,
                                     .kind = call->kind};
    struct aw_act act = {.word = call->word, .reply_seen = call->reply_seen};

    memcpy(statement.log_head, call->log_head, AW_HASH_LEN);
    memcpy(act.plan_hash, call->plan_hash, AW_HASH_LEN);
    aw_act_hash(out, channel_id, &statement, &act);
}
