/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_NOTIFY_SCHEDULE_H
#define TOOLS_ALLSWELL_NOTIFY_SCHEDULE_H

#include <allswell/action.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * Schedule: which delivery is tried when. No I/O, no clock, no allocation, no dice: README.md has
 * the table of states. Times are milliseconds of a monotonic clock.
 */

/** Hooks of a home, and the two that run programs for every event. */
#define NOTIFY_HOOK_MAX 8
#define NOTIFY_ALL_MAX  (NOTIFY_HOOK_MAX + 2)

/** Deliveries that wait for one hook. */
#define SCHEDULE_HOOK_MAX 48
#define SCHEDULE_MAX      (NOTIFY_ALL_MAX * SCHEDULE_HOOK_MAX)

/** First pause after a try that failed; it doubles up to a bound. */
#define SCHEDULE_FIRST_MS   2000
#define SCHEDULE_RING_MS    60000   /* bound of a ring */
#define SCHEDULE_REFUSED_MS 300000  /* of a ring that the other side refuses */
#define SCHEDULE_NOTICE_MS  3600000 /* of all else */

/** Nothing is tried longer than a day. */
#define SCHEDULE_LIFE_MS 86400000

enum delivery_state {
    DELIVERY_FREE = 0,
    DELIVERY_WAITING, /* until next_ms */
    DELIVERY_TRYING,
    DELIVERY_RESTING, /* answered: rings when the engine says so, and not again by itself */
};

/** What ends the ringing. */
enum delivery_until {
    UNTIL_ACCEPTED = 0, /* that the other side took it */
    UNTIL_INCIDENT,     /* claimed, confirmed, closed */
    UNTIL_SURE,         /* it shows which silence it is */
    UNTIL_DRILL,        /* the drill is answered, or old */
    UNTIL_HANDED,       /* as UNTIL_INCIDENT, whether or not it rings here */
    UNTIL_CHECKIN,      /* the person here says something, or an hour passed */
    UNTIL_COUNTDOWN,    /* the countdown is over or stopped */
};
#define UNTIL_MAX UNTIL_COUNTDOWN

/** What somebody is told through one hook. */
struct delivery {
    enum delivery_state state;
    uint64_t id;    /* key of its record */
    uint64_t nonce; /* the same for every try: servers that know it show it once */
    uint32_t hook;  /* number of the hook */
    char who[12];   /* number of the person concerned, or "" */
    enum aw_urgency urgency;
    enum delivery_until until;
    unsigned event;     /* enum aw_event_kind */
    uint8_t level;      /* that rings, from 1; 0: none */
    uint64_t at_s;      /* when it happened, seconds since 1970 */
    unsigned tries;     /* of this round */
    unsigned tries_max; /* 0: as many as it takes */
    uint64_t again_ms;  /* rings again so long after it was accepted; 0: not */
    bool is_repeat;     /* it was accepted before */
    bool is_answered;   /* does not ring again by itself */
    bool is_more;       /* while it was tried, the engine rang for a higher level */
    uint64_t born_ms;   /* begin of the round */
    uint64_t next_ms;   /* WAITING */
};

/** How a try ended. */
enum try_end {
    TRY_ACCEPTED = 0,
    TRY_LATER,   /* not reached, too busy: may work by itself */
    TRY_REFUSED, /* works only after somebody changed something */
};

/** What became of a delivery after a try. */
enum try_next {
    NEXT_DONE = 0, /* accepted, nothing else to do */
    NEXT_REPEAT,   /* accepted; rings again at next_ms, or when the engine says so */
    NEXT_RETRY,    /* at next_ms */
    NEXT_GAVE_UP,  /* or answered before it was accepted: then it rests */
};

struct schedule {
    struct delivery items[SCHEDULE_MAX];
};

/**
 * Takes a delivery in, due at its next_ms. When too many wait for its hook, the oldest that does
 * not ring makes room, or else the oldest that rings: what is being tried never does.
 *
 * @param out_dropped  set to what made room; its state is FREE when nothing did
 * @return where it is, or NULL: everything else is more important
 */
struct delivery *schedule_put(struct schedule *s, const struct delivery *delivery,
                              struct delivery *out_dropped);

/** Finds what rings through a hook for the same person and reason. */
struct delivery *schedule_ring(struct schedule *s, uint32_t hook, const char *who,
                               enum delivery_until until);

/** The engine rings for what waits, is being tried or rests already. */
void schedule_rung(struct delivery *delivery, uint8_t level, uint64_t now_ms);

/** The person here answered: it rings no more by itself. */
void schedule_answered(struct delivery *delivery);

/** Takes the next delivery to try now, rings first: one ring and one other per hook at a time. */
struct delivery *schedule_next(struct schedule *s, uint64_t now_ms);

/**
 * Notes how a try ended.
 *
 * @param wait_ms  what the other side asked for, 0: nothing
 * @param random   32 random bits: hooks that failed together do not come back together
 */
enum try_next schedule_tried(struct delivery *delivery, enum try_end end, uint64_t wait_ms,
                             uint32_t random, uint64_t now_ms);

/** When schedule_next() has something next, or AW_TIME_NEVER. */
uint64_t schedule_deadline_ms(const struct schedule *s);

#endif /* TOOLS_ALLSWELL_NOTIFY_SCHEDULE_H */
