/* SPDX-License-Identifier: ISC */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

void aw_assert_fail(const char *file, int line, const char *what)
{
    (void)fprintf(stderr, "allswell: %s:%d: assertion failed: %s\n", file, line, what);
    abort();
}
