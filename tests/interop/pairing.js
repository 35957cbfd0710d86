// SPDX-License-Identifier: ISC
// Invite, both messages, words (spec/04-pairing.md, spec/09-crypto.md §5).
import { wordlist } from '@scure/bip39/wordlists/english';
import { ascii, concat, equal, padded } from './bytes.js';
import { readPadded } from './cbor.js';
import { hash, kdf, keyPair, random, sha256 } from './crypto.js';
import { fromItem } from './grammar.js';
import { decode, encode } from './messages.js';
import { Noise } from './noise.js';
import { refuse } from './status.js';
import { Channel } from './channel.js';

const SCHEME = 'allswell:';
const HELLO_1 = 416;
const HELLO_2 = 464;
const ALPHABET = /^[A-Za-z0-9_-]+$/;

const checksum = (bytes) => hash('invite', bytes).slice(0, 4);

export const capability = (seed, relayKey) => kdf(seed, 'capability', relayKey);

export function inviteUri(invite) {
    const bytes = encode(invite, 'invite');
    return SCHEME + Buffer.from(concat(bytes, checksum(bytes))).toString('base64url');
}

/** §2: refuses in the order of the table. */
export function readInvite(text, now) {
    const uri = text.trim();
    if (uri.slice(0, SCHEME.length).toLowerCase() !== SCHEME)
        refuse('format', 'another scheme');
    const body = uri.slice(SCHEME.length);
    const all = Uint8Array.from(Buffer.from(body, 'base64url'));
    if (!ALPHABET.test(body) || Buffer.from(all).toString('base64url') !== body)
        refuse('format', 'no base64url');
    const bytes = all.slice(0, -4);
    if (all.length < 4 || !equal(checksum(bytes), all.slice(-4)))
        refuse('format', 'checksum');
    if (bytes[1] === 0 && bytes[2] > 1 && bytes[0] >> 5 === 5)
        refuse('version', 'a later version');
    const invite = decode(bytes, 'invite');
    if (invite.expires_at <= now)
        refuse('stale', 'expired');
    return { invite, bytes };
}

const prologue = (bytes) => concat(ascii('allswell/1 pair'), sha256(bytes));

const hello = (message, length) => padded(encode(message, 'hello'), length);
const readHello = (bytes) => fromItem(readPadded(bytes), 'hello'); // PA-5

/** 66 bits as six words of the English list of BIP-39 (09 §5.4). */
export function words(h) {
    const bits = [...kdf(h, 'words', undefined, 9)]
        .map((value) => value.toString(2).padStart(8, '0')).join('');
    return Array.from({ length: 6 }, (_, i) => wordlist[parseInt(bits.substr(i * 11, 11), 2)]);
}

/** The contact: makes message 1, then waits for message 2. */
export class Joining {
    constructor(uri, me, now) {
        const { invite, bytes } = readInvite(uri, now);
        this.invite = invite;
        this.noise = new Noise('IKpsk1', true, prologue(bytes), {
            s: keyPair(), // PA-10
            rs: invite.subject_key,
            psk: invite.psk,
        });
        this.message = this.noise.write('first', hello(me, HELLO_1));
    }

    /** Message 2: the peer, the channel, the words; anything else changes nothing. */
    finish(message) {
        const peer = readHello(this.noise.read('second', message));
        const finished = this.noise.split();
        return {
            peer,
            finished,
            statics: { s: this.noise.keys.s, rs: this.noise.keys.rs },
            channel: new Channel(finished, false, this.noise.e),
            words: words(finished.h),
        };
    }
}

/** The subject, as far as vectors need her. */
export class Inviting {
    constructor(seed, relays, name, expiresAt) {
        this.s = keyPair();
        this.invite = {
            version: 1,
            subject_key: this.s.public,
            psk: random(32),
            seed,
            relays,
            expires_at: expiresAt,
            name,
        };
        this.uri = inviteUri(this.invite);
    }

    answer(message, me) {
        const noise = new Noise('IKpsk1', false, prologue(encode(this.invite, 'invite')), {
            s: this.s,
            psk: this.invite.psk,
        });
        const peer = readHello(noise.read('first', message));
        const second = noise.write('second', hello(me, HELLO_2));
        const finished = noise.split();
        return {
            peer,
            message: second,
            finished,
            channel: new Channel(finished, true, { public: noise.re }),
        };
    }
}

