/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "crypto/cell.h"
#include "crypto/share.h"
#include "support/wire_fill.h"
#include "wire/call.h"
#include "wire/card.h"
#include "wire/card_file.h"
#include "wire/file.h"
#include "wire/hello.h"
#include "wire/introductions.h"
#include "wire/invite.h"
#include "wire/judge.h"
#include "wire/plan.h"
#include "wire/reply.h"
#include "wire/resume.h"
#include "wire/state.h"
#include "wire/switched.h"
#include "wire/tables.h"
#include "wire/witness.h"

#define ROUNDS 2000

static _Alignas(64) uint8_t first[WIRE_STRUCT_MAX], second[WIRE_STRUCT_MAX];
static uint8_t encoded[WIRE_ENCODED_MAX + 1], again[WIRE_ENCODED_MAX + 1];

static struct aw_buf encode(const struct aw_wire_map *map, const void *message)
{
    struct aw_buf buf = AW_BUF_OF(encoded);

    T_EQ(aw_message_encode(map, message, &buf), AW_OK);
    return buf;
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

/* What was encoded is in the profile, and comes back as the same bytes. */
static void check_round_trip(const struct aw_wire_map *map)
{
    struct aw_buf buf = encode(map, first);
    struct aw_buf buf2 = AW_BUF_OF(again);

    T_EQ(aw_cbor_judge(aw_buf_bytes(&buf)).reason, AW_JUDGE_ACCEPTED);
    T_REQUIRE(aw_message_decode(map, second, aw_buf_bytes(&buf)) == AW_OK);
    T_EQ(aw_message_encode(map, second, &buf2), AW_OK);
    T_EQ(buf2.len, buf.len);
    T_MEM_EQ(again, encoded, buf.len);
}

/* Goal: decode and encode are inverse for every message.
 * Method: smallest, largest and random structures, mended to meet the rules between fields. */
static void test_round_trip(void)
{
    const int rounds = ROUNDS / (int)t_step(10);
    struct t_rng rng = t_rng(1);
    const struct aw_wire_map *map;

    for (size_t i = 0; (map = aw_map_at(i)) != NULL; i++) {
        T_REQUIRE(map->struct_len <= WIRE_STRUCT_MAX);
        for (int round = 0; round < rounds; round++) {
            wire_fill(map, first, round < 3 ? (enum wire_fill)round : WIRE_FILL_RANDOM, &rng);
            wire_mend(map, first);
            check_round_trip(map);
        }
    }
}

/* Goal: [WI-11] no bound of a field can be passed in either direction.
 * Method: each field of a good message is set one below and one above; the encoder refuses and
 * appends nothing. */
static void test_encoder_keeps_bounds(void)
{
    struct t_rng rng = t_rng(2);
    const struct aw_wire_map *map;

    for (size_t i = 0; (map = aw_map_at(i)) != NULL; i++) {
        for (size_t field = 0; field < map->field_count; field++) {
            for (int below = 0; below < 2; below++) {
                struct aw_buf buf = {encoded, sizeof encoded, 7};

                wire_fill(map, first, WIRE_FILL_LEAST, &rng);
                wire_mend(map, first);
                if (!wire_break(map, first, field, below != 0))
                    continue;
                T_EQ(aw_message_encode(map, first, &buf), AW_E_RANGE);
                T_EQ(buf.len, 7);
            }
        }
    }
}

/* Goal: [WI-10] each key is needed unless it is optional, and no other key is known.
 * Method: every key of an encoded message is renamed to each other number. The value stays, so
 * that nothing but the key is wrong; what is accepted all the same must be another message, in
 * its one encoding. */
static void test_keys_are_closed(void)
{
    struct t_rng rng = t_rng(3);
    const struct aw_wire_map *map;

    for (size_t i = 0; (map = aw_map_at(i)) != NULL; i++) {
        struct aw_buf buf;

        wire_fill(map, first, WIRE_FILL_LEAST, &rng);
        wire_mend(map, first);
        buf = encode(map, first);
        for (unsigned key = 0; key < 256; key++) {
            struct aw_buf buf2 = AW_BUF_OF(again);
            uint8_t kept = encoded[1];

            encoded[1] = (uint8_t)key; /* the first key stands behind the head of the map */
            if (key != kept) {
                T_TRUE(aw_message_decode(map, second, aw_buf_bytes(&buf)) != AW_OK);
                T_TRUE(is_zero(second, map->struct_len));
            } else {
                T_EQ(aw_message_decode(map, second, aw_buf_bytes(&buf)), AW_OK);
                T_EQ(aw_message_encode(map, second, &buf2), AW_OK);
            }
            encoded[1] = kept;
        }
    }
}

/* Goal: a message that was cut, went on or was changed in one byte is refused, or is the one
 * encoding of another message; a refusal leaves the structure empty.
 * Method: every prefix, one byte more, and every byte replaced by a drawn one. */
static void test_damage(void)
{
    struct t_rng rng = t_rng(4);
    const struct aw_wire_map *map;

    for (size_t i = 0; (map = aw_map_at(i)) != NULL; i++) {
        struct aw_buf buf;

        if (map == &aw_file_map)
            continue; /* 16 KB of body show nothing more, and cost seconds */
        wire_fill(map, first, WIRE_FILL_MOST, &rng);
        wire_mend(map, first);
        buf = encode(map, first);
        for (size_t len = 0; len < buf.len; len += t_step(7)) {
            T_EQ(aw_message_decode(map, second, (struct aw_bytes){encoded, len}), AW_E_FORMAT);
            T_TRUE(is_zero(second, map->struct_len));
        }
        encoded[buf.len] = 0;
        T_EQ(aw_message_decode(map, second, (struct aw_bytes){encoded, buf.len + 1}), AW_E_FORMAT);
        for (size_t at = 0; at < buf.len; at += t_step(7)) {
            struct aw_buf buf2 = AW_BUF_OF(again);
            uint8_t kept = encoded[at];

            encoded[at] = (uint8_t)t_rng_next(&rng);
            if (aw_message_decode(map, second, aw_buf_bytes(&buf)) == AW_OK) {
                T_EQ(aw_message_encode(map, second, &buf2), AW_OK);
                T_EQ(buf2.len, buf.len);
                T_MEM_EQ(again, encoded, buf.len);
            }
            encoded[at] = kept;
        }
    }
}

/* Goal: [WI-9], [CR-22] padding is zeros, wherever the damage is.
 * Method: a reply in a cell, then each byte of its padding set to 1. */
static void test_padding(void)
{
    struct t_rng rng = t_rng(5);
    struct aw_buf buf = {encoded, AW_CELL_PLAIN_LEN, 0};
    struct aw_bytes cell = {encoded, AW_CELL_PLAIN_LEN};
    size_t used_len;

    wire_fill(&aw_reply_map, first, WIRE_FILL_LEAST, &rng);
    T_EQ(aw_message_encode_padded(&aw_reply_map, first, &buf, AW_CELL_PLAIN_LEN), AW_OK);
    T_EQ(buf.len, AW_CELL_PLAIN_LEN);
    T_EQ(aw_message_decode_padded(&aw_reply_map, second, cell), AW_OK);
    T_EQ(aw_message_decode_first(&aw_reply_map, second, cell, &used_len), AW_OK);
    for (size_t i = used_len; i < cell.len; i++) {
        encoded[i] = 1;
        T_EQ(aw_message_decode_padded(&aw_reply_map, second, cell), AW_E_FORMAT);
        encoded[i] = 0;
    }
    buf.len = 0;
    T_EQ(aw_message_encode_padded(&aw_reply_map, first, &buf, used_len - 1), AW_E_SPACE);
    T_EQ(buf.len, 0);
}

/* Longest encoding of a call of this kind, by filling all that the kind may carry. */
static size_t call_len_max(uint8_t kind)
{
    struct t_rng rng = t_rng(6);
    struct aw_call call;

    wire_fill(&aw_call_map, &call, WIRE_FILL_MOST, &rng);
    call.kind = kind;
    wire_mend(&aw_call_map, &call);
    return encode(&aw_call_map, &call).len;
}

/* Of a witness that offers the accept and its epoch are not there, or the other way round. */
#define WITNESS_EITHER_LEN 35

/* Goal: the largest message of each kind fits where it stands (spec/03-wire.md §1), and the
 * lengths that the headers state are the real ones.
 * Method: everything filled to its maximum. */
static void test_largest(void)
{
    struct t_rng rng = t_rng(7);
    size_t call_max = 0;

    for (uint8_t kind = AW_CALL_BEAT; kind <= AW_CALL_DRILL; kind++) {
        size_t len = call_len_max(kind);

        T_TRUE(len <= AW_CELL_PLAIN_LEN);
        call_max = len > call_max ? len : call_max;
    }
    T_EQ(call_max, AW_CALL_LEN_MAX);
    T_EQ(wire_len_max(&aw_reply_map), AW_REPLY_LEN_MAX);
    T_EQ(wire_len_max(&aw_hello_map), AW_HELLO_LEN_MAX);
    T_EQ(wire_len_max(&aw_resume_map), AW_RESUME_LEN_MAX);
    T_EQ(wire_len_max(&aw_invite_map), AW_INVITE_LEN_MAX);
    T_EQ(wire_len_max(&aw_file_map), AW_FILE_LEN_MAX);
    T_EQ(wire_len_max(&aw_witness_map), AW_WITNESS_LEN_MAX + WITNESS_EITHER_LEN);
    T_EQ(wire_len_max(&aw_introductions_map), AW_INTRODUCTIONS_LEN_MAX);
    T_EQ(wire_len_max(&aw_card_map), AW_CARD_LEN_MAX);
    T_EQ(wire_len_max(&aw_card_file_map), AW_CARD_FILE_LEN_MAX);
    T_EQ(wire_len_max(&aw_switched_map), AW_SWITCHED_LEN_MAX);
    T_TRUE(AW_WITNESS_LEN_MAX <= AW_CELL_PLAIN_LEN);
    T_TRUE(AW_INTRODUCTIONS_LEN_MAX <= AW_PLAN_LEN_MAX);
    T_TRUE(AW_REPLY_LEN_MAX <= AW_CELL_PLAIN_LEN);
    T_TRUE(AW_FILE_LEN_MAX <= AW_CELL_BULK_PLAIN_LEN);
    T_TRUE(wire_len_max(&aw_state_map) <= AW_STATE_LEN);
    T_EQ(AW_STATE_PADDED_LEN, AW_STATE_LEN);
    wire_fill(&aw_plan_map, first, WIRE_FILL_MOST, &rng);
    wire_mend(&aw_plan_map, first);
    T_TRUE(encode(&aw_plan_map, first).len <= AW_PLAN_ENCODED_MAX);
    T_TRUE(wire_len_max(&aw_plan_map) <= AW_PLAN_LEN_MAX);
    T_TRUE(AW_PLAN_ENCODED_MAX <= AW_PLAN_LEN_MAX);
}

/* Goal: [WI-6] no table is deeper than the profile.
 * Method: the deepest is plan: map, array, map. */
static void test_tables_are_sound(void)
{
    const struct aw_wire_map *map;

    for (size_t i = 0; (map = aw_map_at(i)) != NULL; i++) {
        T_TRUE(aw_map_find(map->name) == map);
        for (size_t k = 0; k < map->field_count; k++) {
            const struct aw_wire_field *f = &map->fields[k];

            T_TRUE(f->key < 24);
            T_TRUE(k == 0 || f->key > map->fields[k - 1].key);
            T_TRUE((f->sub != NULL) == (f->type == AW_WIRE_MAP || f->type == AW_WIRE_LIST));
            for (size_t n = 0; f->sub != NULL && n < f->sub->field_count; n++)
                T_TRUE(f->sub->fields[n].sub == NULL);
        }
    }
    T_TRUE(aw_map_find("nothing") == NULL);
}

int main(void)
{
    T_RUN(test_tables_are_sound);
    T_RUN(test_round_trip);
    T_RUN(test_encoder_keeps_bounds);
    T_RUN(test_keys_are_closed);
    T_RUN(test_damage);
    T_RUN(test_padding);
    T_RUN(test_largest);
    return t_end();
}
