// SPDX-License-Identifier: ISC
// A channel of two devices (spec/05-channel.md §1 to §4). The side that offers is there for the
// vectors and for contacts among themselves; a contact of hers accepts.
import { equal } from './bytes.js';
import { hash, keyPair } from './crypto.js';
import { Epoch, LANE, firstSecret } from './epoch.js';
import { refuse } from './status.js';

const ACCEPTS_MAX = 32;
const RESUMPTIONS_MAX = 4;

export class Channel {
    /** finished: h, k1 and k2 of the handshake; accept: key pair of epoch 0 where it is kept. */
    constructor(finished, offers, accept) {
        this.id = hash('channel id', finished.h);
        this.offers = offers;
        this.current = new Epoch(firstSecret(finished, 0), 0, offers);
        this.next = null;
        this.session = null; // re-established, not heard yet
        this.accepts = new Map([[0, accept]]); // epoch that it made -> key pair
        this.offer = offers ? keyPair() : null;
        this.taken = null; // offer that the newest accept answers
        this.resumptions = new Map([[0, this.current.resumption]]);
        this.anchor = [0, this.current.resumption]; // CH-40
        this.floor = 0;
        this.newest = { epoch: 0, index: 0 };
        this.events = [];
    }

    epochs() {
        return [this.current, this.next, this.session?.epoch].filter(Boolean);
    }

    /** A contact sends in the newest epoch that it has heard (CH-10), who offers in the newest. */
    seal(lane, content, nonce, session = false) {
        const newest = this.offers && this.next ? this.next : this.current;
        const epoch = session ? this.session.epoch : newest;
        return { epoch: epoch.number, ...epoch.send[LANE[lane]].seal(content, nonce) };
    }

    /** Opens a cell under whichever keys it is for; auth where it is for none of them. */
    open(cell, lanes = ['cell', 'switch', 'bulk', 'short']) {
        let status = 'auth';
        for (const lane of lanes) {
            for (const epoch of this.epochs()) {
                const chain = epoch.recv[LANE[lane]];
                const index = chain.peek(cell);
                if (index === null)
                    continue;
                try {
                    const content = chain.open(index, cell);
                    return this.heard(epoch, lane, index, content);
                } catch (error) {
                    status = error.status ?? refuse('auth', error.message);
                }
            }
        }
        return refuse(status, 'no key opens this cell');
    }

    heard(epoch, lane, index, content) {
        const quarantined = epoch === this.session?.epoch && this.session.stale;
        if (epoch === this.next)
            this.step(); // CH-9
        if (epoch === this.session?.epoch && !quarantined)
            this.settle();
        if (lane === 'cell' && !quarantined)
            this.newest = { epoch: epoch.number, index };
        return { lane, epoch: epoch.number, index, content, quarantined };
    }

    step() {
        this.current = this.next;
        this.next = null;
        this.taken = null;
        this.floor = this.current.number;
        this.keep(this.current);
    }

    /** The session becomes the channel: heard in it, or humans compared its words (05 §8.2). */
    settle() {
        const { epoch, accept, stale, floor } = this.session;
        this.current = epoch;
        this.next = null;
        this.taken = null;
        this.session = null;
        this.floor = floor;
        this.accepts.set(epoch.number, accept);
        if (stale) {
            this.resumptions.clear();
            this.anchor = [epoch.number, epoch.resumption];
        }
        this.keep(epoch);
    }

    /** The newest epoch that this side has derived. */
    derived() {
        return (this.next ?? this.current).number;
    }

    /** Resumption keys under which the other side may ask, the newest first. */
    resumable() {
        const keys = [...this.resumptions].sort((a, b) => b[0] - a[0]);
        if (this.next)
            keys.unshift([this.next.number, this.next.resumption]);
        return [...keys, this.anchor];
    }

    keep(epoch) {
        this.resumptions.set(epoch.number, epoch.resumption);
        for (const number of [...this.resumptions.keys()].sort((a, b) => a - b))
            if (this.resumptions.size > RESUMPTIONS_MAX)
                this.resumptions.delete(number);
    }

    /** Contact: an offer of a call of epoch `number`. */
    takeOffer(offer, number) {
        if (number !== this.current.number)
            return;
        if (this.taken) {
            if (!equal(this.taken, offer))
                this.events.push('another offer of one epoch: a clone?'); // CH-11
            return;
        }
        const accept = keyPair();
        this.next = this.current.next(false, accept, offer);
        this.taken = offer;
        this.accepts.set(this.next.number, accept);
        this.accepts.delete(this.next.number - ACCEPTS_MAX);
    }

    /** Contact: the accept that a reply carries. */
    accept(session = false) {
        if (session)
            return { accept: this.session.accept.public, accept_epoch: this.session.epoch.number };
        const number = Math.max(...this.accepts.keys());
        return { accept: this.accepts.get(number).public, accept_epoch: number };
    }

    /** Who offers: the accept of a reply. */
    takeAccept(accept, number) {
        if (this.next || number !== this.current.number + 1)
            return;
        this.next = this.current.next(true, this.offer, accept);
        this.accepts = new Map([[number, { public: accept }]]);
        this.offer = keyPair();
    }
}
