/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_CONTACT_IMPL_H
#define AW_CORE_CONTACT_IMPL_H

#include <allswell/contact.h>

#include "core/contact_trigger.h"
#include "core/deaf.h"
#include "core/keep.h"
#include "core/ladder.h"
#include "core/outbox.h"
#include "core/pairing.h"
#include "core/peer.h"
#include "core/statement.h"
#include "core/timebase.h"
#include "core/watch.h"
#include "core/words.h"
#include "crypto/presence.h"
#include "crypto/sign.h"
#include "wire/call.h"
#include "wire/card_file.h"
#include "wire/plan.h"
#include "wire/reply.h"
#include "wire/switched.h"

/* What is inside struct aw_contact; shared by core/contact*.c only (spec/07-contact.md). */

/* Replies whose time is remembered: the floor of her deadlines. */
#define CONTACT_REPLIES 16
/* Wrong secrets in a row that raise an alarm in the circle. */
#define CONTACT_WRONG_MAX 3
/* An answer of a relay is not older than this, whatever its clock says. */
#define CONTACT_PATH_AGE_S 60
/* Most that a seq may jump ahead. */
#define CONTACT_SEQ_JUMP (UINT32_C(1) << 16)

/* Most that its own reply number may jump ahead, to what she has seen of an earlier life. */
#define CONTACT_REPLY_JUMP     (UINT32_C(1) << 20)

#define CONTACT_RECORD_VERSION 1

/* Spaces and, in them, keys below the slot. */
enum contact_space {
    CONTACT_SPACE_CORE = AW_SPACE_CONTACT_FIRST,
    CONTACT_SPACE_CHANNEL,
    CONTACT_SPACE_PLAN,
    CONTACT_SPACE_KEEP,
    CONTACT_SPACE_PEER,
    CONTACT_SPACE_PEER_CHANNEL,
    CONTACT_SPACE_CHANGE = 22,
};
enum {
    CONTACT_KEY_WHO = 0,
    CONTACT_KEY_BOOK,
    CONTACT_KEY_LADDER,
    CONTACT_KEY_JOINING,
    CONTACT_KEY_WORDS,
    CONTACT_KEY_SECRETS,
    CONTACT_KEY_TRIGGERS,
    CONTACT_KEY_OWN,
    CONTACT_KEY_SHOWN,
    CONTACT_KEY_COUNT,
};
enum { CONTACT_KEY_PLAN = 0, CONTACT_KEY_BODY, CONTACT_KEY_CARD };
enum {
    CONTACT_KEY_CHANGE = 0,
    CONTACT_KEY_PENDING,
    CONTACT_KEY_SHOWN_CHANGE,
    CONTACT_KEY_SHOWN_PLAN,
    CONTACT_KEY_SHOWN_PENDING,
};
/* In space PEER; 1 to AW_PLAN_MEMBER_MAX are the persons. */
enum { CONTACT_KEY_PEERS = 0, CONTACT_KEY_INTRO = 32, CONTACT_KEY_PLACE, CONTACT_KEY_OUTSIDE };

/* Mailboxes: the own ones by relay, then those for each other contact. */
#define CONTACT_PEER_MAILBOX(person) (16 + (uint32_t)(person)*4)
#define CONTACT_PEER_OF(id)          ((uint8_t)(((id)-16) / 4))

/* Records that changed since they were stored. Bits. */
enum contact_dirty {
    CONTACT_DIRTY_WHO = 1,
    CONTACT_DIRTY_BOOK = 2,
    CONTACT_DIRTY_LADDER = 4,
    CONTACT_DIRTY_JOINING = 8,
    CONTACT_DIRTY_CHANNEL = 16,
    CONTACT_DIRTY_PLAN = 32,
    CONTACT_DIRTY_BODY = 64,
    CONTACT_DIRTY_WORDS = 128,
    CONTACT_DIRTY_SECRETS = 256,
    CONTACT_DIRTY_TRIGGERS = 512,
    CONTACT_DIRTY_OWN = 1024,
    CONTACT_DIRTY_CHANGE = 2048,
    CONTACT_DIRTY_PENDING = 4096,
    CONTACT_DIRTY_SHOWN = 8192, /* the shown plan, with what waits to come into force */
    CONTACT_DIRTY_PEERS = 1 << 16,
    CONTACT_DIRTY_INTRO = 1 << 17,
    CONTACT_DIRTY_PLACE = 1 << 18,
    CONTACT_DIRTY_CARD = 1 << 19, /* the first of CONTACT_CARDS bits */
};

