/* SPDX-License-Identifier: ISC */
#include "core/plan_find.h"

#include <string.h>

#include "base/assert.h"
#include "core/council.h"
#include "crypto/verify.h"

#define HOUR_S 3600
#define DAY_S  86400

/* Of grace that is left for her, where a check-in waits for its slot. */
#define SLOT_MARGIN_S 120

/* The findings of spec/15-plan.md §6, in the order of its table. */

static void add(struct aw_plan_audit *out, enum aw_plan_finding_kind kind,
                enum aw_severity severity, struct aw_plan_finding at)
{
    size_t i = out->findings_count;

    if (i == AW_PLAN_FINDING_MAX)
        return; /* the worst came first */
    at.kind = kind;
    at.severity = severity;
    for (; i > 0 && out->findings[i - 1].severity < severity; i--)
        out->findings[i] = out->findings[i - 1];
    out->findings[i] = at;
    out->findings_count++;
}

static void add_if(struct aw_plan_audit *out, bool is_found, enum aw_plan_finding_kind kind,
                   enum aw_severity severity)
{
    if (is_found)
        add(out, kind, severity, (struct aw_plan_finding){.where = 0});
}

/* A day, also when the clock goes back, and after a check-in that was early for its daily time. */
static uint64_t longest_day_s(const struct aw_plan *plan)
{
    bool has_daily = false;

    for (size_t i = 0; i < plan->schedule_count; i++)
        has_daily = has_daily || plan->schedule[i].every_s == 0;
    return 25 * HOUR_S + (has_daily ? AW_PLAN_EARLY_MAX_S : 0);
}

static void find_times(const struct aw_plan *plan, struct aw_plan_audit *out)
{
    uint64_t last_s = plan->zone_count > 1 ? plan->zone[plan->zone_count - 1].from : UINT64_MAX;
    /* Who travelled to a clock that never changes has one change, and it is past. */
    bool is_settled = plan->zone_count == 2 && last_s <= out->from_s;

    if (out->gap_s > longest_day_s(plan))
        add(out, AW_FINDING_GAP, AW_SEVERITY_HOLE,
            (struct aw_plan_finding){.at_s = out->worst_at_s, .span_s = out->gap_s});
    if (out->quiet_s > 12 * HOUR_S)
        add(out, AW_FINDING_QUIET, AW_SEVERITY_WEAK,
            (struct aw_plan_finding){.at_s = out->quiet_at_s, .span_s = out->quiet_s});
    if (last_s < out->until_s && !is_settled)
        add(out, AW_FINDING_ZONE_END, AW_SEVERITY_WEAK, (struct aw_plan_finding){.at_s = last_s});
    if (out->best_s >= HOUR_S)
        add(out, AW_FINDING_GRACE, AW_SEVERITY_WEAK,
            (struct aw_plan_finding){.span_s = out->best_s});
    if (plan->pace.cadence_s > 0 && plan->grace_s < plan->pace.cadence_s + SLOT_MARGIN_S)
        add(out, AW_FINDING_GRACE_SLOT, AW_SEVERITY_WEAK,
            (struct aw_plan_finding){.span_s = plan->pace.cadence_s});
    if (out->everybody_s - out->gap_s >= 6 * HOUR_S)
        add(out, AW_FINDING_EVERYBODY, AW_SEVERITY_WEAK,
            (struct aw_plan_finding){.span_s = out->everybody_s - out->gap_s});
    if (plan->council.ceiling_s > 2 * HOUR_S)
        add(out, AW_FINDING_CEILING, AW_SEVERITY_WEAK,
            (struct aw_plan_finding){.span_s = plan->council.ceiling_s});
    if (out->silenced_s > DAY_S)
        add(out, AW_FINDING_SILENCED, AW_SEVERITY_WEAK,
            (struct aw_plan_finding){.span_s = out->silenced_s});
    for (size_t i = 0; i < plan->pauses_count; i++) {
        if (plan->pauses[i].until > out->from_s)
            add(out, AW_FINDING_PAUSE, AW_SEVERITY_NOTE,
                (struct aw_plan_finding){.where = (uint8_t)i,
                                         .at_s = plan->pauses[i].from,
                                         .span_s = plan->pauses[i].until - plan->pauses[i].from});
    }
}

