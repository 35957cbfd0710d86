// SPDX-License-Identifier: ISC
// Goal: late, missed and cannot tell look as what they are; a page that hears nothing says so,
// and comes back by itself when agent or relay do.
// Method: one subject, one contact, compressed time; relay and agent are ended and started again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Scene, logIn, openBrowser, shot, until, visitor, waitMood } from './scene.js';

let scene, browser, port, page;

before(async () => {
    scene = new Scene(120);
    port = await scene.twoAgents();
    await scene.pair('her', 'friend');
    await scene.plan(
        'her',
        [
            'checkin = every 20m',
            'grace = 20m',
            'beat = 5m',
            'person = friend group 1 place exact',
            'level = 0m everybody: Ring the bell.',
        ],
        'friend',
    );
    browser = await openBrowser();
    page = await visitor(browser);
    await logIn(page, port, scene.pageToken('friend'));
});

after(async () => {
    await browser?.close();
    scene?.end();
});

/* All is well again, also when the time of an agent that was away has run out meanwhile. */
async function fine() {
    await scene.checkin('her');
    await until(async () => {
        const { state } = await scene.watched('friend');
        if (state === 'resumed') await scene.aw('friend', ['confirm', '--yes', 'w1']);
        return state === 'fine';
    }, 'fine');
}

test('calm, late, missed', async () => {
    await scene.checkin('her');
    await waitMood(page, 'calm');
    await waitMood(page, 'late');
    assert.match(await page.textContent('.card'), /A call is late\. Nobody is rung yet/);
    assert.equal(await page.title(), 'Allswell');
    await waitMood(page, 'alarm');
    assert.match(await page.textContent('.card'), /A sign of life is missing since/);
    assert.match(await page.textContent('.card'), /No place came with it/);
    await shot(page, 'missed');
});

test('back and closed; a list that is open meanwhile is not drawn anew', async () => {
    await page.evaluate(() => (document.getElementById('language').dataset.mark = 'open'));
    await scene.checkin('her');
    await waitMood(page, 'back');
    assert.equal(await page.getAttribute('#language', 'data-mark'), 'open');
    await page.getByRole('button', { name: 'I have spoken with them' }).click();
    await page.click('#yes');
    await waitMood(page, 'calm');
});

test('the agent ends: the page says so, and is there again with it', async () => {
    await scene.checkin('her');
    await scene.stop(scene.agents.friend);
    await page.waitForSelector('.banner.lost');
    assert.match(await page.textContent('.banner.lost'), /This page hears nothing/);
    await shot(page, 'lost');
    await scene.agent('friend', port);
    await page.waitForSelector('.banner.lost', { state: 'detached' });
    await page.waitForSelector('.card');
});

test('the relay ends: nothing can be heard; then nobody can tell', async () => {
    await fine();
    await scene.stop(scene.relayChild);
    await page.waitForSelector('.banner.deaf');
    await waitMood(page, 'unsure');
    assert.match(await page.textContent('.card'), /Nobody can tell since/);
    await until(async () => /There is news|Please open/.test(await page.title()), 'it rings');
    await shot(page, 'unsure');
    await scene.relayAgain();
    await page.waitForSelector('.banner.deaf', { state: 'detached' });
    await scene.checkin('her');
    await until(
        async () => ['calm', 'back'].includes(await page.getAttribute('.card', 'data-mood')),
        'heard again',
    );
});

test('nothing went wrong in the browser', () => {
    assert.deepEqual(page.problems, []);
});
