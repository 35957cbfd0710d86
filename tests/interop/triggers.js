// SPDX-License-Identifier: ISC
// What a contact makes of questions, drills and signs of life (spec/07-contact.md §10), and when
// he is away (§11).
import { freeFrom } from './schedule.js';
import { refuse } from './status.js';

const DAY = 86400;
const DRILL_QUIET = 3600;

const isFoundTyped = (found) => ['claimed', 'safe', 'duress'].includes(found);

/** "Are you OK?", at the contact who asks. */
export class AreYouOk {
    constructor(mayAsk, within, most) {
        Object.assign(this, { mayAsk, within, most, state: 'none', id: 0, due: 0, day: null });
    }

    ask({ at, incident }) {
        if (!this.mayAsk || ['duress', 'wrong'].includes(incident))
            refuse('state', 'CO-42');
        if (this.state !== 'none')
            refuse('state', 'he asks already');
        if (!this.day || at - this.day.from >= DAY)
            this.day = { from: at, count: 0 };
        if (this.day.count === this.most)
            refuse('limit', 'asks_max');
        this.day.count++;
        this.id = Math.max(this.id + 1, at); // CO-73
        Object.assign(this, { state: 'asked', due: 0 });
    }

    reply({ number }) {
        if (this.state === 'asked')
            Object.assign(this, { state: 'sent', number });
    }

    call({ at, number, found }) {
        if (!['sent', 'reached'].includes(this.state) || number < this.number)
            return;
        if (this.state === 'sent')
            Object.assign(this, { state: 'reached', due: at + this.within }); // CO-43
        if (isFoundTyped(found))
            this.end();
    }

    time() {
        return this;
    }

    closed({ at }) {
        if (this.state === 'reached' && this.due <= at)
            this.end();
    }

    end() {
        Object.assign(this, { state: 'none', due: 0 });
    }
}

/** Her drills, at a contact. */
export class Drills {
    constructor() {
        Object.assign(this, { newest: 0, named: 0, rangAt: -Infinity });
    }

    /** Whether it rings. */
    hear({ at, drill, incident }) {
        if (drill <= this.newest)
            return false;
        this.newest = drill;
        if (incident || at - this.rangAt < DRILL_QUIET)
            return false;
        this.rangAt = at;
        return true;
    }

    get isToBeAnswered() {
        return this.newest > this.named;
    }

    answer() {
        if (!this.isToBeAnswered)
            refuse('state', 'there is none');
        this.named = this.newest;
    }
}

/** Her signs of life, at a contact. */
export class Life {
    constructor(span) {
        Object.assign(this, { span, newest: 0, closedAt: 0 });
    }

    take({ act, base, life_min: min, found }) {
        if (act === 'closed by two')
            this.closedAt = base;
        else if (act === 'beat')
            this.newest = Math.max(this.newest, base - 60 * min);
        else if (isFoundTyped(found))
            this.newest = Math.max(this.newest, base);
    }

    get due() {
        return this.span && this.newest ? Math.max(this.newest, this.closedAt) + this.span : 0;
    }
}

/** Until when he is away, 0 if he is not: by hand, or by the rota in the zone of her plan. */
export function awayUntil(plan, byHand, rota, at) {
    const until = freeFrom({ ...plan, quiet: rota, pauses: [] }, Math.max(byHand, at));
    return until > at ? until : 0;
}
