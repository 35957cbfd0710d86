// SPDX-License-Identifier: ISC
// A circle of a contact in JavaScript and one in C: they meet without her, witness to each other,
// and open her place with each other's shares (spec/16-peers.md).
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { keyPair } from './crypto.js';
import { DURESS, SAFE, Scene } from './scene.js';
import { statusOf } from './status.js';

const FACTOR = 20; // how much faster time passes
const PLAN = `checkin = every 8h
beat = 15m
witness = 10s
threshold = 2
level = 0s everybody shares : go there
`;
const SLOT_MS = 10000 / FACTOR;
const STATE = { fine: 1, missed: 3 };
const INCIDENT = { none: 0, duress: 4 };

/** A key that is the higher, or the lower, of the two but once in some hundred runs. */
function keyAt(end) {
    for (;;) {
        const pair = keyPair();
        const first = pair.public[0];
        if (first === (end === 'higher' ? 0xff : 0x00))
            return pair;
    }
}

async function play(t, end) {
    const scene = await Scene.begin(FACTOR);
    t.after(() => scene.end());
    await scene.run();
    const { contact, agent } = await scene.contact('Scripted');
    contact.peerKey = keyAt(end);
    const mine = await scene.pair(agent);
    await scene.home('two', 'Second');
    await scene.run('two');
    const { uri, person: other } = JSON.parse(await scene.she('invite', '--json'));
    await scene.world.must('allswell', ['--home', scene.world.home('two'), 'join'], uri);
    await scene.until(async () =>
        (await scene.status()).contacts.every((one) => one.phase === 'paired'), 'both');
    for (const [person, words] of [[mine, contact.words.join(' ')], [String(other), null]]) {
        const shown = words ?? JSON.parse(await scene.she('verify', '--json', person)).words;
        await scene.she('verify', `--words=${shown}`, person);
    }
    await scene.until(async () =>
        (await scene.status()).contacts.every((one) => one.seq_device > 0), 'replies of both');
    await scene.plan(PLAN, 'Scripted, Second');
    writeFileSync(scene.world.home('card'), 'door 1 = 4711\nfirst = Ring the neighbour\n');
    await scene.she('card', 'set', scene.world.home('card'), { typed: SAFE });
    // PE-6: those of the plan in force; the ones of the plan before have other secrets, perhaps.
    await agent.until(() => contact.plan?.card_hash &&
        contact.files.introductions?.message.version === contact.plan.version, 'the plan');
    contact.introduced();
    const peer = contact.peers.get(other);
    let said = { verdict: { seq: 0, state: STATE.fine, incident: INCIDENT.none, safe_seq: 0 },
        held_word: 0, held_beat: 0 };
    await agent.meet(SLOT_MS, () => said);

    await agent.until(() => peer.newest, 'a witness');
    await agent.until(() => peer.isFellow, 'a badge of the circle');
    assert.equal(peer.newest.verdict.state, STATE.fine);
    const people = async () =>
        JSON.parse(await scene.in('two', 'people', '--json'));
    await agent.until(() => peer.channel.current.number >= 2, 'two epochs');
    assert.match(JSON.stringify(await people()), /"linked"/);

    // Duress: shares go out among fellows, and either opens her place.
    await scene.she('checkin', '--place=51.5,-0.12,20', '--note=cellar', { typed: DURESS });
    const word = await agent.until(
        () => contact.heard.find((one) => one.kind === 'checkin'), 'the check-in');
    assert.equal(word.verdict, 'duress');
    assert.notEqual(statusOf(() => contact.place(word.seq)), 'ok');
    const own = contact.states.find((one) => one.seq === word.seq).shares[0];
    said = { verdict: { ...said.verdict, seq: word.seq, incident: INCIDENT.duress },
        held_word: word.seq, held_beat: 0, share_seq: word.seq, share: own };
    await agent.until(() => peer.shares.has(word.seq), 'a share of the other');
    assert.equal(contact.place(word.seq).note, 'cellar');
    assert.equal(peer.newest.verdict.incident, INCIDENT.duress);
    await scene.until(async () => {
        const { out } = await scene.world.run('allswell',
            ['--home', scene.world.home('two'), 'place', 'Subject']);
        return /cellar/.test(out);
    }, 'the place at the other contact');

    // The card opens with the same two.
    await agent.until(() => peer.shares.has(0), 'a share of the card');
    assert.equal(contact.card().sections[0].text, 'Ring the neighbour');
    assert.equal(contact.card().sections[1].level, 1);

    await scene.in('two', 'claim', 'Subject');
    await agent.until(() => peer.newest.claim === 1, 'a claim');
    assert.deepEqual(agent.refused, []);
}

describe('a circle', { concurrency: 2 }, () => {
    test('a contact in JavaScript has the higher key: it asks', (t) => play(t, 'higher'));
    test('a contact in JavaScript has the lower key: it answers', (t) => play(t, 'lower'));
});
