// SPDX-License-Identifier: ISC
// Times that she sets herself: at a contact (spec/07-contact.md §10), on her device
// (spec/17-triggers.md §1 to §3); and how long a blind switch waits (spec/06-subject.md §14).
import { refuse } from './status.js';

const EXTEND_MAX = 7200;
const KEPT = 4;
const STALL = 120;

/** The timers of hers that a contact knows. */
export class Timers {
    constructor(grace) {
        Object.assign(this, { grace, running: [], ended: 0 });
    }

    take(word) {
        const due = word.base + Math.max(0, word.due_at - word.issued_at);
        const extension = Math.min(word.extend_s, EXTEND_MAX);
        const known = this.running.find((one) => one.id === word.id);
        if (word.id <= this.ended)
            return;
        if (word.op === 'end' && word.typed) {
            this.ended = word.id;
            this.running = this.running.filter((one) => one.id > word.id);
        } else if (word.op === 'start' && known) {
            known.due = Math.min(known.due, due + extension);
        } else if (word.op === 'start') {
            this.add({ id: word.id, due, extension, isExtended: false });
        } else if (word.op === 'extend' && !known) {
            this.add({ id: word.id, due, extension: 0, isExtended: true });
        } else if (word.op === 'extend' && !known.isExtended &&
                   word.base <= known.due + this.grace) {
            known.due += known.extension;
            known.isExtended = true;
        }
    }

    add(timer) {
        this.running = [...this.running, timer].sort((a, b) => a.due - b.due).slice(0, KEPT);
    }

    get first() {
        return this.running[0];
    }
}

/** A journey as her device has it. */
export class Journey {
    constructor(grace) {
        Object.assign(this, { grace, due: 0, extension: 0, askedUntil: 0, alarm: 0 });
    }

    pass(at) {
        if (this.askedUntil && at >= this.askedUntil) {
            this.alarm = 4;
            this.askedUntil = 0;
        }
    }

    start(_, due, extension) {
        if (this.due)
            refuse('state', 'TR-3');
        Object.assign(this, { due, extension });
    }

    extend(at) {
        if (!this.extension || at >= this.due + this.grace)
            refuse('state', 'TR-2');
        this.due += this.extension;
        this.extension = 0;
    }

    end() {
        if (!this.due)
            refuse('state', 'none runs');
        this.due = this.extension = 0;
    }

    stalled(at) {
        if (!this.due)
            refuse('state', 'off a journey');
        this.askedUntil ||= at + STALL;
    }

    moving() {
        if (!this.due)
            refuse('state', 'off a journey');
        this.askedUntil = 0;
    }

    answer() {
        if (!this.askedUntil)
            refuse('state', 'she is not asked');
        this.askedUntil = 0;
    }

    none() {
        return this;
    }
}

const inBounds = (span) => Math.min(Math.max(span + 120, 300), 31 * 86400);
const longest = (one) => inBounds(one.beat_s + one.beat_grace_s);

export const switchWaits = (one) => {
    const beat = one.beat_s + one.beat_grace_s;
    return one.cadence_s
        ? longest(one)
        : inBounds(Math.min(beat, Math.max(0, one.due_and_grace - one.now)));
};
export const switchLongest = longest;
/** CO-83. */
export const switchWithheld = (one) => longest(one) + 12 * 3600 + 600;
