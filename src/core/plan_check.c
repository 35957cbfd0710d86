/* SPDX-License-Identifier: ISC */
#include <allswell/plan.h>

#include <string.h>

#include "base/assert.h"
#include "core/schedule.h"
#include "wire/plan.h"

#define DAY_S    86400
#define HOUR_S   3600
#define DAY_MIN  1440
#define WEEK_MIN (7 * DAY_MIN)

/* The rules of spec/15-plan.md §3, in the order of the fields. */

static bool is_text(const char *text, size_t cap)
{
    return memchr(text, '\0', cap) != NULL;
}

static enum aw_plan_problem check_zone(const struct aw_plan *plan, size_t *at)
{
    if (plan->zone_count > AW_PLAN_ZONE_MAX)
        return AW_PLAN_ZONE_COUNT;
    for (*at = 0; *at < plan->zone_count; (*at)++) {
        const struct aw_zone_rule *rule = &plan->zone[*at];

        if (*at > 0 && rule->from <= rule[-1].from)
            return AW_PLAN_ZONE_ORDER;
        if (rule->offset_s < -DAY_S || rule->offset_s > DAY_S)
            return AW_PLAN_ZONE_OFFSET;
    }
    return AW_PLAN_GOOD;
}

static enum aw_plan_problem check_line(const struct aw_schedule_line *line)
{
    bool is_daily = line->days != 0 || line->has_minute;

    /* spec/15-plan.md §3: "A schedule line MUST be either an interval or a daily time." */
    if ((line->every_s != 0) == is_daily)
        return AW_PLAN_LINE_KIND;
    if (!is_daily)
        return line->every_s < AW_PLAN_EVERY_MIN_S || line->every_s > AW_SPAN_MAX_S
                   ? AW_PLAN_LINE_EVERY
                   : AW_PLAN_GOOD;
    if (line->days == 0 || line->days > 127)
        return AW_PLAN_LINE_DAYS;
    return line->has_minute && line->minute < 24 * 60 ? AW_PLAN_GOOD : AW_PLAN_LINE_MINUTE;
}

static enum aw_plan_problem check_schedule(const struct aw_plan *plan, size_t *at)
{
    if (plan->schedule_count == 0 || plan->schedule_count > AW_PLAN_LINE_MAX)
        return AW_PLAN_NO_SCHEDULE;
    for (*at = 0; *at < plan->schedule_count; (*at)++) {
        enum aw_plan_problem problem = check_line(&plan->schedule[*at]);

        if (problem != AW_PLAN_GOOD)
            return problem;
    }
    *at = 0;
    if (plan->beat_s < 60 || plan->beat_s > DAY_S)
        return AW_PLAN_BEAT;
    if (plan->beat_grace_s == 0 || plan->beat_grace_s > AW_SPAN_MAX_S)
        return AW_PLAN_BEAT_GRACE;
    return plan->grace_s > AW_PLAN_DAY_MAX_S ? AW_PLAN_GRACE : AW_PLAN_GOOD;
}

static enum aw_plan_problem check_warnings(const struct aw_plan *plan, size_t *at)
{
    if (plan->warnings_count > AW_PLAN_WARNING_MAX)
        return AW_PLAN_WARNING_COUNT;
    for (*at = 0; *at < plan->warnings_count; (*at)++) {
        const struct aw_warning *warning = &plan->warnings[*at];

        if (warning->before_s > AW_PLAN_DAY_MAX_S)
            return AW_PLAN_WARNING_ORDER;
        if (*at > 0 && warning->before_s >= warning[-1].before_s)
            return AW_PLAN_WARNING_ORDER;
    }
    return AW_PLAN_GOOD;
}

static uint8_t roster_groups(const struct aw_plan *plan)
{
    uint8_t groups = 0;

    for (size_t i = 0; i < plan->roster_count && i < AW_PLAN_MEMBER_MAX; i++)
        groups |= plan->roster[i].groups;
    return groups;
}

static enum aw_plan_problem check_levels(const struct aw_plan *plan, size_t *at)
{
    uint8_t groups = roster_groups(plan);

