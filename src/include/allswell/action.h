/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_ACTION_H
#define ALLSWELL_ACTION_H

#include <allswell/base.h>
#include <allswell/invite.h>
#include <allswell/limits.h>
#include <allswell/store.h>

/**
 * @file
 * Actions: what the subject engine and the contact engine want done, and the mailboxes that
 * they read (spec/06-subject.md §2).
 *
 * After each input take actions until there are none, do them in any order, and report each
 * with the engine's done() call; its bytes are borrowed until then. A SEND, or an EVENT about
 * something durable, is not handed out before the STORE that it depends on was reported done.
 *
 * Report a SEND within a minute or so: AW_E_NETWORK when the relay cannot be reached. The engine
 * has one cell under way for each contact, and seals what is newest when that one is reported.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Spaces of the store that belong to the engines: scan all of them at start. */
#define AW_SPACE_SUBJECT_FIRST 1
#define AW_SPACE_SUBJECT_LAST  15 /* the last one of the subject engine */
#define AW_SPACE_CONTACT_FIRST 16 /* shared by all contact engines: see aw_contact_slot() */
#define AW_SPACE_CONTACT_LAST  31 /* likewise, of the contact engines */

/** Kind of an action. */
enum aw_action_kind {
    AW_ACTION_STORE = 1, /* commit all ops or none: done(AW_OK), or done(AW_E_STORE) */
    AW_ACTION_SEND = 2,  /* deposit a cell: done(AW_OK) when the relay has it on disk */
    AW_ACTION_EVENT = 3, /* tell the human: done(AW_OK) */
};

/** Kind of an event. */
enum aw_event_kind {
    /* Both engines. */
    AW_EVENT_MAILBOXES = 1, /* the list of mailboxes changed: create what is new, read all */
    AW_EVENT_STORE_FAILED,  /* status: the disk is full or broken; nothing leaves until it works */
    AW_EVENT_WORDS,         /* paired: compare the words with the other person */
    AW_EVENT_INVITE_STALE,  /* the invite expired without an answer, or the answer came too late */
    AW_EVENT_RESUMED,       /* security: the channel was re-established */
    AW_EVENT_QUARANTINED,   /* security: by an old key; compare the words again; at starts, too */
    AW_EVENT_FORK,          /* security: two devices speak with the same keys */
    AW_EVENT_SILENT,        /* no answer for 30 days */

    /* Subject. */
    AW_EVENT_SECOND_ANSWER = 32, /* security: somebody else holds this invite */
    AW_EVENT_WARNING,            /* the check-in is due at at_s; urgency as the plan says */
    AW_EVENT_DUE,                /* due now */
    AW_EVENT_OVERDUE,            /* grace is used up: contacts are being rung */
    AW_EVENT_TICK,               /* a contact's ticks moved: aw_subject_person() */
    AW_EVENT_PLAN_HELD,          /* a contact has got plan version `seq` */
    AW_EVENT_CLAIMED,            /* a contact is acting */
    AW_EVENT_COUNTDOWN,          /* at at_s an alarm leaves: aw_subject_countdown_stop() */
    AW_EVENT_STALLED,            /* no progress on the journey: all well? Else an alarm at at_s */
    AW_EVENT_ALARM,              /* the countdown is over: alarm `seq` is made */
    AW_EVENT_ASKED,              /* a contact asks "are you OK?"; an answer is due at at_s */
    AW_EVENT_DRILLED,            /* a contact answered drill `seq` */
    AW_EVENT_COVERAGE_LOST,      /* nobody would hear, or too few to decide: before she leaves */
    AW_EVENT_COVERAGE_BACK,      /* enough of them can be reached again */
    AW_EVENT_LEFT,               /* a contact withdraws: choose somebody else */
    AW_EVENT_AGAIN, /* statement `seq` and those before cannot be judged any more by this
                       contact: ask for her secret again */

