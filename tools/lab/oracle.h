/* SPDX-License-Identifier: ISC */
#ifndef LAB_ORACLE_H
#define LAB_ORACLE_H

#include <allswell/base.h>
#include <jansson.h>

/*
 * Machines of the oracle: each is what a reviewer or a state learner drives from outside, one
 * symbol at a time, in virtual time and with a seeded random source.
 */
struct oracle_machine {
    const char *name;
    void (*reset)(uint64_t seed);
    /* Does what `line` says and adds to `out`. False: no such symbol, or it lacks something. */
    bool (*act)(const char *symbol, const json_t *line, json_t *out);
};

extern const struct oracle_machine oracle_contact, oracle_channel, oracle_relay;

/* Adds the bytes in hexadecimal to the list `name` of `out`, or as the one value of it. */
void oracle_list(json_t *out, const char *name, struct aw_bytes bytes);
void oracle_hex(json_t *out, const char *name, struct aw_bytes bytes);
void oracle_status(json_t *out, enum aw_status status);

/* The bytes of the field `hex`. False: none, or no hexadecimal, or too many. */
bool oracle_bytes(const json_t *line, struct aw_buf *into);

/* A whole number, `fallback` where there is none. */
uint64_t oracle_number(const json_t *line, const char *name, uint64_t fallback);

#endif /* LAB_ORACLE_H */
