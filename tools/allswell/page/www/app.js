// SPDX-License-Identifier: ISC
// Starts, keeps the page up to date, and does what is pressed.
import { drawCard, inOrder, isRinging, isUrgent, moodOf, nameOf } from './card.js';
import { byId, h } from './dom.js';
import { chime, hasSound, isLoud, isQuiet, quiet, ring, soundPattern, wakeSound } from './ring.js';
import {
    LANGUAGES,
    away,
    currentLanguage,
    keepLanguage,
    loadLanguage,
    maybe,
    now,
    plural,
    setClock,
    setCommand,
    t,
    time,
    told,
} from './text.js';

const COVER_MS = 120000; // without a key, click or touch, alarms are covered
const SEEN_MS = 60000; // so long after one, a human counts as looking
const LOST_MS = 40000; // the agent says every 15 s that it is alive
const STUCK_MS = 6000; // so long a stream may be on its way again
const HOLD_MS = 3000; // so long at most a pressed button keeps the page as it is
const LOG_COUNT = 40;
const AWAY_HOURS = [2, 8, 24, 72];

let status = null; // newest answer of /api/status
let events = null;
let heardAt = 0; // newest sign of life of the agent
let isLost = false;
let usedAt = Date.now();
let uncovered = true;
let heldUntil = 0;
let isStale = false; // to be drawn when nothing is pressed
let footMade = ''; // language and kind of what is shown at the foot
let refreshing = false;
let again = false;
const more = new Map(); // by id: what was fetched beside the status
const closed = new Map(); // by id: when an alarm was seen to end

/* ---- Talking to the agent ---- */

async function api(path, body) {
    const answer = await fetch(`/api/${path}`, {
        method: body ? 'POST' : 'GET',
        headers: {
            'Allswell-Key': localStorage.getItem('key') ?? '',
            ...(body && { 'Content-Type': 'application/json' }),
        },
        body: body && JSON.stringify(body),
    });
    const reply = await answer.json();
    if (answer.status === 401) showLogin(t('login.over'));
    return { code: answer.status, reply };
}

/* What a refusal means, in the language of the reader; the agent's own words are English. */
function errorText(path, { error, code }) {
    if (currentLanguage() === 'en') return error;
    return `${maybe(`error.${path}`) ?? t(`error.${code}`)} (${error})`;
}

async function ask(path, id, extra = '') {
    const { reply } = await api(`${path}?person=${id}${extra}`);
    return reply.ok ? reply : { error: errorText(path, reply) };
}

/* ---- What is known ---- */

function moreOf(id) {
    if (!more.has(id)) more.set(id, { opened: new Set() });
    return more.get(id);
}

async function fetchMore(w) {
    const m = moreOf(w.id);
    [m.place, m.card, m.log, m.why] = await Promise.all([
        w.incident ? ask('place', w.id) : null,
        w.incident ? ask('card', w.id) : null,
        m.opened.has('log') ? ask('log', w.id, `&count=${LOG_COUNT}`) : null,
        m.opened.has('why') ? ask('why', w.id) : null,
    ]);
}

async function refresh() {
    if (refreshing) {
        again = true;
        return;
    }
    refreshing = true;
    try {
        do {
            again = false;
            const { code, reply } = await api('status');
            if (code !== 200) break;
            setClock(reply.now);
            setCommand(reply.again);
            await Promise.all(reply.watched.map(fetchMore));
            noteChanges(status, reply);
            status = reply;
            heard();
            draw();
        } while (again);
    } catch {
        // The agent is away: watchLife() says so when it lasts.
    }
    refreshing = false;
    tellSeen();
}

function noteChanges(before, after) {
    for (const w of after.watched) {
        const old = before?.watched.find((one) => one.id === w.id);
        if (w.incident) closed.delete(w.id);
        if (!old) continue;
        if (old.incident && !w.incident) {
            closed.set(w.id, now());
            say(told('say.closed', { name: nameOf(w) }));
        }
        if (moodOf(old) === moodOf(w)) continue;
        if (isUrgent(w)) cry(told('say.news', { name: nameOf(w) }));
        else if (!isUrgent(old) && moodOf(w) === 'late') chime();
    }
}

/* The watched people see it as the third tick: only when somebody sits here. */
async function tellSeen() {
    const isHere = document.visibilityState === 'visible' && Date.now() < usedAt + SEEN_MS;
    const isNew = status?.watched.some((w) => w.newest && w.newest.seq > w.seq_human);
    if (!isHere || !isNew || !localStorage.getItem('key')) return;
    await api('seen', {}).catch(() => {});
}

