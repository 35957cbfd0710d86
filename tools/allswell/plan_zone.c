/* SPDX-License-Identifier: ISC */
#include "allswell/plan_text.h"

#include "common/text.h"
#include "common/zone.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A plan carries offsets from UTC, so that her contacts need no time zone data and agree. */

#define STEP_S  43200              /* two changes are never as close as this */
#define PAST_S  (40 * 86400)       /* the last check-in may be that old */
#define AHEAD_S (10 * 366 * 86400) /* as far as the rules of a zone can be trusted, and more */

static bool read_offset(const char *text, int32_t *offset_s)
{
    unsigned minutes = 0;

    if ((text[0] != '+' && text[0] != '-') || !text_clock(text + 1, 14, &minutes))
        return false;
    *offset_s = (int32_t)minutes * (text[0] == '-' ? -60 : 60);
    return true;
}

/* Only what is below the folder of zones: a plan is no place for a path. */
static bool zone_exists(const char *zone)
{
    return zone[0] != '/' && zone[0] != ':' && strstr(zone, "..") == NULL && zone_has_rules(zone);
}

static int32_t offset_at(uint64_t at_s)
{
    time_t at = (time_t)at_s;
    struct tm tm;

    return localtime_r(&at, &tm) == NULL ? 0 : (int32_t)tm.tm_gmtoff;
}

static void fill_rules(struct aw_plan *plan, uint64_t now_s)
{
    uint64_t at = now_s > PAST_S ? now_s - PAST_S : 0;
    int32_t last = offset_at(at);

    plan->zone[0] = (struct aw_zone_rule){.from = 0, .offset_s = last};
    plan->zone_count = 1;
    for (; at < now_s + AHEAD_S && at < UINT32_MAX - STEP_S && plan->zone_count < AW_PLAN_ZONE_MAX;
         at += STEP_S) {
        uint64_t lo = at, hi = at + STEP_S;

        if (offset_at(hi) == last)
            continue;
        while (hi - lo > 1) { /* the change lies in (lo, hi] */
            uint64_t mid = lo + (hi - lo) / 2;

            if (offset_at(mid) == last)
                lo = mid;
            else
                hi = mid;
        }
        last = offset_at(hi);
        plan->zone[plan->zone_count++] =
            (struct aw_zone_rule){.from = (uint32_t)hi, .offset_s = last};
    }
}

static bool zone_fails(const char **problem, const char *text)
{
    *problem = text;
    return false;
}

bool plan_zone_read(struct aw_plan *plan, const char *zone, uint64_t now_s, const char **problem)
{
    const char *current = getenv("TZ");
    char *before;
    int32_t offset_s = 0;

    plan->zone_count = 0;
    if (strcmp(zone, "UTC") == 0)
        return true;
    if (read_offset(zone, &offset_s)) {
        plan->zone[0] = (struct aw_zone_rule){.from = 0, .offset_s = offset_s};
        plan->zone_count = 1;
        return true;
    }
    if (strlen(zone) > PLAN_ZONE_MAX)
        return zone_fails(problem, "no time zone has such a long name: write Area/City, or +01:00");
    if (!zone_exists(zone))
        return zone_fails(problem,
                          getenv("TZDIR") == NULL
                              ? "no such time zone here: write Area/City, install tzdata, or write "
                                "+01:00"
                              : "no such time zone in the folder of TZDIR: write Area/City, unset "
                                "TZDIR, or write +01:00");
    before = current == NULL ? NULL : strdup(current);
    (void)setenv("TZ", zone, 1);
    tzset();
    fill_rules(plan, now_s);
    if (before != NULL)
        (void)setenv("TZ", before, 1);
    else
        (void)unsetenv("TZ");
    tzset();
    free(before);
    return true;
}
