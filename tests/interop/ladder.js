// SPDX-License-Identifier: ISC
// What a contact does about silence (spec/07-contact.md §5 and §6).
import { refuse } from './status.js';

const SETTLE = 90; // §5.1: between two proofs, and before the end of grace
const PROBE = 40; // CO-27: for relays to answer
const WAKE = 60;
const AHEAD_MAX = 600; // CO-31
const RUNNING = ['missed', 'alarm', 'claimed'];
const HEIGHT = ['none', 'missed', 'wrong', 'sos', 'duress'];

export class Ladder {
    /** mine: groups, away, levels_away (bits), doubt. */
    constructor(plan, mine, at) {
        Object.assign(this, { plan, mine, now: at, state: 'idle', due: Infinity, events: [],
            proofs: { first: -Infinity, newest: -Infinity }, woke: -Infinity, next: Infinity });
        this.calm();
    }

    calm() {
        Object.assign(this, { incident: 'none', level: 0, raised: 0, trigger: 0, holds: 0,
            held: new Set(), heldUntil: 0, claim: null, safe: false, confirmed: new Map(),
            remindAt: Infinity, isBlind: false, isTold: false });
        this.state = this.due === Infinity ? 'idle' : 'fine';
    }

    /** Takes one input: { at, input, ... } as in the vectors. */
    take(step) {
        this.events = [];
        if (this.state !== 'suspect' && step.at > this.next + WAKE)
            this.woke = step.at;
        this.pass(step.at);
        const done = this[INPUT[step.input]]?.(step);
        this.pass(step.at);
        return done;
    }

    // ---- Time ----

    pass(at) {
        this.now = at;
        for (;;) {
            const [when, what] = this.soonest();
            this.next = when;
            if (when > at)
                return;
            this[what](when);
        }
    }

    soonest() {
        const grace = this.plan.grace_s;
        const all = [
            [this.state === 'fine' ? this.due : Infinity, 'late'],
            [this.state === 'overdue' || this.state === 'resumed' ? this.due + grace : Infinity,
                'graceEnds'],
            [this.state === 'suspect' ? this.afterProbes(this.plan.council.ceiling_s) : Infinity,
                'ceiling'],
            [this.state === 'suspect' && !this.wasUnsure ? this.unsureAt() : Infinity, 'unsure'],
            [this.claim?.until ?? Infinity, 'claimEnds'],
            [this.levelAt(), 'begin'],
            [this.state === 'resumed' ? this.remindAt : Infinity, 'remind'],
        ];
        return all.reduce((best, one) => (one[0] < best[0] ? one : best));
    }

    afterProbes(span) {
        return Math.max(this.suspectAt + Math.max(span, PROBE), this.woke + WAKE);
    }

    unsureAt() {
        const first = this.plan.levels.findIndex((_, i) => this.ringsHere(i));
        const at = this.afterProbes(this.delay(first));
        return this.tells(this.proofs.first)
            ? Math.max(at, this.proofs.first + SETTLE + PROBE) : at;
    }

    late() {
        this.state = 'overdue';
        this.events.push('late');
    }

    graceEnds(at) {
        this.suspectAt = at;
        this.wasUnsure = false;
        if (this.isProved())
            this.miss(at);
        else
            this.state = 'suspect';
    }

    unsure() {
        this.wasUnsure = true;
        this.events.push('unsure');
    }

    ceiling() {
        this.miss(this.suspectAt);
        this.isBlind = true;
    }

    remind() {
        this.remindAt = this.now + this.plan.claim_s;
        this.events.push('confirm');
    }

    // ---- Levels ----

    ringsHere(i) {
        const isLast = i + 1 === this.plan.levels.length;
        return Boolean(this.plan.levels[i].groups & this.mine.groups) &&
            (isLast || !this.mine.away);
    }

    /** A level whose people are all away is over as it begins. */
    delay(i) {
        let first = i;
        while (first > 0 && this.mine.levels_away >> (first - 1) & 1) first--;
        return this.plan.levels[first].delay_s;
    }

    levelAt() {
        const { length } = this.plan.levels;
        if (!RUNNING.includes(this.state) || this.level >= length)
            return Infinity;
        const hold = Math.max(this.claim?.holds ? this.claim.until : 0, this.heldUntil);
        const at = Math.max(this.levelsFrom + this.delay(this.level), hold);
        return Math.min(at, this.levelsFrom + this.delay(length - 1)); // CO-12
    }

    begin() {
        this.heldUntil = 0;
        this.events.push(`${this.ringsHere(this.level) ? 'ring' : 'others'} ${++this.level}`);
    }

    ring() {
        for (let i = this.level; i > 0; i--)
            if (this.ringsHere(i - 1)) {
                this.events.push(`ring ${i}`);
                return;
            }
    }

    // ---- Incidents ----

    raise(kind, at) {
        if (HEIGHT.indexOf(kind) > HEIGHT.indexOf(this.incident))
            this.incident = kind;
        Object.assign(this, { raised: Math.max(this.raised, at), safe: false,
            confirmed: new Map(), isBlind: false, isTold: false });
    }

    miss(at) {
        this.raise('missed', at);
        Object.assign(this, { state: 'missed', level: 0, levelsFrom: at, claim: null });
    }

