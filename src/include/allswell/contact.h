/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_CONTACT_H
#define ALLSWELL_CONTACT_H

#include <allswell/action.h>
#include <allswell/base.h>
#include <allswell/card.h>
#include <allswell/frame.h>
#include <allswell/plan.h>
#include <allswell/state.h>
#include <allswell/trigger.h>

/**
 * @file
 * Contact: the engine of one person who watches one subject (spec/07-contact.md).
 *
 * It does no I/O, reads no clock and allocates nothing. A host that watches several people
 * places one engine for each, with a slot of its own; all share one store. Start: init, load the
 * records of the spaces AW_SPACE_CONTACT_FIRST to _LAST whose aw_contact_slot() it is, start.
 * Then as with every engine: input, actions, done, deadline.
 *
 * Events that ring a human do not wait for the store: a broken disk must not silence an alarm.
 *
 * Threads: one at a time per engine; separate engines are independent.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Size of struct aw_contact, in bytes. */
#define AW_CONTACT_LEN 311296

/** Highest slot. */
#define AW_CONTACT_SLOT_MAX UINT32_C(0xffffff)

/** One contact engine. Size: 311296 bytes. Secret: wipe. */
struct aw_contact {
    AW_ALIGNAS(64) uint8_t opaque[AW_CONTACT_LEN]; /* private */
};

/**
 * Prepares an engine that watches nobody yet.
 *
 * @param random  copied; its ctx must outlive the engine
 * @param slot    1 to AW_CONTACT_SLOT_MAX: its place in the shared spaces of the store
 * @return AW_OK, AW_E_ENTROPY
 */
AW_API AW_MUST_USE enum aw_status aw_contact_init(struct aw_contact *c,
                                                  const struct aw_random *random, uint32_t slot,
                                                  struct aw_now now);

/** Returns whose record has this key. */
AW_API uint32_t aw_contact_slot(uint64_t key);

/** Takes one stored record of its slot, as aw_subject_load(). */
AW_API AW_MUST_USE enum aw_status aw_contact_load(struct aw_contact *c, uint8_t space, uint64_t key,
                                                  struct aw_bytes value);

/** Starts to work: deadlines that passed meanwhile are served in order. AW_E_DAMAGED, AW_E_ENTROPY.
 */
AW_API AW_MUST_USE enum aw_status aw_contact_start(struct aw_contact *c, struct aw_now now);

/** Erases the engine. */
AW_API void aw_contact_wipe(struct aw_contact *c);

/* ---- Inputs ---- */

/**
 * Answers an invite.
 *
 * @param uri     as scanned or pasted
 * @param relays  where this device will read, 1 to AW_ENDPOINT_COUNT_MAX
 * @param name    how he wants to be called
 * @return AW_OK
 *         AW_E_FORMAT, AW_E_VERSION  not an invite
 *         AW_E_STALE  expired
 *         AW_E_STATE  this engine has a subject already
 *         AW_E_RANGE, AW_E_BUSY, AW_E_ENTROPY
 */
AW_API AW_MUST_USE enum aw_status aw_contact_join(struct aw_contact *c, struct aw_bytes uri,
                                                  const struct aw_endpoint *relays,
                                                  size_t relay_count, const char *name,
                                                  struct aw_now now);

/**
 * Says that humans compared the words and that they are equal. It vouches for nothing that her
 * secret did not show: aw_contact_words_compared() does (spec/07-contact.md §12).
 *
 * @return AW_OK, AW_E_STATE, AW_E_BUSY
 */
AW_API AW_MUST_USE enum aw_status aw_contact_verify(struct aw_contact *c, struct aw_now now);

/** Tells that the wall clock was set, as aw_subject_clock_set(). */
AW_API void aw_contact_clock_set(struct aw_contact *c, struct aw_now now);

/** Tells that the records came from a backup, as aw_subject_restored(). */
AW_API void aw_contact_restored(struct aw_contact *c, struct aw_now now);

/**
 * Erases the quarantined session: it is not her device (spec/05-channel.md §8.2). The channel goes
 * on as before. AW_E_STATE (there is none), AW_E_BUSY.
 */
AW_API AW_MUST_USE enum aw_status aw_contact_refuse(struct aw_contact *c, struct aw_now now);

