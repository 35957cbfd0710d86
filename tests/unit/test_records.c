/* SPDX-License-Identifier: ISC */
/*
 * Damaged stores: every number, flag and string of every record of both engines, one at a time.
 * Most of it has no checksum: what a disk or a hand changes is refused when the engine starts, or
 * it is a state that the engine can live with. It must never be a failed assertion, for then the
 * process would die at each start, and nobody would watch over her any more.
 */
#include "support/council.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_impl.h"
#include "core/subject_impl.h"
#include "wire/item.h"
#include "wire/wr.h"

static uint8_t space[1 << 16];

static struct aw_subject *her(struct circle *c)
{
    return c->hosts[0].subject;
}

/* ---- Scenes: as many kinds of record as there can be at one time ---- */

static const struct aw_card card = {
    .version = 1,
    .sections = {{AW_CARD_FIRST, 0, "ring 112, then the sister"}},
    .sections_count = 1,
};

/* Contact 3 is offline while the others are told of one another: their handshakes wait. Then an
 * SOS, a timer, people who speak and are away, and a plan that waits for its time. */
static void alarm_scene(struct circle *c)
{
    static const struct aw_quiet night = {.days = 127, .from = 60, .until = 120};
    struct aw_contact_peer peer;
    struct aw_plan plan;
    struct aw_contact *two;

    council_init(c, 4, 71, &plan);
    two = c->hosts[2].contact;
    plan.roster[1].asks = true;
    c->hosts[3].is_offline = true;
    council_begin(c, &plan, 5);
    T_EQ(aw_subject_card_set(her(c), &card, circle_safe, circle_now(c, 0)), AW_OK);
    circle_run(c, 10 * MIN_S);
    T_EQ(aw_subject_timer_start(her(c), AW_TIMER_MEETING, (uint32_t)circle_now_s(c) + 1800, 0, NULL,
                                NULL, circle_now(c, 0)),
         AW_OK);
    council_checkin(c, circle_safe);
    T_EQ(aw_contact_ask(two, circle_now(c, 2)), AW_OK);
    T_EQ(aw_contact_rota_set(two, &night, 1, circle_now(c, 2)), AW_OK);
    T_EQ(aw_contact_away(two, circle_now_s(c) + HOUR_S, circle_now(c, 2)), AW_OK);
    circle_run(c, 3 * MIN_S);
    plan.grace_s *= 2; /* looser: it waits at the contacts */
    T_EQ(aw_subject_plan_set(her(c), &plan, NULL, circle_safe, circle_now(c, 0)), AW_OK);
    circle_run(c, MIN_S);
    T_EQ(aw_subject_sos(her(c), NULL, NULL, circle_now(c, 0)), AW_OK);
    circle_run(c, 2 * MIN_S);
    T_EQ(aw_contact_claim(two, circle_now(c, 2)), AW_OK);
    T_EQ(aw_contact_note(two, "on my way", circle_now(c, 2)), AW_OK);
    T_EQ(aw_contact_unreachable(two, circle_now(c, 2)), AW_OK);
    circle_run(c, 2 * MIN_S);
    c->hosts[1].is_offline = true;
    circle_checkin(c, circle_safe); /* words that wait */
    circle_run(c, 10);
    T_EQ(aw_contact_peer(c->hosts[1].contact, 1, &peer), AW_OK);
    T_EQ(peer.state, AW_PEER_ASKING); /* a handshake waits for its answer */
}

/* Contact 1 was removed and does not know it; somebody new is invited, and has not answered. */
static void decoy_scene(struct circle *c)
{
    struct aw_secrets secrets = {.safe_key = {4}, .duress_key = {5}, .circle = 6};
    uint8_t text[AW_INVITE_URI_MAX], person;
    struct aw_buf uri = AW_BUF_OF(text);
    struct aw_plan plan;

    circle_init(c, 4, 72);
    for (size_t n = 1; n <= 3; n++)
        circle_pair(c, n);
    c->contacts = 3;
    circle_plan(c, &plan);
    council_begin(c, &plan, 5);
    T_EQ(aw_subject_plan(her(c), &plan), AW_OK);
    plan.roster_count--;
    memmove(&plan.roster[0], &plan.roster[1], plan.roster_count * sizeof plan.roster[0]);
    plan.roster[0].groups = 1;
    T_EQ(aw_subject_remove(her(c), 1, &plan, &secrets, circle_safe, circle_now(c, 0)), AW_OK);
    circle_run(c, 3 * MIN_S);
    c->contacts = 4;
    T_EQ(aw_subject_invite(her(c), c->relays, 1, "Subject", 86400, &uri, &person, circle_now(c, 0)),
         AW_OK);
    circle_pump(c);
    c->hosts[0].is_offline = true;
    T_EQ(aw_contact_join(c->hosts[4].contact, aw_buf_bytes(&uri), c->relays, 1, "Contact",
                         circle_now(c, 4)),
         AW_OK);
    circle_run(c, 10);
}

/* ---- A start from a store ---- */

