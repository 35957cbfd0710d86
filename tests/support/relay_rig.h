/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_RELAY_RIG_H
#define AW_TESTS_RELAY_RIG_H

#include <allswell/dial.h>
#include <allswell/server.h>
#include <allswell/store_sqlite.h>

/*
 * A relay on loopback over SQLite, and clients for it, on one loop. Any failure to set up ends
 * the process.
 */
struct relay_rig {
    struct aw_loop *loop;
    struct aw_store store, reader;
    struct aw_server *server;
    uint16_t port;
    uint8_t key[AW_RELAY_KEY_LEN];
    uint8_t token[AW_RELAY_KEY_LEN]; /* quota 1000 */
};

struct aw_loop *rig_loop(void);

/* Opens the store at `path`, makes a token, listens. `change` may adjust the config, or NULL. */
void rig_open(struct relay_rig *rig, struct aw_loop *loop, const char *path,
              void (*change)(struct aw_server_config *config));

/* Closes server and store; the loop stays. */
void rig_close(struct relay_rig *rig);

#define RIG_CLIENT_MAILBOXES 64
#define RIG_CLIENT_DEPOSITS  256

/* One client with one link. Counts what it is told; the test looks. */
struct rig_client {
    struct aw_loop *loop;
    struct aw_client client;
    struct aw_client_mailbox mailboxes[RIG_CLIENT_MAILBOXES];
    struct aw_client_deposit deposits[RIG_CLIENT_DEPOSITS];
    struct aw_dial *dial;
    uint64_t sent, ok, not_ok, delivered, created, subscribed, ups, downs;
    uint64_t expect;             /* stop the loop when `ok`, or `delivered`, reaches it; 0: never */
    uint64_t expect_cleared;     /* stop when created + subscribed reaches it; 0: never */
    enum aw_relay_answer answer; /* last that was not ok */
    bool takes;                  /* take what is delivered at once */
    bool wants_refill;           /* keep depositing until `sent` is `goal` */
    uint64_t goal, mailbox_count;
    uint8_t seed;      /* of the capabilities that it deposits to */
    uint8_t *seen;     /* bit per cell number that was delivered, or NULL */
    uint8_t *acked;    /* bit per cell number whose deposit was answered ok, or NULL */
    uint64_t seen_len; /* of both, in cells */
    bool ends_with_link;
};

void rig_client_open(struct rig_client *c, struct aw_loop *loop, uint16_t port,
                     const uint8_t key[AW_RELAY_KEY_LEN]);
/* The same anywhere, through a proxy or none. */
void rig_client_open_at(struct rig_client *c, struct aw_loop *loop, const char *host, uint16_t port,
                        const uint8_t key[AW_RELAY_KEY_LEN], const struct aw_proxy *proxy);
void rig_client_close(struct rig_client *c);

/* Capabilities number `number` of seed `seed`: the same in every process. */
void rig_capabilities(uint8_t seed, uint64_t number, uint8_t read[AW_RELAY_KEY_LEN],
                      uint8_t deposit[AW_RELAY_KEY_LEN]);

/* Reads mailbox `number` of `seed`; with `token` it is created first. */
void rig_client_read(struct rig_client *c, uint8_t seed, uint64_t number, const uint8_t *token);

/* Deposits cell `n` (its number is in it) into mailbox n % mailbox_count of seed. */
bool rig_client_deposit(struct rig_client *c, uint64_t n);

/* Runs the loop until a client stops it, or `limit_ms` of true time have passed: then false. */
bool rig_run(struct aw_loop *loop, uint64_t limit_ms);

#endif /* AW_TESTS_RELAY_RIG_H */