    if (plan->levels_count == 0 || plan->levels_count > AW_PLAN_LEVEL_MAX)
        return AW_PLAN_NO_LEVEL;
    for (*at = 0; *at < plan->levels_count; (*at)++) {
        const struct aw_level *level = &plan->levels[*at];

        if (level->delay_s > AW_PLAN_DAY_MAX_S || (*at > 0 && level->delay_s <= level[-1].delay_s))
            return AW_PLAN_LEVEL_ORDER;
        if (level->groups == 0)
            return AW_PLAN_LEVEL_GROUPS;
        /* spec/15-plan.md §3: "Each level MUST have a group that some member is in." */
        if ((level->groups & groups) == 0 && plan->roster_count > 0)
            return AW_PLAN_LEVEL_EMPTY;
        if (!is_text(level->text, sizeof level->text))
            return AW_PLAN_LEVEL_TEXT;
    }
    *at = (size_t)plan->levels_count - 1;
    /* spec/15-plan.md §3: "The last level MUST ring every group." */
    return plan->levels[*at].groups == AW_GROUPS_ALL ? AW_PLAN_GOOD : AW_PLAN_LAST_LEVEL;
}

static enum aw_plan_problem check_member(const struct aw_member *member)
{
    if (member->groups == 0)
        return AW_PLAN_MEMBER_GROUPS;
    if (member->data > AW_DATA_COARSE)
        return AW_PLAN_MEMBER_DATA;
    if (member->name[0] == '\0' || !is_text(member->name, sizeof member->name))
        return AW_PLAN_MEMBER_NAME;
    return AW_PLAN_GOOD;
}

/* Devices of one human count once. */
static size_t human_count(const struct aw_plan *plan)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->roster_count; i++)
        count += plan->roster[i].human == plan->roster[i].person;
    return count;
}

static bool is_zero(const uint8_t key[32])
{
    uint8_t any = 0;

    for (size_t i = 0; i < 32; i++)
        any |= key[i];
    return any == 0;
}

/* Who one device belongs to, and the keys that the others know it by. */
static enum aw_plan_problem check_identity(const struct aw_plan *plan, size_t at)
{
    const struct aw_member *member = &plan->roster[at];
    const struct aw_member *human = aw_plan_member(plan, member->human);

    if (human == NULL || human->human != human->person)
        return AW_PLAN_MEMBER_HUMAN;
    /* spec/15-plan.md §3: "A member MUST have both keys or none, and no key of another member." */
    if (is_zero(member->key) != is_zero(member->sign_key))
        return AW_PLAN_MEMBER_KEY;
    for (size_t i = 0; i < at && !is_zero(member->key); i++) {
        if (memcmp(plan->roster[i].key, member->key, sizeof member->key) == 0 ||
            memcmp(plan->roster[i].sign_key, member->sign_key, sizeof member->sign_key) == 0)
            return AW_PLAN_MEMBER_KEY;
    }
    return AW_PLAN_GOOD;
}

static enum aw_plan_problem check_threshold(const struct aw_plan *plan)
{
    size_t humans = human_count(plan);

    if (plan->threshold > humans)
        return AW_PLAN_THRESHOLD_MANY;
    /* spec/15-plan.md §3: "With two contacts or more the threshold MUST be at least 2." */
    if (plan->threshold == 0 || (humans >= 2 && plan->threshold < 2))
        return AW_PLAN_THRESHOLD_ONE;
    return AW_PLAN_GOOD;
}

static enum aw_plan_problem check_roster(const struct aw_plan *plan, size_t *at)
{
    if (plan->roster_count == 0 || plan->roster_count > AW_PLAN_MEMBER_MAX)
        return AW_PLAN_NO_MEMBER;
    for (*at = 0; *at < plan->roster_count; (*at)++) {
        const struct aw_member *member = &plan->roster[*at];
        enum aw_plan_problem problem = check_member(member);

        if (member->person == 0 || member->person > AW_PLAN_MEMBER_MAX ||
            (*at > 0 && member->person <= member[-1].person))
            return AW_PLAN_MEMBER_ORDER;
        if (problem != AW_PLAN_GOOD)
            return problem;
    }
    for (*at = 0; *at < plan->roster_count; (*at)++) {
        enum aw_plan_problem problem = check_identity(plan, *at);

        if (problem != AW_PLAN_GOOD)
            return problem;
    }
    *at = 0;
    return check_threshold(plan);
}