/* Who watches whom, from where. Secret: wipe. */
struct contact_who {
    uint8_t version; /* of the record */
    uint8_t phase;   /* enum aw_contact_phase */
    uint32_t joined_at_s;
    struct aw_hello own;
    bool has_peer; /* once paired */
    struct aw_hello peer;
    uint8_t read_seed[AW_KEY_LEN]; /* of the read capabilities of the own mailboxes */
    uint8_t receipt_seed[AW_KEY_LEN];
};

struct contact_reply_time {
    uint32_t number;
    uint32_t at_s;
};

/* What her presence over a plan or over keys says. */
enum contact_worth {
    CONTACT_WORTH_NONE = 0, /* forced */
    CONTACT_WORTH_UNJUDGED, /* wrong, or cannot judge: perhaps she forgot her secret */
    CONTACT_WORTH_JUDGED,   /* safe; outside the circle: claimed */
};

/* What waits to come into force. Secret: wipe. */
struct contact_change {
    uint8_t version_of_record;
    bool has_plan; /* `pending` is a plan */
    bool is_judged;
    uint32_t version;
    uint32_t arrived_at_s;
    uint32_t effective_at_s;
    uint8_t loosens;        /* enum aw_plan_field: the first one */
    uint16_t decoys;        /* of that plan: bit person - 1 */
    uint32_t setup_since_s; /* first plan */
    bool setup_over;
    bool has_keys; /* that her secret did not bring */
    uint32_t keys_at_s;
    struct aw_presence_keys keys;
};

/* What a relay was given to hold for this contact, as far as he can know, and how it kept to it. */
struct contact_switch {
    uint32_t due_s; /* when it must have been delivered at the latest, 0: nothing is held */
    bool was_early, was_withheld;
};

/* What she said, and what was answered. Secret: wipe. */
struct contact_book {
    uint8_t version;     /* of the record */
    uint32_t saved_at_s; /* engine time of the store */
    struct aw_watch checkin;
    struct aw_watch newest;
    uint8_t newest_hash[AW_HASH_LEN];
    uint8_t receipt[AW_SIG_LEN];
    uint32_t receipt_at_s;
    uint32_t reply_number;
    struct contact_reply_time replies[CONTACT_REPLIES]; /* oldest first */
    uint8_t replies_count;
    uint32_t seq_human;
    uint8_t wrong_count;
    uint8_t skew; /* enum aw_skew */
    uint8_t person;
    uint8_t claim; /* enum contact_claim, as said by the human in this incident */
    bool gap;
    bool has_plan_word;
    uint8_t plan_word_worth; /* enum contact_worth */
    uint8_t plan_word_hash[AW_HASH_LEN];
    uint32_t plan_named; /* newest version received: what she is told */
    struct contact_switch switches[AW_ENDPOINT_COUNT_MAX]; /* by relay */
    uint8_t switches_count;
    uint32_t unheard_seq; /* newest statement that a switch told of and that did not arrive */
    uint32_t keys_word;   /* newest word with keys that was processed: what she is told */
};

/* Presence keys from the word on that brought them. */
struct contact_key_set {
    uint32_t word;
    uint32_t alone_at_s; /* until then words of the set before it count, too */
    struct aw_presence_keys keys;
};

/* Her secrets as this contact may judge them, for late words the earlier ones, too. Secret: wipe.
 */
#define CONTACT_KEY_SETS 4
struct contact_secrets {
    uint8_t version;                               /* of the record */
    struct contact_key_set sets[CONTACT_KEY_SETS]; /* ascending by word */
    uint8_t sets_count;
    bool has_lost; /* earlier ones than these are gone */
};

/* What the human here said about acting, as in a witness; a reply knows no handing over. */
enum contact_claim {
    CONTACT_CLAIM_NONE = 0,
    CONTACT_CLAIM_ACTING,
    CONTACT_CLAIM_DECLINED,
    CONTACT_CLAIM_HANDED,
};

