/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_RESUME_H
#define AW_WIRE_RESUME_H

#include "wire/message.h"

/* Resume: the payload of both re-establishment messages (rule `resume` of spec/allswell.cddl). */

#define AW_RESUME_LEN_MAX 21

struct aw_resume {
    uint32_t epoch; /* the newest epoch that the sender has keys of */
    uint32_t seq;   /* newest statement seq that the sender sent or accepted */
    uint32_t word;  /* highest word number that the sender sent or processed */
    bool stale;     /* in an answer: the key that the question named is too old to go on with */
};

extern const struct aw_wire_map aw_resume_map;

#endif /* AW_WIRE_RESUME_H */
