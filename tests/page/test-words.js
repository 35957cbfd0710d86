// SPDX-License-Identifier: ISC
// Goal: a contact at the page sees with whom words are still to be compared, and does what it says;
// a press counts.
// Method: a contact who joined and compared nothing; the command is taken from the page and run.
// What takes an old backup or secrets that nobody can judge is put into the answer of the agent.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Scene, axeFinds, logIn, openBrowser, shot, until, visitor } from './scene.js';

let scene, browser, port, page, words;

before(async () => {
    scene = new Scene(60);
    port = await scene.twoAgents();
    ({ words } = await scene.join('her', 'friend'));
    browser = await openBrowser();
    page = await visitor(browser, { viewport: { width: 390, height: 800 } });
    await logIn(page, port, scene.pageToken('friend'));
});

after(async () => {
    await browser?.close();
    scene?.end();
});

const step = () => page.textContent('.compare');
/* On the home that the page is of. */
function commandOf(text) {
    const [, home, command] = /'allswell --home=(\S+) ([^']*)'/.exec(text);
    assert.equal(home, scene.home('friend'));
    return command.split(' ');
}

/* As the page is when the agent says `more` of the person. */
async function asIf(more, look) {
    const other = await visitor(browser);
    await other.route('**/api/status', async (route) => {
        const answer = await (await route.fetch()).json();
        Object.assign(answer.watched[0], more);
        await route.fulfill({ json: answer });
    });
    await logIn(other, port, scene.pageToken('friend'));
    await look(other);
    assert.deepEqual(await axeFinds(other), []);
    assert.deepEqual(other.problems, []);
    await other.unrouteAll({ behavior: 'ignoreErrors' }); // what is on its way ends with the page
    await other.context().close();
}

test('not compared: what to do, in English and German', async () => {
    assert.match(await step(), /Compare the words.*not compared the words yet/s);
    assert.ok(!/Words ?compared/.test(await page.textContent('.card')));
    assert.deepEqual(await axeFinds(page), []);
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await axeFinds(page), [], 'dark');
    await shot(page, 'words');
    await page.selectOption('#language', 'de');
    await page.waitForSelector('text=Ihr habt die Wörter noch nicht verglichen');
    assert.deepEqual(commandOf(await step()), ['verify', 'w1']);
    await page.selectOption('#language', 'en');
    await page.waitForSelector('text=You have not compared the words yet');
});

test('the command of the page is the one that ends it', async () => {
    assert.equal((await scene.watched('friend')).phase, 'paired');
    await scene.aw('friend', [...commandOf(await step()), '--words', words]);
    await page.waitForSelector('.compare', { state: 'detached' });
    await until(async () => (await scene.watched('friend')).phase === 'verified', 'verified');
});

test('all compared: a quiet line, once there are calls', async () => {
    await scene.aw('her', ['verify', '1', '--words', words]);
    const lines = ['checkin = every 8h', 'person = friend asks', 'level = 0m everybody'];
    await scene.plan('her', lines, 'friend');
    await scene.checkin('her');
    await page.waitForSelector('.fact:has-text("Words"):has-text("compared")');
    await page.selectOption('#language', 'de');
    await page.waitForSelector('.fact:has-text("Wörter"):has-text("verglichen")');
    await page.selectOption('#language', 'en');
    assert.deepEqual(await axeFinds(page), []);
});

test('to compare again: an old key, new secrets, a weaker plan', async () => {
    const isOpen = async (other, text, command) => {
        assert.match(await other.textContent('.compare'), text);
        assert.deepEqual(commandOf(await other.textContent('.compare')), command);
        assert.equal(await other.locator('.fact:has-text("Words")').count(), 0);
    };
    await asIf({ quarantined: true }, (other) =>
        isOpen(other, /old key.*'allswell --home=\S+ refuse w1'/s, ['verify', 'w1']),
    );
    await asIf({ keys_unjudged: true }, (other) =>
        isOpen(other, /New secrets/, ['compared', 'w1']),
    );
    const pending = { version: 3, effective_at: scene.clock() + 3600, loosens: 'x' };
    await asIf({ pending: { ...pending, unjudged: true } }, async (other) =>
        assert.match(
            await other.textContent('.notices'),
            /but only if you, .* compare the words.*'allswell --home=\S+ plan waiting w1'/,
        ),
    );
    await asIf({ pending: { ...pending, unjudged: false } }, async (other) => {
        const text = await other.textContent('.notices');
        assert.match(text, /A weaker plan takes effect/);
        assert.ok(!/compare/.test(text), 'not without a reason');
    });
});

test('a copied device: said on the card, with what to do, and not calm', async () => {
    const since = scene.clock() - 3600;
    await asIf({ two_devices_since: since }, async (other) => {
        assert.equal(await other.getAttribute('.card', 'data-mood'), 'copied');
        assert.match(await other.textContent('.sum'), /may have been copied/);
        assert.match(await other.textContent('.compare'), /Two devices speak with the same keys/);
        assert.deepEqual(commandOf(await other.textContent('.compare')), ['settled', 'w1']);
    });
    const others = [{ person: 2, name: 'Neighbour', state: 'linked', two_devices_since: since }];
    await asIf({ others }, async (other) =>
        assert.match(await other.textContent('.compare'), /keys of Neighbour since/),
    );
});

test('a restored home: said on the card, with what to ask, and calm', async () => {
    const at = scene.clock() - 3600;
    await asIf({ made_anew_at: at }, async (other) => {
        assert.match(
            await other.textContent('.notices'),
            /made anew at .*, as after a restored backup: if it was not yours, ask whether it was/,
        );
        assert.equal(await other.getAttribute('.card', 'data-mood'), 'calm');
    });
    const others = [{ person: 2, name: 'Neighbour', state: 'linked', made_anew_at: at }];
    await asIf({ others }, async (other) => {
        await other.click('summary:has-text("The other contacts")');
        assert.match(await other.textContent('.people'), /Neighbour.*channel made anew at/);
    });
});

test('what is pressed while the page is drawn anew is pressed', async () => {
    await page.getByRole('button', { name: 'Ask: are you OK?' }).waitFor();
    const button = await page.evaluate(() => {
        const { x, y } = document.querySelector('[data-focus="w1 ask"]').getBoundingClientRect();
        return { x, y };
    });
    await page.mouse.move(button.x + 9, button.y + 9);
    await page.mouse.down();
    const answer = page.waitForResponse('**/api/status');
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await answer;
    await page.waitForTimeout(200);
    await page.mouse.up();
    await page.click('#no');
});

test('nothing went wrong in the browser', () => {
    assert.deepEqual(page.problems, []);
});