/* What the human here last confirmed, as in a witness. */
enum contact_confirm {
    CONTACT_CONFIRM_NONE = 0,
    CONTACT_CONFIRM_SPOKEN,
    CONTACT_CONFIRM_UNREACHABLE,
};

/* Plan cards: that of the plan in force, that of one that waits, and the newest other. */
#define CONTACT_CARDS 3

/* One, sealed, with a share. Secret: wipe. */
struct contact_card {
    uint16_t len;     /* of `body`, 0: none */
    uint32_t version; /* of the plan that binds it first */
    uint8_t hash[AW_HASH_LEN];
    uint8_t body[AW_CARD_FILE_LEN_MAX];
};

/* What her phone and those outside the circle are told of it: what he said in an incident that they
 * know of. */
struct contact_told {
    uint8_t claim;   /* enum contact_claim */
    uint8_t hand_to; /* person, 0: nobody */
    uint8_t confirm; /* enum contact_confirm */
    uint32_t confirm_at_s;
    char note[AW_WITNESS_NOTE_MAX + 1];
};

/* The plan that those outside the circle have in force, and one that waits there. */
struct contact_shown_change {
    uint8_t version; /* of the record */
    bool setup_over;
    uint32_t setup_since_s;  /* first plan */
    uint32_t waits;          /* version of the one that waits */
    uint32_t effective_at_s; /* of that one */
};

/* What the human here says beside answers to her. */
struct contact_own {
    uint8_t version;                   /* of the record */
    bool always_on;                    /* this device sleeps never */
    bool leaves;                       /* he withdraws, and watches until she removes him */
    uint32_t away_until_s;             /* 0: here, but for the rota */
    struct aw_quiet rota[AW_ROTA_MAX]; /* when he is not available, in her zone */
    uint8_t rota_count;
    uint8_t confirm; /* enum contact_confirm */
    uint32_t confirm_at_s;
    uint8_t hand_to; /* person, 0: nobody */
    char note[AW_WITNESS_NOTE_MAX + 1];
    uint32_t words_at_s; /* when words were last compared with her in person, 0: never */
    struct contact_told told;
};

#define CONTACT_SCRATCH_LEN (45568 + AW_PEERS_STORE_MAX)
#define CONTACT_OPS_MAX     (AW_KEEP_COUNT + 18 + CONTACT_CARDS + AW_PEERS_OPS_MAX)

/* What a parcel carries. */
enum { CONTACT_SEND_JOIN = 1, CONTACT_SEND_RESUME, CONTACT_SEND_REPLY, CONTACT_SEND_SESSION };

struct contact {
    struct aw_random random;
    uint32_t slot;
    bool is_started;
    struct aw_timebase time;
    struct aw_outbox outbox;
    unsigned dirty, dirty_flight;
    uint64_t keep_flight;

    struct contact_who who;
    struct aw_joining joining;
    struct aw_channel channel;
    struct aw_sign_key receipt_key;
    struct contact_book book;
    struct aw_words_in words;
    struct contact_secrets secrets;
    struct contact_triggers triggers;
    struct contact_own own;
    struct aw_ladder ladder;
    struct aw_ladder shown; /* as those outside the circle must think that it is */
    struct aw_plan shown_plan;
    bool has_shown_plan;
    struct contact_shown_change shown_change;
    uint8_t shown_pending[AW_PLAN_ENCODED_MAX];
    uint16_t shown_pending_len;
    uint64_t path_s[AW_ENDPOINT_COUNT_MAX]; /* by relay: newest proof that nothing waited there */
    struct aw_plan plan;                    /* in force; until there is one, the default */
    bool has_plan;
    struct aw_keep keep;

    uint8_t body[AW_PLAN_ENCODED_MAX]; /* a plan that waits for its word */
    uint16_t body_len;

    struct contact_change change;
    uint8_t pending[AW_PLAN_ENCODED_MAX]; /* a plan that waits to come into force */
    uint16_t pending_len;