static enum aw_plan_problem check_spans(const struct aw_plan *plan, size_t *at)
{
    *at = 0;
    if (plan->ring_s < 30 || plan->ring_s > HOUR_S)
        return AW_PLAN_RING;
    if (plan->claim_s < 60 || plan->claim_s > 2 * HOUR_S)
        return AW_PLAN_CLAIM;
    if (plan->claims_max == 0 || plan->claims_max > 8)
        return AW_PLAN_CLAIMS;
    return AW_PLAN_GOOD;
}

/* Whether quiet hours that begin in minute `start` of the week end within a day. */
static bool ends_in_a_day(const struct aw_plan *plan, size_t start)
{
    size_t end = start, last;

    do {
        last = end;
        for (size_t i = 0; i < plan->quiet_count * 7U; i++) {
            const struct aw_quiet *window = &plan->quiet[i / 7];
            size_t into = (end + WEEK_MIN - i % 7 * DAY_MIN - window->from) % WEEK_MIN;

            if ((window->days >> i % 7 & 1) != 0 && into < aw_schedule_quiet_min(window))
                end += aw_schedule_quiet_min(window) - into;
        }
    } while (end != last && end - start <= DAY_MIN);
    return end - start <= DAY_MIN;
}

static enum aw_plan_problem check_quiet(const struct aw_plan *plan, size_t *at)
{
    if (plan->quiet_count > AW_PLAN_QUIET_MAX)
        return AW_PLAN_QUIET_COUNT;
    for (*at = 0; *at < plan->quiet_count; (*at)++) {
        const struct aw_quiet *window = &plan->quiet[*at];

        if (window->days == 0 || window->days > 127 || window->from >= DAY_MIN ||
            window->until >= DAY_MIN)
            return AW_PLAN_QUIET_WINDOW;
    }
    for (*at = 0; *at < plan->quiet_count; (*at)++) {
        for (size_t day = 0; day < 7; day++) {
            if ((plan->quiet[*at].days >> day & 1) != 0 &&
                !ends_in_a_day(plan, day * DAY_MIN + plan->quiet[*at].from))
                return AW_PLAN_QUIET_LONG;
        }
    }
    return AW_PLAN_GOOD;
}

static enum aw_plan_problem check_pauses(const struct aw_plan *plan, size_t *at)
{
    if (plan->pauses_count > AW_PLAN_PAUSE_MAX)
        return AW_PLAN_PAUSE_COUNT;
    for (*at = 0; *at < plan->pauses_count; (*at)++) {
        const struct aw_pause *pause = &plan->pauses[*at];

        if (pause->until <= pause->from || pause->until - pause->from > AW_SPAN_MAX_S)
            return AW_PLAN_PAUSE_LONG;
        if (*at > 0 && pause->from <= pause[-1].until)
            return AW_PLAN_PAUSE_ORDER;
    }
    return AW_PLAN_GOOD;
}

static enum aw_plan_problem check_operators(const struct aw_plan *plan, size_t *at)
{
    if (plan->operators_count > AW_PLAN_OPERATOR_MAX)
        return AW_PLAN_OPERATOR_COUNT;
    for (*at = 0; *at < plan->operators_count; (*at)++) {
        const struct aw_operator *op = &plan->operators[*at];

        if (*at > 0 && memcmp(op->relay_key, op[-1].relay_key, sizeof op->relay_key) <= 0)
            return AW_PLAN_OPERATOR_ORDER;
        if (op->person != 0 && aw_plan_member(plan, op->person) == NULL)
            return AW_PLAN_OPERATOR_WHO;
    }
    return AW_PLAN_GOOD;
}

static enum aw_plan_problem check_council(const struct aw_plan *plan, size_t *at)
{
    const struct aw_council *council = &plan->council;

    *at = 0;
    if (council->quorum == 0 || council->quorum > human_count(plan))
        return AW_PLAN_QUORUM;
    if (council->witness_s < 10 || council->witness_s > HOUR_S)
        return AW_PLAN_WITNESS;
    if (council->ceiling_s > AW_PLAN_DAY_MAX_S)
        return AW_PLAN_CEILING;
    return plan->change.loosen_s > AW_SPAN_MAX_S ? AW_PLAN_LOOSEN : AW_PLAN_GOOD;
}

