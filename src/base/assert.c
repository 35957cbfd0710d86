/* SPDX-License-Identifier: ISC */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

void aw_assert_fail(const char *file, int line, const char *what)
{
    (void)fprintf(stderr, "allswell: %s:%d: assertion failed: %s\n", file, line, what);
    abort();
}

#ifdef AW_COVERAGE
void aw_assert_true(bool cond, const char *file, int line, const char *what)
{
    if (!cond)
        aw_assert_fail(file, line, what);
}
#endif
