/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_SUBJECT_H
#define ALLSWELL_SUBJECT_H

#include <allswell/action.h>
#include <allswell/base.h>
#include <allswell/card.h>
#include <allswell/coverage.h>
#include <allswell/frame.h>
#include <allswell/plan.h>
#include <allswell/presence.h>
#include <allswell/state.h>
#include <allswell/trigger.h>

/**
 * @file
 * Subject: the engine of the person at risk (spec/06-subject.md).
 *
 * It does no I/O, reads no clock and allocates nothing. Start: init, load every record of the
 * spaces AW_SPACE_SUBJECT_FIRST to _LAST, start. Then, after each input: take actions until
 * there are none, do them, report each with aw_subject_done(), set a timer from
 * aw_subject_deadline_ms().
 *
 * There is no "sent". A check-in is on its way until a contact's device has it: see the ticks in
 * struct aw_person. Every input that makes something returns AW_E_BUSY, and has changed nothing,
 * while too many events wait to be taken.
 *
 * Threads: one at a time per engine.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Size of struct aw_subject, in bytes: 16 contacts with 64 waiting words each. */
#define AW_SUBJECT_LEN 1126400

/**
 * One subject engine. Large: place it statically or on the heap. Size: 1126400 bytes.
 * Secret: wipe.
 */
struct aw_subject {
    AW_ALIGNAS(64) uint8_t opaque[AW_SUBJECT_LEN]; /* private */
};

/**
 * Prepares an engine without contacts.
 *
 * @param random  copied; its ctx must outlive the engine
 * @return AW_OK, AW_E_ENTROPY
 */
AW_API AW_MUST_USE enum aw_status
aw_subject_init(struct aw_subject *s, const struct aw_random *random, struct aw_now now);

/**
 * Takes one stored record, between init and start, spaces ascending, keys ascending.
 *
 * @return AW_OK
 *         AW_E_DAMAGED  not what was stored: stop, do not go on without it
 *         AW_E_VERSION  written by a newer version
 */
AW_API AW_MUST_USE enum aw_status aw_subject_load(struct aw_subject *s, uint8_t space, uint64_t key,
                                                  struct aw_bytes value);

/** Starts to work. AW_E_DAMAGED when records are missing, AW_E_ENTROPY. */
AW_API AW_MUST_USE enum aw_status aw_subject_start(struct aw_subject *s, struct aw_now now);

/** Erases the engine. */
AW_API void aw_subject_wipe(struct aw_subject *s);

/* ---- Inputs ---- */

/**
 * Makes an invite for one person and appends its URI.
 *
 * @param relays   where her device will read the answers of this contact, 1 to
 *                 AW_ENDPOINT_COUNT_MAX
 * @param name     how she wants to be called; at most AW_NAME_LEN_MAX bytes of UTF-8
 * @param valid_s  how long it can be answered, at most AW_SPAN_MAX_S
 * @param uri      room for AW_INVITE_URI_MAX bytes
 * @param person   set to the number of the new contact, 1 to AW_PLAN_MEMBER_MAX
 * @return AW_OK
 *         AW_E_LIMIT   no free contact
 *         AW_E_RANGE, AW_E_FORMAT  relays, name or valid_s
 *         AW_E_SPACE, AW_E_BUSY, AW_E_ENTROPY
 */
AW_API AW_MUST_USE enum aw_status aw_subject_invite(struct aw_subject *s,
                                                    const struct aw_endpoint *relays,
                                                    size_t relay_count, const char *name,
                                                    uint32_t valid_s, struct aw_buf *uri,
                                                    uint8_t *person, struct aw_now now);

/**
 * Says that humans compared the words and that they are equal.
 *
 * @return AW_OK, AW_E_NOT_FOUND, AW_E_STATE (not paired yet), AW_E_BUSY
 */
AW_API AW_MUST_USE enum aw_status aw_subject_verify(struct aw_subject *s, uint8_t person,
                                                    struct aw_now now);

/**
 * Tells that the records came from a backup: every channel is made anew, and both sides hear of it
 * (spec/05-channel.md §8). Once after each restore: right after the start, before any action is
 * taken. The questions are stored like all else; once they are, the engine may be run.
 */
AW_API void aw_subject_restored(struct aw_subject *s, struct aw_now now);

