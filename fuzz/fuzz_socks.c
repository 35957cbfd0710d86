/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "net/socks.h"
#include "take.h"

/*
 * Input: the kind of host, sizes of pieces, then what a proxy says. Property: whoever is let
 * through in some pieces is let through byte by byte, and has said the same; a refusal has a
 * reason, and only a refusal.
 */

struct said {
    enum aw_socks_state state;
    enum aw_dial_fault fault;
    uint8_t bytes[4 * AW_SOCKS_SEND_MAX];
    size_t len;
};

/* `pieces` empty: byte by byte. */
static struct said talk(const char *host, struct aw_bytes in, struct aw_bytes pieces)
{
    static const uint8_t circuit[AW_SOCKS_CIRCUIT_LEN] = {7};
    struct said said = {.len = 0};
    struct aw_socks s;
    uint8_t space[AW_SOCKS_SEND_MAX];
    bool goes_on = true;

    for (size_t turn = 0; goes_on; turn++) {
        struct aw_buf out = AW_BUF_OF(space);
        size_t take = pieces.len > 0 ? pieces.ptr[turn % pieces.len] % 8 + 1u : 1;

        take = take < in.len ? take : in.len;
        if (turn == 0)
            aw_socks_start(&s, host, 7440, circuit, &out);
        else
            goes_on = aw_socks_take(&s, (struct aw_bytes){in.ptr, take}, &out);
        AW_ASSERT(goes_on == (s.state != AW_SOCKS_OVER));
        AW_ASSERT(goes_on == (s.fault == AW_DIAL_OK));
        AW_ASSERT(said.len + out.len <= sizeof said.bytes);
        if (out.len > 0)
            memcpy(said.bytes + said.len, space, out.len);
        said.len += out.len;
        if (turn > 0)
            in = (struct aw_bytes){in.ptr + take, in.len - take};
        goes_on = goes_on && s.state != AW_SOCKS_THROUGH && in.len > 0;
    }
    said.state = s.state;
    said.fault = s.fault;
    return said;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const hosts[] = {"relay.example", "192.0.2.7", "2001:db8::7", "a.onion"};
    struct take in = {data, size < 4096 ? size : 4096};
    const char *host = hosts[take_byte(&in) % 4];
    size_t count = take_byte(&in) % 8 + 1u;
    struct aw_bytes pieces = {in.ptr, count < in.len ? count : in.len}, rest;
    struct said slow, cut;

    rest = (struct aw_bytes){in.ptr + pieces.len, in.len - pieces.len};
    slow = talk(host, rest, (struct aw_bytes){NULL, 0});
    cut = talk(host, rest, pieces);
    /* What comes before it was asked for is refused, where that can be seen. */
    if (cut.fault == AW_DIAL_PROXY_STRANGE)
        return 0;
    AW_ASSERT(slow.state == cut.state && slow.fault == cut.fault);
    AW_ASSERT(slow.len == cut.len && memcmp(slow.bytes, cut.bytes, cut.len) == 0);
    return 0;
}
