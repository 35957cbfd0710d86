/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_SANDBOX_H
#define TOOLS_COMMON_SANDBOX_H

#include "common/fail.h"
#include "common/home.h"

#include <stdint.h>

/**
 * @file
 * What a relay gives up before it listens to strangers, so that a hole in it is not one in the
 * machine. Both parts are inherited by all that it starts, so a relay that runs commands cannot use
 * them. In instrumented builds they do nothing: the instruments need more than a relay does.
 *
 * The agent (`allswell run`) does not use them. What wakes a person there is a program more often
 * than not, named on the command line, in a hook that may be added at any time, or in a file; it
 * would inherit both parts, and nobody knows what it needs: a ring that does not sound costs more
 * than the hole that is closed. So a hole in the agent is one in all that its user can do; the unit
 * of the service takes from both what such programs can do without.
 */

/**
 * Landlock: from now on only the files of the home can be touched (and the time zone read), TCP
 * connections are not made, and only `port` is listened on. Call before the first thread is
 * started. A kernel that has none of it is no reason to fail: a line on stderr says so. One that
 * knows no network yet (before 6.7) confines the files only.
 *
 * @param home  NULL: for who asks a router: no file but the routes is read, all of the network is
 *              there, and no line is printed
 * @param port  0: any
 */
bool sandbox_files(const struct home *home, uint16_t port, struct tool_fail *fail);

/**
 * seccomp, for all threads: from now on only the system calls that a relay which has opened its
 * files and sockets makes. Any other is refused with EPERM; those that only an intruder makes, such
 * as starting a program, end the process; the kernel logs both. A kernel without it is said and is
 * no obstacle.
 */
bool sandbox_calls(struct tool_fail *fail);

#endif /* TOOLS_COMMON_SANDBOX_H */