/**
 * Erases the quarantined session of a contact: it is not his device. The channel goes on as before.
 *
 * @return AW_OK, AW_E_NOT_FOUND, AW_E_STATE (there is none), AW_E_BUSY
 */
AW_API AW_MUST_USE enum aw_status aw_subject_refuse(struct aw_subject *s, uint8_t person,
                                                    struct aw_now now);

/**
 * Forgets a contact: an invite that was not answered, or words that are not equal. A contact of
 * the plan in force cannot be forgotten like this: see aw_subject_remove().
 *
 * @return AW_OK, AW_E_NOT_FOUND, AW_E_STATE (in the plan), AW_E_BUSY
 */
AW_API AW_MUST_USE enum aw_status aw_subject_forget(struct aw_subject *s, uint8_t person,
                                                    struct aw_now now);

/** Both secrets of one session, typed and forgotten. Size: 68 bytes. Secret: wipe. */
struct aw_secrets {
    uint8_t safe_key[AW_PRESENCE_KEY_LEN];   /* aw_presence_derive() of the safe secret */
    uint8_t duress_key[AW_PRESENCE_KEY_LEN]; /* of the duress secret */
    uint32_t circle;                         /* bit person-1: this contact learns of duress */
};

/**
 * Makes a plan the plan in force and sends it to every contact of its roster. version and
 * made_at are filled in. With `secrets` every contact is sent an equal-sized key blob; neither
 * the secrets nor who is in the circle are stored.
 *
 * @param secrets       NULL: they stay as they are
 * @param presence_key  from the secret typed for this act
 * @return AW_OK
 *         AW_E_RANGE      aw_plan_check() finds a problem
 *         AW_E_NOT_FOUND  the roster names somebody who is not paired
 *         AW_E_BUSY, AW_E_LIMIT (64 words wait), AW_E_ENTROPY
 */
AW_API AW_MUST_USE enum aw_status
aw_subject_plan_set(struct aw_subject *s, const struct aw_plan *plan,
                    const struct aw_secrets *secrets,
                    const uint8_t presence_key[AW_PRESENCE_KEY_LEN], struct aw_now now);

/**
 * Removes a contact quietly: he goes on hearing that all is well, from statements, a plan and
 * states that are made for him alone, and learns of no alarm. He keeps his number; who is invited
 * again later gets a new one. aw_subject_forget() ends it, and then his device notices.
 *
 * @param plan          the next plan, without him
 * @param secrets       both new: he may know the old ones, or watch for them
 * @param presence_key  from the old secret
 * @return as aw_subject_plan_set()
 *         AW_E_NOT_FOUND  no contact of the plan in force
 *         AW_E_STATE      an alarm or a timer is active that he knows of: end it first
 *         AW_E_LIMIT      AW_DECOY_MAX were removed already: forget one
 */
AW_API AW_MUST_USE enum aw_status aw_subject_remove(struct aw_subject *s, uint8_t person,
                                                    const struct aw_plan *plan,
                                                    const struct aw_secrets *secrets,
                                                    const uint8_t presence_key[AW_PRESENCE_KEY_LEN],
                                                    struct aw_now now);

/**
 * Seals a plan card for the contacts and puts the plan into force anew, which binds it. No single
 * contact can open it where the plan's threshold is above 1.
 *
 * @param card  borrowed, its version is filled in; NULL: take the card back
 * @return as aw_subject_plan_set(); AW_E_STATE: no plan is in force
 */
AW_API AW_MUST_USE enum aw_status
aw_subject_card_set(struct aw_subject *s, const struct aw_card *card,
                    const uint8_t presence_key[AW_PRESENCE_KEY_LEN], struct aw_now now);

/**
 * Checks in. Whatever the secret was, what happens here is the same.
 *
 * @param state    NULL: the last one
 * @param valid_s  until when she wants to be asked again at the latest; 0: as planned
 * @param seq      set to the number of the statement, for the ticks; may be NULL
 * @return AW_OK, AW_E_STATE (no contact yet), AW_E_RANGE, AW_E_BUSY, AW_E_ENTROPY
 */
AW_API AW_MUST_USE enum aw_status
aw_subject_checkin(struct aw_subject *s, const uint8_t presence_key[AW_PRESENCE_KEY_LEN],
                   const struct aw_state *state, uint32_t valid_s, uint32_t *seq,
                   struct aw_now now);

