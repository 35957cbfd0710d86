/* SPDX-License-Identifier: ISC */
#include "lab.h"
#include "lab/call.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "Usage: allswell-lab inspect [--cbor] [--as NAME]   what is on stdin, and is it right?\n"
    "       allswell-lab vectors --verify|--write DIR   the vectors of the specification\n"
    "       allswell-lab bench relay|codec|seal         figures, with the peer beside them\n"
    "       allswell-lab simulate [--seed N] [...]      lives of whole circles, with faults\n"
    "       allswell-lab play FILE                      a script: what happens, what is expected\n"
    "       allswell-lab oracle                         verdicts on messages and machines\n"
    "       allswell-lab generate --seed N --mutate K   messages from the grammar\n"
    "       allswell-lab --help | --version\n"
    "\n"
    "Each subcommand has its own --help. Exit codes: 0 accepted or verified, 1 refused or\n"
    "different, 2 wrong call, 4 the environment failed. See allswell-lab(1).\n";

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } command[] = {
        {"inspect", lab_inspect},   {"vectors", lab_vectors}, {"bench", lab_bench},
        {"simulate", lab_simulate}, {"oracle", lab_oracle},   {"generate", lab_generate},
        {"play", lab_play},
    };
    size_t i;

    if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
        (void)fputs(usage, stdout);
        return LAB_OK;
    }
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
        (void)puts("allswell-lab " ALLSWELL_VERSION);
        return LAB_OK;
    }
    for (i = 0; argc >= 2 && i < sizeof command / sizeof command[0]; i++) {
        if (strcmp(argv[1], command[i].name) == 0)
            return command[i].run(argc - 1, argv + 1);
    }
    return argc >= 2 ? lab_wrong("allswell-lab", argv[1], "is no subcommand")
                     : lab_wrong("allswell-lab", "allswell-lab", "needs a subcommand");
}
