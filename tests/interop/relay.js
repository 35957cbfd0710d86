// SPDX-License-Identifier: ISC
// A client of a relay: links over TCP, requests, deliveries (spec/08-relay.md).
import { connect } from 'node:net';
import { concat, zeros } from './bytes.js';
import { hash } from './crypto.js';
import { ClientLink, frames } from './link.js';
import { decodeAnswers, encodeSequence } from './messages.js';
import { capability } from './pairing.js';

const OP = { create: 1, deposit: 2, subscribe: 3, take: 4, probe: 5, remove: 6, arm: 7 };
const STATUS = ['ok', 'unknown', 'full', 'rate', 'token', 'limit', 'store', 'bad', 'moved'];

export const capabilityId = (key) => hash('capability id', key);

export class RelayClient {
    constructor(endpoint) {
        this.endpoint = endpoint;
        this.number = 0;
        this.waiting = new Map(); // number -> [resolve, reject]
        this.mailboxes = new Map(); // number of the subscribe -> { read, onDelivery }
    }

    /** Opens a link; the first frame carries nothing that may not be sent again (RE-1). */
    async open() {
        const at = this.endpoint.address.lastIndexOf(':');
        const host = this.endpoint.address.slice(0, at).replace(/^\[|\]$/g, '');
        this.link = new ClientLink(this.endpoint.relay_key);
        this.stream = zeros(0);
        this.socket = connect(Number(this.endpoint.address.slice(at + 1)), host);
        this.socket.setNoDelay(true);
        await new Promise((resolve, reject) => {
            this.ready = resolve;
            this.socket.on('error', reject);
            this.socket.on('close', () => this.closed(reject));
            this.socket.on('connect', () => this.socket.write(this.link.first(zeros(0))));
            this.socket.on('data', (bytes) => this.received(Uint8Array.from(bytes)));
        });
    }

    closed(reject) {
        const gone = new Error('the link ended');
        reject(gone);
        for (const [, fail] of this.waiting.values())
            fail(gone);
        this.waiting.clear();
    }

    received(bytes) {
        let whole;
        [whole, this.stream] = frames(concat(this.stream, bytes));
        for (const one of whole) {
            if (!this.link.in) {
                this.link.answer(one);
                this.ready();
                continue;
            }
            for (const answer of decodeAnswers(this.link.open(one)))
                this.answered(answer);
        }
    }

    answered(answer) {
        if (answer.cell) {
            const { read, onDelivery } = this.mailboxes.get(answer.number);
            const take = () => this.request('take', { capability: read, upto: answer.cell_no });
            onDelivery(answer.cell, answer.deposited_at, take);
            return;
        }
        const pending = this.waiting.get(answer.number);
        this.waiting.delete(answer.number);
        pending?.[0]({ ...answer, status: STATUS[answer.status] });
    }

    request(name, fields) {
        const number = ++this.number;
        const request = { number, op: OP[name], ...fields };
        return new Promise((resolve, reject) => {
            this.waiting.set(number, [resolve, reject]);
            this.socket.write(this.link.seal(encodeSequence([request], 'request')));
        });
    }

    /**
     * A mailbox of one's own: made, and read from now on. onDelivery(cell, depositedAt, take) is
     * called for each cell.
     */
    async read(token, readSeed, depositSeed, onDelivery) {
        const key = this.endpoint.relay_key;
        const read = capability(readSeed, key);
        const made = await this.request('create', {
            token,
            read_key: capabilityId(read),
            deposit_key: capabilityId(capability(depositSeed, key)),
        });
        if (made.status !== 'ok')
            throw new Error(`create: ${made.status}`);
        this.mailboxes.set(this.number + 1, { read, onDelivery });
        return this.request('subscribe', { capability: read });
    }

    deposit(seed, cell) {
        return this.request('deposit',
            { capability: capability(seed, this.endpoint.relay_key), cell });
    }

    close() {
        this.socket.destroy();
    }
}
