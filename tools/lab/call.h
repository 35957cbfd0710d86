/* SPDX-License-Identifier: ISC */
#ifndef LAB_CALL_H
#define LAB_CALL_H

#include <getopt.h>
#include <stdbool.h>

/* The command line of a subcommand. What is wrong in it is told in one line on standard error, with
 * what to do; `program` is how the subcommand is called, "allswell-lab inspect". */

/* Returns LAB_USAGE, after "allswell-lab: 'WORD' WHY: see 'PROGRAM --help'". */
int lab_wrong(const char *program, const char *word, const char *why);

/* The next option as getopt_long() has it, which `shorts` begin with ':' for; -1 behind the last,
 * '?' when one was wrong and that was told. The first call starts at argv[1]: optind is 1. */
int lab_option(const char *program, int argc, char **argv, const char *shorts,
               const struct option *options);

/* What a subcommand has. `shorts` and `options` name -h, --help among others. */
struct lab_call {
    const char *program, *usage, *shorts;
    const struct option *options;
};

/* Takes one option into `into`; false when its value is wrong, and that was told, or on '?'. */
typedef bool lab_read_option(int c, const char *text, void *into);

/* Reads all options, and wants no word behind them. False: the subcommand ends with *code, after
 * --help or what is wrong. */
bool lab_options(const struct lab_call *call, int argc, char **argv, lab_read_option *read,
                 void *into, int *code);

/* Whether no word is left behind the options; tells the first one that is. */
bool lab_no_words(const char *program, int argc, char **argv);

#endif /* LAB_CALL_H */
