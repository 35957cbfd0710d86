// SPDX-License-Identifier: ISC
// A contact of hers, as far as interoperation goes: joins, hears, judges, answers, opens. It does
// not ring anybody: what it heard is kept for whoever asks.
import { equal } from './bytes.js';
import { decodePadded, decode, encode } from './messages.js';
import { hash, keyPair, random, signingKey, verify } from './crypto.js';
import { Peer } from './circle.js';
import { Joining } from './pairing.js';
import { judge, openBlob } from './presence.js';
import { Question, answerQuestion } from './restore.js';
import { findKey, openCard, openWith } from './shares.js';
import { decodeFrame, readText } from './short.js';
import { act, checkStatement, mark, receipt, shortAct, statementHash } from './statement.js';
import { refuse } from './status.js';
import { WordLog } from './words.js';

const KIND =
    ['', 'beat', 'checkin', 'sos', 'cancel', 'plan', 'keys', 'timer', 'signal', 'drill'];
const FILE = ['', 'plan', 'introductions', 'card'];
const BODY_LABEL = { plan: 'plan', introductions: 'introductions', card: 'card file' };
const SETS_MAX = 4;
const JUMP_MAX = 2 ** 16; // CO-2
const TIMER_END = 3;
const VERSION_NEAR = 16; // CO-76
const UNOPENED_MAX = 8;
const UNOPENED_S = 300;

export class Contact {
    constructor(name, relays, clock) {
        this.name = name;
        this.relays = relays;
        this.clock = clock; // seconds
        this.seed = random(32);
        this.readSeed = random(32);
        this.receiptKey = signingKey();
        this.peerKey = keyPair();
        this.peerSeed = random(32);
        this.channel = null;
        this.peer = null;
        this.log = new WordLog();
        this.heard = []; // what was said, oldest first
        this.sets = []; // { number, keys }, newest first
        this.keysWord = 0; // of the newest keys, whatever came of them
        this.states = []; // { seq, sealed, share }, newest first
        this.files = {}; // newest of each kind
        this.plan = null;
        this.planWord = null;
        this.planNamed = 0;
        this.newest = null; // { seq, hash, at }
        this.replies = 0;
        this.human = { seq: 0, drill: 0, claim: 0, ask: undefined };
        this.events = [];
        this.unopened = []; // when cells in a row came that did not open
        this.wants = false; // there is a need to ask
        this.asked = null;
    }

    // ---- Pairing (spec/04)

    join(uri) {
        this.joining = new Joining(
            uri, { name: this.name, seed: this.seed, relays: this.relays }, this.clock());
        return this.joining.message;
    }

    /** A cell from the mailbox; returns a cell to answer with, or null. */
    receive(cell, depositedAt) {
        if (!this.channel) {
            const { peer, statics, channel, words } = this.joining.finish(cell);
            Object.assign(this, { peer, statics, channel, words, joining: null });
            return null;
        }
        const opened = this.open(cell);
        if (!opened)
            return this.answer;
        if (opened.quarantined)
            return this.quarantined(opened);
        if (opened.lane === 'bulk')
            return this.file(decodePadded(opened.content, 'file'));
        if (opened.lane === 'switch') {
            this.events.push({ kind: 'switch', ...decodePadded(opened.content, 'switched') });
            return null;
        }
        const call = decodePadded(opened.content, 'call');
        this.call(call, opened, depositedAt);
        if (call.reply_seen > this.replies) { // CH-38
            this.replies = call.reply_seen;
            this.events.push({ kind: 'peer reset' });
            this.wants = true;
        }
        return this.reply();
    }

    /** Opens a cell of the channel; null, and this.answer, for one of re-establishment. */
    open(cell) {
        this.answer = null;
        try {
            const opened = this.channel.open(cell);
            this.unopened = [];
            return opened;
        } catch (error) {
            if (error.status !== 'auth' || !this.restored(cell)) {
                // A replay was opened once.
                if (error.status === 'auth')
                    this.deaf();
                throw error;
            }
        }
        return null;
    }

    // ---- Re-establishment (spec/05 §8)

    /** CH-33, CH-51 */
    deaf() {
        const now = this.clock();
        this.unopened.push(now);
        if (this.unopened.length < UNOPENED_MAX || now - this.unopened[0] < UNOPENED_S)
            return;
        this.unopened = [];
        this.wants = true;
    }

    said() {
        const words = [this.log.words, ...this.log.more];
        return { seq: this.newest?.seq ?? 0, word: Math.max(...words) };
    }

    /** The question that is to be sent: one that was in vain gives way to one under the anchor. */
    question() {
        const anchor = this.asked !== null && !this.asked.anchor;
        this.asked = new Question(this.channel, this.statics, this.said(), anchor);
        this.wants = false;
        return this.asked.cell;
    }

