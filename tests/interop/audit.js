// SPDX-License-Identifier: ISC
// What a plan means over a year, and who would hear now (spec/15-plan.md §6, §7).
import { isDaily } from './loosening.js';
import { due } from './schedule.js';

const HOUR = 3600;
const DAY = 86400;
const SPAN_MAX = 31 * DAY;

/** The wait after a check-in: none holds for longer than a span. */
export const wait = (plan, base) => Math.min(due(plan, base) - base, SPAN_MAX);

const count = (list) => new Set(list).size;
const humansOf = (plan) => count(plan.roster.map((one) => one.human));
const humanOf = (plan, person) =>
    plan.roster.find((one) => one.person === person)?.human ?? 0;

/** §6: outsiders are one together; without any name there is one. */
const operatorsOf = (plan) => [...new Set(plan.operators.map((one) => humanOf(plan, one.person)))];
const isOneOperator = (plan) => operatorsOf(plan).length < 2;

/** The contact who runs every relay that is named, 0: none does. */
const relayRunner = (plan) => (isOneOperator(plan) ? operatorsOf(plan)[0] ?? 0 : 0);

/** The means of §6, from the longest wait. */
export function times(plan, longest) {
    const [first, last] = [plan.levels[0].delay_s, plan.levels.at(-1).delay_s];
    const best = plan.grace_s + first;
    return {
        best,
        worst: longest + best,
        blind: longest + plan.grace_s + Math.max(plan.council.ceiling_s, first),
        everybody: longest + plan.grace_s + last,
        silenced: plan.beat_s + plan.beat_grace_s + best,
    };
}

/** Check-ins of the year if she checks in when it is due, and the mean wait over all moments. */
export function year(plan, from) {
    let [at, sum, squares, checkIns] = [from, 0, 0, 0];
    while (at < from + 366 * DAY) {
        const gap = wait(plan, at);
        [at, sum, squares, checkIns] = [at + gap, sum + gap, squares + gap * gap / 2, checkIns + 1];
    }
    return { checkIns, mean: squares / sum };
}

function zoneEnds(plan, from) {
    const changes = plan.zone.slice(1).map((rule) => rule.from);
    const ahead = changes.filter((at) => at > from);
    if (ahead.length > 0)
        return ahead.at(-1) < from + 366 * DAY;
    return changes.length > 1;
}

const ringsNobodyNew = (plan, i) => !plan.roster.some((one) =>
    one.groups & plan.levels[i].groups &&
    !plan.levels.slice(0, i).some((level) => level.groups & one.groups));

const isIdle = (plan, i) => i > 0 && ringsNobodyNew(plan, i) &&
    plan.levels[i].text === plan.levels[i - 1].text &&
    plan.levels[i].shares === plan.levels[i - 1].shares;

const everyIndex = (list, is) => list.map((one, i) => (is(one, i) ? i : -1)).filter((i) => i >= 0);

/** [name, severity, index] of each finding. */
export function findings(plan, from, longest, quiet) {
    const t = times(plan, longest);
    const groups = plan.roster.reduce((all, one) => all | one.groups, 0);
    const [humans, runner] = [humansOf(plan), relayRunner(plan)];
    const voters = humans - (runner ? 1 : 0);
    const { cadence_s: cadence, ask_s: ask, asks_max: asks, sos_now: now } = plan.pace;
    const longestDay = 25 * HOUR + (plan.schedule.some(isDaily) ? 5400 : 0);
    const one = (is) => (is ? [undefined] : []);
    const rows = {
        hole: { gap: one(longest > longestDay) },
        weak: {
            quiet: one(quiet > 12 * HOUR),
            'zone-end': one(zoneEnds(plan, from)),
            grace: one(t.best >= HOUR),
            'grace-slot': one(cadence && plan.grace_s < cadence + 120),
            everybody: one(t.everybody - longest >= 6 * HOUR),
            ceiling: one(plan.council.ceiling_s > 2 * HOUR),
            silenced: one(t.silenced > DAY),
            'shares-never': one(!plan.levels.some((level) => level.shares)),
            'operator-relay': everyIndex(plan.roster, (m) => runner && m.person === runner),
            'no-release': one(voters < plan.threshold || voters < plan.council.quorum),
            'no-looker': one(!plan.roster.some((m) => m.data > 0)),
            relaxed: one(plan.relaxed),
            'loosen-short': one(plan.change.loosen_s < DAY),
            announce: one(!(plan.change.announce & groups)),
        },
        note: {
            pause: everyIndex(plan.pauses, (pause) => pause.until > from),
            'warning-never': everyIndex(plan.warnings, (w) => w.before_s >= longest),
            'no-warning': one(plan.warnings.length === 0),
            'level-idle': everyIndex(plan.levels, (_, i) => isIdle(plan, i)),
            'group-empty': everyIndex(plan.levels,
                (level) => level.groups !== 255 && level.groups & ~groups),
            'operator-one': one(isOneOperator(plan) && !runner),
            'quorum-all': one(humans > 1 && plan.council.quorum === humans),
            'threshold-all': one(humans > 2 && plan.threshold === humans),
            'one-contact': one(humans === 1),
            'ask-never': everyIndex(plan.roster, (m) => m.asks && (!ask || !asks)),
            'sos-waits': one(cadence && !now),
        },
    };
    return Object.entries(rows).flatMap(([severity, kinds]) => Object.entries(kinds)
        .flatMap(([name, indices]) => indices.map((index) => [name, severity, index])));
}

/** §7: when a device of this member would be rung, after the deadline. */
const rungAfter = (plan, member) =>
    plan.grace_s + plan.levels.find((level) => level.groups & member.groups).delay_s;

function counts(plan, member, device, now) {
    const bearable = Math.max(3 * plan.beat_s, device.always_on ? HOUR / 2 : 2 * HOUR);
    const isSilent = device.heard === 0 || device.heard + bearable < now;
    const isAway = device.away_until > due(plan, now) + rungAfter(plan, member);
    return !isSilent && !isAway && Boolean(device.verified) && device.plan_version > 0;
}

/** Device i is that of member i of the roster. */
export function coverage(plan, devices, now) {
    const rows = plan.roster.map((member, i) => ({ member, device: devices[i],
        counts: counts(plan, member, devices[i], now) }));
    const hears = ({ member, device }) => {
        const after = rungAfter(plan, member);
        const ceiling = device.always_on ? 0 : plan.grace_s + plan.council.ceiling_s;
        return Math.max(after, ceiling) + (device.drill || 600);
    };
    const there = rows.filter((row) => row.counts);
    const voters = there.filter((row) => row.member.human !== relayRunner(plan));
    const humans = (list) => count(list.map((row) => row.member.human));
    return {
        counts: rows.map((row) => row.counts),
        humans: humansOf(plan),
        reachable: humans(there),
        hears: due(plan, now) - now + Math.min(...there.map(hears)),
        canFind: humans(voters) >= plan.council.quorum,
        canOpen: humans(voters) >= plan.threshold && voters.some((row) => row.member.data > 0),
    };
}
