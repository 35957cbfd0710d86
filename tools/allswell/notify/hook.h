/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_NOTIFY_HOOK_H
#define TOOLS_ALLSWELL_NOTIFY_HOOK_H

#include "common/fail.h"

#include <allswell/action.h>
#include <jansson.h>

/**
 * @file
 * Hook: one way by which the person of this home is told outside the tool. One validator,
 * hook_read(), for what is typed, what is asked for over the control socket and what is stored.
 */

enum notify_kind {
    NOTIFY_NTFY = 0,
    NOTIFY_UNIFIEDPUSH,
    NOTIFY_WEBHOOK,
    NOTIFY_SMTP,
    NOTIFY_MATRIX,
    NOTIFY_EXEC,
    NOTIFY_DESKTOP,
};
#define NOTIFY_KIND_COUNT 7

#define HOOK_NAME_MAX     24
#define HOOK_ADDRESS_MAX  512
#define HOOK_SECRET_MAX   512
#define HOOK_MAIL_MAX     254 /* an address of mail, a user, a room */
#define HOOK_PROXY_MAX    128
#define HOOK_PATH_MAX     255
#define HOOK_SAY_MAX      100
#define HOOK_AGAIN_MIN_S  30
#define HOOK_AGAIN_MAX_S  3600

/** True time that one try may take; longer through a proxy, and for mail, whose servers wait. */
#define HOOK_LIMIT_MS      10000
#define HOOK_SLOW_LIMIT_MS 30000

/** Secret: wipe with hook_wipe(). */
struct hook {
    uint32_t number; /* key of its record, from 1; 0: free */
    enum notify_kind kind;
    char name[HOOK_NAME_MAX + 1];
    char address[HOOK_ADDRESS_MAX + 1]; /* URL, or path of a program */
    char host[HOOK_ADDRESS_MAX + 1];    /* of the URL; "" when nothing leaves this machine */
    char secret[HOOK_SECRET_MAX + 1];   /* token or password, or "" */
    char user[HOOK_MAIL_MAX + 1];
    char from[HOOK_MAIL_MAX + 1];
    char to[HOOK_MAIL_MAX + 1];     /* mail address, or room */
    char proxy[HOOK_PROXY_MAX + 1]; /* host:port of a SOCKS5 proxy, or "" */
    char ca[HOOK_PATH_MAX + 1];     /* file of certificates to trust instead of the system's */
    char say[HOOK_SAY_MAX + 1];     /* instead of the neutral line, or "" */
    enum aw_urgency least;          /* what is less urgent is not told */
    uint32_t again_s;               /* rings again after so long until answered, 0: not */
    bool with_text, is_bare, allow_plain;
    bool is_plain;       /* no TLS */
    bool is_loopback;    /* the server is this machine */
    const char *command; /* a command line instead of an address: --on-event; borrowed */
};

/** Returns the word of a kind. */
const char *hook_kind(enum notify_kind kind);

/** Finds a kind by its word. */
bool hook_find_kind(const char *word, enum notify_kind *kind);

/** How the address of a kind is given: never, as a word, or like a secret because it works so. */
enum hook_address { HOOK_ADDRESS_NONE = 0, HOOK_ADDRESS_WORD, HOOK_ADDRESS_SECRET };
enum hook_address hook_address_of(enum notify_kind kind);

/** Reads and checks the JSON of a hook; `number` is not in it. */
bool hook_read(struct hook *hook, const json_t *object, struct tool_fail *fail);

/**
 * Judges scheme and host of the address anew, as another reads them. Whoever will use the address
 * asks with what it has read itself, so that nothing else is used than what was checked.
 */
bool hook_judge(struct hook *hook, const char *scheme, const char *host, struct tool_fail *fail);

/** How long a try at a server may take. */
uint64_t hook_limit_ms(const struct hook *hook);

/** Checks that a new hook has the proxy that its address needs, or the program that it names. */
bool hook_check_way(const struct hook *hook, struct tool_fail *fail);

/** Writes what hook_read() reads, with all secrets. */
json_t *hook_record(const struct hook *hook);

/** Writes what may be shown: no secret, and no address that works like one. */
json_t *hook_json(const struct hook *hook);

/** Room for hook_leaks(). */
#define HOOK_LEAKS_MAX 1600

/** Writes what leaves this machine through a hook and who learns it, one fact per line. */
void hook_leaks(char out[HOOK_LEAKS_MAX], const struct hook *hook);

/** Returns the words for a delivery that the other side took: never more than is known. */
const char *hook_accepted(enum notify_kind kind);

/** Erases a hook. */
void hook_wipe(struct hook *hook);

#endif /* TOOLS_ALLSWELL_NOTIFY_HOOK_H */
