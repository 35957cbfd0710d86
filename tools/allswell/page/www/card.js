// SPDX-License-Identifier: ISC
// One person: how things stand, what to do, and the buttons to do it.
import { h } from './dom.js';
import { drawMap } from './map.js';
import { away, maybe, metres, t, time, told } from './text.js';

const URGENT = ['alarm', 'others', 'unsure', 'drill'];
const ORDER = [...URGENT, 'copied', 'back', 'acting', 'late', 'calm', 'setup', 'idle'];
const MARKS = {
    alarm: '!',
    others: '!',
    unsure: '?',
    drill: 'D',
    copied: '!',
    back: '\u21a9',
    acting: '\u2713',
    late: '\u2026',
    calm: '\u2713',
    setup: '\u00b7',
    idle: '\u00b7',
};

/** What the card is like: the one word that colour, order and noise follow. */
export function moodOf(w) {
    const { incident, state, triggers } = w;
    if (incident && (state === 'claimed' || incident.claimed)) return 'acting';
    if (incident && (state === 'resumed' || incident.confirmed)) return 'back';
    if (incident) return incident.rings ? 'alarm' : 'others';
    if (state === 'suspect') return 'unsure';
    if (triggers.drill && !triggers.drill_answered) return 'drill';
    if (w.two_devices_since) return 'copied';
    if (w.phase !== 'verified') return 'setup';
    if (state === 'overdue') return 'late';
    return state === 'idle' ? 'idle' : 'calm';
}

/** Whether somebody here is to wake up. Who is away is woken by the last level only. */
export function isRinging(w) {
    const mood = moodOf(w);
    return mood === 'alarm' || ((mood === 'unsure' || mood === 'drill') && !w.own.away_until);
}

export const isUrgent = (w) => URGENT.includes(moodOf(w));

