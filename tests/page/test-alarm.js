// SPDX-License-Identifier: ISC
// Goal: a contact at the page sees each state and does what there is to do; what is pressed is
// what the commands show, and two browsers and the other contact see the same.
// Method: a subject with two contacts whose agents run; a minute is a second. Her name, note,
// card and plan try to be markup.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
    Scene,
    axeFinds,
    freePort,
    logIn,
    moodOf,
    openBrowser,
    shot,
    until,
    visitor,
    waitMood,
} from './scene.js';

const EVIL = '<img src=x onerror=alert(1)>';
const PLAN = [
    'checkin = every 8h',
    'witness = 1m',
    'person = friend group 1 place exact asks',
    'person = sister group 2 place exact asks',
    `level = 0m group 1 shares: ${EVIL} Ring the bell, then ask the neighbours for the key.`,
    'level = 90m group 2 shares: Go there.',
    'level = 3h everybody: Call the police.',
    'threshold = 2',
    'quorum = 2',
];

let scene, browser, port, friend, second;

before(async () => {
    scene = new Scene(60);
    await scene.relay();
    await scene.person('her', EVIL);
    await Promise.all(['friend', 'sister'].map((name) => scene.person(name)));
    port = await freePort();
    await Promise.all([scene.agent('her'), scene.agent('friend', port), scene.agent('sister')]);
    await scene.pair('her', 'friend');
    await scene.pair('her', 'sister');
    await scene.plan('her', PLAN, 'friend,sister');
    await scene.card('her', [`first = ${EVIL} Call Sister, then go together`, 'door = 4711']);
    await scene.checkin('her');
    browser = await openBrowser();
    friend = await visitor(browser);
    second = await visitor(browser, { colorScheme: 'dark' });
});

after(async () => {
    await browser?.close();
    scene?.end();
});

const pressed = (page, name) => page.getByRole('button', { name, exact: true }).click();

test('the token opens the page, anything else does not', async () => {
    await friend.goto(`http://127.0.0.1:${port}/`);
    assert.deepEqual(await axeFinds(friend), []);
    assert.equal((await friend.textContent('#top')).trim(), 'Allswell');
    await friend.fill('#token', 'A'.repeat(43));
    await friend.click('button[type=submit]');
    await friend.waitForSelector('text=this is not the token');
    await logIn(friend, port, scene.pageToken('friend'));
    await logIn(second, port, scene.pageToken('friend'));
});

test('calm: state, last and next call, in English and German', async () => {
    await waitMood(friend, 'calm');
    assert.equal(await friend.title(), 'Allswell');
    assert.match(
        await friend.textContent('.card'),
        /All is well.*Last call.*Next call by.*Words ?compared/s,
    );
    assert.ok((await friend.textContent('h2')).includes(EVIL), 'a name is text');
    await shot(friend, 'calm');
    assert.deepEqual(await axeFinds(friend), []);
    assert.deepEqual(await axeFinds(second), [], 'dark');
    await friend.selectOption('#language', 'de');
    await friend.waitForSelector('text=Alles ist gut');
    assert.equal(await friend.getAttribute('html', 'lang'), 'de');
    await friend.reload();
    await friend.waitForSelector('text=Nächste Meldung bis');
    await friend.selectOption('#language', 'en');
    await friend.waitForSelector('text=Next call by');
});

test('right to left: nothing is cut off', async () => {
    const page = await visitor(browser, { viewport: { width: 390, height: 800 } });
    await page.route('**/lang/de.json', async (route) => {
        const words = await (await route.fetch()).json();
        await route.fulfill({ json: { ...words, dir: 'rtl' } });
    });
    await logIn(page, port, scene.pageToken('friend'));
    await page.selectOption('#language', 'de');
    await page.waitForSelector('html[dir=rtl]');
    const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.equal(wide, 0);
    const [label, value] = await page.evaluate(() =>
        ['dt', 'dd'].map(
            (what) => document.querySelector(`.fact ${what}`).getBoundingClientRect().x,
        ),
    );
    assert.ok(value < label, 'what is said stands left of what it is about');
    await shot(page, 'rtl');
    await page.context().close();
});

test('are you OK?: asked, and answered by a check-in', async () => {
    await pressed(friend, 'Ask: are you OK?');
    await friend.click('#no');
    assert.equal((await scene.watched('friend')).triggers.ask, 'none');
    await pressed(friend, 'Ask: are you OK?');
    await friend.click('#yes');
    await friend.waitForSelector('text=The question is on its way');
    assert.notEqual((await scene.watched('friend')).triggers.ask, 'none');
    await pressed(friend, 'Ask: are you OK?');
    await friend.click('#yes');
    await friend.waitForSelector('#said >> text=a question of yours is open');
    await until(async () => (await scene.status('her')).me.contacts[0].asks_until, 'asked');
    await scene.checkin('her');
    await until(async () => (await scene.watched('friend')).triggers.ask === 'answered', 'answered');
});

test('not tonight, and back', async () => {
    await pressed(friend, 'Not tonight');
    await friend.selectOption('dialog select', `${24 * 3600}`);
    await friend.click('#yes');
    await friend.waitForSelector('.banner.away');
    const { away_until: at } = (await scene.watched('friend')).own;
    assert.ok(at > scene.clock() + 20 * 3600);
    await second.waitForSelector('.banner.away');
    await pressed(second, 'I am available again');
    await until(async () => (await scene.watched('friend')).own.away_until === null, 'back');
});

