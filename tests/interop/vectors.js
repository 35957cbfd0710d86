// SPDX-License-Identifier: ISC
// Compares what this implementation computes with spec/vectors/ (spec/11-vectors.md).
import { readFileSync } from 'node:fs';
import { hex, unhex } from './bytes.js';
import { SPEC } from './spec.js';
import { statusOf } from './status.js';

export const load = (name) => JSON.parse(readFileSync(new URL(`vectors/${name}`, SPEC)));

/** The groups of a file. */
export function without(name) {
    const file = load(name);
    delete file.about;
    return file;
}

/** What a function finds in a file: gives(group by its name, names of all groups). */
export function check(name, gives, file = without(name)) {
    const report = { checked: 0, wrong: [], outputs: [] };
    gives((key) => new Group(report, `${name}.${key}`, file[key]), Object.keys(file));
    return report;
}

const isGroup = (value) => typeof value === 'object';

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

    /** Groups in this one, all or those whose names begin so. */
    groups(begin = '') {
        return Object.entries(this.values)
            .filter(([key, value]) => isGroup(value) && key.startsWith(begin))
            .map(([key, value]) => new Group(this.report, `${this.name}.${key}`, value));
    }

    draws(...keys) {
        return keys.map((key) => this.bytes(`random_${key}`));
    }

    is(key, value) {
        const expected = this.values[key];
        const found = value instanceof Uint8Array ? hex(value) : value;
        this.report.checked++;
        this.report.outputs?.push([this.values, key]);
        if (found !== expected)
            this.report.wrong.push(`${this.name}.${key}: ${found}, not ${expected}`);
    }

    /** The status of an action is what the vector says. */
    gets(key, action) {
        this.is(key, statusOf(action));
    }
}
