/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_SUBJECT_IMPL_H
#define AW_CORE_SUBJECT_IMPL_H

#include <allswell/subject.h>

#include "core/deaf.h"
#include "core/outbox.h"
#include "core/pairing.h"
#include "core/schedule.h"
#include "core/statement.h"
#include "core/timebase.h"
#include "core/words.h"
#include "crypto/presence.h"
#include "crypto/share.h"
#include "crypto/sign.h"
#include "wire/call.h"
#include "wire/card_file.h"
#include "wire/introductions.h"
#include "wire/plan.h"

/* What is inside struct aw_subject; shared by core/subject*.c only (spec/06-subject.md). */

#define SUBJECT_RECORD_VERSION 1

/* A contact that relays have so many calls for, the first for so long, and that is not heard: its
 * device is off, or this state is an old one. */
#define SUBJECT_UNHEARD_MAX 4
#define SUBJECT_UNHEARD_MS  (UINT64_C(30) * 60 * 1000)
/* Statements that she may have made since the store was copied, beside one in so many seconds. */
#define SUBJECT_SEQ_ROOM   256
#define SUBJECT_SEQ_ROOM_S 30

/* Contacts take every plan at once for so long after the first, at most. */
#define SUBJECT_SETUP_S (UINT64_C(72) * 3600)
/* Beats while there is no plan. */
#define SUBJECT_BEAT_S 900
/* Words of one contact made and not yet in a STORE; more and inputs return AW_E_BUSY. */
#define SUBJECT_FRESH_MAX 4
/* Word records to delete with the next STORE. */
#define SUBJECT_GONE_MAX (AW_WORD_WAITING_MAX + 8)

/* An alarm that a countdown could not make is tried again so much later. */
#define SUBJECT_RETRY_S 5
/* How long she is asked whether all is well when a journey stalls. */
#define SUBJECT_STALL_S 120

enum subject_space {
    SUBJECT_SPACE_CORE = AW_SPACE_SUBJECT_FIRST, /* key 0: core, 1: triggers */
    SUBJECT_SPACE_PERSON,
    SUBJECT_SPACE_CHANNEL,
    SUBJECT_SPACE_WORDS, /* person, then number; number 0 is the head */
    SUBJECT_SPACE_PLAN,
    SUBJECT_SPACE_INVITING,
    SUBJECT_SPACE_PAIRS,
    SUBJECT_SPACE_CARD,
    SUBJECT_SPACE_DECOY, /* person; his plan stands under his number in space PLAN */
};

/* Records of one person that changed. Bits. */
enum subject_dirty {
    SUBJECT_DIRTY_PERSON = 1,
    SUBJECT_DIRTY_CHANNEL = 2,
    SUBJECT_DIRTY_WORDS = 4,
    SUBJECT_DIRTY_INVITING = 8,
};

/* Records of the engine that changed. Bits; the core record goes with every STORE. */
enum subject_engine_dirty {
    SUBJECT_DIRTY_PLAN = 1,
    SUBJECT_DIRTY_TRIGGER = 2,
    SUBJECT_DIRTY_PAIRS = 4,
    SUBJECT_DIRTY_CARD = 8,
};

/* Records of one decoy that changed. Bits. */
enum decoy_dirty { DECOY_DIRTY_RECORD = 1, DECOY_DIRTY_PLAN = 2 };

/* By how much contacts may raise the version of a plan: more than a backup lags behind, less than
 * what another contact refuses (spec/07-contact.md §12). */
#define SUBJECT_PLAN_JUMP 256

/* Under a fixed cadence a file may go in every such slot. */
#define SUBJECT_FILE_SLOTS 4

/* The files of one set, in the order in which they go. */
enum { SUBJECT_FILE_INTRODUCTIONS = 0, SUBJECT_FILE_CARD, SUBJECT_FILE_PLAN };

/* What a parcel carries. */
enum {
    SUBJECT_SEND_ANSWER = 1,
    SUBJECT_SEND_RESUME,
    SUBJECT_SEND_WORD,
    SUBJECT_SEND_BEAT,
    SUBJECT_SEND_QUARANTINED
};

/* What replies told of a contact beside ticks. Secret: wipe (peer_seed). */
struct subject_heard {
    uint8_t peer_key[AW_KEY_LEN];
    uint8_t peer_seed[AW_KEY_LEN];
    uint8_t receipt_key[AW_KEY_LEN];
    bool always_on;
    bool leaves;
    uint32_t ask_id;     /* newest question, 0: none yet */
    uint32_t ask_due_s;  /* engine time by which it wants an answer, 0: it is answered */
    uint32_t drill_seq;  /* of the last drill, as far as he was told of it; 0: none */
    uint32_t away_until; /* as he said, 0: he is not away */
    uint32_t drill_relay_at_s, drill_device_at_s, drill_human_at_s; /* of the last drill, 0 */
};