    restored(cell) {
        const session = this.asked?.answered(this.channel, cell);
        if (session) {
            this.asked = null;
            this.begin(session);
            this.answer = this.reply(true); // else she never hears that it was heard
            return true;
        }
        const answered = answerQuestion(this.channel, this.statics, this.said(), cell);
        if (!answered)
            return false;
        this.asked = null; // CH-27
        this.begin(answered.session);
        this.answer = answered.cell;
        return true;
    }

    begin(session) {
        this.channel.session = session;
        this.events.push({ kind: 're-established', stale: session.stale, words: session.words });
    }

    /** CH-28: no effect but an answer, in the session; the human hears of it. */
    quarantined(opened) {
        if (opened.lane !== 'cell')
            return null;
        const call = decodePadded(opened.content, 'call');
        checkStatement(call);
        this.events.push({ kind: 'quarantined call', seq: call.seq });
        return this.reply(true); // CH-30
    }

    /** Humans compared the words of the session, on both sides. */
    accepted() {
        this.words = this.channel.session.words;
        this.channel.settle();
    }

    // ---- Calls (spec/07 §3)

    call(call, opened) {
        checkStatement(call); // CH-15
        if (call.alarm && call.alarm.id > call.seq)
            refuse('range', 'CO-22');
        const now = this.clock();
        if (this.newest && call.seq > this.newest.seq + JUMP_MAX + (now - this.newest.at))
            refuse('range', 'CO-2');
        this.channel.takeOffer(call.offer, opened.epoch);
        if (call.word === undefined) {
            if (!this.newest || call.seq > this.newest.seq)
                this.note(call, 'beat');
        } else {
            this.word(call, act(this.channel.id, call), call.presence);
        }
        const gap = this.log.waiting(call.waiting);
        if (gap > 0)
            this.events.push({ kind: 'gap', count: gap });
        this.newer(call, now);
        this.keep(call);
    }

    newer(call, now) {
        if (!this.newest || call.seq >= this.newest.seq)
            this.newest = { seq: call.seq, hash: statementHash(call), at: now,
                issued_at: call.issued_at };
    }

    /** Processed once, by number and mark (CH-20, CH-35); named in any case (CH-21). */
    word(call, acted, presence) {
        const marked = mark(this.channel.id, call);
        const found = this.log.find(call.word, marked);
        if (found === 'ahead')
            return;
        if (found === 'again')
            this.events.push({ kind: 'number used again', word: call.word });
        // A phone restored from a backup goes on under numbers and seqs of before.
        const later = found === 'again' && call.issued_at > this.newest.issued_at;
        if (later && KIND[call.kind] === 'checkin')
            this.newest.seq = 0;
        if (found !== 'known') {
            const verdict = this.verdict(call, acted, presence);
            this.note(call, verdict);
            this.effects(call, verdict);
        }
        this.log.note(call.word, marked);
    }

    note(call, verdict) {
        this.heard.push({
            kind: KIND[call.kind], seq: call.seq, word: call.word, alarm: call.alarm,
            timer: call.timer, signal: call.signal, reply_seen: call.reply_seen, verdict,
        });
    }

    /** The table of 07 §3; the newest set alone may find a word safe that reuses a number. */
    verdict(call, acted, presence) {
        const typed = ['checkin', 'cancel', 'plan', 'keys'].includes(KIND[call.kind]) ||
            (KIND[call.kind] === 'timer' && call.timer.op === TIMER_END);
        if (!typed)
            return 'none';
        const set = this.sets.find((one) => one.number <= call.word);
        if (!set || !set.keys.circle)
            return 'claimed';
        const accept = this.channel.accepts.get(call.presence_epoch);
        return accept ? judge(set.keys, accept, presence, acted) : 'cannot judge';
    }

    effects(call, verdict) {
        const counts = verdict === 'safe' || verdict === 'claimed';
        if (KIND[call.kind] === 'keys')
            this.keysWord = Math.max(this.keysWord, call.word);
        if (KIND[call.kind] === 'keys' && counts)
            this.takeKeys(call);
        if (KIND[call.kind] === 'plan') {
            this.planWord = { hash: call.plan_hash, counts };
            this.takePlan();
        }
    }

    takeKeys(call) {
        const accept = this.channel.accepts.get(call.presence_epoch);
        const keys = openBlob(accept, call.presence, call.keys, this.channel.id);
        this.sets.unshift({ number: call.word, keys });
        this.sets.length = Math.min(this.sets.length, SETS_MAX);
    }

    // ---- Files (spec/06 §6)

    file(file) {
        const kind = FILE[file.kind];
        const bodyHash = hash(BODY_LABEL[kind], file.body);
        verify(file.signature, file.signing_key, 'file', bodyHash);
        const name = kind === 'card' ? 'card_file' : kind;
        const message = decode(file.body, name);
        if (kind === 'plan' && this.isKnown(message.version)) {
            if (message.version < this.planNamed && equal(this.planWord?.hash ?? [], bodyHash))
                this.planWord = null; // CO-95
            return this.reply();
        }
        this.files[kind] = { message, hash: bodyHash };
        this.takePlan();
        return kind === 'plan' ? this.reply() : null; // she sends it until it is named
    }