/* ---- Saying ---- */

let saidTimer = 0;

/* What is said is a text, or what told() makes. */
function say(text) {
    byId('said').replaceChildren(h('span', { dir: 'auto' }, text));
    byId('said').classList.add('shown');
    clearTimeout(saidTimer);
    saidTimer = setTimeout(() => {
        byId('said').classList.remove('shown');
        byId('said').replaceChildren();
    }, 9000);
}

const cry = (text) => {
    byId('cried').replaceChildren(h('span', {}, text));
};

/* ---- Pressing ---- */

/* Asks before what cannot be taken back; resolves to what was chosen, or null. */
function question(title, text, makeForm) {
    return new Promise((resolve) => {
        const input = makeForm?.();
        const end = (value) => {
            dialog.close();
            dialog.remove();
            resolve(value);
        };
        const dialog = h(
            'dialog',
            { 'aria-labelledby': 'question', oncancel: () => end(null) },
            h('h2', { id: 'question' }, title),
            h('p', {}, text),
            input,
            h(
                'div',
                { class: 'acts' },
                h(
                    'button',
                    {
                        type: 'button',
                        class: 'first',
                        id: 'yes',
                        onclick: () =>
                            end(input ? input.querySelector('input,select').value : true),
                    },
                    t('yes'),
                ),
                h('button', { type: 'button', id: 'no', onclick: () => end(null) }, t('no')),
            ),
        );
        document.body.append(dialog);
        dialog.showModal();
    });
}

/* What does not fit is not typed: it would be refused when the dialog has closed. */
function cutTo(bytes, { target }) {
    while (new TextEncoder().encode(target.value).length > bytes)
        target.value = [...target.value].slice(0, -1).join('');
}

const noteForm = () =>
    h(
        'label',
        { class: 'field' },
        t('note.label'),
        h('input', { type: 'text', dir: 'auto', oninput: (event) => cutTo(24, event) }),
    );

/* Returns the fields of the request, or null when it is not meant. */
async function fieldsOf(act, w) {
    const values = { name: nameOf(w) };
    const warning = w.incident?.do_not_call ? ` ${t('do-not-call')}` : '';
    if (act === 'confirm' || act === 'ask' || act === 'unreachable') {
        const text = [told(`question.${act}`, values), warning].flat();
        const sure = await question(t(`act.${act}`), text);
        return sure && { person: w.id };
    }
    if (act !== 'note') return { person: w.id };
    const text = await question(t('act.note'), told('question.note', values), noteForm);
    return text === null ? null : { person: w.id, text };
}

function saidOf(act, reply, w) {
    const values = { name: nameOf(w) };
    if (act === 'claim' && !reply.held) return told('said.claim.late', values);
    if (act === 'confirm' && reply.closed) return told('said.confirm.closed', values);
    return told(`said.${act}`, values);
}

async function press(w, act, button) {
    if (act === 'show') {
        uncovered = true;
        draw();
        return;
    }
    const fields = await fieldsOf(act, w);
    if (!fields) return;
    button.disabled = true;
    try {
        const { reply } = await api(act, fields);
        say(reply.ok ? saidOf(act, reply, w) : errorText(act, reply));
    } catch {
        say(t('said.lost'));
    }
    button.disabled = false;
    await refresh();
}

async function pressAway() {
    const until = awayUntil();
    let seconds = 0;
    if (!until) {
        const form = () =>
            h(
                'label',
                { class: 'field' },
                t('away.label'),
                h(
                    'select',
                    {},
                    AWAY_HOURS.map((hours) =>
                        h(
                            'option',
                            { value: hours * 3600, selected: hours === 8 },
                            plural('away.hours', hours),
                        ),
                    ),
                ),
            );
        const chosen = await question(t('act.away'), t('question.away'), form);
        if (chosen === null) return;
        seconds = Number(chosen);
    }
    try {
        const { reply } = await api('away', { away_s: seconds });
        say(reply.ok ? t(seconds ? 'said.away' : 'said.back') : errorText('away', reply));
    } catch {
        say(t('said.lost'));
    }
    await refresh();
}

const awayUntil = () => Math.max(0, ...(status?.watched ?? []).map((w) => w.own.away_until ?? 0));

/* ---- Drawing ---- */

function summary() {
    const { watched } = status;
    const urgent = watched.filter(isUrgent).length;
    if (watched.length === 0) return t('sum.nobody');
    if (urgent > 0) return plural('sum.urgent', urgent);
    const moods = watched.map(moodOf);
    if (moods.includes('copied')) return t('sum.copied');
    if (moods.includes('acting') || moods.includes('back')) return t('sum.open');
    if (moods.includes('late')) return t('sum.late');
    return moods.includes('calm') ? t('sum.calm') : t('sum.waiting');
}