/* What one contact gets of her state. Secret: wipe. */
struct sealed_part {
    uint8_t state[AW_STATE_SEALED_LEN];
    uint8_t share[AW_SHARE_LEN];
};

/* The stored part of a person. Secret: wipe. */
struct subject_person {
    uint8_t version; /* of the record */
    uint8_t phase;   /* enum aw_person_phase */
    struct aw_hello own;
    bool has_peer; /* once paired */
    struct aw_hello peer;
    uint8_t read_seed[AW_KEY_LEN]; /* of the read capabilities of the mailboxes */
    uint8_t pair_seed[AW_KEY_LEN]; /* the same for the pairing mailboxes */
    uint32_t seq_relay, seq_device, seq_human;
    uint32_t plan_held;
    uint32_t reply_seen;
    uint32_t heard_at_s;
    uint8_t claim;
    bool has_heard; /* once a reply came */
    struct subject_heard heard;
    uint8_t point[AW_KEY_LEN]; /* of presence, since the secrets were set; zero: not yet */
    uint32_t slot_phase;       /* where his slots lie, under a fixed cadence */
    uint32_t keys_held;        /* newest word with keys that he named */
};

/* One cell on its way, and the pause after one that failed. Secret: wipe. */
struct outgoing {
    struct aw_parcel parcel;
    struct aw_backoff backoff;
    uint32_t word; /* number of the word in it */
    uint8_t cell[AW_CELL_LEN];
};

/* Two ways to each contact: an SOS waits for nothing that is on its way already. */
enum { SUBJECT_WAY_ORDINARY = 0, SUBJECT_WAY_URGENT, SUBJECT_WAY_COUNT };

/* What had been sent before, when a slot was filled with it. */
enum subject_repeated { SUBJECT_REPEATED_NONE = 0, SUBJECT_REPEATED_WORD, SUBJECT_REPEATED_URGENT };

/* Whose turn a slot is (spec/06-subject.md §10). */
enum subject_turn {
    SUBJECT_TURN_RESUME = 0,
    SUBJECT_TURN_URGENT,
    SUBJECT_TURN_QUARANTINED,
    SUBJECT_TURN_WORD,
    SUBJECT_TURN_BEAT
};

enum subject_waiting { SUBJECT_WAITING_NONE = 0, SUBJECT_WAITING_NEW, SUBJECT_WAITING_SENT };

/* What there is for a slot. */
struct subject_slot_waits {
    bool answer, question; /* of a re-establishment */
    bool quarantined;      /* a beat in that session */
    bool beat;             /* one that was not sent; without it the newest is sent again */
    enum subject_waiting urgent, word;
};

/* One contact. Secret: wipe. */
struct person {
    struct subject_person rec;
    struct aw_inviting inviting;
    struct aw_channel channel;
    struct aw_words_out words;

    unsigned dirty, dirty_flight;
    uint32_t words_stored; /* numbers below are in the store, or gone */
    uint32_t words_flight;
    uint32_t gone[SUBJECT_GONE_MAX];
    uint8_t gone_count, gone_flight;

    bool wants_answer, wants_resume, wants_beat;
    enum subject_repeated repeated; /* what the last slot with words or a beat held */
    bool was_asked;                 /* the last slot was that of a re-establishment */
    bool owes_answer;               /* to a question of re-establishment that was just opened */
    bool is_silent;
    uint8_t unheard_count;  /* calls that a relay took since the contact was heard */
    uint64_t unheard_ms;    /* when the first of them was */
    bool has_asked;         /* for being unheard, since then */
    struct aw_deaf deaf;    /* to his cells */
    bool wants_quarantined; /* the beat in the quarantined session, too */
    struct aw_resume said;  /* by the contact, of itself, for the session that is being made */
    struct outgoing ways[SUBJECT_WAY_COUNT];
    struct aw_parcel arm; /* what goes into a switch, beside a cell */
    uint32_t arm_after_s;
    uint8_t arm_cell[AW_CELL_LEN];
    uint64_t resend_ms, resend_pause_ms;
    uint64_t file_ms, file_pause_ms; /* when the next file goes (again) */
    uint8_t file_step;
    uint64_t slot, file_slot; /* newest that were filled */
    struct sealed_part beat_part;
    struct aw_endpoint to[AW_ENDPOINT_COUNT_MAX]; /* where the cells go */
    uint8_t to_seed[AW_KEY_LEN];
    uint32_t refused_count;
    uint32_t plan_named; /* newest in the replies of this run, 0: none came */
    bool forgot_plan;    /* that reply named an older one than he had named before */
    bool forgot_word;    /* it named the word of the plan, and not the plan: aw_su_file_is_vain() */
    bool forgot_keys;    /* it named an older word with keys than he had named before */
};