/** Calls for help. Same arguments and status as aw_subject_checkin(); AW_E_LIMIT. */
AW_API AW_MUST_USE enum aw_status aw_subject_sos(struct aw_subject *s, const struct aw_state *state,
                                                 uint32_t *seq, struct aw_now now);

/**
 * Begins an alarm that she can still stop: nothing leaves, nobody learns of it. At its end the
 * alarm goes out by itself, after a restart too. A second countdown can only make it earlier.
 *
 * @param kind         SOS, or FELL or CRASHED when the app felt it
 * @param countdown_s  at most AW_COUNTDOWN_MAX_S; 0: the alarm goes out now
 * @return AW_OK, AW_E_STATE (no contact yet), AW_E_RANGE, AW_E_BUSY, AW_E_ENTROPY, AW_E_LIMIT
 */
AW_API AW_MUST_USE enum aw_status
aw_subject_countdown(struct aw_subject *s, enum aw_alarm_kind kind, uint32_t countdown_s,
                     const struct aw_state *state, struct aw_now now);

/**
 * Stops a countdown, or answers that all is well on the journey. Needs no secret.
 *
 * @return AW_OK
 *         AW_E_STATE  none runs; when its alarm is out, see aw_subject_cancel()
 */
AW_API AW_MUST_USE enum aw_status aw_subject_countdown_stop(struct aw_subject *s,
                                                            struct aw_now now);

/**
 * Tells what her device notices of itself. Low battery, last gasp and power off go out at once,
 * with her state. On a journey STALLED asks her first and is an alarm when she does not answer
 * within two minutes; MOVING answers for her. While an alarm is active both go out at once.
 *
 * @return as aw_subject_checkin(); AW_E_STATE also for STALLED and MOVING off a journey
 */
AW_API AW_MUST_USE enum aw_status aw_subject_signal(struct aw_subject *s, enum aw_signal signal,
                                                    const struct aw_state *state, uint32_t *seq,
                                                    struct aw_now now);

/**
 * Tries out whether help would come: everybody is told that this is a drill, and asked to answer.
 * See the drill in struct aw_person. Same arguments as aw_subject_sos(); AW_E_STATE also while an
 * alarm is active or a countdown runs.
 */
AW_API AW_MUST_USE enum aw_status aw_subject_drill(struct aw_subject *s,
                                                   const struct aw_state *state, uint32_t *seq,
                                                   struct aw_now now);

/**
 * Starts a timer: until due_at_s she ends it with her secret, else contacts are rung after the
 * plan's grace. One at a time.
 *
 * @param due_at_s  seconds since 1970-01-01 UTC, in the future, at most AW_SPAN_MAX_S ahead
 * @param extend_s  what aw_subject_timer_extend() adds, once; at most AW_TIMER_EXTEND_MAX_S
 * @param state     place and note for the contacts: with whom, where to
 * @return as aw_subject_checkin(); AW_E_STATE also while a timer runs, and without a plan
 */
AW_API AW_MUST_USE enum aw_status aw_subject_timer_start(struct aw_subject *s,
                                                         enum aw_timer_kind kind, uint32_t due_at_s,
                                                         uint32_t extend_s,
                                                         const struct aw_state *state,
                                                         uint32_t *seq, struct aw_now now);

/**
 * Extends the timer without a secret. AW_E_STATE: none runs, it cannot be extended (again), or
 * contacts are being rung; else as aw_subject_sos().
 */
AW_API AW_MUST_USE enum aw_status aw_subject_timer_extend(struct aw_subject *s, uint32_t *seq,
                                                          struct aw_now now);

/** Ends the timer. It counts as a check-in, but closes nothing. As aw_subject_cancel(). */
AW_API AW_MUST_USE enum aw_status
aw_subject_timer_end(struct aw_subject *s, const uint8_t presence_key[AW_PRESENCE_KEY_LEN],
                     const struct aw_state *state, uint32_t *seq, struct aw_now now);

/** Notes a passive sign of life: she unlocked the device, walked, turned on a light. */
AW_API void aw_subject_life_sign(struct aw_subject *s, struct aw_now now);

/**
 * Takes an SOS back. It is added to the record of the contacts, and ends nothing there.
 * AW_E_STATE: no alarm is active; else as aw_subject_checkin().
 */
AW_API AW_MUST_USE enum aw_status aw_subject_cancel(struct aw_subject *s,
                                                    const uint8_t presence_key[AW_PRESENCE_KEY_LEN],
                                                    const struct aw_state *state, uint32_t *seq,
                                                    struct aw_now now);

