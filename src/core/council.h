/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_COUNCIL_H
#define AW_CORE_COUNCIL_H

#include <allswell/peer.h>

/*
 * Council: what her contacts decide together (spec/16-peers.md §6 to §8). Pure: no keys, no bytes,
 * no clock. It counts voices; whose voice counts at all, the engine has decided before.
 */

#define AW_COUNCIL_VOICES_MAX (AW_PLAN_MEMBER_MAX - 1)

/*
 * Operators of relays are sets of bits: bit 0 somebody outside the roster, bit h the human h. A
 * relay that no plan names may be anybody's, also of one who is named: it is in no set.
 */

/* The newest word of another contact's device, whose channel works and who is in the plan. */
struct aw_voice {
    uint8_t human;    /* 1 to AW_PLAN_MEMBER_MAX */
    bool is_fellow;   /* finds what the circle finds */
    bool missed;      /* finds a statement missed ... */
    uint32_t seq;     /* ... this one */
    bool unreachable; /* the human says that he cannot reach her, since the miss */
    uint32_t operators;
    const uint64_t *path_s; /* by relay of this contact: newest proof that he had nothing there */
};

/* What one contact knows when it counts. Borrowed for the call. */
struct aw_sitting {
    const struct aw_plan *plan; /* has passed aw_plan_check() */
    uint8_t human;              /* own, 0: not known yet */
    uint32_t seq;               /* newest statement that was heard from her directly */
    bool missed;                /* by the own clock, and by a path that was proved */
    bool is_blind;              /* by the own clock, but no path was proved */
    bool level;                 /* a level with shares has begun */
    bool unreachable;           /* as in aw_voice, of the human here */
    bool is_read;               /* what relays held for this contact when all else was there */
    uint32_t proved;            /* operators through whose relays the silence was proved here */
    uint32_t operators;         /* of all relays that are in use, as far as they are known */
    const uint64_t *path_s;     /* by relay, as in aw_voice: of her */
    size_t relay_count;
    struct aw_voice voices[AW_COUNCIL_VOICES_MAX];
    size_t voice_count;
};

/* What follows. */
struct aw_tally {
    uint8_t votes;       /* humans who find it missed */
    uint8_t quorum;      /* votes that are needed */
    uint8_t unreachable; /* humans who cannot reach her; counts with one operator only */
    enum aw_release release;
    uint16_t barred; /* bit human - 1: gets no share, as he runs the only relay */
};

/* In a release a proof speaks for so much time after it. */
#define AW_COUNCIL_READ_S 60

/* How many relays of this contact held nothing at that time, of hers or of those who vote. */
size_t aw_council_read(const struct aw_sitting *c, uint64_t at_s);

void aw_council_tally(const struct aw_sitting *c, struct aw_tally *out);

/* Which shares a member of the roster is given while an incident is open; `is_sos`: it is an SOS,
 * of which a level began. */
enum aw_giving { AW_GIVES_NONE = 0, AW_GIVES_CARD, AW_GIVES_ALL };
enum aw_giving aw_council_gives(const struct aw_tally *t, const struct aw_member *to, bool is_sos);

/* Whether a voice, of whatever human, says missed about a statement that is not older than mine;
 * of fellows only if `inside`. */
bool aw_council_others(const struct aw_sitting *c, bool inside);

/* The operators of relays with these keys. */
uint32_t aw_council_operators(const struct aw_plan *plan, const struct aw_endpoint *relays,
                              size_t count);

/* Groups of all devices of a human. */
uint8_t aw_council_groups(const struct aw_plan *plan, uint8_t human);

/* Human of a person; 0: not in the roster. */
uint8_t aw_council_human(const struct aw_plan *plan, uint8_t person);

#endif /* AW_CORE_COUNCIL_H */