/** Says that the human has seen what there is; she is told. AW_E_STATE, AW_E_BUSY. */
AW_API AW_MUST_USE enum aw_status aw_contact_seen(struct aw_contact *c, struct aw_now now);

/**
 * "I am acting": holds the next level for the plan's claim_s, never the last one.
 *
 * @return AW_OK
 *         AW_E_STATE  nothing to act on
 *         AW_E_LIMIT  no hold is left in this incident, or the last level began: noted all the
 *                     same, she is told that somebody acts, and the ladder goes on
 *         AW_E_BUSY
 */
AW_API AW_MUST_USE enum aw_status aw_contact_claim(struct aw_contact *c, struct aw_now now);

/** "I cannot act": ends an own claim. AW_E_STATE, AW_E_BUSY. */
AW_API AW_MUST_USE enum aw_status aw_contact_decline(struct aw_contact *c, struct aw_now now);

/**
 * "I cannot, but `person` can": ends an own claim; his device rings with AW_EVENT_HANDED.
 * AW_E_STATE (nothing to act on), AW_E_NOT_FOUND (nobody of her plan, or the human here),
 * AW_E_BUSY.
 */
AW_API AW_MUST_USE enum aw_status aw_contact_hand_over(struct aw_contact *c, uint8_t person,
                                                       struct aw_now now);

/**
 * A word to the other contacts about this incident; "" takes it back.
 *
 * @param text  UTF-8, at most AW_WITNESS_NOTE_MAX bytes
 * @return AW_OK, AW_E_STATE (no incident), AW_E_RANGE, AW_E_BUSY
 */
AW_API AW_MUST_USE enum aw_status aw_contact_note(struct aw_contact *c, const char *text,
                                                  struct aw_now now);

/**
 * "I have spoken to her": together with her safe check-in it closes the incident.
 * AW_OK (see the view whether it is closed), AW_E_STATE (no incident), AW_E_BUSY.
 */
AW_API AW_MUST_USE enum aw_status aw_contact_confirm(struct aw_contact *c, struct aw_now now);

/**
 * "I cannot reach her otherwise": where one operator runs all relays, her place is released on
 * silence only after others have said so. AW_E_STATE (no incident), AW_E_BUSY.
 */
AW_API AW_MUST_USE enum aw_status aw_contact_unreachable(struct aw_contact *c, struct aw_now now);

/**
 * "Are you OK?": rides on replies. She has pace.ask_s of her plan to answer, from when her device
 * has shown that it has the question; no answer is a missed deadline.
 *
 * @return AW_OK
 *         AW_E_STATE  one is open, her plan does not allow it, or a call could give her away
 *         AW_E_LIMIT  as many as a day may have
 *         AW_E_BUSY
 */
AW_API AW_MUST_USE enum aw_status aw_contact_ask(struct aw_contact *c, struct aw_now now);

/** Answers her newest drill. AW_E_STATE (none that was not answered), AW_E_BUSY. */
AW_API AW_MUST_USE enum aw_status aw_contact_drill_answer(struct aw_contact *c, struct aw_now now);

/**
 * Says that this human is not available: until then only the last level rings here, and the others
 * are told.
 *
 * @param until_s  seconds since 1970-01-01 UTC, at most 31 days ahead; 0: available again
 * @return AW_OK, AW_E_STATE (not paired), AW_E_RANGE, AW_E_BUSY
 */
AW_API AW_MUST_USE enum aw_status aw_contact_away(struct aw_contact *c, uint64_t until_s,
                                                  struct aw_now now);

/**
 * Sets when this human is not available every week, in the zone of her plan.
 *
 * @param lines  0 to AW_ROTA_MAX
 * @return AW_OK, AW_E_STATE (not paired), AW_E_RANGE (no such day or minute, or too many),
 * AW_E_BUSY
 */
AW_API AW_MUST_USE enum aw_status aw_contact_rota_set(struct aw_contact *c,
                                                      const struct aw_quiet *lines, size_t count,
                                                      struct aw_now now);

/** Says whether this device sleeps never: coverage counts on it. AW_E_STATE, AW_E_BUSY. */
AW_API AW_MUST_USE enum aw_status aw_contact_always_on(struct aw_contact *c, bool is_on,
                                                       struct aw_now now);

