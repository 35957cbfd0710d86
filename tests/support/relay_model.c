/* SPDX-License-Identifier: ISC */
#include "relay_model.h"

#include "base/bytes.h"
#include "relay_bed.h"

#define BOXES       3
#define LINKS       3
#define CELLS_MAX   8192
#define ASKS_MAX    1024
#define AFTER_MAX_S 3
#define CHECK(cond) T_REQUIRE(cond)

/* A cell that was accepted: what the model knows of it. */
struct cell {
    uint32_t no;
    bool is_bulk;
    bool is_durable; /* at some time */
    bool is_failed;  /* its commit failed */
    bool is_armed;   /* came with an arm */
};

struct list {
    uint32_t cells[512];
    size_t count;
};

/* What a switch holds. */
struct armed {
    bool exists;
    uint32_t cell, after_s;
    uint64_t since_ms; /* its time counts from here: armed, or the restart after it */
};

/* One state of a mailbox: in memory, when the batch was closed, or in the store. */
struct box_state {
    bool exists, is_small; /* made with the small token */
    struct armed armed;
    struct list cells;
    uint32_t taken, next_no, fired;
};

struct box {
    struct box_state live, snap, durable;
    struct list pend[2];                    /* filling, under way */
    struct armed arm[2];                    /* the last one of each */
    struct list arms[2];                    /* all of each */
    uint32_t sub_link, sub_number, sent_no; /* link 1.. */
    uint32_t firing;                        /* number of the arm, 0: none */
    uint32_t life;                          /* times that it was created */
    bool is_unsure; /* a commit failed under a subscription that is not answered */
};

struct ask {
    uint32_t number, box, cell;
    uint32_t fails; /* failed commits when it was asked */
    uint32_t life;  /* of the mailbox */
    uint8_t op, status;
    bool is_optional;
};

struct link {
    struct ask asks[ASKS_MAX];
    size_t head, tail;
    bool is_ending; /* had no room to be told `moved`: over once it has read what waits */
};

struct model {
    struct relay_bed bed;
    struct cell cells[CELLS_MAX];
    uint32_t cell_count;
    struct box boxes[BOXES];
    struct link links[LINKS + 1];
    uint32_t number, fails;
    size_t moved;
    uint8_t token[32], small[32]; /* for all mailboxes, and for one */
};

static struct model m;

static void list_add(struct list *l, uint32_t cell)
{
    CHECK(l->count < 512);
    l->cells[l->count++] = cell;
}

static void list_remove(struct list *l, size_t at)
{
    memmove(l->cells + at, l->cells + at + 1, (l->count - at - 1) * sizeof *l->cells);
    l->count--;
}

static size_t count_kind(const struct list *l, bool is_bulk)
{
    size_t count = 0;

    for (size_t i = 0; i < l->count; i++)
        count += m.cells[l->cells[i]].is_bulk == is_bulk ? 1 : 0;
    return count;
}

/* Puts what was pending behind what was there, and drops the 33rd small one of 65. */
static void merge(struct list *into, const struct list *pend)
{
    for (size_t i = 0; i < pend->count; i++) {
        list_add(into, pend->cells[i]);
        if (count_kind(into, false) <= 64)
            continue;
        for (size_t at = 0, seen = 0; at < into->count; at++) {
            if (m.cells[into->cells[at]].is_bulk || seen++ < 32)
                continue;
            list_remove(into, at);
            break;
        }
    }
}

static void expect(uint32_t link, uint8_t op, uint32_t box, uint32_t cell, uint8_t status)
{
    struct link *l = &m.links[link];

    CHECK(l->tail < ASKS_MAX);
    l->asks[l->tail++] = (struct ask){.number = m.number,
                                      .box = box,
                                      .cell = cell,
                                      .fails = m.fails,
                                      .life = m.boxes[box].life,
                                      .op = op,
                                      .status = status};
}

/* Of `link`: nothing waits for it any more. */
static void forget_asks(uint32_t link)
{
    m.links[link].head = m.links[link].tail = 0;
    m.links[link].is_ending = false;
}

