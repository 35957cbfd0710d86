/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"

/*
 * The keys of her two secrets, and what they say of a word (spec/07-contact.md §3). Words come in
 * any order, so the keys of earlier secrets stay: each set holds from the number of the word that
 * brought it.
 */

/* The set for a word of this number; -1: it was made before there were any. */
static int set_for(const struct contact_secrets *s, uint32_t word)
{
    int set = -1;

    for (int i = 0; i < s->sets_count && s->sets[i].word <= word; i++)
        set = i;
    return set;
}

static enum aw_verdict judge_under(const struct contact *c, const struct contact_key_set *set,
                                   const struct aw_dh_key *accept, const struct aw_call *call,
                                   const uint8_t act_hash[AW_HASH_LEN])
{
    struct aw_presence_keys keys = set->keys;
    enum aw_verdict verdict = AW_VERDICT_WRONG;

    if (!set->keys.circle)
        return AW_VERDICT_CLAIMED;
    /* spec/07-contact.md §3: "A word MUST be judged under the point of every set that is kept": a
     * phone restored from before the last change of secrets has an older one. */
    for (size_t i = 0; i < c->secrets.sets_count; i++) { /* to the end, whatever is found */
        enum aw_presence_verdict found;

        memcpy(keys.circle_key, c->secrets.sets[i].keys.circle_key, AW_KEY_LEN);
        found = aw_presence_judge(accept, call->presence, call->presence + AW_KEY_LEN, &keys,
                                  c->channel.id, act_hash);
        if (found == AW_PRESENCE_DURESS)
            verdict = AW_VERDICT_DURESS;
        else if (found == AW_PRESENCE_SAFE && verdict != AW_VERDICT_DURESS)
            verdict = AW_VERDICT_SAFE;
    }
    aw_wipe(&keys, sizeof keys);
    return verdict;
}

/*
 * spec/07-contact.md §3: "A word under a number that was used before MUST NOT be found safe but
 * under the newest keys, and MUST be found duress under any of those kept." Its number does not say
 * when it was made; who knows a secret that she has given up must not gain by that.
 */
static enum aw_verdict judge_old(const struct contact *c, const struct aw_dh_key *accept,
                                 const struct aw_call *call, const uint8_t act_hash[AW_HASH_LEN])
{
    const struct contact_secrets *s = &c->secrets;
    enum aw_verdict verdict = AW_VERDICT_CLAIMED;

    for (size_t i = s->sets_count; i > 0; i--) {
        enum aw_verdict found = judge_under(c, &s->sets[i - 1], accept, call, act_hash);

        if (found == AW_VERDICT_DURESS)
            return found;
        if (i == s->sets_count)
            verdict = found;
        else if (found == AW_VERDICT_SAFE && verdict == AW_VERDICT_WRONG)
            verdict = AW_VERDICT_CANNOT_JUDGE;
    }
    return verdict;
}

/* The oldest set that still counts for words of `set`: until a change of the secrets is in force,
 * both pairs are live. */
static int oldest_live(const struct contact_secrets *s, int set, uint64_t now_s)
{
    while (set > 0 && s->sets[set].alone_at_s > now_s)
        set--;
    return set;
}

/* Whether a word can be judged at all here. */
static bool is_outside(const struct contact_secrets *s, int from, int to)
{
    for (int i = from < 0 ? 0 : from; i <= to; i++) {
        if (s->sets[i].keys.circle)
            return false;
    }
    return true;
}

/* spec/07-contact.md §12: "Until then a word MUST be found duress under the old or the new duress
 * key, and safe under either safe key" */
static enum aw_verdict judge_live(const struct contact *c, int from, int to,
                                  const struct aw_dh_key *accept, const struct aw_call *call,
                                  const uint8_t act_hash[AW_HASH_LEN])
{
    const struct contact_secrets *s = &c->secrets;
    bool is_safe = false, is_claimed = false;

    for (int i = from; i <= to; i++) {
        struct contact_key_set set = s->sets[i];
        enum aw_verdict found;

        /* Whatever is typed now, her device adds the point of its newest secrets. */
        memcpy(set.keys.circle_key, s->sets[to].keys.circle_key, AW_KEY_LEN);
        found = judge_under(c, &set, accept, call, act_hash);
        aw_wipe(&set, sizeof set);
        if (found == AW_VERDICT_DURESS)
            return found;
        is_safe = is_safe || found == AW_VERDICT_SAFE;
        is_claimed = is_claimed || found == AW_VERDICT_CLAIMED;
    }
    if (is_safe)
        return AW_VERDICT_SAFE;
    return is_claimed ? AW_VERDICT_CLAIMED : AW_VERDICT_WRONG;
}