    struct aw_deaf deaf;         /* to her cells */
    uint8_t fed_from;            /* own mailbox + 1 whose cell is being fed, 0: none */
    uint32_t armed_due_s;        /* when the switches of the newest call are withheld; not kept */
    struct aw_switched released; /* the newest switch; seq 0: not known. Not kept */
    bool wants_join, wants_resume, wants_reply;
    bool wants_session; /* a reply in the quarantined session, in which she was not heard yet */
    bool has_heard;   /* this run took a call: its reply numbers are not below what she has seen */
    bool owes_answer; /* to a question of re-establishment that was just opened */
    enum aw_session reply_session;
    uint8_t claim_told; /* in the last reply of this run */
    bool is_silent;
    bool has_record[CONTACT_KEY_COUNT]; /* space CORE: which records exist, while loading */
    struct aw_parcel parcel;
    struct aw_backoff send_backoff;
    uint64_t resend_ms, resend_pause_ms;
    uint8_t cell[AW_CELL_LEN];
    struct aw_endpoint to[AW_ENDPOINT_COUNT_MAX]; /* where `cell` goes */
    uint8_t to_seed[AW_KEY_LEN];
    uint32_t refused_count, replayed_count;

    struct aw_store_op ops[CONTACT_OPS_MAX];
    size_t scratch_len; /* of the STORE under way: wiped when it ends */
    uint8_t scratch[CONTACT_SCRATCH_LEN];

    struct contact_triggers outside; /* what those outside the circle see of her triggers */
    /* Of these two only what is used is ever touched. */
    struct contact_card cards[CONTACT_CARDS];
    struct aw_peers peers;
};

_Static_assert(sizeof(struct contact) <= AW_CONTACT_LEN, "fits in struct aw_contact");

static inline struct contact *contact_of(struct aw_contact *c)
{
    return (struct contact *)(void *)c->opaque;
}

static inline const struct contact *contact_of_const(const struct aw_contact *c)
{
    return (const struct contact *)(const void *)c->opaque;
}

/* contact.c */
struct aw_ladder_rules aw_co_rules(const struct contact *c);
struct aw_ladder_rules aw_co_shown_rules(const struct contact *c);
void aw_co_touch(struct contact *c, unsigned dirty);
void aw_co_event(struct contact *c, enum aw_event_kind kind, enum aw_urgency urgency, uint32_t seq,
                 uint32_t at_s);
void aw_co_flush(struct contact *c, const struct aw_ladder_out *out);
void aw_co_advance(struct contact *c, struct aw_now now);
void aw_co_rewatch(struct contact *c, struct aw_ladder_out *out);
uint8_t aw_co_claim(const struct contact *c);

/* contact_shown.c: what those outside the circle know. */
typedef enum aw_status aw_co_say(struct aw_ladder *, const struct aw_ladder_rules *, uint64_t,
                                 struct aw_ladder_out *);
void aw_co_shown_flush(struct contact *c, const struct aw_ladder_out *out);
void aw_co_shown_watch(struct contact *c);
const struct aw_plan *aw_co_shown_plan(const struct contact *c);
void aw_co_shown_plan_arrived(struct contact *c, const struct aw_plan *plan, struct aw_bytes body);
uint64_t aw_co_shown_change_s(const struct contact *c);
void aw_co_shown_tick(struct contact *c);
void aw_co_shown_checkin(struct contact *c, uint32_t seq);
void aw_co_shown_sos(struct contact *c, uint32_t id, uint32_t base_s);
AW_MUST_USE bool aw_co_shown_human(struct contact *c, aw_co_say *say);

/* contact_human.c */
/* Until when he is not available, 0: he is. */
uint64_t aw_co_away_until(const struct contact *c, uint64_t now_s);
/* Bit human - 1: everybody who is away, as far as is known here. */
uint16_t aw_co_away(const struct contact *c, uint64_t now_s);
/* The own entry in the roster of the plan in force, or NULL. */
const struct aw_member *aw_co_member(const struct contact *c);

bool aw_co_counts(enum aw_verdict verdict);
/* Takes a verdict into the wrong secrets in a row. Returns whether it is the third: an alarm. */
bool aw_co_is_third_wrong(uint8_t *row, enum aw_verdict verdict);

/* contact_feed.c, contact_call.c, contact_plan.c, contact_short.c: one received thing each. */
AW_MUST_USE enum aw_status aw_co_opened(struct contact *c, const struct aw_opened *opened,
                                        struct aw_bytes plain, uint32_t deposited_at_s);
AW_MUST_USE enum aw_status aw_co_call(struct contact *c, const struct aw_opened *opened,
                                      struct aw_bytes plain, uint32_t deposited_at_s);
