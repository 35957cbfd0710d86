// SPDX-License-Identifier: ISC
// The vectors of what follows from plans, words and opinions, against this implementation.
import assert from 'node:assert/strict';
import test from 'node:test';
import { coverage, findings, times, wait, year } from './audit.js';
import { Cards, Turns, gives } from './card.js';
import { hash, withDraws } from './crypto.js';
import { Device } from './device.js';
import { Introduced, Introducing } from './introductions.js';
import { Keep } from './keep.js';
import { Ladder } from './ladder.js';
import { foundAfterChange, inForceAfter, looser } from './loosening.js';
import { decode } from './messages.js';
import { combine, drawKey, findKey, openSeal, sealCard, sealState, split } from './shares.js';
import { Journey, Timers, switchLongest, switchWaits, switchWithheld } from './timer.js';
import { AreYouOk, Drills, Life } from './triggers.js';
import { Slots, decoyMoments } from './turns.js';
import { check, without } from './vectors.js';
import { View, inARow } from './views.js';
import { relaysRead, tally } from './votes.js';
import { Handed, Vouching } from './vouching.js';

const planOf = (g, key = 'plan') => decode(g.bytes(key), 'plan');
const LOOSEN = 3600;

function loosening(group) {
    for (const g of group('in_force').groups())
        for (const i of [1, 2, 3])
            g.is(`in_force_${i}`,
                Number(g.number(`after_${i}`) >= inForceAfter(g.values, LOOSEN)));
    for (const g of group('secrets').groups())
        g.is('found', foundAfterChange(g.values, LOOSEN));
    for (const name of ['by_the_clock', 'by_intervals']) {
        const all = group(name);
        const from = planOf(all, 'from');
        for (const g of all.groups()) {
            const keys = looser(from, planOf(g, 'to'), all.number('now'));
            assert.ok(keys.length < 2);
            g.is('loosens', keys.length);
            g.is('key', keys[0] ?? 0);
        }
    }
}

/** The longest wait is where the file says, and nowhere longer: every hour is looked at. */
function longestWait(g, plan, from) {
    g.is('longest_wait', wait(plan, g.number('longest_wait_from')));
    let longest = 0;
    for (let at = from; at < from + 366 * 86400; at += 3600)
        longest = Math.max(longest, wait(plan, at));
    assert.ok(longest <= g.number('longest_wait') && longest > g.number('longest_wait') - 3600);
    return g.number('longest_wait');
}

function audit(group, names) {
    for (const name of names) {
        const g = group(name);
        const [plan, from] = [planOf(g), g.number('from')];
        const longest = longestWait(g, plan, from);
        const { checkIns, mean } = year(plan, from);
        for (const [key, value] of Object.entries(times(plan, longest)))
            g.is(key, value);
        g.is('check_ins', checkIns);
        g.is('typical', Math.floor(mean) + g.number('best'));
        const found = findings(plan, from, longest, g.number('longest_quiet'));
        g.is('findings', found.length);
        for (const one of g.groups('finding_')) {
            const [, severity, index] = found.find(([kind, , at]) =>
                kind === one.text('name') && at === one.values.index) ?? [];
            one.is('severity', severity);
            one.is('index', index);
        }
    }
}

function coverages(group, names) {
    for (const name of names) {
        const g = group(name);
        const devices = g.groups('device_').map((one) => one.values);
        const c = coverage(planOf(g), devices, g.number('now'));
        c.counts.forEach((one, i) => g.is(`counts_${i + 1}`, Number(one)));
        g.is('humans', c.humans);
        g.is('reachable', c.reachable);
        g.is('hears', c.hears === Infinity ? undefined : c.hears);
        g.is('can_find', Number(c.canFind));
        g.is('can_open', Number(c.canOpen));
    }
}

function ladder(group, names) {
    for (const name of names) {
        const g = group(name);
        const steps = g.groups('step_');
        const mine = new Ladder(planOf(g), g.values, steps[0].number('at'));
        for (const one of steps) {
            if (one.values.status === undefined)
                mine.take(one.values);
            else
                one.gets('status', () => mine.take(one.values));
            one.is('state', mine.state);
            one.is('incident', mine.incident);
            one.is('level', mine.level);
            one.is('events', mine.events.join(', '));
        }
    }
}

function council(group) {
    for (const g of group('release').groups()) {
        const voices = g.groups('voice_').map((one) => one.values);
        for (const [key, value] of Object.entries(tally(planOf(g), g.values, voices)))
            g.is(key, value);
    }
    const r = group('read');
    r.is('relays_read', relaysRead(r.number('moment'), r.values.hers, r.values.voice_1));
    opening(group('opening'));
    for (const g of group('given').groups())
        g.is('gives', gives(g.values));
    for (const g of group('turns').groups()) {
        const mine = new Turns(Boolean(g.values.card));
        for (const one of g.groups('turn_'))
            one.is('share', mine.turn(one.values));
    }
    const sealed = Object.fromEntries(
        group('cards').groups().map((g) => [g.name.split('.').at(-1), sealing(g)]));
    for (const g of group('card').groups())
        cardStory(g, new Cards(sealed));
}

