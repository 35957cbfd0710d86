// SPDX-License-Identifier: ISC
// When a check-in is due (spec/15-plan.md §4).

const DAY = 86400;
const EARLY_MAX = 5400;

// Monday is bit 0; 1970-01-01 was a Thursday.
const dayBit = (day) => 1 << (((day + 3) % 7) + 7) % 7;

export function offsetAt(plan, at) {
    let offset = plan.zone[0]?.offset_s ?? 0;
    for (const rule of plan.zone) if (rule.from <= at) offset = rule.offset_s;
    return offset;
}

/** SU-8: the first instant at which the local clock shows this, or what it skipped to. */
function instantOf(plan, local) {
    for (const [i, rule] of plan.zone.entries()) {
        const at = local - rule.offset_s;
        if (i > 0 && at < rule.from) return rule.from;
        if (i + 1 === plan.zone.length || at < plan.zone[i + 1].from) return at;
    }
    return local;
}

/** Every daily time of some weeks around a base, ascending. */
function dailyTimes(plan, base) {
    const today = Math.floor((base + offsetAt(plan, base)) / DAY);
    const times = new Set();
    for (const line of plan.schedule.filter((one) => one.every_s === undefined))
        for (let day = today - 15; day <= today + 30; day++)
            if (line.days & dayBit(day))
                times.add(instantOf(plan, day * DAY + line.minute * 60));
    return [...times].sort((a, b) => a - b);
}

/** PL-12, or PL-13 for her device. */
function daily(plan, base, share) {
    const times = dailyTimes(plan, base);
    for (const [i, time] of times.entries()) {
        if (i === 0) continue;
        const early = Math.min(EARLY_MAX, Math.floor((time - times[i - 1]) / 2));
        if (base < time - Math.floor(early * share)) return time;
    }
    return Infinity;
}

/** PL-6 and PL-7. */
export function freeFrom(plan, at) {
    for (let last = -1; last !== at; ) {
        last = at;
        for (const pause of plan.pauses) if (pause.from <= at && at < pause.until) at = pause.until;
        for (const window of plan.quiet) {
            const today = Math.floor((at + offsetAt(plan, at)) / DAY);
            for (let day = today - 3; day <= today + 1; day++) {
                if (!(window.days & dayBit(day))) continue;
                const next = window.until > window.from ? 0 : DAY;
                const from = instantOf(plan, day * DAY + window.from * 60);
                const until = instantOf(plan, day * DAY + next + window.until * 60);
                if (from <= at && at < until) at = until;
            }
        }
    }
    return at;
}

function dueBy(plan, base, share) {
    const intervals = plan.schedule.filter((one) => one.every_s !== undefined);
    const times = intervals.map((one) => base + one.every_s);
    return freeFrom(plan, Math.min(daily(plan, base, share), ...times));
}

export const due = (plan, base) => dueBy(plan, base, 1);
export const asked = (plan, base) => dueBy(plan, base, 2 / 3);
