// SPDX-License-Identifier: ISC
// Every vector of spec/vectors/ against this implementation.
import assert from 'node:assert/strict';
import test from 'node:test';
import { be32, byte, concat, equal, hex, unhex, zeros } from './bytes.js';
import { openCell, peek, sealCell } from './cell.js';
import { Channel } from './channel.js';
import { dhPublic, extract, hash, kdf, messageKey, nextChain, sign, signingKey, verify, withDraws }
    from './crypto.js';
import { Chain, LANE } from './epoch.js';
import { ClientLink, RelayLink, frames } from './link.js';
import { decode, encode } from './messages.js';
import { Inviting, Joining, capability, readInvite } from './pairing.js';
import { Asking, answerPeer, checkWitness, isHigher, mailboxSeed, signWitness } from './peers.js';
import { badge, contactKey, judge, keySet, makePresence, openBlob, picture, pointSecret,
    presenceKey } from './presence.js';
import { Question, answerQuestion } from './restore.js';
import { asked, due } from './schedule.js';
import { combine, drawKey, openSeal, openSealedCard, sealCard, sealCoarse, sealState, split }
    from './shares.js';
import { decodeFrame, encodeFrame, fromBase45, readText, toBase45 } from './short.js';
import { act, checkReceipt, checkStatement, receipt, shortAct, statementBytes, statementHash }
    from './statement.js';
import { awayUntil } from './triggers.js';
import { Group, check, without } from './vectors.js';

const ascii = (text) => new TextEncoder().encode(text);
const flipped = (bytes, at = 0) => bytes.map((value, i) => (i === at ? value ^ 1 : value));

function kdfJson(group) {
    const labelled = group('labelled');
    labelled.is('output', kdf(labelled.bytes('key'), labelled.text('label'),
        labelled.bytes('context'), labelled.bytes('output').length));
    const extracted = group('extract');
    extracted.is('output', extract(extracted.bytes('salt'), extracted.bytes('material')));
    const chain = group('chain');
    let ck = chain.bytes('chain_0');
    for (let i = 0; i <= 1003; i++) {
        if (i <= 3 || i === 1003)
            chain.is(`chain_${i}`, ck);
        if (i < 3)
            chain.is(`message_key_${i}`, messageKey(ck));
        ck = nextChain(ck);
    }
    const hashed = group('hash');
    hashed.is('capability_hash', hash('capability id', hashed.bytes('capability')));
}

function cellJson(group) {
    for (const name of ['small', 'bulk']) {
        const one = group(name);
        const [hk, key] = [one.bytes('header_key'), one.bytes('message_key')];
        const size = name === 'small' ? 512 : 16384;
        const cell = sealCell(hk, key, one.number('index'), one.bytes('content'), size,
            one.bytes('nonce'));
        one.is('cell', cell);
        one.is('head', cell.slice(12, 20));
        one.is('peeked_index', peek(hk, cell));
        one.gets('opened', () => openCell(key, cell));
        one.is('index_flipped', peek(hk, flipped(cell, 12)) === null ? 'auth' : 'ok');
        one.gets('tag_flipped', () => openCell(key, flipped(cell, size - 1)));
    }
}

function sharesJson(group) {
    const g = group('three_of_five');
    const key = withDraws(g.draws(1), drawKey);
    g.is('key', key);
    const shares = withDraws(g.draws(2, 3), () => split(key, 3, 5));
    shares.forEach((share, i) => g.is(`share_${i + 1}`, share));
    g.is('combined_key', combine([shares[0], shares[2], shares[4]]));
    const sealed = sealState(key, g.bytes('state'));
    g.is('sealed_state', sealed);
    g.is('state', openSeal(key, sealed));
    g.is('sealed_coarse', sealCoarse(key, g.bytes('state')));
    g.is('state', openSeal(key, g.bytes('sealed_coarse')));
    g.gets('index_twice', () => combine([shares[0], shares[0], shares[4]]));
    g.gets('not_canonical', () => combine([shares[0], concat(byte(3), zeros(31), byte(0xff)),
        shares[4]]));
    const c = group('card');
    const card = withDraws(c.draws(1), () => sealCard(key, c.bytes('card')));
    c.is('sealed_card', card);
    c.is('card', openSealedCard(key, card));
}

