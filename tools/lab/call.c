/* SPDX-License-Identifier: ISC */
#include "lab/call.h"

#include "lab/lab.h"

#include <stdio.h>
#include <string.h>

int lab_wrong(const char *program, const char *word, const char *why)
{
    (void)fprintf(stderr, "allswell-lab: '%.60s' %s: see '%s --help'\n", word, why, program);
    return LAB_USAGE;
}

int lab_option(const char *program, int argc, char **argv, const char *shorts,
               const struct option *options)
{
    char letter[] = "-?";
    int c;

    opterr = 0; /* getopt's own words have no remedy */
    c = getopt_long(argc, argv, shorts, options, NULL);
    if (c == ':')
        (void)lab_wrong(program, argv[optind - 1], "needs a value");
    else if (c == '?' && optopt != 0 && strchr(shorts, optopt) != NULL)
        (void)lab_wrong(program, argv[optind - 1], "takes no value");
    else if (c == '?' && optopt != 0) { /* one of several letters, perhaps */
        letter[1] = (char)optopt;
        (void)lab_wrong(program, letter, "is no option");
    } else if (c == '?')
        (void)lab_wrong(program, argv[optind - 1], "is no option");
    return c == ':' ? '?' : c;
}

bool lab_no_words(const char *program, int argc, char **argv)
{
    if (optind < argc)
        (void)lab_wrong(program, argv[optind], "is one word too many");
    return optind == argc;
}

bool lab_options(const struct lab_call *call, int argc, char **argv, lab_read_option *read,
                 void *into, int *code)
{
    int c;

    *code = LAB_USAGE;
    while ((c = lab_option(call->program, argc, argv, call->shorts, call->options)) != -1) {
        if (c == 'h') {
            (void)fputs(call->usage, stdout);
            *code = LAB_OK;
            return false;
        }
        if (!read(c, optarg, into))
            return false;
    }
    return lab_no_words(call->program, argc, argv);
}
