// SPDX-License-Identifier: ISC
// Whose states and shares a contact keeps (spec/07-contact.md §7).

const WORDS = 16;
const BEATS = 16;
const HOURS = 24;

const bySeq = (a, b) => a.seq - b.seq;
const hourOf = (one) => Math.floor(one.issuedAt / 3600);

export class Keep {
    constructor() {
        Object.assign(this, { words: [], beats: [], hours: [] });
    }

    word(one) {
        if (!this.words.some((known) => known.seq === one.seq))
            this.words = [...this.words, one].sort(bySeq).slice(-WORDS);
    }

    beat(one) {
        this.beats = [...this.beats, one].sort(bySeq);
        if (this.beats.length > BEATS)
            this.older(this.beats.shift());
    }

    older(one) {
        if (!this.hours.some((first) => hourOf(first) === hourOf(one)))
            this.hours = [...this.hours, one].sort(bySeq).slice(-HOURS);
    }

    run({ word, seq, issued_at: issuedAt, step, every, count }) {
        for (let i = 0; i < count; i++) {
            const one = { seq: seq + i * step, issuedAt: issuedAt + i * every };
            if (word)
                this.word(one);
            else
                this.beat(one);
        }
    }

    seqs(part) {
        return this[part].map((one) => one.seq).join(' ');
    }
}
