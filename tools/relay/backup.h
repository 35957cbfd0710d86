/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_RELAY_BACKUP_H
#define TOOLS_RELAY_BACKUP_H

#include "relay_tool.h"

#include <allswell/control.h>

/**
 * @file
 * Copies of a relay's database, in its home: while it runs, by a thread of its own.
 */

/** Names of the copy that the command makes itself, and of what it restores, in a home. */
#define BACKUP_OFFLINE "backup-0.part"
#define BACKUP_RESTORE "restore.part"

struct backup;

/** Makes it ready; `store` outlives it. */
bool backup_open(struct backup **out, struct aw_loop *loop, const struct aw_store *store,
                 const struct home *home, struct tool_fail *fail);

/** Begins a copy, which answers the client with its "name" in the home and its "bytes". */
void backup_begin(struct backup *backup, struct aw_control_client *client);

/** Waits for a copy under way, and answers. NULL is allowed. */
void backup_close(struct backup *backup);

/** Copies the database of a relay that does not run; the same for the name. */
bool backup_copy(const struct aw_store *store, const struct home *home, const char *name,
                 struct tool_fail *fail);

#endif /* TOOLS_RELAY_BACKUP_H */