    alarm({ kind, seq, at }) {
        const isNew = HEIGHT.indexOf(this.incident) < 2;
        this.raise(kind, at);
        this.trigger = seq;
        if (isNew && this.level === 0)
            this.levelsFrom = at - this.plan.levels[0].delay_s;
        this.state = 'alarm';
        if (this.level > 0)
            this.ring();
    }

    /** §6; groups of humans who have spoken to her, the own one as human 0. */
    settle() {
        const spoken = [...this.confirmed.values()];
        const two = spoken.some((a) => spoken.some((b) => (a & b) === 0));
        const alone = this.plan.relaxed && this.incident === 'missed';
        if (!(this.safe && (spoken.length > 0 || alone)) && !two)
            return;
        this.events.push('closed');
        if (!this.safe && this.due <= this.now)
            this.due = this.now + 1; // what follows from the plan is not for here
        this.calm();
    }

    watch({ check_in_due: checkIn, beat_due: beat }) {
        this.due = Math.min(checkIn, beat);
        const isAhead = this.due > this.now;
        if (this.state === 'idle')
            this.state = 'fine';
        else if (isAhead && (this.state === 'overdue' || this.state === 'suspect'))
            this.state = 'fine';
        else if (isAhead && this.incident === 'missed' && this.state !== 'resumed') {
            Object.assign(this, { state: 'resumed', claim: null,
                remindAt: this.now + this.plan.claim_s });
            this.events.push('back');
        }
    }

    safeCheckIn({ seq, made_at: made }) {
        if (this.incident === 'none' || seq <= this.trigger)
            return;
        const moved = this.state === 'resumed' || HEIGHT.indexOf(this.incident) > 1;
        if (!moved || (this.incident === 'missed' && made < this.levelsFrom))
            return;
        this.safe = true;
        this.settle();
    }

    // ---- Whose silence (§5.1) ----

    gate() {
        if (this.state === 'suspect')
            return this.suspectAt;
        if (RUNNING.includes(this.state) && this.incident === 'missed')
            return this.isBlind || this.isTold ? this.levelsFrom : Infinity;
        return this.due + this.plan.grace_s;
    }

    tells(proof) {
        return proof + SETTLE >= this.gate();
    }

    isProved() {
        const { first, newest } = this.proofs;
        return newest >= this.gate() && this.tells(first) && newest >= first + SETTLE &&
            !this.mine.doubt;
    }

    proof({ at }) {
        this.proofs.newest = at;
        if (this.tells(at) && !this.tells(this.proofs.first))
            this.proofs.first = at;
        if (this.isProved())
            this.know(false);
    }

    others() {
        if (this.state === 'suspect' || this.isBlind)
            this.know(true);
    }

    know(isTold) {
        if (this.state === 'suspect')
            this.miss(this.suspectAt);
        Object.assign(this, { isBlind: false, isTold });
    }

    // ---- People ----

    claimHere() {
        if (!RUNNING.includes(this.state))
            refuse('state', 'no incident runs');
        if (this.claim?.holds)
            refuse('limit', 'it holds already');
        const holds = !this.claim && this.mayHold('own');
        this.claim = { until: this.now + this.plan.claim_s, holds };
        this.state = 'claimed';
        if (!holds)
            refuse('limit', 'noted, holds nothing');
        this.hold('own');
    }

    mayHold(who) {
        return this.holds < this.plan.claims_max && this.level + 1 < this.plan.levels.length &&
            !this.held.has(`${who} ${this.level}`);
    }

    hold(who) {
        this.holds++;
        this.held.add(`${who} ${this.level}`);
    }

    declineHere() {
        if (this.claim)
            this.claimEnds();
        else if (!RUNNING.includes(this.state))
            refuse('state', 'no incident runs');
    }

    claimEnds() {
        this.claim = null;
        this.state = this.incident === 'missed' ? 'missed' : 'alarm';
        this.events.push('claim ended');
        this.ring();
    }

    confirmHere() {
        if (this.incident === 'none')
            refuse('state', 'no incident');
        this.confirmed.set(0, this.mine.groups);
        this.settle();
    }

    /** CO-30. */
    knows(peer) {
        return peer.fellow || !['wrong', 'duress'].includes(this.incident);
    }

    peerClaims(peer) {
        if (!RUNNING.includes(this.state) || !this.knows(peer) || this.level === 0 ||
            !(peer.groups & this.mine.groups) || peer.until <= this.now ||
            !this.mayHold(peer.human))
            return;
        this.hold(peer.human);
        this.heldUntil = Math.max(this.heldUntil,
            Math.min(peer.until, this.now + this.plan.claim_s));
    }

    peerConfirms(peer) {
        if (this.incident === 'none' || !this.knows(peer) || peer.confirm_at < this.raised ||
            peer.confirm_at > this.now + AHEAD_MAX)
            return;
        this.confirmed.set(peer.human, peer.groups);
        this.settle();
    }
}

/** A cancel is for the record, and time passes with every input. */
const INPUT = {
    watch: 'watch',
    proof: 'proof',
    'others found it missed': 'others',
    alarm: 'alarm',
    'safe check-in': 'safeCheckIn',
    claim: 'claimHere',
    decline: 'declineHere',
    confirm: 'confirmHere',
    'other claims': 'peerClaims',
    'other confirms': 'peerConfirms',
};
