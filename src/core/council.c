/* SPDX-License-Identifier: ISC */
#include "core/council.h"

#include <string.h>

#include "wire/plan.h"

uint8_t aw_council_human(const struct aw_plan *plan, uint8_t person)
{
    const struct aw_member *member = aw_plan_member(plan, person);

    return member == NULL ? 0 : member->human;
}

uint8_t aw_council_groups(const struct aw_plan *plan, uint8_t human)
{
    uint8_t groups = 0;

    for (size_t i = 0; i < plan->roster_count; i++) {
        if (plan->roster[i].human == human)
            groups |= plan->roster[i].groups;
    }
    return groups;
}

uint32_t aw_council_operators(const struct aw_plan *plan, const struct aw_endpoint *relays,
                              size_t count)
{
    uint32_t set = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < plan->operators_count; j++) {
            const struct aw_operator *o = &plan->operators[j];

            if (memcmp(o->relay_key, relays[i].relay_key, sizeof o->relay_key) == 0)
                set |= UINT32_C(1) << aw_council_human(plan, o->person);
        }
    }
    return set;
}

static unsigned count_bits(uint32_t set)
{
    unsigned count = 0;

    for (; set != 0; set &= set - 1)
        count++;
    return count;
}

static uint32_t bit_of(uint8_t human)
{
    return UINT32_C(1) << human;
}

static uint32_t humans_of(const struct aw_plan *plan)
{
    uint32_t humans = 0;

    for (size_t i = 0; i < plan->roster_count; i++)
        humans |= bit_of(plan->roster[i].human);
    return humans;
}

/* spec/16-peers.md §6: "A vote MUST count when it says missed about a statement that is not older
 * than the newest heard here directly, and at no other time." */
static bool says_missed(const struct aw_sitting *c, const struct aw_voice *v)
{
    return v->missed && v->seq >= c->seq;
}

bool aw_council_others(const struct aw_sitting *c, bool inside)
{
    for (size_t i = 0; i < c->voice_count; i++) {
        if (says_missed(c, &c->voices[i]) && (inside || !c->voices[i].is_fellow))
            return true;
    }
    return false;
}

/* Humans who vote, and humans who say that she cannot be reached. */
static uint32_t voters_of(const struct aw_sitting *c)
{
    uint32_t set = c->missed && c->human != 0 ? bit_of(c->human) : 0;

    for (size_t i = 0; i < c->voice_count; i++) {
        if (says_missed(c, &c->voices[i]))
            set |= bit_of(c->voices[i].human);
    }
    return set;
}

static uint32_t unreachable_to(const struct aw_sitting *c)
{
    uint32_t set = c->unreachable && c->human != 0 ? bit_of(c->human) : 0;

    for (size_t i = 0; i < c->voice_count; i++) {
        if (c->voices[i].unreachable)
            set |= bit_of(c->voices[i].human);
    }
    return set;
}

/*
 * Operators through whose relays this silence was seen. Who votes saw it through one of his relays:
 * that says which one only where all of them are of one operator.
 */
static uint32_t seen_through(const struct aw_sitting *c)
{
    uint32_t set = c->proved;

    for (size_t i = 0; i < c->voice_count; i++) {
        const struct aw_voice *v = &c->voices[i];
        /* spec/16-peers.md §8: "The vote of a human who runs a relay MUST NOT show a silence
         * through a relay of somebody else." */
        bool is_torn = (c->operators & bit_of(v->human)) != 0 && v->operators != bit_of(v->human);

        if (says_missed(c, v) && count_bits(v->operators) == 1 && !is_torn)
            set |= v->operators;
    }
    return set;
}

/* What stands between the votes and a release, in the order in which a human can do something. */
static enum aw_release decide(const struct aw_sitting *c, const struct aw_tally *t, bool is_single,
                              unsigned free_humans)
{
    /* spec/16-peers.md §8: "With one operator, shares MUST NOT be released on silence where fewer
     * than the threshold of other humans remain." */
    if (is_single && free_humans < c->plan->threshold)
        return AW_RELEASE_NEVER;
    if (!c->missed)
        return c->is_blind ? AW_RELEASE_BLIND : AW_RELEASE_NOT_MISSED;
    if (t->votes < t->quorum)
        return AW_RELEASE_QUORUM;
    if (!c->level)
        return AW_RELEASE_LEVEL;
    if (is_single && t->unreachable < c->plan->threshold)
        return AW_RELEASE_CONFIRM;
    if (!is_single && count_bits(seen_through(c)) < 2)
        return AW_RELEASE_PATH;
    return c->is_read ? AW_RELEASE_YES : AW_RELEASE_UNREAD;
}

static bool held_nothing(const struct aw_sitting *c, size_t relay, uint64_t at_s)
{
    if (c->path_s[relay] + AW_COUNCIL_READ_S < at_s)
        return false;
    for (size_t i = 0; i < c->voice_count; i++) {
        if (says_missed(c, &c->voices[i]) && c->voices[i].path_s[relay] + AW_COUNCIL_READ_S < at_s)
            return false;
    }
    return true;
}

size_t aw_council_read(const struct aw_sitting *c, uint64_t at_s)
{
    size_t count = 0;

    for (size_t i = 0; i < c->relay_count; i++)
        count += held_nothing(c, i, at_s);
    return count;
}

void aw_council_tally(const struct aw_sitting *c, struct aw_tally *out)
{
    /* spec/16-peers.md §6: "The votes of humans who run relays MUST leave the quorum and its
     * denominator where the circle has one operator only". */
    bool is_single = count_bits(c->operators) < 2;
    uint32_t barred = is_single ? c->operators & ~UINT32_C(1) : 0;
    uint32_t humans = humans_of(c->plan);
    unsigned free_humans = count_bits(humans & ~barred);

    *out = (struct aw_tally){.barred = (uint16_t)(barred >> 1)};
    out->votes = (uint8_t)count_bits(voters_of(c) & ~barred);
    out->unreachable = (uint8_t)count_bits(unreachable_to(c) & ~barred);
    out->quorum = c->plan->council.quorum;
    if (out->quorum > free_humans)
        out->quorum = (uint8_t)free_humans;
    out->release = decide(c, out, is_single, free_humans);
}

enum aw_giving aw_council_gives(const struct aw_tally *t, const struct aw_member *to, bool is_sos)
{
    bool goes_out = t->release == AW_RELEASE_YES || t->release == AW_RELEASE_DURESS;

    /* spec/16-peers.md §8: "Who is to learn nothing of her place MUST NOT be given a share." */
    if (to->data == AW_DATA_NONE)
        return AW_GIVES_NONE;
    /* spec/16-peers.md §8: "With one operator, a human who runs a relay MUST NOT be given a share
     * on silence." */
    if (goes_out && (t->barred >> (to->human - 1) & 1) == 0)
        return AW_GIVES_ALL;
    /* spec/16-peers.md §8: "The share of the card MUST NOT go out but where shares of her place do,
     * or in an SOS." */
    return is_sos ? AW_GIVES_CARD : AW_GIVES_NONE;
}
