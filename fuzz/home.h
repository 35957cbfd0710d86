/* SPDX-License-Identifier: ISC */
#ifndef AW_FUZZ_HOME_H
#define AW_FUZZ_HOME_H

#include "allswell/host.h"

/*
 * A home as `allswell run` has it: the real host and its engines, over a store of records in
 * memory. Its clock stands still, its random numbers count, it has no network, and neither
 * programs nor web servers are called. It opens as its scene was made: nothing of the last one is
 * left.
 *
 * Its person has two contacts, both called "Contact" (1 is in the circle), and watches over
 * herself: as w1 she is contact 1.
 */
enum home_scene {
    HOME_NEW = 0, /* a name and a relay, nothing else */
    HOME_CALM,    /* a plan in force, a card, a check-in */
    HOME_ALARM,   /* the same, and an SOS that rings here */
    HOME_SCENE_COUNT,
};

struct host *home_open(enum home_scene which);
void home_close(void);

/* Lets time pass: at most a month. */
void home_wait(uint64_t seconds);

/* Nothing was stored since home_open(), and no engine has changed. */
bool home_is_untouched(void);

/* Ends this host and opens another from what is stored. */
struct host *home_restart(void);

/* What no answer may hold: the access token of its relay, as text. */
extern const char home_token_text[];

/* For who has more than a host in it. */
struct aw_loop *home_loop(void);

#endif /* AW_FUZZ_HOME_H */
