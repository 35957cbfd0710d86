// SPDX-License-Identifier: ISC
// Whose turn a slot is, and when a decoy checks in by itself (spec/06-subject.md §10 and §13).
import { asked } from './schedule.js';

/** The table of §10, for one contact. */
export class Slots {
    repeated = ''; // what the last slot of a word or beat repeated
    wasAsked = false;

    turn({ answer, question, quarantined_beat: quarantined, sos_or_cancel: urgent, word,
        unsent_beat: beat }) {
        const isMore = urgent !== 'none' || word !== 'none' || beat;
        const rows = [
            ['re-establishment', answer],
            ['re-establishment', question && !(this.wasAsked && isMore)],
            ['urgent', urgent === 'new'],
            ['urgent', urgent === 'sent' && !(this.repeated && beat) &&
                !(this.repeated === 'urgent' && word !== 'none')],
            ['quarantined', quarantined],
            ['word', word === 'new'],
            ['word', word === 'sent' && !(this.repeated === 'word' && beat)],
            ['beat', true],
        ];
        const row = rows.findIndex(([, is]) => is);
        const [turn] = rows[row];
        this.wasAsked = row < 2;
        if (row > 1 && turn !== 'quarantined')
            this.repeated = row === 3 || row === 6 ? turn : '';
        return turn;
    }
}

const VALID_MAX = 31 * 86400;

/** SU-25: his deadline, and the first and the number of the moments of which one is drawn. */
export function decoyMoments(plan, base) {
    const due = Math.min(asked(plan, base), base + VALID_MAX);
    const tenth = Math.max(Math.floor((due - base) / 10), 1);
    if (asked(plan, due - tenth) > due)
        return { due, from: due - tenth, count: tenth };
    const third = Math.floor(Math.max(plan.grace_s - (plan.pace.cadence_s ?? 0), 0) / 3);
    return { due, from: due + third, count: Math.max(third, 1) };
}
