/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_HOST_H
#define TOOLS_ALLSWELL_HOST_H

#include "allswell/plan_text.h"
#include "common/address.h"
#include "common/home.h"
#include "common/reply.h"

#include <allswell/contact.h>
#include <allswell/dial.h>
#include <allswell/loop.h>
#include <allswell/store.h>
#include <allswell/subject.h>

/**
 * @file
 * Host: one open home. It holds the store, the engine of this person as a subject, one engine for
 * each person who is watched, and what the tool keeps itself: name, relays, log.
 *
 * All commands are requests to a host, whether it lives in `allswell run` or in the command's own
 * process: host_request().
 */

/** Spaces of the tool's own records. */
#define HOST_SPACE_SETTINGS   112 /* key 1: one JSON object */
#define HOST_SPACE_RELAYS     113 /* key: number of the relay; JSON object */
#define HOST_SPACE_LOG        114 /* key: rising number; JSON object */
#define HOST_SPACE_HOOKS      115 /* key: number of the hook; JSON object */
#define HOST_SPACE_DELIVERIES 116 /* key: rising number; JSON object */
#define HOST_SPACE_PAGE       117 /* key: rising number; a session of the page, JSON object */
#define HOST_SPACE_MOVED      118 /* key: place in a list; where a relay is now, JSON object */
#define HOST_SPACE_COPIES     119 /* key: whose device, host_signs.c; JSON object */
#define HOST_SPACE_ANEW       120 /* the same */

/** Most people whom one person watches over, and most relays in one home. */
#define HOST_WATCH_MAX 32
#define HOST_RELAY_MAX 8

/** Most relays, also of others, of which it is known that they have moved. */
#define HOST_MOVED_MAX 32

/** Most devices of which there is a sign of each kind at a time. */
#define HOST_SIGN_MAX 64

/** Entries that the log keeps. */
#define HOST_LOG_MAX 10000

/** A relay of this home. Secret: wipe. */
struct host_relay {
    uint32_t number; /* key of its record, from 1; 0: free */
    struct aw_endpoint endpoint;
    uint8_t token[32];
};

/** Somebody who is watched. */
struct host_watch {
    uint32_t slot; /* 0: free */
    struct aw_contact *contact;
};

/** Signs that a device may not be the one that it was. */
enum host_sign_kind {
    HOST_SIGN_COPY, /* two devices speak with the same keys; until it is settled */
    HOST_SIGN_ANEW, /* its channel was made anew, as after a restored backup; for a week */
    HOST_SIGN_COUNT
};

struct host_sign {
    uint32_t slot;  /* of somebody who is watched; 0: `person` is a contact of the person here */
    uint8_t person; /* under a slot: another contact of that person, or 0 for the person */
    uint32_t at_s;  /* since when two devices, or when the channel was last made; 0: free */
};

/** Settings: one record. */
struct host_settings {
    char name[AW_NAME_LEN_MAX + 1];
    uint8_t salt[AW_PRESENCE_SALT_LEN];
    uint8_t tweak[AW_PRESENCE_TWEAK_LEN];
    bool has_secrets;             /* both secrets were chosen once: the tweak is theirs */
    char zone[PLAN_ZONE_MAX + 1]; /* name of the time zone of plan `zone_version` */
    uint32_t zone_version;
    struct aw_proxy proxy; /* to all relays; its host "": none */
};

struct host_net; /* loop, agent and hooks: host_net.h */

struct host {
    struct home home;
    struct aw_store store;
    struct aw_clock clock;
    struct host_settings settings;
    struct host_relay relays[HOST_RELAY_MAX];
    struct aw_endpoint moved[HOST_MOVED_MAX]; /* address "": free */
    struct host_sign signs[HOST_SIGN_COUNT][HOST_SIGN_MAX];
    struct aw_subject *subject;
    struct host_watch watches[HOST_WATCH_MAX];
    uint64_t log_first, log_next; /* keys: first kept, next to write */
    bool is_agent;                /* this is `allswell run` */
    struct host_net *net;
};

/** Who a request or an event is about. */
enum host_side {
    HOST_NOBODY = 0,
    HOST_MINE,    /* a contact of mine: person */
    HOST_WATCHED, /* somebody I watch: watch */
};

struct host_who {
    enum host_side side;
    uint8_t person;
    struct host_watch *watch;
};

/** Room for "w16777215" and for "16". */
#define HOST_ID_MAX 12

