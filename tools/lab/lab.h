/* SPDX-License-Identifier: ISC */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include "vec.h"

/*
 * allswell-lab: the instrument for those who check the protocol and the code. Unlike the other
 * tools it may look inside the library, as tests do.
 */

/* Exit codes of every subcommand. */
enum lab_exit {
    LAB_OK = 0,      /* accepted, verified, measured */
    LAB_REFUSED = 1, /* refused, or something differs; the reason was printed */
    LAB_USAGE = 2,   /* the call itself is wrong */
    LAB_FAILED = 4   /* the environment failed: a file, memory, a peer */
};

int lab_inspect(int argc, char **argv);
int lab_vectors(int argc, char **argv);
int lab_bench(int argc, char **argv);
int lab_simulate(int argc, char **argv);
int lab_oracle(int argc, char **argv);
int lab_generate(int argc, char **argv);
int lab_play(int argc, char **argv);

/* Groups of vectors, each one file in spec/vectors/. */
void lab_vectors_kdf(struct vec *v);
void lab_vectors_cell(struct vec *v);
void lab_vectors_shares(struct vec *v);
void lab_vectors_presence(struct vec *v);
void lab_vectors_statement(struct vec *v);
void lab_vectors_peers(struct vec *v);
void lab_vectors_schedule(struct vec *v);
void lab_vectors_link(struct vec *v);
void lab_vectors_pairing(struct vec *v);
void lab_vectors_channel(struct vec *v);
void lab_vectors_messages(struct vec *v);
void lab_vectors_bad(struct vec *v);
void lab_vectors_short(struct vec *v);
void lab_vectors_bad_short(struct vec *v);
void lab_vectors_loosening(struct vec *v);
void lab_vectors_audit(struct vec *v);
void lab_vectors_coverage(struct vec *v);
void lab_vectors_ladder(struct vec *v);
void lab_vectors_council(struct vec *v);
void lab_vectors_timer(struct vec *v);
void lab_vectors_switch(struct vec *v);
void lab_vectors_views(struct vec *v);
void lab_vectors_vouching(struct vec *v);
void lab_vectors_introductions(struct vec *v);
void lab_vectors_slots(struct vec *v);
void lab_vectors_decoy(struct vec *v);
void lab_vectors_keep(struct vec *v);

/* Parts of files: of council.json, her plan card; of timer.json, what a contact makes of questions,
 * drills and signs of life, and her device of them; of schedule.json, when a contact is away. */
void lab_vectors_card(struct vec *v);
void lab_vectors_trigger(struct vec *v);
void lab_vectors_device(struct vec *v);
void lab_vectors_away(struct vec *v);

struct aw_plan;

/* A plan as an input: encoded, and as the file has it. */
void lab_vec_plan(struct vec *v, const char *name, struct aw_plan *plan);

/* Small inputs, and names that stand for numbers: an input that is not among them is a fault. */
uint32_t lab_vec_u32(struct vec *v, const char *name, uint32_t value);
bool lab_vec_bool(struct vec *v, const char *name, bool value);
#define LAB_VERDICTS 6
extern const char *const lab_verdict_words[LAB_VERDICTS]; /* enum aw_verdict */
unsigned lab_vec_word(struct vec *v, const char *name, unsigned value, const char *const *words,
                      unsigned count);

#endif /* LAB_LAB_H */
