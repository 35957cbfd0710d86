// SPDX-License-Identifier: ISC
// Re-establishment (spec/05-channel.md §8). A contact uses either side; who offers is there for the
// vectors.
import { ascii, byte, concat, padded } from './bytes.js';
import { readPadded } from './cbor.js';
import { unwrap, wrap } from './cell.js';
import { kdf, keyPair } from './crypto.js';
import { Epoch, firstSecret } from './epoch.js';
import { fromItem } from './grammar.js';
import { encode } from './messages.js';
import { Noise } from './noise.js';
import { words } from './pairing.js';
import { refuse } from './status.js';

const PAYLOAD = 444;
const AHEAD_MAX = 2 ** 20;
const QUESTION = 1;
const ANSWER = 2;

const headerKey = (resumption, direction, number) =>
    kdf(resumption, 'resume', byte(direction, number));

const sent = (channel) => (channel.offers ? 0 : 1);
const received = (channel) => 1 - sent(channel);

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

/**
 * The new session: its epoch is above what both said, its accept key the contact's ephemeral key.
 * named: the epoch whose key was used.
 */
function session(channel, named, [mine, theirs], noise, stale) {
    const number = Math.max(mine.epoch, theirs.epoch) + 1;
    const finished = noise.split();
    return {
        epoch: new Epoch(firstSecret(finished, number), number, channel.offers),
        accept: channel.offers ? { public: noise.re } : noise.e,
        offer: channel.offers ? keyPair() : null,
        floor: stale ? number : named,
        stale,
        words: words(finished.h),
    };
}

/** Asks under the newest epoch that a contact has received in, or under the anchor. */
export class Question {
    constructor(channel, statics, said, anchor) {
        const newest = [channel.current.number, channel.current.resumption];
        [this.number, this.resumption] = anchor ? channel.anchor : newest;
        this.anchor = anchor;
        this.noise = handshake(channel, statics, this.resumption, true);
        this.resume = { epoch: channel.derived(), ...said, stale: false };
        this.cell = wrap(headerKey(this.resumption, sent(channel), QUESTION), this.number,
            this.noise.write('first', payload(this.resume)));
    }

    /** The session, or null where the cell is no answer to this question. */
    answered(channel, cell) {
        const hk = headerKey(this.resumption, received(channel), ANSWER);
        const message = unwrap(hk, this.number, cell);
        if (!message)
            return null;
        const theirs = readResume(channel, this.noise.read('second', message));
        return session(channel, this.number, [this.resume, theirs], this.noise, theirs.stale);
    }
}

/** Answers a question: { cell, session }, or null where the cell is none. */
export function answerQuestion(channel, statics, said, cell) {
    for (const [number, resumption] of channel.resumable()) {
        const hk = headerKey(resumption, received(channel), QUESTION);
        const message = unwrap(hk, number, cell);
        if (!message)
            continue;
        const noise = handshake(channel, statics, resumption, false);
        const theirs = readResume(channel, noise.read('first', message));
        const stale = number < channel.floor; // CH-25
        const resume = { epoch: channel.derived(), ...said, stale }; // CH-26
        const second = noise.write('second', payload(resume));
        return {
            cell: wrap(headerKey(resumption, sent(channel), ANSWER), number, second),
            session: session(channel, number, [resume, theirs], noise, stale),
        };
    }
    return null;
}