static uint8_t groups_of(const struct aw_plan *plan)
{
    uint8_t groups = 0;

    for (size_t i = 0; i < plan->roster_count; i++)
        groups |= plan->roster[i].groups;
    return groups;
}

/* Whether a level rings somebody new, releases shares, or says something else. */
static bool changes_something(const struct aw_plan *plan, size_t idx)
{
    const struct aw_level *level = &plan->levels[idx], *last = level - 1;
    uint8_t rung = 0;

    for (size_t i = 0; i < idx; i++)
        rung |= plan->levels[i].groups;
    for (size_t i = 0; i < plan->roster_count; i++) {
        if ((plan->roster[i].groups & level->groups) != 0 && (plan->roster[i].groups & rung) == 0)
            return true;
    }
    return level->shares != last->shares || !aw_plan_same_text(level->text, last->text);
}

static void find_levels(const struct aw_plan *plan, struct aw_plan_audit *out)
{
    bool has_shares = false;

    add_if(out, plan->warnings_count == 0, AW_FINDING_NO_WARNING, AW_SEVERITY_NOTE);
    for (size_t i = 0; i < plan->warnings_count; i++) {
        if (plan->warnings[i].before_s >= out->gap_s)
            add(out, AW_FINDING_WARNING_NEVER, AW_SEVERITY_NOTE,
                (struct aw_plan_finding){.where = (uint8_t)i,
                                         .span_s = plan->warnings[i].before_s});
    }
    for (size_t i = 0; i < plan->levels_count; i++) {
        const struct aw_level *level = &plan->levels[i];

        has_shares = has_shares || level->shares;
        if (i > 0 && !changes_something(plan, i))
            add(out, AW_FINDING_LEVEL_IDLE, AW_SEVERITY_NOTE,
                (struct aw_plan_finding){.where = (uint8_t)i});
        if (level->groups != AW_GROUPS_ALL && (level->groups & ~groups_of(plan)) != 0)
            add(out, AW_FINDING_GROUP_EMPTY, AW_SEVERITY_NOTE,
                (struct aw_plan_finding){.where = (uint8_t)i});
    }
    add_if(out, !has_shares, AW_FINDING_SHARES_NEVER, AW_SEVERITY_WEAK);
}

bool aw_plan_same_text(const char *a, const char *b)
{
    size_t i = 0;

    while (a[i] == b[i] && a[i] != '\0')
        i++;
    return a[i] == b[i];
}

uint16_t aw_plan_humans(const struct aw_plan *plan)
{
    uint16_t humans = 0;

    for (size_t i = 0; i < plan->roster_count; i++)
        humans |= (uint16_t)(1U << (plan->roster[i].human - 1));
    return humans;
}

bool aw_plan_introduces(const struct aw_plan *plan, const uint8_t key[AW_KEY_LEN])
{
    unsigned own = 0, others = 0;

    for (size_t i = 0; i < plan->roster_count; i++) {
        if (memcmp(plan->roster[i].key, key, AW_KEY_LEN) == 0)
            own++;
        else if (!aw_secret_is_zero(plan->roster[i].key, AW_KEY_LEN))
            others++;
    }
    return own > 0 && others > 0;
}

unsigned aw_plan_count_bits(uint32_t bits)
{
    unsigned count = 0;

    for (; bits != 0; bits &= bits - 1)
        count++;
    return count;
}