/* The subscription of `box` goes to another link, and the older one is told. */
static void expect_moved(struct box *box, uint32_t b)
{
    struct link *l = &m.links[box->sub_link];
    uint32_t number = m.number;
    size_t sure = 0;

    for (size_t i = l->head; i < l->tail; i++)
        sure += l->asks[i].is_optional ? 0 : 1;
    if (sure >= AW_RELAY_WINDOW) {
        l->is_ending = true;
        return;
    }
    m.number = box->sub_number;
    expect(box->sub_link, AW_REQUEST_SUBSCRIBE, b, 0, AW_RELAY_MOVED);
    l->asks[l->tail - 1].is_optional = box->is_unsure || l->tail - l->head > AW_RELAY_WINDOW;
    m.number = number;
}

static void do_deposit(uint32_t link, uint32_t b, bool is_bulk, bool is_repeat)
{
    struct box *box = &m.boxes[b];
    uint32_t content = m.cell_count;
    size_t bulk_count = count_kind(&box->live.cells, true) + count_kind(&box->pend[0], true) +
                        count_kind(&box->pend[1], true);

    if (m.cell_count == CELLS_MAX)
        return;
    if (is_repeat) { /* of the newest that waits or will wait */
        const struct list *l = box->pend[0].count > 0   ? &box->pend[0]
                               : box->pend[1].count > 0 ? &box->pend[1]
                                                        : &box->live.cells;

        if (l->count == 0)
            return;
        content = l->cells[l->count - 1];
        if (m.cells[content].is_armed)
            return; /* a relay cannot know those again */
        is_bulk = m.cells[content].is_bulk;
    }
    m.number++;
    if (bed_deposit(&m.bed, link - 1, m.number, b, content, is_bulk ? 16384 : 512) != AW_OK)
        return;
    if (!box->live.exists) {
        expect(link, AW_REQUEST_DEPOSIT, b, content, AW_RELAY_UNKNOWN);
        return;
    }
    if (!is_repeat && is_bulk && bulk_count >= 8) {
        expect(link, AW_REQUEST_DEPOSIT, b, content, AW_RELAY_FULL);
        return;
    }
    expect(link, AW_REQUEST_DEPOSIT, b, content, AW_RELAY_OK);
    if (is_repeat)
        return;
    m.cells[m.cell_count++] = (struct cell){.no = box->live.next_no++, .is_bulk = is_bulk};
    list_add(&box->pend[0], content);
}

static void do_arm(uint32_t link, uint32_t b, uint32_t after_s)
{
    struct box *box = &m.boxes[b];
    uint32_t content = m.cell_count;

    if (m.cell_count == CELLS_MAX)
        return;
    m.number++;
    if (bed_arm(&m.bed, link - 1, m.number, b, content, after_s) != AW_OK)
        return;
    expect(link, AW_REQUEST_ARM, b, content, box->live.exists ? AW_RELAY_OK : AW_RELAY_UNKNOWN);
    m.cells[m.cell_count++] = (struct cell){.is_armed = true};
    if (!box->live.exists)
        return;
    list_add(&box->arms[0], content);
    box->arm[0] = (struct armed){true, content, after_s, m.bed.now.mono_ms};
}

/* Returns whether a cell that the switch delivered is waiting. */
static bool is_unread(const struct list *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (m.cells[l->cells[i]].is_armed)
            return true;
    return false;
}

/*
 * Reads out of a mailbox row of the closed batch whether its switch fires. It may not be early,
 * nor twice, nor while a newer arm is under way; settle() sees that it happens.
 */
