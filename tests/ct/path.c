/* SPDX-License-Identifier: ISC */
#include "support/circle.h"

/*
 * One path for every secret, counted: runs under valgrind's callgrind, which counts the
 * instructions of path_run(). The secret is a number of one digit, since the length of a word moves
 * the stack, and with it what copies of the C library cost. With another word it leaks on purpose.
 */

/* Not static: callgrind knows it by its name. */
void path_run(struct circle *c, const uint8_t *key, bool leaks);

/* What her phone does from the typed secret to the last cell that leaves. */
void path_run(struct circle *c, const uint8_t *key, bool leaks)
{
    volatile unsigned waste = 0;

    circle_checkin(c, key);
    for (unsigned i = 0; leaks && i < 100U * key[0]; i++)
        waste += i;
}

int main(int argc, char **argv)
{
    const uint8_t *keys[] = {circle_safe, circle_duress, circle_wrong};
    void (*volatile run)(struct circle *, const uint8_t *, bool) = path_run; /* never inlined */
    struct circle c;

    circle_init(&c, 1, 61);
    circle_set_up(&c);
    c.hosts[1].is_asleep = true;
    if (argc > 1 && argv[1][0] >= '1' && argv[1][0] <= '3')
        run(&c, keys[argv[1][0] - '1'], argc > 2);
    circle_free(&c);
    return t_end();
}