/* One record changed. `replace` NULL: it is gone. */
struct damage {
    size_t at;
    struct aw_bytes replace;
    uint64_t key;
    bool is_twice;
};

static enum aw_status feed_record(const struct circle_host *h, uint8_t where, uint64_t key,
                                  struct aw_bytes value)
{
    return h->subject != NULL ? aw_subject_load(h->subject, where, key, value)
                              : aw_contact_load(h->contact, where, key, value);
}

static enum aw_status start(struct circle *c, size_t host, const struct damage *d)
{
    const struct circle_host *h = &c->hosts[host];
    struct aw_random random = t_random(&c->rng);
    struct aw_now now = circle_now(c, host);
    enum aw_status st = host == 0 ? aw_subject_init(h->subject, &random, now)
                                  : aw_contact_init(h->contact, &random, (uint32_t)host, now);

    T_REQUIRE(st == AW_OK);
    for (size_t i = 0; i < h->record_count && st == AW_OK; i++) {
        const struct circle_record *r = &h->records[i];
        struct aw_bytes value = {r->value, r->len};

        if (d != NULL && i == d->at && d->replace.ptr == NULL)
            continue;
        if (d == NULL || i != d->at) {
            st = feed_record(h, r->space, r->key, value);
            continue;
        }
        st = feed_record(h, r->space, d->key, d->replace);
        if (st == AW_OK && d->is_twice)
            st = feed_record(h, r->space, d->key, d->replace);
    }
    if (st != AW_OK)
        return st;
    return host == 0 ? aw_subject_start(h->subject, now) : aw_contact_start(h->contact, now);
}

static void drain(const struct circle_host *h, struct aw_now now)
{
    struct aw_action a;

    for (unsigned i = 0; i < 200; i++) {
        if (!(h->subject != NULL ? aw_subject_next_action(h->subject, &a)
                                 : aw_contact_next_action(h->contact, &a)))
            return;
        if (h->subject != NULL)
            aw_subject_done(h->subject, a.id, AW_OK, now);
        else
            aw_contact_done(h->contact, a.id, AW_OK, now);
    }
}

/* What the next days bring: time, words, looks. Whatever it answers: it answers. */
static void live(struct circle *c, size_t host)
{
    static const uint64_t after_s[] = {HOUR_S, 72 * HOUR_S};
    const struct circle_host *h = &c->hosts[host];
    struct aw_contact_view view;
    struct aw_why why;

    for (size_t i = 0; i < AW_COUNT(after_s); i++) {
        struct aw_now now = circle_now(c, host);
        enum aw_status st;

        now.mono_ms += after_s[i] * 1000;
        now.wall_ms += after_s[i] * 1000;
        if (host == 0) {
            aw_subject_tick(h->subject, now);
            st = aw_subject_checkin(h->subject, circle_safe, NULL, 0, NULL, now);
        } else {
            aw_contact_tick(h->contact, now);
            st = i == 0 ? aw_contact_claim(h->contact, now) : aw_contact_confirm(h->contact, now);
            aw_contact_view(h->contact, &view);
            aw_contact_why(h->contact, &why);
        }
        T_TRUE(strcmp(aw_status_name(st), "unknown") != 0);
        drain(h, now);
    }
}

struct count {
    unsigned refused, lived;
};

static bool try_damage(struct circle *c, size_t host, const struct damage *d, struct count *n)
{
    enum aw_status st = start(c, host, d);

    T_TRUE(st == AW_OK || st == AW_E_DAMAGED || st == AW_E_VERSION);
    n->refused += st != AW_OK;
    n->lived += st == AW_OK;
    if (st == AW_OK)
        live(c, host);
    return st == AW_OK;
}

/* ---- Damage ---- */

/* The record with the item at `pos` replaced by what the writer puts. */
static struct aw_bytes spliced(const struct circle_record *r, size_t pos, size_t item_len,
                               const struct aw_item *as)
{
    struct aw_buf buf = AW_BUF_OF(space);
    struct aw_wr wr;

    memcpy(space, r->value, pos);
    buf.len = pos;
    aw_wr_init(&wr, &buf);
    if (as->kind == AW_ITEM_UINT)
        aw_wr_uint(&wr, as->value);
    else if (as->kind == AW_ITEM_BOOL)
        aw_wr_bool(&wr, as->value != 0);
    else
        aw_wr_bytes(&wr, (struct aw_bytes){as->ptr, (size_t)as->value});
    T_REQUIRE(aw_wr_end(&wr) == AW_OK);
    memcpy(space + buf.len, r->value + pos + item_len, r->len - pos - item_len);
    return (struct aw_bytes){space, buf.len + r->len - pos - item_len};
}

static void damage_number(struct circle *c, size_t host, size_t at, size_t pos,
                          const struct aw_item *item, struct count *n)
{
    const uint64_t values[] = {0,          1,          item->value - 1, item->value + 1,
                               UINT16_MAX, UINT32_MAX, UINT32_MAX - 1};
    const struct circle_record *r = &c->hosts[host].records[at];
    struct damage d = {.at = at, .key = r->key};

    for (size_t i = 0; i < AW_COUNT(values); i++) {
        struct aw_item as = {.kind = AW_ITEM_UINT, .value = values[i]};

        if (values[i] == item->value)
            continue;
        d.replace = spliced(r, pos, item->len, &as);
        (void)try_damage(c, host, &d, n);
    }
}

