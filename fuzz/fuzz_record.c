/* SPDX-License-Identifier: ISC */
/*
 * Input: which engine, then edits of its records: record, position (2 bytes) and a byte; position
 * 0xffxx takes the record away.
 * Property: a damaged store is refused, or the engine runs on it without a failed assertion.
 */
#include "fuzz.h"
#include "support/circle.h"

static struct circle circle;

/* A phone and a contact in the middle of an SOS, each with all of its records. */
static void set_up(void)
{
    static bool is_done;

    if (is_done)
        return;
    is_done = true;
    circle_init(&circle, 2, 1);
    circle_set_up(&circle);
    circle_checkin(&circle, circle_safe);
    if (aw_subject_sos(circle.hosts[0].subject, NULL, NULL, circle_now(&circle, 0)) != AW_OK)
        abort();
    circle_run(&circle, 60);
    circle.hosts[1].is_offline = true;
    circle_checkin(&circle, circle_safe);
}

static enum aw_status load(unsigned host, const uint8_t *edits, size_t len)
{
    static uint8_t value[65536];
    const struct circle_host *h = &circle.hosts[host];

    for (size_t i = 0; i < h->record_count; i++) {
        const struct circle_record *r = &h->records[i];
        bool is_gone = false;
        enum aw_status st;

        memcpy(value, r->value, r->len);
        for (size_t e = 0; e + 4 <= len; e += 4) {
            size_t at = (size_t)edits[e + 1] << 8 | edits[e + 2];

            if (edits[e] % h->record_count != i)
                continue;
            is_gone = is_gone || edits[e + 1] == 0xff;
            value[at % (r->len + 1)] = edits[e + 3];
        }
        if (is_gone)
            continue;
        st =
            host == 0
                ? aw_subject_load(h->subject, r->space, r->key, ((struct aw_bytes){value, r->len}))
                : aw_contact_load(h->contact, r->space, r->key, ((struct aw_bytes){value, r->len}));
        if (st != AW_OK)
            return st;
    }
    return host == 0 ? aw_subject_start(h->subject, circle_now(&circle, host))
                     : aw_contact_start(h->contact, circle_now(&circle, host));
}

static void drain(unsigned host, struct aw_now now)
{
    const struct circle_host *h = &circle.hosts[host];
    struct aw_action a;

    for (unsigned i = 0; i < 300; i++) {
        if (!(host == 0 ? aw_subject_next_action(h->subject, &a)
                        : aw_contact_next_action(h->contact, &a)))
            return;
        if (host == 0)
            aw_subject_done(h->subject, a.id, AW_OK, now);
        else
            aw_contact_done(h->contact, a.id, AW_OK, now);
    }
}

/* What a day brings: time, what humans say, a cell. */
static void live(unsigned host)
{
    static const unsigned hours[] = {0, 1, 2, 26};
    const struct circle_host *h = &circle.hosts[host];
    struct aw_contact_view view;
    struct aw_why why;

    for (size_t i = 0; i < AW_COUNT(hours); i++) {
        struct aw_now now = circle_now(&circle, host);
        enum aw_status st = AW_OK;

        now.mono_ms += hours[i] * HOUR_S * 1000;
        now.wall_ms += hours[i] * HOUR_S * 1000;
        if (host == 0) {
            aw_subject_tick(h->subject, now);
            st = aw_subject_checkin(h->subject, circle_safe, NULL, 0, NULL, now);
        } else {
            for (size_t n = 0; n < circle.cell_count; n++)
                st = aw_contact_feed(
                    h->contact, 0, ((struct aw_bytes){circle.cells[n].bytes, circle.cells[n].len}),
                    circle.cells[n].deposited_at_s, now);
            st = i == 1 ? aw_contact_claim(h->contact, now) : aw_contact_confirm(h->contact, now);
            aw_contact_view(h->contact, &view);
            aw_contact_why(h->contact, &why);
        }
        (void)st;
        drain(host, now);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct t_rng rng;
    struct aw_random random;
    struct aw_now now;
    unsigned host;
    enum aw_status st;

    if (size < 1)
        return 0;
    set_up();
    host = data[0] % 2U;
    rng = t_rng(1);
    random = t_random(&rng);
    now = circle_now(&circle, host);
    st = host == 0 ? aw_subject_init(circle.hosts[0].subject, &random, now)
                   : aw_contact_init(circle.hosts[1].contact, &random, 1, now);
    AW_ASSERT(st == AW_OK);
    st = load(host, data + 1, size - 1);
    AW_ASSERT(st == AW_OK || st == AW_E_DAMAGED || st == AW_E_VERSION);
    if (st == AW_OK)
        live(host);
    return 0;
}
