// SPDX-License-Identifier: ISC
// Which keys a roster names and which pairs are given a secret (spec/06-subject.md §11), and what a
// contact makes of introductions (spec/16-peers.md §2). Keys and secrets are numbers, 0 is none.
import { refuse } from './status.js';

/** Her device. */
export class Introducing {
    constructor() {
        Object.assign(this, { keys: new Map(), pairs: new Map(), drawn: 0 });
    }

    /** tells: person -> key; the keys of those in the roster. */
    plan(tells) {
        const keys = new Map([...tells.keys()].map((person) => [person, 0]));
        const give = (isKnown) => {
            for (const [person, key] of tells)
                if ((this.keys.get(person) === key) === isKnown && key &&
                    ![...keys.values()].includes(key))
                    keys.set(person, key);
        };
        give(true); // SU-33
        give(false);
        const pairs = new Map();
        for (const low of keys.keys())
            for (const high of keys.keys())
                if (low < high && keys.get(low) && keys.get(high))
                    pairs.set(`${low}_${high}`, this.secret(low, high, keys));
        Object.assign(this, { keys, pairs });
    }

    /** SU-20. */
    secret(low, high, keys) {
        const isKept = [low, high].every((one) => this.keys.get(one) === keys.get(one));
        return (isKept && this.pairs.get(`${low}_${high}`)) || ++this.drawn;
    }
}

/** A contact, about one other. */
export class Introduced {
    constructor() {
        Object.assign(this, { version: 0, key: 0, keyPlan: 0, file: null, used: 0 });
        this.forget();
    }

    forget() {
        Object.assign(this, { secret: 0, readsAsOf: 0 });
    }

    plan({ version, key, next_own_key: isNewOwn }) {
        if (key !== this.key)
            this.forget();
        Object.assign(this, { version, key });
        if (isNewOwn)
            this.keyPlan = version;
        return this.settle();
    }

    introductions({ version, secret }) {
        if (version <= this.used || (this.file?.version === version && this.file.secret === secret))
            refuse('replay', 'PE-7');
        this.file = { version, secret };
        return this.settle();
    }

    /** Whether the pair begins anew. */
    settle() {
        if (!this.file || this.file.version > this.version) // PE-6
            return false;
        const { version, secret } = this.file;
        this.file = null;
        this.used = version;
        if (!this.key || !secret || version <= this.readsAsOf) // PE-2
            return false;
        const isSame = this.secret === secret && this.readsAsOf >= this.keyPlan; // PE-29, PE-43
        Object.assign(this, { secret, readsAsOf: version });
        return !isSame;
    }
}
