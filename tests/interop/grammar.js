// SPDX-License-Identifier: ISC
// Reads spec/allswell.cddl and uses it as the table of every message. A message is an object here:
// field names are the first words of the comments of the grammar, optional fields that are absent
// are undefined.
import { readFileSync } from 'node:fs';
import { SPEC } from './spec.js';
import { refuse } from './status.js';

const FIELD = /^(\?)?\s*(\d+):\s*(.*)$/;

/** name -> text of the type, with fields as [optional, key, type, name]. */
function parse(text) {
    const rules = new Map();
    let map = null;
    for (const line of text.split('\n')) {
        const at = line.indexOf(';');
        const code = (at < 0 ? line : line.slice(0, at)).trim();
        const comment = at < 0 ? '' : line.slice(at + 1).trim();
        const begin = code.match(/^([a-z0-9_-]+) = (.*)$/);
        if (begin && begin[2] === '{') {
            map = { kind: 'map', fields: [] };
            rules.set(begin[1], map);
        } else if (begin && begin[2].startsWith('{')) {
            const fields = begin[2].replace(/[{}]/g, '').split(',');
            rules.set(begin[1], { kind: 'map', fields: fields.map((one) => field(one, '')) });
        } else if (begin) {
            rules.set(begin[1], type(begin[2]));
        } else if (code === '}') {
            map = null;
        } else if (map && code !== '') {
            map.fields.push(field(code, comment));
        }
    }
    return rules;
}

// Fields of requests and answers whose comment does not begin with a name.
const UNNAMED = { 0: 'number', 1: 'op', 2: 'capability', 3: 'cell', 6: 'cell' };

function field(code, comment) {
    const [, optional, key, text] = code.trim().replace(/,$/, '').match(FIELD);
    const name = comment.match(/^([a-z0-9_]+)(:|$|\b)/)?.[1] ?? UNNAMED[key];
    return { optional: optional === '?', key: Number(key), type: type(text), name };
}

function type(text) {
    const choices = text.split(' / ');
    if (choices.length > 1)
        return { kind: 'choice', of: choices.map(type) };
    let found = text.match(/^(-?\d+)\.\.(-?\d+)$/);
    if (found)
        return { kind: 'number', least: BigInt(found[1]), most: BigInt(found[2]) };
    if (/^\d+$/.test(text))
        return { kind: 'number', least: BigInt(text), most: BigInt(text) };
    found = text.match(/^([bt])str \.size \(?(\d+)(?:\.\.(\d+)\))?$/);
    if (found)
        return {
            kind: found[1] === 'b' ? 'bytes' : 'text',
            least: Number(found[2]),
            most: Number(found[3] ?? found[2]),
        };
    found = text.match(/^\[(\d+)\*(\d+) ([a-z_]+)\]$/);
    if (found)
        return {
            kind: 'list',
            least: Number(found[1]),
            most: Number(found[2]),
            of: type(found[3]),
        };
    if (text === 'bool')
        return { kind: 'bool' };
    return { kind: 'rule', name: text };
}

const RULES = parse(readFileSync(new URL('allswell.cddl', SPEC), 'utf8'));

function resolve(what) {
    const rule = what.kind === 'rule' ? RULES.get(what.name) : what;
    if (!rule)
        throw new Error(`no rule ${what.name}`);
    return rule.kind === 'rule' ? resolve(rule) : rule;
}

/** The resolved type of a name, for whoever makes messages from the grammar. */
export const ruleOf = (name) => resolve({ kind: 'rule', name });
export { resolve };

const bounded = (value, rule) =>
    value >= rule.least && value <= rule.most ? value : refuse('range', `${value}`);

/** One CBOR item to a message, refused by WI-10 and WI-11. */
function take(item, what) {
    const rule = resolve(what);
    switch (rule.kind) {
    case 'number':
        if (typeof item !== 'bigint' && !Number.isInteger(item))
            refuse('format', 'no number');
        if (item < 0 && rule.least >= 0n)
            refuse('format', 'negative');
        return bounded(item, rule);
    case 'bool':
        return typeof item === 'boolean' ? item : refuse('format', 'no bool');
    case 'bytes':
        if (!(item instanceof Uint8Array))
            refuse('format', 'no bytes');
        bounded(item.length, rule);
        return item;
    case 'text':
        if (typeof item !== 'string')
            refuse('format', 'no text');
        bounded(Buffer.byteLength(item), rule);
        return plainText(item);
    case 'list':
        if (!Array.isArray(item))
            refuse('format', 'no array');
        bounded(item.length, rule);
        return item.map((one) => take(one, rule.of));
    case 'choice':
        return takeChoice(item, rule);
    default:
        return takeMap(item, rule);
    }
}

// In every choice of the grammar the alternatives differ in length, op or first keys.
function takeChoice(item, rule) {
    let last = null;
    for (const one of rule.of) {
        try {
            return take(item, one);
        } catch (error) {
            last = error;
        }
    }
    throw last;
}

function takeMap(item, rule) {
    if (!(item instanceof Map))
        refuse('format', 'no map');
    const out = {};
    let used = 0;
    for (const { optional, key, type: of, name } of rule.fields) {
        if (item.has(key)) {
            out[name] = take(item.get(key), of);
            used++;
        } else if (!optional) {
            refuse('format', `${name} is missing`);
        }
    }
    if (used !== item.size)
        refuse('format', 'an unknown key');
    return out;
}

/** WI-13: nothing that makes the rest of a line read as something else. */
const UNPRINTABLE =
    /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;
const plainText = (text) => (UNPRINTABLE.test(text) ? refuse('range', 'control') : text);

/** A message to a CBOR item. */
function give(value, what) {
    const rule = resolve(what);
    switch (rule.kind) {
    case 'list':
        return value.map((one) => give(one, rule.of));
    case 'choice':
        return giveChoice(value, rule);
    case 'map': {
        const out = new Map();
        for (const { key, type: of, name } of rule.fields)
            if (value[name] !== undefined)
                out.set(key, give(value[name], of));
        return out;
    }
    default:
        return value;
    }
}

function giveChoice(value, rule) {
    for (const one of rule.of) {
        const item = give(value, one);
        try {
            take(item, one);
            return item;
        } catch {
            continue;
        }
    }
    return refuse('range', 'fits no alternative');
}

export const fromItem = (item, name) => take(item, { kind: 'rule', name });

/** Refuses what a receiver would refuse: WI-11 binds senders, too. */
export function toItem(message, name) {
    const item = give(message, { kind: 'rule', name });
    take(item, { kind: 'rule', name });
    return item;
}
