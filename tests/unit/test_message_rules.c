/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "support/wire_fill.h"
#include "wire/call.h"
#include "wire/card.h"
#include "wire/hello.h"
#include "wire/invite.h"
#include "wire/plan.h"
#include "wire/state.h"

static uint8_t encoded[WIRE_ENCODED_MAX];

static enum aw_status try_encode(const struct aw_wire_map *map, const void *message)
{
    struct aw_buf buf = AW_BUF_OF(encoded);

    return aw_message_encode(map, message, &buf);
}

static struct aw_call sample_call(uint8_t kind)
{
    struct t_rng rng = t_rng(kind);
    struct aw_call call;

    wire_fill(&aw_call_map, &call, WIRE_FILL_MOST, &rng);
    call.kind = kind;
    wire_mend(&aw_call_map, &call);
    return call;
}

/* Goal: [WI-15] the table of kinds: what a kind must not carry, and what it must.
 * Method: every flag of a good call is turned, for every kind, and compared with the table. */
static void test_call_kinds(void)
{
    /* state, share, alarm, plan_hash, keys, timer, life_min: may, must or not */
    static const char *const table[] = {"        ", "ooonnno", "ooonnnn", "oomnnnn", "oomnnnn",
                                        "nnomnnn",  "nnonmnn", "nnonnmn", "ooonnnn", "ooonnnn"};

    for (uint8_t kind = AW_CALL_BEAT; kind <= AW_CALL_DRILL; kind++) {
        for (size_t flag = 0; flag < 7; flag++) {
            for (int has = 0; has < 2; has++) {
                struct aw_call call = sample_call(kind);
                bool *flags[] = {&call.has_state,     &call.has_share, &call.has_alarm,
                                 &call.has_plan_hash, &call.has_keys,  &call.has_timer,
                                 &call.has_life_min};
                bool is_good =
                    table[kind][flag] == (has != 0 ? 'm' : 'n') || table[kind][flag] == 'o';

                *flags[flag] = has != 0;
                T_EQ(try_encode(&aw_call_map, &call), is_good ? AW_OK : AW_E_RANGE);
            }
        }
    }
}

/* Goal: [WI-16] and [WI-17], the number of a word.
 * Method: its edges against the kind and `waiting`. */
static void test_call_word(void)
{
    struct aw_call call = sample_call(AW_CALL_CHECKIN);

    call.word = 0;
    T_EQ(try_encode(&aw_call_map, &call), AW_E_RANGE);
    call.waiting = 5;
    call.word = 4;
    T_EQ(try_encode(&aw_call_map, &call), AW_E_RANGE);
    call.word = 5;
    T_EQ(try_encode(&aw_call_map, &call), AW_OK);
    call.kind = AW_CALL_BEAT;
    T_EQ(try_encode(&aw_call_map, &call), AW_E_RANGE);
    call.word = 0;
    T_EQ(try_encode(&aw_call_map, &call), AW_OK);
}

/* Goal: [WI-18] half a place is none.
 * Method: every combination of the three flags. */
static void test_state_place(void)
{
    for (unsigned bits = 0; bits < 8; bits++) {
        struct aw_state s = {.at = 1,
                             .has_lat_e7 = (bits & 1) != 0,
                             .has_lon_e7 = (bits & 2) != 0,
                             .has_accuracy_m = (bits & 4) != 0};
        bool is_good = bits == 0 || bits == 3 || bits == 7;

        T_EQ(try_encode(&aw_state_map, &s), is_good ? AW_OK : AW_E_RANGE);
    }
}

/* Goal: [WI-11] a signed number is within its bounds, in either direction.
 * Method: the north and the south pole, and beyond, to numbers that no int64_t holds. */
