/* SPDX-License-Identifier: ISC */
#include "base/assert.h"
#include "support/acts.h"
#include "support/trace.h"

#include <stdlib.h>

/* One path for every secret (spec/06-subject.md §4); tests/ct/path.c counts its instructions. */

static const uint8_t *const keys[] = {circle_safe, circle_duress, circle_wrong};

/* The act, and the hour and a half after it. */
static void play(struct trace *t, struct t_rng *rng, const struct act *a, const uint8_t *key)
{
    struct circle c;

    t->has_actions = true;
    act_set_up(&c, a);
    trace_begin(t, &c);
    T_EQ(a->run(&c, key), AW_OK);
    circle_run(&c, 90 * MIN_S);
    *rng = c.rng;
    circle_free(&c);
}

/* Goal: her phone does the same for a safe, a duress and a wrong secret: what it stores, sends and
 * shows, how long it is, in which order, and how often it asks for randomness (SU-5).
 * Method: every act that takes a secret, with each of the three; all actions of the 90 minutes
 * after it, and the state of the random source, are compared. */
static void test_one_path(void)
{
    for (size_t k = 0; k < ACT_COUNT; k++) {
        struct trace traces[AW_COUNT(keys)];
        struct t_rng rng[AW_COUNT(keys)];

        for (size_t i = 0; i < AW_COUNT(keys); i++) {
            play(&traces[i], &rng[i], &acts[k], keys[i]);
            trace_same(acts[k].name, &traces[0], &traces[i]);
            T_MEM_EQ(&rng[0], &rng[i], sizeof rng[0]);
        }
        for (size_t i = 0; i < AW_COUNT(keys); i++)
            free(traces[i].seen);
    }
}

/* Whether the name of a function that takes a secret is in the table. */
static bool is_known(const char *name, size_t len)
{
    for (size_t k = 0; k < ACT_COUNT; k++) {
        if (strlen(acts[k].function) == len && memcmp(acts[k].function, name, len) == 0)
            return true;
    }
    return false;
}

/* Goal: no act that takes a secret is forgotten here.
 * Method: the declarations of subject.h with a presence key; the table has each of them. */
static void test_every_act(void)
{
    static char text[1 << 16];
    FILE *file = fopen(T_SOURCE_DIR "/src/include/allswell/subject.h", "r");
    unsigned found = 0;

    T_REQUIRE(file != NULL);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    T_TRUE(feof(file));
    (void)fclose(file);
    for (char *at = text; (at = strstr(at, "presence_key[")) != NULL; at++) {
        char *open = at, *name;

        while (*open != '(')
            open--;
        name = open;
        while (name[-1] != ' ' && name[-1] != '\n')
            name--;
        T_TRUE(is_known(name, (size_t)(open - name)));
        found++;
    }
    T_EQ(found, ACT_COUNT - 1); /* a plan with new secrets is another act of the same function */
}

int main(void)
{
    T_RUN(test_one_path);
    T_RUN(test_every_act);
    return t_end();
}