static void look_for_fired(const struct aw_store_op *op)
{
    const uint8_t *p = op->value.ptr;

    for (uint32_t b = 0; b < BOXES; b++) {
        struct box *box = &m.boxes[b];
        struct armed *a = &box->live.armed;
        uint8_t key[32];

        bed_key(2 * b, key);
        if (p == NULL || op->space != AW_RELAY_SPACE_MAILBOX || memcmp(p + 1, key, 32) != 0 ||
            aw_get_u32(p + 81) == box->live.fired)
            continue;
        CHECK(box->live.exists && a->exists && box->arms[0].count == 0);
        CHECK(m.bed.now.mono_ms >= a->since_ms + UINT64_C(1000) * a->after_s);
        CHECK(!is_unread(&box->live.cells));
        CHECK(aw_get_u32(p + 85) == box->live.next_no);
        m.cells[a->cell].no = box->live.next_no++;
        list_add(&box->pend[0], a->cell);
        box->firing = aw_get_u32(p + 81);
    }
}

static void do_take(uint32_t link, uint32_t b, uint32_t rank)
{
    struct box *box = &m.boxes[b];
    struct list *l = &box->live.cells;
    uint32_t upto = 0;

    if (l->count > 0)
        upto = m.cells[l->cells[rank % l->count]].no;
    m.number++;
    if (bed_op(&m.bed, link - 1, m.number, AW_REQUEST_TAKE, b, upto) != AW_OK)
        return;
    expect(link, AW_REQUEST_TAKE, b, 0, box->live.exists ? AW_RELAY_OK : AW_RELAY_UNKNOWN);
    while (l->count > 0 && m.cells[l->cells[0]].no <= upto)
        list_remove(l, 0);
    if (upto > box->live.taken)
        box->live.taken = upto;
}

static void do_create(uint32_t link, uint32_t b, bool is_small)
{
    struct box *box = &m.boxes[b];
    bool is_used_up = false;

    for (uint32_t i = 0; i < BOXES; i++)
        is_used_up = is_used_up || (is_small && m.boxes[i].live.exists && m.boxes[i].live.is_small);
    m.number++;
    if (bed_create(&m.bed, link - 1, m.number, b, is_small ? m.small : m.token) != AW_OK)
        return;
    if (!box->live.exists && is_used_up) {
        expect(link, AW_REQUEST_CREATE, b, 0, AW_RELAY_LIMIT);
        return;
    }
    if (!box->live.exists) {
        box->live = (struct box_state){.exists = true, .is_small = is_small, .next_no = 1};
        box->life++;
    }
    expect(link, AW_REQUEST_CREATE, b, 0, AW_RELAY_OK);
}

static void do_remove(uint32_t link, uint32_t b)
{
    struct box *box = &m.boxes[b];

    m.number++;
    if (bed_op(&m.bed, link - 1, m.number, AW_REQUEST_REMOVE, b, 0) != AW_OK)
        return;
    expect(link, AW_REQUEST_REMOVE, b, 0, box->live.exists ? AW_RELAY_OK : AW_RELAY_UNKNOWN);
    for (int i = 0; i < 4; i++) { /* their senders are told what became of the batch */
        struct list *l = i < 2 ? &box->pend[i] : &box->arms[i - 2];

        for (size_t c = 0; c < l->count; c++)
            m.cells[l->cells[c]].is_durable = m.cells[l->cells[c]].is_failed = true;
        l->count = 0;
    }
    box->live.exists = box->live.armed.exists = box->arm[0].exists = box->arm[1].exists = false;
    box->live.cells.count = box->firing = 0;
    box->sub_link = 0;
}

static void do_subscribe(uint32_t link, uint32_t b)
{
    struct box *box = &m.boxes[b];

    m.number++;
    if (bed_op(&m.bed, link - 1, m.number, AW_REQUEST_SUBSCRIBE, b, 0) != AW_OK)
        return;
    if (box->live.exists && box->sub_link != 0 && box->sub_link != link)
        expect_moved(box, b);
    expect(link, AW_REQUEST_SUBSCRIBE, b, 0, box->live.exists ? AW_RELAY_OK : AW_RELAY_UNKNOWN);
    if (!box->live.exists)
        return;
    box->is_unsure = false;
    box->sub_link = link;
    box->sub_number = m.number;
    box->sent_no = 0;
}