function presenceJson(group) {
    const g = group('keys');
    const id = g.bytes('channel_id');
    const keys = {};
    for (const name of ['safe', 'duress']) {
        const key = presenceKey(ascii(g.text(`${name}_secret`)), g.bytes('salt'));
        g.is(`${name}_secret_presence_key`, key);
        g.is(`${name}_picture`, picture(key, g.bytes('tweak')));
        keys[name] = contactKey(key, id);
        g.is(`${name}_contact_key`, keys[name]);
    }
    const secret = pointSecret(g.bytes('circle_key'), id);
    g.is('point_secret', secret);
    g.is('point', dhPublic(secret));

    const m = group('mac_and_blob');
    const accept = { secret: m.bytes('accept_secret'), public: dhPublic(m.bytes('accept_secret')) };
    m.is('accept', accept.public);
    const set = keySet(id, keys.safe, keys.duress, g.bytes('circle_key'));
    const plain = concat(byte(1), keys.safe, keys.duress, set.circleKey);
    const made = withDraws(m.draws(1), () => makePresence(
        keys.duress, accept.public, set.point.public, [m.bytes('act_hash')], plain));
    m.is('e', made.e);
    m.is('mac', made.macs[0]);
    m.is('blob', made.blob);
    const presence = concat(made.e, made.macs[0]);
    m.gets('blob_opened', () => {
        const opened = openBlob(accept, presence, made.blob, id);
        if (!opened.circle || !equal(opened.safe, keys.safe) || !equal(opened.duress, keys.duress))
            throw new Error('another blob');
    });
    m.is('verdict', judge(set, accept, presence, m.bytes('act_hash')));
    m.is('verdict_over_another_act', judge(set, accept, presence, flipped(m.bytes('act_hash'))));
    m.gets('blob_damaged', () => openBlob(accept, presence, flipped(made.blob), id));
}

function linkJson(group) {
    const g = group('handshake');
    const pair = { secret: g.bytes('relay_secret'), public: dhPublic(g.bytes('relay_secret')) };
    g.is('relay_key', pair.public);
    const client = new ClientLink(pair.public);
    const first = withDraws(g.draws(1), () => client.first(g.bytes('first_plaintext')));
    g.is('first_frame', first);
    const relay = new RelayLink(pair);
    const accepted = withDraws(g.draws(2), () => relay.accept(first.slice(2)));
    g.is('accepted_plaintext', accepted.plain);
    g.is('answer_frame', accepted.answer);
    g.gets('finished', () => client.answer(frames(accepted.answer)[0][0]));

    const f = group('frames');
    const frame = client.seal(f.bytes('plaintext'));
    f.is('client_frame_0', frame);
    f.gets('relay_opened', () => relay.open(frame.slice(2)));
    const back = relay.seal(zeros(f.bytes('plaintext').length));
    f.is('relay_frame_0_of_zeros', back);
    f.gets('damaged', () => client.open(flipped(back.slice(2))));
}

const STATEMENT = { seq: 1000, issued_at: 1772366400, valid_for: 86400, kind: 2 };
const RECEIPT_AT = STATEMENT.issued_at + 2;

function statementJson(group) {
    const g = group('checkin');
    const key = signingKey(g.bytes('signing_seed'));
    g.is('signing_key', key.public);
    const call = { ...STATEMENT, log_head: g.bytes('log_head'), word: 13, reply_seen: 0 };
    g.is('statement_hash', statementHash(call));
    const signature = sign(key.secret, 'statement', statementBytes(call));
    g.is('signature', signature);
    const whole = { ...call, signature, signing_key: key.public };
    g.gets('verified', () => checkStatement(whole));
    g.gets('damaged', () => checkStatement({ ...whole, seq: 1001 }));
    g.is('act_hash', act(g.bytes('channel_id'), call));

    const r = group('receipt');
    const receiptKey = signingKey(r.bytes('receipt_seed'));
    r.is('receipt_key', receiptKey.public);
    const hashed = statementHash(call);
    const signed = receipt(receiptKey.secret, hashed, RECEIPT_AT);
    r.is('receipt', signed);
    r.gets('verified', () =>
        checkReceipt(signed, receiptKey.public, hashed, RECEIPT_AT));
    r.gets('another_time', () =>
        checkReceipt(signed, receiptKey.public, hashed, RECEIPT_AT + 1));
}

