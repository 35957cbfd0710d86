/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_PLAN_READER_H
#define TOOLS_ALLSWELL_PLAN_READER_H

#include "allswell/plan_text.h"

/**
 * @file
 * Inside of the reader of plan files: what its keys share. A key_... function reads the value of
 * one line into the plan, or says what is wrong with it.
 */

struct plan_reader {
    struct aw_plan *plan;
    const struct plan_source *source;
    char *zone;
    const char *problem; /* what is wrong with the line, NULL: nothing */
    char note[160];      /* room for a problem that is put together */
    unsigned line;
    bool has_checkin, has_warning, has_level, has_person, has_zone, has_rule;
    bool has_threshold, has_setup;
    unsigned lines_schedule[AW_PLAN_LINE_MAX], lines_warning[AW_PLAN_WARNING_MAX];
    unsigned lines_level[AW_PLAN_LEVEL_MAX], lines_person[AW_PLAN_MEMBER_MAX];
    unsigned lines_quiet[AW_PLAN_QUIET_MAX], lines_pause[AW_PLAN_PAUSE_MAX];
    unsigned lines_operator[AW_PLAN_OPERATOR_MAX], line_quorum;
    /* Of pauses: the times as they stand there, and whether they are local. */
    int64_t pauses_s[AW_PLAN_PAUSE_MAX][2];
    bool pauses_local[AW_PLAN_PAUSE_MAX][2];
};

/** Sets the problem of the line, and returns false. */
bool plan_wrong(struct plan_reader *r, const char *problem);

/** Cuts the next word off; false at the end. */
bool plan_next_word(char **text, char **word);

bool plan_read_span(struct plan_reader *r, const char *text, uint32_t max_s, uint32_t *out);
bool plan_read_count(struct plan_reader *r, const char *text, unsigned max, uint8_t *out);

/** "mon", or "mon-fri"; also over the weekend, "sat-mon". Adds to `days`. */
bool plan_read_days(struct plan_reader *r, const char *word, uint8_t *days);
bool plan_read_minute(struct plan_reader *r, const char *word, uint16_t *minute);

/** The words after "group" as long as they are numbers; leaves the first other one in `word`. */
bool plan_read_groups(struct plan_reader *r, char **value, char **word, uint8_t *groups,
                      bool *more);

/** A name in quotes, or one word. */
bool plan_read_name(struct plan_reader *r, char **value, char **name);

/** Finds a paired person by name or number. */
bool plan_find_person(struct plan_reader *r, const char *name, uint8_t *person);

/** What the lines leave to the end: defaults that depend on people, local times, what is kept. */
void plan_complete(struct plan_reader *r);

bool key_quiet(struct plan_reader *r, char *value);
bool key_pause(struct plan_reader *r, char *value);
bool key_operator(struct plan_reader *r, char *value);
bool key_quorum(struct plan_reader *r, char *value);
bool key_witness(struct plan_reader *r, char *value);
bool key_ceiling(struct plan_reader *r, char *value);
bool key_loosen(struct plan_reader *r, char *value);
bool key_announce(struct plan_reader *r, char *value);
bool key_setup(struct plan_reader *r, char *value);
bool key_cadence(struct plan_reader *r, char *value);
bool key_sos(struct plan_reader *r, char *value);
bool key_alarm_beat(struct plan_reader *r, char *value);
bool key_life(struct plan_reader *r, char *value);
bool key_ask(struct plan_reader *r, char *value);
bool key_asks(struct plan_reader *r, char *value);

#endif /* TOOLS_ALLSWELL_PLAN_READER_H */
