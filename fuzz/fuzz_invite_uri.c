/* SPDX-License-Identifier: ISC */
/*
 * Input: a text that might be an invite; the first byte shifts the clock. Properties: what is
 * accepted is the one text of its meaning, but for the case of the scheme and white space around;
 * what is refused leaves nothing behind. So that the checksum does not stop the fuzzer, the input
 * is also taken as the message inside, and wrapped.
 */
#include "fuzz.h"
#include "mutate.h"

#include <string.h>

#include <allswell/invite.h>

#include "base/bytes.h"
#include "core/base64.h"
#include "crypto/labels.h"
#include "crypto/verify.h"

static void check(struct aw_bytes text, uint64_t wall_ms)
{
    static const struct aw_invite zero;
    uint8_t space[AW_INVITE_URI_MAX];
    struct aw_buf uri = AW_BUF_OF(space);
    struct aw_invite invite;
    enum aw_status st = aw_invite_decode(&invite, text, wall_ms);

    if (st != AW_OK && st != AW_E_STALE) {
        AW_ASSERT(st == AW_E_FORMAT || st == AW_E_VERSION);
        AW_ASSERT(memcmp(&invite, &zero, sizeof zero) == 0);
        return;
    }
    AW_ASSERT((st == AW_E_STALE) == (wall_ms / 1000 >= invite.expires_at));
    st = aw_invite_encode(&invite, &uri);
    AW_ASSERT(st == AW_OK);
    for (size_t i = 0; i + uri.len <= text.len; i++) {
        if (memcmp(text.ptr + i + 9, space + 9, uri.len - 9) == 0)
            return;
    }
    AW_UNREACHABLE();
}

const struct fuzz_grammar fuzz_grammar = {.rule = "invite", .skip = 1};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t binary[1024], hash[AW_HASH_LEN], text[2048];
    struct aw_buf uri = AW_BUF_OF(text);
    uint64_t wall_ms;
    enum aw_status st;

    if (size < 1 || size > 1000)
        return 0;
    wall_ms = (uint64_t)data[0] << 34;
    data++;
    size--;
    check((struct aw_bytes){data, size}, wall_ms);

    memcpy(binary, data, size);
    aw_hash(hash, AW_LABEL_HASH_INVITE, (struct aw_bytes){data, size});
    memcpy(binary + size, hash, 4);
    st = aw_buf_put(&uri, (struct aw_bytes){(const uint8_t *)AW_INVITE_SCHEME, 9});
    AW_ASSERT(st == AW_OK);
    st = aw_base64_encode((struct aw_bytes){binary, size + 4}, &uri);
    AW_ASSERT(st == AW_OK);
    check(aw_buf_bytes(&uri), wall_ms);
    return 0;
}
