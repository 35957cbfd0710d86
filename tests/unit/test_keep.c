/* SPDX-License-Identifier: ISC */
/* What a contact keeps of sealed states and shares (spec/07-contact.md §7), and what gathers. */
#include "core/gather.h"
#include "core/keep.h"

#include "test.h"

#define T0 UINT32_C(1790000400) /* a full hour */

static struct aw_keep_item item(uint32_t seq, uint32_t issued_at)
{
    return (struct aw_keep_item){.seq = seq, .issued_at = issued_at};
}

static void add(struct aw_keep *k, bool is_word, uint32_t seq, uint32_t issued_at)
{
    const struct aw_keep_item one = item(seq, issued_at);

    aw_keep_add(k, is_word, &one);
}

/* Goal: the newest 16 words, whatever order they come in; an old one pushes nothing out.
 * Method: twenty words from the middle outwards, each twice, then one older than all. */
static void test_words(void)
{
    struct aw_keep k = {.dirty = 0};

    for (uint32_t i = 0; i < 20; i++) {
        add(&k, true, 100 + (i % 2 == 0 ? i : 40 - i), T0);
        add(&k, true, 100 + (i % 2 == 0 ? i : 40 - i), T0);
    }
    add(&k, true, 1, T0);
    for (size_t i = 0; i < AW_KEEP_WORDS; i++)
        T_TRUE(k.items[i].seq >= 108);
    T_TRUE(aw_keep_find(&k, 1) == NULL);
    T_TRUE(aw_keep_find(&k, 139) != NULL);
}

/* Goal: of each hour of older beats the first is kept, also when it comes last, and an hour older
 * than all pushes none out.
 * Method: beats two to an hour, the later first, so many that all places are full. */
static void test_hours(void)
{
    const uint32_t hours = AW_KEEP_HOURS + 12;
    struct aw_keep k = {.dirty = 0};

    for (uint32_t h = 1; h <= hours; h++) {
        add(&k, false, 1000 + 2 * h + 1, T0 + 3600 * h + 1800);
        add(&k, false, 1000 + 2 * h, T0 + 3600 * h);
    }
    for (uint32_t h = hours - 8; h > 4; h--) {
        T_TRUE(aw_keep_find(&k, 1000 + 2 * h) != NULL);
        T_TRUE(aw_keep_find(&k, 1000 + 2 * h + 1) == NULL);
    }
    add(&k, false, 1011, T0 + 3600 * 6 + 5); /* late, and before the one that is kept */
    T_TRUE(aw_keep_find(&k, 1011) != NULL);
    T_TRUE(aw_keep_find(&k, 1012) == NULL);
    add(&k, false, 5, T0 - 3600); /* before everything */
    T_TRUE(aw_keep_find(&k, 5) == NULL);
    add(&k, false, 1001 + 2 * (hours - 9), T0 + 3600 * (hours - 9) + 900); /* not the first */
    T_TRUE(aw_keep_find(&k, 1001 + 2 * (hours - 9)) == NULL);
}

/* Goal: what is no share opens nothing, whatever the threshold is.
 * Method: the key itself, out of its field, and a state that it does not open. */
static void test_open(void)
{
    struct aw_keep_item one = item(1, T0);
    struct aw_state state;

    memset(one.share + 1, 0xff, AW_SHARE_LEN - 1);
    T_EQ(aw_keep_open(&one, 1, &state), AW_E_STATE);
    T_EQ(aw_keep_open(&one, 2, &state), AW_E_STATE);
    memset(one.share + 1, 1, AW_SHARE_LEN - 1);
    one.share[AW_SHARE_LEN - 1] = 0;
    T_EQ(aw_keep_open(&one, 2, &state), AW_E_STATE);
    one.share[0] = 1;
    T_EQ(aw_keep_open(&one, 2, &state), AW_E_STATE);
}

int main(void)
{
    T_RUN(test_words);
    T_RUN(test_hours);
    T_RUN(test_open);
    return t_end();
}