AW_MUST_USE enum aw_status aw_co_frame(struct contact *c, const struct aw_opened *opened,
                                       struct aw_bytes plain);
/* A call that verified, or what a frame says of one: processes it if it is new. AW_E_REPLAY. */
enum contact_form { CONTACT_FROM_CALL, CONTACT_FROM_FRAME };
AW_MUST_USE enum aw_status aw_co_take(struct contact *c, const struct aw_opened *opened,
                                      const struct aw_call *call, enum contact_form form,
                                      uint32_t deposited_at_s);
/* contact_switch.c */
/* A call came from the mailbox that is fed: its relay holds a switch from now on. */
void aw_co_switch_armed(struct contact *c, const struct aw_call *call);
/* Something came from there that may have been a switch, and does not open. */
void aw_co_switch_unknown(struct contact *c);
/* A cell came from there that was opened already, or one that is older. */
void aw_co_switch_copied(struct contact *c, struct aw_bytes cell);
AW_MUST_USE enum aw_status aw_co_switched(struct contact *c, const struct aw_opened *opened,
                                          struct aw_bytes plain);
/* Nothing waits there: was a switch kept back? */
void aw_co_switch_proved(struct contact *c, uint32_t mailbox_id, uint64_t proof_s);

struct aw_resume aw_co_resume(const struct contact *c);
void aw_co_ask(struct contact *c, const struct aw_resume *own);
AW_MUST_USE enum aw_status aw_co_file(struct contact *c, struct aw_bytes plain);
/* contact_change.c */
/* Delay of a loosening that arrives now. */
uint64_t aw_co_loosen_s(const struct contact *c);
bool aw_co_is_setup(const struct contact *c);
bool aw_change_is_vouched(unsigned compared_count, unsigned human_count);
/* Longest set-up phase, from the first plan on; most that the version of a plan may jump ahead
 * where nobody judges it. */
#define CONTACT_SETUP_MAX_S  (UINT64_C(72) * 3600)
#define CONTACT_VERSION_JUMP (UINT32_C(1) << 16)
/* So many plans may wait, or be refused, above the one in force before their versions are free. */
#define CONTACT_VERSION_NEAR 16
/* A plan whose word and body are here; `body` is its encoding. */
void aw_co_plan_arrived(struct contact *c, const struct aw_plan *plan, struct aw_bytes body,
                        enum contact_worth worth);
/* When something comes into force, and that time. */
uint64_t aw_co_change_s(const struct contact *c);
void aw_co_change_tick(struct contact *c);

/* contact_card.c: her plan card, sealed and opened. */
AW_MUST_USE enum aw_status aw_co_card_file(struct contact *c, struct aw_bytes body);
/* After another plan came into force. */
void aw_co_cards_settle(struct contact *c);
/* Puts one's own share of the card into a witness; false: there is none. */
bool aw_co_card_share(const struct contact *c, struct aw_witness *w);
void aw_co_take_card_share(struct contact *c, uint8_t human, const struct aw_witness *w);
AW_MUST_USE enum aw_status aw_co_card_load(struct contact *c, uint64_t place, struct aw_bytes body);

/* contact_secrets.c */
/* Takes keys from now on, whatever word brought them; alone after `loosen_s`. */
void aw_co_put_keys(struct contact *c, const struct aw_presence_keys *keys, uint64_t loosen_s);
AW_MUST_USE enum aw_verdict aw_co_judge(const struct contact *c, const struct aw_opened *opened,
                                        const struct aw_call *call,
                                        const uint8_t act_hash[AW_HASH_LEN], bool is_old);
void aw_co_take_keys(struct contact *c, const struct aw_opened *opened, const struct aw_call *call,
                     enum aw_verdict verdict, bool is_old);
void aw_co_plan_word(struct contact *c, const struct aw_call *call, enum aw_verdict verdict);

/* contact_reply.c */
uint32_t aw_co_replied_at(const struct contact *c, uint32_t number);
bool aw_co_can_reply(const struct contact *c);
void aw_co_prepare(struct contact *c);
bool aw_co_send(struct contact *c, struct aw_action *action);
void aw_co_sent(struct contact *c, uint64_t id, enum aw_status status);