static void test_state_bounds(void)
{
    static const struct {
        const char *hex; /* with longitude 0 */
        enum aw_status status;
    } rows[] = {
        {"a3 00 01 01 1a35a4e900 02 00", AW_OK},
        {"a3 00 01 01 1a35a4e901 02 00", AW_E_RANGE},
        {"a3 00 01 01 3a35a4e8ff 02 00", AW_OK},
        {"a3 00 01 01 3a35a4e900 02 00", AW_E_RANGE},
        {"a3 00 01 01 1b8000000000000000 02 00", AW_E_RANGE},
        {"a3 00 01 01 3b8000000000000000 02 00", AW_E_RANGE},
        {"a3 00 01 01 40 02 00", AW_E_FORMAT},
    };
    struct aw_state s = {.at = 1, .has_lat_e7 = true, .has_lon_e7 = true};

    for (int32_t beyond = 0; beyond < 2; beyond++) {
        s.lat_e7 = 900000000 + beyond;
        T_EQ(try_encode(&aw_state_map, &s), beyond == 0 ? AW_OK : AW_E_RANGE);
        s.lat_e7 = -s.lat_e7;
        T_EQ(try_encode(&aw_state_map, &s), beyond == 0 ? AW_OK : AW_E_RANGE);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[32];
        size_t len = t_unhex(rows[i].hex, bytes, sizeof bytes);

        T_EQ(aw_message_decode(&aw_state_map, &s, (struct aw_bytes){bytes, len}), rows[i].status);
    }
}

static struct aw_plan sample_plan(void)
{
    struct t_rng rng = t_rng(3);
    struct aw_plan plan;

    wire_fill(&aw_plan_map, &plan, WIRE_FILL_MOST, &rng);
    wire_mend(&aw_plan_map, &plan);
    return plan;
}

/* Goal: [WI-20] equal neighbours in an ordered list are refused, and so is a wrong order.
 * Method: the last two of each list are made equal, then swapped. */
static void test_plan_order(void)
{
    struct aw_plan plan = sample_plan();

    T_EQ(try_encode(&aw_plan_map, &plan), AW_OK);
    plan.zone[15].from = plan.zone[14].from;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);
    plan.zone[15].from--;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);

    plan = sample_plan();
    plan.warnings[7].before_s = plan.warnings[6].before_s;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);
    plan.warnings[7].before_s = plan.warnings[6].before_s + 1;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);

    plan = sample_plan();
    plan.levels[7].delay_s = plan.levels[6].delay_s;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);
    plan.levels[7].delay_s--;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);

    plan = sample_plan();
    plan.roster[15].person = 15;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);
}

/* Goal: [WI-20] in pauses and operators, [WI-28] to [WI-30].
 * Method: the neighbour of what is right, one rule at a time. */
static void test_plan_links(void)
{
    struct aw_plan plan = sample_plan();

    plan.pauses[1].from = plan.pauses[0].until;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);
    plan.pauses[1].from++;
    plan.pauses[1].until = plan.pauses[1].from + AW_SPAN_MAX_S;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_OK);
    plan.pauses[1].until++;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);
    plan.pauses[1].until = plan.pauses[1].from;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);

    plan = sample_plan();
    memcpy(plan.operators[15].relay_key, plan.operators[14].relay_key, 32);
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);
    plan.operators[15].relay_key[31] ^= 1;
    T_EQ(try_encode(&aw_plan_map, &plan),
         plan.operators[15].relay_key[31] > plan.operators[14].relay_key[31] ? AW_OK : AW_E_RANGE);

    plan = sample_plan();
    plan.operators[0].person = 0;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_OK);
    plan.roster_count = plan.threshold = 4;
    plan.operators_count = 1;
    plan.operators[0].person = 5;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);
    plan.operators[0].person = 4;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_OK);

    plan.roster[2].human = 2; /* a device of 2 */
    T_EQ(try_encode(&aw_plan_map, &plan), AW_OK);
    plan.roster[3].human = 3; /* 3 is no human of its own any more */
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);
    plan.roster[3].human = 5;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);
}

/* Goal: [WI-19], [WI-21] and [WI-22], the other rules of a plan.
 * Method: one fault each. */
