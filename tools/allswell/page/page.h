/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_PAGE_PAGE_H
#define TOOLS_ALLSWELL_PAGE_PAGE_H

#include "allswell/host.h"

/**
 * @file
 * The contact's page: a small web server on the loop of the agent (README.md).
 */

/** Where the page listens when nothing is said. */
#define PAGE_LISTEN_DEFAULT "127.0.0.1:8317"

struct page;

/**
 * Listens, and serves the page from then on.
 *
 * @param host         an agent with its network open; outlives the page
 * @param listen       "ADDRESS:PORT" or "[ADDRESS]:PORT", "" for the default; port 0: any
 * @param is_anywhere  addresses beyond loopback are meant
 */
bool page_open(struct page **out, struct host *host, const char *listen, bool is_anywhere,
               struct tool_fail *fail);

/** Says on standard output where the page is, and how to get in. */
void page_announce(const struct page *page);

/** Ends all connections. NULL is allowed. */
void page_close(struct page *page);

#endif /* TOOLS_ALLSWELL_PAGE_PAGE_H */