/** Most urgent first; whose telephone must not be called before all others, as in the terminal. */
export function inOrder(watched) {
    const rank = (w) => (w.incident?.do_not_call ? -1 : ORDER.indexOf(moodOf(w)));
    return [...watched].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

export const nameOf = (w) => w.name || t('nobody');

/** A time that goes on by itself: app.js writes it anew every few seconds. */
function live(seconds) {
    return h(
        'time',
        { datetime: new Date(seconds * 1000).toISOString(), 'data-at': seconds },
        away(seconds),
    );
}

function fact(label, seconds) {
    return h(
        'div',
        { class: 'fact' },
        h('dt', {}, label),
        h(
            'dd',
            {},
            h('span', { class: 'clock' }, time(seconds)),
            ' ',
            seconds ? live(seconds) : '',
        ),
    );
}

/* ---- Lines ---- */

function headline(w) {
    const { incident, triggers } = w;
    const values = { since: time(incident?.began_at ?? w.suspect_since ?? triggers.drill_at) };
    if (incident) {
        const kind =
            incident.kind === 'sos' && ['fell', 'crashed', 'stalled'].includes(triggers.alarm)
                ? triggers.alarm
                : incident.kind;
        return t(`incident.${kind}`, values);
    }
    return moodOf(w) === 'unsure' ? t('incident.unsure', values) : t('incident.drill', values);
}

function levelLine(incident) {
    if (!incident?.level) return null;
    const parts = [t('level', { level: incident.level, count: incident.level_count })];
    if (incident.rings && !incident.claimed) parts.push(t('level.turn'));
    const next = incident.next_level_at;
    const dots = Array.from({ length: incident.level_count }, (_, i) =>
        h('i', { class: i < incident.level ? 'on' : '' }),
    );
    return h(
        'div',
        { class: 'level' },
        h('span', { class: 'dots', 'aria-hidden': 'true' }, dots),
        h(
            'p',
            {},
            parts.join(' '),
            next ? [' ', t('level.next', { time: time(next) }), ' ', live(next), '.'] : '',
        ),
    );
}

function actingLines(w) {
    const lines = [];
    if (w.incident?.claimed) lines.push(t('acting.you', { until: time(w.incident.claim_until) }));
    for (const other of w.others ?? []) {
        const name = other.name || t('nobody');
        if (other.claim === 'acting') lines.push(told('acting.other', { name }));
        if (other.claim === 'declined') lines.push(told('acting.declined', { name }));
        if (other.confirm === 'spoken')
            lines.push(told('acting.spoken', { name }, { at: time(other.confirm_at) }));
        if (w.incident && other.note) lines.push(told('acting.note', { name, note: other.note }));
    }
    if (w.incident && !lines.length) lines.push(t('acting.nobody'));
    return (
        lines.length > 0 &&
        h(
            'ul',
            { class: 'acting' },
            lines.map((line) => h('li', {}, line)),
        )
    );
}

function notices(w) {
    const lines = [];
    const say = (key, values) => lines.push(t(`notice.${key}`, values));
    const { incident, triggers } = w;
    if (w.phase === 'joining') say('joining');
    if (w.state === 'idle' && w.phase === 'verified') say('idle');
    if (w.state === 'overdue') say('late');
    if (incident?.safe_seen) say('safe');
    if (incident?.cancelled) say('cancelled');
    if (incident?.confirmed) say('confirmed');
    if (w.blind) say('blind');
    if (w.gap) say('gap');
    if (w.silent) say('silent');
    if (w.store_failed) say('disk');
    if (w.made_anew_at) say('anew', { at: time(w.made_anew_at) });
    if (w.aside) say('aside');
    if (w.unheard) say('unheard');
    if (w.pending)
        say(w.pending.unjudged ? 'pending-unjudged' : 'pending', {
            at: time(w.pending.effective_at),
            person: w.id,
        });
    if (w.relay_faults?.length) say('relay');
    if (triggers.timer !== 'none') say(triggers.timer, { at: time(triggers.timer_due_at) });
    if (triggers.ask === 'sent') say('asked');
    if (triggers.ask === 'reached') say('ask-reached', { at: time(triggers.ask_due_at) });
    if (!['none', 'moving'].includes(triggers.signal))
        say(triggers.signal, { at: time(triggers.signal_at) });
    return (
        lines.length > 0 &&
        h(
            'ul',
            { class: 'notices' },
            lines.map((line) => h('li', {}, line)),
        )
    );
}

/* Why words are to be compared with this person, by the step that it takes. */
function toCompare(w) {
    if (w.phase === 'joining') return [];
    return [
        w.phase !== 'verified' && 'first',
        w.phase === 'verified' && w.quarantined && 'again',
        w.keys_unjudged && 'keys',
    ].filter(Boolean);
}

function comparePart(w) {
    const steps = toCompare(w);
    return (
        steps.length > 0 &&
        h(
            'section',
            { class: 'todo compare' },
            h('h3', {}, t('compare')),
            steps.map((step) => h('p', {}, t(`compare.${step}`, { person: w.id }))),
        )
    );
}

/* Devices that a second one speaks for: hers, or another contact's. */
function copiedPart(w) {
    const own = w.two_devices_since;
    const others = (w.others ?? []).filter((other) => other.two_devices_since);
    return (
        (own || others.length > 0) &&
        h(
            'section',
            { class: 'todo compare' },
            h('h3', {}, t('copied')),
            own && h('p', {}, t('copied.own', { at: time(own), person: w.id })),
            others.map((other) =>
                h(
                    'p',
                    {},
                    told(
                        'copied.other',
                        { name: other.name || t('nobody') },
                        { at: time(other.two_devices_since), person: w.id },
                    ),
                ),
            ),
        )
    );
}

function wordsFact(w) {
    return (
        w.phase === 'verified' &&
        toCompare(w).length === 0 &&
        h('div', { class: 'fact' }, h('dt', {}, t('words')), h('dd', { class: 'age' }, t('words.compared')))
    );
}

function calls(w) {
    const last = w.checkin?.received_at;
    const next = w.checkin_due_at ?? w.due_at;
    return h(
        'dl',
        { class: 'facts' },
        fact(t('last'), last),
        fact(t('next'), next),
        w.newest && w.newest.seq !== w.checkin?.seq && fact(t('heard'), w.newest.received_at),
        wordsFact(w),
    );
}

/* From the last call to the next: how much of the time is gone. */
function watchLine(w) {
    const from = w.checkin?.received_at;
    const to = w.checkin_due_at;
    if (!from || !to || to <= from) return null;
    return h(
        'div',
        { class: 'line', 'aria-hidden': 'true', 'data-from': from, 'data-to': to },
        h('i', {}),
    );
}

/* ---- Place and plan card ---- */

function placeText(place) {
    const parts = [];
    if (place.accuracy_m !== undefined)
        parts.push(t('map.within', { accuracy: metres(place.accuracy_m) }));
    if (place.battery_pct !== undefined)
        parts.push(t('place.battery', { percent: place.battery_pct }));
    if (place.charging) parts.push(t('place.charging'));
    return parts.join(' \u00b7 ');
}

function placePart(place) {
    if (!place) return null;
    if (place.error)
        return h(
            'section',
            { class: 'part' },
            h('h3', {}, t('place')),
            h('p', { class: 'sealed', dir: 'auto' }, place.error),
        );
    const [newest] = place.places;
    const has = newest.lat !== undefined;
    const link = (href, key) =>
        h('a', { href, rel: 'noreferrer noopener', target: '_blank' }, t(key));
    return h(
        'section',
        { class: 'part' },
        h('h3', {}, t('place'), ' ', h('span', { class: 'age' }, live(newest.at))),
        has && drawMap(place.places),
        has &&
            h(
                'p',
                { class: 'coordinates' },
                h('bdi', {}, `${newest.lat.toFixed(5)}, ${newest.lon.toFixed(5)}`),
                ' ',
                h('span', {}, placeText(newest)),
            ),
        !has && h('p', {}, t('place.none'), ' ', placeText(newest)),
        newest.note && h('p', { class: 'quote', dir: 'auto' }, newest.note),
        newest.from.length > 0 && h('p', {}, told('place.from', { names: newest.from })),
        has &&
            h(
                'p',
                { class: 'links' },
                link(newest.geo, 'place.geo'),
                ' ',
                link(newest.map, 'place.osm'),
            ),
        has && h('p', { class: 'fine' }, t('place.elsewhere')),
    );
}

function cardPart(card) {
    if (!card) return null;
    if (card.error)
        return h(
            'section',
            { class: 'part' },
            h('h3', {}, t('card')),
            h('p', { class: 'sealed', dir: 'auto' }, card.error),
        );
    return h(
        'section',
        { class: 'part' },
        h('h3', {}, t('card')),
        card.sections.length === 0 && h('p', {}, t('card.later')),
        h(
            'dl',
            { class: 'plan-card' },
            card.sections.map((s) =>
                h(
                    'div',
                    { class: s.key === 'avoid' ? 'avoid' : '' },
                    h('dt', {}, maybe(`card.${s.key}`) ?? s.heading),
                    h('dd', { dir: 'auto' }, s.text),
                ),
            ),
        ),
    );
}

/* ---- What can be opened ---- */

function othersPart(w) {
    const row = (o) => {
        const parts = [t(o.state === 'linked' ? 'other.linked' : 'other.unlinked')];
        if (o.heard_at) parts.push(t('other.heard', { at: time(o.heard_at) }));
        if (maybe(`other.${o.finding}`)) parts.push(t(`other.${o.finding}`));
        if (o.made_anew_at) parts.push(t('other.anew', { at: time(o.made_anew_at) }));
        if (o.confirm === 'unreachable') parts.push(t('other.unreachable'));
        if (o.away_until) parts.push(t('other.away', { at: time(o.away_until) }));
        const name = h('bdi', {}, o.name || t('nobody'));
        return h('li', {}, h('strong', {}, name), ' ', parts.join(' \u00b7 '));
    };
    const council = w.council;
    return [
        w.incident &&
            council?.quorum > 0 &&
            h('p', {}, t('council', council), ' ', maybe(`release.${council.release}`) ?? ''),
        w.others?.length
            ? h('ul', { class: 'people' }, w.others.map(row))
            : h('p', {}, t('others.none')),
    ];
}

function entryText(entry) {
    const parts = [maybe(`event.${entry.event}`) ?? entry.event];
    if (entry.level) parts.push(t('log.level', { level: entry.level }));
    return parts.join(', ');
}

function logPart(log) {
    if (!log) return [];
    if (log.error) return h('p', { dir: 'auto' }, log.error);
    if (log.entries.length === 0) return h('p', {}, t('log.none'));
    return h(
        'ol',
        { class: 'timeline' },
        [...log.entries]
            .reverse()
            .map((entry) =>
                h(
                    'li',
                    { class: entry.urgency ?? 'act' },
                    h(
                        'time',
                        { datetime: new Date(entry.at * 1000).toISOString() },
                        time(entry.at),
                    ),
                    h('span', {}, entryText(entry)),
                ),
            ),
    );
}

/* A sentence of the agent, in English, that begins with the name. */
function whyPart(why) {
    if (!why) return [];
    if (why.error) return h('p', { dir: 'auto' }, why.error);
    const [{ name, sentence }] = why.why;
    const rest = sentence.startsWith(name) ? sentence.slice(name.length) : sentence;
    return h('p', { dir: 'ltr' }, rest !== sentence && h('bdi', {}, name), rest);
}

/* ---- The card ---- */

function buttons(w, press) {
    const mood = moodOf(w);
    const button = (act, style = '') =>
        h(
            'button',
            {
                type: 'button',
                class: style,
                'data-focus': `${w.id} ${act}`,
                onclick: (event) => press(act, event.currentTarget),
            },
            t(`act.${act}`),
        );
    const { incident } = w;
    if (mood === 'drill') return [button('answer', 'first')];
    if (!incident) return w.phase === 'verified' && w.may_ask ? [button('ask')] : [];
    return [
        !incident.claimed && button('claim', 'first'),
        !incident.confirmed && button('confirm', incident.claimed ? 'first' : ''),
        mood !== 'back' && button('decline'),
        !w.own.unreachable && mood !== 'back' && button('unreachable', 'small'),
        button('note', 'small'),
    ];
}

/**
 * Draws a person.
 *
 * @param more     what was fetched beside the status: place, card, log, why; and `opened`, the
 *                 names of what is open
 * @param press    called with the name of a button
 * @param toggled  called with the name of what was opened or closed
 */
export function drawCard(w, more, isCovered, press, toggled) {
    const mood = moodOf(w);
    const title = `name-${w.id}`;
    const head = h(
        'header',
        {},
        h('h2', { id: title, tabindex: -1, 'data-focus': `${w.id} name` }, h('bdi', {}, nameOf(w))),
        h(
            'p',
            { class: 'state' },
            h('span', { class: 'mark', 'aria-hidden': 'true' }, isCovered ? '!' : MARKS[mood]),
            isCovered ? t('news') : t(`mood.${mood}`),
        ),
    );
    if (isCovered) {
        return h(
            'article',
            {
                class: 'card covered',
                'data-mood': 'alarm',
                'data-id': w.id,
                'aria-labelledby': title,
            },
            head,
            h('p', { class: 'headline' }, t('neutral')),
            h(
                'div',
                { class: 'acts' },
                h(
                    'button',
                    {
                        type: 'button',
                        class: 'first',
                        'data-focus': `${w.id} show`,
                        onclick: (event) => press('show', event.currentTarget),
                    },
                    t('act.show'),
                ),
            ),
        );
    }
    const { incident } = w;
    const fold = (name, content) =>
        h(
            'details',
            {
                open: more.opened.has(name),
                ontoggle: (event) => toggled(name, event.currentTarget.open),
            },
            h('summary', { 'data-focus': `${w.id} ${name}` }, t(name)),
            h('div', { class: 'fold' }, content),
        );
    const acts = h('div', { class: 'acts' }, buttons(w, press));
    const isAsked = incident?.rings || incident?.claimed;
    const isNews = Boolean(incident) || mood === 'unsure' || mood === 'drill';
    return h(
        'article',
        { class: 'card', 'data-mood': mood, 'data-id': w.id, 'aria-labelledby': title },
        incident?.do_not_call && h('p', { class: 'stop' }, t('do-not-call')),
        head,
        isNews && h('p', { class: 'headline' }, headline(w)),
        incident?.instruction &&
            h(
                'section',
                { class: isAsked ? 'todo' : 'todo others' },
                h('h3', {}, t(isAsked ? 'todo' : 'todo.others')),
                h('p', { dir: 'auto' }, incident.instruction),
            ),
        levelLine(incident),
        isNews && actingLines(w),
        notices(w),
        copiedPart(w),
        comparePart(w),
        isNews && acts,
        placePart(more.place),
        cardPart(more.card),
        mood !== 'setup' && calls(w),
        !isNews && [watchLine(w), acts],
        h(
            'div',
            { class: 'folds' },
            fold('others', othersPart(w)),
            fold('log', logPart(more.log)),
            fold('why', whyPart(more.why)),
        ),
    );
}
