/* SPDX-License-Identifier: ISC */
#ifndef LAB_SIM_H
#define LAB_SIM_H

/*
 * The simulator: a whole circle on virtual time. The engines of subject, contacts and relays and
 * the client between them are the real ones; everything around them is drawn from one seed:
 * people, clocks, disks, links, crashes, and who is hostile. See README.md.
 *
 * One world is one life of one circle. It is event-driven: idle time costs nothing. All that it
 * does follows from its seed and its options; nothing here reads a clock or other randomness.
 */

#include "crypto/cell.h"

#include <allswell/client.h>
#include <allswell/contact.h>
#include <allswell/relay.h>
#include <allswell/store_memory.h>
#include <allswell/subject.h>
#include <stdio.h>

#define SIM_CONTACT_MAX AW_PLAN_MEMBER_MAX
/* Her, and her contacts. */
#define SIM_HOST_MAX    (1 + SIM_CONTACT_MAX)
#define SIM_RELAY_MAX   AW_ENDPOINT_COUNT_MAX
#define SIM_BOX_MAX     48 /* mailboxes of one host at one relay */
#define SIM_DEPOSIT_MAX 64
#define SIM_QUOTA       4000 /* mailboxes of the circle at a relay */
#define SIM_T0_S        UINT64_C(1790000000)
#define SIM_2038_MS     (1000 * (UINT64_C(1) << 31))

#define SIM_SECOND      UINT64_C(1000)
#define SIM_MINUTE      (60 * SIM_SECOND)
#define SIM_HOUR        (60 * SIM_MINUTE)
#define SIM_DAY         (24 * SIM_HOUR)
#define SIM_YEAR        (365 * SIM_DAY)

/* ---- Randomness: splitmix64 ---- */

struct sim_rng {
    uint64_t state;
};

uint64_t sim_next(struct sim_rng *rng);
uint64_t sim_below(struct sim_rng *rng, uint64_t bound);                /* 0 to bound - 1 */
uint64_t sim_between(struct sim_rng *rng, uint64_t low, uint64_t high); /* both included */
bool sim_chance(struct sim_rng *rng, uint32_t per_mille);
/* Exponential with this mean, at most 20 times it. */
uint64_t sim_exp(struct sim_rng *rng, uint64_t mean);

/* ---- Fault classes: each on or off and of a strength of its own for each seed ---- */

enum sim_fault {
    SIM_FAULT_DELAY = 0,  /* latency with a tail */
    SIM_FAULT_FLAP,       /* links break, addresses change */
    SIM_FAULT_CUT,        /* partitions of one host from one relay, or from all */
    SIM_FAULT_RELAY_DOWN, /* relays crash, and are down for a while */
    SIM_FAULT_ROLLBACK,   /* a relay comes back with an older state */
    SIM_FAULT_HOSTILE,    /* a relay drops, holds, repeats, forges and stamps wrong times */
    SIM_FAULT_CRASH,      /* engines die between, before and after actions */
    SIM_FAULT_DOZE,       /* devices sleep for hours */
    SIM_FAULT_DISK,       /* stores refuse */
    SIM_FAULT_LIE,        /* stores acknowledge what a power cut then loses */
    SIM_FAULT_CLOCK,      /* wall clocks step */
    SIM_FAULT_RESTORE,    /* a phone comes back from an older backup */
    SIM_FAULT_LATE,       /* she forgets */
    SIM_FAULT_TRAITOR,    /* one contact claims and confirms whatever happens */
    SIM_FAULT_SEIZED,     /* somebody else holds her phone and tries what he can */
    SIM_FAULT_REMOVAL,    /* she removes a contact quietly */
    SIM_FAULT_CARD,       /* she writes a plan card */
    SIM_FAULT_ODD,        /* people do what is out of order */
    SIM_FAULT_EARLY,      /* she checks in before a daily time */
    SIM_FAULT_ZONE,       /* her plan has a zone whose offset changes */
    SIM_FAULT_DRIFT,      /* no clock runs at the right speed; each day they are set */
    SIM_FAULT_ONE_WAY,    /* partitions in one direction */
    SIM_FAULT_FULL,       /* relays have no room, neither for cells nor for mailboxes */
    SIM_FAULT_EPOCH,      /* wall clocks stand at 1970 or 2038 */
    SIM_FAULT_PAUSE,      /* she plans a pause */
    SIM_FAULT_OPERATOR,   /* the contact who lies runs the hostile relay */
    SIM_FAULT_COUNT,
};

const char *sim_fault_name(enum sim_fault fault);

/* ---- Invariants ---- */

