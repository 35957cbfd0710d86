// SPDX-License-Identifier: ISC
// Statements, acts, receipts and marks (spec/05-channel.md §6 and §7, spec/14 §4).
import { be32, byte, concat, zeros } from './bytes.js';
import { hash, sign, verify } from './crypto.js';

const KIND = { sos: 3, cancel: 4, plan: 5, timer: 7 };

export const statementBytes = (s) =>
    concat(be32(s.seq), be32(s.issued_at), be32(s.valid_for), byte(s.kind), s.log_head);

export const statementHash = (s) => hash('statement hash', statementBytes(s));

/** CH-15. */
export const checkStatement = (s) =>
    verify(s.signature, s.signing_key, 'statement', statementBytes(s));

/** What the presence MAC of a call covers; what its kind does not have is zero. */
export function act(channelId, call) {
    const alarm = call.kind === KIND.sos || call.kind === KIND.cancel ? call.alarm.id : 0;
    return hash('act', concat(
        channelId, statementHash(call), be32(call.word), be32(alarm), be32(call.reply_seen),
        call.kind === KIND.plan ? call.plan_hash : zeros(32),
        be32(call.kind === KIND.timer ? call.timer.id : 0)));
}

export const shortAct = (channelId, call) =>
    hash('act short', concat(
        channelId, be32(call.seq), be32(call.issued_at), be32(call.valid_for), byte(call.kind),
        be32(call.word), be32(call.reply_seen)));

/** By which a word is known beside its number (05 §7). */
export const mark = (channelId, call) => shortAct(channelId, call).slice(0, 4);

const receiptBytes = (hashed, at) => concat(hashed, be32(at));

export const receipt = (key, hashed, at) => sign(key, 'receipt', receiptBytes(hashed, at));

export const checkReceipt = (signature, key, hashed, at) =>
    verify(signature, key, 'receipt', receiptBytes(hashed, at));
