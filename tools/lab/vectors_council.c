/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/council.h"
#include "core/gather.h"
#include "crypto/share.h"

#include <stdio.h>
#include <string.h>

/* Vectors of what contacts decide together: whose opinion counts, when shares of her place go out
 * (spec/16-peers.md §6, §8), and what opens it (§9); of her plan card in vectors_card.c. */

#define VOICES 3
#define RELAYS 2
#define T0     UINT64_C(1790000000)

/* ---- Votes and release ---- */

struct sitting {
    const char *name, *note;
    struct aw_sitting own;
    struct aw_voice voices[VOICES];
    size_t voice_count;
    uint8_t members, human_of_4, threshold, quorum;
};

#define OUTSIDE   1U /* somebody outside the roster runs it */
#define BY(human) (1U << (human))
/* Human 1 finds statement 7 missed, by his own path through a relay of human 1. */
#define MISSED                                                                                     \
    {                                                                                              \
        .human = 1, .seq = 7, .missed = true, .level = true, .is_read = true, .proved = BY(1),     \
        .operators = BY(1) | OUTSIDE                                                               \
    }
#define SAYS(who, about, through)                                                                  \
    {                                                                                              \
        .human = (who), .missed = true, .seq = (about), .operators = (through)                     \
    }
#define ALONE(relays)                                                                              \
    {                                                                                              \
        .human = 2, .seq = 7, .missed = true, .level = true, .is_read = true, .proved = (relays),  \
        .operators = (relays)                                                                      \
    }

static const struct sitting sittings[] = {
    {.name = "released",
     .note = "two of three, and relays of two operators",
     .own = MISSED,
     .voices = {SAYS(2, 7, OUTSIDE)},
     .voice_count = 1},
    {.name = "quorum - 1",
     .note = "the second vote is about an older statement",
     .own = MISSED,
     .voices = {SAYS(2, 6, OUTSIDE)},
     .voice_count = 1},
    {.name = "a newer statement",
     .note = "a vote about it counts",
     .own = MISSED,
     .voices = {SAYS(2, 8, OUTSIDE)},
     .voice_count = 1},
    {.name = "two devices of one human",
     .note = "have one vote: 4 is a device of 2",
     .own = MISSED,
     .voices = {SAYS(2, 7, OUTSIDE), SAYS(2, 7, OUTSIDE)},
     .voice_count = 2,
     .members = 4,
     .human_of_4 = 2,
     .quorum = 3},
    {.name = "not missed here",
     .own = {.human = 1, .seq = 7, .level = true, .operators = BY(1) | OUTSIDE},
     .voices = {SAYS(2, 7, OUTSIDE), SAYS(3, 7, OUTSIDE)},
     .voice_count = 2},
    {.name = "blind",
     .note = "grace is used up here, and no path was proved",
     .own = {.human = 1, .seq = 7, .is_blind = true, .operators = BY(1) | OUTSIDE},
     .voices = {SAYS(2, 7, OUTSIDE), SAYS(3, 7, OUTSIDE)},
     .voice_count = 2},
    {.name = "no level with shares has begun",
     .own = {.human = 1,
             .seq = 7,
             .missed = true,
             .is_read = true,
             .proved = BY(1),
             .operators = BY(1) | OUTSIDE},
     .voices = {SAYS(2, 7, OUTSIDE)},
     .voice_count = 1},
    {.name = "through one operator only",
     .note = "the voter reads at relays of both: which one showed it is not known",
     .own = MISSED,
     .voices = {SAYS(2, 7, BY(1) | OUTSIDE)},
     .voice_count = 1},
    {.name = "a voter who runs a relay",
     .note = "shows no silence through somebody else's",
     .own = {.human = 1,
             .seq = 7,
             .missed = true,
             .level = true,
             .is_read = true,
             .proved = OUTSIDE,
             .operators = BY(2) | BY(3) | OUTSIDE},
     .voices = {SAYS(2, 7, BY(3))},
     .voice_count = 1},
    {.name = "unread",
     .note = "a relay may hold something that says otherwise",
     .own = {.human = 1,
             .seq = 7,
             .missed = true,
             .level = true,
             .proved = BY(1),
             .operators = BY(1) | OUTSIDE},
     .voices = {SAYS(2, 7, OUTSIDE)},
     .voice_count = 1},
    {.name = "one operator, not confirmed",
     .note =
         "human 1 runs the only relay: his vote leaves quorum and denominator, he gets no share",
     .own = ALONE(BY(1)),
     .voices = {SAYS(1, 7, BY(1)), SAYS(3, 7, BY(1))},
     .voice_count = 2},
    {.name = "one operator, threshold - 1 confirmed",
     .note = "human 1 does not count",
     .own = ALONE(BY(1)),
     .voices = {{.human = 1, .missed = true, .seq = 7, .unreachable = true, .operators = BY(1)},
                {.human = 3, .missed = true, .seq = 7, .unreachable = true, .operators = BY(1)}},
     .voice_count = 2},
    {.name = "one operator, confirmed",
     .own = {.human = 2,
             .seq = 7,
             .missed = true,
             .level = true,
             .is_read = true,
             .unreachable = true,
             .proved = BY(1),
             .operators = BY(1)},
     .voices = {{.human = 3, .missed = true, .seq = 7, .unreachable = true, .operators = BY(1)}},
     .voice_count = 1},
    {.name = "one operator, too few others",
     .note = "threshold 3, and two are no operators",
     .own = ALONE(BY(1)),
     .voices = {SAYS(3, 7, BY(1))},
     .voice_count = 1,
     .threshold = 3},
};