/**
 * "I withdraw", or takes it back: she is told, and this engine watches until she removes it.
 * AW_E_STATE (not paired), AW_E_BUSY.
 */
AW_API AW_MUST_USE enum aw_status aw_contact_leave(struct aw_contact *c, bool leaves,
                                                   struct aw_now now);

/**
 * Says that this human compared the words with her in person again: what her secrets cannot show
 * any more, because she forgot them, contacts show so. It vouches for the plan that waits, too
 * (`pending_unjudged`): show him aw_contact_plan_pending() before, and make sure that it is still
 * that version. AW_E_STATE, AW_E_BUSY.
 */
AW_API AW_MUST_USE enum aw_status aw_contact_words_compared(struct aw_contact *c,
                                                            struct aw_now now);

/** Lets time pass. Due at the deadline; an early or late call does no harm. */
AW_API void aw_contact_tick(struct aw_contact *c, struct aw_now now);

/**
 * Tells what a relay answered to a subscribe or a probe: whether she or the path is silent. Ask at
 * a fixed interval, AW_CLIENT_PROBE_MS where the device can keep a link: at times that follow from
 * what is known here, a relay would learn it (spec/07-contact.md §5.1).
 *
 * @param mailbox_id  as in aw_contact_mailboxes(), those for other contacts among them
 * @param as_of_s     the relay's clock in its answer, seconds
 * @param waiting     cells for this mailbox that are not fed yet; 0 is a proof
 */
AW_API void aw_contact_path(struct aw_contact *c, uint32_t mailbox_id, uint32_t as_of_s,
                            uint32_t waiting, struct aw_now now);

/** Retries at once what waits for a backoff: the network came back. */
AW_API void aw_contact_kick(struct aw_contact *c, struct aw_now now);

/** Takes one cell that a mailbox delivered, as aw_subject_feed(). */
AW_API AW_MUST_USE enum aw_status aw_contact_feed(struct aw_contact *c, uint32_t mailbox_id,
                                                  struct aw_bytes cell, uint32_t deposited_at_s,
                                                  struct aw_now now);

/**
 * Takes one frame that came by SMS, LoRa or the like (spec/14-small-bearers.md). It is worth what
 * the call is worth that it is the short form of; time of arrival is now.
 *
 * @param frame  AW_FRAME_LEN bytes, from whomever
 * @return AW_OK
 *         AW_E_AUTH    not for this engine: try the others, then drop it
 *         AW_E_REPLAY  the frame, or the word in it, was here before: nothing is lost
 *         AW_E_FORMAT, AW_E_RANGE  no frame: drop it
 *         AW_E_BUSY    take actions, then feed it again
 */
AW_API AW_MUST_USE enum aw_status aw_contact_feed_frame(struct aw_contact *c, struct aw_bytes frame,
                                                        struct aw_now now);

/** Reports what became of an action. An unknown id is ignored. */
AW_API void aw_contact_done(struct aw_contact *c, uint64_t action_id, enum aw_status status,
                            struct aw_now now);

/* ---- Outputs ---- */

/** Hands out the next action. Returns false when there is none. */
AW_API bool aw_contact_next_action(struct aw_contact *c, struct aw_action *action);

/** Next time at which aw_contact_tick() has work, on the monotonic clock; AW_TIME_NEVER. */
AW_API uint64_t aw_contact_deadline_ms(const struct aw_contact *c);

/** Whether everything that was fed is stored: delivered cells can be acknowledged. */
AW_API bool aw_contact_is_stored(const struct aw_contact *c);

/** Lists the mailboxes to read. `out` has AW_CONTACT_MAILBOX_MAX elements. */
AW_API size_t aw_contact_mailboxes(const struct aw_contact *c, struct aw_mailbox *out);

/* ---- Getters ---- */

/** How far the relation to the subject has come. */
enum aw_contact_phase {
    AW_CONTACT_NEW = 0,
    AW_CONTACT_JOINING, /* the invite is answered, her answer is not here */
    AW_CONTACT_PAIRED,  /* words to compare */
    AW_CONTACT_VERIFIED,
};