enum sim_invariant {
    SIM_I1_SILENCE = 0, /* silence, SOS and duress are heard within their bound */
    SIM_I2_CALM,        /* no alarm while what she said holds */
    SIM_I3_FRESH,       /* nothing but what she said extends her time, and nothing twice */
    SIM_I4_DURABLE,     /* what was acknowledged survives a crash; a word is told once */
    SIM_I5_NONCE,       /* no nonce under two cells */
    SIM_I6_AUTHENTIC,   /* no plan but hers, no end of an incident but by people */
    SIM_I7_HEALED,      /* when faults are over all agree */
    SIM_I8_BOUNDED,     /* stores and queues stay below their caps */
    SIM_I9_REFUSED,     /* what is refused changes nothing */
    SIM_I10_SAME,       /* same seed, same trace */
    SIM_I11_DEFINED,    /* no assertion of an engine fails */
    SIM_I12_CLOCKS,     /* I1, in a seed whose clocks are wrong */
    SIM_I13_PLACE,      /* no release without a quorum that found her missing */
    SIM_I14_REMOVED,    /* a removed contact hears that she is well, and nothing else */
    SIM_I15_CARD,       /* her card shows what its levels allow */
    SIM_I16_DUE,        /* a check-in meets the time that it may meet, and no other */
    SIM_I17_KEYS,       /* no session in quarantine where no device came back */
    SIM_INVARIANT_COUNT,
};

const char *sim_invariant_name(enum sim_invariant invariant);
const char *sim_invariant_text(enum sim_invariant invariant);

/* ---- Events ---- */

enum sim_kind {
    SIM_EV_HOST = 0, /* a deadline of a host */
    SIM_EV_RELAY,    /* a deadline of a relay */
    SIM_EV_DIAL,     /* a first frame arrives at a relay */
    SIM_EV_TO_RELAY, /* a frame arrives */
    SIM_EV_TO_HOST,  /* likewise */
    SIM_EV_BROKEN,   /* a host learns that its link is gone */
    SIM_EV_COMMIT,   /* a relay's batch is on disk */
    SIM_EV_RELAY_UP, /* a relay starts again */
    SIM_EV_START,    /* a host starts again */
    SIM_EV_WAKE,     /* a host wakes */
    SIM_EV_FAULT,    /* the next fault of a class; `a` */
    SIM_EV_HEAL,     /* a partition ends, or one in one direction: `a` */
    SIM_EV_ROOM,     /* a relay has room again */
    SIM_EV_CLOCK,    /* a wall clock is set right */
    SIM_EV_HELD,     /* a hostile relay deposits what it kept */
    SIM_EV_HUMAN,    /* somebody does something: `a` */
    SIM_EV_CHECK,    /* an alarm must have been heard by now: incident `a`, host */
};

struct sim_frame {
    size_t len;
    uint8_t capability[32]; /* HELD */
    uint8_t bytes[];
};

struct sim_event {
    uint64_t at_ms;
    uint64_t order; /* of those at one time, as they were made */
    enum sim_kind kind;
    uint8_t host, relay;
    uint32_t gen; /* of the link, process or relay that it was meant for */
    uint32_t a;
    struct sim_frame *frame; /* owned */
};

/* ---- Hosts ---- */

enum sim_link_state { SIM_LINK_DOWN = 0, SIM_LINK_DIALING, SIM_LINK_UP };

struct sim_box {
    bool is_used, is_wanted, is_removing;
    uint32_t id;
    uint64_t fed_upto, taken_upto;
};

struct sim_send {
    bool is_used;
    uint64_t id, action;
};

/* One host's end at one relay. */
struct sim_port {
    struct aw_client client;
    struct aw_client_mailbox client_boxes[SIM_BOX_MAX];
    struct aw_client_deposit client_deposits[SIM_DEPOSIT_MAX];
    struct sim_box boxes[SIM_BOX_MAX];
    struct sim_send sends[SIM_DEPOSIT_MAX];
    enum sim_link_state state;
    uint32_t gen;                     /* counts links */
    bool is_cut;                      /* no frame passes */
    bool is_mute, is_deaf;            /* none from this host, none to it */
    bool is_dead;                     /* the link is gone, and this end does not know */
    bool is_stuck_out, is_stuck_in;   /* it is in one direction: something was lost in it */
    uint32_t probe_phase_ms;          /* when its turns to ask come */
    bool has_answer;                  /* to a subscribe or probe, not told to the engine yet */
    uint64_t down_ms;                 /* when the last link or attempt ended; host's clock */
    uint64_t to_relay_ms, to_host_ms; /* arrival of the last frame: they keep their order */
};

/* A cell that its engine was too busy for. */
struct sim_waiting {
    struct sim_waiting *next;
    uint8_t relay;
    uint32_t box, at_s;
    uint64_t cell_no;
    size_t len;
    uint8_t cell[];
};

