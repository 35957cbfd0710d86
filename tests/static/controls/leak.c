/* SPDX-License-Identifier: ISC */
/* Broken: -fanalyzer has to see that memory is freed twice. */
#include <stdlib.h>

int use(int n);

int use(int n)
{
    int *values = malloc(8 * sizeof *values);

    if (values == NULL)
        return 0;
    values[0] = n;
    if (n > 1)
        free(values);
    n = n > 2 ? 3 : 4;
    free(values);
    return n;
}