static void do_probe(uint32_t link, uint32_t b)
{
    m.number++;
    if (bed_op(&m.bed, link - 1, m.number, AW_REQUEST_PROBE, b, 0) != AW_OK)
        return;
    expect(link, AW_REQUEST_PROBE, b, 0, m.boxes[b].live.exists ? AW_RELAY_OK : AW_RELAY_UNKNOWN);
}

static void change_switch(struct box_state *s, uint32_t firing, const struct armed *arm)
{
    if (firing != 0) {
        s->armed.exists = false;
        s->fired = firing;
    }
    if (arm->exists)
        s->armed = *arm;
}

static void do_begin(void)
{
    if (m.bed.is_under_way || !bed_begin(&m.bed))
        return;
    for (size_t i = 0; i < m.bed.batch.op_count; i++)
        look_for_fired(&m.bed.batch.ops[i]);
    for (uint32_t b = 0; b < BOXES; b++) {
        struct box *box = &m.boxes[b];

        box->snap = box->live;
        change_switch(&box->snap, box->firing, &box->arm[0]);
        merge(&box->snap.cells, &box->pend[0]);
        box->pend[1] = box->pend[0];
        box->arms[1] = box->arms[0];
        box->arm[1] = box->arm[0];
        box->pend[0].count = box->arms[0].count = 0;
        box->arm[0].exists = false;
    }
}

/* What the store holds now is what the closed batch said. */
static void written(void)
{
    for (uint32_t b = 0; b < BOXES; b++) {
        m.boxes[b].durable = m.boxes[b].snap;
        for (size_t i = 0; i < m.boxes[b].durable.cells.count; i++)
            m.cells[m.boxes[b].durable.cells.cells[i]].is_durable = true;
    }
}

/* Returns whether the subscription of `box` has not been answered yet. */
static bool is_asked(const struct box *box)
{
    const struct link *l = &m.links[box->sub_link];

    for (size_t i = l->head; i < l->tail; i++)
        if (l->asks[i].op == AW_REQUEST_SUBSCRIBE && l->asks[i].number == box->sub_number &&
            l->asks[i].status == AW_RELAY_OK)
            return box->sub_link != 0;
    return false;
}

static void do_end(bool is_good)
{
    if (!m.bed.is_under_way)
        return;
    bed_end(&m.bed, is_good ? AW_OK : AW_E_STORE);
    if (is_good)
        written();
    else
        m.fails++;
    for (uint32_t b = 0; b < BOXES; b++) {
        struct box *box = &m.boxes[b];

        for (int i = 0; i < 2; i++) {
            struct list *l = i == 0 ? &box->pend[1] : &box->arms[1];

            for (size_t c = 0; c < l->count; c++) {
                if (i == 0 && m.cells[l->cells[c]].is_armed)
                    continue; /* durable since it was armed */
                m.cells[l->cells[c]].is_durable = is_good;
                m.cells[l->cells[c]].is_failed = !is_good;
            }
        }
        if (is_good) {
            merge(&box->live.cells, &box->pend[1]);
            change_switch(&box->live, box->firing, &box->arm[1]);
        }
        box->pend[1].count = box->arms[1].count = box->firing = 0;
        box->arm[1].exists = false;
        box->is_unsure = box->is_unsure || (!is_good && is_asked(box));
    }
}

static void do_crash(bool is_written)
{
    if (m.bed.is_under_way && is_written) {
        bed_write(&m.bed);
        written();
    }
    bed_crash(&m.bed);
    for (uint32_t link = 1; link <= LINKS; link++)
        forget_asks(link);
    for (uint32_t b = 0; b < BOXES; b++) {
        struct box *box = &m.boxes[b];
        const struct list *l = &box->durable.cells;

        box->live = box->durable;
        box->pend[0].count = box->pend[1].count = box->arms[0].count = box->arms[1].count = 0;
        box->arm[0].exists = box->arm[1].exists = false;
        box->firing = 0;
        box->live.armed.since_ms = m.bed.now.mono_ms; /* one interval more */
        box->sub_link = 0;
        box->live.next_no = box->live.taken + 1;
        if (l->count > 0)
            box->live.next_no = m.cells[l->cells[l->count - 1]].no + 1;
    }
}

