/* SPDX-License-Identifier: ISC */
#include "net/socks.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "test.h"

static const uint8_t circuit[AW_SOCKS_CIRCUIT_LEN] = {0xab, 1};

static uint32_t draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

/* Feeds the greeting, then `reply`, in pieces of `step` bytes; returns whether it got through. */
static bool ask(struct aw_socks *s, const char *host, const uint8_t *reply, size_t len, size_t step)
{
    uint8_t bytes[AW_SOCKS_SEND_MAX];
    struct aw_buf out = AW_BUF_OF(bytes);
    static const uint8_t none[] = {5, 0};

    aw_socks_start(s, host, 7440, circuit, &out);
    out.len = 0;
    if (!aw_socks_take(s, AW_BYTES_OF(none), &out))
        return false;
    for (size_t at = 0; at < len; at += step) {
        size_t take = len - at < step ? len - at : step;

        out.len = 0;
        if (!aw_socks_take(s, (struct aw_bytes){reply + at, take}, &out))
            return false;
    }
    return s->state == AW_SOCKS_THROUGH;
}

/* Goal: the bytes of RFC 1928 and RFC 1929. Method: a name with user name and password. */
static void test_bytes(void)
{
    static const uint8_t password[] = {5, 2}, fine[] = {1, 0};
    static const uint8_t request[] = {5, 1, 0, 3, 7, 'a', '.', 'o', 'n', 'i', 'o', 'n', 29, 16};
    uint8_t bytes[AW_SOCKS_SEND_MAX];
    struct aw_buf out = AW_BUF_OF(bytes);
    struct aw_socks s;

    aw_socks_start(&s, "a.onion", 7440, circuit, &out);
    T_EQ(out.len, 4);
    T_MEM_EQ(bytes, "\5\2\2\0", 4);
    out.len = 0;
    T_TRUE(aw_socks_take(&s, AW_BYTES_OF(password), &out));
    T_EQ(out.len, 2 + 32 + 2);
    T_MEM_EQ(bytes, "\1\40ab01000000", 12);
    T_MEM_EQ(bytes + 34,
             "\1"
             "0",
             2);
    out.len = 0;
    T_TRUE(aw_socks_take(&s, AW_BYTES_OF(fine), &out));
    T_EQ(out.len, sizeof request);
    T_MEM_EQ(bytes, request, sizeof request);
}

/* Goal: every reply has its fault, whatever the pieces. Method: all 256. */
static void test_replies(void)
{
    struct aw_socks s;

    for (unsigned code = 0; code < 256; code++) {
        uint8_t reply[10] = {5, (uint8_t)code, 0, 1};

        for (size_t step = 1; step <= 2; step++) {
            T_EQ(ask(&s, "1.2.3.4", reply, sizeof reply, step), code == 0);
            T_EQ(s.fault == AW_DIAL_OK, code == 0);
            if (code > 8)
                T_EQ(s.fault,
                     code >= 0xf0 && code <= 0xf7 ? AW_DIAL_PROXY_ONION : AW_DIAL_PROXY_STRANGE);
            T_EQ(strlen(aw_dial_fault_text(s.fault)) > 0, code != 0);
        }
    }
}

/* Goal: what RFC 1928 does not know is refused. Method: version, type, a byte too many; a name. */
static void test_strange(void)
{
    static const uint8_t version[] = {4, 0, 0, 1, 0}, type[] = {5, 0, 0, 2, 0};
    static const uint8_t more[] = {5, 0, 0, 1, 0, 0, 0, 0, 0, 0, 9};
    static const uint8_t name[] = {5, 0, 0, 3, 1, 'x', 0, 1};
    struct aw_socks s;

    T_TRUE(!ask(&s, "h", version, sizeof version, 9) && s.fault == AW_DIAL_PROXY_STRANGE);
    T_TRUE(!ask(&s, "h", type, sizeof type, 9) && s.fault == AW_DIAL_PROXY_STRANGE);
    T_TRUE(!ask(&s, "h", more, sizeof more, 99) && s.fault == AW_DIAL_PROXY_STRANGE);
    T_TRUE(ask(&s, "h", name, sizeof name, 3));
}

