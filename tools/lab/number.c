/* SPDX-License-Identifier: ISC */
#include "lab/number.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool lab_number(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *out)
{
    unsigned long long value = 0;

    errno = 0;
    if (text[0] != '\0' && text[strspn(text, "0123456789")] == '\0') /* no sign, no space */
        value = strtoull(text, NULL, 10);
    else
        errno = EINVAL;
    if (errno != 0 || value < low || value > high) {
        (void)fprintf(stderr,
                      "allswell-lab: %s '%.40s' is no number from %" PRIu64 " to %" PRIu64
                      ": correct it\n",
                      option, text, low, high);
        return false;
    }
    *out = value;
    return true;
}

bool lab_amount(const char *option, const char *text, double high, double *out)
{
    char *end;
    double value;

    errno = 0;
    value = strtod(text, &end);
    if (errno != 0 || end == text || *end != '\0' || !(value > 0 && value <= high)) {
        (void)fprintf(stderr,
                      "allswell-lab: %s '%.40s' is no number above 0 and up to %.0f: correct it\n",
                      option, text, high);
        return false;
    }
    *out = value;
    return true;
}
