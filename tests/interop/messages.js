// SPDX-License-Identifier: ISC
// Messages: the grammar, and the rules of spec/03-wire.md that it cannot say.
import * as cbor from './cbor.js';
import { fromItem, toItem } from './grammar.js';
import { refuse } from './status.js';

// spec/03-wire.md §4: what a kind of call must and may carry, beside what every call has.
const CALL = {
    1: ['', 'state share alarm life_min ext'],
    2: ['word', 'state share alarm ext'],
    3: ['word alarm', 'state share ext'],
    4: ['word alarm', 'state share ext'],
    5: ['word plan_hash', 'alarm ext'],
    6: ['word keys', 'alarm ext'],
    7: ['word timer', 'alarm ext'],
    8: ['word signal', 'state share alarm ext'],
    9: ['word', 'state share alarm ext'],
};
const CALL_OPTIONAL =
    ['word', 'state', 'share', 'alarm', 'plan_hash', 'keys', 'timer', 'signal', 'life_min', 'ext'];

const range = (holds, why) => holds || refuse('range', why);

function ascending(list, key, why, strictly = (a, b) => a < b) {
    for (let i = 1; i < list.length; i++)
        range(strictly(key(list[i - 1]), key(list[i])), why);
}

function checkCall(call) {
    const [must, may] = CALL[call.kind].map((names) => names.split(' '));
    for (const name of CALL_OPTIONAL) {
        const there = call[name] !== undefined;
        range(there || !must.includes(name), `${name} is missing`); // WI-15, WI-16
        range(!there || must.includes(name) || may.includes(name), `${name} in this kind`);
    }
    range(call.word === undefined || call.word >= call.waiting, 'WI-17');
}

function checkReply(reply) {
    range(reply.marks === undefined || reply.marks.length % 4 === 0, 'WI-33');
}

function checkState(state) {
    range((state.lat_e7 === undefined) === (state.lon_e7 === undefined), 'WI-18');
    range(state.accuracy_m === undefined || state.lat_e7 !== undefined, 'WI-18');
}

function checkPlan(plan) {
    for (const line of plan.schedule) {
        const daily = line.days !== undefined && line.minute !== undefined;
        const none = line.days === undefined && line.minute === undefined;
        range(line.every_s === undefined ? daily : none, 'WI-19');
    }
    ascending(plan.zone, (rule) => rule.from, 'WI-20');
    ascending(plan.warnings, (one) => -one.before_s, 'WI-20');
    ascending(plan.levels, (level) => level.delay_s, 'WI-20');
    ascending(plan.roster, (member) => member.person, 'WI-20');
    ascending(plan.operators, (one) => Buffer.from(one.relay_key).toString('hex'), 'WI-20');
    for (const pause of plan.pauses)
        range(pause.until > pause.from && pause.until - pause.from <= 2678400, 'WI-30');
    for (let i = 1; i < plan.pauses.length; i++)
        range(plan.pauses[i].from > plan.pauses[i - 1].until, 'WI-20');
    range(plan.threshold <= plan.roster.length, 'WI-21');
    const last = plan.levels.at(-1).groups;
    range(plan.roster.every((member) => (member.groups & last) !== 0), 'WI-22');
    const persons = new Map(plan.roster.map((member) => [member.person, member]));
    for (const member of plan.roster)
        range(persons.get(member.human)?.human === member.human, 'WI-28');
    for (const { person } of plan.operators)
        range(person === 0 || persons.has(person), 'WI-29');
}

function checkWitness(witness) {
    const accept = witness.accept !== undefined && witness.accept_epoch !== undefined;
    const none = witness.accept === undefined && witness.accept_epoch === undefined;
    range(witness.offer === undefined ? accept : none, 'WI-23');
    range((witness.claim === 3) === (witness.hand_to !== undefined), 'WI-24');
}

function checkIntroductions(file) {
    ascending(file.peers, (peer) => peer.person, 'WI-26');
    for (const peer of file.peers) {
        const bits = BigInt(peer.relays).toString(2);
        const count = bits.replaceAll('0', '').length;
        range(count >= 1 && count <= 3 && bits.length <= file.relays.length, 'WI-27');
    }
}

function checkCard(card) {
    ascending(card.sections, (one) => one.kind * 16 + one.level, 'WI-31');
    range(card.sections.every((one) => one.kind < 7 || one.kind > 9), 'WI-32');
}

const CHECKS = {
    call: checkCall,
    reply: checkReply,
    state: checkState,
    plan: checkPlan,
    witness: checkWitness,
    introductions: checkIntroductions,
    card: checkCard,
};

function checked(item, name) {
    const message = fromItem(item, name);
    CHECKS[name]?.(message);
    return message;
}

export const decode = (bytes, name) => checked(cbor.read(bytes), name);
export const decodePadded = (bytes, name) => checked(cbor.readPadded(bytes), name);

export function encode(message, name) {
    const item = toItem(message, name);
    CHECKS[name]?.(message);
    return cbor.write(item);
}

/** What a signature covers: the one encoding without it (WI-25). */
export const encodeUnsigned = (message, name) => cbor.write(toItem(message, name));

/** The plaintext of a frame of a link: requests or answers (spec/08-relay.md §1). */
export const encodeSequence = (list, name) =>
    Buffer.concat(list.map((message) => encode(message, name)));

export const decodeAnswers = (bytes) =>
    cbor.readSequence(bytes).map((item) => fromItem(item, item.has?.(6) ? 'delivery' : 'answer'));
