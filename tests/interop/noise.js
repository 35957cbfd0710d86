// SPDX-License-Identifier: ISC
// The Noise Protocol Framework, revision 34, as spec/09-crypto.md §4 narrows it: three patterns of
// two messages over 25519, ChaChaPoly and SHA256.
import { ascii, concat, le64, zeros } from './bytes.js';
import { EMPTY, dh, hmac, keyPair, open, seal, sha256 } from './crypto.js';
import { refuse } from './status.js';

const PATTERNS = {
    NK: { pre: ['', 's'], first: ['e', 'es'], second: ['e', 'ee'] },
    IKpsk1: {
        pre: ['', 's'],
        first: ['e', 'es', 's', 'ss', 'psk'],
        second: ['e', 'ee', 'se'],
    },
    KKpsk0: {
        pre: ['s', 's'],
        first: ['psk', 'e', 'es', 'ss'],
        second: ['e', 'ee', 'se'],
    },
};

function hkdf(chaining, material, count) {
    const key = hmac(chaining, material);
    const out = [hmac(key, Uint8Array.of(1))];
    for (let i = 2; i <= count; i++)
        out.push(hmac(key, concat(out[i - 2], Uint8Array.of(i))));
    return out;
}

export const noiseNonce = (count) => concat(zeros(4), le64(count));

export class Noise {
    /**
     * keys: { s, rs, psk }; s is a key pair, rs the other side's public key. Both sides of KKpsk0
     * know both statics; the responder of IKpsk1 learns rs.
     */
    constructor(pattern, initiator, prologue, keys) {
        this.pattern = PATTERNS[pattern];
        this.initiator = initiator;
        this.keys = keys;
        this.psk = pattern.includes('psk');
        this.e = null;
        this.re = null;
        this.key = null;
        this.count = 0;
        const name = ascii(`Noise_${pattern}_25519_ChaChaPoly_SHA256`);
        this.h = name.length <= 32 ? concat(name, zeros(32 - name.length)) : sha256(name);
        this.ck = this.h;
        this.mixHash(prologue);
        this.pattern.pre.forEach((token, side) => {
            if (token === 's')
                this.mixHash((side === 0) === initiator ? keys.s.public : keys.rs);
        });
    }

    mixHash(data) {
        this.h = sha256(concat(this.h, data));
    }

    mixKey(material) {
        [this.ck, this.key] = hkdf(this.ck, material, 2);
        this.count = 0;
    }

    mixPsk() {
        const [ck, extra, key] = hkdf(this.ck, this.keys.psk, 3);
        this.ck = ck;
        this.mixHash(extra);
        this.key = key;
        this.count = 0;
    }

    encrypt(plain) {
        const out = this.key ? seal(this.key, noiseNonce(this.count++), this.h, plain) : plain;
        this.mixHash(out);
        return out;
    }

    decrypt(data) {
        const out = this.key ? open(this.key, noiseNonce(this.count++), this.h, data) : data;
        this.mixHash(data);
        return out;
    }

    mixDh(token) {
        const mine = this.initiator ? token[0] : token[1];
        const theirs = this.initiator ? token[1] : token[0];
        this.mixKey(dh((mine === 'e' ? this.e : this.keys.s).secret,
            theirs === 'e' ? this.re : this.keys.rs));
    }

    mixEphemeral(point) {
        this.mixHash(point);
        if (this.psk)
            this.mixKey(point);
    }

    write(step, payload) {
        const parts = [];
        for (const token of this.pattern[step]) {
            if (token === 'e') {
                this.e = keyPair();
                parts.push(this.e.public);
                this.mixEphemeral(this.e.public);
            } else if (token === 's') {
                parts.push(this.encrypt(this.keys.s.public));
            } else if (token === 'psk') {
                this.mixPsk();
            } else {
                this.mixDh(token);
            }
        }
        parts.push(this.encrypt(payload));
        return concat(...parts);
    }

    /** CR-11: works on a copy; what does not verify leaves this handshake as it was. */
    read(step, message) {
        const copy = Object.assign(Object.create(Noise.prototype), this);
        copy.keys = { ...this.keys };
        const payload = copy.readInto(step, message);
        Object.assign(this, copy);
        return payload;
    }

    readInto(step, message) {
        let rest = message;
        const take = (length) => {
            if (rest.length < length)
                refuse('auth', 'a handshake message that is too short');
            const out = rest.slice(0, length);
            rest = rest.slice(length);
            return out;
        };
        for (const token of this.pattern[step]) {
            if (token === 'e') {
                this.re = take(32);
                this.mixEphemeral(this.re);
            } else if (token === 's') {
                this.keys.rs = this.decrypt(take(48));
            } else if (token === 'psk') {
                this.mixPsk();
            } else {
                this.mixDh(token);
            }
        }
        return this.decrypt(rest);
    }

    /** The handshake hash, and the keys of the initiator's and the responder's direction. */
    split() {
        const [k1, k2] = hkdf(this.ck, EMPTY, 2);
        return { h: this.h, k1, k2 };
    }
}

/** One direction of transport messages. */
export class Transport {
    constructor(key) {
        this.key = key;
        this.count = 0;
    }

    seal(plain) {
        return seal(this.key, noiseNonce(this.count++), EMPTY, plain);
    }

    open(frame) {
        const plain = open(this.key, noiseNonce(this.count), EMPTY, frame);
        this.count++;
        return plain;
    }
}

