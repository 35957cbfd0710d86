// SPDX-License-Identifier: ISC
// What others pass on of her, and hand over (spec/16-peers.md §6 and §7).

const JUMP = 65536; // PE-22

/** Persons are those of the roster: { human, groups } by number. */
export class Vouching {
    constructor(roster, beat, grace) {
        Object.assign(this, { roster, beat, grace, newest: null, keys: [], isVouched: false,
            vouchedDue: 0, said: new Map() });
    }

    get beatDue() {
        return Math.max(this.dueOf(this.newest), this.isVouched ? this.vouchedDue : 0);
    }

    dueOf({ base, valid_for: valid }) {
        return base + Math.min(valid, this.beat) + this.grace;
    }

    heard(statement) {
        this.newest = { ...statement, base: Math.min(statement.issued_at, statement.at) };
        this.keys = [...this.keys.filter((key) => key !== statement.key), statement.key];
        this.isVouched = false;
    }

    passedOn(statement) {
        const { by, seq, key, at, issued_at: issued, forged } = statement;
        const above = seq - this.newest.seq;
        const isReplaced = this.keys.slice(0, -1).includes(key);
        if (this.isVouched || above <= 0 || above > JUMP || isReplaced || forged)
            return;
        if (this.keys.at(-1) !== key && !this.isShared(by, seq, key))
            return;
        this.isVouched = true;
        this.vouchedDue = this.dueOf({ ...statement, base: Math.min(issued, at) });
    }

    /** PE-21, PE-34, PE-35. */
    isShared(by, seq, key) {
        this.said.set(by, { seq, key });
        const humans = new Set(this.roster.map((member) => member.human));
        if (humans.size <= 2)
            return true;
        return [...this.said].some(([person, one]) => one.seq === seq && one.key === key &&
            (this.groups(person) & this.groups(by)) === 0);
    }

    groups(person) {
        const { human } = this.roster[person - 1];
        return this.roster.filter((member) => member.human === human)
            .reduce((set, member) => set | member.groups, 0);
    }
}

/** To which human each one handed over, at one whose devices are these persons. */
export class Handed {
    constructor(devices) {
        Object.assign(this, { devices, rang: new Map() });
    }

    /** Whether his witness rings here. */
    rings({ by, hand_to: to, incident }) {
        const rings = this.devices.includes(to) && Boolean(incident) && this.rang.get(by) !== to;
        if (rings || !this.devices.includes(to))
            this.rang.set(by, to);
        return rings;
    }
}
