// SPDX-License-Identifier: ISC
// A contact in JavaScript is removed quietly, and compares all that he gets (spec/06-subject.md §13).
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import test from 'node:test';
import { DURESS, SAFE, Scene } from './scene.js';

const PLAN = 'checkin = every 8h\n';
const NEW_SAFE = 'a pot of tea';
const NEW_DURESS = 'nobody is here';

test('a contact who was removed quietly hears that all is well', async (t) => {
    const scene = await Scene.begin();
    t.after(() => scene.end());
    await scene.run();
    const [stays, goes] = [await scene.contact('Stays'), await scene.contact('Goes')];
    const both = [stays, goes];
    const persons = [];
    for (const { contact, agent } of both) {
        const person = await scene.pair(agent);
        await scene.she('verify', `--words=${contact.words.join(' ')}`, person);
        persons.push(person);
    }
    await scene.plan(PLAN, 'Stays, Goes');
    for (const { contact, agent } of both)
        await agent.until(() => contact.plan && contact.sets.length === 1, 'plan and keys');
    const heard = ({ contact }, from, kind = 'checkin') =>
        contact.heard.slice(from).find((one) => one.kind === kind);
    const checkin = async (secret) => {
        const from = both.map(({ contact }) => contact.heard.length);
        await scene.she('checkin', '--place=51.5,-0.12', { typed: secret });
        return Promise.all(both.map((one, i) =>
            one.agent.until(() => heard(one, from[i]), 'a check-in')));
    };
    assert.deepEqual((await checkin(SAFE)).map((word) => word.verdict), ['safe', 'safe']);
    assert.deepEqual((await checkin(DURESS)).map((word) => word.verdict), ['duress', 'duress']);

    writeFileSync(scene.world.home('plan.txt'), `${PLAN}person = Stays\n`);
    await scene.she('remove', '--yes', persons[1], scene.world.home('plan.txt'),
        { typed: `${SAFE}\n${NEW_SAFE}\n${NEW_DURESS}\nStays\n` });
    await stays.agent.until(() => stays.contact.sets.length === 2, 'new keys');
    for (const { contact, agent } of both)
        await agent.until(() => contact.plan.version === 2, 'the new plan');
    assert.equal(stays.contact.plan.roster.length, 1);
    assert.equal(goes.contact.plan.roster.length, 2); // the plan that he had (SU-26)

    // Whatever she types, he hears a check-in that his keys find safe.
    assert.deepEqual((await checkin(NEW_SAFE)).map((word) => word.verdict), ['safe', 'safe']);
    assert.deepEqual((await checkin(NEW_DURESS)).map((word) => word.verdict), ['duress', 'safe']);
    const from = stays.contact.heard.length;
    assert.match(await scene.she('sos', '--place=51.6,-0.13'), /a relay has it for 1 of 1 people/);
    await stays.agent.until(() => heard(stays, from, 'sos'), 'the SOS');
    await checkin(NEW_SAFE);
    assert.ok(goes.contact.heard.every((one) => one.kind !== 'sos' && !one.alarm)); // SU-23

    // Nothing that he can compare tells: no gap, no number twice, no seq that falls or leaps.
    assert.deepEqual(goes.contact.events, []);
    assert.deepEqual(goes.contact.channel.events, []);
    assert.deepEqual(goes.agent.refused, []);
    const seqs = goes.contact.heard.map((one) => one.seq);
    assert.ok(seqs.every((seq, i) => i === 0 || (seq > seqs[i - 1] && seq < seqs[i - 1] + 4)));
    const words = goes.contact.heard.map((one) => one.word).filter(Boolean);
    assert.deepEqual(words, Array.from({ length: words.length }, (_, i) => i + 1));
});
