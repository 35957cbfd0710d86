// SPDX-License-Identifier: ISC
// Two readers that share no line: what this one accepts or refuses, the C library does, too.
import assert from 'node:assert/strict';
import test from 'node:test';
import { hex } from './bytes.js';
import { encoded, mutate, seeded } from './generator.js';
import { decode, encode } from './messages.js';
import { statusOf } from './status.js';
import { World } from './tools.js';

const RULES = ['invite', 'hello', 'resume', 'call', 'reply', 'witness', 'state', 'file', 'plan',
    'introductions', 'card', 'card_file', 'switched'];
const EACH = 12;
const AT_ONCE = 8;

test('messages drawn from the grammar, and mutants of them', async (t) => {
    const world = new World(process.env.ALLSWELL_BIN);
    t.after(() => world.end());
    const rng = seeded(20261126);
    const cases = RULES.flatMap((rule) => Array.from({ length: EACH }, (_, i) => {
        const right = encoded(rule, rng);
        return { rule, bytes: i % 3 === 0 ? right : mutate(right, rng) };
    })).filter(({ bytes }) => bytes.length > 0);

    const accepted = new Set();
    const check = async ({ rule, bytes }) => {
        const mine = statusOf(() => {
            const message = decode(bytes, rule);
            assert.equal(hex(encode(message, rule)), hex(bytes));
        });
        const { out } = await world.run('allswell-lab', ['inspect', `--as=${rule}`], hex(bytes));
        const theirs = /accepted: /.test(out) ? 'ok' : 'refused';
        assert.equal(mine === 'ok' ? 'ok' : 'refused', theirs, `${rule} ${hex(bytes)}: ${mine}`);
        if (mine === 'ok')
            accepted.add(rule);
    };
    while (cases.length > 0)
        await Promise.all(cases.splice(0, AT_ONCE).map(check));
    // Those that chance gets right: the others have rules beyond the grammar.
    for (const rule of ['invite', 'hello', 'resume', 'reply', 'file', 'card_file', 'switched'])
        assert.ok(accepted.has(rule), `no ${rule} was accepted`);
});
