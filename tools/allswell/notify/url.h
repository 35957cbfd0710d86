/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_NOTIFY_URL_H
#define TOOLS_ALLSWELL_NOTIFY_URL_H

#include <stdbool.h>

/**
 * @file
 * The parts of a URL that a hook is judged by. The courier's libcurl reads it, too, and judges
 * again: here nothing has to be refused that is only strange.
 */

#define URL_SCHEME_MAX 15
#define URL_HOST_MAX   512

/** "" where there is none. An IPv6 address keeps its brackets. */
struct url {
    char scheme[URL_SCHEME_MAX + 1]; /* in small letters */
    char host[URL_HOST_MAX + 1];
    char port[6];
};

/** Splits it; false for what has no scheme or no host, and for what has a user in it. */
bool url_split(struct url *out, const char *text);

#endif /* TOOLS_ALLSWELL_NOTIFY_URL_H */