/* The stored part of the engine. Secret: wipe. */
struct subject_core {
    uint8_t version;     /* of the record */
    uint32_t saved_at_s; /* engine time of the store */
    uint32_t seq;        /* newest statement, of words and beats alike */
    uint8_t sign_seed[AW_KEY_LEN];
    uint32_t sign_day; /* of the signing key, 0: none yet */
    bool has_alarm;
    struct aw_alarm alarm;
    uint32_t checkin_at_s; /* engine time of the last check-in, 0: never */
    uint32_t checkin_valid_s;
    bool has_state;
    struct aw_state state;
    uint8_t log_head[AW_HASH_LEN];
};

/* An alarm that leaves at `at_s` unless she says no. */
struct subject_countdown {
    uint8_t kind; /* enum aw_alarm_kind */
    uint32_t at_s;
};

/* The time that she set herself. */
struct subject_timer {
    uint32_t id; /* seq of the statement that started it */
    uint8_t kind;
    uint32_t due_at;
    uint32_t extend_s; /* 0: it cannot be extended (again) */
};

/* What makes her device speak beside the plan. No secrets. */
struct subject_trigger {
    uint8_t version;    /* of the record */
    uint8_t alarm_kind; /* of core.alarm */
    bool has_countdown, has_timer;
    struct subject_countdown countdown;
    struct subject_timer timer;
    uint32_t life_at_s; /* last passive sign of life, engine time; 0: none */
    uint32_t drill_seq; /* of the last drill, 0: none */
    uint32_t drill_at_s;
    bool cover_lost; /* she was told that nobody would hear */
    uint32_t
        former_until_s;     /* contacts may count by the former plan until then, 0: there is none */
    uint32_t setup_until_s; /* they take every plan at once until then */
    uint32_t again_s;       /* since when a check-in is due that nobody can judge, 0: none */
};

/* What two of her contacts need to meet, beside the plan. Secret: wipe. */
struct subject_pair {
    uint8_t low, high; /* persons */
    uint8_t psk[AW_KEY_LEN];
};

#define SUBJECT_PAIRS_MAX (AW_PLAN_MEMBER_MAX * (AW_PLAN_MEMBER_MAX - 1) / 2)

struct subject_pairs {
    uint8_t version; /* of the record */
    struct subject_pair pairs[SUBJECT_PAIRS_MAX];
    uint8_t pairs_count;
};

struct subject_share {
    uint8_t share[AW_SHARE_LEN];
};

/* The sealed card, while somebody lacks it. Secret: wipe. */
struct subject_card {
    uint8_t version; /* of the record */
    uint32_t plan_version;
    uint16_t pending; /* bit person - 1: has not named that plan yet */
    uint8_t sealed[AW_CARD_SEALED_MAX];
    uint16_t sealed_len;
    struct subject_share shares[AW_PLAN_MEMBER_MAX]; /* by human */
    uint8_t shares_count;
};

/* The stored part of a decoy. Secret: wipe. */
struct subject_decoy {
    uint8_t version; /* of the record */
    uint8_t person;  /* 0: there is none */
    uint32_t seq;
    uint8_t sign_seed[AW_KEY_LEN];
    uint32_t sign_day;
    uint32_t checkin_at_s;
    uint8_t safe_key[AW_KEY_LEN]; /* what he would hold as her safe key */
    bool has_told_key;            /* `told_key`: that he told when he was last introduced anew */
    uint8_t told_key[AW_KEY_LEN];
};

/* The device that a removed contact goes on hearing. Secret: wipe. */
struct decoy {
    struct subject_decoy rec;
    struct aw_plan plan;
    bool has_plan;
    uint8_t gone; /* whose records are to be deleted */
    unsigned dirty, dirty_flight;
    struct aw_sign_key sign;
    struct aw_call beat;
    uint64_t beat_s; /* engine time of the next one */
    uint64_t next_s; /* of its next check-in */
    uint64_t due_s;  /* of his deadline */
};

