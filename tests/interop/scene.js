// SPDX-License-Identifier: ISC
// What the live tests share: a relay, the C subject in her home, and contacts in JavaScript.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent } from './agent.js';
import { Contact } from './contact.js';
import { World } from './tools.js';

const BIN = process.env.ALLSWELL_BIN;
export const SAFE = 'kettle on the stove';
export const DURESS = 'all quiet here';

const fromBase64 = (text) => Uint8Array.from(Buffer.from(text, 'base64url'));

/** 08 §2: address line of a relay. */
export function endpoint(line) {
    const [address, key] = line.split('/');
    return { address, relay_key: fromBase64(key) };
}

export class Scene {
    static async begin(factor = 1) {
        const scene = new Scene();
        scene.world = new World(BIN, factor);
        await scene.world.relay();
        await scene.home('she', 'Subject');
        return scene;
    }

    /** A C home with the relay in it. */
    async home(name, shown) {
        const { world } = this;
        await world.must('allswell', ['--home', world.home(name), 'init', '--name', shown]);
        await world.must('allswell', ['--home', world.home(name), 'relay', 'add', world.relayLine],
            await world.token(name));
    }

    /** A command of hers; the last argument may be what is typed: { typed }. */
    she(...args) {
        return this.in('she', ...args);
    }

    in(name, ...args) {
        const last = args.at(-1);
        const typed = typeof last === 'object' ? args.pop().typed : '';
        const words = typed ? [...args, '--secret-fd=0'] : args;
        return this.world.must('allswell', ['--home', this.world.home(name), ...words], typed);
    }

    async status() {
        return JSON.parse(await this.she('status', '--json')).me;
    }

    /** Her agent in the background. */
    async run(name = 'she') {
        const home = this.world.home(name);
        const child = this.world.background('allswell', ['--home', home, 'run']);
        await this.until(() => existsSync(join(home, 'control.sock')), `the agent of ${name}`);
        return child;
    }

    /** Ends an agent, and waits until its store is closed. */
    stop(child) {
        child.kill('SIGTERM');
        return new Promise((resolve) => child.on('exit', resolve));
    }

    async contact(name) {
        const contact = new Contact(name, [endpoint(this.world.relayLine)], this.world.clock);
        const agent = new Agent(contact, fromBase64(await this.world.token(name)));
        await agent.start();
        (this.agents ??= []).push(agent);
        return { contact, agent };
    }

    async pair(agent) {
        const { uri, person } = JSON.parse(await this.she('invite', '--json'));
        await agent.join(uri);
        return String(person);
    }

    plan(text, circle) {
        const file = this.world.home('plan.txt');
        writeFileSync(file, text);
        const typed = `${SAFE}\n${DURESS}\n${circle}\n`;
        return this.she('plan', 'set', '--secrets', file, { typed });
    }

    /** Looks again and again until something holds. */
    async until(look, what, ms = 20000) {
        const end = Date.now() + ms;
        for (;;) {
            const value = await look();
            if (value)
                return value;
            if (Date.now() > end)
                throw new Error(`waited in vain for ${what}`);
            await pause(50);
        }
    }

    end() {
        this.agents?.forEach((agent) => agent.stop());
        this.world.end();
    }
}
