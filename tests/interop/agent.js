// SPDX-License-Identifier: ISC
// Joins a contact to its relay: what arrives goes in, what it answers goes out.
import { equal } from './bytes.js';
import { mailboxSeed } from './peers.js';
import { RelayClient } from './relay.js';
import { Refused } from './status.js';

export class Agent {
    constructor(contact, token) {
        this.contact = contact;
        this.token = token;
        this.refused = []; // statuses of cells that were dropped
        this.taken = []; // cells that were not refused
        this.watchers = [];
        this.held = null; // deliveries that are not looked at while it pauses
        this.mute = false; // hears, and says nothing
        this.seen = () => {};
    }

    async start() {
        const { contact } = this;
        this.relay = new RelayClient(contact.relays[0]);
        await this.relay.open();
        await this.relay.read(this.token, contact.readSeed, contact.seed,
            (...one) => this.delivered(...one));
    }

    delivered(...one) {
        if (this.held) {
            this.held.push(one);
            return;
        }
        const [cell, at, take] = one;
        this.arrived(cell, at);
        take().catch(() => {});
    }

    /** Reads nothing more until go(). */
    pause() {
        this.held = [];
    }

    go() {
        const held = this.held;
        this.held = null;
        held.forEach((one) => this.delivered(...one));
    }

    arrived(cell, at) {
        this.seen(cell);
        try {
            const answer = this.contact.receive(cell, at);
            this.taken.push(cell);
            if (answer && !this.mute)
                this.post(answer);
        } catch (error) {
            this.refuse(error, 'hers', cell);
        }
        if (this.contact.wants)
            this.post(this.contact.question());
        this.watchers = this.watchers.filter((watcher) => !watcher());
    }

    /** What is not heard comes again, byte for byte (06 SU-1, 16 §3), and is refused then. */
    refuse(error, whose, cell) {
        if (!(error instanceof Refused))
            throw error;
        if (!this.taken.some((one) => equal(one, cell)))
            this.refused.push(`${whose}: ${error.message}`);
    }

    /** To her mailbox at this relay. */
    send(cell) {
        return this.relay.deposit(this.contact.peer.seed, cell);
    }

    /** The same; a link that ends takes it along, as any cell may be lost. */
    post(cell) {
        this.send(cell).catch(() => {});
    }

    async join(uri) {
        const cell = this.contact.join(uri);
        const answer = await this.relay.deposit(this.contact.joining.invite.seed, cell);
        if (answer.status !== 'ok')
            throw new Error(`message 1: ${answer.status}`);
        await this.until(() => this.contact.channel, 'message 2');
    }

    /** Waits until something holds, looked at with each cell that arrives. */
    until(holds, what, ms = 20000) {
        return new Promise((resolve, reject) => {
            if (holds())
                return resolve(holds());
            const timer = setTimeout(
                () => reject(new Error(`${this.contact.name} waited in vain for ${what}; ` +
                    `refused: ${this.refused.join(', ') || 'nothing'}`)), ms);
            this.watchers.push(() => {
                const value = holds();
                if (value) {
                    clearTimeout(timer);
                    resolve(value);
                }
                return value;
            });
        });
    }

    // ---- Her other contacts (spec/16)

    /** A mailbox for each peer, and one cell to each in every slot, whatever happens. */
    async meet(slotMs, say) {
        for (const peer of this.contact.peers.values())
            await this.relay.read(this.token, mailboxSeed(this.contact.readSeed, peer.person),
                mailboxSeed(this.contact.peerSeed, peer.person),
                (cell, at, take) => this.heard(peer, cell, take));
        this.slots = setInterval(() => this.speak(say), slotMs);
    }

    speak(say) {
        for (const peer of this.contact.peers.values()) {
            const cell = peer.slot(say(peer));
            if (cell)
                this.relay.deposit(peer.seed, cell).catch(() => {});
        }
    }

    heard(peer, cell, take) {
        try {
            peer.receive(cell);
            this.taken.push(cell);
        } catch (error) {
            this.refuse(error, `of person ${peer.person}`, cell);
        }
        take().catch(() => {});
        this.watchers = this.watchers.filter((watcher) => !watcher());
    }

    stop() {
        clearInterval(this.slots);
        this.relay.close();
    }
}
