/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_RELAY_BED_H
#define AW_TESTS_RELAY_BED_H

#include <allswell/relay.h>
#include <allswell/store_memory.h>

#include "test.h"
#include "wire/answer.h"
#include "wire/request.h"

/*
 * A relay engine over a memory store, with virtual time, driven step by step. A crash throws the
 * engine away and loads another from the store.
 */
struct relay_bed {
    struct aw_relay *relay;
    void *memory;
    struct aw_store store;
    struct aw_relay_config config;
    struct t_rng rng;
    struct aw_now now;
    struct aw_relay_batch batch;
    bool is_under_way;
};

void bed_open(struct relay_bed *bed, const struct aw_relay_config *config);
void bed_close(struct relay_bed *bed);

/* Kills the engine between two instructions of its host, and starts another one. */
void bed_crash(struct relay_bed *bed);

/* Feeds one request. Returns the status of aw_relay_feed(). */
enum aw_status bed_send(struct relay_bed *bed, uint32_t link, const struct aw_request *request);

/* Takes a batch if there is one, without committing it. */
bool bed_begin(struct relay_bed *bed);

/* Commits the batch that was begun: to the store, or nothing and `status` is reported. */
void bed_end(struct relay_bed *bed, enum aw_status status);

/* Writes the batch that was begun to the store without telling the engine. */
void bed_write(struct relay_bed *bed);

/* Begins and ends batches until none is left, past the time that lazy ones wait. */
void bed_settle(struct relay_bed *bed);

/* Takes what is waiting for a link, in frames of `frame_len` bytes. Returns the count.
 * The cells lie in a static buffer until the next call. */
size_t bed_recv(struct relay_bed *bed, uint32_t link, size_t frame_len, struct aw_answer *out,
                size_t cap);

/* Does all the housekeeping that is due, up to `most` moved cells. Returns the number of these. */
size_t bed_tidy(struct relay_bed *bed, size_t most);

/* A token for `quota` mailboxes, durable. */
void bed_token(struct relay_bed *bed, uint32_t quota, const char *wake, uint8_t token[32]);

/* Capabilities of mailbox `idx`: read 2 * idx, deposit 2 * idx + 1; and the hash of one. */
void bed_capability(uint32_t which, uint8_t out[32]);
void bed_key(uint32_t which, uint8_t out[32]);

/* Cell number `content`: 512 or 16,384 bytes that no other number has. */
void bed_cell(uint32_t content, uint8_t *out, size_t len);
uint32_t bed_content(struct aw_bytes cell);

/* Requests by mailbox; number 0 is as good as any. */
enum aw_status bed_create(struct relay_bed *bed, uint32_t link, uint32_t number, uint32_t box,
                          const uint8_t token[32]);
enum aw_status bed_deposit(struct relay_bed *bed, uint32_t link, uint32_t number, uint32_t box,
                           uint32_t content, size_t len);
enum aw_status bed_arm(struct relay_bed *bed, uint32_t link, uint32_t number, uint32_t box,
                       uint32_t content, uint32_t after_s);
enum aw_status bed_op(struct relay_bed *bed, uint32_t link, uint32_t number, uint8_t op,
                      uint32_t box, uint64_t upto);

#endif /* AW_TESTS_RELAY_BED_H */
