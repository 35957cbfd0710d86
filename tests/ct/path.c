/* SPDX-License-Identifier: ISC */
#include "support/acts.h"

/*
 * One path for every secret, counted: runs under valgrind's callgrind, which counts the
 * instructions of path_run(), once for each act. The secret is a number of one digit, since the
 * length of a word moves the stack, and with it what copies of the C library cost. With another
 * word it leaks on purpose.
 */

/* Not static: callgrind knows it by its name. */
void path_run(struct circle *c, const struct act *a, const uint8_t *key, bool leaks);

/* What her phone does from the typed secret to the last cell that leaves. */
void path_run(struct circle *c, const struct act *a, const uint8_t *key, bool leaks)
{
    volatile unsigned waste = 0;

    T_EQ(a->run(c, key), AW_OK);
    circle_pump(c);
    for (unsigned i = 0; leaks && i < 100U * key[0]; i++)
        waste += i;
}

static const uint8_t *typed; /* the secret */
static bool is_leaky;

static void test_path(void)
{
    void (*volatile run)(struct circle *, const struct act *, const uint8_t *, bool) = path_run;

    for (size_t i = 0; i < ACT_COUNT; i++) {
        struct circle c;

        act_set_up(&c, &acts[i]);
        run(&c, &acts[i], typed, is_leaky);
        circle_free(&c);
    }
}

int main(int argc, char **argv)
{
    const uint8_t *keys[] = {circle_safe, circle_duress, circle_wrong};

    if (argc < 2 || argv[1][0] < '1' || argv[1][0] > '3')
        return 2;
    typed = keys[argv[1][0] - '1'];
    is_leaky = argc > 2;
    T_RUN(test_path);
    return t_end();
}
