/* SPDX-License-Identifier: ISC */
/*
 * Input: an action trace for two ends of a channel, one byte each: what to do in the low half,
 * where in the high half. Properties: what is opened was sealed by the other end, and is the same;
 * a changed cell opens nowhere; a refused cell leaves the record as it was; a record brings
 * back the state; no two cells have the same nonce.
 */
#include "fuzz.h"
#include "support/pair.h"

#include <string.h>

#include "base/bytes.h"

#define TRACE_MAX  160
#define FLIGHT_MAX 16

struct flight {
    uint8_t cells[FLIGHT_MAX][AW_CELL_LEN];
    size_t count;
};

struct world {
    struct pair p;
    struct aw_channel *ends[2], backup[2];
    bool has_heard[2];
    struct flight in[2];
    uint8_t said_by[TRACE_MAX]; /* by id: 1 + end */
    uint32_t next_id;
    uint64_t rng;
};

static bool fill(void *ctx, uint8_t *out, size_t len)
{
    uint64_t *state = ctx;

    for (size_t i = 0; i < len; i++) {
        *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        out[i] = (uint8_t)(*state >> 56);
    }
    return true;
}

static void put(struct world *w, size_t to, const uint8_t cell[AW_CELL_LEN])
{
    struct flight *f = &w->in[to];

    if (f->count == FLIGHT_MAX)
        return;
    memcpy(f->cells[f->count++], cell, AW_CELL_LEN);
}

static void take(struct flight *f, size_t place)
{
    memmove(f->cells[place], f->cells[place + 1], (f->count - place - 1) * AW_CELL_LEN);
    f->count--;
}

static void say(struct world *w, size_t from, bool quarantine)
{
    enum aw_session session = quarantine && aw_channel_is_quarantined(w->ends[from])
                                  ? AW_SESSION_QUARANTINE
                                  : AW_SESSION_MAIN;
    uint8_t cell[AW_CELL_LEN];
    struct aw_sealed at;
    enum aw_status st;

    if (from == 1 && !w->has_heard[1])
        return;
    st = pair_say(&w->p, w->ends[from], session, w->next_id, cell, &at);
    AW_ASSERT(st == AW_OK);
    w->said_by[w->next_id++] = (uint8_t)(1 + from);
    put(w, 1 - from, cell);
}

static void send_handshake(struct world *w, size_t from, bool answer)
{
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf out = AW_BUF_OF(cell);
    enum aw_status st = answer ? aw_channel_resume_answer(w->ends[from], &out)
                               : aw_channel_resume_cell(w->ends[from], &out);

    if (st == AW_OK)
        put(w, 1 - from, cell);
}

static void ask(struct world *w, size_t who)
{
    const struct aw_resume own = {0};
    enum aw_status st = aw_channel_resume_ask(w->ends[who], &own, &w->p.random);

    AW_ASSERT(st == AW_OK || st == AW_E_STATE);
    send_handshake(w, who, false);
}

static void hear(struct world *w, size_t who, const uint8_t cell[AW_CELL_LEN], bool is_changed)
{
    struct aw_channel before = *w->ends[who];
    struct aw_opened opened;
    struct pair_call call;
    unsigned events = 0;
    enum aw_status st = pair_hear(&w->p, w->ends[who], cell, &opened, &call, &events);

    if (opened.kind == 0) {
        AW_ASSERT(st != AW_OK);
        AW_ASSERT(pair_same(&before, w->ends[who]));
        return;
    }
    AW_ASSERT(!is_changed);
    if (opened.kind == AW_OPENED_RESUME)
        send_handshake(w, who, true);
    if (opened.kind == AW_OPENED_MESSAGE) {
        AW_ASSERT(call.id < w->next_id && w->said_by[call.id] == 2 - who);
        w->has_heard[who] = true;
    }
}

static void deliver(struct world *w, size_t who, size_t place, bool keep, uint8_t flip)
{
    struct flight *f = &w->in[who];
    uint8_t cell[AW_CELL_LEN];

    if (f->count == 0)
        return;
    place %= f->count;
    memcpy(cell, f->cells[place], AW_CELL_LEN);
    if (flip != 0)
        cell[(flip * 37U + place) % AW_CELL_LEN] ^= (uint8_t)(1U << flip % 8);
    if (!keep && flip == 0)
        take(f, place);
    hear(w, who, cell, flip != 0);
}

static void restart(struct world *w, size_t who)
{
    struct aw_channel before = *w->ends[who];
    bool ok = pair_restart(w->ends[who]);

    AW_ASSERT(ok);
    AW_ASSERT(pair_same(&before, w->ends[who]));
}

static void decide(struct world *w, size_t who, bool accept)
{
    bool waits = aw_channel_is_quarantined(w->ends[who]);
    enum aw_status st;

    if (!accept) {
        aw_channel_quarantine_refuse(w->ends[who]);
        return;
    }
    st = aw_channel_quarantine_accept(w->ends[who]);
    AW_ASSERT(st == (waits ? AW_OK : AW_E_STATE));
}

static void act(struct world *w, uint8_t action, uint8_t next)
{
    size_t who = action >> 7, place = action >> 4 & 7;

    switch (action & 15) {
    case 0:
    case 1:
        say(w, who, (place & 1) != 0);
        break;
    case 2:
    case 3:
    case 4:
        deliver(w, who, 0, false, 0);
        break;
    case 5:
        deliver(w, who, place, false, 0);
        break;
    case 6:
        deliver(w, who, place, true, 0);
        break;
    case 7:
        deliver(w, who, place, true, (uint8_t)(next | 1));
        break;
    case 8:
        if (w->in[who].count > 0)
            take(&w->in[who], place % w->in[who].count);
        break;
    case 9:
        if (w->in[who].count > 0) /* to its own sender */
            hear(w, 1 - who, w->in[who].cells[place % w->in[who].count], false);
        break;
    case 10:
        restart(w, who);
        break;
    case 11:
        w->backup[who] = *w->ends[who];
        break;
    case 12:
        *w->ends[who] = w->backup[who];
        break;
    case 13:
        ask(w, who);
        break;
    case 14:
        send_handshake(w, who, false);
        break;
    default:
        decide(w, who, (place & 1) != 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world w;
    bool ok;

    memset(&w, 0, sizeof w);
    w.rng = size;
    ok = pair_init(&w.p, &(struct aw_random){.fill = fill, .ctx = &w.rng});
    AW_ASSERT(ok);
    w.ends[0] = &w.p.subject;
    w.ends[1] = &w.p.contact;
    w.backup[0] = w.p.subject;
    w.backup[1] = w.p.contact;
    for (size_t i = 0; i < size && i < TRACE_MAX; i++)
        act(&w, data[i], i + 1 < size ? data[i + 1] : 0);
    return 0;
}