uint8_t aw_plan_only_operator(const struct aw_plan *plan, unsigned *count)
{
    uint32_t operators = 0; /* bit human; bit 0: outsiders, who may be one and the same */
    uint8_t human = 0;

    for (size_t i = 0; i < plan->operators_count; i++) {
        human = aw_council_human(plan, plan->operators[i].person);
        operators |= UINT32_C(1) << human;
    }
    *count = operators == 0 ? 1 : aw_plan_count_bits(operators);
    return *count == 1 ? human : 0;
}

static void find_operators(const struct aw_plan *plan, struct aw_plan_audit *out)
{
    unsigned operators, voters = aw_plan_count_bits(aw_plan_humans(plan));
    uint8_t human = aw_plan_only_operator(plan, &operators);

    for (size_t i = 0; human != 0 && i < plan->roster_count; i++) {
        if (plan->roster[i].person == human)
            add(out, AW_FINDING_OPERATOR_RELAY, AW_SEVERITY_WEAK,
                (struct aw_plan_finding){.where = (uint8_t)i});
    }
    add_if(out, operators == 1 && human == 0, AW_FINDING_OPERATOR_ONE, AW_SEVERITY_NOTE);
    /* spec/15-plan.md §6: with one operator, his verdicts and his eyes do not count. */
    if (human != 0)
        voters--;
    add_if(out, voters < plan->threshold || voters < plan->council.quorum, AW_FINDING_NO_RELEASE,
           AW_SEVERITY_WEAK);
}

static void find_council(const struct aw_plan *plan, struct aw_plan_audit *out)
{
    unsigned humans = aw_plan_count_bits(aw_plan_humans(plan));
    bool has_looker = false;

    for (size_t i = 0; i < plan->roster_count; i++) {
        has_looker = has_looker || plan->roster[i].data != AW_DATA_NONE;
        if (plan->roster[i].asks && (plan->pace.ask_s == 0 || plan->pace.asks_max == 0))
            add(out, AW_FINDING_ASK_NEVER, AW_SEVERITY_NOTE,
                (struct aw_plan_finding){.where = (uint8_t)i});
    }
    find_operators(plan, out);
    add_if(out, !has_looker, AW_FINDING_NO_LOOKER, AW_SEVERITY_WEAK);
    add_if(out, humans > 1 && plan->council.quorum == humans, AW_FINDING_QUORUM_ALL,
           AW_SEVERITY_NOTE);
    add_if(out, humans > 2 && plan->threshold == humans, AW_FINDING_THRESHOLD_ALL,
           AW_SEVERITY_NOTE);
    add_if(out, humans == 1, AW_FINDING_ONE_CONTACT, AW_SEVERITY_NOTE);
    add_if(out, plan->relaxed, AW_FINDING_RELAXED, AW_SEVERITY_WEAK);
    add_if(out, plan->change.loosen_s < DAY_S, AW_FINDING_LOOSEN_SHORT, AW_SEVERITY_WEAK);
    add_if(out, (plan->change.announce & groups_of(plan)) == 0, AW_FINDING_ANNOUNCE,
           AW_SEVERITY_WEAK);
    if (plan->pace.cadence_s > 0 && !plan->pace.sos_now)
        add(out, AW_FINDING_SOS_WAITS, AW_SEVERITY_NOTE,
            (struct aw_plan_finding){.span_s = plan->pace.cadence_s});
}

void aw_plan_find(const struct aw_plan *plan, struct aw_plan_audit *out)
{
    find_times(plan, out);
    find_levels(plan, out);
    find_council(plan, out);
}

/* Under duress shares go out among fellows of the circle only, whatever the quorum says. */
void aw_plan_audit_circle(const struct aw_plan *plan, uint16_t circle, struct aw_plan_audit *out)
{
    uint32_t humans = 0;

    for (size_t i = 0; i < plan->roster_count; i++) {
        if ((circle >> (plan->roster[i].person - 1) & 1) != 0)
            humans |= UINT32_C(1) << plan->roster[i].human;
    }
    add_if(out, aw_plan_count_bits(humans) < plan->threshold, AW_FINDING_CIRCLE_SMALL,
           AW_SEVERITY_WEAK);
}

