/* SPDX-License-Identifier: ISC */
#include "wire/invite.h"

#include <string.h>

#include "base/bytes.h"
#include "core/base64.h"
#include "crypto/labels.h"
#include "crypto/verify.h"
#include "wire/rd.h"

/* allswell: base64url(invite ‖ checksum), spec/04-pairing.md §2. */

#define SCHEME_LEN   (sizeof AW_INVITE_SCHEME - 1)
#define CHECKSUM_LEN 4
#define BINARY_MAX   (AW_INVITE_LEN_MAX + CHECKSUM_LEN)

_Static_assert(AW_INVITE_URI_MAX == SCHEME_LEN + AW_BASE64_LEN(BINARY_MAX), "as stated");

static void checksum(uint8_t out[CHECKSUM_LEN], struct aw_bytes message)
{
    uint8_t hash[AW_HASH_LEN];

    aw_hash(hash, AW_LABEL_HASH_INVITE, message);
    memcpy(out, hash, CHECKSUM_LEN);
}

enum aw_status aw_invite_encode(const struct aw_invite *invite, struct aw_buf *uri)
{
    const struct aw_bytes scheme = {(const uint8_t *)AW_INVITE_SCHEME, SCHEME_LEN};
    size_t start_len = uri->len;
    uint8_t binary[BINARY_MAX];
    struct aw_buf buf = AW_BUF_OF(binary);
    enum aw_status st = aw_message_encode(&aw_invite_map, invite, &buf);

    if (st == AW_OK) {
        checksum(binary + buf.len, aw_buf_bytes(&buf));
        buf.len += CHECKSUM_LEN;
        st = aw_buf_put(uri, scheme);
    }
    if (st == AW_OK)
        st = aw_base64_encode(aw_buf_bytes(&buf), uri);
    if (st != AW_OK)
        uri->len = start_len;
    aw_wipe(binary, sizeof binary);
    return st;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What a message between people leaves around a link. */
static struct aw_bytes trim(struct aw_bytes text)
{
    while (text.len > 0 && is_space(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* Schemes have no case (RFC 3986 §3.1), and keyboards like to begin with a capital letter. */
static bool has_scheme(struct aw_bytes text)
{
    if (text.len < SCHEME_LEN)
        return false;
    for (size_t i = 0; i < SCHEME_LEN; i++) {
        uint8_t c = text.ptr[i];

        if (c >= 'A' && c <= 'Z')
            c = (uint8_t)(c - 'A' + 'a');
        if (c != (uint8_t)AW_INVITE_SCHEME[i])
            return false;
    }
    return true;
}

/* Every version begins with its number under key 0. */
static bool is_newer(struct aw_bytes message)
{
    struct aw_rd_map map;
    struct aw_rd rd;
    uint32_t key = 1;
    uint64_t version;

    aw_rd_init(&rd, message);
    aw_rd_map(&rd, &map);
    if (!aw_rd_key(&rd, &map, &key) || key != 0)
        return false;
    version = aw_rd_uint(&rd, 0, UINT64_MAX);
    return rd.status == AW_OK && version > AW_INVITE_VERSION;
}

static enum aw_status decode(struct aw_invite *invite, struct aw_bytes text, struct aw_buf *buf)
{
    uint8_t sum[CHECKSUM_LEN];
    struct aw_bytes message;

    if (!has_scheme(text))
        return AW_E_FORMAT;
    text.ptr += SCHEME_LEN;
    text.len -= SCHEME_LEN;
    if (aw_base64_decode(text, buf) != AW_OK || buf->len <= CHECKSUM_LEN)
        return AW_E_FORMAT;
    message = (struct aw_bytes){buf->ptr, buf->len - CHECKSUM_LEN};
    checksum(sum, message);
    if (memcmp(sum, message.ptr + message.len, CHECKSUM_LEN) != 0)
        return AW_E_FORMAT;
    if (is_newer(message))
        return AW_E_VERSION;
    return aw_message_decode(&aw_invite_map, invite, message) == AW_OK ? AW_OK : AW_E_FORMAT;
}

enum aw_status aw_invite_decode(struct aw_invite *invite, struct aw_bytes uri, uint64_t wall_ms)
{
    uint8_t binary[1024]; /* newer versions may be longer */
    struct aw_buf buf = AW_BUF_OF(binary);
    enum aw_status st;

    aw_invite_wipe(invite);
    st = decode(invite, trim(uri), &buf);
    aw_wipe(binary, sizeof binary);
    if (st != AW_OK)
        return st;
    /* spec/04-pairing.md §2: "A contact MUST NOT answer an invite whose expires_at has come." */
    return wall_ms / 1000 >= invite->expires_at ? AW_E_STALE : AW_OK;
}

/* spec/04-pairing.md §2: "An invite MUST be treated as a secret by both sides until it has
 * expired." */
void aw_invite_wipe(struct aw_invite *invite)
{
    aw_wipe(invite, sizeof *invite);
}