    /* Contact. */
    AW_EVENT_PLAN = 64,   /* plan version `seq` is in force */
    AW_EVENT_CHECKED_IN,  /* a check-in arrived */
    AW_EVENT_LATE,        /* a deadline passed at at_s; grace runs */
    AW_EVENT_RING,        /* ring the human: level; again every ring_s */
    AW_EVENT_OTHERS,      /* a level began that does not ring here: level */
    AW_EVENT_BACK,        /* late but arrived; or the phone is back; confirm is still wanted */
    AW_EVENT_CONFIRM,     /* reminder: speak with her, then confirm */
    AW_EVENT_CLAIM_ENDED, /* the hold is over: at_s; the ladder goes on */
    AW_EVENT_CLOSED,      /* the incident is closed */
    AW_EVENT_RECORD,      /* something was added to the record of the incident */
    AW_EVENT_CLOCK,       /* her clock, the relay's or this one is wrong by more than 10 min */
    AW_EVENT_GAP,         /* words are missing: cannot exclude duress */
    AW_EVENT_JUDGE,       /* a check-in could not be judged, or the secret was wrong */
    AW_EVENT_UNSURE,      /* cannot tell whether she or the path is silent; rings */
    AW_EVENT_DRILL,       /* she tries out who answers: aw_contact_drill_answer(); rings */
    AW_EVENT_HANDED,      /* another contact hands over to this one; rings */
    AW_EVENT_LOOSENING,   /* a plan version `seq` that loosens waits until at_s */
    AW_EVENT_CHEAT,       /* `relay` let go of a switch early, or not at all: see the view */
    AW_EVENT_RELEASED,    /* shares of her place go out to other contacts: aw_contact_council() */
    AW_EVENT_PLACE,       /* her place can be opened: aw_contact_place() */
    AW_EVENT_CARD,        /* her plan card can be opened: aw_contact_card() */
    AW_EVENT_UNHEARD,     /* a switch of `relay` tells of statement `seq`, which did not arrive */
};

/**
 * How loud an event is. What a lock screen, a speaker or a hook shows is the same neutral line
 * for every AW_URGENCY_RING, whatever the reason.
 */
enum aw_urgency { AW_URGENCY_QUIET = 0, AW_URGENCY_NOTICE = 1, AW_URGENCY_RING = 2 };

/** One event. Size: 24 bytes. */
struct aw_event {
    enum aw_event_kind kind; /* what happened */
    enum aw_urgency urgency; /* how loud it is to be told */
    enum aw_status status;   /* STORE_FAILED, INVITE_STALE */
    uint8_t person;          /* subject engine: contact person 1 to 16, 0: none */
    uint8_t level;           /* from 1; 0: none */
    uint8_t relay;           /* contact engine: own mailbox + 1 whose relay it is; 0: none */
    uint32_t seq;            /* statement or version that it is about, 0: none */
    uint32_t at_s;           /* when it is due or happened, seconds since 1970-01-01 UTC */
};

/** What to commit, all of it or nothing. Size: 16 bytes. */
struct aw_action_store {
    const struct aw_store_op *ops; /* in order */
    size_t count;                  /* at least 1 */
};

/** What to deposit, and where. Size: 160 bytes. Secret: wipe. */
struct aw_action_send {
    struct aw_endpoint relay; /* where the mailbox lies */
    uint8_t capability[32];   /* deposit capability of the mailbox */
    struct aw_bytes cell;     /* 512 or 16384 bytes */
    uint32_t arm_after_s;     /* 0: deposit; else arm a switch with it, 512 bytes only */
    uint8_t channel;          /* for whom, as in struct aw_mailbox */
};

/** One action. Bytes are borrowed from the engine until done(id). Size: 176 bytes. */
struct aw_action {
    uint64_t id;              /* for done() */
    enum aw_action_kind kind; /* which member of the union holds */
    union {
        struct aw_action_store store;
        struct aw_action_send send;
        struct aw_event event;
    };
};

/** One mailbox that an engine reads. Size: 236 bytes. Secret: wipe. */
struct aw_mailbox {
    uint32_t id;                    /* as in feed(); stable over restarts */
    uint8_t channel;                /* with contact person 1 to 16; 0: with the subject */
    struct aw_endpoint relay;       /* where it lies */
    uint8_t read_capability[32];    /* what reads it, with aw_client_mailbox_add() */
    uint8_t deposit_capability[32]; /* what others write to it with */
    uint8_t read_key[32];           /* hashes of the two: what the relay stores */
    uint8_t deposit_key[32];        /* of the deposit capability */
};

/** Most mailboxes that a subject engine reads. */
#define AW_SUBJECT_MAILBOX_MAX (AW_PLAN_MEMBER_MAX * AW_ENDPOINT_COUNT_MAX * 2)
/** The same for a contact engine. */
#define AW_CONTACT_MAILBOX_MAX (AW_PLAN_MEMBER_MAX * AW_ENDPOINT_COUNT_MAX)

/** Returns the lower-case name of an event ("ring", "checked-in", ...), never NULL. */
AW_API const char *aw_event_name(enum aw_event_kind kind);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_ACTION_H */
