/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_HARDEN_H
#define TOOLS_COMMON_HARDEN_H

/**
 * Does what every tool does before it touches a secret: no core dumps and no tracing, no swap where
 * the system lets it, files for the owner only, SIGPIPE ignored, and JSON values that wipe
 * themselves when they are freed.
 */
void harden_process(void);

#endif /* TOOLS_COMMON_HARDEN_H */
