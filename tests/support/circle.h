/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_CIRCLE_H
#define AW_TESTS_CIRCLE_H

/*
 * A circle under virtual time: one subject, some contacts, a relay that is a list of cells, and
 * for each a store that is a list of records. The test decides what is lost, late or repeated,
 * who sleeps, and at which action a process dies.
 */

#include <allswell/contact.h>
#include <allswell/subject.h>

#include "test.h"

#define CIRCLE_CONTACTS_MAX AW_PLAN_MEMBER_MAX
#define CIRCLE_T0_S         UINT64_C(1790000000)
#define MIN_S               UINT64_C(60)
#define HOUR_S              UINT64_C(3600)

struct circle_record {
    uint8_t space;
    uint64_t key;
    uint8_t *value;
    size_t len;
};

/* A mailbox that a host reads. */
struct circle_reader {
    int host;
    uint32_t id;
    uint8_t capability[32];
};

struct circle_cell {
    uint8_t capability[32];
    uint8_t *bytes;
    size_t len;
    uint32_t deposited_at_s;
    int from;
    unsigned listing; /* of the readers among whom `to` was looked for, 0: none yet */
    const struct circle_reader *to;
};

/* Host 0 is the subject, host n contact n. */
struct circle_host {
    struct aw_subject *subject;
    struct aw_contact *contact;
    struct circle_record *records;
    size_t record_count;
    struct aw_event *events;
    size_t event_count;
    bool is_asleep;      /* not run at all */
    bool is_offline;     /* runs, but neither sends nor receives */
    bool store_fails;    /* every STORE */
    bool is_unproved;    /* no relay answers whether something waits */
    uint64_t proved_ms;  /* when one last did */
    uint64_t actions;    /* handed out so far */
    uint64_t crash_at;   /* dies at this action, 0: never */
    bool crash_is_after; /* when the action was done, before it was reported */
    unsigned restarts;
    int64_t skew_s; /* of its wall clock */
};

/* One of a relay: the newest cell that its sender left there. */
struct circle_switch {
    struct circle_cell cell;
    uint64_t fires_ms;
};

struct circle {
    struct t_rng rng;
    uint64_t mono_ms;
    struct circle_host hosts[1 + CIRCLE_CONTACTS_MAX];
    size_t contacts;
    struct circle_cell *cells;
    size_t cell_count;
    /* As listed since the last AW_EVENT_MAILBOXES or start. */
    struct circle_reader *readers;
    size_t reader_count;
    bool has_readers;
    unsigned listing; /* counts how often they were listed */
    uint64_t sent_count[1 + CIRCLE_CONTACTS_MAX];
    struct circle_switch *switches;
    size_t switch_count;
    bool has_switches; /* what is armed is delivered in time */
    /* Sees each action before anything becomes of it. NULL: nobody looks. */
    void (*watch)(struct circle *c, size_t host, const struct aw_action *a);
    /* Sees each question for a proof. NULL: nobody looks. */
    void (*probed)(struct circle *c, size_t host);
    void *watch_ctx; /* of both */
    /* Contacts ask for proofs as hosts do, every 31 s; else just when an answer matters. */
    bool has_interval;
    int64_t relay_skew_s;
    /* Returns how often a cell is delivered: 0 drops it. NULL: once. */
    unsigned (*fate)(struct circle *c, const struct circle_cell *cell);
    unsigned budget; /* for fate functions */
    /* Where everybody reads; circle_init() makes it one relay. */
    struct aw_endpoint relays[AW_ENDPOINT_COUNT_MAX];
    size_t relay_count;
};

void circle_init(struct circle *c, size_t contacts, uint64_t seed);
void circle_free(struct circle *c);

struct aw_now circle_now(const struct circle *c, size_t host);
uint64_t circle_now_s(const struct circle *c);

/* Runs everybody until nothing is left to do at this time. */
void circle_pump(struct circle *c);

/* Lets time pass, serving every deadline on the way. */
void circle_run(struct circle *c, uint64_t seconds);

/* Takes the process away and starts it again from its store. */
void circle_restart(struct circle *c, size_t host);

/* Invites, joins and compares words with contact n; afterwards both are verified. */
void circle_pair(struct circle *c, size_t n);

/* Sets a plan (an hour between check-ins, levels at 0, 10 and 20 min) and the secrets, contact 1
 * (and 3) in the circle, and lets it arrive. */
void circle_set_plan(struct circle *c);

/* Pairs everybody, and sets that plan. */
void circle_set_up(struct circle *c);
void circle_plan(struct circle *c, struct aw_plan *plan);

/* Presence keys of the two secrets, and of a wrong one. */
extern const uint8_t circle_safe[AW_PRESENCE_KEY_LEN];
extern const uint8_t circle_duress[AW_PRESENCE_KEY_LEN];
extern const uint8_t circle_wrong[AW_PRESENCE_KEY_LEN];

void circle_checkin(struct circle *c, const uint8_t key[AW_PRESENCE_KEY_LEN]);

struct aw_contact_view circle_view(const struct circle *c, size_t n);

/* Events of a kind since the start, or since circle_forget_events(). */
size_t circle_events(const struct circle *c, size_t host, enum aw_event_kind kind);
void circle_forget_events(struct circle *c);

#endif /* AW_TESTS_CIRCLE_H */
