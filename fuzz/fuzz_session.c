/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "support/circle.h"

#include "base/bytes.h"

/*
 * Input: a trace on a circle with two contacts, one byte an action: what in the low half, an
 * argument in the high half. Cells are lost, doubled, held back, replayed in any order, to other
 * mailboxes and with a bit changed; processes die at any action, stores fail, old backups are
 * restored, clocks step, networks go.
 *
 * Properties, all along: no assertion of an engine fails; no two cells are sealed with one nonce; a
 * cell that was changed or went astray is refused, and a refused one changes nothing that is
 * shown; what a contact takes for a statement of hers, she made; the newest one goes back with
 * the process only. In the end, when everything works again: she calls for help, and
 * everybody rings; or she checks in, falls silent, and everybody rings in time.
 */

#define CONTACTS    2
#define HOSTS       (1 + CONTACTS)
#define ACTIONS_MAX 48
#define HISTORY_MAX 64
#define NONCES_MAX  4096
#define NONCE_LEN   12

struct backup {
    struct circle_record *records;
    size_t count;
};

struct session {
    struct circle c;
    struct circle_cell history[HISTORY_MAX]; /* newest at (sent - 1) % HISTORY_MAX */
    size_t sent;
    uint64_t nonces[NONCES_MAX][2]; /* and what was sealed with each */
    size_t nonce_count;
    struct backup backups[HOSTS];
    uint32_t made_seq; /* newest statement that she ever made */
    uint32_t heard_seq[HOSTS];
    unsigned
        restarts[HOSTS]; /* when it was heard: what was not stored yet is lost with the process */
    bool is_restored;    /* somebody was, from a backup */
    unsigned fate; /* of the next cells: 0 lost, 1 doubled, 2 both in turns, 3 bulk of them lost */
};

static struct session s;

/* ---- What is sent ---- */

static void remember_nonce(const struct aw_bytes cell)
{
    uint64_t nonce = 0, content = 14695981039346656037u;

    for (size_t i = 0; i < cell.len; i++) {
        content = (content ^ cell.ptr[i]) * 1099511628211u;
        if (i == NONCE_LEN - 1)
            nonce = content;
    }
    for (size_t i = 0; i < s.nonce_count; i++)
        AW_ASSERT(s.nonces[i][0] != nonce || s.nonces[i][1] == content);
    if (s.nonce_count < NONCES_MAX) {
        s.nonces[s.nonce_count][0] = nonce;
        s.nonces[s.nonce_count++][1] = content;
    }
}

static void watch(struct circle *c, size_t host, const struct aw_action *a)
{
    struct circle_cell *cell = &s.history[s.sent % HISTORY_MAX];

    if (a->kind != AW_ACTION_SEND)
        return;
    remember_nonce(a->send.cell);
    free(cell->bytes);
    *cell = (struct circle_cell){
        .len = a->send.cell.len, .from = (int)host, .deposited_at_s = (uint32_t)circle_now_s(c)};
    cell->bytes = malloc(cell->len);
    AW_ASSERT(cell->bytes != NULL);
    memcpy(cell->bytes, a->send.cell.ptr, cell->len);
    memcpy(cell->capability, a->send.capability, sizeof cell->capability);
    s.sent++;
}

static unsigned fate(struct circle *c, const struct circle_cell *cell)
{
    (void)cell;
    if (c->budget == 0)
        return 1;
    c->budget--;
    return s.fate == 0 ? 0 : s.fate == 1 ? 2 : s.fate == 2 ? c->budget % 3 : c->budget % 4 == 0;
}

/* ---- What is fed ---- */

static enum aw_status feed(const struct circle_reader *to, struct aw_bytes bytes, uint32_t at_s)
{
    size_t host = (size_t)to->host;

    return host == 0
               ? aw_subject_feed(s.c.hosts[0].subject, to->id, bytes, at_s, circle_now(&s.c, 0))
               : aw_contact_feed(s.c.hosts[host].contact, to->id, bytes, at_s,
                                 circle_now(&s.c, host));
}