static enum aw_plan_problem check_pace(const struct aw_plan *plan, size_t *at)
{
    const struct aw_pace *pace = &plan->pace;

    *at = 0;
    if (pace->cadence_s != 0 && (pace->cadence_s < 10 || pace->cadence_s > HOUR_S))
        return AW_PLAN_CADENCE;
    if (pace->alarm_beat_s < 10 || pace->alarm_beat_s > HOUR_S)
        return AW_PLAN_ALARM_BEAT;
    if (pace->life_s > AW_SPAN_MAX_S)
        return AW_PLAN_LIFE;
    if ((pace->ask_s != 0 && (pace->ask_s < 60 || pace->ask_s > DAY_S)) || pace->asks_max > 16)
        return AW_PLAN_ASK;
    for (; *at < plan->roster_count; (*at)++) {
        if ((plan->decoys >> (plan->roster[*at].person - 1) & 1) != 0)
            return AW_PLAN_DECOYS;
    }
    return AW_PLAN_GOOD;
}

enum aw_plan_problem aw_plan_check(const struct aw_plan *plan, size_t *where)
{
    static enum aw_plan_problem (*const parts[])(const struct aw_plan *, size_t *) = {
        check_zone,  check_schedule, check_warnings,  check_levels,  check_roster, check_spans,
        check_quiet, check_pauses,   check_operators, check_council, check_pace,
    };
    enum aw_plan_problem problem = AW_PLAN_GOOD;
    size_t at = 0;

    for (size_t i = 0; i < AW_COUNT(parts) && problem == AW_PLAN_GOOD; i++) {
        at = 0;
        problem = parts[i](plan, &at);
    }
    if (where != NULL)
        *where = problem == AW_PLAN_GOOD ? 0 : at;
    return problem;
}

