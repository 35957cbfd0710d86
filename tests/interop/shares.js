// SPDX-License-Identifier: ISC
// Shares, sealed state, sealed card (spec/09-crypto.md §7).
import { byte, concat, equal, isZero, padded, zeros } from './bytes.js';
import { EMPTY, ZERO_NONCE, kdf, open, random, scalar, seal } from './crypto.js';
import { decode, decodePadded } from './messages.js';
import { Refused, refuse } from './status.js';

const STATE_LEN = 96;
const SEALED_STATE_LEN = 112;
const TRIED_MAX = 16; // §7.3

const small = (value) => padded(byte(value), 32);

/** A random scalar, zero refused (§7.1). */
export function drawKey() {
    const key = scalar.reduce(random(64));
    return isZero(key) ? refuse('entropy', 'zero') : key;
}

function at(coefficients, index) {
    return coefficients.reduceRight(
        (sum, one) => scalar.add(scalar.mul(sum, small(index)), one), zeros(32));
}

/** Shares of a key at the indices 1 to count; the coefficients are drawn in ascending degree. */
export function split(key, threshold, count) {
    const coefficients = [key];
    while (coefficients.length < threshold)
        coefficients.push(scalar.reduce(random(64)));
    return Array.from({ length: count }, (_, i) => concat(byte(i + 1), at(coefficients, i + 1)));
}

const isCanonical = (value) => equal(scalar.reduce(padded(value, 64)), value);

/** CR-18. */
export function checkShare(share) {
    if (share[0] === 0 || !isCanonical(share.slice(1)))
        refuse('range', 'a share with index 0 or a scalar that is not canonical');
}

/** Lagrange interpolation at 0. */
export function combine(shares) {
    shares.forEach(checkShare);
    if (new Set(shares.map((share) => share[0])).size !== shares.length)
        refuse('range', 'two shares of one index');
    return shares.reduce((sum, share) => {
        let weight = small(1);
        for (const other of shares)
            if (other !== share) {
                const distance = scalar.sub(small(other[0]), small(share[0]));
                weight = scalar.mul(weight, scalar.mul(small(other[0]), scalar.invert(distance)));
            }
        return scalar.add(sum, scalar.mul(weight, share.slice(1)));
    }, zeros(32));
}

const sealAs = (label) => (key, plain) =>
    seal(kdf(key, label), ZERO_NONCE, EMPTY, padded(plain, STATE_LEN));

export const sealState = sealAs('state');
export const sealCoarse = sealAs('state coarse');

/** CR-40. */
export function openSeal(key, sealed) {
    try {
        return open(kdf(key, 'state'), ZERO_NONCE, EMPTY, sealed);
    } catch {
        return open(kdf(key, 'state coarse'), ZERO_NONCE, EMPTY, sealed);
    }
}

export const openState = (key, sealed) => decodePadded(openSeal(key, sealed), 'state');

function* subsets(list, size, from = 0) {
    if (size === 0)
        yield [];
    for (let i = from; size > 0 && i <= list.length - size; i++)
        for (const rest of subsets(list, size - 1, i + 1))
            yield [list[i], ...rest];
}

/** §7.3: the key, from shares of which some may be bad. */
export function findKey(shares, threshold, sealed) {
    const good = [];
    for (const share of shares) {
        const known = good.some((one) => equal(one, share));
        if (!known && share[0] !== 0 && isCanonical(share.slice(1)) && good.length < TRIED_MAX)
            good.push(share);
    }
    for (const subset of subsets(good, threshold)) {
        try {
            const key = combine(subset);
            openSeal(key, sealed.slice(0, SEALED_STATE_LEN));
            return key;
        } catch (error) {
            if (!(error instanceof Refused))
                throw error;
        }
    }
    return refuse('auth', 'not enough good shares');
}

/** A sealed state with what came beside it: the key itself (index 0), or shares. */
export function openWith(shares, threshold, sealed) {
    const whole = shares.find((share) => share[0] === 0);
    const key = whole ? whole.slice(1) : findKey(shares, threshold, sealed);
    return openState(key, sealed);
}

/** §7.5: the shares give the key of the seal, the seal the key of the card. */
export const openCard = (key, sealed) => decode(openSealedCard(key, sealed), 'card');

export function openSealedCard(key, sealed) {
    const inner = openSeal(key, sealed.slice(0, SEALED_STATE_LEN));
    if (!isZero(inner.slice(32)))
        refuse('format', 'no card key');
    const cardKey = inner.slice(0, 32);
    return open(kdf(cardKey, 'card'), ZERO_NONCE, EMPTY, sealed.slice(SEALED_STATE_LEN));
}

export function sealCard(key, encoded) {
    const cardKey = random(32);
    return concat(
        sealState(key, cardKey), seal(kdf(cardKey, 'card'), ZERO_NONCE, EMPTY, encoded));
}

