// SPDX-License-Identifier: ISC
// Compares what this implementation computes with spec/vectors/ (spec/11-vectors.md).
import { readFileSync } from 'node:fs';
import { hex, unhex } from './bytes.js';
import { SPEC } from './spec.js';
import { statusOf } from './status.js';

export const load = (name) => JSON.parse(readFileSync(new URL(`vectors/${name}`, SPEC)));

/** A group of vectors: inputs by name, and outputs that count themselves. */
export class Group {
    constructor(report, name, values) {
        this.report = report;
        this.name = name;
        this.values = values;
    }

    bytes(key) {
        return unhex(this.values[key]);
    }

    text(key) {
        return this.values[key];
    }

    number(key) {
        return this.values[key];
    }

    draws(...keys) {
        return keys.map((key) => this.bytes(`random_${key}`));
    }

    is(key, value) {
        const expected = this.values[key];
        const found = value instanceof Uint8Array ? hex(value) : value;
        this.report.checked++;
        if (found !== expected)
            this.report.wrong.push(`${this.name}.${key}: ${found}, not ${expected}`);
    }

    /** The status of an action is what the vector says. */
    gets(key, action) {
        this.is(key, statusOf(action));
    }
}