function sealing(g) {
    const threshold = g.number('threshold');
    const draws = Array.from({ length: threshold + 1 }, (_, i) => i + 1);
    const key = withDraws(g.draws(1), drawKey);
    const shares = withDraws(g.draws(...draws.slice(1, -1)), () => split(key, threshold, 4));
    const sealed = withDraws(g.draws(threshold + 1), () => sealCard(key, g.bytes('text')));
    g.is('drawn', 'ok');
    g.is('split', 'ok');
    shares.forEach((share, i) => g.is(`share_${i + 1}`, share));
    g.is('card_key', 'ok');
    g.is('sealed', sealed);
    g.is('hash', hash('card', sealed));
    return { sealed, shares };
}

function cardStory(g, mine) {
    const does = {
        plan: (one) => mine.takePlan(one),
        waits: (one) => { mine.waits = one.card; },
        share: (one) => mine.share(one),
        level: (one) => mine.setLevel(one.level),
        closed: () => mine.setLevel(-1),
    };
    for (const one of g.groups('step_')) {
        const wasOpen = mine.opened();
        let shown = [];
        if (one.text('does') === 'file')
            one.gets('status', () => mine.file(one.values));
        else
            does[one.text('does')](one.values);
        one.is('kept', mine.kept.map(({ name }) => name).sort().join(' '));
        one.gets('shown', () => { shown = mine.look(); });
        one.is('sections', shown.length);
        one.is('told', Number(one.text('does') === 'share' && !wasOpen && Boolean(mine.opened())));
    }
}

function opening(g) {
    const key = withDraws(g.draws(1), drawKey);
    const shares = withDraws(g.draws(2, 3), () => split(key, 3, 5));
    shares.forEach((share, i) => g.is(`share_${i + 1}`, share));
    const sealed = sealState(key, g.bytes('state'));
    g.is('sealed_state', sealed);
    const mutant = shares[3].map((value, i) => (i === 1 ? value ^ 1 : value));
    g.is('mutant_4', mutant);
    const [own, second, , , fifth] = shares;
    const found = (...some) => {
        try {
            return findKey([own, ...some], 3, sealed);
        } catch {
            return null;
        }
    };
    g.is('with_2', found(second) ? 'ok' : 'not-found');
    g.is('with_2_and_the_mutant', found(second, mutant) ? 'ok' : 'not-found');
    const opened = found(second, mutant, fifth);
    g.is('with_2_the_mutant_and_5', opened ? 'ok' : 'not-found');
    assert.deepEqual(opened, combine([own, second, fifth]));
    g.is('opened', openSeal(opened, sealed));
}

function timers(group) {
    for (const g of group('at_a_contact').groups()) {
        const mine = new Timers(600);
        for (const one of g.groups('word_')) {
            mine.take(one.values);
            one.is('running', mine.running.length);
            one.is('id_due_first', mine.first?.id ?? 0);
            one.is('due', mine.first?.due ?? 0);
        }
    }
    for (const g of group('on_her_device').groups()) {
        const journey = new Journey(600);
        for (const one of g.groups('step_')) {
            journey.pass(one.number('at'));
            one.gets('status', () => journey[one.text('act')](one.number('at'), 1800, 900));
            one.is('due', journey.due);
            one.is('asked_until', journey.askedUntil);
            one.is('alarm', journey.alarm);
        }
    }
    triggers(group);
    devices(group);
}

function triggers(group) {
    for (const g of group('question_at_a_contact').groups()) {
        const mine = new AreYouOk(Boolean(g.values.may_ask), 900, 2);
        for (const one of g.groups('step_')) {
            one.gets('status', () => mine[one.text('act')](one.values));
            one.is('state', mine.state);
            one.is('id', mine.id);
            one.is('due', mine.due);
        }
    }
    for (const g of group('drill_at_a_contact').groups()) {
        const mine = new Drills();
        for (const one of g.groups('step_')) {
            if (one.values.drill === 0)
                one.gets('answered', () => mine.answer());
            else
                one.is('rings', Number(mine.hear(one.values)));
            one.is('to_be_answered', Number(mine.isToBeAnswered));
            one.is('named', mine.named);
        }
    }
    for (const g of group('life_at_a_contact').groups()) {
        const mine = new Life(g.number('life_s'));
        for (const one of g.groups('step_')) {
            mine.take(one.values);
            one.is('newest_sign', mine.newest);
            one.is('due', mine.due);
        }
    }
}

const NO_DRILL = { relay: 0, device: 0, human: 0 };

const SEEN = {
    countdown: (d) => ({ ends: d.countdown?.ends, kind: d.countdown?.kind, alarm: d.alarm }),
    signal: (d) => ({ ...SEEN.countdown(d), he_hears: d.heHears, check_in_due: d.checkInDue }),
    drill: (d) => ({ ...NO_DRILL, ...d.drill, told: d.told }),
    question: (d) => ({ asked_until: d.asked.until, rings: d.rings }),
    life: (d) => ({ life_min: d.lifeMin }),
};