/** Where the ladder is. */
enum aw_ladder_state {
    AW_LADDER_IDLE = 0, /* no plan yet: nothing to watch */
    AW_LADDER_FINE,
    AW_LADDER_OVERDUE, /* a deadline passed, grace runs; nobody is rung */
    AW_LADDER_SUSPECT, /* grace is used up, but it may be the path that is silent: cannot tell */
    AW_LADDER_MISSED,  /* levels run: she did not check in, or her phone is silent */
    AW_LADDER_ALARM,   /* levels run, from level 1 at once: SOS, duress, wrong secrets */
    AW_LADDER_CLAIMED, /* the human here acts: no ring here, the next level is held if it can be */
    AW_LADDER_RESUMED, /* late but arrived: no further level; confirm is wanted */
};

/** What the incident is about; a higher one replaces a lower one. */
enum aw_incident_kind {
    AW_INCIDENT_NONE = 0,
    AW_INCIDENT_MISSED, /* she did not check in, or her phone is silent */
    AW_INCIDENT_WRONG,  /* a wrong secret three times in a row. Do not call her phone. */
    AW_INCIDENT_SOS,    /* she called for help */
    AW_INCIDENT_DURESS, /* she was forced to check in. Do not call her phone. */
};

/** What a word's presence was found to be. */
enum aw_verdict {
    AW_VERDICT_NONE = 0,     /* a beat */
    AW_VERDICT_CLAIMED,      /* outside the circle, or no keys yet: what the device claims */
    AW_VERDICT_SAFE,         /* her safe secret */
    AW_VERDICT_DURESS,       /* her duress secret */
    AW_VERDICT_WRONG,        /* neither */
    AW_VERDICT_CANNOT_JUDGE, /* the key that it was made for is gone */
};

/** One statement as it was taken. Size: 28 bytes. */
struct aw_contact_call {
    uint32_t seq;            /* 0: none yet */
    uint32_t issued_at_s;    /* her clock */
    uint32_t deposited_at_s; /* the relay's clock */
    uint32_t received_at_s;  /* this device's clock */
    uint32_t valid_for_s;    /* after issued_at_s */
    uint8_t kind;            /* call_kind in spec/allswell.cddl: 1 beat, 2 check-in, 3 SOS, ... */
    enum aw_verdict verdict; /* of her secret */
};

/** How far a question has come. */
enum aw_ask_state {
    AW_ASK_NONE = 0, /* nothing was asked */
    AW_ASK_SENT,     /* her device has not shown yet that it has it */
    AW_ASK_REACHED,  /* she has until ask_due_s */
    AW_ASK_ANSWERED, /* a word with her secret came after it */
    AW_ASK_OVER,     /* never answered, and settled by humans */
};

/** What she started, what was asked, what her device felt: beside her check-ins. Size: 56 bytes. */
struct aw_contact_triggers {
    enum aw_timer_kind timer_kind; /* of the running timer that is due first; 0: none runs */
    uint32_t timer_due_s;          /* when it is due */
    bool timer_extended;           /* she has put it off once */
    enum aw_ask_state ask;         /* the newest "are you OK?" from here */
    uint32_t asked_at_s;           /* 0: never */
    uint32_t ask_due_s;            /* REACHED */
    uint32_t drill_seq;            /* newest drill, 0: none yet */
    uint32_t drill_at_s;           /* when it came */
    bool drill_answered;           /* from here */
    enum aw_signal signal;         /* newest; 0: none yet. A likely reason of a silence, no more */
    uint32_t signal_at_s;          /* when it came */
    uint32_t life_at_s;            /* newest sign of life that her device told of, 0: none */
    enum aw_alarm_kind alarm_kind; /* what raised the newest alarm; 0: none yet */
    uint32_t alarm_since_s;        /* by her clock */
};

/** How a relay that this contact reads from kept to what it was given to hold. Size: 2 bytes. */
struct aw_contact_relay {
    bool was_early;    /* it let go of a switch before its time, or a clock here is wrong */
    bool was_withheld; /* it did not let go of one when it had to */
};

/** What the human here has said of himself. Size: 72 bytes. */
struct aw_contact_own {
    uint64_t away_until_s;              /* by hand or by the rota; 0: available */
    struct aw_quiet rota[AW_ROTA_MAX];  /* hours in which he is away, each week */
    size_t rota_count;                  /* of them */
    bool always_on;                     /* a machine at home */
    bool leaves;                        /* has said that he withdraws */
    bool unreachable;                   /* "I cannot reach her otherwise", newest confirmation */
    uint8_t hand_to;                    /* 0: nobody */
    char note[AW_WITNESS_NOTE_MAX + 1]; /* for the other contacts */
};

