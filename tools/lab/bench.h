/* SPDX-License-Identifier: ISC */
#ifndef LAB_BENCH_H
#define LAB_BENCH_H

#include <stdint.h>

#define BENCH_ROUNDS 7

uint64_t bench_now_ns(void);

/* Nanoseconds of one `step`, the best of BENCH_ROUNDS rounds of `count`. */
double bench_ns(void (*step)(void *ctx), void *ctx, unsigned count);

int bench_codec(int argc, char **argv);
int bench_contact(int argc, char **argv);
int bench_memory(int argc, char **argv);
int bench_seal(int argc, char **argv);
int aw_bench_relay(int argc, char **argv);
int aw_bench_switches(int argc, char **argv);

/* For one without options of its own, or none that is like `word`: helps, or tells what is wrong,
 * and returns the exit code. */
int bench_no_options(const char *name, const char *word);

/* Removes a folder and what is in it. */
void bench_remove(const char *dir);

#endif /* LAB_BENCH_H */