enum sim_host_state { SIM_HOST_OFF = 0, SIM_HOST_ON, SIM_HOST_DOZES };

struct sim_host {
    uint8_t idx;
    enum sim_host_state state;
    bool is_hers; /* a subject engine */
    struct aw_subject *subject;
    struct aw_contact *contact;
    struct aw_store store, backup;
    bool has_backup;
    uint64_t backup_ms;
    struct sim_rng rng;     /* goes on over restarts and restores, as the kernel's does */
    struct sim_port *ports; /* one for each relay */
    struct sim_waiting *waiting, **waiting_end;
    uint32_t gen;      /* counts processes */
    uint64_t timer_ms; /* of the event that counts */
    uint64_t due_ms;   /* when it has something to do, as of its last look */
    uint64_t pause_ms; /* after failed stores, likewise */
    uint64_t send_id;
    bool needs_sync;
    uint64_t up_ms;    /* since when it runs without a pause */
    uint64_t begun_ms; /* when the process began */
    /* Clocks: rate in ppm, and what they showed at `clock_ms`. */
    int32_t drift_ppm;
    uint64_t clock_ms, mono_ms, wall_ms;
    bool is_astray; /* the wall clock stands at 1970 or 2038 */
    /* Faults to come. */
    uint32_t crash_in;   /* actions; 0: none */
    bool crash_is_after; /* done, but not reported */
    uint32_t disk_bad;   /* stores that are still refused */
    bool is_lying;       /* the disk */
};

/* ---- Relays ---- */

struct sim_input {
    struct sim_input *next;
    uint8_t link;
    size_t len;
    uint8_t bytes[];
};

struct sim_link {
    bool is_open;
    uint8_t host;
    uint32_t gen;
};

struct sim_relay {
    uint8_t idx;
    bool is_up, is_hostile, is_full;
    struct aw_relay *engine;
    void *memory;
    struct aw_relay_config config;
    struct aw_store store, backup;
    bool has_backup;
    struct sim_rng rng;
    struct sim_link links[2 * SIM_HOST_MAX + 1];
    struct sim_input *inputs, **inputs_end; /* what the engine was too busy for */
    struct aw_relay_batch batch;
    bool is_committing;
    uint32_t gen; /* counts processes */
    uint64_t timer_ms;
    uint8_t token[AW_RELAY_KEY_LEN];
    int64_t skew_s;
    uint32_t disk_bad;
    uint32_t drop_pm, hold_pm, twice_pm, forge_pm; /* of a hostile one, per mille of cells */
    uint64_t hold_ms;                              /* mean */
};

/* ---- People ---- */

enum sim_incident_kind {
    SIM_INCIDENT_DEVICE = 0, /* her phone is destroyed, or off */
    SIM_INCIDENT_HUMAN,      /* she cannot check in; her phone goes on */
    SIM_INCIDENT_SOS,        /* she calls for help, then the phone is taken off */
    SIM_INCIDENT_DURESS,     /* she is forced to check in */
    SIM_INCIDENT_SEIZED,     /* somebody holds her phone and tries */
    SIM_INCIDENT_KINDS,
};

struct sim_incident {
    enum sim_incident_kind kind;
    bool is_open;    /* she is not safe yet */
    bool has_called; /* for help, when she could at last */
    uint64_t began_ms, ends_ms;
    uint64_t heard_ms[1 + SIM_CONTACT_MAX]; /* first ring at each, 0: not yet */
    uint64_t bound_ms[1 + SIM_CONTACT_MAX]; /* when it must have rung, 0: need not */
    uint32_t seq;                           /* of the SOS or duress */
    uint32_t forced_gen;                    /* life of the process in which she was forced */
};

#define SIM_INCIDENT_MAX 256

/* What somebody of the contacts is like, and what he did. */
struct sim_human {
    uint64_t react_ms; /* mean time from a ring to an act */
    bool is_circle, is_traitor;
    bool is_awake_only; /* sleeps from 23 to 7 o'clock */
    bool will_act;      /* an act is on its way */
    uint64_t away_until_ms;
    uint64_t confirm_ms; /* last time that he confirmed, 0: never */
    uint64_t rang_ms;    /* last ring here */
    bool is_ringing;     /* since the last close */
    uint64_t false_ms;   /* when a ring was last counted as false */
};

/* Who made which statement, when. Index: seq. */
struct sim_said {
    uint64_t first_ms, last_ms; /* a restored phone uses numbers twice */
    bool is_typed;
};

/* What tells a plan. */
struct sim_made {
    uint32_t version, made_at, grace_s;
    uint8_t pauses_count;
};

