/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_ALLSWELL_H
#define ALLSWELL_ALLSWELL_H

/**
 * @file
 * Allswell: the whole library, and the conventions that hold for every header of it.
 *
 * What the engines do. A subject, a contact, a relay, a link: each is an object that you
 * place, feed and ask. An engine opens no socket, reads no clock, allocates nothing, keeps
 * nothing outside its object, and never blocks. What it needs is handed in: received bytes, the
 * time, the outcome of a write. What it wants is handed out when you ask: bytes to send, records
 * to store, events for a human, and one deadline at which to call again.
 *
 * Order. Input, then output until there is none, then the deadline: after every input. What
 * goes on the wire waits until the records that it depends on are reported stored; do not
 * reorder, and do not report stored what is not. That rule is what keeps a crash from
 * repeating a nonce or forgetting an alarm.
 *
 * Ownership. You place every object; its fields are visible for that purpose only, and private.
 * An object holds no pointer into itself, so it may be moved between calls. `struct aw_bytes`
 * is borrowed until the call returns, or until the function says so. `struct aw_buf` is yours,
 * and is appended to. Where an init function is given arrays or a random source, they must
 * outlive the object. Objects with secrets end in a _wipe() call; do not copy them.
 *
 * Time. Milliseconds inside the library, at most AW_TIME_MAX_MS; seconds since 1970 on the
 * wire. Every input carries both clocks, `struct aw_now`: the monotonic one, which must go on
 * while the device sleeps, for deadlines; the wall clock for people and for restarts. A
 * monotonic time below the last one counts as no time passed. AW_TIME_NEVER is no deadline.
 *
 * Status. `enum aw_status` is AW_OK or says, by its class, what to do: USAGE, give more room
 * or call later; REFUSED, drop this message; SESSION, begin this session anew; ENVIRONMENT, tell
 * the user and retry. On any failure outputs are untouched or empty, and a refused input leaves
 * the object as it was, except for the time. To the network, all refusals look the same: a
 * status is for logs and tests and must not be sent back.
 *
 * Wrong calls. NULL where an object belongs, a time beyond the maximum, a buffer smaller than
 * the function demands: these end the process through an assertion, in every build. Bytes from
 * outside never do, whatever they are.
 *
 * Threads. One thread at a time per object; separate objects are independent. The library has
 * no global state and needs no set-up call, save where a header says so.
 *
 * Randomness. `struct aw_random` is the one callback: it must be a cryptographic generator.
 * When it fails, the call returns AW_E_ENTROPY and has changed nothing.
 *
 * Names. aw_<noun>_<verb>; a unit is the last word of a name (grace_ms, body_len); _is_ asks a
 * question. The words are those of spec/: subject, contact, relay, check-in, beat, word, cell.
 *
 * Versions. version.h: before 1.0 a minor version may change any structure and any function.
 */

#include <allswell/action.h>
#include <allswell/agent.h>
#include <allswell/backup.h>
#include <allswell/base.h>
#include <allswell/card.h>
#include <allswell/client.h>
#include <allswell/clock.h>
#include <allswell/contact.h>
#include <allswell/control.h>
#include <allswell/coverage.h>
#include <allswell/dial.h>
#include <allswell/frame.h>
#include <allswell/hook.h>
#include <allswell/invite.h>
#include <allswell/limits.h>
#include <allswell/link.h>
#include <allswell/loop.h>
#include <allswell/peer.h>
#include <allswell/plan.h>
#include <allswell/plan_audit.h>
#include <allswell/presence.h>
#include <allswell/relay.h>
#include <allswell/server.h>
#include <allswell/state.h>
#include <allswell/store.h>
#include <allswell/store_memory.h>
#include <allswell/store_sqlite.h>
#include <allswell/subject.h>
#include <allswell/trigger.h>
#include <allswell/version.h>

#endif /* ALLSWELL_ALLSWELL_H */
