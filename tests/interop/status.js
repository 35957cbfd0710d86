// SPDX-License-Identifier: ISC
// A refusal with its status (spec/13-statuses.md §1).

export class Refused extends Error {
    constructor(status, why = '') {
        super(why === '' ? status : `${status}: ${why}`);
        this.status = status;
    }
}

export function refuse(status, why) {
    throw new Refused(status, why);
}

/** "ok", or the status with which the action was refused. Anything else is a bug. */
export function statusOf(action) {
    try {
        action();
        return 'ok';
    } catch (error) {
        if (error instanceof Refused)
            return error.status;
        throw error;
    }
}