/* What is drawn once for each seed. */
struct sim_scene {
    uint8_t contacts, relays, operators;
    bool is_long;                       /* years, with days between check-ins */
    uint64_t life_ms;                   /* safety phase */
    uint64_t calm_ms;                   /* liveness phase after it */
    uint32_t strength[SIM_FAULT_COUNT]; /* per mille of the strongest, 0: off */
    uint64_t latency_ms;                /* mean */
    uint64_t commit_ms;
    uint64_t probe_ms;    /* of quiet links */
    uint64_t incident_ms; /* mean time between incidents */
    uint32_t late_pm;     /* check-ins that she forgets */
    uint32_t box_cap,
        deposit_cap; /* of a client: what is passed over each time is no more than needed */
    bool has_setup_end;
    struct aw_plan plan;
    uint64_t clock_error_s; /* no clock is ever more wrong than this */
};

/* Quiet removal, of one contact at most, and her card: what is true of them. */
struct sim_removal {
    struct sim_rng rng;                       /* a stream of its own */
    uint8_t person;                           /* 0: nobody was removed */
    bool is_under_way;                        /* her phone has not said yet that it is stored */
    uint8_t leaver;                           /* who it will be */
    uint64_t at_ms;                           /* when it was */
    uint32_t seq;                             /* of her last statement before it */
    uint64_t known_ms[1 + SIM_CONTACT_MAX];   /* since when a device goes by it, 0: it does not */
    uint64_t counted_ms[1 + SIM_CONTACT_MAX]; /* when he last confirmed before that */
    struct aw_plan before;                    /* the plan then: his, from then on */
};

struct sim_odd {
    struct sim_rng rng;                               /* a stream of its own */
    uint8_t message[AW_CELL_LEN], other[AW_CELL_LEN]; /* that answered an invite */
    uint64_t mistyped_ms;                             /* when she last did */
    bool is_losing;                                   /* relays lose small cells */
    bool must_set_plan;                               /* hers was not of her own will */
};

#define SIM_TOLD_MAX   32
#define SIM_ALARMS_MAX 16

struct sim_told_word {
    enum aw_event_kind kind;
    uint32_t seq;
};

struct sim_told_alarm {
    uint32_t seq, incident_id;
};

/* What a contact was told of, the newest of each. */
struct sim_told {
    struct sim_told_word words[SIM_TOLD_MAX];
    struct sim_told_alarm alarms[SIM_ALARMS_MAX];
    uint32_t word_count, alarm_count;
};

struct sim_card {
    uint8_t begun[1 + SIM_CONTACT_MAX]; /* level that each device told of, in this incident */
    uint32_t seen[1 + SIM_CONTACT_MAX]; /* what it was last judged by */
    bool was_open[1 + SIM_CONTACT_MAX]; /* in this incident */
};

/* ---- Figures ---- */

#define SIM_SAMPLES_MAX 65536

enum sim_cause {
    SIM_CAUSE_LATE = 0, /* she was late: no false alarm, and yet no incident */
    SIM_CAUSE_PATH,     /* links, relays */
    SIM_CAUSE_DEVICE,   /* her phone or his: crash, doze, disk */
    SIM_CAUSE_CLOCK,
    SIM_CAUSE_HOSTILE, /* a relay, a contact, who holds her phone */
    SIM_CAUSE_RESTORE,
    SIM_CAUSE_OTHER,
    SIM_CAUSE_COUNT,
};

const char *sim_cause_name(enum sim_cause cause);

struct sim_stats {
    uint64_t seeds;
    uint64_t life_ms, years_by_contacts_ms[1 + SIM_CONTACT_MAX];
    uint64_t incidents, by_kind[SIM_INCIDENT_KINDS];
    uint64_t alarms_due, missed;
    uint64_t alarms_false[SIM_CAUSE_COUNT];
    uint64_t releases, epochs, resumed, quarantined;
    uint64_t checkins, cells, events, crashes, power_cuts, restores, refused, forged;
    uint64_t removals, cards, cards_opened;
    uint64_t fault_counts[SIM_FAULT_COUNT], fault_seeds[SIM_FAULT_COUNT];
    uint64_t checks[SIM_INVARIANT_COUNT];
    uint32_t sample_count;
    uint32_t wait_s[SIM_SAMPLES_MAX];  /* detection time */
    uint32_t bound_s[SIM_SAMPLES_MAX]; /* beside it */
};

/* ---- Canaries ---- */

/*
 * A flaw put into the world on purpose: it must be found, and by its invariant. Each invariant has
 * one with its number, some have another. canary.c says what each one does.
 */