static void test_plan_rules(void)
{
    struct aw_plan plan = sample_plan();

    plan.roster_count = 3;
    plan.operators_count = 0;
    plan.threshold = 3;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_OK);
    plan.threshold = 4;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);

    plan = sample_plan();
    plan.roster[4].groups = 2;
    plan.levels[7].groups = 253;
    T_EQ(try_encode(&aw_plan_map, &plan), AW_E_RANGE);

    for (unsigned bits = 0; bits < 8; bits++) {
        bool is_good = bits == 1 || bits == 6;

        plan = sample_plan();
        plan.schedule[0] = (struct aw_schedule_line){.every_s = (bits & 1) != 0 ? 300 : 0,
                                                     .days = (bits & 2) != 0 ? 1 : 0,
                                                     .has_minute = (bits & 4) != 0};
        T_EQ(try_encode(&aw_plan_map, &plan), is_good ? AW_OK : AW_E_RANGE);
    }
}

static struct aw_hello sample_hello(const char *name)
{
    struct t_rng rng = t_rng(9);
    struct aw_hello hello;

    wire_fill(&aw_hello_map, &hello, WIRE_FILL_LEAST, &rng);
    (void)snprintf(hello.name, sizeof hello.name, "%s", name);
    return hello;
}

/* Goal: [WI-5] and [WI-13], what text may be, in both directions.
 * Method: names of one kind of character each; for the decoder the bytes of a good name are
 * replaced by theirs. */
static void test_text(void)
{
    static const struct {
        const char *name;
        enum aw_status status;
    } cases[] = {
        {"Subject", AW_OK},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x99", AW_OK}, /* 2, 3 and 4 bytes */
        {"\xc2\xa0", AW_OK},                             /* U+00A0, the first behind C1 */
        {"\xef\xbf\xbf\xf4\x8f\xbf\xbf", AW_OK},         /* U+FFFF, U+10FFFF */
        {"a\nb", AW_E_RANGE},
        {"\x1b[2J", AW_E_RANGE},
        {"\x7f", AW_E_RANGE},
        {"\xc2\x80", AW_E_RANGE},
        {"x\xc2\x9f", AW_E_RANGE},
        {"\xd8\x9c", AW_E_RANGE},     /* U+061C, Arabic letter mark */
        {"\xd8\x9b\xd8\x9d", AW_OK},  /* its neighbours */
        {"\xe2\x80\x8d", AW_OK},      /* U+200D joins characters of many scripts */
        {"\xe2\x80\x8e", AW_E_RANGE}, /* U+200E, U+200F: marks */
        {"\xe2\x80\x8f", AW_E_RANGE},
        {"\xe2\x80\x90\xe2\x80\xa7", AW_OK},
        {"\xe2\x80\xa8", AW_E_RANGE}, /* U+2028, U+2029: separators */
        {"\xe2\x80\xa9", AW_E_RANGE},
        {"\xe2\x80\xaa", AW_E_RANGE}, /* U+202A to U+202E: embeddings, overrides */
        {"Subject\xe2\x80\xae", AW_E_RANGE},
        {"\xe2\x80\xaf\xe2\x81\xa5", AW_OK},
        {"\xe2\x81\xa6", AW_E_RANGE}, /* U+2066 to U+2069: isolates */
        {"\xe2\x81\xa9", AW_E_RANGE},
        {"\xe2\x81\xaa", AW_OK},
        {"\xc3", AW_E_FORMAT},
        {"\x80", AW_E_FORMAT},
        {"\xc0\xaf", AW_E_FORMAT},         /* overlong */
        {"\xe0\x9f\xbf", AW_E_FORMAT},     /* overlong */
        {"\xf0\x8f\xbf\xbf", AW_E_FORMAT}, /* overlong */
        {"\xed\xa0\x80", AW_E_FORMAT},     /* surrogate */
        {"\xf4\x90\x80\x80", AW_E_FORMAT}, /* above U+10FFFF */
        {"\xf8\x88\x80\x80\x80", AW_E_FORMAT},
        {"\xe2\x82", AW_E_FORMAT},
        {"\xe2\x28\xa1", AW_E_FORMAT},
    };
    struct aw_hello got;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct aw_hello hello = sample_hello(cases[i].name);
        size_t len = strlen(cases[i].name);
        struct aw_buf buf = AW_BUF_OF(encoded);

        T_EQ(try_encode(&aw_hello_map, &hello), cases[i].status);
        memset(hello.name, 0, sizeof hello.name);
        memset(hello.name, 'a', len);
        T_EQ(aw_message_encode(&aw_hello_map, &hello, &buf), AW_OK);
        memcpy(encoded + 3, cases[i].name, len); /* behind map, key and head */
        T_EQ(aw_message_decode(&aw_hello_map, &got, aw_buf_bytes(&buf)), cases[i].status);
    }
}

