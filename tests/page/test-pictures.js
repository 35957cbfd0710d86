// SPDX-License-Identifier: ISC
// The pictures of tools/allswell/page/README.md: PAGE_SHOTS names the folder that they go into.
// alarm.png in a window by day, calm.png on a phone in the dark.
import { after, test } from 'node:test';
import { Scene, freePort, logIn, openBrowser, shot, until, visitor, waitMood } from './scene.js';

const PLAN = [
    'checkin = every 8h',
    'witness = 1m',
    'person = Neighbour group 1 place exact asks',
    'person = Friend group 2 place exact asks',
    'level = 0m group 1 shares: Ring the bell, then ask on the second floor who has a key.',
    'level = 90m group 2 shares: Go there.',
    'level = 3h everybody: Call the police.',
    'threshold = 2',
    'quorum = 2',
];
const CARD = [
    'first = Ring the friend up, then go together',
    'door = 4711, second floor',
    'household = A cat',
    'avoid = Do not ring at the front door at night',
];
const SOS = ['--place', '51.4779,-0.0015,40', '--battery', '62', '--note', 'at the bus stop'];

let scene, browser;

after(async () => {
    await browser?.close();
    scene?.end();
});

test('pictures', { skip: !process.env.PAGE_SHOTS && 'PAGE_SHOTS names no folder' }, async () => {
    scene = new Scene(60);
    await scene.relay();
    await scene.person('her', 'Sister');
    await scene.person('one', 'Neighbour');
    await scene.person('two', 'Friend');
    const port = await freePort();
    await Promise.all([scene.agent('her'), scene.agent('one', port), scene.agent('two')]);
    await scene.pair('her', 'one');
    await scene.pair('her', 'two');
    await scene.plan('her', PLAN, 'Neighbour,Friend');
    await scene.card('her', CARD);
    await scene.checkin('her');
    const isLinked = async () => (await scene.watched('one')).others[0]?.state === 'linked';
    await until(isLinked, 'linked');
    browser = await openBrowser();

    const phone = await visitor(browser, {
        viewport: { width: 390, height: 760 },
        colorScheme: 'dark',
        permissions: ['notifications'],
    });
    await logIn(phone, port, scene.pageToken('one'));
    await waitMood(phone, 'calm');
    await phone.click('h1');
    await shot(phone, 'page-calm');

    const desk = await visitor(browser, { viewport: { width: 1100, height: 900 } });
    await logIn(desk, port, scene.pageToken('one'));
    await desk.click('h1');
    await scene.aw('her', ['sos', ...SOS]);
    await waitMood(desk, 'alarm');
    await desk.waitForSelector('svg.map');
    await until(async () => /4711/.test(await desk.textContent('.plan-card')), 'the card');
    await desk.emulateMedia({ reducedMotion: 'reduce' });
    await shot(desk, 'page-alarm');
    await shot(phone, 'page-alarm-phone');
});
