/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/bytes.h"
#include "crypto/labels.h"
#include "crypto/verify.h"
#include "wire/file.h"

/* Plans: a word carries the hash and her presence, a file the body; both are needed. */

/* Whether the word waits for the plan that `body` is. */
static bool is_awaited(const struct contact *c, struct aw_bytes body)
{
    uint8_t hash[AW_HASH_LEN];

    if (!c->book.has_plan_word || body.len == 0)
        return false;
    aw_hash(hash, AW_LABEL_HASH_PLAN, body);
    return memcmp(hash, c->book.plan_word_hash, AW_HASH_LEN) == 0;
}

/* Whatever the verdict, she is told the same: that this version was received. */
static void match(struct contact *c)
{
    struct aw_plan plan;

    if (!is_awaited(c, (struct aw_bytes){c->body, c->body_len}))
        return;
    if (aw_message_decode(&aw_plan_map, &plan, (struct aw_bytes){c->body, c->body_len}) == AW_OK) {
        if (aw_co_lacks_introductions(c, &plan)) {
            c->peers.book.lacks_intro = plan.version;
        } else {
            c->book.plan_named = plan.version;
            c->peers.book.lacks_intro = 0;
        }
        aw_co_plan_arrived(c, &plan, (struct aw_bytes){c->body, c->body_len},
                           (enum contact_worth)c->book.plan_word_worth);
    }
    c->book.has_plan_word = false;
    aw_wipe(c->body, sizeof c->body);
    c->body_len = 0;
    c->wants_reply = true;
    aw_co_touch(c, CONTACT_DIRTY_BOOK | CONTACT_DIRTY_BODY | CONTACT_DIRTY_PEERS);
}

void aw_co_plan_word(struct contact *c, const struct aw_call *call, enum aw_verdict verdict)
{
    c->book.has_plan_word = true;
    c->book.plan_word_worth = CONTACT_WORTH_NONE;
    if (verdict == AW_VERDICT_SAFE || verdict == AW_VERDICT_CLAIMED)
        c->book.plan_word_worth = CONTACT_WORTH_JUDGED;
    else if (verdict != AW_VERDICT_DURESS)
        c->book.plan_word_worth = CONTACT_WORTH_UNJUDGED;
    memcpy(c->book.plan_word_hash, call->plan_hash, AW_HASH_LEN);
    aw_co_touch(c, CONTACT_DIRTY_BOOK);
    match(c);
}

/* spec/07-contact.md §2: "A file with a plan whose version is not above the newest that he named
 * MUST be refused", whatever the verdicts. */
static bool is_known(const struct contact *c, uint32_t version)
{
    uint32_t most = c->plan.version;

    if (c->book.plan_named > most && c->book.plan_named - most <= CONTACT_VERSION_NEAR)
        most = c->book.plan_named;
    return c->has_plan && version <= most;
}

/* spec/07-contact.md §2: "The word of a plan that is refused so, and whose version is below the
 * newest that he named, MUST NOT wait any longer." */
static void refuse(struct contact *c, const struct aw_plan *plan, struct aw_bytes body)
{
    if (plan->version >= c->book.plan_named || !is_awaited(c, body))
        return;
    c->book.has_plan_word = false;
    aw_co_touch(c, CONTACT_DIRTY_BOOK);
}

enum aw_status aw_co_file(struct contact *c, struct aw_bytes plain)
{
    static const char *const labels[] = {[AW_FILE_PLAN] = AW_LABEL_HASH_PLAN,
                                         [AW_FILE_INTRODUCTIONS] = AW_LABEL_HASH_INTRODUCTIONS,
                                         [AW_FILE_CARD] = AW_LABEL_HASH_CARD_FILE};
    struct aw_file file;
    struct aw_plan plan;
    uint8_t hash[AW_HASH_LEN];
    enum aw_status st = aw_message_decode_padded(&aw_file_map, &file, plain);

    if (st != AW_OK)
        return st;
    aw_hash(hash, labels[file.kind], file.body);
    st = aw_verify(file.signing_key, AW_LABEL_SIGN_FILE, AW_BYTES_OF(hash), file.signature);
    if (st != AW_OK)
        return st;
    if (file.kind == AW_FILE_INTRODUCTIONS)
        return aw_co_introductions(c, file.body);
    if (file.kind == AW_FILE_CARD)
        return aw_co_card_file(c, file.body);
    if (file.body.len > sizeof c->body)
        return AW_E_RANGE;
    st = aw_message_decode(&aw_plan_map, &plan, file.body);
    if (st != AW_OK)
        return st;
    if (aw_plan_check(&plan, NULL) != AW_PLAN_GOOD)
        return AW_E_RANGE;
    c->wants_reply = true;
    if (is_known(c, plan.version)) {
        refuse(c, &plan, file.body);
        return AW_E_REPLAY;
    }
    memcpy(c->body, file.body.ptr, file.body.len);
    c->body_len = (uint16_t)file.body.len;
    aw_co_touch(c, CONTACT_DIRTY_BODY);
    match(c);
    return AW_OK;
}