enum sim_flaw {
    SIM_FLAW_FLAP = SIM_INVARIANT_COUNT, /* I2 */
    SIM_FLAW_ALARM_AGAIN,                /* I4 */
    SIM_FLAW_RELAY_ROWS,                 /* I8 */
    SIM_FLAW_HER_MARK,                   /* I9 */
    SIM_FLAW_COUNT,
};

struct sim;
/* `flaw`: enum sim_invariant or sim_flaw. */
bool sim_canary(const struct sim *w, unsigned flaw);
const char *sim_canary_text(unsigned flaw);

/* ---- World ---- */

#define SIM_LINES_MAX 400
#define SIM_LINE_LEN  160

struct sim_nonces {
    uint64_t *slots; /* pairs of nonce and cell, hashed; 0: free */
    size_t cap, count;
};

struct sim_options {
    uint64_t seed;
    uint32_t faults_off, faults_on; /* bits, whatever is drawn */
    uint32_t contacts;              /* 0: drawn */
    uint64_t life_ms;               /* 0: drawn */
    unsigned canary;
    bool is_verbose;
    bool is_on_disk; /* stores are SQLite's (disk.h) */
    /* A script (play.h) in place of what is drawn: the scene, and who hears of events. */
    void (*prepare)(struct sim *w, void *ctx);
    void (*on_event)(struct sim *w, struct sim_host *h, const struct aw_event *event, void *ctx);
    void *ctx;
};

struct sim {
    struct sim_options options;
    struct sim_scene scene;
    struct sim_rng rng;
    uint64_t now_ms;
    uint64_t end_ms;
    bool is_calm; /* liveness phase: no new faults */
    struct sim_event *heap;
    size_t heap_len, heap_cap;
    uint64_t order;
    struct sim_host hosts[SIM_HOST_MAX];
    struct sim_relay relays[SIM_RELAY_MAX];
    struct aw_endpoint endpoints[SIM_RELAY_MAX];
    size_t host_count;
    unsigned disk_count;

    /* Her, and what is true. */
    uint8_t safe_key[32], duress_key[32];
    struct sim_said *said;
    uint32_t said_cap, said_max; /* highest seq */
    uint32_t said_now;           /* of her phone as it is */
    uint32_t said_to_decoys;     /* sum of what is said to those whom she removed */
    uint64_t typed_ms;           /* last word with a secret, whichever */
    uint8_t typed_words;         /* that waited for somebody then, this one among them */
    uint64_t safe_ms;            /* last one with the safe secret */
    uint64_t spoke_ms;           /* last statement of her device */
    uint64_t sent_ms;            /* last cell of it */
    uint64_t due_ms;             /* when her next check-in is planned, by a human's habit */
    uint64_t answer_ms;          /* when she means to answer a question, 0: none */
    uint32_t habit_no;           /* makes older plans for a check-in void */
    uint64_t late_until_ms;      /* she forgot, until then */
    bool is_held;                /* she cannot act: an incident is open */
    struct sim_made *plans;      /* every plan that she made */
    size_t plan_count, plan_cap;
    struct sim_human humans[1 + SIM_CONTACT_MAX];
    struct sim_incident *incidents;
    size_t incident_count;
    bool is_aftermath;
    bool is_phone_lost; /* until the end of the incident */

    /* Trouble: when each class last had an effect on somebody, for causes and I2. */
    uint64_t trouble_ms[SIM_CAUSE_COUNT];
    uint64_t clean_ms[1 + SIM_CONTACT_MAX]; /* since when the path to a contact is whole */
    uint64_t
        reached_ms[1 + SIM_CONTACT_MAX]; /* when it last had been for as long as a word takes */

    /* What the checks remember of each contact. */
    uint32_t seen_seq[1 + SIM_CONTACT_MAX];
    uint32_t seen_base_s[1 + SIM_CONTACT_MAX];
    uint32_t seen_checkin[1 + SIM_CONTACT_MAX];
    uint32_t seen_plan[1 + SIM_CONTACT_MAX];
    uint64_t seen_due_s[1 + SIM_CONTACT_MAX];
    uint32_t seen_incident[1 + SIM_CONTACT_MAX];
    uint64_t
        raised_s[1 + SIM_CONTACT_MAX]; /* newest trigger of the incident there, after an input */
    uint32_t told_seq[1 + SIM_CONTACT_MAX]; /* what she was told that his device has */
    uint64_t
        missing_ms[1 + SIM_CONTACT_MAX];     /* when each last found her missing, or suspected it */
    uint64_t called_ms[1 + SIM_CONTACT_MAX]; /* when she last called for help, as each heard it */
    bool is_parted[1 + SIM_CONTACT_MAX];     /* restored, and nothing heard there since */
    uint64_t parted_s[1 + SIM_CONTACT_MAX];  /* what her clock showed then */
    bool is_restored[1 + SIM_CONTACT_MAX];   /* once its state was an older one */
    struct sim_told told[1 + SIM_CONTACT_MAX];
    struct sim_nonces nonces;
    struct sim_removal removal;
    struct sim_card card;
    struct sim_odd odd;
    struct sim_rng early;
    struct sim_rng pauses;

