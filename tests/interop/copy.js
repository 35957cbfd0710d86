// SPDX-License-Identifier: ISC
// A deep copy of an object with its classes: what a backup of a contact would hold.

export function copy(value, known = new Map()) {
    if (value === null || typeof value !== 'object')
        return value;
    if (known.has(value))
        return known.get(value);
    if (value instanceof Uint8Array)
        return Uint8Array.from(value);
    const out = emptyOf(value);
    known.set(value, out);
    if (value instanceof Map)
        value.forEach((one, key) => out.set(copy(key, known), copy(one, known)));
    else if (value instanceof Set)
        value.forEach((one) => out.add(copy(one, known)));
    else
        for (const key of Object.keys(value))
            out[key] = copy(value[key], known);
    return out;
}

function emptyOf(value) {
    if (Array.isArray(value))
        return [];
    if (value instanceof Map)
        return new Map();
    if (value instanceof Set)
        return new Set();
    return Object.create(Object.getPrototypeOf(value));
}
