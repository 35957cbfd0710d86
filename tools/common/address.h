/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_ADDRESS_H
#define TOOLS_COMMON_ADDRESS_H

#include "common/fail.h"

#include <allswell/invite.h>

/**
 * @file
 * The address line of a relay: `host:port/KEY`, KEY being its public key in base64url. It is
 * public: whoever has it can reach the relay, and needs a token or a capability for anything.
 */

/** Room for an address line with its terminating zero. */
#define ADDRESS_LINE_MAX (AW_ADDRESS_LEN_MAX + 1 + 43 + 1)

/** Reads an address line; the message says which part is wrong. */
bool address_parse(struct aw_endpoint *endpoint, const char *line, struct tool_fail *fail);

/** Writes an address line. */
void address_write(char out[ADDRESS_LINE_MAX], const struct aw_endpoint *endpoint);

/** Checks "host:port", "[v6]:port" or "name.onion:port". */
bool address_check(const char *address, struct tool_fail *fail);

/** Checks what Tor must know: an onion address is one of version 3, 56 characters of base32. Others
 * pass. For what people type; what is stored was typed before. */
bool address_check_onion(const struct aw_endpoint *endpoint, struct tool_fail *fail);

#endif /* TOOLS_COMMON_ADDRESS_H */