function isEpoch(g, name, epoch) {
    const part = new Group(g.report, `${g.name}.${name}`, g.values[name]);
    part.is('number', epoch.number);
    part.is('root', epoch.root);
    part.is('send_cell_header_key', epoch.send[LANE.cell].hk);
    part.is('send_cell_chain', epoch.send[LANE.cell].ck);
    part.is('recv_cell_header_key', epoch.recv[LANE.cell].hk);
    part.is('recv_cell_chain', epoch.recv[LANE.cell].ck);
    part.is('send_bulk_header_key', epoch.send[LANE.bulk].hk);
    part.is('send_bulk_chain', epoch.send[LANE.bulk].ck);
}

/** Both sides of a pairing; the names and the expiry are those of the invite. */
function pair(g) {
    const { invite } = readInvite(g.text('invite_uri'), 0);
    const relays = [{ relay_key: g.bytes('relay_key'), address: g.text('relay_address') }];
    const inviting = withDraws(g.draws(1, 2), () =>
        new Inviting(g.bytes('invite_seed'), relays, invite.name, invite.expires_at));
    g.is('invite_uri', inviting.uri);
    const joining = withDraws(g.draws(3, 4), () =>
        new Joining(inviting.uri, { name: 'Contact', seed: g.bytes('contact_seed'), relays }, 0));
    g.is('message_1', joining.message);
    const answer = withDraws(g.draws(5, 6), () =>
        inviting.answer(joining.message,
            { name: invite.name, seed: g.bytes('subject_seed'), relays }));
    g.is('message_2', answer.message);
    const finished = joining.finish(answer.message);
    g.is('handshake_hash', finished.finished.h);
    g.is('channel_id', finished.channel.id);
    g.is('words', finished.words.join(' '));
    isEpoch(g, 'subject_epoch_0', answer.channel.current);
    answer.channel.statics = inviting.s;
    finished.channel.statics = finished.statics.s;
    return { subject: answer.channel, contact: finished.channel };
}

function exchange(g, from, to, lane) {
    const sealed = withDraws(g.draws(1), () => from.seal(lane, g.bytes('content')));
    g.is('epoch', sealed.epoch);
    g.is('index', sealed.index);
    g.is('cell', sealed.cell);
    const opened = to.open(sealed.cell);
    g.is('content', opened.content.slice(0, g.bytes('content').length));
    g.is('opened_epoch', opened.epoch);
    g.is('opened_index', opened.index);
    g.gets('replayed', () => to.open(sealed.cell));
}

/** The contact asks; statics are those of the pairing in this file. */
function restore(g, subject, contact) {
    const [hers, his] = [subject, contact].map((channel) => channel.statics);
    const question = withDraws(g.draws(1, 2), () =>
        new Question(contact, { s: his, rs: hers.public }, { seq: 1000, word: 12 }, false));
    g.is('question', question.cell);
    const answer = withDraws(g.draws(3, 4, 5), () => answerQuestion(
        subject, { s: hers, rs: his.public }, { seq: 1010, word: 14 }, question.cell));
    g.is('answer', answer.cell);
    const session = question.answered(contact, answer.cell);
    g.is('stale', Number(session.stale));
    isEpoch(g, 'contact_session', session.epoch);
    assert.deepEqual(answer.session.epoch.recv[0], session.epoch.send[0]);
}

