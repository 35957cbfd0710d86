// SPDX-License-Identifier: ISC
// Goal: the page is loud in an alarm and silent else: sound, title and desktop, with one neutral line;
// it is quiet for five minutes when it is told so; all of it works without a mouse.
// Method: AudioContext and Notification write down what they are asked for. Friend is rung at once,
// neighbour not before half a day is over; a minute is a second, and the browser's clock is set on by
// hand.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
    Scene,
    axeFinds,
    freePort,
    logIn,
    openBrowser,
    until,
    visitor,
    waitMood,
} from './scene.js';

const PLAN = [
    'checkin = every 8h',
    'person = friend group 1 place exact asks',
    'person = neighbour group 2 place exact asks',
    'level = 0m group 1: Ring the bell.',
    'level = 12h everybody: Call the police.',
];
const NEUTRAL = 'There is news. Please open Allswell.';
const RING_HZ = 880; // of the alarm, and of nothing else

let scene, browser, port, friend, neighbour;

/* Runs in the page, before its scripts. */
function listenIn() {
    const heard = { tones: [], notes: [], asked: 0 };
    globalThis.heard = heard;
    const node = (more) => ({ connect: (next) => next, ...more });
    globalThis.AudioContext = class {
        state = 'suspended';
        currentTime = 0;
        resume() {
            this.state = 'running';
        }
        createOscillator() {
            const frequency = { value: 0 };
            return node({ frequency, start: () => heard.tones.push(frequency.value), stop() {} });
        }
        createGain() {
            return node({ gain: { setValueAtTime() {}, linearRampToValueAtTime() {} } });
        }
    };
    globalThis.Notification = class {
        static permission = 'default';
        static async requestPermission() {
            heard.asked++;
            Notification.permission = 'granted';
        }
        constructor(title, options) {
            heard.notes.push({ title, ...options });
        }
        close() {}
    };
}

async function listener() {
    const page = await visitor(browser);
    await page.clock.install();
    await page.addInitScript(listenIn);
    return page;
}

before(async () => {
    scene = new Scene(60);
    await scene.relay();
    await scene.person('her', 'Sister');
    await Promise.all(['friend', 'neighbour'].map((name) => scene.person(name)));
    port = await freePort();
    await Promise.all([scene.agent('her'), scene.agent('friend', port)]);
    const other = await freePort();
    await scene.agent('neighbour', other);
    await scene.pair('her', 'friend');
    await scene.pair('her', 'neighbour');
    browser = await openBrowser();
    friend = await listener();
    neighbour = await listener();
    await logIn(neighbour, other, scene.pageToken('neighbour'));
});

after(async () => {
    await browser?.close();
    scene?.end();
});

const pressed = (page, name) => page.getByRole('button', { name, exact: true }).click();
const heard = (page) => page.evaluate(() => globalThis.heard);
const rings = async (page) => (await heard(page)).tones.filter((hz) => hz === RING_HZ).length;
const focused = (page) => page.evaluate(() => document.activeElement.dataset.focus);

async function tabTo(page, focus) {
    for (let i = 0; i < 40; i++) {
        if ((await focused(page)) === focus) return;
        await page.keyboard.press('Tab');
    }
    assert.fail(`no Tab leads to ${focus}`);
}

async function enter(page, focus) {
    await tabTo(page, focus);
    await page.keyboard.press('Enter');
}

test('login by Tab and Enter', async () => {
    await friend.goto(`http://127.0.0.1:${port}/`);
    await friend.waitForSelector('#token');
    await friend.keyboard.type(scene.pageToken('friend'));
    await friend.keyboard.press('Tab');
    await friend.keyboard.press('Enter');
    await friend.waitForSelector('.card');
});

test('idle: no plan yet, and nothing is expected', async () => {
    await waitMood(friend, 'idle');
    assert.match(await friend.textContent('.card'), /Waiting.*nothing is expected/s);
    assert.equal(await friend.textContent('.sum'), 'Waiting for a first call.');
    assert.deepEqual(await axeFinds(friend), []);
});

test('the desktop is asked for once, by a press', async () => {
    assert.equal((await heard(friend)).asked, 0);
    await pressed(friend, 'Show them');
    await friend.waitForSelector('.banner.desktop', { state: 'detached' });
    assert.equal((await heard(friend)).asked, 1);
});

test('calm is silent, and the sound can be tried', async () => {
    await scene.plan('her', PLAN, 'friend,neighbour');
    await scene.checkin('her');
    await Promise.all([waitMood(friend, 'calm'), waitMood(neighbour, 'calm')]);
    assert.equal(await friend.locator('[data-focus="top quiet"]').count(), 0, 'nothing to quiet');
    assert.deepEqual((await heard(friend)).tones, []);
    await pressed(friend, 'Try the sound');
    assert.equal(await rings(friend), 3);
    assert.deepEqual((await heard(friend)).notes, []);
});