/**
 * What a screen needs. Show verdicts, the kind of incident and do_not_call unlocked only.
 * Size: 376 bytes.
 */
struct aw_contact_view {
    enum aw_contact_phase phase;    /* how far pairing has come */
    char name[AW_NAME_LEN_MAX + 1]; /* how she wants to be called */
    bool quarantined;               /* compare the words again */
    bool silent;                    /* no cell for 30 days */

    enum aw_ladder_state state;     /* of the ladder */
    enum aw_incident_kind incident; /* that is open */
    uint32_t incident_id;           /* counts incidents from 1; 0: none yet */
    uint32_t began_at_s;            /* the incident; 0: none */
    uint8_t level;                  /* highest level that began, from 1; 0: none */
    uint8_t level_count;            /* of the plan in force */
    bool rings;                     /* some level that began rings here */
    uint64_t next_level_s;          /* when the next level begins, UINT64_MAX: none */
    uint64_t claim_until_s;         /* end of the hold, 0: none */
    uint8_t claims_left;            /* holds of the next level that are left to him */
    bool claimed;                   /* the human acts */
    bool confirmed;                 /* the human has spoken to her */
    bool safe_seen;                 /* her safe check-in arrived after the incident began */
    bool cancelled;                 /* she took the SOS back: part of the record only */
    bool do_not_call;               /* do not call her phone */
    bool gap;                       /* words are missing: cannot exclude duress */
    bool blind; /* missed because nobody could tell: no proof that it is her silence */
    uint32_t suspect_since_s; /* SUSPECT: when grace was used up; 0: not in doubt */

    uint64_t due_s;                 /* next deadline, of check-in or beat; UINT64_MAX: none */
    uint64_t checkin_due_s;         /* UINT64_MAX: none */
    uint64_t beat_due_s;            /* UINT64_MAX: none */
    struct aw_contact_call checkin; /* newest check-in or plan that counts */
    struct aw_contact_call newest;  /* newest statement of any kind */
    uint8_t wrong_count;            /* wrong secrets in a row */

    uint32_t plan_version;               /* in force, 0: none */
    uint8_t person;                      /* own number in her roster, 0: not known yet */
    bool circle;                         /* learns of duress */
    uint32_t seq_human;                  /* newest statement that the human has seen */
    uint32_t refused_count;              /* cells that were refused */
    uint32_t replayed_count;             /* of them seen before */
    bool store_failed;                   /* nothing leaves until the store works again */
    struct aw_contact_triggers triggers; /* beside her check-ins */
    struct aw_contact_own own;           /* what he said of himself */
    bool setup;                          /* set-up: what loosens takes effect at once */
    uint32_t pending_version;            /* of a plan that waits to come into force, 0: none */
    uint32_t pending_at_s;               /* when it does */
    enum aw_plan_field pending_loosens;  /* the first field that is looser */
    bool pending_unjudged;  /* only if humans compare words with her in person: her secret did not
                               show that it is hers */
    uint32_t aside_version; /* of a newer plan that gave way to one that waited, since her secret
                               did not show that it is hers, 0: none; ask her to set it again */
    bool keys_unjudged;     /* likewise new secrets */
    struct aw_contact_relay relays[AW_ENDPOINT_COUNT_MAX]; /* by id of the own mailbox */
    uint32_t unheard_seq; /* newest statement that a switch told of and that did not arrive, 0 */
};

/** Copies what a screen needs. */
AW_API void aw_contact_view(const struct aw_contact *c, struct aw_contact_view *view);

/** Appends the words to compare, with spaces between. AW_E_STATE, AW_E_SPACE. */
AW_API AW_MUST_USE enum aw_status aw_contact_words(const struct aw_contact *c, struct aw_buf *text);

/** Copies the plan in force, with the instructions of its levels. AW_E_NOT_FOUND. */
AW_API AW_MUST_USE enum aw_status aw_contact_plan(const struct aw_contact *c, struct aw_plan *plan);

/**
 * Copies the plan that waits to come into force, `pending_version` of the view: show it before
 * aw_contact_words_compared() vouches for it, best as what it changes. Whoever held her phone may
 * have written it: its texts are data, not to be trusted.
 *
 * @return AW_OK
 *         AW_E_NOT_FOUND  none waits
 *         AW_E_DAMAGED    its record is damaged: it will never come into force
 */
