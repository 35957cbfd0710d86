// SPDX-License-Identifier: ISC
// The encoding profile of spec/03-wire.md §2 around a CBOR package: what was read must be what
// would be written, byte for byte. That one comparison is WI-1 to WI-5 but for what JavaScript
// cannot tell apart afterwards.
import { decodeFirst, encode } from 'cborg';
import { equal } from './bytes.js';
import { refuse } from './status.js';

const OPTIONS = {
    useMaps: true,
    strict: true,
    allowIndefinite: false,
    allowUndefined: false,
    allowInfinity: false,
    allowNaN: false,
    allowBigInt: true,
    rejectDuplicateMapKeys: true,
};
const DEPTH_MAX = 4; // WI-6

export const write = (item) => encode(item);

/** Decodes the item at the beginning; returns [item, length]. */
export function readFirst(bytes) {
    let item;
    let rest;
    try {
        [item, rest] = decodeFirst(bytes, OPTIONS);
    } catch (error) {
        return refuse('format', error.message);
    }
    checkItem(item, 0);
    const length = bytes.length - rest.length;
    if (!equal(write(item), bytes.subarray(0, length)))
        refuse('format', 'not the one encoding');
    return [item, length];
}

/** Decodes the whole of it (WI-8). */
export function read(bytes) {
    const [item, length] = readFirst(bytes);
    if (length !== bytes.length)
        refuse('format', 'bytes behind the end');
    return item;
}

/** Decodes an item that is padded with zeros (WI-9). */
export function readPadded(bytes) {
    const [item, length] = readFirst(bytes);
    if (!bytes.subarray(length).every((value) => value === 0))
        refuse('format', 'padding that is not zero');
    return item;
}

/** Decodes a CBOR sequence. */
export function readSequence(bytes) {
    const out = [];
    for (let at = 0; at < bytes.length;) {
        const [item, length] = readFirst(bytes.subarray(at));
        out.push(item);
        at += length;
    }
    return out;
}

const isKey = (key) => ['number', 'bigint', 'string'].includes(typeof key);

function checkItem(item, depth) {
    if (item === null || item === undefined)
        refuse('format', 'null');
    if (!Array.isArray(item) && !(item instanceof Map))
        return;
    if (depth === DEPTH_MAX)
        refuse('range', 'more than four containers inside one another');
    if (item instanceof Map && ![...item.keys()].every(isKey))
        refuse('format', 'a key that is neither an integer nor text');
    for (const child of Array.isArray(item) ? item : [...item.keys(), ...item.values()])
        checkItem(child, depth + 1);
}

