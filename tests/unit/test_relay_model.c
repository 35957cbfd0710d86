/* SPDX-License-Identifier: ISC */
#include "support/relay_model.h"
#include "test.h"

/* Goal: the engine does what the simple model does, whatever happens in which order.
 * Method: random traces of actions from fixed seeds; the one that fails is named by its seed. */
static void test_random_traces(void)
{
    size_t moved = 0;

    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct t_rng rng = t_rng(seed);
        uint8_t trace[600];

        t_rng_bytes(&rng, trace, sizeof trace);
        if (getenv("MODEL_SEED") != NULL)
            printf("    seed %" PRIu64 "\n", seed);
        moved += relay_model_play(trace, sizeof trace);
    }
    T_TRUE(moved > 100);
}

/* Goal: the same where things are full: floods, drops, restarts, little reading.
 * Method: traces of few kinds of actions, weighted. */
static void test_flooded_traces(void)
{
    static const uint8_t kinds[] = {0x40, 0x40, 0x30, 0x60, 0x70, 0x90, 0xb8,
                                    0xc8, 0xd4, 0xf0, 0xf8, 0x10, 0xa8, 0xa0};
    size_t moved = 0;

    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct t_rng rng = t_rng(seed + 1000);
        uint8_t trace[300];

        for (size_t i = 0; i < sizeof trace; i++) {
            trace[i] = kinds[t_rng_below(&rng, sizeof kinds)];
            if (trace[i] < 0xb0)
                trace[i] |= (uint8_t)t_rng_below(&rng, 8);
        }
        moved += relay_model_play(trace, sizeof trace);
    }
    T_TRUE(moved > 100);
}

int main(void)
{
    T_RUN(test_random_traces);
    T_RUN(test_flooded_traces);
    return t_end();
}
