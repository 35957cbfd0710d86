// SPDX-License-Identifier: ISC
// What a typed secret does to the view of a contact (spec/07-contact.md §3 and §8). Her plan has a
// check-in each hour and 10 minutes of grace.

const EVERY = 3600;
const GRACE = 600;
const HEIGHT = ['none', 'missed', 'wrong', 'sos', 'duress'];

/** Wrong words in a row after one more word. */
export function inARow(before, found) {
    if (found === 'wrong')
        return before === 2 ? { alarm: true, after: 0 } : { alarm: false, after: before + 1 };
    return { alarm: false, after: found === 'safe' || found === 'duress' ? 0 : before };
}

export class View {
    /** judges: by the keys of the circle; else every secret counts as it is claimed. */
    constructor(judges) {
        Object.assign(this, { judges, due: EVERY, incident: 'none', wrong: 0 });
    }

    raise(kind) {
        if (HEIGHT.indexOf(kind) > HEIGHT.indexOf(this.incident))
            this.incident = kind;
    }

    take({ at, act, secret }) {
        if (at >= this.due + GRACE)
            this.raise('missed');
        if (act === 'sos')
            this.raise('sos');
        if (act === 'check-in' || act === 'cancel')
            this.typed(at, act, this.judges ? secret : 'safe');
    }

    typed(at, act, verdict) {
        const { alarm, after } = inARow(this.wrong, verdict);
        this.wrong = after;
        if (act === 'check-in' && verdict !== 'wrong')
            this.due = at + EVERY;
        if (verdict === 'duress')
            this.raise('duress');
        if (alarm)
            this.raise('wrong');
    }
}