/* contact_peers.c: who the others are, and cells from and to them. */
AW_MUST_USE enum aw_status aw_co_peers_draw(struct contact *c);
/* Draws the next key of this device, unless one waits already. */
void aw_co_peers_renew(struct contact *c);
/* The key that replies tell: the next one, if there is one. */
void aw_co_peers_tell_key(const struct contact *c, uint8_t pk[AW_KEY_LEN]);
/* A plan has come into force: it may name the next key. */
void aw_co_peers_plan(struct contact *c);
/* Whether introductions of that plan are to come and have not. */
bool aw_co_lacks_introductions(const struct contact *c, const struct aw_plan *plan);
const struct aw_member *aw_co_own_member(const struct contact *c);
const struct aw_member *aw_co_peer_member(const struct contact *c, const struct aw_peer *peer);
bool aw_co_peer_counts(const struct contact *c, const struct aw_peer *peer);
void aw_co_peer_anew(struct contact *c, struct aw_peer *peer);
void aw_co_peer_event(struct contact *c, enum aw_event_kind kind, uint8_t person);
size_t aw_co_peer_mailboxes(const struct contact *c, struct aw_mailbox *out);
AW_MUST_USE enum aw_status aw_co_introductions(struct contact *c, struct aw_bytes body);
void aw_co_peers_advance(struct contact *c, uint64_t now_s);
uint64_t aw_co_peers_deadline_s(const struct contact *c);
void aw_co_peers_prepare(struct contact *c);
bool aw_co_peers_send(struct contact *c, struct aw_action *action);
bool aw_co_peers_sent(struct contact *c, uint64_t id, enum aw_status status);
AW_MUST_USE enum aw_status aw_co_peer_feed(struct contact *c, uint32_t mailbox_id,
                                           struct aw_bytes cell);

/* contact_witness.c: what is said to one of them, and what one of them says. */
const uint8_t *aw_co_badge_key(const struct contact *c, const struct aw_peer *peer);
AW_MUST_USE enum aw_status aw_co_witness_seal(struct contact *c, struct aw_peer *peer,
                                              struct aw_buf *cell);
/* The share that goes into a witness with its number, of those that may be given. */
void aw_co_witness_share(const struct contact *c, struct aw_peer *peer, enum aw_giving giving,
                         struct aw_witness *w);
AW_MUST_USE enum aw_status aw_co_witness(struct contact *c, struct aw_peer *peer,
                                         const struct aw_opened *opened, struct aw_bytes plain);

/* What this engine finds about her newest statement, for fellows of the circle or for others. */
struct aw_finding_of_mine {
    uint32_t seq;
    enum aw_finding finding;
    enum aw_incident_kind incident;
    uint32_t safe_seq;
    uint64_t missed_s; /* when grace is used up, AW_NO_TIME: never */
};

/* contact_council.c: what they decide together. */
void aw_co_peers_statement(struct contact *c, const struct aw_call *call);
void aw_co_peers_call(struct contact *c, const struct aw_call *call,
                      const struct aw_contact_call *taken, bool is_old, uint32_t replied_at_s,
                      uint32_t base_s);
uint16_t aw_co_peers_away(const struct contact *c, uint64_t now_s);
/* Humans who compared words with her in person since then, here and elsewhere. */
unsigned aw_co_compared(const struct contact *c, uint32_t since_s, bool fellows_only);
bool aw_co_has_fellow(const struct contact *c);
void aw_co_finding(const struct contact *c, bool inside, struct aw_finding_of_mine *out);
/* Which shares somebody is given now. */
enum aw_giving aw_co_giving(const struct contact *c, const struct aw_peer *peer);
void aw_co_council_advance(struct contact *c, uint64_t now_s);
/* Nothing waits in this mailbox for another contact. */
void aw_co_peer_proved(struct contact *c, uint32_t mailbox_id, uint64_t proof_s);
/* When a beat is due, as others vouched for it; `floor_s` as in watch.h. */
uint64_t aw_co_beat_due_s(const struct contact *c, const struct aw_plan *plan, uint64_t floor_s);
void aw_co_voice(struct contact *c, struct aw_peer *peer, const struct aw_witness *w,
                 const struct aw_witness *before);

/* contact_record.c */
void aw_co_store(struct contact *c, struct aw_action *action);
void aw_co_stored(struct contact *c, enum aw_status status);

#endif /* AW_CORE_CONTACT_IMPL_H */
