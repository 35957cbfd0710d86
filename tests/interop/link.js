// SPDX-License-Identifier: ISC
// A link to a relay, without the socket (spec/09-crypto.md §9).
import { ascii, concat } from './bytes.js';
import { EMPTY } from './crypto.js';
import { Noise, Transport } from './noise.js';
import { refuse } from './status.js';

const PROLOGUE = ascii('allswell/1 link');
const ANSWER_LEN = 48;

function frame(bytes) {
    const length = new Uint8Array(2);
    new DataView(length.buffer).setUint16(0, bytes.length);
    return concat(length, bytes);
}

/** Takes whole frames off the front of a stream: [frames, rest]. */
export function frames(stream) {
    const out = [];
    let rest = stream;
    while (rest.length >= 2) {
        const length = rest[0] * 256 + rest[1];
        if (rest.length < 2 + length)
            break;
        out.push(rest.slice(2, 2 + length));
        rest = rest.slice(2 + length);
    }
    return [out, rest];
}

export class ClientLink {
    constructor(relayKey) {
        this.noise = new Noise('NK', true, PROLOGUE, { rs: relayKey });
        this.out = null;
        this.in = null;
    }

    first(plain) {
        return frame(this.noise.write('first', plain));
    }

    answer(bytes) {
        if (bytes.length !== ANSWER_LEN)
            refuse('auth', 'length of the answer');
        this.noise.read('second', bytes);
        const { k1, k2 } = this.noise.split();
        this.out = new Transport(k1);
        this.in = new Transport(k2);
    }

    seal(plain) {
        return frame(this.out.seal(plain));
    }

    open(bytes) {
        return this.in.open(bytes);
    }
}

/** The relay's side, for vectors. */
export class RelayLink {
    constructor(pair) {
        this.noise = new Noise('NK', false, PROLOGUE, { s: pair });
    }

    accept(bytes) {
        const plain = this.noise.read('first', bytes);
        const answer = frame(this.noise.write('second', EMPTY));
        const { k1, k2 } = this.noise.split();
        this.in = new Transport(k1);
        this.out = new Transport(k2);
        return { plain, answer };
    }

    seal(plain) {
        return frame(this.out.seal(plain));
    }

    open(bytes) {
        return this.in.open(bytes);
    }
}
