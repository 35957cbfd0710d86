// SPDX-License-Identifier: ISC
// Words, times and spans in the language of the reader. A language is one file in lang/.
import { h } from './dom.js';

export const LANGUAGES = { en: 'English', de: 'Deutsch' };

let words = {};
let language = 'en';
let command = 'allswell'; // with the option that says where, if its agent was started with one
let clockOffset = 0; // of the agent's clock to the browser's, in seconds

async function read(name) {
    const answer = await fetch(`/lang/${name}.json`);
    if (!answer.ok) throw new Error(`no language ${name}`);
    return answer.json();
}

function preferred() {
    const kept = localStorage.getItem('language');
    if (kept in LANGUAGES) return kept;
    for (const tag of navigator.languages) {
        const name = tag.split('-')[0];
        if (name in LANGUAGES) return name;
    }
    return 'en';
}

export async function loadLanguage(name = preferred()) {
    const [english, own] = await Promise.all([read('en'), read(name)]);
    words = { ...english, ...own };
    language = name;
    document.documentElement.lang = name;
    document.documentElement.dir = words.dir;
}

export function keepLanguage(name) {
    localStorage.setItem('language', name);
}

export const currentLanguage = () => language;

/* As the reader writes times: "en-GB" where the browser says so, and not only "en". */
const region = () => navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language;

/** How commands are called in texts from now on. */
export function setCommand(words) {
    command = words;
}

/** The text of a key, with {places} filled; undefined for a key that there is not. */
export function maybe(key, values = {}) {
    const text = Object.hasOwn(words, key) ? words[key] : undefined;
    return text
        ?.replaceAll("'allswell ", () => `'${command} `)
        .replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export const t = (key, values) => maybe(key, values) ?? key;

const isolated = (text, i) => [i > 0 && ', ', h('bdi', {}, text)];

/**
 * As t(), for an element. `theirs` are values that people wrote, names above all; one value may be
 * a list. Each is isolated: one from right to left does not turn what stands beside it.
 */
export const told = (key, theirs, values) =>
    t(key, values)
        .split(/\{(\w+)\}/)
        .flatMap((piece, i) => (i % 2 ? [theirs[piece]].flat().flatMap(isolated) : piece));

/** "one" or "many" of a key, by the rules of the language. */
export function plural(key, count) {
    const form = new Intl.PluralRules(language).select(count) === 'one' ? 'one' : 'many';
    return t(`${key}.${form}`, { count });
}

export function setClock(now) {
    clockOffset = now - Date.now() / 1000;
}

export const now = () => Date.now() / 1000 + clockOffset;

const dayOf = (seconds) => new Date(seconds * 1000).toDateString();

/** "14:05", or "Tue 14:05" when it is another day. */
export function time(seconds) {
    if (!seconds) return t('never');
    const form = { hour: '2-digit', minute: '2-digit' };
    if (dayOf(seconds) !== dayOf(now())) form.weekday = 'short';
    if (Math.abs(seconds - now()) > 6 * 86400)
        Object.assign(form, { day: 'numeric', month: 'short' });
    return new Intl.DateTimeFormat(region(), form).format(seconds * 1000);
}

/** "40 s", "12 min", "2 h 5 min", "3 d 4 h". */
export function span(seconds) {
    const s = Math.max(0, Math.round(seconds));
    if (s < 60) return t('span.s', { s });
    if (s < 3600) return t('span.min', { min: Math.floor(s / 60) });
    if (s < 86400)
        return t('span.h', { h: Math.floor(s / 3600), min: Math.floor((s % 3600) / 60) });
    return t('span.d', { d: Math.floor(s / 86400), h: Math.floor((s % 86400) / 3600) });
}

/** "3 min ago" or "in 3 min". */
export function away(seconds) {
    const ahead = seconds - now();
    return t(ahead >= 0 ? 'span.ahead' : 'span.ago', { span: span(Math.abs(ahead)) });
}

export function metres(m) {
    const number = new Intl.NumberFormat(region(), { maximumFractionDigits: 1 });
    return m < 1000 ? `${number.format(m)} m` : `${number.format(m / 1000)} km`;
}