    struct sim_before *before; /* of the engine that is being fed */
    bool is_watched;           /* this feed */
    uint8_t watched_person;    /* at her phone: whose mailbox it is */
    struct sim_rng looks;      /* which feeds of her phone are watched */

    /* Log. */
    uint8_t hash[32];
    uint8_t log[4096];
    size_t log_len;
    char (*lines)[SIM_LINE_LEN];
    size_t line_count;
    uint64_t zero_ms; /* what the times of the lines count from */
    bool is_failed;
    enum sim_invariant failed;
    char failure[256];
    struct sim_stats *stats;
};

/* world.c */
void sim_open(struct sim *w, const struct sim_options *options, struct sim_stats *stats);
void sim_run(struct sim *w);
void sim_settle(struct sim *w, uint64_t span_ms); /* lets so much time pass */
void sim_close(struct sim *w);
void sim_at(struct sim *w, uint64_t at_ms, struct sim_event event);
void sim_log(struct sim *w, uint8_t what, uint8_t who, uint64_t a, uint64_t b);
void sim_hash_end(struct sim *w);
__attribute__((format(printf, 2, 3))) void sim_note(struct sim *w, const char *format, ...);
__attribute__((format(printf, 3, 4))) void sim_fail(struct sim *w, enum sim_invariant invariant,
                                                    const char *format, ...);
const char *sim_name(size_t host);
void sim_print_timeline(const struct sim *w, FILE *out, size_t most);
uint64_t sim_now_s(const struct sim *w);

/* draw.c */
void sim_draw(struct sim *w);
/* A stream of its own for each part: a new choice in one does not make other lives of all seeds. */
struct sim_rng sim_stream(const struct sim *w, uint64_t part);

/* host.c */
struct aw_now sim_host_now(const struct sim *w, const struct sim_host *h);
int64_t sim_host_off_ms(const struct sim *w, const struct sim_host *h); /* wall clock's error */
/* What a human goes by: that clock, or another one where it is absurd. */
uint64_t sim_human_ms(const struct sim *w, const struct sim_host *h);
uint64_t sim_host_when(const struct sim *w, const struct sim_host *h, uint64_t mono_ms);
void sim_host_open(struct sim *w, size_t idx);
void sim_host_free(struct sim_host *h);
bool sim_host_start(struct sim *w, struct sim_host *h);
void sim_host_stop(struct sim *w, struct sim_host *h);
void sim_host_crash(struct sim *w, struct sim_host *h, uint64_t down_ms);
void sim_host_backup(struct sim_host *h, uint64_t now_ms);
void sim_host_pump(struct sim *w, struct sim_host *h);
void sim_host_timer(struct sim *w, struct sim_host *h, uint64_t at_ms);
void sim_host_doze(struct sim *w, struct sim_host *h, uint64_t span_ms);
void sim_host_wake(struct sim *w, struct sim_host *h);
enum aw_status sim_host_feed(struct sim *w, struct sim_host *h, uint8_t relay, uint32_t box,
                             uint64_t cell_no, uint32_t at_s, struct aw_bytes cell);
static inline bool sim_host_runs(const struct sim_host *h)
{
    return h->state == SIM_HOST_ON;
}

/* Whether she has her phone, and it does what she says. */
static inline bool sim_can_act(const struct sim *w)
{
    return sim_host_runs(&w->hosts[0]) && !w->is_phone_lost && !w->removal.is_under_way;
}

/* port.c */
void sim_port_init(struct sim *w, struct sim_host *h);
void sim_port_drop(struct sim *w, struct sim_host *h, uint8_t relay);
void sim_port_pump(struct sim *w, struct sim_host *h);
void sim_port_send(struct sim *w, struct sim_host *h, const struct aw_action *action);
void sim_port_sync(struct sim *w, struct sim_host *h);
void sim_port_take(struct sim *w, struct sim_host *h);
bool sim_port_paths(struct sim *w, struct sim_host *h);
void sim_port_tick(struct sim *w, struct sim_host *h);
void sim_port_on_frame(struct sim *w, const struct sim_event *event);
void sim_port_on_broken(struct sim *w, const struct sim_event *event);
uint64_t sim_port_deadline_ms(const struct sim *w, struct sim_host *h);
void sim_port_fail(struct sim *w, struct sim_host *h, uint8_t relay, bool is_told);
uint64_t sim_latency(struct sim *w);
/* Whether frames pass both ways, on the link that is up and on a new one. */
bool sim_port_is_whole(const struct sim_port *p);

