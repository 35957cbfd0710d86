/* SPDX-License-Identifier: ISC */
/*
 * Input: which record of pairing and channel, then edits of it: position (2 bytes) and a byte.
 * Property: a record that is accepted is the one encoding of what it says, and a refused one leaves
 * an empty object.
 */
#include "fuzz.h"
#include "support/pair.h"

#include <string.h>

#include "base/bytes.h"
#include "core/words.h"

static bool fill(void *ctx, uint8_t *out, size_t len)
{
    uint8_t *state = ctx;

    for (size_t i = 0; i < len; i++)
        out[i] = *state = (uint8_t)(*state * 5U + 113U);
    return true;
}

struct scene {
    struct pair p;
    struct aw_inviting inviting;
    struct aw_joining joining;
    struct aw_words_out out;
    struct aw_words_in in;
};

/* Channels with every optional part: a step under way, both handshakes, two sessions. */
static bool set_up_channels(struct scene *s, const struct aw_random *random)
{
    const struct aw_resume own = {0};
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf buf = AW_BUF_OF(cell);
    struct aw_opened opened;
    struct pair_call call;
    unsigned events = 0;

    return pair_init(&s->p, random) && pair_round_trip(&s->p) &&
           aw_channel_resume_ask(&s->p.subject, &own, random) == AW_OK &&
           aw_channel_resume_cell(&s->p.subject, &buf) == AW_OK &&
           pair_hear(&s->p, &s->p.contact, cell, &opened, &call, &events) == AW_OK &&
           aw_channel_resume_ask(&s->p.contact, &own, random) == AW_OK;
}

static bool set_up_pairing(struct scene *s, const struct aw_random *random)
{
    const struct aw_hello his = pair_hello(1), hers = pair_hello(0);
    const struct aw_invite draft = pair_draft();
    enum aw_inviting_answer answer;
    uint8_t cell[AW_CELL_LEN];
    struct aw_channel ch;
    struct aw_hello peer;

    if (aw_inviting_init(&s->inviting, &draft, random) != AW_OK ||
        aw_joining_init(&s->joining, &s->inviting.invite, &his, random) != AW_OK)
        return false;
    aw_joining_cell(&s->joining, cell);
    return aw_inviting_open(&s->inviting, AW_BYTES_OF(cell), &hers, PAIR_T0_MS, &answer, &ch, &peer,
                            random) == AW_OK;
}

static bool set_up_words(struct scene *s)
{
    static const uint8_t body[40] = {1, 2, 3}, mark[AW_WORD_MARK_LEN] = {4, 5, 6, 7};
    const struct aw_word_id id = {.number = 70001, .mark = {4, 5, 6, 7}};
    enum aw_word_odd odd;
    uint32_t dropped;

    s->in = (struct aw_words_in){.words = 70000, .more = UINT64_MAX - 5};
    if (aw_words_in_accept(&s->in, &id, &odd) != AW_OK)
        return false;
    aw_words_out_init(&s->out);
    return aw_words_out_add(&s->out, AW_WORD_SOS, mark, AW_BYTES_OF(body), &dropped) == AW_OK;
}

static void set_up(struct scene *s, unsigned which, const struct aw_random *random)
{
    bool ok = which < 2   ? set_up_channels(s, random)
              : which < 4 ? set_up_pairing(s, random)
                          : set_up_words(s);

    AW_ASSERT(ok);
}

static enum aw_status encode(const struct scene *s, unsigned which, struct aw_buf *buf)
{
    switch (which) {
    case 0:
        return aw_channel_encode(&s->p.subject, buf);
    case 1:
        return aw_channel_encode(&s->p.contact, buf);
    case 2:
        return aw_inviting_encode(&s->inviting, buf);
    case 3:
        return aw_joining_encode(&s->joining, buf);
    case 4:
        return aw_words_out_encode(&s->out, buf);
    case 5:
        return aw_word_encode(&s->out.words[0], buf);
    default:
        return aw_words_in_encode(&s->in, buf);
    }
}

static enum aw_status decode(struct scene *s, unsigned which, struct aw_bytes in)
{
    switch (which) {
    case 0:
        return aw_channel_decode(&s->p.subject, in);
    case 1:
        return aw_channel_decode(&s->p.contact, in);
    case 2:
        return aw_inviting_decode(&s->inviting, in);
    case 3:
        return aw_joining_decode(&s->joining, in);
    case 4:
        return aw_words_out_decode(&s->out, in);
    case 5:
        s->out.count = 0;
        s->out.next_number = UINT32_MAX;
        return aw_words_out_load(&s->out, in);
    default:
        return aw_words_in_decode(&s->in, in);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t space[AW_CHANNEL_RECORD_MAX], again[AW_CHANNEL_RECORD_MAX];
    static struct scene s;
    struct aw_buf buf = AW_BUF_OF(space), buf2 = AW_BUF_OF(again);
    uint8_t state = 7;
    unsigned which;
    enum aw_status st;

    if (size < 1)
        return 0;
    which = data[0] % 7U;
    set_up(&s, which, &(struct aw_random){.fill = fill, .ctx = &state});
    st = encode(&s, which, &buf);
    AW_ASSERT(st == AW_OK);
    for (size_t i = 1; i + 3 <= size; i += 3) {
        size_t at = (size_t)data[i] << 8 | data[i + 1];

        if (data[i] == 0xff)
            buf.len = (size_t)data[i + 1] * buf.len / 255; /* cut off */
        else if (at < buf.len)
            space[at] = data[i + 2];
    }
    st = decode(&s, which, aw_buf_bytes(&buf));
    AW_ASSERT(st == AW_OK || st == AW_E_DAMAGED);
    if (st == AW_OK) {
        st = encode(&s, which, &buf2);
        AW_ASSERT(st == AW_OK);
        AW_ASSERT(aw_bytes_equal(aw_buf_bytes(&buf), aw_buf_bytes(&buf2)));
    }
    return 0;
}
