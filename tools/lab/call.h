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

/* Whether no word is left behind the options; tells the first one that is. */
bool lab_no_words(const char *program, int argc, char **argv);

#endif /* LAB_CALL_H */