static void sitting_plan(struct aw_plan *plan, const struct sitting *row)
{
    size_t members = row->members != 0 ? row->members : 3;

    aw_plan_default(plan, members);
    plan->version = 1;
    for (size_t i = 0; i < members; i++)
        plan->roster[i].name[0] = (char)('a' + i);
    if (row->human_of_4 != 0)
        plan->roster[3].human = row->human_of_4;
    plan->threshold = row->threshold != 0 ? row->threshold : 2;
    plan->council.quorum = row->quorum != 0 ? row->quorum : 2;
}

static struct aw_voice in_voice(struct vec *v, size_t i, struct aw_voice voice)
{
    vec_enter(v, vec_nth(v, "voice", i));
    voice.human = (uint8_t)lab_vec_u32(v, "human", voice.human);
    voice.missed = lab_vec_bool(v, "missed", voice.missed);
    voice.seq = lab_vec_u32(v, "seq", voice.seq);
    voice.unreachable = lab_vec_bool(v, "unreachable", voice.unreachable);
    voice.operators = lab_vec_u32(v, "operators", voice.operators);
    vec_leave(v);
    return voice;
}

static void in_sitting(struct vec *v, struct aw_sitting *s)
{
    s->human = (uint8_t)lab_vec_u32(v, "human", s->human);
    s->seq = lab_vec_u32(v, "seq", s->seq);
    s->missed = lab_vec_bool(v, "missed", s->missed);
    s->is_blind = lab_vec_bool(v, "blind", s->is_blind);
    s->level = lab_vec_bool(v, "level_with_shares", s->level);
    s->unreachable = lab_vec_bool(v, "unreachable", s->unreachable);
    s->is_read = lab_vec_bool(v, "read", s->is_read);
    s->proved = lab_vec_u32(v, "proved", s->proved);
    s->operators = lab_vec_u32(v, "operators", s->operators);
}

static void one_sitting(struct vec *v, const struct sitting *row)
{
    static const char *const releases[] = {
        [AW_RELEASE_NOT_MISSED] = "not missed", [AW_RELEASE_YES] = "yes",
        [AW_RELEASE_DURESS] = "duress",         [AW_RELEASE_BLIND] = "blind",
        [AW_RELEASE_QUORUM] = "quorum",         [AW_RELEASE_LEVEL] = "level",
        [AW_RELEASE_CONFIRM] = "confirm",       [AW_RELEASE_PATH] = "path",
        [AW_RELEASE_NEVER] = "never",           [AW_RELEASE_UNREAD] = "unread"};
    struct aw_sitting s = row->own;
    struct aw_tally tally;
    struct aw_plan plan;

    vec_enter(v, row->name);
    if (row->note != NULL)
        vec_note(v, row->note);
    sitting_plan(&plan, row);
    lab_vec_plan(v, "plan", &plan);
    s.plan = &plan;
    in_sitting(v, &s);
    s.voice_count = row->voice_count;
    for (size_t i = 0; i < s.voice_count; i++)
        s.voices[i] = in_voice(v, i, row->voices[i]);
    aw_council_tally(&s, &tally);
    vec_out_uint(v, "votes", tally.votes);
    vec_out_uint(v, "quorum", tally.quorum);
    vec_out_uint(v, "confirmed", tally.unreachable);
    vec_out_text(v, "release", releases[tally.release]);
    vec_out_uint(v, "barred", tally.barred);
    vec_leave(v);
}

