// SPDX-License-Identifier: ISC
// Her other contacts, as one contact meets them: handshake, slots, witnesses, shares
// (spec/16-peers.md).
import { be32, equal } from './bytes.js';
import { random } from './crypto.js';
import { decodePadded, encode } from './messages.js';
import { Asking, answerPeer, checkWitness, isHigher, signWitness } from './peers.js';
import { badge } from './presence.js';
import { checkShare } from './shares.js';
import { refuse } from './status.js';

export class Peer {
    /** me: the contact; member: of the roster; introduction with its relays resolved. */
    constructor(me, member, introduction) {
        this.me = me;
        this.person = member.person;
        this.member = member;
        this.seed = introduction.seed;
        this.psk = introduction.psk;
        this.relays = introduction.relays;
        this.channel = null;
        this.question = null; // that was answered
        this.owes = null; // an answer of the handshake, until the first cell of the channel
        this.isLinked = false;
        this.number = 0;
        this.newest = null; // the newest witness of theirs
        this.isFellow = false;
        this.shares = new Map(); // seq -> share
        if (isHigher(me.peerKey.public, member.key))
            this.asking = new Asking(me.peerKey, member.key, this.psk);
    }

    /** A cell from the mailbox that is kept for this person. */
    receive(cell) {
        if (!this.channel)
            return this.meet(cell);
        let opened;
        try {
            opened = this.channel.open(cell, ['cell']);
        } catch (error) {
            if (this.isLinked) // PE-5
                throw error;
            return this.meet(cell);
        }
        this.isLinked = true;
        this.owes = null;
        this.hear(decodePadded(opened.content, 'witness'), opened.epoch);
        return undefined;
    }

    meet(cell) {
        if (this.asking) {
            this.channel = this.asking.finish(cell);
            this.isLinked = true;
            this.asking = null;
            return;
        }
        if (this.question && equal(this.question, cell))
            refuse('replay', 'the same question'); // or its answer would be another one
        const { cell: answer, channel } =
            answerPeer(this.me.peerKey, this.member.key, this.psk, cell);
        this.channel = channel;
        this.question = cell;
        this.owes = answer;
    }

    hear(witness, epoch) {
        checkWitness(this.member.sign_key, this.channel.id, witness); // PE-1
        if (this.newest && witness.number <= this.newest.number)
            refuse('replay', 'PE-10');
        if (witness.offer)
            this.channel.takeOffer(witness.offer, epoch);
        else
            this.channel.takeAccept(witness.accept, witness.accept_epoch);
        this.newest = witness;
        const direction = this.channel.offers ? 1 : 0;
        const expected = (key) => badge(key, this.channel.id, direction, be32(witness.number));
        this.isFellow = this.me.circleKeys().some((key) => equal(expected(key), witness.badge));
        if (witness.share)
            this.keep(witness.share_seq, witness.share);
    }

    /** PE-27; of statement 0 is the share of the card (§8). */
    keep(seq, share) {
        checkShare(share);
        const known = seq === 0 || this.me.states.some((one) => one.seq === seq);
        if (share[0] === this.member.human && known)
            this.shares.set(seq, share);
    }

    /** What goes into the next slot (§4). */
    slot(said) {
        if (this.owes)
            return this.owes;
        return this.isLinked ? this.witness(said) : this.asking?.cell;
    }

    witness(said) {
        const number = ++this.number;
        const { channel } = this;
        const offers = channel.offers
            ? { offer: channel.offer.public }
            : channel.accept();
        const [key] = this.me.circleKeys();
        const witness = signWitness(this.me.receiptKey.secret, channel.id, {
            number,
            seen: this.newest?.number ?? 0,
            ...offers,
            cell_epoch: channel.newest.epoch,
            cell_index: channel.newest.index,
            plan_version: this.me.plan.version,
            claim: 0,
            confirm: 0,
            confirm_at: 0,
            share_seq: 0,
            words_at: 0,
            badge: key
                ? badge(key, channel.id, channel.offers ? 0 : 1, be32(number))
                : random(16),
            ...said,
        });
        return channel.seal('cell', encode(witness, 'witness')).cell;
    }
}
