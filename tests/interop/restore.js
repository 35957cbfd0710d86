// SPDX-License-Identifier: ISC
// Re-establishment (spec/05-channel.md §8), for the side of a contact.
import { ascii, byte, concat, padded } from './bytes.js';
import { readPadded } from './cbor.js';
import { unwrap, wrap } from './cell.js';
import { kdf } from './crypto.js';
import { Epoch, firstSecret } from './epoch.js';
import { fromItem } from './grammar.js';
import { encode } from './messages.js';
import { Noise } from './noise.js';
import { words } from './pairing.js';
import { refuse } from './status.js';

const PAYLOAD = 444;
const AHEAD_MAX = 2 ** 20;
const DIRECTION = { subject: 0, contact: 1 };
const QUESTION = 1;
const ANSWER = 2;

const headerKey = (resumption, direction, number) =>
    kdf(resumption, 'resume', byte(direction, number));

const handshake = (channel, statics, resumption, initiator) =>
    new Noise('KKpsk0', initiator, concat(ascii('allswell/1 restore'), channel.id),
        { ...statics, psk: resumption });

const payload = (resume) => padded(encode(resume, 'resume'), PAYLOAD);

function readResume(channel, bytes) {
    const resume = fromItem(readPadded(bytes), 'resume');
    if (resume.epoch > channel.derived() + AHEAD_MAX)
        refuse('range', 'epoch of a resume');
    return resume;
}

/** The new session: its epoch is above that of both, its accept key the contact's ephemeral key. */
function session(channel, theirs, noise, accept, stale) {
    const number = Math.max(channel.derived(), theirs.epoch) + 1;
    const finished = noise.split();
    return {
        epoch: new Epoch(firstSecret(finished, number), number, false),
        accept,
        stale,
        peer: theirs,
        words: words(finished.h),
    };
}

/** The contact asks, under the newest epoch that it has received in, or under the anchor. */
export class Question {
    constructor(channel, statics, said, anchor) {
        const newest = [channel.current.number, channel.current.resumption];
        [this.number, this.resumption] = anchor ? channel.anchor : newest;
        this.anchor = anchor;
        this.noise = handshake(channel, statics, this.resumption, true);
        const resume = { epoch: channel.derived(), ...said, stale: false };
        this.cell = wrap(headerKey(this.resumption, DIRECTION.contact, QUESTION), this.number,
            this.noise.write('first', payload(resume)));
    }

    /** The session, or null where the cell is no answer to this question. */
    answered(channel, cell) {
        const hk = headerKey(this.resumption, DIRECTION.subject, ANSWER);
        const message = unwrap(hk, this.number, cell);
        if (!message)
            return null;
        const theirs = readResume(channel, this.noise.read('second', message));
        return session(channel, theirs, this.noise, this.noise.e, theirs.stale);
    }
}

/** Answers a question of hers: { cell, session }, or null where the cell is none. */
export function answerQuestion(channel, statics, said, cell) {
    for (const [number, resumption] of channel.resumable()) {
        const message = unwrap(
            headerKey(resumption, DIRECTION.subject, QUESTION), number, cell);
        if (!message)
            continue;
        const noise = handshake(channel, statics, resumption, false);
        const theirs = readResume(channel, noise.read('first', message));
        const stale = number < channel.floor; // CH-25
        const second = noise.write('second',
            payload({ epoch: channel.derived(), ...said, stale })); // CH-26
        return {
            cell: wrap(headerKey(resumption, DIRECTION.contact, ANSWER), number, second),
            session: session(channel, theirs, noise, noise.e, stale),
        };
    }
    return null;
}
