/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_CLIENT_H
#define AW_RELAY_CLIENT_H

#include <allswell/client.h>

/*
 * Private to the client's files.
 *
 * The number of a request is its op in the upper four bits and the index of its mailbox or
 * deposit below. So an answer finds its question without a table, all numbers take five bytes,
 * and the size of a frame does not tell which slot was used.
 */

#define AW_CLIENT_OP_SHIFT 28
#define AW_CLIENT_IDX_MASK ((UINT32_C(1) << AW_CLIENT_OP_SHIFT) - 1)

enum { /* mailbox.state */
       AW_CM_USED = 1,
       AW_CM_TOKEN = 2,      /* may be created */
       AW_CM_CREATED = 4,    /* the relay has it, as far as is known */
       AW_CM_SUBSCRIBED = 8, /* on this link */
       AW_CM_FORGOTTEN = 16,
       AW_CM_RECREATED = 32, /* the relay had lost it; tried once per link */
       AW_CM_RETRY = 64,     /* the relay could not store it */
       AW_CM_REMOVING = 128,
};

enum { AW_CD_FREE = 0, AW_CD_WAITING, AW_CD_SENT, AW_CD_CANCELLED };

#define AW_CM_BIT(op) ((uint8_t)(1u << (op)))

/* Adds an op to what is to be asked about a mailbox. */
static inline void aw_client_want(struct aw_client *c, struct aw_client_mailbox *m, uint8_t op)
{
    if (m->want == 0)
        c->want_count++;
    m->want |= AW_CM_BIT(op);
}

static inline void aw_client_want_not(struct aw_client *c, struct aw_client_mailbox *m,
                                      uint8_t bits)
{
    if (m->want != 0 && (m->want & ~bits) == 0)
        c->want_count--;
    m->want &= (uint8_t)~bits;
}

#endif /* AW_RELAY_CLIENT_H */