/* What is shown but for the counts of refused cells. */
static void see(size_t host, struct aw_contact_view *his, struct aw_subject_view *hers)
{
    memset(his, 0, sizeof *his);
    memset(hers, 0, sizeof *hers);
    if (host == 0) {
        aw_subject_view(s.c.hosts[0].subject, hers);
        return;
    }
    aw_contact_view(s.c.hosts[host].contact, his);
    his->refused_count = his->replayed_count = 0;
}

/* Feeds a cell that must be refused (or only may), and looks whether that showed. */
static void feed_bad(struct circle_reader to, struct aw_bytes bytes, uint32_t at_s, bool must_fail)
{
    static struct aw_contact_view his[2];
    struct aw_subject_view hers[2];
    size_t host = (size_t)to.host;
    enum aw_status st;

    if (s.c.hosts[host].is_asleep)
        return;
    if (host == 0)
        aw_subject_tick(s.c.hosts[0].subject, circle_now(&s.c, 0));
    else
        aw_contact_tick(s.c.hosts[host].contact, circle_now(&s.c, host));
    circle_pump(&s.c);
    see(host, &his[0], &hers[0]);
    st = feed(&to, bytes, at_s);
    AW_ASSERT(!must_fail || st != AW_OK);
    if (aw_status_class(st) == AW_CLASS_REFUSED) {
        see(host, &his[1], &hers[1]);
        AW_ASSERT(memcmp(&his[0], &his[1], sizeof his[0]) == 0);
        AW_ASSERT(memcmp(&hers[0], &hers[1], sizeof hers[0]) == 0);
    }
    circle_pump(&s.c);
}

/* Whoever reads there by now. */
static const struct circle_reader *reader_of(const struct circle_cell *cell)
{
    for (size_t i = 0; i < s.c.reader_count && s.c.has_readers; i++) {
        if (memcmp(s.c.readers[i].capability, cell->capability, sizeof cell->capability) == 0)
            return &s.c.readers[i];
    }
    return NULL;
}

/* An old cell: again, with a bit changed, or into a mailbox that it was not for. */
static void replay(unsigned back, unsigned how)
{
    size_t kept = s.sent < HISTORY_MAX ? s.sent : HISTORY_MAX;
    const struct circle_cell *cell;
    const struct circle_reader *to;
    uint8_t bytes[16384];

    if (back >= kept)
        return;
    cell = &s.history[(s.sent - 1 - back) % HISTORY_MAX];
    to = reader_of(cell);
    if (to == NULL || cell->len > sizeof bytes)
        return;
    memcpy(bytes, cell->bytes, cell->len);
    if (how == 1)
        bytes[(back * 211u + (unsigned)s.sent) % cell->len] ^= (uint8_t)(1u << back % 8);
    if (how == 2) {
        const struct circle_reader *astray = &s.c.readers[(s.sent + back) % s.c.reader_count];

        if (astray->host == to->host && astray->id == to->id)
            return;
        to = astray;
    }
    feed_bad(*to, (struct aw_bytes){bytes, cell->len}, cell->deposited_at_s, how == 1);
}

/* ---- Backups ---- */

static void forget_backup(struct backup *b)
{
    for (size_t i = 0; i < b->count; i++)
        free(b->records[i].value);
    free(b->records);
    *b = (struct backup){0};
}

static void copy_records(struct backup *to, const struct circle_record *from, size_t count)
{
    to->records = calloc(count + 1, sizeof *to->records);
    AW_ASSERT(to->records != NULL);
    for (size_t i = 0; i < count; i++) {
        to->records[i] = from[i];
        to->records[i].value = malloc(from[i].len + 1);
        AW_ASSERT(to->records[i].value != NULL);
        memcpy(to->records[i].value, from[i].value, from[i].len);
    }
    to->count = count;
}

static void back_up(size_t host)
{
    forget_backup(&s.backups[host]);
    copy_records(&s.backups[host], s.c.hosts[host].records, s.c.hosts[host].record_count);
}

