/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_PROXY_H
#define TOOLS_COMMON_PROXY_H

#include "common/fail.h"

#include <allswell/dial.h>

/**
 * @file
 * A SOCKS5 proxy as people write it: `socks5://127.0.0.1:9050`.
 */

/** Room for the text with its terminating zero. */
#define PROXY_TEXT_MAX (9 + AW_PROXY_HOST_MAX + 2 + 6 + 1)

/** Reads a proxy; socks5h:// is the same, "none" is none. The message says what is wrong. */
bool proxy_parse(struct aw_proxy *proxy, const char *text, struct tool_fail *fail);

/** Writes it; "none" for none. */
void proxy_write(char out[PROXY_TEXT_MAX], const struct aw_proxy *proxy);

/** What to do about a link that is down, "" where there is nothing. Never NULL. */
const char *proxy_remedy(enum aw_dial_fault fault);

#endif /* TOOLS_COMMON_PROXY_H */