#define SUBJECT_PERSON_RECORD_MAX 1792
#define SUBJECT_SCRATCH_LEN                                                                        \
    (16384 + AW_CARD_SEALED_MAX + SUBJECT_PAIRS_MAX * 48 +                                         \
     AW_DECOY_MAX * (AW_PLAN_ENCODED_MAX + 256) + AW_WORD_WAITING_MAX * AW_WORD_RECORD_MAX +       \
     AW_PLAN_MEMBER_MAX *                                                                          \
         (SUBJECT_PERSON_RECORD_MAX + AW_CHANNEL_RECORD_MAX + AW_INVITING_RECORD_MAX +             \
          AW_WORDS_OUT_RECORD_MAX + SUBJECT_FRESH_MAX * AW_WORD_RECORD_MAX))
#define SUBJECT_OPS_MAX                                                                            \
    (8 + 2 * AW_DECOY_MAX + AW_WORD_WAITING_MAX +                                                  \
     AW_PLAN_MEMBER_MAX * (4 + SUBJECT_FRESH_MAX + SUBJECT_GONE_MAX))

struct subject {
    struct aw_random random;
    bool is_started;
    uint32_t seq_room; /* by which contacts may still raise seq in this run */
    struct aw_timebase time;
    struct aw_outbox outbox;
    bool core_dirty, core_flight, has_core;
    unsigned dirty, dirty_flight; /* enum subject_engine_dirty */

    struct subject_core core;
    struct subject_trigger trigger;
    struct aw_sign_key sign;
    struct aw_plan plan;
    struct aw_plan former; /* as long as trigger.former_until_s is set */
    bool has_plan, has_former;
    struct person people[AW_PLAN_MEMBER_MAX]; /* person n stands at n - 1 */
    struct decoy decoys[AW_DECOY_MAX];
    struct subject_pairs pairs;
    struct subject_card card;

    struct aw_call beat; /* the newest, without what differs between contacts */
    uint64_t beat_s;     /* engine time of the next one */
    uint64_t due_s;      /* of the next check-in, or of the timer */
    uint64_t overdue_s;  /* when contacts are rung for it */
    uint64_t alarm_at_s; /* when the countdown makes its alarm, or tries again */
    uint32_t life_saved_s;
    uint64_t cover_since_s; /* since when looks contradict cover_lost, 0: they do not */
    uint64_t served_s;      /* warnings and deadlines up to here were told */

    uint8_t bulk[AW_CELL_BULK_LEN];
    struct aw_parcel bulk_parcel;
    uint8_t bulk_person; /* whose it is, from 1 */
    bool bulk_is_stale;  /* a new plan came while it was under way */

    struct { /* for a small bearer, until it is taken */
        bool is_made;
        uint64_t change; /* that must be stored before it is handed out */
        uint8_t bytes[AW_FRAME_LEN];
    } frame;

    struct aw_store_op ops[SUBJECT_OPS_MAX];
    size_t scratch_len; /* of the STORE under way: wiped when it ends */
    uint8_t scratch[SUBJECT_SCRATCH_LEN];
};

_Static_assert(sizeof(struct subject) <= AW_SUBJECT_LEN, "fits in struct aw_subject");

static inline struct subject *subject_of(struct aw_subject *s)
{
    return (struct subject *)(void *)s->opaque;
}

static inline const struct subject *subject_of_const(const struct aw_subject *s)
{
    return (const struct subject *)(const void *)s->opaque;
}

/* Whether there is a channel to send on. */
static inline bool person_is_paired(const struct person *p)
{
    return p->rec.phase >= AW_PERSON_PAIRED;
}

static inline uint8_t aw_su_number(const struct subject *s, const struct person *p)
{
    return (uint8_t)(p - s->people + 1);
}

/* subject.c */
void aw_su_touch(struct subject *s, struct person *p, unsigned dirty);
void aw_su_event(struct subject *s, enum aw_event_kind kind, enum aw_urgency urgency,
                 const struct person *p, uint32_t seq);

void aw_su_dirty(struct subject *s, unsigned dirty);

/* subject_time.c */
void aw_su_advance(struct subject *s, struct aw_now now);
void aw_su_schedule(struct subject *s);

/* ---- The plan before a loosening ---- */

/* NULL: every contact goes by the plan. */
const struct aw_plan *aw_su_former(const struct subject *s);
/* Before `next` becomes the plan; when a contact has received it; when a number is given to
 * somebody else; when time passes. */
