/* SPDX-License-Identifier: ISC */
#ifndef LAB_PLAY_H
#define LAB_PLAY_H

#include "lab/sim/sim.h"

/*
 * Scripts: a life in which nothing is drawn. What she, her contacts, their devices and the relays
 * do, and what is to come of it, stands in lines of a file; allswell-lab(1) has the language.
 * play_read.c reads it, play_do.c does what a line says, play_see.c judges what is expected.
 */

#define PLAY_ITEM_MAX 2000
#define PLAY_LINE_MAX 200
/* Lines of one script. */
#define PLAY_LINE_COUNT_MAX 10000
#define PLAY_WORD_MAX       16
#define PLAY_SPAN_MAX_MS    (400 * SIM_DAY)
#define PLAY_LEVEL_MAX      AW_PLAN_LEVEL_MAX

/* What a line is about: the first part sets the scene, the others name a phrase. */
enum play_kind {
    PLAY_AT = 0, /* somebody does something */
    PLAY_EXPECT, /* holds at a time */
    PLAY_BY,     /* begins to hold between the last action and a time */
    PLAY_UNTIL,  /* holds from the last action to a time */
};

enum play_op {
    /* She and her phone. */
    PLAY_CHECKS_IN,
    PLAY_UNDER_DURESS,
    PLAY_WRONG_SECRET,
    PLAY_CALLS_FOR_HELP,
    PLAY_CANCELS,
    PLAY_JOURNEY,
    PLAY_ARRIVES,
    PLAY_DRILL,
    /* Any device: hers is host 0. */
    PLAY_SLEEPS,
    PLAY_DIES,
    PLAY_OFF,
    PLAY_ON,
    PLAY_CUT,
    PLAY_CUT_RELAY,
    PLAY_CONNECTED,
    PLAY_SAVED,
    PLAY_RESTORED,
    PLAY_CLOCK_FAST,
    PLAY_CLOCK_SLOW,
    PLAY_CLOCK_RIGHT,
    /* A contact. */
    PLAY_CLAIMS,
    PLAY_DECLINES,
    PLAY_CONFIRMS,
    PLAY_UNREACHABLE,
    PLAY_LOOKS,
    PLAY_ASKS,
    PLAY_ANSWERS_DRILL,
    PLAY_AWAY,
    PLAY_LIES,
    PLAY_HONEST,
    /* A relay. */
    PLAY_RELAY_DOWN,
    PLAY_RELAY_DROPS,
    PLAY_RELAY_HOLDS,
    PLAY_RELAY_REPEATS,
    PLAY_RELAY_FORGES,
    PLAY_RELAY_HONEST,
    PLAY_RELAY_SAVED,
    PLAY_RELAY_ROLLED_BACK,
    /* What can be expected. */
    PLAY_SEES_RING,
    PLAY_SEES_QUIET,
    PLAY_SEES_EVENT,
    PLAY_SEES_STATE,
    PLAY_SEES_LEVEL,
    PLAY_SEES_VERDICT,
    PLAY_SEES_INCIDENT,
    PLAY_SEES_ACTING,
    PLAY_SEES_DO_NOT_CALL,
    PLAY_SEES_PLACE,
    PLAY_SEES_COVERED,
};

struct play_item {
    enum play_kind kind;
    enum play_op op;
    unsigned line;
    uint8_t who;      /* host, or relay from 0 */
    uint32_t n;       /* the other number, or what was named */
    uint64_t span_ms; /* the time inside the phrase */
    uint64_t from_ms; /* BY, UNTIL: of the last action */
    uint64_t at_ms;   /* when, or until when; since the begin */
    bool is_not;      /* expected not to hold */
    bool is_settled;  /* done, or judged */
    bool has_failed;  /* what was expected is not so */
    char text[PLAY_LINE_MAX + 1];
};

/* One event that somebody was told. */
struct play_told {
    uint64_t at_ms;
    uint8_t who;
    enum aw_event_kind kind;
    enum aw_urgency urgency;
};

struct play {
    const char *path;
    struct sim_options options;
    uint8_t relays;
    uint32_t circle; /* bit contact - 1 */
    struct aw_plan plan;
    bool has_levels;
    struct play_item *items; /* PLAY_ITEM_MAX of them */
    size_t item_count;
    uint64_t end_ms;
    uint64_t begin_ms; /* of the world: time 0 of the script */
    struct play_told *told;
    size_t told_count, told_cap;
    bool is_liar[SIM_HOST_MAX], has_to_lie[SIM_HOST_MAX];
    bool prints_events, is_verbose;
    unsigned failures;
};

/* Reads a whole script; false: what is wrong was printed, with the number of the line. */
bool play_read(struct play *p, FILE *file);

/* The plan of the scene, once everything is read; false: likewise. */
bool play_plan(struct play *p);

/* Prints every phrase, for --help. */
void play_phrases(FILE *out);

/* Does what a line says; AW_OK, or why that person cannot. */
enum aw_status play_do(struct play *p, struct sim *w, const struct play_item *item);

/* Somebody who lies claims and confirms. */
void play_lie(struct play *p, struct sim *w);

/* Judges all that is expected at this moment. */
void play_see(struct play *p, struct sim *w, uint64_t before_ms);

/* How somebody is at this moment, in words. */
void play_describe(struct sim *w, uint8_t who, char *text, size_t cap);

#endif /* LAB_PLAY_H */