/**
 * Makes a frame for a small bearer: the newest word of this kind that still waits for one contact,
 * short enough for one SMS (spec/14-small-bearers.md). Made by aw_subject_checkin() or
 * aw_subject_sos() before; the word goes on waiting for a relay. Do the STORE that follows, then
 * take the frame with aw_subject_frame_take(). One frame at a time: another request replaces it.
 *
 * @return AW_OK
 *         AW_E_NOT_FOUND  nobody paired has this number
 *         AW_E_STATE      no such word waits for this contact: he has it, or there was none
 *         AW_E_STALE      the word is too old for a frame: check in anew
 *         AW_E_KEYS, AW_E_ENTROPY
 */
AW_API AW_MUST_USE enum aw_status aw_subject_frame(struct aw_subject *s, uint8_t person,
                                                   enum aw_frame_kind kind, struct aw_now now);

/**
 * Hands out the frame that was made, once.
 *
 * @param out  filled; untouched on failure
 * @return AW_OK
 *         AW_E_BUSY       not stored yet: do the actions, report them, ask again
 *         AW_E_NOT_FOUND  none was made, or it was taken; a restart loses one, make another
 */
AW_API AW_MUST_USE enum aw_status aw_subject_frame_take(struct aw_subject *s,
                                                        uint8_t out[AW_FRAME_LEN]);

/** Notes her place and the like for the next beat or word. AW_OK, AW_E_RANGE. */
AW_API AW_MUST_USE enum aw_status
aw_subject_state_update(struct aw_subject *s, const struct aw_state *state, struct aw_now now);

/** Lets time pass. Due at the deadline; an early or late call does no harm. */
AW_API void aw_subject_tick(struct aw_subject *s, struct aw_now now);

/**
 * Tells that the wall clock, which was behind, was set (spec/07-contact.md §4): engine time goes on
 * from it, as after a sleep. Else a step of the wall clock moves nothing.
 */
AW_API void aw_subject_clock_set(struct aw_subject *s, struct aw_now now);

/** Retries at once what waits for a backoff: the network came back, or she pulled to refresh. */
AW_API void aw_subject_kick(struct aw_subject *s, struct aw_now now);

/**
 * Takes one cell that a mailbox delivered. Acknowledge it to the relay at once when it is
 * refused, else when aw_subject_is_stored() says so.
 *
 * @param mailbox_id      struct aw_mailbox
 * @param deposited_at_s  as the relay says
 * @return AW_OK
 *         AW_E_BUSY  take actions, then feed it again
 *         a REFUSED or SESSION status: nothing changed but a counter
 */
AW_API AW_MUST_USE enum aw_status aw_subject_feed(struct aw_subject *s, uint32_t mailbox_id,
                                                  struct aw_bytes cell, uint32_t deposited_at_s,
                                                  struct aw_now now);

/** Reports what became of an action. An unknown id is ignored. */
AW_API void aw_subject_done(struct aw_subject *s, uint64_t action_id, enum aw_status status,
                            struct aw_now now);

/* ---- Outputs ---- */

/** Hands out the next action. Returns false when there is none. */
AW_API bool aw_subject_next_action(struct aw_subject *s, struct aw_action *action);

/** Next time at which aw_subject_tick() has work, on the monotonic clock; AW_TIME_NEVER. */
AW_API uint64_t aw_subject_deadline_ms(const struct aw_subject *s);

/** Whether everything that was fed is stored: delivered cells can be acknowledged. */
AW_API bool aw_subject_is_stored(const struct aw_subject *s);

/**
 * Lists the mailboxes to read, after AW_EVENT_MAILBOXES and after start.
 *
 * @param out  AW_SUBJECT_MAILBOX_MAX elements
 * @return how many were filled
 */
AW_API size_t aw_subject_mailboxes(const struct aw_subject *s, struct aw_mailbox *out);

/* ---- Getters ---- */

/** How far the relation to one person has come. */
enum aw_person_phase {
    AW_PERSON_NONE = 0,
    AW_PERSON_INVITED,  /* the invite is not answered yet */
    AW_PERSON_PAIRED,   /* words to compare */
    AW_PERSON_VERIFIED, /* words compared */
};