/* relay.c */
void sim_relay_open(struct sim *w, size_t idx);
void sim_relay_free(struct sim_relay *r);
void sim_relay_crash(struct sim *w, struct sim_relay *r, uint64_t down_ms, bool is_rolled_back);
void sim_relay_start(struct sim *w, struct sim_relay *r);
void sim_relay_on_frame(struct sim *w, const struct sim_event *event);
void sim_relay_on_held(struct sim *w, const struct sim_event *event);
void sim_relay_on_commit(struct sim *w, const struct sim_event *event);
void sim_relay_tick(struct sim *w, struct sim_relay *r, uint64_t at_ms);
/* It is up: has room for so many more cells, and no mailbox; as much as ever. */
void sim_relay_fill(struct sim *w, struct sim_relay *r, uint32_t room);
void sim_relay_make_room(struct sim_relay *r);
/* Lets a relay that is up do what it had to do until now. */
void sim_relay_idle(struct sim *w, struct sim_relay *r);
void sim_relay_close_link(struct sim *w, struct sim_relay *r, uint8_t host, uint32_t gen);

/* faults.c */
void sim_faults_begin(struct sim *w);
void sim_faults_on_event(struct sim *w, const struct sim_event *event);
void sim_faults_on_heal(struct sim *w, const struct sim_event *event);
void sim_faults_on_room(struct sim *w, const struct sim_event *event);
void sim_faults_on_clock(struct sim *w, const struct sim_event *event);
void sim_faults_boot(struct sim *w, struct sim_host *h);   /* its process is about to begin */
void sim_faults_booted(struct sim *w, struct sim_host *h); /* it has begun */
void sim_faults_end(struct sim *w);
void sim_trouble(struct sim *w, enum sim_cause cause);
void sim_faults_restore(struct sim *w, struct sim_host *h); /* it runs, and has a backup */
void sim_faults_forget_past(struct sim_host *h); /* neither a backup nor a lying disk goes back */

/* people.c: what she does; neighbours.c: what her contacts do */
enum sim_act {
    SIM_ACT_CHECKIN = 0,
    SIM_ACT_INCIDENT,
    SIM_ACT_RESCUE,
    SIM_ACT_SOS, /* she looks whether her word stands */
    SIM_ACT_AFTERMATH,
    SIM_ACT_RESPOND, /* a contact acts on a ring */
    SIM_ACT_COMPARE, /* words are compared again */
    SIM_ACT_SEEN,    /* a contact looks at his screen */
    SIM_ACT_AWAY,
    SIM_ACT_PLAN,
    SIM_ACT_EXTRA, /* timers, drills, signals, pauses */
    SIM_ACT_SEIZE, /* the holder of her phone tries something */
    SIM_ACT_DRILL,
    SIM_ACT_MEET, /* she meets people, and puts her phone right */
    SIM_ACT_REMOVE,
    SIM_ACT_CARD,
    SIM_ACT_ODD,
    SIM_ACT_PAUSE,
};
void sim_people_set_up(struct sim *w);
void sim_people_begin(struct sim *w);
void sim_people_on_act(struct sim *w, const struct sim_event *event);
void sim_people_on_event(struct sim *w, struct sim_host *h, const struct aw_event *event);
void sim_human_at(struct sim *w, uint64_t at_ms, size_t host, enum sim_act act, uint32_t gen);
void sim_aftermath(struct sim *w);
bool sim_people_checkin(struct sim *w, const uint8_t key[32], const char *how);
/* Puts the plan of the scene into force; plans her next check-in by it. */
bool sim_people_plan(struct sim *w);
void sim_people_go_on(struct sim *w);
/* Her phone took a secret just now. */
void sim_note_typed(struct sim *w);
/* Her phone has a new plan, which she made. */
void sim_people_note_plan(struct sim *w);
void sim_neighbours_on_event(struct sim *w, struct sim_host *h, const struct aw_event *event);
void sim_neighbours_on_act(struct sim *w, const struct sim_event *event);
bool sim_has_open_incident(const struct sim *w);

/* pause.c */
void sim_pause_begin(struct sim *w);
void sim_pause_on_act(struct sim *w, const struct sim_event *event);

/* incident.c: what happens to her */
const char *sim_incident_name(enum sim_incident_kind kind);
struct sim_incident *sim_incident_now(struct sim *w);
void sim_incident_begin(struct sim *w); /* if nothing stands against it */
void sim_incident_look(struct sim *w);  /* whether her word stands */
void sim_incident_seize(struct sim *w); /* the holder of her phone tries something */
void sim_incident_end(struct sim *w);