/* Housekeeping moves cells between rows, and that must not show. Steps that are no pauses. */
static void do_tidy(void)
{
    for (int i = 0; i < 25; i++) {
        m.bed.now.mono_ms += 150000;
        aw_relay_tick(m.bed.relay, m.bed.now);
    }
    m.moved += bed_tidy(&m.bed, 100);
}

static void do_reopen(uint32_t link)
{
    aw_relay_link_closed(m.bed.relay, link - 1);
    aw_relay_link_open(m.bed.relay, link - 1);
    forget_asks(link);
    for (uint32_t b = 0; b < BOXES; b++)
        if (m.boxes[b].sub_link == link)
            m.boxes[b].sub_link = 0;
}

static void check_delivery(uint32_t link, const struct aw_answer *a)
{
    for (uint32_t b = 0; b < BOXES; b++) {
        struct box *box = &m.boxes[b];

        if (box->sub_link != link || box->sub_number != a->number)
            continue;
        for (size_t i = 0; i < box->live.cells.count; i++) {
            uint32_t content = box->live.cells.cells[i];
            const struct cell *c = &m.cells[content];

            if (c->no <= box->sent_no)
                continue;
            CHECK(a->cell_no == c->no); /* the next one, none left out */
            CHECK(bed_content(a->cell) == content);
            CHECK(a->cell.len == (c->is_bulk ? 16384u : 512u));
            CHECK(c->is_durable);
            box->sent_no = c->no;
            return;
        }
    }
    printf("a delivery that nobody waits for\n");
    CHECK(false);
}

static uint32_t unsent(const struct box *box, uint32_t link)
{
    uint32_t count = 0;

    for (size_t i = 0; i < box->live.cells.count; i++)
        if (box->sub_link != link || m.cells[box->live.cells.cells[i]].no > box->sent_no)
            count++;
    return count;
}

static void check_answer(uint32_t link, const struct aw_answer *a)
{
    struct link *l = &m.links[link];
    const struct ask *ask = &l->asks[l->head];
    struct box *box;

    while (l->head < l->tail && ask->is_optional &&
           (a->number != ask->number || a->status != ask->status))
        ask = &l->asks[++l->head];
    CHECK(l->head < l->tail);
    l->head++;
    box = &m.boxes[ask->box];
    CHECK(a->number == ask->number);
    if (a->status == AW_RELAY_STORE) { /* only if a commit failed after it was asked */
        CHECK(ask->status == AW_RELAY_OK && m.fails > ask->fails);
        CHECK((ask->op != AW_REQUEST_DEPOSIT && ask->op != AW_REQUEST_ARM) ||
              m.cells[ask->cell].is_failed || !box->live.exists);
        if (ask->op == AW_REQUEST_SUBSCRIBE && box->sub_link == link &&
            box->sub_number == ask->number)
            box->sub_link = 0;
        return;
    }
    CHECK(a->status == ask->status);
    if (ask->op == AW_REQUEST_SUBSCRIBE && box->sub_number == ask->number)
        box->is_unsure = false;
    if (a->status != AW_RELAY_OK)
        return;
    if (ask->op == AW_REQUEST_DEPOSIT || ask->op == AW_REQUEST_ARM)
        CHECK(m.cells[ask->cell].is_durable);
    if (ask->op == AW_REQUEST_CREATE && box->live.exists && ask->life == box->life)
        CHECK(box->durable.exists);
    if (a->kind == AW_ANSWER_COUNTED && box->live.exists && ask->life == box->life)
        CHECK(a->waiting == unsent(box, link));
}

static void do_recv(uint32_t link, size_t frame_len)
{
    static struct aw_answer out[4096];
    size_t count = bed_recv(&m.bed, link - 1, frame_len, out, 4096);

    for (size_t i = 0; i < count; i++) {
        if (out[i].kind == AW_ANSWER_DELIVERY)
            check_delivery(link, &out[i]);
        else
            check_answer(link, &out[i]);
    }
    for (uint32_t b = 0; b < BOXES; b++)
        CHECK(m.boxes[b].sub_link != link || m.boxes[b].is_unsure ||
              unsent(&m.boxes[b], link) == 0);
}