/** One contact person as she sees him. Size: 104 bytes. */
struct aw_person {
    uint8_t person;                 /* 1 to AW_PLAN_MEMBER_MAX */
    enum aw_person_phase phase;     /* how far pairing has come */
    char name[AW_NAME_LEN_MAX + 1]; /* as he calls himself */
    uint32_t invite_expires_at_s;   /* INVITED */
    uint32_t seq_relay;             /* newest statement that a relay has on disk for him */
    uint32_t seq_device;            /* that his device has */
    uint32_t seq_human;             /* that he himself has seen */
    uint32_t words_waiting;         /* words that his device has not named yet */
    uint32_t plan_version;          /* that his device has in force, 0: none */
    uint32_t heard_at_s;            /* when his device was last heard, 0: never */
    uint8_t claim;                  /* 0 none, 1 acting, 2 declined */
    bool silent;                    /* no answer for 30 days */
    bool quarantined;               /* compare the words again */
    bool plan_due;          /* set the plan again: his device is new to the others, or lost it
                               (spec/06-subject.md §11) */
    bool secrets_due;       /* and with both secrets: his device has none, or lost the newest */
    uint32_t refused_count; /* cells that were refused */
    bool removed;           /* quietly: aw_subject_remove() */
    bool always_on;         /* his device never sleeps */
    bool leaves;            /* he withdraws */
    uint32_t ask_due_s;     /* "are you OK?": an answer is due then; 0: nothing is asked */
    struct {
        uint32_t relay_at_s, device_at_s, human_at_s; /* when the last drill came so far; 0 */
    } drill;                                          /* the newest one */
};

/** What a screen needs. Size: 80 bytes. */
struct aw_subject_view {
    uint32_t seq_last;        /* newest statement, 0: none */
    uint32_t checked_in_at_s; /* last check-in or plan, 0: never */
    uint64_t due_s;           /* next check-in, or the timer; UINT64_MAX: none planned */
    uint64_t overdue_s;       /* when contacts are rung, UINT64_MAX */
    uint64_t beat_s;          /* next beat */
    uint32_t alarm_id;        /* active SOS, 0: none */
    uint32_t alarm_since_s;   /* when it began */
    uint8_t alarm_kind;       /* enum aw_alarm_kind, 0: none */
    uint8_t countdown_kind;   /* enum aw_alarm_kind, 0: none runs */
    uint32_t countdown_at_s;  /* when that alarm leaves */
    uint8_t timer_kind;       /* enum aw_timer_kind, 0: none runs */
    uint32_t timer_due_s;     /* when it is due */
    uint32_t timer_extend_s;  /* what one extension adds, 0: it cannot be extended (again) */
    uint32_t drill_seq;       /* of the last drill, 0: none yet */
    uint32_t drill_at_s;      /* when she began it */
    uint32_t former_until_s;  /* contacts may still ring by the plan before: due_s and overdue_s are
                                 the earlier of both; 0: they do not */
    uint32_t plan_version;    /* 0: none */
    uint8_t person_count;     /* invited, paired or verified */
    bool store_failed;        /* nothing leaves until the store works again */
};

/** Copies what a screen needs. */
AW_API void aw_subject_view(const struct aw_subject *s, struct aw_subject_view *view);

/** One person, 1 to AW_PLAN_MEMBER_MAX. AW_E_NOT_FOUND, with `out` all zero. */
AW_API AW_MUST_USE enum aw_status aw_subject_person(const struct aw_subject *s, uint8_t person,
                                                    struct aw_person *out);

/** Appends the words to compare, with spaces between. AW_E_STATE, AW_E_SPACE. */
AW_API AW_MUST_USE enum aw_status aw_subject_words(const struct aw_subject *s, uint8_t person,
                                                   struct aw_buf *text);

/** Computes who would hear of an attack right now, and how soon. AW_E_STATE: no plan. */
AW_API AW_MUST_USE enum aw_status aw_subject_coverage(const struct aw_subject *s, struct aw_now now,
                                                      struct aw_coverage *out);

/** Copies the plan in force. AW_E_NOT_FOUND: none yet. */
AW_API AW_MUST_USE enum aw_status aw_subject_plan(const struct aw_subject *s, struct aw_plan *plan);

/**
 * Previews the next deadlines, as if she checked in at each.
 *
 * @param due_s  `count` elements are filled, UINT64_MAX when there is no other
 */
AW_API void aw_subject_preview(const struct aw_subject *s, uint64_t *due_s, size_t count);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_SUBJECT_H */
