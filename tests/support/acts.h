/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_ACTS_H
#define AW_TESTS_ACTS_H

#include "support/circle.h"

/*
 * Every act of hers for which a secret is typed (spec/06-subject.md SU-5). Her phone must do the
 * same for a safe one, a duress one and a wrong one: tests trace each row, and count its
 * instructions. Contact 1 is in the circle, contact 2 is not.
 */
struct act {
    const char *name;
    const char *function;              /* of subject.h that takes the secret */
    void (*prepare)(struct circle *c); /* what the act needs; NULL: nothing */
    enum aw_status (*run)(struct circle *c, const uint8_t key[AW_PRESENCE_KEY_LEN]);
};

#define ACT_COUNT    7
#define ACT_CONTACTS 2

extern const struct act acts[ACT_COUNT];

/* The circle before act `a`; contacts hear nothing from then on. */
void act_set_up(struct circle *c, const struct act *a);

#endif /* AW_TESTS_ACTS_H */
