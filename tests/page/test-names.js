// SPDX-License-Identifier: ISC
// Goal: what people wrote, from right to left, turns nothing that stands beside it, wherever the page
// shows it; and the other way round on a page from right to left.
// Method: a contact whose agent is made to say Hebrew names, notes, plan texts and card texts, and every
// button pressed. No text of theirs stands outside of an element that isolates it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Scene, axeFinds, logIn, openBrowser, until, visitor } from './scene.js';

const HER = 'אחות (2)';
const THEM = 'שכן 7';
const TEXT = 'לצלצל 112 (אחר כך)';

let scene, browser, port;

before(async () => {
    scene = new Scene(60);
    port = await scene.twoAgents();
    await scene.pair('her', 'friend');
    await scene.plan('her', ['checkin = every 8h', 'level = 0m everybody'], 'friend');
    await scene.checkin('her');
    await until(async () => (await scene.watched('friend')).checkin, 'a call');
    browser = await openBrowser();
});

after(async () => {
    await browser?.close();
    scene?.end();
});

const incident = (at, more) => ({
    kind: 'sos',
    began_at: at,
    level: 1,
    level_count: 2,
    rings: true,
    instruction: TEXT,
    ...more,
});

const other = (name, more) => ({ name, state: 'linked', heard_at: 0, finding: 'missed', ...more });

/* The answers of the agent, with what people wrote in them. */
async function hebrew(page, state) {
    const json = (path, make) =>
        page.route(path, async (route) =>
            route.fulfill({ json: await make(async () => (await route.fetch()).json()) }),
        );
    await json('**/api/status', async (fetched) => {
        const answer = await fetched();
        const at = answer.now - 60;
        const [w] = answer.watched;
        w.name = HER;
        w.incident = state.isOver ? null : incident(at, state.isClaimed && { claimed: true, claim_until: at });
        w.council = { quorum: 2, missed: 1, release: 'quorum' };
        w.others = [
            other(THEM, { claim: 'acting' }),
            other(THEM, { claim: 'declined' }),
            other(THEM, { confirm: 'spoken', confirm_at: at, note: TEXT }),
            other('', {}),
        ];
        return answer;
    });
    await json('**/api/place?*', () => ({
        ok: true,
        places: [{ at: scene.clock(), lat: 1, lon: 2, note: TEXT, from: [THEM, THEM], geo: 'geo:1,2', map: '#' }],
    }));
    await json('**/api/card?*', () => ({
        ok: true,
        sections: [{ key: 'first', heading: 'First', text: TEXT }],
    }));
    await json('**/api/why?*', () => ({
        ok: true,
        why: [{ name: HER, sentence: `${HER} counts as missed since 14:05, level 1.` }],
    }));
    for (const act of ['claim', 'confirm', 'decline', 'unreachable', 'note', 'ask'])
        await json(`**/api/${act}`, () => ({ ok: true, held: true, closed: true }));
}

/* What stands where it could turn its neighbours; and that there is something at all. */
async function loose(page, least) {
    const [all, bad] = await page.evaluate(() => {
        const texts = [];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode())
            if (/[\u0590-\u08ff]/.test(walker.currentNode.data)) texts.push(walker.currentNode);
        const isAlone = (text) =>
            text.parentElement.closest('bdi') ||
            (text.parentElement.dir === 'auto' && text.parentElement.childNodes.length === 1);
        return [texts.length, texts.filter((text) => !isAlone(text)).map((text) => text.parentElement.outerHTML)];
    });
    assert.ok(all >= least, `only ${all} texts`);
    return bad;
}

async function everything(page) {
    const state = {};
    await hebrew(page, state);
    await logIn(page, port, scene.pageToken('friend'));
    await page.waitForSelector('.plan-card');
    for (const summary of await page.locator('summary').all()) await summary.click();
    await page.waitForSelector('details:has-text("14:05")');
    assert.deepEqual(await loose(page, 15), [], 'the card');
    for (const act of ['claim', 'confirm', 'decline', 'unreachable', 'note']) {
        await page.click(`[data-focus="w1 ${act}"]`);
        if (['confirm', 'unreachable', 'note'].includes(act)) {
            assert.ok((await page.textContent('dialog')).includes(HER), act);
            assert.deepEqual(await loose(page, 16), [], `the question of ${act}`);
            await page.click('#yes');
        }
        await page.waitForSelector(`#said:has-text("${HER}")`);
        assert.deepEqual(await loose(page, 16), [], `what is said of ${act}`);
        await page.evaluate(() => document.getElementById('said').replaceChildren());
    }
    state.isOver = true;
    await scene.checkin('her');
    await page.waitForSelector(`#said:has-text("${HER}")`);
    assert.deepEqual(await loose(page, 3), [], 'closed');
    state.isOver = false;
    await scene.checkin('her');
    await page.waitForSelector(`#cried:has-text("${HER}")`, { state: 'attached' });
    assert.deepEqual(await loose(page, 15), [], 'cried');
    assert.deepEqual(await axeFinds(page), []);
    assert.deepEqual(page.problems, []);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.context().close();
}

test('from right to left on a page from left to right', async () => {
    await everything(await visitor(browser));
});

test('and on one from right to left', async () => {
    const page = await visitor(browser);
    await page.route('**/lang/en.json', async (route) => {
        const words = await (await route.fetch()).json();
        await route.fulfill({ json: { ...words, dir: 'rtl' } });
    });
    await everything(page);
});

test('a text that is theirs begins where their writing begins', async () => {
    const page = await visitor(browser);
    await hebrew(page, {});
    await logIn(page, port, scene.pageToken('friend'));
    await page.waitForSelector('.plan-card');
    for (const where of ['.todo p', '.quote', '.plan-card dd'])
        assert.equal(
            // In one step: the page may be drawn anew between two.
            await page.evaluate(
                (part) => getComputedStyle(document.querySelector(part)).direction,
                where,
            ),
            'rtl',
            where,
        );
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.context().close();
});