static void restore(size_t host)
{
    struct circle_host *h = &s.c.hosts[host];
    struct backup now = {h->records, h->record_count};
    struct backup copy;

    if (s.backups[host].count == 0)
        return;
    copy_records(&copy, s.backups[host].records, s.backups[host].count);
    forget_backup(&now);
    h->records = copy.records;
    h->record_count = copy.count;
    s.is_restored = true;
    circle_restart(&s.c, host);
}

/* ---- Actions ---- */

static void say(unsigned arg)
{
    const uint8_t *keys[] = {circle_safe, circle_safe, circle_duress, circle_wrong};
    struct aw_subject *her = s.c.hosts[0].subject;
    struct aw_now now = circle_now(&s.c, 0);
    enum aw_status st;

    switch (arg >> 2) {
    case 0:
    case 1:
        st = aw_subject_checkin(her, keys[arg & 3], NULL, 0, NULL, now);
        break;
    case 2:
        st = (arg & 3) == 0 ? aw_subject_sos(her, NULL, NULL, now)
                            : aw_subject_cancel(her, keys[arg & 3], NULL, NULL, now);
        break;
    default:
        st = (arg & 3) == 0
                 ? aw_subject_timer_start(her, AW_TIMER_JOURNEY, (uint32_t)circle_now_s(&s.c) + 900,
                                          600, NULL, NULL, now)
             : (arg & 3) == 1 ? aw_subject_timer_end(her, circle_safe, NULL, NULL, now)
             : (arg & 3) == 2 ? aw_subject_timer_extend(her, NULL, now)
                              : aw_subject_drill(her, NULL, NULL, now);
    }
    /* The engine's clock is the one of its start: the time given may lie behind it. */
    AW_ASSERT(aw_status_class(st) <= AW_CLASS_USAGE || st == AW_E_RANGE);
    circle_pump(&s.c);
}

static void act_human(unsigned arg)
{
    size_t n = 1 + (arg & 1);
    struct aw_contact *he = s.c.hosts[n].contact;
    struct aw_now now = circle_now(&s.c, n);
    enum aw_status st = AW_OK;

    switch (arg >> 1 & 3) {
    case 0:
        st = aw_contact_claim(he, now);
        break;
    case 1:
        st = aw_contact_decline(he, now);
        break;
    case 2:
        st = aw_contact_confirm(he, now);
        break;
    default:
        st = aw_contact_seen(he, now);
    }
    AW_ASSERT(aw_status_class(st) <= AW_CLASS_USAGE);
    circle_pump(&s.c);
}

static void act_process(unsigned what, unsigned arg)
{
    size_t host = arg % HOSTS;
    struct circle_host *h = &s.c.hosts[host];

    switch (what) {
    case 8:
        h->crash_at = h->actions + 1 + arg / HOSTS;
        h->crash_is_after = arg >= 8;
        break;
    case 9:
        h->store_fails = !h->store_fails;
        break;
    case 10:
        circle_restart(&s.c, host);
        break;
    case 11:
        if (arg < 8)
            back_up(host);
        else
            restore(host);
        break;
    case 12:
        h->is_offline = !h->is_offline;
        break;
    case 13:
        h->is_asleep = !h->is_asleep;
        break;
    default:
        h->skew_s += arg < 8 ? 900 : -900;
    }
}

static void act(uint8_t byte)
{
    static const uint32_t spans_s[] = {1,   5,   10,   30,   60,   90,    120,   300,
                                       600, 900, 1800, 3600, 7200, 14400, 43200, 86400};
    unsigned what = byte & 15, arg = byte >> 4;

    switch (what) {
    case 0:
    case 1:
        circle_run(&s.c, spans_s[arg]);
        break;
    case 2:
        say(arg);
        break;
    case 3:
        act_human(arg);
        break;
    case 4:
        s.fate = arg & 3;
        s.c.budget = 1 + arg;
        break;
    case 5:
    case 6:
    case 7:
        replay(what == 5 && arg >= 8 ? 4 * arg : arg, what - 5);
        break;
    case 15:
        circle_pump(&s.c);
        break;
    default:
        act_process(what, arg);
    }
}