    /** CO-76: a plan that is no newer than the newest one that was named. */
    isKnown(version) {
        if (!this.plan)
            return false;
        const isNear = this.planNamed <= this.plan.version + VERSION_NEAR;
        return version <= (isNear ? Math.max(this.planNamed, this.plan.version) : this.plan.version);
    }

    /** The other contacts, once the plan of their introductions is in force (PE-2, PE-6). */
    introduced() {
        const { peers, relays } = this.files.introductions.message;
        this.peers = new Map();
        for (const one of peers) {
            const member = this.plan.roster.find(({ person }) => person === one.person);
            const mine = relays.filter((_, i) => (BigInt(one.relays) >> BigInt(i)) & 1n);
            this.peers.set(one.person, new Peer(this, member, { ...one, relays: mine }));
        }
    }

    /** Under which fellows of the duress circle know one another, the newest first. */
    circleKeys() {
        return this.sets.map((one) => one.keys.circleKey);
    }

    /** CO-7: word and file, in any order; named to her whatever the verdict is (§2). */
    takePlan() {
        const file = this.files.plan;
        if (!file || !this.planWord || !equal(this.planWord.hash, file.hash))
            return;
        this.planNamed = file.message.version;
        const { counts } = this.planWord;
        this.planWord = null;
        if (counts && (this.plan?.version ?? 0) < file.message.version)
            this.plan = file.message;
    }

    // ---- Place and card (spec/07 §7, spec/16 §9)

    keep(call) {
        if (call.state && call.share && !this.states.some((one) => one.seq === call.seq))
            this.states.unshift({ seq: call.seq, sealed: call.state, shares: [call.share] });
    }

    threshold() {
        return this.plan ? this.plan.threshold : 1;
    }

    /** The sealed state of a statement, or the newest, with the shares that are here. */
    place(seq) {
        const one = this.states.find((state) => seq === undefined || state.seq === seq);
        return openWith([...one.shares, ...this.shares(one.seq)], this.threshold(), one.sealed);
    }

    /** Shares that other contacts released. */
    shares(seq) {
        return [...this.peers?.values() ?? []].map((peer) => peer.shares.get(seq)).filter(Boolean);
    }

    /** The card whose hash the plan names (16 §9). */
    card() {
        const { share, sealed } = this.files.card.message;
        if (!equal(hash('card', sealed), this.plan.card_hash))
            refuse('not-found', 'the card of this plan');
        const shares = [share, ...this.shares(0)];
        return openCard(findKey(shares, this.threshold(), sealed), sealed);
    }

    // ---- Replies (spec/07 §2)

    reply(session = false) {
        if (!this.newest)
            return null;
        const { accept, accept_epoch } = this.channel.accept(session);
        const message = {
            number: ++this.replies,
            seq_device: this.newest.seq,
            seq_human: this.human.seq,
            ...this.log.reply(),
            accept,
            accept_epoch,
            cell_epoch: this.channel.newest.epoch,
            cell_index: this.channel.newest.index,
            receipt_key: this.receiptKey.public,
            receipt: receipt(this.receiptKey.secret, this.newest.hash, this.newest.at),
            receipt_at: this.newest.at,
            claim: this.human.claim,
            plan_version: this.planWord ? 0 : this.planNamed,
            ask: this.human.ask,
            peer_key: this.peerKey.public,
            peer_seed: this.peerSeed,
            always_on: false,
            leaves: false,
            drill: this.human.drill,
            keys_word: this.keysWord || undefined,
        };
        this.lastReply = message;
        const content = encode(message, 'reply');
        return this.channel.seal('cell', content, undefined, session).cell;
    }

    /** The human looked. */
    see() {
        this.human.seq = this.newest.seq;
        return this.reply();
    }

    /** The human asks "are you OK?" (07 §10). */
    ask(id, within) {
        this.human.ask = { id, within_s: within };
        return this.reply();
    }

    // ---- Frames (spec/14)

    frameText(text) {
        return this.frame(readText(text));
    }

    /** Worth what the word itself would be (14 §5), but for hash and receipt. */
    frame(bytes) {
        const opened = this.channel.open(bytes, ['short']);
        const frame = decodeFrame(opened.content, opened.epoch);
        const call = {
            ...frame,
            presence_epoch: opened.epoch - (frame.presence_back ?? 0),
            alarm: frame.alarm_kind &&
                { id: frame.seq, kind: frame.alarm_kind, since: frame.issued_at },
        };
        const presence = frame.e && new Uint8Array([...frame.e, ...frame.mac]);
        this.word(call, shortAct(this.channel.id, call), presence);
        if (this.newest && frame.seq > this.newest.seq)
            this.newest.seq = frame.seq;
        return this.reply();
    }
}

