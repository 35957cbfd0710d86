// SPDX-License-Identifier: ISC
// Contacts among themselves: meeting, mailboxes, witnesses (spec/16-peers.md, 09 §5.6).
import { ascii, byte, concat, padded } from './bytes.js';
import { readPadded } from './cbor.js';
import { unwrap, wrap } from './cell.js';
import { Channel } from './channel.js';
import { kdf, sign, verify } from './crypto.js';
import { fromItem } from './grammar.js';
import { encode, encodeUnsigned } from './messages.js';
import { Noise } from './noise.js';
import { refuse } from './status.js';

const PAYLOAD = 444;
const QUESTION = 1;
const ANSWER = 2;
const NOTHING = { epoch: 0, seq: 0, word: 0, stale: false }; // PE-3

export const isHigher = (mine, theirs) =>
    Buffer.compare(Buffer.from(mine), Buffer.from(theirs)) > 0;

const headerKey = (psk, direction, number) => kdf(psk, 'peer', byte(direction, number));

function handshake(mine, theirs, psk, initiator) {
    const keys = [mine.public, theirs];
    if (isHigher(keys[0], keys[1]))
        keys.reverse();
    return new Noise('KKpsk0', initiator, concat(ascii('allswell/1 peer'), ...keys),
        { s: mine, rs: theirs, psk });
}

const resume = () => padded(encode(NOTHING, 'resume'), PAYLOAD);
const readResume = (bytes) => fromItem(readPadded(bytes), 'resume');

/** The side with the higher key: asks. */
export class Asking {
    constructor(mine, theirs, psk) {
        this.psk = psk;
        this.noise = handshake(mine, theirs, psk, true);
        this.cell = wrap(headerKey(psk, 1, QUESTION), 0, this.noise.write('first', resume()));
    }

    finish(cell) {
        const message = unwrap(headerKey(this.psk, 0, ANSWER), 0, cell);
        if (!message)
            refuse('auth', 'no answer');
        readResume(this.noise.read('second', message));
        return new Channel(this.noise.split(), false, this.noise.e);
    }
}

/** The side with the lower key: answers. */
export function answerPeer(mine, theirs, psk, cell) {
    const message = unwrap(headerKey(psk, 1, QUESTION), 0, cell);
    if (!message)
        refuse('auth', 'no question');
    const noise = handshake(mine, theirs, psk, false);
    readResume(noise.read('first', message));
    const second = noise.write('second', resume());
    const answer = wrap(headerKey(psk, 0, ANSWER), 0, second);
    return { cell: answer, channel: new Channel(noise.split(), true, { public: noise.re }) };
}

/** 09 §5.5: seed of the mailbox that is kept for a person. */
export const mailboxSeed = (peerSeed, person) => kdf(peerSeed, 'peer mailbox', byte(person));

const signed = (channelId, witness) =>
    concat(channelId, encodeUnsigned({ ...witness, signature: undefined }, 'witness'));

export const signWitness = (key, channelId, witness) =>
    ({ ...witness, signature: sign(key, 'witness', signed(channelId, witness)) });

export function checkWitness(key, channelId, witness) {
    if (!witness.signature)
        refuse('auth', 'WI-25');
    verify(witness.signature, key, 'witness', signed(channelId, witness));
}