static const struct {
    const char *name, *text;
} kinds[AW_FINDING_KIND_COUNT] = {
    [AW_FINDING_GAP] = {"gap", "for more than a day nobody expects a check-in"},
    [AW_FINDING_PAUSE] = {"pause", "in a pause nobody expects a check-in"},
    [AW_FINDING_QUIET] = {"quiet", "more than 12 hours in a row are quiet"},
    [AW_FINDING_ZONE_END] = {"zone-end", "changes of the clock are known until then only"},
    [AW_FINDING_GRACE] = {"grace", "an hour or more passes from a missed check-in to the first "
                                   "ring"},
    [AW_FINDING_GRACE_SLOT] = {"grace-slot", "a check-in waits for its slot, and grace is hardly "
                                             "longer: late by minutes rings people"},
    [AW_FINDING_EVERYBODY] = {"everybody", "6 hours or more pass before everybody is rung"},
    [AW_FINDING_CEILING] = {"ceiling", "\"cannot tell\" waits longer than 2 hours"},
    [AW_FINDING_SILENCED] = {"silenced", "a silenced device is missed after more than a day"},
    [AW_FINDING_WARNING_NEVER] = {"warning-never", "a warning comes before the check-in itself"},
    [AW_FINDING_NO_WARNING] = {"no-warning", "nothing reminds you of a check-in"},
    [AW_FINDING_LEVEL_IDLE] = {"level-idle", "a level changes nothing"},
    [AW_FINDING_GROUP_EMPTY] = {"group-empty", "a level names a group that nobody is in"},
    [AW_FINDING_SHARES_NEVER] = {"shares-never", "no level releases shares: silence will not "
                                                 "reveal your place, SOS will"},
    [AW_FINDING_OPERATOR_ONE] = {"operator-one", "relays count as one operator's: silence reveals "
                                                 "your place only after others confirmed it"},
    [AW_FINDING_OPERATOR_RELAY] = {"operator-relay", "one contact runs every relay that is named"},
    [AW_FINDING_NO_RELEASE] = {"no-release", "silence will not reveal your place, SOS will"},
    [AW_FINDING_NO_LOOKER] = {"no-looker", "no contact may learn your place"},
    [AW_FINDING_QUORUM_ALL] = {"quorum-all", "it takes every contact to find a check-in missed"},
    [AW_FINDING_THRESHOLD_ALL] = {"threshold-all", "it takes every contact to open your place"},
    [AW_FINDING_ONE_CONTACT] = {"one-contact", "with one contact, that person alone can open your "
                                               "place"},
    [AW_FINDING_RELAXED] = {"relaxed", "your phone alone closes a missed check-in"},
    [AW_FINDING_LOOSEN_SHORT] = {"loosen-short", "who forces you can loosen the plan within a day"},
    [AW_FINDING_ANNOUNCE] = {"announce", "a loosening is announced to nobody"},
    [AW_FINDING_ASK_NEVER] = {"ask-never", "a contact may ask, but the plan gives no time to "
                                           "answer"},
    [AW_FINDING_SOS_WAITS] = {"sos-waits", "SOS waits for its slot"},
    [AW_FINDING_CIRCLE_SMALL] = {"circle-small", "fewer people are in the circle than it takes to "
                                                 "open your place: duress will not reveal it"},
};

const char *aw_plan_finding_text(enum aw_plan_finding_kind kind)
{
    return kind > 0 && kind < AW_FINDING_KIND_COUNT ? kinds[kind].text : "unknown finding";
}

const char *aw_plan_finding_name(enum aw_plan_finding_kind kind)
{
    return kind > 0 && kind < AW_FINDING_KIND_COUNT ? kinds[kind].name : "unknown";
}
