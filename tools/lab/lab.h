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

#endif /* LAB_LAB_H */