const char *aw_plan_problem_text(enum aw_plan_problem problem)
{
    static const char *const texts[] = {
        [AW_PLAN_GOOD] = "no problem",
        [AW_PLAN_ZONE_COUNT] = "too many zone rules",
        [AW_PLAN_ZONE_ORDER] = "zone rules must ascend by time",
        [AW_PLAN_ZONE_OFFSET] = "a zone offset of more than a day",
        [AW_PLAN_NO_SCHEDULE] = "no schedule line, or too many",
        [AW_PLAN_LINE_KIND] = "a schedule line must be either an interval or a daily time",
        [AW_PLAN_LINE_EVERY] = "an interval must be 5 minutes to 31 days",
        [AW_PLAN_LINE_DAYS] = "a daily time needs at least one day of the week",
        [AW_PLAN_LINE_MINUTE] = "a daily time needs a minute of the day",
        [AW_PLAN_BEAT] = "the pause between beats must be 1 minute to 1 day",
        [AW_PLAN_BEAT_GRACE] = "the bearable silence of the phone must be 1 second to 31 days",
        [AW_PLAN_GRACE] = "grace must be at most 1 day",
        [AW_PLAN_WARNING_COUNT] = "too many warnings",
        [AW_PLAN_WARNING_ORDER] = "warnings must descend, from at most 1 day before",
        [AW_PLAN_NO_LEVEL] = "no level, or too many",
        [AW_PLAN_LEVEL_ORDER] = "levels must ascend by delay, to at most 1 day",
        [AW_PLAN_LEVEL_GROUPS] = "a level rings no group",
        [AW_PLAN_LEVEL_EMPTY] = "a level rings groups that no contact is in",
        [AW_PLAN_LEVEL_TEXT] = "an instruction is too long",
        [AW_PLAN_LAST_LEVEL] = "the last level must ring everybody",
        [AW_PLAN_NO_MEMBER] = "no contact, or too many",
        [AW_PLAN_MEMBER_ORDER] = "contacts must ascend by number, 1 to 16",
        [AW_PLAN_MEMBER_GROUPS] = "a contact is in no group",
        [AW_PLAN_MEMBER_DATA] = "no such data level",
        [AW_PLAN_MEMBER_NAME] = "a contact needs a name of at most 32 bytes",
        [AW_PLAN_MEMBER_HUMAN] = "a device belongs to nobody in the roster",
        [AW_PLAN_MEMBER_KEY] = "a contact has half of its keys, or those of another",
        [AW_PLAN_THRESHOLD_ONE] = "one contact alone could open her place",
        [AW_PLAN_THRESHOLD_MANY] = "more shares needed than there are contacts",
        [AW_PLAN_RING] = "the pause between rings must be 30 seconds to 1 hour",
        [AW_PLAN_CLAIM] = "a claim must hold for 1 minute to 2 hours",
        [AW_PLAN_CLAIMS] = "an incident must allow 1 to 8 claims",
        [AW_PLAN_QUIET_COUNT] = "too many windows of quiet hours",
        [AW_PLAN_QUIET_WINDOW] = "quiet hours need a day of the week and two minutes of the day",
        [AW_PLAN_QUIET_LONG] = "quiet hours must leave out a part of each day",
        [AW_PLAN_PAUSE_COUNT] = "too many pauses",
        [AW_PLAN_PAUSE_ORDER] = "pauses must ascend and not touch one another",
        [AW_PLAN_PAUSE_LONG] = "a pause must end, at most 31 days after it began",
        [AW_PLAN_OPERATOR_COUNT] = "too many operators",
        [AW_PLAN_OPERATOR_ORDER] = "operators must ascend by the key of their relay",
        [AW_PLAN_OPERATOR_WHO] = "an operator is neither a contact nor an outsider",
        [AW_PLAN_QUORUM] = "a quorum of nobody, or of more than there are contacts",
        [AW_PLAN_WITNESS] = "the pause between witnesses must be 10 seconds to 1 hour",
        [AW_PLAN_CEILING] = "the ceiling must be at most 1 day",
        [AW_PLAN_LOOSEN] = "the delay of a loosening must be at most 31 days",
        [AW_PLAN_CADENCE] = "a slot must be 10 seconds to 1 hour",
        [AW_PLAN_ALARM_BEAT] = "the pause between beats in an alarm must be 10 seconds to 1 hour",
        [AW_PLAN_LIFE] = "the bearable time without a sign of life must be at most 31 days",
        [AW_PLAN_ASK] = "the time to answer must be 1 minute to 1 day, and 16 questions at most",
        [AW_PLAN_DECOYS] = "somebody is a contact and a decoy",
    };

    _Static_assert(AW_COUNT(texts) == AW_PLAN_PROBLEM_COUNT, "one text for each problem");
    return (unsigned)problem < AW_PLAN_PROBLEM_COUNT ? texts[problem] : "unknown problem";
}

void aw_plan_default(struct aw_plan *plan, size_t roster_count)
{
    static const struct aw_warning warnings[] = {{3600, false}, {600, true}, {0, true}};

    AW_ASSERT(roster_count >= 1 && roster_count <= AW_PLAN_MEMBER_MAX);
    *plan = (struct aw_plan){
        .schedule[0].every_s = DAY_S,
        .schedule_count = 1,
        .beat_s = 900,
        .beat_grace_s = 6 * HOUR_S,
        .grace_s = 900,
        .warnings_count = AW_COUNT(warnings),
        .levels[0] = {.delay_s = 0, .groups = 1, .text = "Try to reach her."},
        .levels[1] = {.delay_s = 900,
                      .groups = AW_GROUPS_ALL,
                      .shares = true,
                      .text = "Go to her, or call the police."},
        .levels_count = 2,
        .roster_count = (uint8_t)roster_count,
        .threshold = roster_count > 1 ? 2 : 1,
        .ring_s = 120,
        .claim_s = 1800,
        .claims_max = 3,
        .council = {.quorum = (uint8_t)(roster_count / 2 + 1), .witness_s = 300, .ceiling_s = 1800},
        .change = {.loosen_s = 2 * DAY_S, .announce = AW_GROUPS_ALL, .setup = true},
        .pace = {.sos_now = true, .alarm_beat_s = 60, .ask_s = 900, .asks_max = 4},
    };
    memcpy(plan->warnings, warnings, sizeof warnings);
    for (size_t i = 0; i < roster_count; i++) {
        plan->roster[i] = (struct aw_member){.person = (uint8_t)(i + 1),
                                             .human = (uint8_t)(i + 1),
                                             .groups = 1,
                                             .data = AW_DATA_EXACT};
    }
}
