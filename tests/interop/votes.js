// SPDX-License-Identifier: ISC
// Votes and the release of shares on silence (spec/16-peers.md §6 and §8). Operators are sets of
// bits: bit 0 somebody outside the roster, bit h human h.

const READ_S = 60; // PE-40

const bits = (set) => set.toString(2).replaceAll('0', '').length;
const isVote = (own) => (voice) => Boolean(voice.missed) && voice.seq >= own.seq; // PE-15

function humans(own, voices, is) {
    const set = new Set(voices.filter(is).map((voice) => voice.human));
    return is(own) ? set.add(own.human) : set;
}

/** Operators through whose relays the silence was seen; PE-36. */
function seenThrough(own, voices) {
    const shows = (voice) => bits(voice.operators) === 1 &&
        (!(own.operators >> voice.human & 1) || voice.operators === 1 << voice.human);
    return voices.filter(isVote(own)).filter(shows)
        .reduce((set, voice) => set | voice.operators, own.proved);
}

export function tally(plan, own, voices) {
    const isSingle = bits(own.operators) < 2;
    const barred = isSingle ? own.operators >> 1 : 0; // PE-17, PE-24
    const free = (human) => !(barred >> (human - 1) & 1);
    const count = (set) => [...set].filter(free).length;
    const others = count(new Set(plan.roster.map((member) => member.human)));
    const votes = count(humans(own, voices, isVote(own)));
    const confirmed = count(humans(own, voices, (voice) => Boolean(voice.unreachable)));
    const quorum = Math.min(plan.council.quorum, others);
    const rows = [
        ['never', isSingle && others < plan.threshold], // PE-23
        ['blind', !own.missed && own.blind],
        ['not missed', !own.missed],
        ['quorum', votes < quorum],
        ['level', !own.level_with_shares],
        ['confirm', isSingle && confirmed < plan.threshold],
        ['path', !isSingle && bits(seenThrough(own, voices)) < 2],
        ['unread', !own.read],
        ['yes', true],
    ];
    const [release] = rows.find(([, is]) => is);
    return { votes, quorum, confirmed, release, barred };
}

/** Relays that held nothing, as of the moment: of hers, and of those who vote. */
export const relaysRead = (moment, ...readers) =>
    ['relay_1', 'relay_2'].filter((relay) =>
        readers.every((proofs) => proofs[relay] + READ_S >= moment)).length;