/* check.c */
void sim_check_sent(struct sim *w, struct sim_host *h, const struct aw_action *action);
void sim_check_event(struct sim *w, struct sim_host *h, const struct aw_event *event);
void sim_check_host(struct sim *w, struct sim_host *h);
void sim_check_restart(struct sim *w, struct sim_host *h);
void sim_check_on_event(struct sim *w, const struct sim_event *event);
/* Whether she made this plan herself. */
bool sim_check_is_made(const struct sim *w, const struct aw_plan *plan);
void sim_check_incident(struct sim *w, struct sim_incident *incident);
bool sim_check_is_settled(const struct sim *w);
void sim_check_end(struct sim *w);
void sim_check_free(struct sim *w);

/* calm.c: I2, and the paths */
/* A word comes again after 15 min at the latest; a link after a minute, a failed cell after five.
 */
#define SIM_WORD_MS (25 * SIM_MINUTE)
/* Whether a path from her to contact n is whole. */
bool sim_check_path(const struct sim *w, size_t n);
void sim_check_paths(struct sim *w); /* after each event */
/* Since when nothing has been wrong that could hold up a word to contact n; UINT64_MAX: it is. */
uint64_t sim_clean_since_ms(struct sim *w, size_t n);
void sim_check_ring(struct sim *w, struct sim_host *h);

/* refused.c: an engine around a feed */
void sim_check_before(struct sim *w, struct sim_host *h, uint32_t mailbox_id);
void sim_check_after(struct sim *w, struct sim_host *h, enum aw_status status);

/* told.c: what her words make a contact hear */
void sim_check_told(struct sim *w, const struct sim_host *h, const struct aw_event *event);
void sim_check_alarm(struct sim *w, const struct sim_host *h);

/* bounded.c */
void sim_check_records(struct sim *w, const struct sim_host *h);
void sim_check_relay(struct sim *w, const struct sim_relay *r);

/* removal.c: quiet removal */
struct aw_secrets sim_her_secrets(const struct sim *w);
void sim_removal_begin(struct sim *w);
void sim_removal_on_act(struct sim *w);
/* When `n` last confirmed in a way that may count at `h`: who was removed does so until its plan
 * says that he was. 0: never. */
uint64_t sim_confirmed_ms(const struct sim *w, const struct sim_host *h, size_t n);
/* Returns true for who was removed. */
bool sim_check_removed(struct sim *w, struct sim_host *h);
void sim_check_removed_event(struct sim *w, struct sim_host *h, const struct aw_event *event);

/* due.c */
uint64_t sim_due_s(const struct aw_plan *plan, uint64_t base_s);
void sim_check_due(struct sim *w, struct sim_host *h);

/* release.c. `at_s`: when its engine decided. The event waits for its store, and then the incident
 * may be over. */
void sim_check_release(struct sim *w, struct sim_host *h, uint32_t at_s);
/* Whether she has called for help, as he hears it. */
void sim_note_call(struct sim *w, const struct sim_host *h);

/* sessions.c: I17 */
void sim_check_session(struct sim *w, const struct sim_host *h, const struct aw_event *event);
void sim_spoil_session(struct sim *w, struct sim_host *h);

/* card.c: her plan card */
void sim_card_begin(struct sim *w);
void sim_card_on_act(struct sim *w);
void sim_check_card(struct sim *w, struct sim_host *h);
void sim_card_restart(struct sim *w, const struct sim_host *h);
void sim_check_card_event(struct sim *w, struct sim_host *h, const struct aw_event *event);

/* odd.c: what is out of order */
void sim_odd_draw(struct sim *w);
void sim_odd_joins(struct sim *w, size_t n, struct aw_bytes uri);
void sim_odd_joined(struct sim *w, size_t n, struct aw_bytes uri);
void sim_odd_before_plan(struct sim *w, const struct aw_secrets *secrets);
void sim_odd_in_setup(struct sim *w);
void sim_odd_begin(struct sim *w);
void sim_odd_on_act(struct sim *w, const struct sim_event *event);
void sim_odd_backup(struct sim *w, struct sim_host *h);
/* False where nothing is odd. */
bool sim_odd_chance(struct sim *w, uint32_t per_mille);
/* She is forced to set a plan; she calls for help by a countdown. */
bool sim_odd_force(struct sim *w);
bool sim_odd_call(struct sim *w);

/* report.c */
void sim_report(const struct sim_stats *stats, double seconds, FILE *out);
/* For tools/proof.sh: one line a figure. */
void sim_figures(const struct sim_stats *stats, const char *crypto, uint64_t failed, FILE *out);

#endif /* LAB_SIM_H */
