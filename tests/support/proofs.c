/* SPDX-License-Identifier: ISC */
#include "support/proofs.h"

#include "base/assert.h"
#include "base/time.h"
#include "core/contact_impl.h"

static uint64_t matters_s(const struct aw_ladder *l, const struct aw_ladder_rules *rules)
{
    uint64_t gate_s = aw_ladder_gate_s(l, rules);

    if (gate_s == AW_NO_TIME || aw_ladder_path_tells(l, gate_s))
        return AW_NO_TIME;
    if (!aw_ladder_path_counts(l, rules, l->path.first_s))
        return gate_s > AW_LADDER_SETTLE_S ? gate_s - AW_LADDER_SETTLE_S : 0;
    return aw_time_max(gate_s, l->path.first_s + AW_LADDER_SETTLE_S);
}

uint64_t proofs_matter_ms(const struct aw_contact *contact)
{
    const struct contact *c = contact_of_const(contact);
    struct aw_ladder_rules rules = aw_co_rules(c), shown_rules = aw_co_shown_rules(c);

    for (size_t i = 0; i < AW_COUNT(c->peers.wait); i++) {
        if (c->peers.wait[i].since_s != 0 && !c->peers.wait[i].is_over)
            return 0;
    }
    return aw_timebase_when_ms(
        &c->time, aw_time_min(matters_s(&c->ladder, &rules), matters_s(&c->shown, &shown_rules)));
}