/* Goal: a zero byte inside of a text cannot hide what stands behind it.
 * Method: a name "a\0b" on the wire. */
static void test_text_zero(void)
{
    struct aw_hello hello = sample_hello("aab"), got;
    struct aw_buf buf = AW_BUF_OF(encoded);

    T_EQ(aw_message_encode(&aw_hello_map, &hello, &buf), AW_OK);
    encoded[4] = 0;
    T_EQ(aw_message_decode(&aw_hello_map, &got, aw_buf_bytes(&buf)), AW_E_RANGE);
}

/* Goal: [WI-14] what a later version puts into ext changes nothing and comes through.
 * Method: two calls that differ in ext alone decode to structures that do, too. */
static void test_ext(void)
{
    struct aw_call call = sample_call(AW_CALL_CHECKIN), got;
    struct aw_buf buf = AW_BUF_OF(encoded);

    size_t len;

    T_EQ(aw_message_encode(&aw_call_map, &call, &buf), AW_OK);
    len = buf.len;
    T_EQ(aw_message_decode(&aw_call_map, &got, aw_buf_bytes(&buf)), AW_OK);
    T_EQ(got.ext_len, AW_EXT_LEN_MAX);
    T_MEM_EQ(got.ext, call.ext, AW_EXT_LEN_MAX);
    got.ext_len = 0;
    buf.len = 0;
    T_EQ(aw_message_encode(&aw_call_map, &got, &buf), AW_OK);
    T_EQ(buf.len, len - 27);
}

/* Goal: [WI-31], [WI-32]: one text for each kind and level, in their order, and no other kinds.
 * Method: the neighbours of what is right. */
static void test_card(void)
{
    struct aw_card card = {.version = 1, .sections_count = 2};
    struct aw_card_section *first = &card.sections[0], *second = &card.sections[1];

    *first = (struct aw_card_section){.kind = AW_CARD_AVOID, .level = 3, .text = "a"};
    *second = (struct aw_card_section){.kind = AW_CARD_WHERE, .level = 0, .text = "b"};
    T_EQ(try_encode(&aw_card_map, &card), AW_OK);
    for (uint8_t kind = AW_CARD_AVOID + 1; kind < AW_CARD_WHERE; kind++) {
        second->kind = kind;
        T_EQ(try_encode(&aw_card_map, &card), AW_E_RANGE);
    }
    second->kind = AW_CARD_AVOID;
    second->level = 4;
    T_EQ(try_encode(&aw_card_map, &card), AW_OK);
    second->level = 3;
    T_EQ(try_encode(&aw_card_map, &card), AW_E_RANGE);
    second->kind = AW_CARD_HOUSEHOLD;
    second->level = 4;
    T_EQ(try_encode(&aw_card_map, &card), AW_E_RANGE);
    second->kind = AW_CARD_CALLBACK + 1;
    T_EQ(try_encode(&aw_card_map, &card), AW_E_RANGE);
}

int main(void)
{
    T_RUN(test_call_kinds);
    T_RUN(test_call_word);
    T_RUN(test_state_place);
    T_RUN(test_state_bounds);
    T_RUN(test_plan_order);
    T_RUN(test_plan_rules);
    T_RUN(test_plan_links);
    T_RUN(test_text);
    T_RUN(test_text_zero);
    T_RUN(test_ext);
    T_RUN(test_card);
    return t_end();
}
