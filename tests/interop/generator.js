// SPDX-License-Identifier: ISC
// Messages drawn from the grammar, most of them right but for rules beyond it, and mutants of them.
import { write } from './cbor.js';
import { resolve, ruleOf } from './grammar.js';

/** A small seeded generator: the same numbers each time. */
export function seeded(seed) {
    let state = seed >>> 0;
    return (below) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
    };
}

const LETTERS = ['a', 'Z', '7', ' ', 'é', '€', '𝄞'];

/** Bounds, values just inside them, and a few between. */
function number({ least, most }, draw) {
    const span = most - least;
    const between = least + (BigInt(draw(2 ** 31)) * span) / 2n ** 31n;
    const inner = [span > 0n ? least + 1n : least, span > 0n ? most - 1n : most];
    const value = [least, most, ...inner, between, between][draw(6)];
    return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
}

function text({ least, most }, draw) {
    const wanted = [least, most, least + draw(most - least + 1)][draw(3)];
    let out = '';
    for (;;) {
        const next = out + LETTERS[draw(LETTERS.length)];
        if (Buffer.byteLength(next) > wanted)
            return out.padEnd(out.length + wanted - Buffer.byteLength(out), 'x');
        out = next;
    }
}

const bytes = ({ least, most }, draw) =>
    Uint8Array.from({ length: [least, most, least + draw(most - least + 1)][draw(3)] },
        () => draw(256));

/** An item of a type; the order of lists, and what depends on other fields, is left to chance. */
export function draw(type, rng) {
    const rule = resolve(type);
    switch (rule.kind) {
    case 'number':
        return number(rule, rng);
    case 'text':
        return text(rule, rng);
    case 'bytes':
        return bytes({ least: rule.least, most: Math.min(rule.most, rule.least + 300) }, rng);
    case 'bool':
        return rng(2) === 1;
    case 'list': {
        const count = rule.least + rng(Math.min(rule.most, 3) - rule.least + 1);
        return Array.from({ length: count }, () => draw(rule.of, rng));
    }
    case 'choice':
        return draw(rule.of[rng(rule.of.length)], rng);
    default: {
        const out = new Map();
        for (const { optional, key, type: of } of rule.fields)
            if (!optional || rng(2) === 1)
                out.set(key, draw(of, rng));
        return out;
    }
    }
}

export const encoded = (name, rng) => write(draw(ruleOf(name), rng));

/** One change: a byte flipped, replaced, taken out, put in, or the end cut off. */
export function mutate(message, rng) {
    const at = rng(message.length);
    const out = [...message];
    switch (rng(5)) {
    case 0:
        out[at] ^= 1 << rng(8);
        break;
    case 1:
        out[at] = rng(256);
        break;
    case 2:
        out.splice(at, 1);
        break;
    case 3:
        out.splice(at, 0, rng(256));
        break;
    default:
        out.length = at;
    }
    return Uint8Array.from(out);
}
