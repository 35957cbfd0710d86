/* SPDX-License-Identifier: ISC */
#include "common/sandbox.h"

/* In instrumented builds: sanitizers trace themselves, coverage writes where the build was. */

bool sandbox_files(const struct home *home, uint16_t port, struct tool_fail *fail)
{
    (void)home;
    (void)port;
    (void)fail;
    return true;
}

bool sandbox_calls(struct tool_fail *fail)
{
    (void)fail;
    return true;
}