function channelJson(group) {
    const { subject, contact } = pair(group('pairing'));
    exchange(group('call'), subject, contact, 'cell');
    const step = group('step');
    step.is('offer', subject.offer.public);
    withDraws(step.draws(1), () => contact.takeOffer(subject.offer.public, 0));
    const { accept, accept_epoch: number } = contact.accept();
    step.is('accept', accept);
    step.is('accept_epoch', number);
    isEpoch(step, 'contact_next_epoch', contact.next);
    exchange(group('reply'), contact, subject, 'cell');
    const confirm = group('confirm');
    withDraws(confirm.draws(1), () => subject.takeAccept(accept, number));
    isEpoch(confirm, 'subject_next_epoch', subject.next);
    exchange(group('first_call_of_the_next_epoch'), subject, contact, 'cell');
    exchange(group('file'), subject, contact, 'bulk');
    restore(group('restore'), subject, contact);
}

function peersJson(group) {
    const g = group('handshake');
    const pairs = g.draws(1, 2).map((secret) => ({ secret, public: dhPublic(secret) }));
    g.is('key_1', pairs[0].public);
    g.is('key_2', pairs[1].public);
    const [higher, lower] =
        isHigher(pairs[0].public, pairs[1].public) ? pairs : [pairs[1], pairs[0]];
    g.is('who_begins', higher === pairs[0] ? 1 : 2);
    const psk = g.bytes('psk');
    const asking = withDraws(g.draws(3, 4), () => new Asking(higher, lower.public, psk));
    g.is('question', asking.cell);
    const answer = withDraws(g.draws(5, 6, 7), () =>
        answerPeer(lower, higher.public, psk, asking.cell));
    g.is('answer', answer.cell);
    const channel = asking.finish(answer.cell);
    g.is('channel_id', channel.id);
    isEpoch(g, 'lower_epoch_0', answer.channel.current);

    const m = group('mailbox');
    const seed = mailboxSeed(m.bytes('peer_seed'), 3);
    m.is('deposit_seed', seed);
    m.is('deposit_capability', capability(seed, m.bytes('relay_key')));

    const w = group('witness');
    const key = signingKey(w.bytes('receipt_seed'));
    w.is('receipt_key', key.public);
    w.is('badge', badge(w.bytes('circle_key'), channel.id, 0, be32(1)));
    const witness = signWitness(key.secret, channel.id, {
        number: 1, seen: 0, offer: w.bytes('offer'), cell_epoch: 0, cell_index: 0, plan_version: 2,
        verdict: { seq: 7, state: 0, incident: 0, safe_seq: 0 }, claim: 0, confirm: 0,
        confirm_at: 0, share_seq: 0, held_word: 0, held_beat: 0, words_at: 0,
        badge: w.bytes('badge'),
    });
    w.is('signature', witness.signature);
    const read = decode(encode(witness, 'witness'), 'witness');
    w.gets('verified', () => checkWitness(key.public, channel.id, read));
    w.gets('damaged', () => checkWitness(key.public, channel.id, { ...read, number: 2 }));
}

function shortJson(group) {
    const k = group('keys');
    const chain = new Chain(k.bytes('epoch_secret'), LANE.short, 0);
    k.is('header_key', chain.hk);
    k.is('chain_0', chain.ck);
    const c = group('checkin');
    const id = c.bytes('channel_id');
    const call = { ...STATEMENT, word: 13, reply_seen: 700 };
    const short = shortAct(id, call);
    c.is('short_act_hash', short);
    const accept = { secret: c.bytes('accept_secret'), public: dhPublic(c.bytes('accept_secret')) };
    const set = keySet(id, c.bytes('contact_key'), zeros(32), c.bytes('circle_key'));
    c.is('point', set.point.public);
    const made = withDraws(c.draws(1), () => makePresence(
        set.safe, accept.public, set.point.public, [c.bytes('act_hash'), short]));
    c.is('mac_of_the_call', made.macs[0]);
    c.is('mac', made.macs[1]);
    const presence = concat(made.e, made.macs[1]);
    c.is('verdict_over_the_short_act', Number(judge(set, accept, presence, short) === 'safe'));
    c.is('verdict_over_the_act',
        Number(judge(set, accept, presence, c.bytes('act_hash')) === 'safe'));
    checkFrame(c, chain, { ...call, presence_back: 1, e: made.e, mac: made.macs[1] });
    const s = group('sos');
    const frame = decodeFrame(s.bytes('content'), 0);
    checkFrame(s, chain, frame);
}

