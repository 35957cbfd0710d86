// SPDX-License-Identifier: ISC
// Her device beside the schedule (spec/17-triggers.md §2 to §6), with one contact who hears at
// once what a relay has.
import { refuse } from './status.js';

const COUNTDOWN_MAX = 30;
const STALL = 120;
const CHECK_IN = 3600; // her plan

const SOS = 1;
const FELL = 2;
const STALLED = 4;
const SIGNALS = { 'battery low': 1, 'last gasp': 2, 'power off': 3, stalled: 4, moving: 5 };

export class Device {
    constructor(mayAsk, within) {
        Object.assign(this, {
            mayAsk, within, countdown: null, alarm: 0, onJourney: false, heHears: 0,
            checkInDue: CHECK_IN, asked: { id: 0, until: 0 }, lifeAt: 0,
            drill: null, isCut: false, isAsleep: false, untold: false, answered: true,
        });
    }

    /** Time passes, then she or somebody does something. */
    step(values) {
        Object.assign(this, { rings: 0, told: 0, at: values.at });
        if (this.countdown && this.countdown.ends <= this.at)
            this.raise(this.countdown.kind);
        this.reachRelay();
    }

    act({ act, x }) {
        const acts = {
            'check-in': () => { this.checkInDue = this.at + CHECK_IN; this.typed(); },
            'forced check-in': () => this.typed(),
            cancel: () => { this.alarm = 0; this.typed(); },
            sos: () => this.raise(SOS),
            'sos in': () => this.count(SOS, x),
            fell: () => this.count(FELL, x),
            stop: () => (this.countdown ? this.stop() : refuse('state', 'none runs')),
            journey: () => { this.onJourney = true; },
            'sign of life': () => { this.lifeAt = this.at; },
            drill: () => this.begin(),
            'he answers': () => this.answer(),
            'cut off': () => { this.isCut = true; },
            'path is back': () => { this.isCut = false; },
            'he sleeps': () => { this.isAsleep = true; },
            'he wakes': () => { this.isAsleep = false; this.reachDevice(); },
            question: () => this.question(x),
            'no question': () => { this.asked.until = 0; },
            none: () => {},
        };
        (acts[act] ?? (() => this.signal(act)))();
    }

    // Alarms: §2

    count(kind, seconds) {
        if (seconds > COUNTDOWN_MAX)
            refuse('range', 'too long');
        if (seconds === 0)
            this.raise(kind);
        else
            this.countTo(kind, this.at + seconds);
    }

    countTo(kind, ends) {
        if (!this.countdown || ends < this.countdown.ends)
            this.countdown = { kind, ends };
    }

    stop() {
        this.countdown = null;
    }

    raise(kind) {
        this.countdown = null;
        this.alarm = kind;
    }

    // Signals: §3

    signal(act) {
        if (SIGNALS[act] < 4 || this.alarm)
            this.heHears = SIGNALS[act];
        else if (!this.onJourney)
            refuse('state', 'off a journey');
        else if (act === 'stalled')
            this.countTo(STALLED, this.at + STALL);
        else if (this.countdown?.kind === STALLED)
            this.stop();
    }

    // Drills: §4

    begin() {
        if (this.alarm || this.countdown)
            refuse('state', 'TR-10');
        this.drill = { relay: false, device: false, human: false };
        this.untold = true;
        this.reachRelay();
    }

    reachRelay() {
        if (this.isCut || !this.drill)
            return;
        this.drill.relay = true;
        this.reachDevice();
    }

    reachDevice() {
        if (!this.drill?.relay || this.isAsleep)
            return;
        if (this.untold)
            this.answered = false;
        this.untold = false;
        this.drill.device = true;
    }

    answer() {
        if (this.answered)
            refuse('state', 'there is none');
        this.answered = true;
        this.drill.human = true;
        this.told = 1;
    }

    // Questions and life: §5, §6

    question(id) {
        if (!this.mayAsk || id <= this.asked.id)
            return; // TR-12
        this.asked = { id, until: this.at + this.within };
        this.rings = 1;
    }

    typed() {
        this.asked.until = 0; // TR-13
        this.lifeAt = this.at;
    }

    get lifeMin() {
        return Math.floor((this.at - this.lifeAt) / 60);
    }
}