/* ---- What is read ---- */

static void in_proofs(struct vec *v, const char *name, uint64_t proofs_s[RELAYS], uint64_t first_s,
                      uint64_t second_s)
{
    vec_enter(v, name);
    proofs_s[0] = first_s;
    proofs_s[1] = second_s;
    vec_in_uint(v, "relay_1", &proofs_s[0]);
    vec_in_uint(v, "relay_2", &proofs_s[1]);
    vec_leave(v);
}

static void read_by(struct vec *v)
{
    uint64_t hers_s[RELAYS], voter_s[RELAYS], silent_s[RELAYS], at_s = T0;
    struct aw_sitting s = {.seq = 7, .voice_count = 2, .relay_count = RELAYS};

    vec_enter(v, "read");
    vec_note(v,
             "of two relays, those that held nothing of hers, nor of who votes, as of the moment "
             "or not more than 60 s before; voice_2 does not vote");
    vec_in_uint(v, "moment", &at_s);
    in_proofs(v, "hers", hers_s, T0 - 60, T0);
    in_proofs(v, "voice_1", voter_s, T0, T0 - 61);
    in_proofs(v, "voice_2", silent_s, 0, 0);
    s.path_s = hers_s;
    s.voices[0] = (struct aw_voice){.human = 2, .missed = true, .seq = 7, .path_s = voter_s};
    s.voices[1] = (struct aw_voice){.human = 3, .seq = 7, .path_s = silent_s};
    vec_out_uint(v, "relays_read", aw_council_read(&s, at_s));
    vec_leave(v);
}

/* ---- What opens her place ---- */

/* Three shares open it; a fourth contact sends what is none. */
static void opening(struct vec *v)
{
    static const uint8_t indices[5] = {1, 2, 3, 4, 5};
    static struct aw_gather gather;
    uint8_t key[AW_KEY_LEN], state[AW_STATE_LEN], sealed[AW_STATE_SEALED_LEN], got[AW_STATE_LEN];
    uint8_t shares[5][AW_SHARE_LEN], mutant[AW_SHARE_LEN];
    struct aw_random random = vec_random(v);
    const struct aw_gather_row *row;

    vec_enter(v, "opening");
    vec_note(v, "threshold 3 of 5, share 1 is the own one; each line after the one above: with so "
                "many shares, of which the mutant of 4 has a scalar with the last bit of its first "
                "byte changed");
    vec_out_status(v, "drawn", aw_share_key(key, &random));
    vec_out_status(v, "split", aw_share_split(shares, indices, 5, 3, key, &random));
    for (size_t i = 0; i < 5; i++) {

        vec_out(v, vec_nth(v, "share", i), AW_BYTES_OF(shares[i]));
    }
    vec_in(v, "state", state, sizeof state);
    aw_state_seal(sealed, state, key);
    vec_out(v, "sealed_state", AW_BYTES_OF(sealed));
    memcpy(mutant, shares[3], sizeof mutant);
    mutant[1] ^= 1;
    vec_out(v, "mutant_4", AW_BYTES_OF(mutant));
    row = aw_gather_put(&gather, 0, 7, shares[1]);
    vec_out_status(v, "with_2", aw_gather_open(row, shares[0], 3, sealed, got));
    row = aw_gather_put(&gather, 0, 7, mutant);
    vec_out_status(v, "with_2_and_the_mutant", aw_gather_open(row, shares[0], 3, sealed, got));
    row = aw_gather_put(&gather, 0, 7, shares[4]);
    vec_out_status(v, "with_2_the_mutant_and_5", aw_gather_open(row, shares[0], 3, sealed, got));
    vec_out(v, "opened", AW_BYTES_OF(got));
    aw_gather_wipe(&gather);
    vec_leave(v);
}

void lab_vectors_council(struct vec *v)
{
    vec_enter(v, "release");
    vec_note(v,
             "operators as bits: bit 0 somebody outside the roster, bit h human h; proved: through "
             "whose relays the silence was proved here; operators: of all relays in use, of a "
             "voice: of his; barred: bit human - 1, gets no share");
    for (size_t i = 0; i < AW_COUNT(sittings); i++)
        one_sitting(v, &sittings[i]);
    vec_leave(v);
    read_by(v);
    opening(v);
    lab_vectors_card(v);
}