function checkFrame(g, chain, frame) {
    const content = encodeFrame(frame);
    g.is('content', content);
    g.is('message_key', messageKey(chain.ck));
    const { cell, index } = chain.seal(content, g.bytes('nonce'));
    g.is('index', index);
    g.is('frame', cell);
    g.is('text', toBase45(cell));
    g.gets('read', () => equal(readText(g.text('text').trim()), cell) || g.is('frame', 'other'));
    const key = g.bytes('message_key');
    g.gets('opened', () => openCell(key, cell));
    g.gets('decoded', () => decodeFrame(openCell(key, cell), 1));
    g.gets('damaged', () => openCell(key, flipped(cell, 40)));
}

function messagesJson(group, names) {
    for (const name of names) {
        const g = group(name);
        g.gets('status', () =>
            g.is('bytes', encode(decode(g.bytes('bytes'), g.text('rule')), g.text('rule'))));
    }
}

function badMessages(report, file) {
    for (const [name, cases] of Object.entries(file))
        for (const [what, values] of Object.entries(cases).filter(([key]) => key !== 'rule'))
            new Group(report, `bad.${name}.${what}`, values)
                .gets('status', () => decode(unhex(values.bytes), cases.rule));
}

function badShort(report, file) {
    for (const [what, values] of Object.entries(file.base45))
        new Group(report, `bad.base45.${what}`, values)
            .gets('status', () => fromBase45(values.text));
    for (const [what, values] of Object.entries(file.content))
        new Group(report, `bad.content.${what}`, values)
            .gets('status', () => decodeFrame(unhex(values.bytes), 1));
}

function scheduleJson(group, names) {
    for (const one of group('away').groups()) {
        const plan = decode(one.bytes('plan'), 'plan');
        const rota = one.groups('window_').map((window) => window.values);
        for (let i = 1; one.values[`at_${i}`] !== undefined; i++)
            one.is(`away_until_${i}`,
                awayUntil(plan, one.number('by_hand_until'), rota, one.number(`at_${i}`)));
    }
    for (const name of names.filter((one) => one !== 'away')) {
        const one = group(name);
        const plan = decode(one.bytes('plan'), 'plan');
        for (let i = 1; one.values[`base_${i}`] !== undefined; i++) {
            const base = one.number(`base_${i}`);
            one.is(`due_${i}`, due(plan, base));
            one.is(`asked_${i}`, asked(plan, base));
        }
    }
}

const FILES = {
    'kdf.json': kdfJson,
    'cell.json': cellJson,
    'shares.json': sharesJson,
    'presence.json': presenceJson,
    'link.json': linkJson,
    'statement.json': statementJson,
    'pairing.json': (group) => pair(group('pairing')),
    'channel.json': channelJson,
    'peers.json': peersJson,
    'short.json': shortJson,
    'messages.json': messagesJson,
    'schedule.json': scheduleJson,
};

for (const name of Object.keys(FILES))
    test(`${name}: this implementation gives the outputs`, () => {
        const report = check(name, FILES[name]);
        assert.deepEqual(report.wrong, []);
        assert.ok(report.checked > 0);
    });

for (const [name, bad] of [['bad/messages.json', badMessages], ['bad/short.json', badShort]])
    test(`${name}: each is refused with its status`, () => {
        const report = { checked: 0, wrong: [] };
        bad(report, without(name));
        assert.deepEqual(report.wrong, []);
        assert.ok(report.checked > 10);
    });

test('a changed output is found', () => {
    const file = without('kdf.json');
    file.chain.message_key_2 = file.chain.message_key_1;
    assert.equal(check('kdf.json', kdfJson, file).wrong.length, 1);
});
