/* SPDX-License-Identifier: ISC */
#include "common/zone.h"

#include "common/fail.h"
#include "common/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Any other file, or a directory such as Europe, has no rules. */
static bool is_zone_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char magic[4] = "";
    bool ok = file != NULL && fread(magic, sizeof magic, 1, file) == 1 &&
              memcmp(magic, "TZif", sizeof magic) == 0;

    if (file != NULL)
        (void)fclose(file);
    return ok;
}

/* NULL: that of the system. */
static const char *folder(void)
{
    const char *name = getenv("TZDIR");

    return name == NULL || name[0] == '\0' ? NULL : name;
}

bool zone_has_rules(const char *name)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/%s",
                       folder() == NULL ? "/usr/share/zoneinfo" : folder(), name);

    return name[0] != '\0' && len > 0 && (size_t)len < sizeof path && is_zone_file(path);
}

/*
 * ---- Rules in the form of POSIX: "CET-1CEST,M3.5.0,M10.5.0/3" ----
 *
 * tzset() understands them, but does not tell what it did not understand: after TZ=Mars/Base,
 * tzname and timezone are those of "Mars0", which is right. So nothing less than reading tells.
 */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Three letters or more, or in <> what an offset needs, too. */
static bool skip_name(const char **at)
{
    bool is_quoted = **at == '<';
    const char *from = *at += is_quoted ? 1 : 0;

    while (is_letter(**at) || (is_quoted && (is_digit(**at) || **at == '+' || **at == '-')))
        (*at)++;
    if (*at - from < 3 || (is_quoted && **at != '>'))
        return false;
    *at += is_quoted ? 1 : 0;
    return true;
}

static bool skip_number(const char **at, unsigned lo, unsigned hi)
{
    unsigned value = 0, count = 0;

    for (; is_digit(**at) && count < 4; count++)
        value = value * 10 + (unsigned)(*(*at)++ - '0');
    return count > 0 && value >= lo && value <= hi;
}

/* "-1", "5:30", "02:00:00". */
static bool skip_time(const char **at, unsigned hours)
{
    if (**at == '+' || **at == '-')
        (*at)++;
    if (!skip_number(at, 0, hours))
        return false;
    for (unsigned i = 0; i < 2 && **at == ':'; i++) {
        (*at)++;
        if (!skip_number(at, 0, 59))
            return false;
    }
    return true;
}

/* "M3.5.0", "J60" or "59", and perhaps a time of day. */
static bool skip_day(const char **at)
{
    bool ok;

    if (**at == 'M') {
        (*at)++;
        ok = skip_number(at, 1, 12) && *(*at)++ == '.' && skip_number(at, 1, 5) &&
             *(*at)++ == '.' && skip_number(at, 0, 6);
    } else {
        bool is_julian = **at == 'J';

        *at += is_julian ? 1 : 0;
        ok = skip_number(at, is_julian ? 1 : 0, 365);
    }
    if (!ok || **at != '/')
        return ok;
    (*at)++;
    return skip_time(at, 167);
}

static bool is_rules(const char *at)
{
    if (!skip_name(&at) || !skip_time(&at, 24))
        return false;
    if (*at == '\0')
        return true;
    if (!skip_name(&at) || (*at != '\0' && *at != ',' && !skip_time(&at, 24)))
        return false;
    if (*at == '\0')
        return true;
    for (unsigned i = 0; i < 2; i++) {
        if (*at++ != ',' || !skip_day(&at))
            return false;
    }
    return *at == '\0';
}

bool zone_is_known(const char *tz)
{
    if (tz[0] == ':')
        tz++;
    /* Right without any rules, too. */
    if (tz[0] == '\0' || strcmp(tz, "UTC") == 0 || strcmp(tz, "Etc/UTC") == 0)
        return true;
    return tz[0] == '/' ? is_zone_file(tz) : zone_has_rules(tz) || is_rules(tz);
}

void zone_warn(void)
{
    const char *tz = getenv("TZ");
    char name[64];

    if (tz == NULL || zone_is_known(tz))
        return;
    (void)snprintf(name, sizeof name, "%s", tz);
    text_clean(name);
    (void)fprintf(stderr,
                  "%s: no time zone is called '%s'%s, so times are in UTC: set TZ to Area/City, or "
                  "unset it\n",
                  tool_name, name, folder() == NULL ? "" : " in the folder of TZDIR");
}
