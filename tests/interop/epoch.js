// SPDX-License-Identifier: ISC
// One generation of keys and its chains (spec/09-crypto.md §6).
import { be32, byte, concat } from './bytes.js';
import { dh, extract, kdf, messageKey, nextChain } from './crypto.js';
import { BULK, SHORT, SMALL, openCell, peek, sealCell } from './cell.js';
import { refuse } from './status.js';

export const LANE = { cell: 0, switch: 1, bulk: 2, short: 3 };
const SIZE = [SMALL, SMALL, BULK, SHORT];
const JUMP_MAX = 2 ** 20; // CH-3

export const firstSecret = ({ h, k1, k2 }, number) =>
    kdf(extract(h, concat(k1, k2)), 'epoch', be32(number));

export const nextSecret = (root, shared, number, offer, accept) =>
    kdf(extract(root, shared), 'epoch step', concat(be32(number), offer, accept));

export class Chain {
    constructor(secret, lane, direction) {
        const keys = kdf(secret, 'lane', byte(lane, direction), 64);
        this.lane = lane;
        this.hk = keys.slice(0, 32);
        this.ck = keys.slice(32);
        this.index = 0;
    }

    seal(content, nonce) {
        const index = this.index;
        const key = messageKey(this.ck);
        this.ck = nextChain(this.ck); // CH-1
        this.index++;
        return { index, cell: sealCell(this.hk, key, index, content, SIZE[this.lane], nonce) };
    }

    /** The content of a cell of this chain; nothing changes before its MAC has verified (CH-4). */
    open(index, cell) {
        if (index < this.index)
            refuse('replay', `index ${index}`);
        if (index - this.index > JUMP_MAX)
            refuse('range', `index ${index}`);
        let ck = this.ck;
        for (let i = this.index; i < index; i++)
            ck = nextChain(ck);
        const content = openCell(messageKey(ck), cell);
        this.ck = nextChain(ck);
        this.index = index + 1; // CH-5
        return content;
    }

    peek(cell) {
        return cell.length === SIZE[this.lane] ? peek(this.hk, cell) : null;
    }
}

export class Epoch {
    constructor(secret, number, offers) {
        const chains = (direction) =>
            Object.values(LANE).map((lane) => new Chain(secret, lane, direction));
        this.number = number;
        this.root = kdf(secret, 'root');
        this.resumption = kdf(secret, 'resumption');
        this.send = chains(offers ? 0 : 1);
        this.recv = chains(offers ? 1 : 0);
    }

    /** The next epoch, from the key pair of this side and the key of the other. */
    next(offers, mine, theirs) {
        const [offer, accept] = offers ? [mine.public, theirs] : [theirs, mine.public];
        const number = this.number + 1;
        const shared = dh(mine.secret, theirs);
        return new Epoch(nextSecret(this.root, shared, number, offer, accept), number, offers);
    }
}
