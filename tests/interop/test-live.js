// SPDX-License-Identifier: ISC
// One contact in JavaScript, from invite to sealed state, against the C subject and the C relay.
import assert from 'node:assert/strict';
import test from 'node:test';
import { hex } from './bytes.js';
import { copy } from './copy.js';
import { encode } from './messages.js';
import { DURESS, SAFE, Scene } from './scene.js';
import { statusOf } from './status.js';

const PLAN = `checkin = every 8h
beat = 1m
person = Scripted asks
`;
const PLACE = ['--place=51.5,-0.12,20', '--note=back door', '--battery=40'];

test('a contact in JavaScript', async (t) => {
    const scene = await Scene.begin();
    t.after(() => scene.end());
    await scene.run();
    const { contact, agent } = await scene.contact('Scripted');
    const heard = (kind, from = 0) => contact.heard.slice(from).find((one) => one.kind === kind);
    const mine = async () => (await scene.status()).contacts[0];
    const cells = [];
    agent.seen = (cell) => cells.push(cell);

    const checkin = async (secret) => {
        const from = contact.heard.length;
        const screen = await scene.she('checkin', ...PLACE, { typed: secret });
        const word = await agent.until(() => heard('checkin', from), 'a check-in');
        // How many devices answered while she looked is a matter of milliseconds.
        return { word, screen: screen.replace(/number \d+|\d+ of their devices/g, '') };
    };

    await t.test('joins by invite, and both see the same words', async () => {
        const person = await scene.pair(agent);
        const hers = JSON.parse(await scene.she('verify', '--json', person));
        assert.equal(contact.words.join(' '), hers.words);
        await scene.she('verify', `--words=${contact.words.join(' ')}`, person);
        assert.equal((await mine()).phase, 'verified');
        assert.equal(contact.peer.name, 'Subject');
    });

    await t.test('hears a beat, and she sees that he has', async () => {
        await agent.until(() => heard('beat'), 'a beat');
        await scene.until(async () => (await mine()).seq_device >= 1, 'a reply');
    });

    await t.test('takes the plan and the keys', async () => {
        await scene.plan(PLAN, 'Scripted');
        await agent.until(() => contact.plan && contact.sets.length === 1, 'plan and keys');
        assert.equal(contact.plan.version, 1);
        assert.equal(contact.plan.roster[0].name, 'Scripted');
        assert.equal(hex(contact.plan.roster[0].key), hex(contact.peerKey.public));
        assert.equal(hex(contact.plan.roster[0].sign_key), hex(contact.receiptKey.public));
        assert.equal(heard('plan').verdict, 'claimed');
        assert.equal(heard('keys').verdict, 'claimed');
        await scene.until(async () => (await mine()).plan_version === 1, 'the plan to be named');
    });

    await t.test('tells safe, duress and wrong apart; her screen stays the same', async () => {
        const [safe, duress, wrong] =
            [await checkin(SAFE), await checkin(DURESS), await checkin('something else')];
        assert.equal(safe.word.verdict, 'safe');
        assert.equal(duress.word.verdict, 'duress');
        assert.equal(wrong.word.verdict, 'wrong');
        assert.equal(duress.screen, safe.screen);
    });

    await t.test('opens her sealed state', () => {
        const place = contact.place();
        assert.equal(place.lat_e7, 515000000);
        assert.equal(place.lon_e7, -1200000);
        assert.equal(place.accuracy_m, 20);
        assert.equal(place.note, 'back door');
    });

    await t.test('heals: each round trip is an epoch, and nothing old is heard again', async () => {
        const before = contact.channel.current.number;
        await checkin(SAFE);
        await checkin(SAFE);
        assert.ok(contact.channel.current.number >= before + 1);
        const later = copy(contact);
        for (const cell of cells)
            assert.match(statusOf(() => later.receive(cell, 0)), /^(auth|replay)$/);
        assert.equal(later.heard.length, contact.heard.length);
        assert.deepEqual(contact.channel.events, []);
    });

    await t.test('a human looks, and she sees it', async () => {
        await agent.send(contact.see());
        await scene.until(
            async () => (await mine()).seq_human === contact.newest.seq, 'the third tick');
    });

    await t.test('asks "are you OK?", and a check-in answers', async () => {
        await agent.send(contact.ask(1, 900));
        const asked = contact.replies;
        await scene.until(async () => (await mine()).asks_until, 'the question');
        const { word } = await checkin(SAFE);
        assert.ok(word.reply_seen >= asked);
        contact.human.ask = undefined;
        assert.equal((await mine()).asks_until, null);
    });

    await t.test('answers a drill', async () => {
        const from = contact.heard.length;
        await scene.she('drill');
        const drill = await agent.until(() => heard('drill', from), 'a drill');
        contact.human.drill = drill.seq;
        await agent.send(contact.reply());
        await scene.until(async () => (await mine()).drill.human_at, 'the answer');
    });

    await t.test('hears a timer start, be extended and end', async () => {
        const from = contact.heard.length;
        await scene.she('timer', 'start', '--extend=10m', '90m');
        await scene.she('timer', 'extend');
        await scene.she('timer', 'end', { typed: SAFE });
        const words = await agent.until(() => {
            const timers = contact.heard.slice(from).filter((one) => one.kind === 'timer');
            return timers.length === 3 && timers;
        }, 'three words');
        assert.deepEqual(words.map((one) => one.timer.op), [1, 2, 3]);
        assert.ok(words.every((one) => one.timer.id === words[0].seq));
        assert.equal(words[1].timer.due_at, words[0].timer.due_at + 600);
        assert.deepEqual(words.map((one) => one.verdict), ['none', 'none', 'safe']);
    });

    await t.test('reads a check-in from an SMS, and counts it once', async () => {
        agent.pause();
        const from = contact.heard.length;
        await scene.she('--wait=0', 'checkin', { typed: DURESS });
        const text = await scene.she('frame', 'write', '--text', '1');
        const reply = contact.frameText(text);
        const frame = contact.heard.at(-1);
        assert.equal(frame.verdict, 'duress');
        await agent.send(reply); // names the word: she need not send it again
        await scene.until(async () => (await mine()).seq_device === frame.seq, 'the tick');
        agent.go();
        await scene.until(async () => (await mine()).words_waiting === 0, 'the word to be named');
        assert.equal(
            contact.heard.slice(from).filter((one) => one.kind === 'checkin').length, 1);
    });

    await t.test('hears an SOS, opens the place with the key itself, and hears it cancelled',
        async () => {
            const from = contact.heard.length;
            await scene.she('sos', '--place=51.6,-0.13');
            const sos = await agent.until(() => heard('sos', from), 'the SOS');
            assert.equal(sos.alarm.id, sos.seq);
            assert.equal(contact.states.find((one) => one.seq === sos.seq).shares[0][0], 0);
            assert.equal(contact.place(sos.seq).lat_e7, 516000000);
            await scene.she('cancel', { typed: SAFE });
            const cancel = await agent.until(() => heard('cancel', from), 'the cancel');
            assert.equal(cancel.alarm.id, sos.alarm.id);
            assert.equal(cancel.verdict, 'safe');
        });

    await t.test('what it says reads as right in C', async () => {
        const reply = contact.lastReply;
        const shown = await scene.world.must(
            'allswell-lab', ['inspect', '--as=reply'], hex(encode(reply, 'reply')));
        assert.match(shown, /plan_version/);
        const bad = await scene.world.run('allswell-lab', ['inspect', '--as=reply'],
            hex(encode(reply, 'reply')).slice(0, -2));
        assert.equal(bad.code, 1);
    });

    assert.deepEqual(contact.events, []);
    assert.deepEqual(agent.refused, []);
});
