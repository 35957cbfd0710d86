// SPDX-License-Identifier: ISC
// Re-establishment in both directions: his old state, and hers (spec/05-channel.md §8).
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { copy } from './copy.js';
import { DURESS, SAFE, Scene } from './scene.js';

async function begin(t, factor = 1) {
    const scene = await Scene.begin(factor);
    t.after(() => scene.end());
    const her = await scene.run();
    const { contact, agent } = await scene.contact('Scripted');
    const person = await scene.pair(agent);
    await scene.she('verify', `--words=${contact.words.join(' ')}`, person);
    await scene.plan('checkin = every 8h\nbeat = 1m\n', 'Scripted');
    await agent.until(() => contact.plan && contact.sets.length === 1, 'plan and keys');
    return { scene, her, agent, person };
}

async function checkin(scene, agent, said = SAFE) {
    const from = agent.contact.heard.length;
    await scene.she('checkin', { typed: said });
    return agent.until(
        () => agent.contact.heard.slice(from).find((one) => one.kind === 'checkin'), 'a check-in');
}

/** Check-ins until so many epochs have passed, and she has heard of the last. */
async function step(scene, agent, epochs) {
    const until = agent.contact.channel.current.number + epochs;
    while (agent.contact.channel.current.number < until)
        await checkin(scene, agent);
    await scene.until(async () => (await scene.status()).contacts[0].seq_device ===
        agent.contact.newest.seq, 'a tick');
}

const established = (contact) => contact.events.find((one) => one.kind === 're-established');

/** Her home as it was; the agent must not run. */
function backupOf(scene) {
    const [home, backup] = [scene.world.home('she'), scene.world.home('backup')];
    cpSync(home, backup, { recursive: true });
    return () => {
        rmSync(home, { recursive: true });
        cpSync(backup, home, { recursive: true });
    };
}

/** The words are compared on both sides; then the session is the channel. */
async function compare(scene, agent, person) {
    const hers = JSON.parse(await scene.she('verify', '--json', person));
    assert.equal(hers.words, established(agent.contact).words.join(' '));
    await scene.she('verify', `--words=${hers.words}`, person);
    agent.contact.accepted();
    const word = await checkin(scene, agent);
    assert.equal(word.verdict, 'safe');
}

describe('re-establishment', { concurrency: 3 }, () => {
    test('a contact restored within an epoch asks, and is heard again', async (t) => {
        const { scene, agent } = await begin(t);
        await checkin(scene, agent);
        const backup = copy(agent.contact);
        await agent.send(agent.contact.see()); // what the backup does not know of
        await agent.send(agent.contact.see());
        agent.contact = backup;
        await checkin(scene, agent);
        await agent.until(() => established(backup), 'an answer');
        assert.equal(established(backup).stale, false);
        await checkin(scene, agent);
        await checkin(scene, agent);
        assert.equal(backup.channel.session, null);
        const him = (await scene.status()).contacts[0];
        assert.equal(him.seq_device, backup.newest.seq);
        assert.equal(him.words_waiting, 0);
    });

    test('an old backup of a contact is heard again when the words were compared', async (t) => {
        const { scene, agent, person } = await begin(t);
        const old = copy(agent.contact);
        await step(scene, agent, 1);
        agent.contact = old;
        await agent.send(old.question()); // it was restored: reason enough
        await agent.until(() => established(old), 'an answer');
        assert.equal(established(old).stale, true);
        await scene.until(async () => (await scene.status()).contacts[0].quarantined, 'quarantine');
        await compare(scene, agent, person);
        assert.equal((await scene.status()).contacts[0].quarantined, false);
    });

    test('a backup older than four epochs is answered under the anchor', async (t) => {
        const { scene, agent, person } = await begin(t);
        await step(scene, agent, 1); // the newest key is not the anchor
        const old = copy(agent.contact);
        await step(scene, agent, 6);
        agent.contact = old;
        await agent.send(old.question()); // under a key that she has forgotten
        const again = old.question();
        assert.equal(old.asked.anchor, true);
        await agent.send(again);
        await agent.until(() => established(old), 'an answer');
        assert.equal(established(old).stale, true);
        await scene.until(async () => (await scene.status()).contacts[0].quarantined, 'quarantine');
        await compare(scene, agent, person);
    });

    test('she is restored within an epoch: a word under an old number counts', async (t) => {
        const { scene, her, agent } = await begin(t, 10); // words come again after 15 s
        const { contact } = agent;
        await checkin(scene, agent);
        await scene.until(async () =>
            (await scene.status()).contacts[0].seq_device === contact.newest.seq, 'a tick');
        await scene.stop(her);
        const restore = backupOf(scene);
        agent.mute = true;
        await pause(200); // CH-35: told apart by the second in which each was issued
        const lost = await checkin(scene, agent);
        restore();
        await pause(200);
        await scene.run();
        const from = contact.heard.length;
        await scene.she('--wait=0', 'checkin', { typed: DURESS });
        agent.mute = false;
        await agent.send(contact.see());
        const word = await agent.until(() =>
            contact.heard.slice(from).find((one) => one.kind === 'checkin'), 'the word');
        assert.equal(word.word, lost.word);
        assert.equal(word.verdict, 'duress');
        assert.deepEqual(contact.events, [{ kind: 'number used again', word: word.word }]);
        const next = await checkin(scene, agent);
        assert.ok(next.seq > lost.seq && next.word > lost.word); // SU-36
        await scene.until(async () => {
            const one = (await scene.status()).contacts[0];
            return one.words_waiting === 0 && one.seq_device >= next.seq;
        }, 'the word to be named');
    });

    test('an old backup of hers is quarantined until the words were compared', async (t) => {
        const factor = 60;
        const { scene, her, agent, person } = await begin(t, factor);
        const { contact } = agent;
        await checkin(scene, agent);
        await scene.stop(her);
        const restore = backupOf(scene);
        await step(scene, agent, 2);
        restore();
        await scene.run();
        for (let i = 0; i < 8; i++) { // CH-34: the last of them five minutes after the first
            await pause(i === 7 ? 1000 * 300 / factor : 0);
            await agent.send(contact.see());
        }
        await agent.until(() => established(contact), 'a question');
        assert.equal(established(contact).stale, true);
        const said = contact.heard.length;
        await agent.until(() =>
            contact.events.some((one) => one.kind === 'quarantined call'), 'a quarantined beat');
        assert.equal(contact.heard.length, said); // CH-28
        await compare(scene, agent, person);
    });
});