function drawTop() {
    const until = awayUntil();
    const tool = (focus, text, onclick, style) =>
        h('button', { type: 'button', 'data-focus': focus, class: style, onclick }, text);
    byId('top').replaceChildren(
        h(
            'p',
            { class: 'brand' },
            h('img', { src: '/icon.svg', alt: '', width: 28, height: 28 }),
            'Allswell',
        ),
        status ? h('h1', { class: 'sum' }, summary()) : '',
        h(
            'div',
            { class: 'tools' },
            status
                ? [
                      isLoud() &&
                          tool(
                              'top quiet',
                              t(isQuiet() ? 'quiet.on' : 'quiet'),
                              () => {
                                  quiet();
                                  draw();
                              },
                              'small',
                          ),
                      status.watched.length > 0 &&
                          tool(
                              'top away',
                              until ? t('away.back') : t('act.away'),
                              pressAway,
                              'small',
                          ),
                  ].filter(Boolean)
                : [],
        ),
    );
}

function banner(key, values, button) {
    return h(
        'div',
        { class: `banner ${key}`, role: key === 'lost' ? 'alert' : 'note' },
        h('p', {}, t(`banner.${key}`, values)),
        button,
    );
}

function drawBanners() {
    const list = [];
    const permission = globalThis.Notification?.permission;
    if (isLost)
        list.push(banner('lost', { at: time(heardAt / 1000 + (now() - Date.now() / 1000)) }));
    if (status && !isLost) {
        const used = status.relays.filter((relay) => relay.links > 0);
        if (used.length > 0 && !used.some((relay) => relay.links_up > 0)) list.push(banner('deaf'));
        if (awayUntil()) list.push(banner('away', { at: time(awayUntil()) }));
        if (!hasSound()) list.push(banner('mute'));
        else if (permission === 'default' && !status.watched.some(isUrgent)) {
            list.push(
                banner(
                    'desktop',
                    {},
                    h(
                        'button',
                        {
                            type: 'button',
                            class: 'small',
                            'data-focus': 'top desktop',
                            onclick: async () => {
                                await Notification.requestPermission();
                                draw();
                            },
                        },
                        t('desktop'),
                    ),
                ),
            );
        }
    }
    byId('banners').replaceChildren(...list);
}

/* Only where it changed: a list of languages that is open would close. */
function drawFoot() {
    const made = `${currentLanguage()} ${Boolean(status)}`;
    if (made === footMade) return;
    footMade = made;
    const select = h(
        'select',
        {
            id: 'language',
            'data-focus': 'foot language',
            onchange: async (event) => {
                keepLanguage(event.target.value);
                await loadLanguage(event.target.value);
                draw();
            },
        },
        Object.entries(LANGUAGES).map(([name, label]) =>
            h('option', { value: name, lang: name, selected: name === currentLanguage() }, label),
        ),
    );
    byId('foot').replaceChildren(
        h('label', {}, h('span', {}, t('language')), ' ', select),
        ...(status
            ? [
                  h(
                      'button',
                      {
                          type: 'button',
                          class: 'plain',
                          'data-focus': 'foot sound',
                          onclick: () => {
                              wakeSound();
                              soundPattern();
                          },
                      },
                      t('sound.test'),
                  ),
                  h(
                      'button',
                      {
                          type: 'button',
                          class: 'plain',
                          'data-focus': 'foot logout',
                          onclick: logOut,
                      },
                      t('logout'),
                  ),
              ]
            : []),
        h('p', { class: 'fine' }, t('foot')),
    );
}

function cardOf(w) {
    const isCovered = !uncovered && (isUrgent(w) || Boolean(w.incident));
    const m = moreOf(w.id);
    const toggled = async (name, isOpen) => {
        if (isOpen === m.opened.has(name)) return;
        if (isOpen) m.opened.add(name);
        else m.opened.delete(name);
        if (name === 'others') return;
        await refresh();
    };
    const card = drawCard(w, m, isCovered, (act, button) => press(w, act, button), toggled);
    const ended = closed.get(w.id);
    if (ended)
        card.querySelector('header').after(
            h('p', { class: 'closed' }, t('closed', { at: time(ended) })),
        );
    return card;
}

/* A button that is drawn anew between its press and its release would not be clicked. */
function hold() {
    heldUntil = Date.now() + HOLD_MS;
}

function release() {
    heldUntil = 0;
    if (isStale) draw();
}

