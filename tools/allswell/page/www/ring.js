// SPDX-License-Identifier: ISC
// Noise: sound, title and desktop, each with the one neutral line that every event has.
import { t } from './text.js';

const PATTERN_MS = 2600;
const DESKTOP_MS = 60000;
const QUIET_MS = 5 * 60000;

let audio = null;
let ringing = new Set(); // ids of people
let quietUntil = 0;
let patternTimer = 0;
let titleTimer = 0;
let desktopAt = 0;

/** Browsers let a page sound only after somebody has used it: call it on every key and click. */
export function wakeSound() {
    audio ??= new AudioContext();
    if (audio.state === 'suspended') audio.resume();
}

export const hasSound = () => audio?.state === 'running';

function tone(frequency, at, length, volume) {
    const source = audio.createOscillator();
    const gain = audio.createGain();
    const start = audio.currentTime + at;
    source.type = 'triangle';
    source.frequency.value = frequency;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(volume, start + 0.02);
    gain.gain.setValueAtTime(volume, start + length - 0.05);
    gain.gain.linearRampToValueAtTime(0, start + length);
    source.connect(gain).connect(audio.destination);
    source.start(start);
    source.stop(start + length);
}

/** One soft sound: something is not as it should be, and nobody is in need. */
export function chime() {
    if (!hasSound()) return;
    tone(659, 0, 0.3, 0.25);
    tone(523, 0.3, 0.5, 0.25);
}

export function soundPattern() {
    if (!hasSound()) return;
    for (const at of [0, 0.6, 1.2]) {
        tone(880, at, 0.28, 0.7);
        tone(1175, at + 0.28, 0.28, 0.7);
    }
}

function tellDesktop() {
    if (Date.now() < desktopAt + DESKTOP_MS || globalThis.Notification?.permission !== 'granted')
        return;
    desktopAt = Date.now();
    const note = new Notification('Allswell', {
        body: t('neutral'),
        tag: 'allswell',
        requireInteraction: true,
    });
    note.onclick = () => {
        window.focus();
        note.close();
    };
}

function pattern() {
    if (Date.now() < quietUntil) return;
    soundPattern();
    tellDesktop();
}

function turnTitle() {
    document.title = document.title.startsWith('\u25cf')
        ? t('title.open')
        : `\u25cf ${t('title.news')}`;
}

/** Rings for people until there is nobody; one more ends the quiet for the others. */
export function ring(ids) {
    const more = ids.some((id) => !ringing.has(id));
    const was = ringing.size > 0;
    ringing = new Set(ids);
    if (more) quietUntil = desktopAt = 0;
    if (more && was) pattern();
    if (ids.length > 0 === was) return;
    clearInterval(patternTimer);
    clearInterval(titleTimer);
    document.title = 'Allswell';
    document.documentElement.classList.toggle('ringing', !was);
    if (was) return;
    pattern();
    turnTitle();
    patternTimer = setInterval(pattern, PATTERN_MS);
    titleTimer = setInterval(turnTitle, 1000);
}

/** Time to speak on the telephone; the title goes on. */
export function quiet() {
    quietUntil = Date.now() + QUIET_MS;
}

export const isQuiet = () => ringing.size > 0 && Date.now() < quietUntil;
export const isLoud = () => ringing.size > 0;
