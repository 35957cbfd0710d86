/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_LABELS_H
#define AW_CRYPTO_LABELS_H

/*
 * Every label that separates one use of a key or hash from another, and nothing else: a use
 * without a line here does not exist. spec/09-crypto.md §3 holds the same table; a test compares
 * the two. A label is ASCII, without a zero byte; hash labels have at most 16 bytes.
 */

/* Stands before every label of the KDF and of signatures (§2.3, §2.6). */
#define AW_LABEL_PREFIX "allswell/1 "

/* Labels of aw_kdf(). */
#define AW_LABEL_CAPABILITY       "capability"       /* §5.5 deposit capability from a seed */
#define AW_LABEL_WORDS            "words"            /* §5.4 words that two humans compare */
#define AW_LABEL_EPOCH            "epoch"            /* §6.1 secret of the first epoch */
#define AW_LABEL_EPOCH_STEP       "epoch step"       /* §6.2 secret of the next epoch */
#define AW_LABEL_ROOT             "root"             /* §6.3 what the next epoch grows from */
#define AW_LABEL_RESUMPTION       "resumption"       /* §6.3 pre-shared key of KKpsk0 */
#define AW_LABEL_LANE             "lane"             /* §6.3 header key and chain key */
#define AW_LABEL_RESUME           "resume"           /* §6.6 header key of restore cells */
#define AW_LABEL_STATE            "state"            /* §7.4 key of the sealed state */
#define AW_LABEL_STATE_COARSE     "state coarse"     /* §7.4 of the one with a coarse place */
#define AW_LABEL_CARD             "card"             /* §7.5 key of the plan card */
#define AW_LABEL_PRESENCE_KEY     "presence key"     /* §10.1 from Argon2id and keystore key */
#define AW_LABEL_PRESENCE_PICTURE "presence picture" /* §10.2 one of 16 pictures */
#define AW_LABEL_PRESENCE_CONTACT "presence contact" /* §10.3 key for one contact */
#define AW_LABEL_PRESENCE_POINT   "presence point"   /* §10.4 secret half of a contact's point */
#define AW_LABEL_PRESENCE_MAC     "presence mac"     /* §10.4 MAC over statement and act */
#define AW_LABEL_PRESENCE_KEYS    "presence keys"    /* §10.5 keys sealed to a contact */
#define AW_LABEL_PEER             "peer"             /* §5.6 header key of a peer handshake */
#define AW_LABEL_PEER_MAILBOX     "peer mailbox"     /* §5.5 seed of the mailbox for a peer */
#define AW_LABEL_BADGE            "badge"            /* §10.6 proof of the circle */
#define AW_LABEL_BACKUP           "backup"           /* 10 §7 key of the file of a backup */

/* Labels of aw_sign() and aw_verify(). */
#define AW_LABEL_SIGN_STATEMENT "statement" /* §2.6 check-in or beat */
#define AW_LABEL_SIGN_RECEIPT   "receipt"   /* §2.6 contact over a statement hash and time */
#define AW_LABEL_SIGN_WITNESS   "witness"   /* §2.6 contact over a witness and its channel */
#define AW_LABEL_SIGN_FILE      "file"      /* §2.6 over the hash of a file */

/* Labels of aw_hash(). */
#define AW_LABEL_HASH_CAPABILITY    "capability id"  /* §2.5 what a relay stores of a capability */
#define AW_LABEL_HASH_CHANNEL       "channel id"     /* §6.4 names a channel */
#define AW_LABEL_HASH_INVITE        "invite"         /* §2.5 checksum of an invite */
#define AW_LABEL_HASH_STATEMENT     "statement hash" /* §2.5 */
#define AW_LABEL_HASH_ACT           "act"            /* §2.5 what a presence MAC covers */
#define AW_LABEL_HASH_ACT_SHORT     "act short"      /* §2.5 what the MAC of a frame covers */
#define AW_LABEL_HASH_PLAN          "plan"           /* §2.5 */
#define AW_LABEL_HASH_INTRODUCTIONS "introductions"  /* §2.5 body of such a file */
#define AW_LABEL_HASH_CARD          "card"           /* §2.5 sealed card: what a plan names */
#define AW_LABEL_HASH_CARD_FILE     "card file"      /* §2.5 body of such a file */

/* Handshake prologues. */
#define AW_LABEL_PROLOGUE_PAIR    "allswell/1 pair"    /* §5.1 Noise IKpsk1 */
#define AW_LABEL_PROLOGUE_RESTORE "allswell/1 restore" /* §5.2 Noise KKpsk0 */
#define AW_LABEL_PROLOGUE_PEER    "allswell/1 peer"    /* §5.6 Noise KKpsk0 between contacts */
#define AW_LABEL_PROLOGUE_LINK    "allswell/1 link"    /* §9.1 Noise NK to a relay */

/* Context of crypto_kdf in the chain, 8 bytes (§6.5). */
#define AW_LABEL_CHAIN "awchain1"

#endif /* AW_CRYPTO_LABELS_H */
