/* SPDX-License-Identifier: ISC */
#include "lab/lab.h"

/* The simulator on stub crypto, as a program of its own: it is not installed. */
int main(int argc, char **argv)
{
    return lab_simulate(argc, argv); /* without the name of the subcommand */
}