test('a drill is shown as one, and answered', async () => {
    await scene.aw('her', ['drill']);
    await waitMood(friend, 'drill');
    assert.match(await friend.textContent('.card'), /A drill: nothing has happened/);
    await pressed(friend, 'I am here: answer the drill');
    await waitMood(friend, 'calm');
    assert.equal((await scene.watched('friend')).triggers.drill_answered, true);
});

test('alarm: loud, neutral outside, with instruction, place and card inside', async () => {
    await until(
        async () => (await scene.watched('friend')).others[0]?.state === 'linked',
        'linked',
    );
    await scene.aw('her', [
        'sos',
        '--place',
        '51.4779,-0.0015,40',
        '--battery',
        '62',
        '--note',
        `${EVIL} at the stop`,
    ]);
    await Promise.all([waitMood(friend, 'alarm'), waitMood(second, 'alarm')]);
    await until(async () => /There is news|Please open/.test(await friend.title()), 'the title');
    assert.ok(!/Her|img|SOS|help/.test(await friend.title()), 'and it tells nothing');
    const card = await friend.textContent('.card');
    assert.match(card, /A call for help/);
    assert.ok(card.includes(`${EVIL} Ring the bell`), 'an instruction is text');
    assert.match(card, /Level 1 of 3\. It is your turn/);
    await friend.waitForSelector('svg.map[aria-label*="51.47790, -0.00150"]');
    assert.ok((await friend.textContent('.quote')).includes(EVIL), 'a note is text');
    const osm = friend.getByText('Open on openstreetmap.org');
    assert.match(await osm.getAttribute('href'), /^https:\/\/www\.openstreetmap\.org\/\?mlat=51/);
    assert.match(await osm.getAttribute('rel'), /noreferrer/);
    assert.match(await friend.getByText('Open in a map app').getAttribute('href'), /^geo:51\.4779/);
    await until(
        async () => (await friend.textContent('.plan-card')).includes(`${EVIL} Call Sister`),
        'a card is text',
    );
    await shot(friend, 'alarm');
});

test('an alarm can be read and pressed by all', async () => {
    for (const page of [friend, second]) {
        await page.emulateMedia({ reducedMotion: 'reduce' });
        assert.deepEqual(await axeFinds(page), []);
    }
    await friend.focus('h2');
    await friend.keyboard.press('Tab');
    assert.equal(await friend.evaluate(() => document.activeElement.textContent), 'I am acting');
    await shot(second, 'alarm-dark');
});

test('who leaves the page alone covers it, and one press opens it', async () => {
    const page = await visitor(browser);
    await page.clock.install();
    await logIn(page, port, scene.pageToken('friend'));
    await waitMood(page, 'alarm');
    await page.clock.fastForward(125000);
    await page.waitForSelector('.card.covered');
    assert.ok(!/call for help|Ring the bell/.test(await page.textContent('main')));
    await pressed(page, 'Show');
    await page.waitForSelector('text=A call for help');
    await page.context().close();
});

test('somebody else acts: both browsers see it', async () => {
    await scene.aw('sister', ['claim', 'w1']);
    for (const page of [friend, second])
        await page.waitForSelector('text=sister is acting');
});

test('claim, decline, a word to the others, not reachable: as the commands show', async () => {
    await pressed(friend, 'I am acting');
    await waitMood(friend, 'acting');
    await waitMood(second, 'acting');
    assert.equal(await friend.title(), 'Allswell');
    assert.equal((await scene.watched('friend')).incident.claimed, true);
    await pressed(second, 'I cannot');
    await waitMood(friend, 'alarm');
    assert.equal((await scene.watched('friend')).incident.claimed, false);
    await pressed(friend, 'Tell the others');
    await friend.fill('dialog input', 'ü'.repeat(13));
    assert.equal(await friend.inputValue('dialog input'), 'ü'.repeat(12), 'what fits in 24 bytes');
    await friend.fill('dialog input', '<b>police called</b>');
    await friend.click('#yes');
    await until(
        async () => (await scene.watched('friend')).own.note === '<b>police called</b>',
        'note',
    );
    await pressed(friend, 'I cannot reach them');
    await friend.click('#yes');
    await until(async () => (await scene.watched('friend')).own.unreachable, 'unreachable');
});

test('confirm, with her safe check-in, closes it everywhere', async () => {
    await pressed(friend, 'I am acting');
    await waitMood(friend, 'acting');
    await scene.checkin('her');
    await friend.waitForSelector('text=A safe check-in has arrived');
    await pressed(friend, 'I have spoken with them');
    await friend.click('#no');
    assert.equal((await scene.watched('friend')).incident.confirmed, false);
    await pressed(friend, 'I have spoken with them');
    await friend.click('#yes');
    await Promise.all([waitMood(friend, 'calm'), waitMood(second, 'calm')]);
    await second.waitForSelector('text=The alarm was closed at');
    assert.equal((await scene.watched('friend')).incident, null);
    await friend.click('summary:has-text("What happened")');
    const log = await friend.textContent('.timeline');
    assert.match(log, /You said: I have spoken with them.*You said: I am acting.*Ringing here/s);
    await shot(friend, 'closed');
});

test('nothing went wrong in the browsers, and nothing came from outside', async () => {
    assert.deepEqual([...friend.problems, ...second.problems], []);
    assert.equal(await moodOf(friend), 'calm');
});
