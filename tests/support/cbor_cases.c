/* SPDX-License-Identifier: ISC */
#include "support/cbor_cases.h"

bool cbor_case_next(const char **text, struct cbor_case *out)
{
    const char *line = *text;

    while (*line == '#' || *line == '\n') {
        line = strchr(line, '\n');
        T_REQUIRE(line != NULL);
        line++;
    }
    *text = line;
    if (*line == '\0')
        return false;
    T_REQUIRE(
        sscanf(line, "%256[0-9a-f]\t%15[A-Z]\t%255[^\n]", out->hex, out->verdict, out->note) == 3);
    out->len = t_unhex(out->hex, out->bytes, sizeof out->bytes);
    *text = strchrnul(line, '\n');
    return true;
}
