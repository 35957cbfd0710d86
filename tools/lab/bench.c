/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "bench.h"
#include "lab/call.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t bench_now_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

double bench_ns(void (*step)(void *ctx), void *ctx, unsigned count)
{
    double best = 0;
    unsigned round, i;

    for (round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t start = bench_now_ns();
        double ns;

        for (i = 0; i < count; i++)
            step(ctx);
        ns = (double)(bench_now_ns() - start) / count;
        if (round == 0 || ns < best)
            best = ns; /* what disturbs only adds */
    }
    return best;
}

int bench_no_options(const char *name, const char *word)
{
    if (strcmp(word, "--help") != 0)
        return lab_wrong("allswell-lab bench", word, "is nothing that it takes");
    (void)printf("Usage: allswell-lab bench %s%s\n", name,
                 strcmp(name, "codec") == 0 ? " [--ours | --theirs]" : "");
    return LAB_OK;
}

static const char usage[] =
    "Usage: allswell-lab bench relay|switches|memory|codec|seal|contact [--help]\n"
    "\n"
    "  relay    durable deposits, drains and idle links, beside mosquitto and Redis\n"
    "  switches a relay engine with 1,000,000 armed switches: memory, time, lateness, restart\n"
    "  memory   a relay at its start, and the agent of a contact\n"
    "  codec    decoding a check-in, beside libcbor's stream decoder alone\n"
    "  seal     a check-in for 5 and 16 contacts, beside the sum of its libsodium calls\n"
    "  contact  inputs of 1,000 contact engines, beside their libsodium calls\n"
    "\n"
    "Figures of one run on one machine, with the peer in the same run: compare the ratios.\n";

int lab_bench(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } bench[] = {
        {"codec", bench_codec}, {"contact", bench_contact}, {"memory", bench_memory},
        {"seal", bench_seal},   {"relay", aw_bench_relay},  {"switches", aw_bench_switches},
    };
    size_t i;

    if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
        (void)fputs(usage, stdout);
        return LAB_OK;
    }
    for (i = 0; argc >= 2 && i < sizeof bench / sizeof bench[0]; i++) {
        if (strcmp(argv[1], bench[i].name) == 0)
            return bench[i].run(argc - 1, argv + 1);
    }
    return argc >= 2 ? lab_wrong("allswell-lab bench", argv[1], "is nothing to measure")
                     : lab_wrong("allswell-lab bench", "bench", "needs what to measure");
}
