/* SPDX-License-Identifier: ISC */
#ifndef LAB_VEC_H
#define LAB_VEC_H

#include <allswell/base.h>
#include <jansson.h>
#include <stdio.h>

/*
 * A vector file that one piece of code both writes and verifies (spec/11-vectors.md).
 *
 * A group of vectors is a function that names its inputs and outputs in order. While writing,
 * an input is drawn from a seeded generator and an output is recorded. While verifying, an
 * input is read from the file and an output is compared with it. So the two cannot disagree
 * about names or order, and a verified file was verified from its own inputs.
 */
struct vec {
    json_t *at; /* the object that names refer to now */
    json_t *up[8];
    size_t depth;
    bool writing;
    uint64_t seed;       /* of the inputs; not secret */
    unsigned draw_count; /* of vec_random() in the current object */
    size_t checked, failed;
    char nth[32];          /* of vec_nth() */
    const char *file_name; /* for messages */
    FILE *report;
};

/* Opens or adds the object `name` inside the current one; vec_leave() goes back. */
void vec_enter(struct vec *v, const char *name);
void vec_leave(struct vec *v);

/* The name of one of several, counted from 0: "step_1". Good until the next call. */
const char *vec_nth(struct vec *v, const char *what, size_t i);

/* Input of `len` bytes as hex. */
void vec_in(struct vec *v, const char *name, uint8_t *bytes, size_t len);

/* Input that the writer fixes: `bytes` is recorded, or replaced by what the file says. */
void vec_in_fixed(struct vec *v, const char *name, uint8_t *bytes, size_t len);
void vec_in_uint(struct vec *v, const char *name, uint64_t *value);
void vec_in_text(struct vec *v, const char *name, char *text, size_t cap);

/* Input bytes of any length up to `buf->cap`. */
void vec_in_buf(struct vec *v, const char *name, struct aw_buf *buf);

/* Outputs: recorded, or compared. A difference is reported with the path of the name. */
void vec_out(struct vec *v, const char *name, struct aw_bytes bytes);
void vec_out_uint(struct vec *v, const char *name, uint64_t value);
void vec_out_text(struct vec *v, const char *name, const char *text);
void vec_out_status(struct vec *v, const char *name, enum aw_status status);

/* The file has a value that means nothing: reported, and counted as a failure. */
void vec_fault(struct vec *v, const char *name, const char *what);

/* A comment for the reader; not compared. */
void vec_note(struct vec *v, const char *text);

/*
 * A random source whose every draw is an input of the current object, named random_1, random_2
 * and so on: what a reader needs to repeat a randomised step.
 */
struct aw_random vec_random(struct vec *v);

#endif /* LAB_VEC_H */