/* With a disk that works, everything is answered, everything is in the store, and whatever is
 * armed is delivered, but for what waits behind an unread delivery. */
static void settle(void)
{
    for (int i = 0; i < 4 + AFTER_MAX_S; i++) {
        do_end(true);
        m.bed.now.mono_ms += AW_RELAY_RETRY_MS;
        do_begin();
    }
    do_end(true);
    for (uint32_t b = 0; b < BOXES; b++)
        CHECK(!m.boxes[b].live.armed.exists || is_unread(&m.boxes[b].live.cells));
    for (uint32_t link = 1; link <= LINKS; link++) {
        do_recv(link, 20000);
        while (m.links[link].head < m.links[link].tail &&
               m.links[link].asks[m.links[link].head].is_optional)
            m.links[link].head++;
        CHECK(m.links[link].head == m.links[link].tail);
        forget_asks(link);
    }
    do_crash(false);
    for (uint32_t b = 0; b < BOXES; b++) {
        do_subscribe(1 + b % LINKS, b);
        do_recv(1 + b % LINKS, 65000);
    }
}

static void play_one(uint8_t byte)
{
    uint32_t arg = byte & 15;
    uint32_t link = 1 + arg % LINKS;
    uint32_t box = arg / 4 % BOXES;

    switch (byte >> 4) {
    case 0:
        do_deposit(link, box, false, false);
        break;
    case 1:
        do_arm(link, box, 1 + arg % AFTER_MAX_S);
        break;
    case 2:
        do_deposit(link, box, false, true);
        break;
    case 3:
        do_deposit(link, box, true, false);
        break;
    case 4:
        for (int i = 0; i < 20; i++)
            do_deposit(link, box, false, false);
        break;
    case 5:
        do_subscribe(link, box);
        break;
    case 6:
        do_take(link, box, arg % 4 * 9);
        break;
    case 7:
    case 8:
        do_begin();
        break;
    case 9:
        do_end(true);
        break;
    case 10:
        if (arg < 8)
            do_end(true);
        else
            do_tidy();
        break;
    case 11:
        do_end(arg < 8);
        break;
    case 12:
        do_recv(link, arg < 8 ? 16500 : 65000);
        break;
    case 13:
        m.bed.now.mono_ms += arg * 100;
        break;
    case 14:
        if (arg < 6)
            do_probe(link, arg % BOXES);
        else if (arg < 12)
            do_create(link, arg % BOXES, arg >= 9);
        else if (arg < 14)
            do_remove(link, arg % BOXES);
        else
            do_reopen(link);
        break;
    default:
        if (arg < 14)
            do_crash(arg < 7);
        else
            settle();
    }
}

size_t relay_model_play(const uint8_t *trace, size_t len)
{
    /* More mailboxes than one batch can remove: they are free again when it is committed. */
    static const struct aw_relay_config config = {.link_count = LINKS,
                                                  .mailbox_count = 1024,
                                                  .cell_count = 1024,
                                                  .token_count = 2,
                                                  .rate_burst = 1 << 20};

    m.number = m.fails = m.cell_count = 0;
    m.moved = 0;
    memset(m.boxes, 0, sizeof m.boxes);
    memset(m.links, 0, sizeof m.links);
    bed_open(&m.bed, &config);
    bed_token(&m.bed, BOXES, NULL, m.token);
    bed_token(&m.bed, 1, NULL, m.small);
    for (uint32_t b = 0; b + 1 < BOXES; b++)
        do_create(1, b, false);
    do_begin();
    do_end(true);
    for (size_t i = 0; i < len; i++) {
        for (uint32_t link = 1; link <= LINKS; link++)
            if (m.links[link].tail > ASKS_MAX - 64)
                settle();
        play_one(trace[i]);
    }
    settle();
    bed_close(&m.bed);
    return m.moved;
}
