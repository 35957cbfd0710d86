// SPDX-License-Identifier: ISC
// Bytes: hexadecimal, concatenation and big-endian numbers (spec/README.md).

export const hex = (bytes) => Buffer.from(bytes).toString('hex');
export const unhex = (text) => Uint8Array.from(Buffer.from(text, 'hex'));
export const ascii = (text) => Uint8Array.from(Buffer.from(text, 'latin1'));
export const zeros = (count) => new Uint8Array(count);
export const byte = (...values) => Uint8Array.from(values);

export function concat(...parts) {
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        out.set(part, at);
        at += part.length;
    }
    return out;
}

export const equal = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0;

export function be32(value) {
    const out = new Uint8Array(4);
    new DataView(out.buffer).setUint32(0, value);
    return out;
}

export const readBe32 = (bytes, at = 0) =>
    new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);

export function le64(value) {
    const out = new Uint8Array(8);
    new DataView(out.buffer).setBigUint64(0, BigInt(value), true);
    return out;
}

export const isZero = (bytes) => bytes.every((value) => value === 0);

/** Pads with zeros to a length; what is longer is a bug of the caller. */
export function padded(bytes, length) {
    if (bytes.length > length)
        throw new RangeError(`${bytes.length} bytes do not fit ${length}`);
    return concat(bytes, zeros(length - bytes.length));
}
