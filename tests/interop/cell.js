// SPDX-License-Identifier: ISC
// One cell: nonce, head, ciphertext, MAC (spec/09-crypto.md §8).
import { be32, concat, equal, padded } from './bytes.js';
import { open, random, seal, sip } from './crypto.js';
import { refuse } from './status.js';

export const SMALL = 512;
export const BULK = 16384;
export const SHORT = 106;
const OVERHEAD = 36;

const xor = (a, b) => a.map((value, i) => value ^ b[i]);

export function cellHead(hk, nonce, index) {
    const number = be32(index);
    return concat(
        xor(number, sip(hk.slice(0, 16), nonce)),
        sip(hk.slice(16), concat(nonce, number)));
}

/** The index of a cell under a header key, or null where it is not for this key. */
export function peek(hk, cell) {
    const nonce = cell.slice(0, 12);
    const number = xor(cell.slice(12, 16), sip(hk.slice(0, 16), nonce));
    if (!equal(sip(hk.slice(16), concat(nonce, number)), cell.slice(16, 20)))
        return null;
    return new DataView(number.buffer).getUint32(0);
}

export function sealCell(hk, key, index, content, size, nonce = random(12)) {
    const head = cellHead(hk, nonce, index);
    return concat(nonce, head, seal(key, nonce, head, padded(content, size - OVERHEAD)));
}

export const openCell = (key, cell) =>
    open(key, cell.slice(0, 12), cell.slice(12, 20), cell.slice(20));

/** Content that has a length of its own is followed by zeros only (CR-22). */
export function checkPadding(plain, length) {
    if (!plain.subarray(length).every((value) => value === 0))
        refuse('format', 'padding that is not zero');
}

/** The cell of a message of re-establishment or between peers (05 §8.1). */
export function wrap(hk, index, message) {
    const nonce = random(12);
    return concat(nonce, cellHead(hk, nonce, index), message);
}

/** The message in such a cell, or null where its head is not that of the index under this key. */
export const unwrap = (hk, index, cell) =>
    cell.length === SMALL && peek(hk, cell) === index ? cell.slice(20) : null;