test('alarm: sound again and again, title and desktop, and nobody is named', async () => {
    const tried = await rings(friend);
    await scene.aw('her', ['sos', '--note', 'at the stop']);
    await waitMood(friend, 'alarm');
    await until(async () => (await rings(friend)) > tried, 'it sounds');
    const first = await rings(friend);
    await friend.clock.runFor(26000);
    assert.ok((await rings(friend)) >= first + 27, 'three tones every 2.6 s');
    await friend.clock.runFor(60000);
    const { notes } = await heard(friend);
    assert.ok(notes.length >= 2, 'the desktop is told again after a minute');
    for (const note of notes)
        assert.deepEqual(note, {
            title: 'Allswell',
            body: NEUTRAL,
            tag: 'allswell',
            requireInteraction: true,
        });
});

test('others are called: shown, and silent', async () => {
    await waitMood(neighbour, 'others');
    assert.match(await neighbour.textContent('.card'), /Others are called.*A call for help/s);
    assert.match(await neighbour.textContent('.todo.others'), /Ring the bell\./);
    assert.equal(await neighbour.title(), 'Allswell');
    assert.equal(await rings(neighbour), 0);
    assert.deepEqual((await heard(neighbour)).notes, []);
    assert.deepEqual(await axeFinds(neighbour), []);
});

test('quiet for five minutes, and then loud again', async () => {
    await pressed(friend, 'Quiet for 5 minutes');
    await friend.waitForSelector('button:has-text("Quiet for a moment")');
    const rung = await rings(friend);
    const told = (await heard(friend)).notes.length;
    const titles = new Set();
    for (let i = 0; i < 30; i++) {
        titles.add(await friend.title());
        await friend.clock.runFor(1000);
    }
    assert.equal(await rings(friend), rung);
    assert.equal((await heard(friend)).notes.length, told);
    assert.deepEqual(titles, new Set(['\u25cf There is news', 'Please open Allswell']));
    await friend.clock.fastForward(5 * 60000);
    await friend.clock.runFor(3000);
    assert.ok((await rings(friend)) > rung, 'it sounds');
    assert.ok((await heard(friend)).notes.length > told, 'the desktop is told');
});

test('one more who needs somebody ends the quiet', async () => {
    await pressed(friend, 'Show');
    await pressed(friend, 'Quiet for 5 minutes');
    await friend.waitForSelector('button:has-text("Quiet for a moment")');
    const rung = await rings(friend);
    await friend.route('**/api/status', async (route) => {
        const answer = await (await route.fetch()).json();
        answer.watched.push({ ...answer.watched[0], id: 'w2' });
        await route.fulfill({ json: answer });
    });
    await friend.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await until(async () => (await rings(friend)) > rung, 'it sounds');
    await friend.unrouteAll({ behavior: 'wait' });
    await friend.reload();
    await waitMood(friend, 'alarm');
});

test('Tab reaches whatever can be pressed, and Enter presses it', async () => {
    await friend.click('h1'); // a page that was used may sound, and shows all its buttons
    const all = await friend.evaluate(() =>
        [...document.querySelectorAll('button, summary, select')].map((one) => one.dataset.focus),
    );
    for (const act of ['claim', 'confirm', 'decline', 'unreachable', 'note', 'others', 'log', 'why'])
        assert.ok(all.includes(`w1 ${act}`), act);
    for (const focus of all) await tabTo(friend, focus);

    await enter(friend, 'w1 claim');
    await waitMood(friend, 'acting');
    await enter(friend, 'w1 decline');
    await waitMood(friend, 'alarm');
    await enter(friend, 'top quiet');
    await friend.waitForSelector('button:has-text("Quiet for a moment")');
    await enter(friend, 'w1 note');
    await friend.keyboard.type('police called');
    await friend.keyboard.press('Tab');
    await friend.keyboard.press('Enter');
    await until(async () => (await scene.watched('friend')).own.note === 'police called', 'note');
});

test('Escape means no to a question, Enter on its button yes', async () => {
    await enter(friend, 'w1 confirm');
    await friend.waitForSelector('dialog');
    await friend.keyboard.press('Escape');
    await friend.waitForSelector('dialog', { state: 'detached' });
    assert.equal((await scene.watched('friend')).incident.confirmed, false);
    await enter(friend, 'w1 confirm');
    await friend.waitForSelector('dialog');
    await friend.keyboard.press('Enter');
    await until(async () => (await scene.watched('friend')).incident.confirmed, 'confirmed');
});

test('logged out: silent, and the login is over', async () => {
    const key = await friend.evaluate(() => localStorage.getItem('key'));
    await pressed(friend, 'Log out');
    await friend.waitForSelector('#token');
    assert.equal(await friend.title(), 'Allswell');
    assert.equal(await friend.evaluate(() => localStorage.getItem('key')), null);
    const code = await friend.evaluate(
        async (old) => (await fetch('/api/status', { headers: { 'Allswell-Key': old } })).status,
        key,
    );
    assert.equal(code, 401);
    await friend.reload();
    await friend.waitForSelector('#token');
});

test('nothing went wrong in the browsers', () => {
    assert.deepEqual([...friend.problems, ...neighbour.problems], []);
});