/** The store of a home; and its name while a home is made, which is none before that. */
#define HOST_FILE "allswell.db"
#define HOST_PART "allswell.part"

/** Creates the home and its database. */
bool host_create(const struct home *home, const char *name, struct tool_fail *fail);

/** Opens a home: store, settings, engines. Without network: see host_net.h. */
bool host_open(struct host **out, const struct home *home, struct tool_fail *fail);

/** The same for a home that is being made. */
bool host_open_part(struct host **out, const struct home *home, struct tool_fail *fail);

/** Makes a home of what was made, and is closed: whole and for good, or not at all. */
bool host_part_keep(const struct home *home, struct tool_fail *fail);

/** Removes what was left by the making of a home, or by an attempt at it. */
void host_part_remove(const struct home *home);

/** Wipes and closes; NULL is allowed. */
void host_close(struct host *host);

/** Reads both clocks. */
struct aw_now host_now(const struct host *host);

/** Answers a request of the control socket or of this process: a reply_handler. */
bool host_request(void *ctx, const char *what, const json_t *request, json_t **reply,
                  struct tool_fail *fail);

/* ---- Records of the tool: host_store.c ---- */

bool host_settings_store(struct host *host, struct tool_fail *fail);
/** Stores one record of the tool; `object` NULL deletes it. */
bool host_record_store(struct host *host, uint8_t space, uint64_t key, const json_t *object,
                       struct tool_fail *fail);
bool host_records_load(struct host *host, struct tool_fail *fail);
bool host_relay_store(struct host *host, const struct host_relay *relay, struct tool_fail *fail);
bool host_relay_forget(struct host *host, struct host_relay *relay, struct tool_fail *fail);

/** Commits changes of the tool's records; says what to do when the disk refuses. */
bool host_commit(struct host *host, const struct aw_store_op *ops, size_t count,
                 struct tool_fail *fail);

/** Adds an entry to the log, which forgets its oldest. Takes `entry` over; failure is silent. */
void host_log(struct host *host, const struct host_who *who, json_t *entry);

/** Returns the newest entries, oldest first. `id` NULL: of everybody. */
bool host_log_read(struct host *host, const char *id, size_t count, json_t **list,
                   struct tool_fail *fail);

/* ---- People: host_people.c ---- */

/** Finds a person by number or name. `sides`: bit set of 1 << enum host_side. */
bool host_find(struct host *host, const char *name, unsigned sides, struct host_who *who,
               struct tool_fail *fail);

/** Writes the number by which commands know somebody: "3", or "w1". */
void host_id(char out[HOST_ID_MAX], const struct host_who *who);

/** Writes the name, or "" when it is not known yet. */
void host_name(char out[AW_NAME_LEN_MAX + 1], const struct host *host, const struct host_who *who);

