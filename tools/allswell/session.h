/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_SESSION_H
#define TOOLS_ALLSWELL_SESSION_H

#include "allswell/host.h"
#include "common/args.h"
#include "common/secret.h"

/**
 * @file
 * Session: one command's talk with the host of its home. While `allswell run` is up the host is
 * in that process; otherwise the command opens the home itself and talks to the relays for a
 * short time.
 */

struct session {
    struct home home;
    struct host *local; /* NULL: the agent has it */
    bool is_json;
    bool has_wait;   /* --wait was given */
    unsigned wait_s; /* how long to wait for relays */
};

/** Refuses a --wait that is none. */
bool session_check(const struct args *args, struct tool_fail *fail);

/** Finds the home and who holds it. */
bool session_open(struct session *session, const struct args *args, struct tool_fail *fail);

/** Ends the session; what is not sent waits in the store. */
void session_close(struct session *session);

/**
 * Asks the host. Takes `request` over.
 *
 * @param reply  set to a reply that says "ok", to be released; NULL on false
 */
bool session_ask(struct session *session, json_t *request, json_t **reply, struct tool_fail *fail);

/**
 * Without an agent: lets the network work until nothing is under way, at most `max_s` seconds (0:
 * --wait). With one, it returns at once: the agent works all the time.
 *
 * @return whether all relays were reached
 */
bool session_settle(struct session *session, unsigned max_s);

/** Waits a moment of true time, with the network at work. */
void session_pause(struct session *session, unsigned ms);

/** Asks, prints JSON or calls `render`, and returns the exit code. Takes `request` over. */
int session_query(const struct args *args, json_t *request, void (*render)(const json_t *reply));

/**
 * Asks `what`, "status" or "people", and shows the answer; with --watch, of a running agent, again
 * and again. A text that is shown counts as seen by a person, but JSON does not, and of --watch
 * only the first: nobody may be looking any more.
 */
int session_look(const struct args *args, const char *what, void (*render)(const json_t *reply));

/** As session_query(), and gives what was made time to leave. */
int session_act(const struct args *args, json_t *request, void (*render)(const json_t *reply));

/** What is agreed to before something that cannot be taken back. */
struct session_agreement {
    const char *follows; /* what follows, with %s for the person's name */
    const char *word;    /* to type */
    const char *side;    /* "mine", "watched" or "both": whom a name may mean */
};

/** Finds the person whom the first word names, and has somebody agree: ask_word(). */
bool session_agree(struct session *session, const struct args *args,
                   const struct session_agreement *agreement, struct tool_fail *fail);

/** As session_act(), after session_agree(). */
int session_act_agreed(const struct args *args, const struct session_agreement *agreement,
                       json_t *request, void (*render)(const json_t *reply));

/** Reads what is typed into `request`, or has somebody agree. */
typedef bool session_ready(const struct args *args, struct session *session, json_t *request,
                           struct tool_fail *fail);

/** As session_query(), once `ready` is done; relays are not asked before. */
int session_query_ready(const struct args *args, session_ready *ready, json_t *request,
                        void (*render)(const json_t *reply));

/** As session_act(), once `ready` is done; relays are not asked before. */
int session_act_ready(const struct args *args, session_ready *ready, json_t *request,
                      void (*render)(const json_t *reply));

/** As session_query(), but without an agent it opens no link: for what decides how links go. */
int session_set(const struct args *args, json_t *request, void (*render)(const json_t *reply));

/** Rules of where the home is. */
extern const struct home_rule session_home_rule;

/* ---- presence.c: from the typed secret to the key ---- */

/** What the host tells of how keys are made. */
struct presence {
    uint8_t salt[AW_PRESENCE_SALT_LEN];
    uint8_t tweak[AW_PRESENCE_TWEAK_LEN];
    bool has_secrets;
};

/** Asks the host. */
bool presence_load(struct session *session, struct presence *presence, struct tool_fail *fail);

/** Reads one secret and derives its key; shows the picture, and asks on a terminal. */
bool presence_ask(struct presence *presence, const struct secret_source *source, const char *prompt,
                  uint8_t key[AW_PRESENCE_KEY_LEN], struct tool_fail *fail);

/** Reads a new secret, twice on a terminal, and derives its key. Shows no picture yet. */
bool presence_ask_new(const struct presence *presence, const struct secret_source *source,
                      const char *prompt, uint8_t key[AW_PRESENCE_KEY_LEN], struct tool_fail *fail);

/** Reads a secret that can be judged here, and derives its key: no picture. */
bool presence_ask_once(const struct presence *presence, const struct secret_source *source,
                       const char *prompt, uint8_t key[AW_PRESENCE_KEY_LEN],
                       struct tool_fail *fail);

/** Tells which picture a key shows. */
void presence_show(const struct presence *presence, const uint8_t key[AW_PRESENCE_KEY_LEN]);

#endif /* TOOLS_ALLSWELL_SESSION_H */