void aw_su_former_keep(struct subject *s, const struct aw_plan *next);
void aw_su_former_heard(struct subject *s);
void aw_su_former_leave(struct subject *s, uint8_t person);
void aw_su_former_advance(struct subject *s, uint64_t now_s);
/* An incident, as far as she knows: contacts no longer take every plan at once. */
void aw_su_setup_over(struct subject *s);
/* What the stricter of the two asks: `plan` is hers, or a decoy's. */
uint64_t aw_su_plan_due_s(const struct subject *s, const struct aw_plan *plan, uint64_t base_s);
uint32_t aw_su_beat_pause_s(const struct subject *s, const struct aw_plan *plan);
uint32_t aw_su_life_s(const struct subject *s, const struct aw_plan *plan);
uint64_t aw_su_when_s(const struct subject *s);

/* subject_say.c: what a human or the device says, to everybody at once. */
struct subject_draft {
    uint8_t kind; /* enum aw_call_kind */
    uint32_t valid_s;
    const uint8_t *presence_key; /* NULL: random bytes instead */
    const struct aw_secrets *secrets;
    const uint8_t *circle_key; /* with secrets: fresh, the same for all of the circle */
    bool has_alarm;            /* the active one; kind sos makes its own, of alarm.kind */
    struct aw_alarm alarm;
    const uint8_t *plan_hash;
    const struct aw_call_timer *timer; /* of kind timer; id 0: this statement starts it */
    uint8_t signal;                    /* of kind signal */
    uint32_t audience;                 /* bit person-1 */
    struct decoy *decoy;               /* whose statement it is; NULL: hers */
};
#define SUBJECT_DRAFT_MAX 2
/* Says all of the drafts or, on failure, none: each person gets a word for each that it is meant
 * for. AW_E_LIMIT: nobody has room; a seq for each is used up. */
AW_MUST_USE enum aw_status aw_su_say(struct subject *s, const struct subject_draft *drafts,
                                     size_t count, struct aw_now now);
/* The same as an input: time first, then her state, then the word to everybody who is paired. */
AW_MUST_USE enum aw_status aw_su_speak(struct subject *s, struct subject_draft *draft,
                                       const struct aw_state *state, uint32_t *seq,
                                       struct aw_now now);
AW_MUST_USE enum aw_status aw_su_take_state(struct subject *s, const struct aw_state *state);
void aw_su_proved(struct subject *s, uint32_t valid_s);
AW_MUST_USE enum aw_status aw_su_beat(struct subject *s, struct decoy *decoy, struct aw_now now);
/* Puts a check-in of the decoy in the place of a waiting word, under its number. */
AW_MUST_USE enum aw_status aw_su_replace(struct subject *s, struct decoy *decoy, size_t place,
                                         struct aw_now now);
bool aw_su_has_room(const struct subject *s, uint32_t audience, uint32_t count);
uint32_t aw_su_paired(const struct subject *s); /* without decoys */

/* subject_seal.c: her state for each person, under one fresh key, by the plan of this voice. */
AW_MUST_USE enum aw_status aw_su_seal(struct subject *s, const struct aw_plan *plan,
                                      const struct aw_state *state, bool is_alarm,
                                      struct sealed_part parts[AW_PLAN_MEMBER_MAX]);
void aw_su_take_part(struct aw_call *call, const struct sealed_part *part);
uint8_t aw_su_data_level(const struct subject *s, size_t i); /* enum aw_data_level */

/* subject_again.c: a session took the place of the channel. */
void aw_su_again(struct subject *s, struct person *p);

/* subject_alarm.c */
void aw_su_countdown(struct subject *s, uint64_t now_s, struct aw_now now);

/* subject_cover.c */
void aw_su_cover(struct subject *s, uint64_t now_s);

/* subject_timer.c: what she answers, and what tells that she lives. */
void aw_su_ask(struct subject *s, struct person *p, bool has_ask, uint32_t id, uint32_t within_s);
void aw_su_answered(struct subject *s);
void aw_su_life(struct subject *s);
uint16_t aw_su_life_min(const struct subject *s);
const struct aw_member *aw_su_member(const struct subject *s, const struct person *p);
bool aw_su_is_drill(const struct person *p, uint32_t seq);

/* subject_feed.c */
void aw_su_begin_anew(struct subject *s, struct person *p);
void aw_su_go_above(struct subject *s, struct person *p, const struct aw_resume *said);