/* The whole talk with a proxy that keeps links apart, its answers in pieces of `step` bytes. */
static bool talk(struct aw_socks *s, const uint8_t *bound, size_t bound_len, size_t step)
{
    const struct aw_bytes answers[] = {
        {(const uint8_t *)"\5\2", 2}, {(const uint8_t *)"\1\0", 2}, {bound, bound_len}};
    static const enum aw_socks_state states[] = {AW_SOCKS_AUTHENTICATING, AW_SOCKS_ASKING,
                                                 AW_SOCKS_THROUGH};
    uint8_t bytes[AW_SOCKS_SEND_MAX];
    struct aw_buf out = AW_BUF_OF(bytes);

    aw_socks_start(s, "relay.example", 7440, circuit, &out);
    for (size_t i = 0; i < AW_COUNT(answers); i++) {
        out.len = 0;
        for (size_t at = 0; at < answers[i].len; at += step) {
            const size_t left = answers[i].len - at;

            T_EQ(out.len, 0); /* nothing is said before the answer is whole */
            if (!aw_socks_take(s, (struct aw_bytes){answers[i].ptr + at, left < step ? left : step},
                               &out))
                return false;
        }
        T_EQ(s->state, states[i]);
        T_EQ(out.len > 0, i < 2);
    }
    return true;
}

/* Goal: it does not matter in which pieces a proxy speaks, nor which address it bound.
 * Method: each kind of address, the longest name, pieces of each length. */
static void test_pieces(void)
{
    static const struct {
        uint8_t type, first; /* of the address: a length where it is a name */
        size_t len;
    } kinds[] = {{1, 9, 4}, {4, 9, 16}, {3, 0, 1}, {3, 1, 2}, {3, 255, 256}};
    struct aw_socks s;

    for (size_t i = 0; i < AW_COUNT(kinds); i++) {
        uint8_t bound[AW_SOCKS_ANSWER_MAX] = {5, 0, 0, kinds[i].type, kinds[i].first};
        const size_t len = 4 + kinds[i].len + 2;

        for (size_t step = 1; step <= len; step++)
            T_TRUE(talk(&s, bound, len, step));
    }
}

/* A right answer of the proxy, one byte of it changed each second time, and cut or made longer each
 * fourth; its length. */
static size_t draw_answer(uint64_t *state, enum aw_socks_state at, uint8_t in[16])
{
    static const struct {
        uint8_t bytes[10], len;
    } right[] = {{{5, 2}, 2}, {{1, 0}, 2}, {{5, 0, 0, 1}, 10}};
    size_t len = right[at].len;

    memset(in, 0, 16);
    memcpy(in, right[at].bytes, sizeof right[at].bytes);
    if (draw(state) % 2 == 0)
        in[draw(state) % len] = (uint8_t)(draw(state) % 2 == 0 ? draw(state) % 6 : draw(state));
    return draw(state) % 4 == 0 ? 1 + draw(state) % 16 : len;
}

/* Goal: no bytes of a proxy break it: it goes on, is through, or is over with a cause, and says
 * no more than it may. Method: a hundred thousand talks of drawn bytes, most of them right ones. */
static void test_drawn(void)
{
    uint64_t state = 1, counts[AW_SOCKS_OVER + 1] = {0};

    for (int i = 0; i < 100000; i++) {
        uint8_t bytes[AW_SOCKS_SEND_MAX], in[16];
        struct aw_buf out = AW_BUF_OF(bytes);
        struct aw_socks s;
        bool goes_on = true;

        aw_socks_start(&s, "relay.example", 7440, circuit, &out);
        for (int n = 0; n < 40 && goes_on && s.state != AW_SOCKS_THROUGH; n++) {
            size_t len = draw_answer(&state, s.state, in);

            out.len = 0;
            goes_on = aw_socks_take(&s, (struct aw_bytes){in, len}, &out);
            T_TRUE(out.len <= sizeof bytes);
        }
        T_EQ(goes_on, s.state != AW_SOCKS_OVER);
        T_EQ(goes_on, s.fault == AW_DIAL_OK);
        counts[s.state]++;
    }
    T_TRUE(counts[AW_SOCKS_THROUGH] > 1000 && counts[AW_SOCKS_OVER] > 1000);
}

/* spec/08-relay.md §10: RE-44. */
static void test_onion(void)
{
    T_TRUE(aw_host_is_onion("x.onion") && aw_host_is_onion("x.onion.") &&
           aw_host_is_onion("X.ONION") && aw_host_is_onion("b.a.ONION.") &&
           aw_host_is_onion("onion"));
    T_TRUE(!aw_host_is_onion("x.onion.example") && !aw_host_is_onion("xonion") &&
           !aw_host_is_onion("") && !aw_host_is_onion("."));
}

int main(void)
{
    T_RUN(test_bytes);
    T_RUN(test_replies);
    T_RUN(test_strange);
    T_RUN(test_pieces);
    T_RUN(test_drawn);
    T_RUN(test_onion);
    return t_end();
}
