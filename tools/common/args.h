/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_ARGS_H
#define TOOLS_COMMON_ARGS_H

#include "common/fail.h"

#include <argp.h>
#include <jansson.h>

/**
 * @file
 * Command lines with subcommands, from a table: `tool [GLOBAL...] COMMAND [OPTION...] [WORD...]`.
 *
 * The table is the only list of commands and options: --help, and with it the tests that compare
 * man pages and completion, come from it.
 */

struct args;

/** One subcommand. `name` is one or two words. */
struct args_command {
    const char *name;
    const char *words;                 /* "PERSON", "[FILE]" or "" */
    const char *doc;                   /* one line for the list of commands */
    const char *more;                  /* what --help adds below the options, or NULL */
    const struct argp_option *options; /* its own, or NULL */
    unsigned word_min, word_max;
    int (*run)(const struct args *args); /* returns the exit code */
};

/** The tool: its commands, ended by a NULL name, and the options that all of them take. */
struct args_tool {
    const char *doc;
    const struct args_command *commands;
    const struct argp_option *globals;
    /* Refuses a value of a global option, also where a command does not need it; or NULL. */
    bool (*check)(const struct args *args, struct tool_fail *fail);
};

/** A parsed command line. */
struct args {
    const struct args_command *command;
    json_t *options; /* object: name -> array of strings */
    json_t *words;   /* array of strings */
};

/** Keys of options in the tables start here: none is a letter. */
#define ARGS_KEY 0x100

/** Parses, runs the command, cleans up; returns the exit code of the process. */
int args_main(const struct args_tool *tool, int argc, char **argv);

/** Returns the value of an option, "" for one without value, NULL when it was not given. */
const char *args_option(const struct args *args, const char *name);

/** Returns the `idx`-th value of an option that may be repeated, or NULL. */
const char *args_option_at(const struct args *args, const char *name, size_t idx);

/** Returns word `idx` after the command, or NULL. */
const char *args_word(const struct args *args, size_t idx);

/** Parses a whole number within bounds; NULL text gives `fallback`. */
bool args_number(const char *text, const char *what, long lo, long hi, long fallback, long *out,
                 struct tool_fail *fail);

#endif /* TOOLS_COMMON_ARGS_H */