function draw() {
    isStale = Date.now() < heldUntil;
    if (isStale) return;
    const focus = document.activeElement?.dataset.focus;
    document.documentElement.classList.toggle('lost', isLost);
    if (status) {
        ring(status.watched.filter(isRinging).map((w) => w.id)); // also of what was last heard
        const people = inOrder(status.watched).map(cardOf);
        byId('main').replaceChildren(
            people.length > 0
                ? h('div', { class: 'people-grid' }, people)
                : h('p', { class: 'empty' }, t('empty')),
        );
    }
    drawTop();
    drawBanners();
    drawFoot();
    tickTimes();
    if (!focus) return;
    const same = document.querySelector(`[data-focus="${CSS.escape(focus)}"]`);
    (
        same ??
        document.querySelector(`[data-focus="${CSS.escape(`${focus.split(' ')[0]} name`)}"]`)
    )?.focus();
}

function tickTimes() {
    for (const node of document.querySelectorAll('time[data-at]'))
        node.textContent = away(Number(node.dataset.at));
    for (const node of document.querySelectorAll('.line')) {
        const { from, to } = node.dataset;
        const part = Math.min(1, Math.max(0, (now() - from) / (to - from)));
        node.firstElementChild.style.inlineSize = `${(part * 100).toFixed(1)}%`;
    }
}

/* ---- Life ---- */

function heard() {
    heardAt = Date.now();
    if (!isLost) return;
    isLost = false;
    say(t('said.found'));
}

function listen() {
    events?.close();
    events = new EventSource('/api/events');
    events.addEventListener('change', refresh);
    events.addEventListener('alive', () => {
        heard();
    });
    events.onerror = () => {
        if (events.readyState === EventSource.CLOSED)
            setTimeout(() => {
                listen();
                refresh();
            }, 3000);
    };
}

/* A page that hears nothing must not look as if all were well. */
function watchLife() {
    const key = localStorage.getItem('key');
    const idle = Date.now() - usedAt;
    if (
        key &&
        status &&
        !isLost &&
        (Date.now() > heardAt + LOST_MS ||
            (events.readyState !== EventSource.OPEN && Date.now() > heardAt + STUCK_MS))
    ) {
        isLost = true;
        draw();
        chime();
    }
    if (uncovered && idle > COVER_MS) {
        uncovered = false;
        draw();
    }
    if (isStale) draw();
    tickTimes();
}

function used() {
    const had = hasSound();
    usedAt = Date.now();
    wakeSound();
    if (!status?.watched.some((w) => isUrgent(w) || w.incident)) uncovered = true;
    if (!had) setTimeout(draw, 200);
    tellSeen();
}

/* ---- Login ---- */

function showLogin(message = '') {
    events?.close();
    localStorage.removeItem('key');
    status = null;
    isLost = false;
    ring([]);
    const field = h('input', {
        id: 'token',
        type: 'password',
        autocomplete: 'current-password',
        required: true,
        maxlength: 100,
        spellcheck: false,
    });
    const problem = h('p', { class: 'problem', role: 'alert' }, message);
    const submit = async (event) => {
        event.preventDefault();
        wakeSound();
        try {
            const { reply } = await api('login', { token: field.value.trim() });
            if (reply.ok) {
                localStorage.setItem('key', reply.key);
                await begin();
                return;
            }
            problem.textContent = errorText('login', reply);
        } catch {
            problem.textContent = t('said.lost');
        }
        field.select();
    };
    byId('main').replaceChildren(
        h(
            'form',
            { class: 'login', onsubmit: submit },
            h('h1', {}, t('login')),
            h('p', {}, t('login.how')),
            h('label', { class: 'field', for: 'token' }, t('login.token')),
            field,
            problem,
            h('button', { type: 'submit', class: 'first' }, t('login.go')),
        ),
    );
    drawTop();
    drawBanners();
    drawFoot();
    field.focus();
}

async function logOut() {
    await api('logout', {}).catch(() => {});
    showLogin();
}

async function begin() {
    usedAt = Date.now();
    uncovered = true;
    heardAt = Date.now();
    listen();
    await refresh();
}

await loadLanguage();
for (const kind of ['pointerdown', 'keydown'])
    document.addEventListener(kind, used, { passive: true });
document.addEventListener('pointerdown', hold, { passive: true });
for (const kind of ['pointerup', 'pointercancel'])
    document.addEventListener(kind, () => setTimeout(release), { passive: true }); // after the click
document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') refresh();
});
setInterval(watchLife, 1000);
if (localStorage.getItem('key')) await begin();
else showLogin();
