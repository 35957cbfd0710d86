// SPDX-License-Identifier: ISC
// Thousands of messages, good and damaged, to the C decoder (allswell-lab oracle) and to this one:
// both must take or refuse the same.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import * as cbor from './cbor.js';
import { hex, unhex } from './bytes.js';
import { decodePadded } from './messages.js';
import { Refused, statusOf } from './status.js';

// Of each kind of input; the proof asks for more.
const COUNT = Number(process.env.ORACLE_COUNT ?? 1300);
let bad = 0;

const LAB = `${process.env.ALLSWELL_BIN}/allswell-lab`;

function lab(args, input = '') {
    const { status, stdout, stderr } =
        spawnSync(LAB, args, { input, encoding: 'utf8', maxBuffer: 1 << 29 });
    assert.equal(status, 0, stderr);
    return stdout.trimEnd().split('\n');
}

const generate = (seed, count, damages) =>
    lab(['generate', `--seed=${seed}`, `--count=${count}`, `--mutate=${damages}`])
        .map((line) => JSON.parse(line));

/** A seeded source: xorshift. */
function random(seed) {
    let state = seed;
    return (below) => {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        return (state >>> 0) % below;
    };
}

/** The same message with one to three bytes changed, put in or taken out. */
function spoil(message, below) {
    const bytes = [...unhex(message.hex)];
    for (let left = 1 + below(3); left > 0; left--) {
        const at = below(Math.min(bytes.length, 400) + 1);
        const value = below(4) === 0 ? [0, 0x18, 0x7f, 0xff, 0xf6, 0xa0][below(6)] : below(256);
        bytes.splice(at, below(2), ...(below(4) === 0 ? [] : [value]));
    }
    return { as: message.as, hex: hex(Uint8Array.from(bytes)) };
}

/** What is taken is taken by both; returns how many were. */
function compare(messages, read) {
    const verdicts = lab(['oracle'], `${messages.map((one) => JSON.stringify(one)).join('\n')}\n`);
    let taken = 0;
    assert.equal(verdicts.length, messages.length);
    messages.forEach((message, i) => {
        const { verdict, status } = JSON.parse(verdicts[i]);
        const here = statusOf(() => read(message));
        taken += verdict === 'accept';
        assert.equal(here === 'ok' ? 'accept' : 'reject', verdict,
            `C: ${status}, JavaScript: ${here}, ${JSON.stringify(message)}`);
    });
    bad += messages.length - taken;
    return taken;
}

/** A witness without a signature is refused by who verifies it; here that is part of decoding. */
function asMessage({ as, hex: text }) {
    try {
        decodePadded(unhex(text), as);
    } catch (error) {
        if (!(error instanceof Refused && error.message.endsWith('WI-25')))
            throw error;
    }
}
const asCbor = ({ hex: text }) => cbor.read(unhex(text));

test('messages from the grammar are taken by both', () => {
    assert.equal(compare(generate(1, COUNT, 0), asMessage), COUNT);
});

test('damaged messages are judged alike', () => {
    compare([1, 2, 3].flatMap((damages) => generate(10 + damages, COUNT, damages)), asMessage);
});

test('messages with changed bytes are judged alike', () => {
    const below = random(7);
    const messages = generate(2, 2 * COUNT, 0).map((one) => spoil(one, below));
    assert.ok(compare(messages, asMessage) > 20);
});

test('any bytes are judged alike by the profile', () => {
    const below = random(8);
    const messages = generate(3, 2 * COUNT, 0)
        .map((one) => ({ ...spoil(one, below), as: 'cbor' }));
    assert.ok(compare(messages, asCbor) > 20);
});

test.after(() => console.log(`bad inputs judged alike: ${bad}`));