function devices(group) {
    for (const [what, seen] of Object.entries(SEEN))
        for (const g of group(`${what}_on_her_device`).groups()) {
            const mine = new Device(Boolean(g.values.may_ask), 900);
            for (const one of g.groups('step_')) {
                mine.step(one.values);
                one.gets('status', () => mine.act(one.values));
                for (const [key, value] of Object.entries(seen(mine)))
                    one.is(key, Number(value ?? 0));
            }
        }
}

function switches(group, names) {
    for (const name of names) {
        const g = group(name);
        g.is('after', switchWaits(g.values));
        g.is('longest', switchLongest(g.values));
        g.is('withheld', switchWithheld(g.values));
    }
}

function views(group, names) {
    for (const g of group('in_a_row').groups()) {
        const { alarm, after } = inARow(g.number('before'), g.text('found'));
        g.is('alarm', Number(alarm));
        g.is('after', after);
    }
    for (const name of names.filter((one) => one !== 'in_a_row')) {
        const mine = { circle: new View(true), shown: new View(false), outside: new View(false) };
        for (const one of group(name).groups('step_')) {
            one.is('status', 'ok');
            for (const part of one.groups()) {
                const view = mine[part.name.split('.').at(-1)];
                view.take(one.values);
                part.is('incident', view.incident);
                part.is('check_in_due', view.due);
            }
            one.is('wrong_in_a_row', mine.circle.wrong);
        }
    }
}

function vouching(group, names) {
    for (const name of names.filter((one) => one !== 'handed_over')) {
        const g = group(name);
        const mine = new Vouching(g.groups('contact_').map((one) => one.values), 900, 21600);
        for (const one of g.groups('step_')) {
            if (one.values.by === 0)
                mine.heard(one.values);
            else
                mine.passedOn(one.values);
            one.is('vouched', Number(mine.isVouched));
            one.is('beat_due', mine.beatDue);
        }
    }
    const mine = new Handed([1, 4]);
    for (const one of group('handed_over').groups())
        one.is('rings', Number(mine.rings(one.values)));
}

function introductions(group) {
    for (const g of group('hers').groups()) {
        const her = new Introducing();
        for (const one of g.groups('plan_')) {
            const persons = [1, 2, 3].filter((person) => person !== one.values.left_out);
            her.plan(new Map(persons.map((person) => [person, one.values[`tells_${person}`]])));
            for (const person of [1, 2, 3])
                one.is(`key_${person}`, her.keys.get(person) ?? 0);
            for (const pair of ['1_2', '1_3', '2_3'])
                one.is(`pair_${pair}`, her.pairs.get(pair) ?? 0);
        }
    }
    for (const g of group('his').groups()) {
        const mine = new Introduced();
        for (const one of g.groups('step_')) {
            let isBegun = false;
            const take = () => { isBegun = mine[one.text('came')](one.values); };
            if (one.text('came') === 'plan')
                take();
            else
                one.gets('status', take);
            one.is('peer', Number(mine.key !== 0));
            one.is('secret_in_use', mine.secret);
            one.is('reads_as_of', mine.readsAsOf);
            one.is('begun', Number(isBegun));
        }
    }
}

function slots(group, names) {
    for (const name of names) {
        const mine = new Slots();
        for (const one of group(name).groups('slot_'))
            one.is('turn', mine.turn(one.values));
    }
}

function keep(group, names) {
    for (const name of names) {
        const mine = new Keep();
        for (const one of group(name).groups('run_')) {
            mine.run(one.values);
            for (const part of ['words', 'beats', 'hours'])
                one.is(part, mine.seqs(part));
        }
    }
}

function decoys(group, names) {
    for (const name of names) {
        const g = group(name);
        const { due, from, count } = decoyMoments(planOf(g), g.number('checked_in_at'));
        const drawn = g.bytes('random_1').reduce((sum, byte) => sum * 256 + byte, 0);
        g.is('started', 'ok');
        g.is('due', due);
        g.is('checks_in_at', from + (drawn % count));
    }
}

const FILES = {
    'views.json': views,
    'vouching.json': vouching,
    'introductions.json': introductions,
    'slots.json': slots,
    'decoy.json': decoys,
    'keep.json': keep,
    'loosening.json': loosening,
    'audit.json': audit,
    'coverage.json': coverages,
    'ladder.json': ladder,
    'council.json': council,
    'timer.json': timers,
    'switch.json': switches,
};

const other = (value) => (typeof value === 'number' ? value + 1 : `${value}!`);

for (const [name, gives] of Object.entries(FILES)) {
    test(`${name}: this implementation gives the outputs`, () => {
        const report = check(name, gives);
        assert.deepEqual(report.wrong, []);
        assert.ok(report.checked > 0);
    });

    // The first output, one in the middle and the last one, each by itself.
    test(`${name}: a changed output is found`, () => {
        const file = without(name);
        const { outputs } = check(name, gives, file);
        for (const at of [0, outputs.length >> 1, outputs.length - 1]) {
            const [values, key] = outputs[at];
            const kept = values[key];
            values[key] = other(kept);
            assert.ok(check(name, gives, file).wrong.length > 0, `${key} of ${name}`);
            values[key] = kept;
        }
    });
}
