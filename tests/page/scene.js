// SPDX-License-Identifier: ISC
// A relay, homes that watch over one another, agents with a page, and a browser that looks at it.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { World } from './tools.js';

export const SAFE = 'good';

export class Scene extends World {
    constructor(factor = 1) {
        super(process.env.ALLSWELL_BIN, factor);
        this.agents = {};
    }

    aw(name, args, input = '') {
        return this.must('allswell', ['--home', this.home(name), ...args], input);
    }

    async status(name) {
        return JSON.parse(await this.aw(name, ['status', '--json']));
    }

    async watched(name) {
        return (await this.status(name)).watched[0];
    }

    async person(home, name = home) {
        await this.aw(home, ['init', '--name', name]);
        await this.aw(home, ['relay', 'add', this.relayLine], await this.token(home));
    }

    /** A relay, her and a friend, each with an agent, and the port of the friend's page. */
    async twoAgents() {
        await this.relay();
        await this.person('her', 'Sister');
        await this.person('friend');
        const port = await freePort();
        await Promise.all([this.agent('her'), this.agent('friend', port)]);
        return port;
    }

    /** Pairs a contact with the subject, whose agents run; returns the words, not compared. */
    async join(subject, contact) {
        const number = `${(await this.status(subject)).me.contacts.length + 1}`;
        await this.aw(contact, ['join'], await this.aw(subject, ['invite']));
        await until(() => this.aw(subject, ['verify', number, '--json']), 'paired');
        const { words } = JSON.parse(await this.aw(subject, ['verify', number, '--json']));
        await until(() => this.aw(contact, ['verify', 'w1', '--json']), 'words there');
        return { number, words };
    }

    /** The same, and both compared the words. */
    async pair(subject, contact) {
        const { number, words } = await this.join(subject, contact);
        await this.aw(contact, ['verify', 'w1', '--words', words]);
        await this.aw(subject, ['verify', number, '--words', words]);
    }

    /** Puts a plan into force; `circle` are names, with commas. */
    async plan(subject, lines, circle) {
        const file = join(this.folder, 'plan');
        writeFileSync(file, `${lines.join('\n')}\n`);
        await this.aw(subject, ['plan', 'set', '--secrets', file], `${SAFE}\nbad\n${circle}\n`);
    }

    async card(subject, lines) {
        const file = join(this.folder, 'card');
        writeFileSync(file, `${lines.join('\n')}\n`);
        await this.aw(subject, ['card', 'set', file], `${SAFE}\n`);
    }

    checkin(subject, ...args) {
        return this.aw(subject, ['checkin', ...args], `${SAFE}\n`);
    }

    /** Runs an agent in the background, with a page at `port` where one is wanted. */
    async agent(name, port) {
        const page = port === undefined ? [] : [`--page=127.0.0.1:${port}`];
        const { child } = await this.start('allswell', ['--home', this.home(name), 'run', ...page]);
        this.agents[name] = child;
    }

    pageToken(name) {
        return readFileSync(join(this.home(name), 'page.token'), 'utf8').trim();
    }

    /** Ends a process that is meant to end. */
    async stop(child) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
    }

    async relay() {
        const { child, line } = await this.start('allswell-relay', [
            '--home',
            this.home('relay'),
            'run',
            '--listen',
            '127.0.0.1:0',
        ]);
        this.relayChild = child;
        this.relayLine = line.trim();
    }

    /** Starts the relay again where it was. */
    async relayAgain() {
        const listen = this.relayLine.split('/')[0];
        const { child } = await this.start('allswell-relay', [
            '--home',
            this.home('relay'),
            'run',
            '--listen',
            listen,
        ]);
        this.relayChild = child;
    }
}

/* How long anything may take, on a slow machine with much else to do. */
const PATIENCE_MS = 40000;

/** Waits until something holds; a throw is "not yet". */
export async function until(holds, what) {
    const end = Date.now() + PATIENCE_MS;
    let problem;
    while (Date.now() < end) {
        try {
            if (await holds()) return;
        } catch (error) {
            problem = error;
        }
        await sleep(100);
    }
    assert.fail(`did not happen: ${what} ${problem ?? ''}`);
}

/** A free port of the loopback interface, for a page that must come back where it was. */
export async function freePort() {
    const { createServer } = await import('node:net');
    const server = createServer();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    return port;
}

export function openBrowser() {
    return chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
}

/** A visitor of his own: cookies, storage, and a list of what went wrong in the page. */
export async function visitor(browser, options = {}) {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.problems = [];
    page.on('pageerror', (error) => page.problems.push(String(error)));
    page.on('console', (message) => {
        if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text()))
            page.problems.push(message.text());
    });
    page.on('request', (request) => {
        if (!request.url().startsWith('http://127.0.0.1:'))
            page.problems.push(`outside: ${request.url()}`);
    });
    return page;
}

export async function logIn(page, port, token) {
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.fill('#token', token);
    await page.click('button[type=submit]');
    await page.waitForSelector('.card');
}

export const moodOf = (page) => page.locator('.card').first().getAttribute('data-mood');

export function waitMood(page, mood) {
    return page.waitForSelector(`.card[data-mood="${mood}"]`);
}

/** What who cannot see or press well would miss; empty is well. */
export async function axeFinds(page) {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document));
    return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`);
}

export async function shot(page, name) {
    if (process.env.PAGE_SHOTS)
        await page.screenshot({ path: join(process.env.PAGE_SHOTS, `${name}.png`) });
}
