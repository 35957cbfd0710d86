// SPDX-License-Identifier: ISC
// Her plan card at a contact (spec/16-peers.md §8 and §9): who is given shares of it, which one
// takes a turn, which cards are kept, and what is shown.
import { decode } from './messages.js';
import { checkShare, findKey, openSealedCard } from './shares.js';
import { Refused, refuse } from './status.js';

export function gives({ release, barred, human, data, sos }) {
    if (data === 'none')
        return 'nothing';
    if (release === 'duress' || (release === 'yes' && !(barred >> (human - 1) & 1)))
        return 'both';
    return sos ? 'card' : 'nothing';
}

/** The shares that go to one other contact in one incident. */
export class Turns {
    constructor(hasCard) {
        Object.assign(this, { hasCard, held: [], newest: 0, last: 0 });
    }

    turn({ number, gives: given, came, other_holds: otherHolds }) {
        if (came)
            this.held.push(came);
        if (given === 'nothing')
            return 'none';
        const card = this.hasCard ? 'card' : 'none';
        const both = this.held.filter((seq) => seq <= otherHolds).sort((a, b) => b - a);
        const isNew = both.length > 0 && both[0] > this.newest;
        if (given === 'card' || both.length === 0 || (!isNew && number % 2 && this.hasCard))
            return card;
        return String(isNew ? this.first(both[0]) : this.next(both));
    }

    /** What is new goes first; the round goes on where it was. */
    first(seq) {
        this.newest = seq;
        this.last ||= seq;
        return seq;
    }

    next(both) {
        this.last = both.find((seq) => seq < this.last) ?? both[0];
        return this.last;
    }
}

const KEPT = 3;
const OWN = 1;

/** The cards of a contact, who is human 1. */
export class Cards {
    /** sealed: by name of the card, { sealed, shares }. */
    constructor(sealed) {
        Object.assign(this, {
            sealed, kept: [], shares: new Map(), level: -1, waits: 'none',
            plan: { card: 'none', version: 1, threshold: 2 },
        });
    }

    isBound(name) {
        return name === this.plan.card || name === this.waits;
    }

    get inForce() {
        return this.kept.find((one) => one.name === this.plan.card)?.name;
    }

    file({ card: name, version, index }) {
        if (index < 1 || index > 16)
            refuse('range', 'a share of nobody');
        if (this.kept.some((one) => one.name === name))
            refuse('replay', 'it is here');
        if (version <= this.plan.version && name !== this.plan.card)
            refuse('replay', 'no plan to come names it');
        const free = this.kept.find((one) => !this.isBound(one.name));
        if (this.kept.length === KEPT)
            this.kept = this.kept.filter((one) => one !== free); // PE-31
        this.kept.push({ name, version });
    }

    /** A plan comes into force. */
    takePlan({ card, version, threshold }) {
        const before = this.inForce;
        this.plan = { card, version, threshold };
        this.waits = 'none';
        this.kept = this.kept.filter((one) => one.name === card || one.version > version);
        if (this.inForce !== before)
            this.shares.clear();
    }

    share({ card, human, index, damaged }) {
        if (this.level < 0 || !this.inForce || index !== human)
            return; // PE-27
        const share = Uint8Array.from(this.sealed[card].shares[index - 1]);
        share[1] ^= damaged;
        checkShare(share);
        this.shares.set(human, share);
    }

    /** The incident has come to this level; -1: it is closed. */
    setLevel(level) {
        this.level = level;
        if (level < 0)
            this.shares.clear(); // PE-28
    }

    /** The card, if enough shares are here; else undefined. */
    opened() {
        const card = this.sealed[this.inForce];
        if (!card)
            return undefined;
        const others = [...this.shares].filter(([human]) => human !== OWN);
        const all = [card.shares[OWN - 1], ...others.map(([, share]) => share)];
        for (let count = this.plan.threshold; count <= all.length; count++) {
            try {
                const key = findKey(all, count, card.sealed);
                return decode(openSealedCard(key, card.sealed), 'card');
            } catch (error) {
                if (!(error instanceof Refused))
                    throw error;
            }
        }
        return undefined;
    }

    look() {
        if (!this.inForce)
            refuse('not-found', 'no card');
        if (this.level < 0)
            refuse('state', 'no incident is open');
        const card = this.opened();
        return card ? card.sections.filter((one) => one.level <= this.level) // PE-32
            : refuse('state', 'it is sealed');
    }
}
