// SPDX-License-Identifier: ISC
// Two contacts in JavaScript, one of them outside the duress circle: what he is sent is what calm
// would have produced (spec/01-overview.md §2).
import assert from 'node:assert/strict';
import test from 'node:test';
import { DURESS, SAFE, Scene } from './scene.js';

test('a contact outside the circle cannot tell her secrets apart', async (t) => {
    const scene = await Scene.begin();
    t.after(() => scene.end());
    await scene.run();
    const [inside, outside] = [await scene.contact('Inside'), await scene.contact('Outside')];
    const both = [inside, outside];
    for (const { agent } of both)
        await scene.pair(agent);
    await scene.plan('checkin = every 8h\n', 'Inside');
    for (const { contact, agent } of both)
        await agent.until(() => contact.plan && contact.sets.length === 1, 'plan and keys');
    assert.equal(inside.contact.sets[0].keys.circle, true);
    assert.equal(outside.contact.sets[0].keys.circle, false);
    const verdicts = both.map(() => []);
    for (const secret of [SAFE, DURESS, 'something else']) {
        const from = both.map(({ contact }) => contact.heard.length);
        await scene.she('checkin', { typed: secret });
        for (const [i, { contact, agent }] of both.entries()) {
            const word = await agent.until(() =>
                contact.heard.slice(from[i]).find((one) => one.kind === 'checkin'), 'a check-in');
            verdicts[i].push(word.verdict);
        }
    }
    assert.deepEqual(verdicts[0], ['safe', 'duress', 'wrong']);
    assert.deepEqual(verdicts[1], ['claimed', 'claimed', 'claimed']);

    // Threshold 2: neither opens her place alone, both together do.
    const [one, other] = both.map(({ contact }) => contact.states[0]);
    assert.equal(one.seq, other.seq);
    assert.throws(() => inside.contact.place(), /not enough/);
    one.shares.push(other.shares[0]);
    assert.equal(typeof inside.contact.place().at, 'number');
});
