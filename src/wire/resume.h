/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_RESUME_H
#define AW_WIRE_RESUME_H

#include <allswell/base.h>

/* Resume: the payload of both re-establishment messages (spec/05-channel.md §8). */

#define AW_RESUME_LEN_MAX 21

struct aw_resume {
    uint32_t epoch; /* the newest epoch that the sender has keys of */
    uint32_t seq;   /* newest statement seq that the sender sent or accepted */
    uint32_t word;  /* highest word number that the sender sent or processed */
    bool stale;     /* in an answer: the key that the question named is too old to go on with */
};

AW_MUST_USE enum aw_status aw_resume_encode(const struct aw_resume *resume, struct aw_buf *out);

/* `in` may be zero padded. On failure `resume` is all zero. */
AW_MUST_USE enum aw_status aw_resume_decode(struct aw_resume *resume, struct aw_bytes in);

#endif /* AW_WIRE_RESUME_H */