AW_API AW_MUST_USE enum aw_status aw_contact_plan_pending(const struct aw_contact *c,
                                                          struct aw_plan *plan);

/** Her last known state. Size: 100 bytes. Secret: wipe. */
struct aw_place {
    struct aw_state state; /* with the place */
    uint32_t seq;          /* of the statement that carried it */
    uint32_t age_s;        /* since it was measured, by this device's clock */
    uint16_t from;     /* bit human - 1: others whose shares were there; 0: opened without them */
    uint8_t threshold; /* shares that it takes */
};

/**
 * Opens her newest last known state that can be opened: in an alarm for which she gave this
 * contact the key, when one share is enough by her plan, or with shares that others released.
 *
 * @return AW_OK
 *         AW_E_NOT_FOUND  nothing was received
 *         AW_E_STATE      sealed: not enough shares
 */
AW_API AW_MUST_USE enum aw_status aw_contact_place(const struct aw_contact *c,
                                                   struct aw_place *place, struct aw_now now);

/**
 * The same for statements before number `seq` (0: all): her places newest first. What can be opened
 * only with the shares of others comes back after a restart as those shares do.
 *
 * @return as aw_contact_place(); AW_E_STATE: of those before none opens
 */
AW_API AW_MUST_USE enum aw_status aw_contact_place_before(const struct aw_contact *c, uint32_t seq,
                                                          struct aw_place *place,
                                                          struct aw_now now);

/**
 * Opens her plan card, as far as its sections are due: those of the levels that began here. It
 * opens with the shares of others, which go out when those of her place do, and in an SOS; where
 * one share is enough by her plan, without them.
 *
 * @param card  filled with the sections to show, perhaps none. Secret: wipe
 * @return AW_OK
 *         AW_E_NOT_FOUND  the plan in force names no card, or the card did not arrive
 *         AW_E_STATE      sealed: no incident is open, or not enough shares came
 */
AW_API AW_MUST_USE enum aw_status aw_contact_card(const struct aw_contact *c, struct aw_card *card);

/** Which of the times a deadline rests on. */
enum aw_why_clock {
    AW_CLOCK_NONE = 0,
    AW_CLOCK_HERS,  /* she issued it then */
    AW_CLOCK_RELAY, /* the relay took it then */
    AW_CLOCK_MINE,  /* it arrived here then */
    AW_CLOCK_REPLY, /* she had seen a reply of mine that was made then */
};

/** Which deadline decided. */
enum aw_why_cause {
    AW_WHY_NOTHING = 0, /* nothing to watch yet */
    AW_WHY_CHECKIN,     /* the next check-in */
    AW_WHY_TIMER,       /* a time that she set herself */
    AW_WHY_ASK,         /* "are you OK?" was not answered */
    AW_WHY_LIFE,        /* no sign of life from her */
    AW_WHY_BEAT,        /* the device should speak */
    AW_WHY_WORD,        /* a word of hers: SOS, duress, wrong secret */
    AW_WHY_HUMAN,       /* what the human here said: claim, confirm */
};

/** The last decision with all that it rests on. Size: 96 bytes. */
struct aw_why {
    enum aw_ladder_state state;     /* of the ladder */
    enum aw_incident_kind incident; /* that is open */
    enum aw_why_cause cause;        /* what decided */
    uint32_t decided_at_s;          /* when this state began */
    struct aw_contact_call call;    /* the statement that it rests on; seq 0: none */
    uint32_t replied_at_s;          /* when the reply was made that this call names, 0: none */
    enum aw_why_clock clock;        /* whose time is the base */
    uint32_t base_s;                /* from when the deadline counts */
    uint32_t span_s;                /* from base to due, without what is bearable */
    uint64_t due_s;                 /* UINT64_MAX: none */
    uint32_t grace_s;               /* after it, in the plan in force */
    uint64_t missed_s;              /* due and grace: when contacts are rung; UINT64_MAX: none */
    uint8_t level;                  /* that began last, 0: none */
    uint32_t plan_version;          /* in force */
};

AW_API void aw_contact_why(const struct aw_contact *c, struct aw_why *why);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_CONTACT_H */