enum aw_verdict aw_co_judge(const struct contact *c, const struct aw_opened *opened,
                            const struct aw_call *call, const uint8_t act_hash[AW_HASH_LEN],
                            bool is_old)
{
    const struct contact_secrets *s = &c->secrets;
    int set = set_for(s, call->word), from = oldest_live(s, set, aw_timebase_s(&c->time));
    enum aw_verdict verdict;
    struct aw_dh_key accept;

    if (!aw_call_is_typed(call))
        return AW_VERDICT_NONE; /* without a secret: these bytes are random */
    if (set < 0 && s->has_lost && !is_old)
        return AW_VERDICT_CANNOT_JUDGE;
    if (is_old ? is_outside(s, 0, s->sets_count - 1) : is_outside(s, from, set))
        return AW_VERDICT_CLAIMED;
    /* spec/07-contact.md §3: "Where the accept key is gone the verdict MUST be cannot judge, never
     * wrong." */
    if (aw_channel_accept_key(&c->channel, opened->session, call->presence_epoch, &accept) != AW_OK)
        return AW_VERDICT_CANNOT_JUDGE;
    verdict = is_old ? judge_old(c, &accept, call, act_hash)
                     : judge_live(c, from, set, &accept, call, act_hash);
    aw_wipe(&accept, sizeof accept);
    return verdict;
}

/* Puts a set where its word stands; of too many the oldest goes. */
static void insert(struct contact_secrets *s, const struct contact_key_set *set)
{
    size_t at = 0;

    if (s->sets_count == CONTACT_KEY_SETS) {
        if (set->word < s->sets[0].word)
            return; /* older than all that are kept */
        memmove(&s->sets[0], &s->sets[1], (CONTACT_KEY_SETS - 1) * sizeof s->sets[0]);
        s->sets_count--;
        s->has_lost = true;
    }
    while (at < s->sets_count && s->sets[at].word <= set->word)
        at++;
    memmove(&s->sets[at + 1], &s->sets[at], (s->sets_count - at) * sizeof s->sets[0]);
    s->sets[at] = *set;
    s->sets_count++;
}

void aw_co_put_keys(struct contact *c, const struct aw_presence_keys *keys, uint64_t loosen_s)
{
    struct contact_key_set set = {.keys = *keys};

    set.word = (uint32_t)aw_words_highest(c->words.words, c->words.more);
    set.alone_at_s = (uint32_t)(aw_timebase_s(&c->time) + loosen_s);
    insert(&c->secrets, &set);
    aw_wipe(&set, sizeof set);
    aw_co_touch(c, CONTACT_DIRTY_SECRETS);
}

/* Keys that her secret did not bring wait until humans vouch for her (contact_change.c). */
static void keep_unjudged(struct contact *c, const struct aw_presence_keys *keys)
{
    c->change.has_keys = true;
    c->change.keys_at_s = (uint32_t)aw_timebase_s(&c->time);
    c->change.keys = *keys;
    aw_co_touch(c, CONTACT_DIRTY_CHANGE);
}

void aw_co_take_keys(struct contact *c, const struct aw_opened *opened, const struct aw_call *call,
                     enum aw_verdict verdict, bool is_old)
{
    uint64_t loosen_s = c->secrets.sets_count == 0 ? 0 : aw_co_loosen_s(c);
    struct contact_key_set set = {.word = call->word};
    struct aw_dh_key accept;
    enum aw_status st;

    if (verdict == AW_VERDICT_DURESS || (verdict == AW_VERDICT_CLAIMED && is_old))
        return;
    if (aw_channel_accept_key(&c->channel, opened->session, call->presence_epoch, &accept) != AW_OK)
        return;
    if (is_old) /* made now, whatever its number */
        set.word = (uint32_t)aw_words_highest(c->words.words, c->words.more);
    set.alone_at_s = (uint32_t)(aw_timebase_s(&c->time) + loosen_s);
    st = aw_presence_blob_open(&set.keys, &accept, call->presence, call->keys);
    /* spec/07-contact.md §3: "Keys that a contact holds MUST NOT be replaced but by a word that
     * verifies under the safe one" */
    if (st == AW_OK && (verdict == AW_VERDICT_SAFE || verdict == AW_VERDICT_CLAIMED)) {
        insert(&c->secrets, &set);
        aw_co_touch(c, CONTACT_DIRTY_SECRETS);
    } else if (st == AW_OK) {
        keep_unjudged(c, &set.keys);
    }
    aw_wipe(&accept, sizeof accept);
    aw_wipe(&set, sizeof set);
}
