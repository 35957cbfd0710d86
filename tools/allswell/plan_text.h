/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_PLAN_TEXT_H
#define TOOLS_ALLSWELL_PLAN_TEXT_H

#include "common/fail.h"

#include <allswell/plan.h>
#include <jansson.h>

/**
 * @file
 * Plan files: `key = value` lines, as allswell-plan(5) describes them, to and from struct aw_plan.
 */

/** Longest plan file, in bytes. */
#define PLAN_TEXT_MAX 32768

/** Longest name of a time zone. */
#define PLAN_ZONE_MAX 63

/** Somebody who can be in a plan. */
struct plan_person {
    uint8_t person;
    char name[AW_NAME_LEN_MAX + 1];
};

/** What a plan file is read against. */
struct plan_source {
    const char *file; /* for messages */
    const char *text;
    const struct plan_person *people; /* everybody who is paired */
    size_t people_count;
    uint64_t now_s;
    const struct aw_plan *current; /* the plan in force, NULL: none */
};

/**
 * Room for a moment of a pause with its terminating zero.
 */
#define PLAN_MOMENT_MAX 24

/** Writes a moment as plan files have it: local time by the zone of the plan, or seconds. */
void plan_moment_write(char out[PLAN_MOMENT_MAX], const struct aw_plan *plan, uint32_t at_s);

/**
 * Reads a plan. Messages name file and line. What no file says, and the device knows (keys of
 * contacts, the card, who was removed quietly, that the set-up phase is over) is kept as it is
 * in the plan in force.
 *
 * @param zone  set to the name of the time zone, "" when the file gives none
 */
bool plan_text_read(struct aw_plan *plan, char zone[PLAN_ZONE_MAX + 1],
                    const struct plan_source *source, struct tool_fail *fail);

/**
 * Writes a plan as a file that reads back as the same plan.
 *
 * @param zone  its name when it is known, else ""
 * @return text to free, or NULL without memory
 */
char *plan_text_write(const struct aw_plan *plan, const char *zone);

/** Returns the word for an enum aw_data_level. */
const char *plan_text_data(uint8_t data);

/** Returns a plan as a JSON object. */
json_t *plan_text_json(const struct aw_plan *plan, const char *zone);

/** Returns the list of days of a schedule line: "mon tue", or "" for every day. */
void plan_text_days(char out[32], uint8_t days);

/**
 * Returns what an audit found, as JSON: times, "findings", and their texts by severity as "holes",
 * "weak" and "notes". `circle` 0: nobody named it.
 */
json_t *plan_audit_json(const struct aw_plan *plan, uint32_t circle, uint64_t now_s);

/** Returns the texts of what is weak in this plan with this circle. */
json_t *plan_circle_json(const struct aw_plan *plan, uint32_t circle);

/** Adds the next ten deadlines of who checks in now: "next", and by the zone "next_local". */
void plan_preview_json(json_t *json, const struct aw_plan *plan, uint64_t now_s);

/** Fills the rules of a time zone: a name, "UTC" or "+01:00". */
bool plan_zone_read(struct aw_plan *plan, const char *zone, uint64_t now_s, const char **problem);

#endif /* TOOLS_ALLSWELL_PLAN_TEXT_H */