/* subject_pace.c */
bool aw_su_has_slots(const struct subject *s, const struct person *p);
bool aw_su_slot_is_open(const struct subject *s, const struct person *p);
void aw_su_slot_take(const struct subject *s, struct person *p);
enum subject_turn aw_su_turn(const struct subject_slot_waits *w, enum subject_repeated *repeated,
                             bool *was_asked);
uint64_t aw_su_slot_ms(const struct subject *s, const struct person *p);
bool aw_su_file_slot_is_open(const struct subject *s, const struct person *p);
void aw_su_file_slot_take(const struct subject *s, struct person *p);
uint64_t aw_su_file_slot_ms(const struct subject *s, const struct person *p);
void aw_su_slots_start(struct subject *s);

/* subject_decoy.c: whose voice a person hears. */
struct decoy *aw_su_decoy(struct subject *s, const struct person *p);
const struct decoy *aw_su_decoy_const(const struct subject *s, const struct person *p);
uint16_t aw_su_decoys(const struct subject *s);
const struct aw_plan *aw_su_plan(const struct subject *s, const struct person *p);
const struct aw_sign_key *aw_su_sign(const struct subject *s, const struct person *p);
uint32_t aw_su_seq(const struct subject *s, const struct person *p);
void aw_su_raise_seq(struct subject *s, struct person *p, uint32_t seq);
void aw_su_beat_now(struct subject *s, const struct person *p);
/* Whether his device has told another key than it did when he was last introduced. */
bool aw_su_decoy_is_to_introduce(const struct subject *s, const struct decoy *d);
void aw_su_decoy_end(struct subject *s, struct decoy *d);
void aw_su_decoy_touch(struct subject *s, struct decoy *d, unsigned dirty);
AW_MUST_USE enum aw_status aw_su_decoy_start(struct subject *s, struct decoy *d);
void aw_su_decoys_checkin(struct subject *s, struct aw_now now);
void aw_su_decoys_plan(struct subject *s, const struct aw_plan *next, bool has_secrets,
                       struct aw_now now);
void aw_su_decoy_ask(struct subject *s, struct decoy *d, uint32_t within_s);
void aw_su_decoys_advance(struct subject *s, uint64_t now_s, struct aw_now now);
uint64_t aw_su_decoys_when_s(const struct subject *s);

/* subject_intro.c */
void aw_su_fill_keys(const struct subject *s, struct aw_plan *plan);
/* Whether the next plan would give this member another key: the others do not know his device. */
bool aw_su_is_to_introduce(const struct subject *s, const struct person *p);
AW_MUST_USE enum aw_status aw_su_draw_pairs(const struct subject *s, const struct aw_plan *plan,
                                            struct subject_pairs *next);
bool aw_su_has_introductions(const struct subject *s, const struct person *p);
AW_MUST_USE enum aw_status aw_su_introduce(const struct subject *s, const struct person *p,
                                           struct aw_buf *body);

/* subject_card.c */
bool aw_su_has_card(const struct subject *s, const struct person *p);
void aw_su_card_held(struct subject *s, const struct person *p);
AW_MUST_USE enum aw_status aw_su_card_file(const struct subject *s, const struct person *p,
                                           struct aw_buf *body);

/* subject_plan.c */
AW_MUST_USE enum aw_status aw_su_plan_set(struct subject *s, const struct aw_plan *plan,
                                          const struct aw_secrets *secrets,
                                          const uint8_t *presence_key, struct subject_card *card,
                                          struct aw_now now);

/* subject_switch.c */
void aw_su_arm(struct subject *s, struct person *p);

/* subject_file.c */
void aw_su_files_restart(struct subject *s, struct person *p);

/* Whether the files of the plan went out again and again, and only his word of it can be missing.
 */
bool aw_su_file_is_vain(const struct subject *s, const struct person *p);
void aw_su_prepare_file(struct subject *s);
void aw_su_file_sent(struct subject *s, uint64_t id, enum aw_status status);
uint64_t aw_su_file_deadline_ms(const struct subject *s, const struct person *p);

/* subject_send.c */
void aw_su_prepare(struct subject *s);
bool aw_su_send(struct subject *s, struct aw_action *action);
void aw_su_sent(struct subject *s, uint64_t id, enum aw_status status);
uint64_t aw_su_send_deadline_ms(const struct subject *s);

/* subject_record.c */
void aw_su_store(struct subject *s, struct aw_action *action);
void aw_su_stored(struct subject *s, enum aw_status status);

#endif /* AW_CORE_SUBJECT_IMPL_H */