/* ---- What must hold ---- */

static void look(void)
{
    struct aw_subject_view hers;

    aw_subject_view(s.c.hosts[0].subject, &hers);
    if (hers.seq_last > s.made_seq)
        s.made_seq = hers.seq_last;
    for (size_t n = 1; n < HOSTS; n++) {
        struct aw_contact_view his = circle_view(&s.c, n);

        AW_ASSERT(his.newest.seq <= s.made_seq && his.checkin.seq <= s.made_seq);
        AW_ASSERT(his.newest.seq >= s.heard_seq[n] || s.restarts[n] != s.c.hosts[n].restarts);
        s.restarts[n] = s.c.hosts[n].restarts;
        s.heard_seq[n] = his.newest.seq;
        AW_ASSERT(his.incident == AW_INCIDENT_NONE || his.state >= AW_LADDER_SUSPECT);
    }
}

/* Everything works again. */
static void heal(void)
{
    struct aw_subject *her = s.c.hosts[0].subject;

    for (size_t i = 0; i < HOSTS; i++) {
        struct circle_host *h = &s.c.hosts[i];

        h->crash_at = 0;
        h->store_fails = h->is_offline = h->is_asleep = false;
        h->skew_s = 0;
    }
    s.c.budget = 0;
    /* Who was restored from a backup asks when he has heard eight cells that he cannot open, and
     * then speaks in quarantine, until the words are compared again. */
    circle_run(&s.c, s.is_restored ? 4 * HOUR_S : 40 * MIN_S);
    for (size_t n = 1; n < HOSTS; n++) {
        (void)!aw_subject_verify(her, (uint8_t)n, circle_now(&s.c, 0));
        (void)!aw_contact_verify(s.c.hosts[n].contact, circle_now(&s.c, n));
    }
    circle_run(&s.c, 10 * MIN_S);
}

static void end(uint8_t how)
{
    struct circle_host *her = &s.c.hosts[0];

    heal();
    if (how % 2 == 0) {
        AW_ASSERT(aw_subject_sos(her->subject, NULL, NULL, circle_now(&s.c, 0)) == AW_OK);
        circle_run(&s.c, 12 * MIN_S);
    } else {
        circle_checkin(&s.c, circle_safe);
        circle_run(&s.c, MIN_S);
        her->is_offline = true;
        circle_run(&s.c, 2 * HOUR_S);
    }
    for (size_t n = 1; n < HOSTS; n++) {
        struct aw_contact_view v = circle_view(&s.c, n);

        AW_ASSERT(v.incident >= (how % 2 == 0 ? AW_INCIDENT_SOS : AW_INCIDENT_MISSED));
        AW_ASSERT(v.rings);
    }
    AW_ASSERT(t_state.fail_count == 0); /* what tests/support/circle.c found */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t len = size < ACTIONS_MAX ? size : ACTIONS_MAX;

    s.sent = s.nonce_count = 0;
    s.made_seq = 0;
    s.is_restored = false;
    memset(s.heard_seq, 0, sizeof s.heard_seq);
    memset(s.restarts, 0, sizeof s.restarts);
    circle_init(&s.c, CONTACTS, 99);
    s.c.watch = watch;
    circle_set_up(&s.c);
    s.c.fate = fate;
    for (size_t i = 0; i < len; i++) {
        act(data[i]);
        look();
    }
    end(size > 0 ? data[size - 1] >> 4 : 0);
    circle_free(&s.c);
    for (size_t i = 0; i < HOSTS; i++)
        forget_backup(&s.backups[i]);
    for (size_t i = 0; i < HISTORY_MAX; i++)
        free(s.history[i].bytes);
    memset(s.history, 0, sizeof s.history);
    return 0;
}