static void damage_string(struct circle *c, size_t host, size_t at, size_t pos,
                          const struct aw_item *item, struct count *n)
{
    static uint8_t bytes[1 << 15];
    const struct circle_record *r = &c->hosts[host].records[at];
    struct damage d = {.at = at, .key = r->key};
    struct aw_item as = *item;

    as.ptr = bytes;
    for (size_t kind = 0; kind < 6; kind++) {
        memcpy(bytes, item->ptr, item->value);
        as.value = item->value;
        if (kind == 0)
            memset(bytes, 0, item->value);
        else if (kind == 1)
            as.value--;
        else if (kind < 2 + item->value)
            bytes[kind - 2]++; /* some begin with small numbers */
        d.replace = spliced(r, pos, item->len, &as);
        (void)try_damage(c, host, &d, n);
    }
}

static void damage_items(struct circle *c, size_t host, size_t at, size_t stride, struct count *n)
{
    const struct circle_record *r = &c->hosts[host].records[at];
    struct damage d = {.at = at, .key = r->key};
    size_t which = 0;

    for (size_t pos = 0; pos < r->len; which++) {
        struct aw_item item, other;

        aw_item_read(&item, r->value + pos, r->len - pos);
        if (item.kind == AW_ITEM_NONE)
            return; /* the end, or a record that is no CBOR */
        other = (struct aw_item){.kind = AW_ITEM_BOOL, .value = item.value == 0};
        if (which % stride == 0 && item.kind == AW_ITEM_UINT) {
            damage_number(c, host, at, pos, &item, n);
        } else if (which % stride == 0 && item.kind == AW_ITEM_BYTES && item.value > 0) {
            damage_string(c, host, at, pos, &item, n);
        } else if (item.kind == AW_ITEM_BOOL) {
            d.replace = spliced(r, pos, item.len, &other);
            (void)try_damage(c, host, &d, n);
        }
        pos += item.len;
    }
}

static void damage_whole(struct circle *c, size_t host, size_t at, struct count *n)
{
    const struct circle_record *r = &c->hosts[host].records[at];
    uint64_t slot = r->key & ~UINT64_C(0xffffff);
    const uint64_t keys[] = {0,
                             slot,
                             slot + 99,
                             r->key - 1,
                             r->key + 1,
                             r->key ^ 16,
                             r->key + (UINT64_C(1) << 32),
                             UINT64_MAX};
    struct damage d = {.at = at, .key = r->key, .replace = {r->value, 1}};

    T_TRUE(!try_damage(c, host, &d, n) || r->len < 2 || r->space == 4); /* cut */
    d.replace = (struct aw_bytes){r->value, r->len};
    d.is_twice = true;
    (void)try_damage(c, host, &d, n);
    d.is_twice = false;
    for (size_t i = 0; i < AW_COUNT(keys); i++) {
        d.key = keys[i];
        if (keys[i] != r->key)
            (void)try_damage(c, host, &d, n);
    }
    d.replace = (struct aw_bytes){NULL, 0};
    (void)try_damage(c, host, &d, n);
}

/* Each damage is tried with AddressSanitizer, too: that is what it is for. */
static bool is_slow(void)
{
    return T_UNDER_MSAN || t_under_valgrind();
}

static void damage_all(void (*scene)(struct circle *c), size_t host)
{
    struct count n = {0, 0};
    struct circle c;

    scene(&c);
    circle_restart(&c, host); /* a store gives its records in order */
    T_EQ(start(&c, host, NULL), AW_OK);
    for (size_t i = 0; i < c.hosts[host].record_count; i++) {
        damage_whole(&c, host, i, &n);
        damage_items(&c, host, i, is_slow() ? 17 : 1, &n);
    }
    printf("    host %zu: %zu records, %u refused, %u lived\n", host, c.hosts[host].record_count,
           n.refused, n.lived);
    T_TRUE(n.refused > 100 || is_slow());
    T_EQ(start(&c, host, NULL), AW_OK); /* what was not damaged is as before */
    circle_free(&c);
}

/* Goal: no damage to one record of hers ends in an assertion; keys that are none of hers, records
 * cut short and twice are refused.
 * Method: two scenes; each number to its neighbours and the ends of its range, each flag turned,
 * each string changed, emptied and cut; each record gone, twice, and under other keys. Then three
 * days of what accepts it. */
static void test_subject(void)
{
    damage_all(alarm_scene, 0);
    damage_all(decoy_scene, 0);
}

/* Goal and method: as above, of contacts: one with all that can happen, one removed, one who waits
 * for the answer to his invite. */
static void test_contact(void)
{
    damage_all(alarm_scene, 1);
    damage_all(decoy_scene, 4);
}

int main(void)
{
    T_RUN(test_subject);
    T_RUN(test_contact);
    return t_end();
}
