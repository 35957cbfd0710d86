// SPDX-License-Identifier: ISC
// Which change of a plan is a loosening (spec/15-plan.md §5), and when a plan is in force
// (spec/07-contact.md §12).
import { equal } from './bytes.js';
import { offsetAt } from './schedule.js';

const DAY = 86400;
const WEEK_MIN = 7 * 1440;

const isDaily = (line) => line.every_s === undefined;
const contains = (all, some) => (some & ~all) === 0;
const isNotAbove = (name) => (old, now) => now[name] <= old[name];
const isSame = (name) => (old, now) => now[name] === old[name];

const usesClock = (plan) => plan.quiet.length > 0 || plan.schedule.some(isDaily);

/** From 40 days before to 124 days after now. */
function keepsZone(old, now, at) {
    if (!usesClock(old) && !usesClock(now))
        return true;
    const [first, last] = [at - 40 * DAY, at + 124 * DAY];
    const changes = [...old.zone, ...now.zone].map((rule) => rule.from);
    return [first, ...changes.filter((from) => from >= first && from <= last)]
        .every((from) => offsetAt(old, from) === offsetAt(now, from));
}

function keepsSchedule(old, now) {
    const daysAt = (minute) => now.schedule
        .filter((line) => isDaily(line) && line.minute === minute)
        .reduce((days, line) => days | line.days, 0);
    return old.schedule.every((line) => (isDaily(line)
        ? contains(daysAt(line.minute), line.days)
        : now.schedule.some((one) => !isDaily(one) && one.every_s <= line.every_s)));
}

function keepsLevels(old, now) {
    const has = (was) => now.levels.some((one) => contains(one.groups, was.groups) &&
        one.delay_s <= was.delay_s && one.text === was.text && one.shares === was.shares);
    const had = (one) => old.levels.some((was) => was.delay_s >= one.delay_s &&
        was.text === one.text && (was.shares || !one.shares));
    return old.levels.every(has) && now.levels.every(had);
}

/** How much a data level tells: none, the exact place, a coarse one. */
const TOLD = [0, 2, 1];

const keepsMember = (was, one) => TOLD[one.data] <= TOLD[was.data] && one.asks === was.asks &&
    ['person', 'human', 'groups', 'name'].every((name) => one[name] === was[name]) &&
    equal(one.key, was.key) && equal(one.sign_key, was.sign_key);

const keepsRoster = (old, now) => old.roster.length === now.roster.length &&
    old.roster.every((was, i) => keepsMember(was, now.roster[i]));

function quietMinutes(plan) {
    const minutes = new Set();
    for (const { days, from, until } of plan.quiet)
        for (let day = 0; day < 7; day++)
            for (let i = 0; days >> day & 1 && i < (until > from ? until : until + 1440) - from; i++)
                minutes.add((day * 1440 + from + i) % WEEK_MIN);
    return minutes;
}

function keepsQuiet(old, now) {
    const before = quietMinutes(old);
    return [...quietMinutes(now)].every((minute) => before.has(minute));
}

const keepsPauses = (old, now, at) => now.pauses.every((one) => one.until <= at ||
    old.pauses.some((was) => was.from <= one.from && one.until <= was.until));

const keepsOperators = (old, now) => old.operators.length === now.operators.length &&
    old.operators.every((was, i) => was.person === now.operators[i].person &&
        equal(was.relay_key, now.operators[i].relay_key));

const keepsChange = (old, now) => now.loosen_s >= old.loosen_s &&
    contains(now.announce, old.announce) && (old.setup || !now.setup);

/** 0 or absent is never. */
const isNoLater = (was, one) => !was || (Boolean(one) && one <= was);

const keepsPace = (old, now) => now.cadence_s === old.cadence_s && now.sos_now === old.sos_now &&
    now.alarm_beat_s <= old.alarm_beat_s && isNoLater(old.life_s, now.life_s) &&
    isNoLater(old.ask_s, now.ask_s) && now.asks_max >= old.asks_max;

const NO_CARD = new Uint8Array(0);

/** By key of the plan: whether the field is as before, or tighter. */
const KEEPS = {
    2: keepsZone,
    3: keepsSchedule,
    4: isNotAbove('beat_s'),
    5: isNotAbove('beat_grace_s'),
    6: isNotAbove('grace_s'),
    8: keepsLevels,
    9: keepsRoster,
    10: isSame('threshold'),
    11: isNotAbove('ring_s'),
    12: isNotAbove('claim_s'),
    13: isNotAbove('claims_max'),
    14: (old, now) => old.relaxed || !now.relaxed,
    15: keepsQuiet,
    16: keepsPauses,
    17: keepsOperators,
    18: (old, now) => now.council.quorum === old.council.quorum &&
        isNotAbove('witness_s')(old.council, now.council) &&
        isNotAbove('ceiling_s')(old.council, now.council),
    19: (old, now) => keepsChange(old.change, now.change),
    20: (old, now) => keepsPace(old.pace, now.pace),
    21: isSame('decoys'),
    22: (old, now) => equal(old.card_hash ?? NO_CARD, now.card_hash ?? NO_CARD),
};

/** The keys of the fields that are looser. */
export const looser = (old, now, at) =>
    Object.keys(KEEPS).map(Number).filter((key) => !KEEPS[key](old, now, at));

const SETUP_MAX = 72 * 3600;

/** From how long after it arrived a plan is in force; never: Infinity. */
export function inForceAfter(c, loosen) {
    const isJudged = c.secret === 'safe' || !c.inside; // outside the circle: claimed
    if (c.secret === 'duress' && c.inside)
        return Infinity;
    if (isJudged && (c.is_first || !c.loosens || (c.setup && c.since_first < SETUP_MAX)))
        return 0;
    if (isJudged)
        return loosen;
    const areEnough = c.compared > 0 && c.humans < 2; // CO-51: here he is the only one who did
    return areEnough ? Math.max(loosen, c.compared) : Infinity;
}

/** What a typed secret is found to be, so long after both were changed: CO-50, CO-51. */
export function foundAfterChange(c, loosen) {
    if (!c.inside)
        return 'claimed';
    const [which, what] = c.typed.split(' ');
    const isLive = which === 'new' || (which === 'old' && !c.setup && c.after < loosen);
    return c.changed_by === 'safe' && isLive ? what : 'wrong';
}

export { isDaily };
