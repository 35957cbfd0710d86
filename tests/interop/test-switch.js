// SPDX-License-Identifier: ISC
// Her device falls silent: the relay delivers what it left there (spec/06 §14, spec/08 §7).
import assert from 'node:assert/strict';
import test from 'node:test';
import { SAFE, Scene } from './scene.js';

test('a blind switch is delivered when her device falls silent', async (t) => {
    const scene = await Scene.begin(60); // 5 min in 5 s
    t.after(() => scene.end());
    const her = await scene.run();
    const { contact, agent } = await scene.contact('Scripted');
    const person = await scene.pair(agent);
    await scene.she('verify', `--words=${contact.words.join(' ')}`, person);
    await scene.plan('checkin = every 8h\nbeat = 1m\nbeat-grace = 1m\n', 'Scripted');
    await agent.until(() => contact.plan, 'the plan');
    await scene.she('checkin', { typed: SAFE });
    await agent.until(() => contact.heard.some((one) => one.kind === 'checkin'), 'a check-in');
    her.kill('SIGKILL');
    const fired = await agent.until(
        () => contact.events.find((one) => one.kind === 'switch'), 'the switch');
    assert.equal(fired.seq, contact.newest.seq);
    assert.equal(fired.after, 300); // the least (06 §14)
    assert.deepEqual(agent.refused, []);
});
