// SPDX-License-Identifier: ISC
// Which secret was typed (spec/09-crypto.md §10, spec/07-contact.md §3).
import { byte, concat, equal, zeros } from './bytes.js';
import { EMPTY, ZERO_NONCE, argon2id, dh, dhPublic, extract, kdf, keyPair, open, seal }
    from './crypto.js';
import { Refused, refuse } from './status.js';

const KEYSTORE_NONE = zeros(32);

/** §10.1, without a keystore. */
export const presenceKey = (secret, salt) =>
    kdf(extract(KEYSTORE_NONE, argon2id(secret, salt)), 'presence key', byte(0));

export const picture = (key, tweak) => kdf(key, 'presence picture', tweak, 1)[0] % 16;

export const contactKey = (key, channelId) => kdf(key, 'presence contact', channelId);

export const pointSecret = (circleKey, channelId) => kdf(circleKey, 'presence point', channelId);

/** §10.4: mine and theirs are either side of the two Diffie-Hellman results. */
function mac(key, [shared, sharedPoint], e, accept, point, act) {
    const prk = extract(key, concat(shared, sharedPoint));
    return kdf(prk, 'presence mac', concat(e, accept, point, act), 16);
}

const blobKey = (shared, e, accept) =>
    kdf(extract(EMPTY, shared), 'presence keys', concat(e, accept));

/** Her side, for vectors: MACs over the acts given, and a key blob. */
export function makePresence(key, accept, point, acts, blob) {
    const e = keyPair();
    const shared = [dh(e.secret, accept), dh(e.secret, point)];
    return {
        e: e.public,
        macs: acts.map((act) => mac(key, shared, e.public, accept, point, act)),
        blob: blob && seal(blobKey(shared[0], e.public, accept), ZERO_NONCE, EMPTY, blob),
    };
}

/** One set of keys as a contact of the circle holds it. */
export function keySet(channelId, safe, duress, circleKey) {
    const secret = pointSecret(circleKey, channelId);
    return { circle: true, safe, duress, circleKey, point: { secret, public: dhPublic(secret) } };
}

/**
 * The verdict over `E ‖ mac`: "safe", "duress" or "wrong" (CR-33). accept is the key pair of the
 * epoch that the word names.
 */
export function judge(keys, accept, presence, act) {
    const e = presence.slice(0, 32);
    const found = presence.slice(32, 48);
    let shared;
    try {
        shared = [dh(accept.secret, e), dh(keys.point.secret, e)];
    } catch (error) {
        if (error instanceof Refused)
            return 'wrong'; // E of small order
        throw error;
    }
    const under = (key) =>
        equal(mac(key, shared, e, accept.public, keys.point.public, act), found);
    const [safe, duress] = [under(keys.safe), under(keys.duress)];
    return duress ? 'duress' : safe ? 'safe' : 'wrong';
}

/** §10.5: the keys that a word of kind keys brings; a set outside the circle judges nothing. */
export function openBlob(accept, presence, blob, channelId) {
    const e = presence.slice(0, 32);
    const plain = open(blobKey(dh(accept.secret, e), e, accept.public), ZERO_NONCE, EMPTY, blob);
    if (plain[0] > 1)
        refuse('format', 'circle is neither 0 nor 1'); // CR-35
    const part = (i) => plain.slice(1 + 32 * i, 33 + 32 * i);
    if (plain[0] === 0)
        return { circle: false, circleKey: part(2) };
    return keySet(channelId, part(0), part(1), part(2));
}

/** §10.6. */
export const badge = (circleKey, channelId, direction, number) =>
    kdf(circleKey, 'badge', concat(channelId, byte(direction), number), 16);
