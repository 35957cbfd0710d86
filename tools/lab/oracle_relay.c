/* SPDX-License-Identifier: ISC */
#include "oracle.h"

#include "base/bytes.h"
#include "support/relay_bed.h"

/*
 * A relay engine over a memory store. `frame` is the plaintext of a frame of one link; the other
 * symbols make requests for mailboxes by number, whose capabilities the bed knows. Answers and
 * deliveries of all links come back, by link.
 */

#define LINKS 4

static struct relay_bed bed;
static bool is_open;
static uint8_t token[32];

static void reset(uint64_t seed)
{
    const struct aw_relay_config config = {.link_count = LINKS,
                                           .mailbox_count = 16,
                                           .cell_count = 256,
                                           .token_count = 2,
                                           .rate_burst = 16};

    if (is_open)
        bed_close(&bed);
    is_open = true;
    bed_open(&bed, &config);
    bed.rng = t_rng(seed);
    bed_token(&bed, 8, NULL, token);
    bed_settle(&bed);
}

static enum aw_status frame(const json_t *line, uint32_t link, bool *is_known)
{
    static uint8_t space[70000];
    struct aw_buf bytes = AW_BUF_OF(space);
    struct aw_bytes rest;
    enum aw_status st = AW_OK;

    *is_known = oracle_bytes(line, &bytes);
    rest = aw_buf_bytes(&bytes);
    for (unsigned i = 0; *is_known && i < 64; i++) {
        size_t used = 0;

        st = aw_relay_feed(bed.relay, link, rest, &used, bed.now);
        rest = (struct aw_bytes){rest.ptr + used, rest.len - used};
        if (st != AW_E_BUSY)
            break;
        bed_settle(&bed);
    }
    return st;
}

static bool request(const char *symbol, const json_t *line, uint32_t link, enum aw_status *st)
{
    static const struct {
        const char *name;
        uint8_t op;
    } ops[] = {{"subscribe", AW_REQUEST_SUBSCRIBE},
               {"take", AW_REQUEST_TAKE},
               {"probe", AW_REQUEST_PROBE},
               {"remove", AW_REQUEST_REMOVE}};
    uint32_t box = (uint32_t)oracle_number(line, "box", 0) % 64;
    uint32_t number = (uint32_t)oracle_number(line, "number", 0);
    uint32_t content = (uint32_t)oracle_number(line, "content", 1);

    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        if (strcmp(ops[i].name, symbol) == 0) {
            *st = bed_op(&bed, link, number, ops[i].op, box, oracle_number(line, "upto", 0));
            return true;
        }
    }
    if (strcmp(symbol, "create") == 0)
        *st = bed_create(&bed, link, number, box, token);
    else if (strcmp(symbol, "deposit") == 0)
        *st = bed_deposit(&bed, link, number, box, content, AW_REQUEST_CELL_LEN);
    else if (strcmp(symbol, "arm") == 0)
        *st = bed_arm(&bed, link, number, box, content,
                      (uint32_t)oracle_number(line, "after_s", 300));
    else
        return false;
    return true;
}

static void collect(json_t *out)
{
    static struct aw_answer answers[512];
    static uint8_t space[20000];

    for (uint32_t link = 0; link < LINKS; link++) {
        size_t count = bed_recv(&bed, link, 40000, answers, sizeof answers / sizeof answers[0]);
        char name[16];

        (void)snprintf(name, sizeof name, "link%u", link);
        for (size_t i = 0; i < count; i++) {
            struct aw_buf buf = AW_BUF_OF(space);

            if (aw_answer_encode(&answers[i], &buf) == AW_OK)
                oracle_list(out, name, aw_buf_bytes(&buf));
        }
    }
}

static bool act(const char *symbol, const json_t *line, json_t *out)
{
    uint32_t link = (uint32_t)oracle_number(line, "link", 0) % LINKS;
    enum aw_status st = AW_OK;
    bool is_known = true;

    if (strcmp(symbol, "frame") == 0)
        st = frame(line, link, &is_known);
    else if (strcmp(symbol, "crash") == 0)
        bed_crash(&bed);
    else if (strcmp(symbol, "wait") == 0)
        bed.now.mono_ms += 1000 * oracle_number(line, "wait_s", 60);
    else if (!request(symbol, line, link, &st))
        return false;
    if (!is_known)
        return false;
    (void)bed_tidy(&bed, 64);
    bed_settle(&bed);
    collect(out);
    oracle_status(out, st);
    (void)json_object_set_new(
        out, "state", json_string(aw_relay_link_is_over(bed.relay, link) ? "closing" : "open"));
    return true;
}

const struct oracle_machine oracle_relay = {"relay", reset, act};
