// SPDX-License-Identifier: ISC
// Frames for small bearers (spec/14-small-bearers.md).
import { be32, byte, concat, padded, readBe32 } from './bytes.js';
import { decodePadded, encode } from './messages.js';
import { refuse } from './status.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const TEXT_LEN = 159;
const CONTENT_LEN = 70;
const CHECKIN = 2;
const SOS = 3;

export function toBase45(bytes) {
    let out = '';
    for (let i = 0; i < bytes.length; i += 2) {
        const pair = i + 1 < bytes.length;
        let value = pair ? bytes[i] * 256 + bytes[i + 1] : bytes[i];
        for (let k = pair ? 3 : 2; k > 0; k--) {
            out += ALPHABET[value % 45];
            value = Math.floor(value / 45);
        }
    }
    return out;
}

/** SB-4. */
export function fromBase45(text) {
    const digits = [...text].map((one) => ALPHABET.indexOf(one));
    if (digits.includes(-1) || digits.length % 3 === 1)
        refuse('format', 'no base45');
    const out = [];
    for (let i = 0; i < digits.length; i += 3) {
        const [a, b, c] = digits.slice(i, i + 3);
        const value = a + 45 * b + 2025 * (c ?? 0);
        if (value > (c === undefined ? 255 : 65535))
            refuse('format', 'a group that is too large');
        out.push(...(c === undefined ? [value] : [value >> 8, value & 255]));
    }
    return Uint8Array.from(out);
}

/** The text form of a frame: SB-2, SB-3. */
export function readText(text) {
    const trimmed = text.trimEnd();
    const lost = TEXT_LEN - trimmed.length;
    return fromBase45(lost === 1 || lost === 2 ? ' '.repeat(lost) + trimmed : trimmed);
}

export function encodeFrame(frame) {
    const begin = concat(
        byte(frame.kind), be32(frame.seq), be32(frame.issued_at), be32(frame.valid_for),
        be32(frame.word), be32(frame.reply_seen));
    if (frame.kind === CHECKIN)
        return concat(begin, byte(frame.presence_back), frame.e, frame.mac);
    return concat(begin, byte(frame.alarm_kind), padded(encode(frame.state, 'state'), 48));
}

/** SB-7; epoch is that of the frame, which bounds presence_back. */
export function decodeFrame(bytes, epoch) {
    const within = (value, least, most) =>
        value >= least && value <= most ? value : refuse('range', `${value}`);
    if (bytes.length !== CONTENT_LEN)
        refuse('range', 'length');
    const frame = {
        kind: within(bytes[0], CHECKIN, SOS),
        seq: within(readBe32(bytes, 1), 1, 0xffffffff),
        issued_at: readBe32(bytes, 5),
        valid_for: within(readBe32(bytes, 9), 1, 2678400),
        word: within(readBe32(bytes, 13), 1, 0xffffffff),
        reply_seen: readBe32(bytes, 17),
    };
    if (frame.kind === CHECKIN)
        return {
            ...frame,
            presence_back: within(bytes[21], 0, epoch),
            e: bytes.slice(22, 54),
            mac: bytes.slice(54),
        };
    return {
        ...frame,
        alarm_kind: within(bytes[21], 1, 4),
        state: decodePadded(bytes.slice(22), 'state'),
    };
}
