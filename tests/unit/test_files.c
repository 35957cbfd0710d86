/* SPDX-License-Identifier: ISC */
/*
 * What comes from outside and is signed or sealed, but not what it should be: files, frames,
 * introductions, cells for nobody. Whoever holds her phone can make all of it.
 */
#include "support/council.h"

#include "base/bytes.h"
#include "core/contact_impl.h"
#include "core/subject_impl.h"
#include "crypto/labels.h"
#include "crypto/sign.h"
#include "wire/card_file.h"
#include "wire/file.h"

static uint8_t space[4][1 << 14];

/* A file of this body under `key`, as a contact opens it. */
static struct aw_bytes file_of(enum aw_file_kind kind, struct aw_bytes body, const char *label,
                               const struct aw_sign_key *key)
{
    struct aw_file file = {.kind = (uint8_t)kind, .body = body};
    struct aw_buf out = AW_BUF_OF(space[0]);
    uint8_t hash[AW_HASH_LEN];

    memcpy(file.signing_key, key->pk, AW_KEY_LEN);
    aw_hash(hash, label, body);
    aw_sign(file.signature, key, AW_LABEL_SIGN_FILE, AW_BYTES_OF(hash));
    T_EQ(aw_message_encode(&aw_file_map, &file, &out), AW_OK);
    return aw_buf_bytes(&out);
}

static struct aw_bytes encoded(const struct aw_wire_map *map, const void *message)
{
    struct aw_buf out = AW_BUF_OF(space[1]);

    T_EQ(aw_message_encode(map, message, &out), AW_OK);
    return aw_buf_bytes(&out);
}

/* Goal: a file is what it says, signed, within the rules, or it changes nothing.
 * Method: one thing wrong each; then a good plan, and the same one again. */
static void test_files(void)
{
    static const uint8_t junk[] = {1, 2, 3};
    struct aw_card_file card = {.version = 9, .share = {1, 1}};
    struct aw_plan plan;
    struct circle c;
    struct contact *e;
    struct aw_sign_key key;
    uint64_t change;

    circle_init(&c, 1, 81);
    circle_set_up(&c);
    e = contact_of(c.hosts[1].contact);
    key = subject_of(c.hosts[0].subject)->sign;
    change = e->outbox.change;
    T_EQ(aw_co_file(e, AW_BYTES_OF(junk)), AW_E_FORMAT);
    T_EQ(aw_co_file(e, file_of(AW_FILE_PLAN, AW_BYTES_OF(junk), AW_LABEL_HASH_CARD_FILE, &key)),
         AW_E_AUTH);
    T_EQ(aw_co_file(e, file_of(AW_FILE_PLAN, AW_BYTES_OF(junk), AW_LABEL_HASH_PLAN, &key)),
         AW_E_FORMAT);
    T_EQ(aw_co_file(e, file_of(AW_FILE_INTRODUCTIONS, AW_BYTES_OF(junk),
                               AW_LABEL_HASH_INTRODUCTIONS, &key)),
         AW_E_FORMAT);
    T_EQ(aw_co_file(e, file_of(AW_FILE_CARD, AW_BYTES_OF(junk), AW_LABEL_HASH_CARD_FILE, &key)),
         AW_E_FORMAT);
    T_EQ(aw_co_introductions(e, AW_BYTES_OF(junk)), AW_E_FORMAT);

    T_EQ(aw_contact_plan(c.hosts[1].contact, &plan), AW_OK);
    plan.version += 5;
    plan.levels[plan.levels_count - 1].groups = 1; /* well encoded, and against the rules */
    T_EQ(aw_co_file(e,
                    file_of(AW_FILE_PLAN, encoded(&aw_plan_map, &plan), AW_LABEL_HASH_PLAN, &key)),
         AW_E_RANGE);
    card.sealed = (struct aw_bytes){space[2], AW_CARD_SEAL_LEN + 1};
    card.share[0] = AW_PLAN_MEMBER_MAX + 1;
    T_EQ(aw_co_card_file(e, encoded(&aw_card_file_map, &card)), AW_E_RANGE);
    card.share[0] = 0;
    T_EQ(aw_co_card_file(e, encoded(&aw_card_file_map, &card)), AW_E_RANGE);
    card.share[0] = 1;
    memset(card.share + 1, 0xff, AW_SHARE_LEN - 1);
    T_EQ(aw_co_card_file(e, encoded(&aw_card_file_map, &card)), AW_E_RANGE);
    T_EQ(e->outbox.change, change);

    plan.levels[plan.levels_count - 1].groups = AW_GROUPS_ALL;
    T_EQ(aw_co_file(e,
                    file_of(AW_FILE_PLAN, encoded(&aw_plan_map, &plan), AW_LABEL_HASH_PLAN, &key)),
         AW_OK);
    T_TRUE(e->outbox.change > change);
    plan.version -= 5;
    T_EQ(aw_co_file(e,
                    file_of(AW_FILE_PLAN, encoded(&aw_plan_map, &plan), AW_LABEL_HASH_PLAN, &key)),
         AW_E_REPLAY);
    circle_free(&c);
}

/* Goal: cells and frames that are for nobody here, or have another length, are refused by what
 * anybody may know; nothing is counted as a sign of anything.
 * Method: mailboxes of no peer, cells one byte too short, frames before and after pairing. */
static void test_cells(void)
{
    static const uint8_t cell[AW_CELL_LEN] = {7};
    struct aw_bytes frame = {cell, AW_FRAME_LEN}, shorter = {cell, AW_CELL_LEN - 1};
    struct aw_contact *his;
    struct aw_plan plan;
    struct circle c;
    uint32_t now_s;

    circle_init(&c, 1, 82);
    his = c.hosts[1].contact;
    T_EQ(aw_contact_feed_frame(his, frame, circle_now(&c, 1)), AW_E_AUTH);
    circle_free(&c);

    council_init(&c, 2, 83, &plan);
    council_begin(&c, &plan, 3);
    his = c.hosts[1].contact;
    now_s = (uint32_t)circle_now_s(&c);
    T_EQ(council_peer(&c, 1, 2).state, AW_PEER_LINKED);
    T_EQ(aw_contact_feed(his, CONTACT_PEER_MAILBOX(2), shorter, now_s, circle_now(&c, 1)),
         AW_E_FORMAT);
    T_EQ(aw_contact_feed(his, CONTACT_PEER_MAILBOX(2), AW_BYTES_OF(cell), now_s, circle_now(&c, 1)),
         AW_E_AUTH);
    T_EQ(aw_contact_feed(his, CONTACT_PEER_MAILBOX(9), AW_BYTES_OF(cell), now_s, circle_now(&c, 1)),
         AW_E_NOT_FOUND);
    T_EQ(aw_contact_feed(his, 0, shorter, now_s, circle_now(&c, 1)), AW_E_FORMAT);
    T_EQ(aw_contact_feed_frame(his, frame, circle_now(&c, 1)), AW_E_AUTH);
    frame.len--;
    T_EQ(aw_contact_feed_frame(his, frame, circle_now(&c, 1)), AW_E_FORMAT);
    T_EQ(council_peer(&c, 1, 2).state, AW_PEER_LINKED);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_files);
    T_RUN(test_cells);
    return t_end();
}
