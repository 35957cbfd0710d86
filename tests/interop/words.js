// SPDX-License-Identifier: ISC
// Words as a receiver knows them: numbers used up, marks of the newest (spec/05-channel.md §7).
import { concat, equal } from './bytes.js';
import { refuse } from './status.js';

const AHEAD_MAX = 65;
const JUMP_MAX = 2 ** 20;
const REMEMBERED_MAX = 128;
const MARKS_MAX = 24;

export class WordLog {
    constructor() {
        this.words = 0; // every number up to it was used
        this.more = new Set(); // numbers above it that were
        this.recent = []; // { number, mark }, newest first
    }

    /** "new", "known", "again" (a number of another word), or "ahead" (not processed yet). */
    find(number, mark) {
        if (number > this.words + AHEAD_MAX)
            return 'ahead';
        if (this.recent.some((one) => one.number === number && equal(one.mark, mark)))
            return 'known';
        const used = number <= this.words || this.more.has(number);
        return used && this.recent.some((one) => one.number === number) ? 'again' : 'new';
    }

    isUsed(number) {
        return number <= this.words || this.more.has(number);
    }

    /** Names a word in the next replies, whether it is new or not (CH-21). */
    note(number, mark) {
        this.recent = this.recent.filter(
            (one) => one.number !== number || !equal(one.mark, mark));
        this.recent.unshift({ number, mark });
        this.recent.length = Math.min(this.recent.length, REMEMBERED_MAX);
        if (number > this.words)
            this.more.add(number);
        this.settle();
    }

    /** Numbers below waiting that never arrived were dropped: their count (CH-22). */
    waiting(lowest) {
        if (lowest > this.words + 1 + JUMP_MAX)
            refuse('range', 'waiting');
        let gap = 0;
        for (let number = this.words + 1; number < lowest; number++)
            gap += this.more.has(number) ? 0 : 1;
        if (lowest > this.words + 1)
            this.words = lowest - 1;
        this.settle();
        return gap;
    }

    settle() {
        for (const number of this.more)
            if (number <= this.words)
                this.more.delete(number);
        while (this.more.delete(this.words + 1))
            this.words++;
    }

    /** The fields of a reply. */
    reply() {
        let bits = 0n;
        for (const number of this.more)
            bits |= 1n << BigInt(number - this.words - 2);
        const marks = this.recent.slice(0, MARKS_MAX).map((one) => one.mark);
        return {
            words: this.words,
            words_more: bits,
            marks: marks.length > 0 ? concat(...marks) : undefined,
        };
    }
}