bool host_people(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_relay_add(struct host *host, const json_t *request, json_t **reply,
                    struct tool_fail *fail);
bool host_relay_list(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail);
bool host_relay_find(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail);
bool host_relay_remove(struct host *host, const json_t *request, json_t **reply,
                       struct tool_fail *fail);
/* Where relays are that have moved: host_moved.c. */
bool host_relay_moved(struct host *host, const json_t *request, json_t **reply,
                      struct tool_fail *fail);
bool host_moved_load(struct host *host, struct tool_fail *fail);
/* Where this relay is now. */
struct aw_endpoint host_endpoint_now(const struct host *host, const struct aw_endpoint *endpoint);
/* Sets the proxy, if the request names one, and tells it: host_proxy.c. */
bool host_proxy(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_invite(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_join(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_forget(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
/* Whom a command is about: "side" is "mine", "watched" or "both". */
bool host_who_is(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_words(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_verify(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_refuse(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);

/* ---- Devices that were copied or restored: host_signs.c ---- */

bool host_signs_load(struct host *host, struct tool_fail *fail);

/** Notes a sign about somebody's device. `other`: of somebody who is watched, another contact of
 * that person; 0: the person. */
void host_sign_note(struct host *host, enum host_sign_kind kind, const struct host_who *who,
                    uint8_t other);

/** Returns since when, or when, there was such a sign; 0: there is none, or none any more. */
uint32_t host_sign_at(const struct host *host, enum host_sign_kind kind, const struct host_who *who,
                      uint8_t other);

/** Ends what is noted about somebody, and about other contacts of somebody who is watched. */
bool host_signs_end(struct host *host, enum host_sign_kind kind, const struct host_who *who,
                    size_t *count, struct tool_fail *fail);

bool host_settled(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);

/* ---- Plan: host_plan.c ---- */

/** Reads the plan file that a request carries. */
bool host_plan_read(struct host *host, const json_t *request, struct aw_plan *plan,
                    char zone[PLAN_ZONE_MAX + 1], struct tool_fail *fail);

/** Reads both secrets and the circle; false when the request names some that cannot be used. */
bool host_secrets(struct host *host, const json_t *request, const struct aw_plan *plan,
                  struct aw_secrets *secrets, bool *has_secrets, struct tool_fail *fail);

bool host_presence(struct host *host, const json_t *request, json_t **reply,
                   struct tool_fail *fail);
bool host_plan_show(struct host *host, const json_t *request, json_t **reply,
                    struct tool_fail *fail);
bool host_plan_check(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail);
bool host_plan_waiting(struct host *host, const json_t *request, json_t **reply,
                       struct tool_fail *fail);
bool host_plan_set(struct host *host, const json_t *request, json_t **reply,
                   struct tool_fail *fail);

/* ---- Calls: host_calls.c ---- */

/** Fills the state that a request carries; false when a field is out of range. */
bool host_read_state(const struct host *host, const json_t *request, struct aw_state *state,
                     bool *any, struct tool_fail *fail);

/** Says why a call was not made; `what` is for AW_E_STATE. */
bool host_called(enum aw_status status, const char *what, struct tool_fail *fail);

/** Notes a statement that was made, and answers with its number. */
bool host_made(struct host *host, uint32_t seq, const char *event, json_t **reply);

bool host_checkin(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_cancel(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_say(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
/** Whether the plan in force lets the human here ask "are you OK?". */
bool host_may_ask(const struct host_watch *watch);

/* Relays that this contact reads from and that did not keep to what they hold. */
json_t *host_relay_faults_json(const struct aw_contact *c, const struct aw_contact_view *view);
bool host_availability(struct host *host, const json_t *request, json_t **reply,
                       struct tool_fail *fail);
bool host_claim(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_confirm(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);

/* ---- Small bearers: host_frame.c ---- */

bool host_frame_make(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail);
bool host_frame_take(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail);
bool host_frame_read(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail);

/* ---- Beside the schedule: host_triggers.c ---- */

bool host_sos(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_stop(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_timer_start(struct host *host, const json_t *request, json_t **reply,
                      struct tool_fail *fail);
bool host_timer_extend(struct host *host, const json_t *request, json_t **reply,
                       struct tool_fail *fail);
bool host_timer_end(struct host *host, const json_t *request, json_t **reply,
                    struct tool_fail *fail);
bool host_drill(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_signal(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_here(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_life(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);

/* ---- Coverage, card, removal: host_shield.c ---- */

bool host_coverage(struct host *host, const json_t *request, json_t **reply,
                   struct tool_fail *fail);
bool host_card_set(struct host *host, const json_t *request, json_t **reply,
                   struct tool_fail *fail);
bool host_remove(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);

/* ---- Backup: host_backup.c ---- */

/** Name of the sealed image in the home, until the command has fetched it. */
#define HOST_BACKUP_FILE "backup.sealed"

bool host_backup(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);

/* ---- Views: host_status.c, host_why.c, host_doctor.c ---- */

/** Looks for what would keep help from coming; changes nothing. */
bool host_doctor(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);

bool host_status(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_log_show(struct host *host, const json_t *request, json_t **reply,
                   struct tool_fail *fail);
bool host_why(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);

/** Returns the state of one contact of mine, or of one watched person, as JSON. */
json_t *host_person_json(const struct host *host, uint8_t person);
json_t *host_watch_json(const struct host *host, const struct host_watch *watch, struct aw_now now);

/* ---- Her contacts among themselves, her place, her card: host_council.c ---- */

/** Returns all who are watched: host_watch_json() with "others" and "council". */
json_t *host_watched_json(const struct host *host);

/** Writes a sentence on what they decide together, or "" while nothing has happened. */
void host_council_why(char *out, size_t cap, const struct host_watch *watch);

bool host_place(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail);
bool host_card_show(struct host *host, const json_t *request, json_t **reply,
                    struct tool_fail *fail);

/** Decodes a base64url field of `len` bytes. */
bool host_bytes(const json_t *request, const char *key, uint8_t *out, size_t len);

#endif /* TOOLS_ALLSWELL_HOST_H */
