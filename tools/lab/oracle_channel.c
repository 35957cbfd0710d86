/* SPDX-License-Identifier: ISC */
#include "oracle.h"

#include "base/bytes.h"
#include "support/pair.h"
#include "test.h"

/* Two ends of one channel: 0 hers, 1 the contact's. Nothing is delivered but by `hear`. */

static struct pair pair;
static struct aw_channel backup[2];
static struct t_rng rng;
static uint32_t next_id;

static struct aw_channel *end_of(const json_t *line)
{
    return oracle_number(line, "end", 0) == 0 ? &pair.subject : &pair.contact;
}

static void reset(uint64_t seed)
{
    struct aw_random random;

    rng = t_rng(seed);
    random = t_random(&rng);
    T_REQUIRE(pair_init(&pair, &random));
    backup[0] = pair.subject;
    backup[1] = pair.contact;
    next_id = 1;
}

static enum aw_status say(const json_t *line, json_t *out)
{
    uint8_t cell[AW_CELL_LEN];
    struct aw_sealed at;
    enum aw_session session =
        json_is_true(json_object_get(line, "quarantine")) ? AW_SESSION_QUARANTINE : AW_SESSION_MAIN;
    enum aw_status st;

    if (session == AW_SESSION_QUARANTINE && !aw_channel_is_quarantined(end_of(line)))
        return AW_E_STATE;
    st = pair_say(&pair, end_of(line), session, next_id, cell, &at);
    if (st == AW_OK) {
        (void)json_object_set_new(out, "message", json_integer((json_int_t)next_id++));
        oracle_list(out, "sent", AW_BYTES_OF(cell));
    }
    return st;
}

static enum aw_status hear(const json_t *line, json_t *out, struct aw_bytes bytes)
{
    static const char *const kinds[] = {"nothing", "message", "question", "answer"};
    struct aw_channel *ch = end_of(line);
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf buf = AW_BUF_OF(cell);
    struct aw_opened opened;
    struct pair_call call;
    unsigned events = 0;
    enum aw_status st;

    if (bytes.len != AW_CELL_LEN)
        return AW_E_FORMAT;
    st = pair_hear(&pair, ch, bytes.ptr, &opened, &call, &events);
    (void)json_object_set_new(out, "opened", json_string(kinds[opened.kind]));
    (void)json_object_set_new(out, "events", json_integer((json_int_t)events));
    if (opened.kind == AW_OPENED_MESSAGE && st == AW_OK)
        (void)json_object_set_new(out, "message", json_integer((json_int_t)call.id));
    if (opened.kind == AW_OPENED_RESUME && aw_channel_resume_answer(ch, &buf) == AW_OK)
        oracle_list(out, "sent", aw_buf_bytes(&buf));
    return st;
}

static enum aw_status ask(const json_t *line, json_t *out)
{
    static const struct aw_resume own;
    struct aw_channel *ch = end_of(line);
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf buf = AW_BUF_OF(cell);
    enum aw_status st = aw_channel_resume_ask(ch, &own, &pair.random);

    if (aw_channel_resume_cell(ch, &buf) == AW_OK)
        oracle_list(out, "sent", aw_buf_bytes(&buf));
    return st;
}

static bool act(const char *symbol, const json_t *line, json_t *out)
{
    struct aw_channel *ch = end_of(line);
    uint8_t space[16384];
    struct aw_buf bytes = AW_BUF_OF(space);
    enum aw_status st = AW_OK;

    if (strcmp(symbol, "say") == 0)
        st = say(line, out);
    else if (strcmp(symbol, "hear") == 0 && oracle_bytes(line, &bytes))
        st = hear(line, out, aw_buf_bytes(&bytes));
    else if (strcmp(symbol, "ask") == 0)
        st = ask(line, out);
    else if (strcmp(symbol, "restart") == 0)
        st = pair_restart(ch) ? AW_OK : AW_E_DAMAGED;
    else if (strcmp(symbol, "backup") == 0)
        backup[ch == &pair.contact] = *ch;
    else if (strcmp(symbol, "restore") == 0)
        *ch = backup[ch == &pair.contact];
    else if (strcmp(symbol, "accept") == 0)
        st = aw_channel_quarantine_accept(ch);
    else if (strcmp(symbol, "refuse") == 0)
        aw_channel_quarantine_refuse(ch);
    else
        return false;
    oracle_status(out, st);
    (void)json_object_set_new(out, "state",
                              json_string(aw_channel_is_quarantined(ch) ? "quarantined" : "open"));
    return true;
}

const struct oracle_machine oracle_channel = {"channel", reset, act};
