// SPDX-License-Identifier: ISC
// Primitives and the labelled constructions of spec/09-crypto.md §2 and §6.5.
import { createHash, createHmac } from 'node:crypto';
import sodium from 'libsodium-wrappers-sumo';
import { ascii, byte, concat, le64, padded, zeros } from './bytes.js';
import { refuse } from './status.js';

await sodium.ready;

export const EMPTY = zeros(0);
export const ZERO_NONCE = zeros(12);

let draws = null;

export function random(length) {
    return draws ? draws(length) : sodium.randombytes_buf(length);
}

/** For vectors: every draw of the action comes from the list, in order (spec/11 §1). */
export function withDraws(list, action) {
    const left = [...list];
    draws = (length) => {
        const next = left.shift();
        if (!next || next.length !== length)
            throw new Error(`a draw of ${length} bytes is not in the vector`);
        return next;
    };
    try {
        return action();
    } finally {
        draws = null;
    }
}

export const sha256 = (data) => Uint8Array.from(createHash('sha256').update(data).digest());
export const hmac = (key, data) =>
    Uint8Array.from(createHmac('sha256', key).update(data).digest());

// ---- §2.2 AEAD

export function seal(key, nonce, associated, plain) {
    return sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plain, associated, null, nonce, key);
}

export function open(key, nonce, associated, sealed) {
    try {
        return sodium.crypto_aead_chacha20poly1305_ietf_decrypt(
            null, sealed, associated, nonce, key);
    } catch {
        return refuse('auth', 'the tag does not verify');
    }
}

// ---- §2.3 HKDF and the labelled KDF

export const extract = (salt, material) => hmac(salt.length ? salt : zeros(32), material);

export function expand(key, info, length) {
    let block = EMPTY;
    let out = EMPTY;
    for (let i = 1; out.length < length; i++) {
        block = hmac(key, concat(block, info, byte(i)));
        out = concat(out, block);
    }
    return out.slice(0, length);
}

const prefixed = (label) => concat(ascii(`allswell/1 ${label}`), byte(0));

export const kdf = (key, label, context = EMPTY, length = 32) =>
    expand(key, concat(prefixed(label), context), length);

// ---- §2.4 X25519

export const dhPublic = (secret) => sodium.crypto_scalarmult_base(secret);

export function keyPair() {
    const secret = random(32);
    return { secret, public: dhPublic(secret) };
}

/** CR-8: an all-zero result is refused (libsodium refuses it by itself). */
export function dh(secret, point) {
    try {
        return sodium.crypto_scalarmult(secret, point);
    } catch {
        return refuse('auth', 'X25519 gives zero');
    }
}

// ---- §2.5 Labelled hash

// The wrapper has BLAKE2b with salt and personalisation for empty messages only, so the function
// of libsodium itself is called.
function blake2b(message, key, salt, personal) {
    const lib = sodium.libsodium;
    const put = (bytes) => {
        const at = lib._malloc(Math.max(bytes.length, 1));
        lib.HEAPU8.set(bytes, at);
        return at;
    };
    const at = [zeros(32), message, key, salt, personal].map(put);
    const failed = lib._crypto_generichash_blake2b_salt_personal(
        at[0], 32, at[1], message.length, 0, at[2], key.length, at[3], at[4]);
    const out = lib.HEAPU8.slice(at[0], at[0] + 32);
    at.forEach((one) => lib._free(one));
    if (failed)
        throw new Error('BLAKE2b');
    return out;
}

export const hash = (label, message) =>
    blake2b(message, EMPTY, zeros(16), padded(ascii(label), 16));

// ---- §2.6 Signatures

const digest = (label, message) =>
    Uint8Array.from(createHash('sha512').update(concat(prefixed(label), message)).digest());

export function signingKey(seed = random(32)) {
    const pair = sodium.crypto_sign_seed_keypair(seed);
    return { secret: pair.privateKey, public: pair.publicKey };
}

export const sign = (secret, label, message) =>
    sodium.crypto_sign_detached(digest(label, message), secret);

export function verify(signature, key, label, message) {
    if (!sodium.crypto_sign_verify_detached(signature, digest(label, message), key))
        refuse('auth', `signature ${label}`);
}

// ---- §6.5 Chain

const sub = (key, number) =>
    blake2b(EMPTY, key, concat(le64(number), zeros(8)), padded(ascii('awchain1'), 16));

export const nextChain = (chain) => sub(chain, 1);
export const messageKey = (chain) => sub(chain, 2);

// ---- §8.1 SipHash

export const sip = (key, message) => sodium.crypto_shorthash(message, key).slice(0, 4);

// ---- §10.1 Argon2id

export const argon2id = (secret, salt) =>
    sodium.crypto_pwhash(32, secret, salt, 3, 65536 * 1024, sodium.crypto_pwhash_ALG_ARGON2ID13);

// ---- §7.1 Scalars modulo L, on ristretto255

export const scalar = {
    reduce: (wide) => sodium.crypto_core_ristretto255_scalar_reduce(wide),
    add: (a, b) => sodium.crypto_core_ristretto255_scalar_add(a, b),
    sub: (a, b) => sodium.crypto_core_ristretto255_scalar_sub(a, b),
    mul: (a, b) => sodium.crypto_core_ristretto255_scalar_mul(a, b),
    invert: (a) => sodium.crypto_core_ristretto255_scalar_invert(a),
};
