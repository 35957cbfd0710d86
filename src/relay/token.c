/* SPDX-License-Identifier: ISC */
#include "relay/token.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/verify.h"
#include "relay/keys.h"
#include "relay/mailbox.h"

#include <string.h>

_Static_assert(AW_RELAY_KEY_LEN == AW_CAPABILITY_LEN, "tokens are hashed like capabilities");

enum aw_relay_answer aw_token_check(const struct aw_relay *r, const uint8_t *token, uint32_t *idx)
{
    uint8_t hash[AW_RELAY_KEY_LEN];

    aw_capability_hash(hash, token);
    *idx = aw_keys_find(r, hash, AW_KEY_TOKEN);
    /* spec/08-relay.md §2: "A relay MUST create a mailbox only for a valid access token whose quota
     * is not used up." */
    if (*idx == 0 || r->tokens[*idx].is_revoked)
        return AW_RELAY_TOKEN;
    if (r->tokens[*idx].box_count >= r->tokens[*idx].quota)
        return AW_RELAY_LIMIT;
    return AW_RELAY_OK;
}

static size_t put_label(uint8_t *p, const char *label)
{
    size_t len = strlen(label);

    p[0] = (uint8_t)len;
    memcpy(p + 1, label, len);
    return 1 + len;
}

size_t aw_token_row_encode(const struct aw_token_ref *t, uint8_t out[AW_TOKEN_ROW_MAX])
{
    size_t len = 38;

    out[0] = AW_RECORD_VERSION;
    memcpy(out + 1, t->hash, AW_RELAY_KEY_LEN);
    aw_put_u32(out + 33, t->quota);
    out[37] = t->is_revoked ? 1 : 0;
    len += put_label(out + len, t->label);
    len += put_label(out + len, t->wake);
    return len;
}

/* Returns the length of the field, 0 when it is damaged. */
static size_t get_label(char out[AW_RELAY_LABEL_MAX + 1], struct aw_bytes in)
{
    size_t len;

    if (in.len == 0 || in.ptr[0] > AW_RELAY_LABEL_MAX || in.len < 1 + (size_t)in.ptr[0])
        return 0;
    len = in.ptr[0];
    memcpy(out, in.ptr + 1, len);
    out[len] = '\0';
    return 1 + len;
}

enum aw_status aw_token_row_load(struct aw_relay *r, uint64_t id, struct aw_bytes row)
{
    struct aw_token_ref t = {.id = id};
    enum aw_status status = aw_record_check(row);
    size_t label_len, wake_len;

    if (status != AW_OK)
        return status;
    if (row.len < 40 || row.ptr[37] > 1 || id < r->token_id_next)
        return AW_E_DAMAGED;
    memcpy(t.hash, row.ptr + 1, AW_RELAY_KEY_LEN);
    t.quota = aw_get_u32(row.ptr + 33);
    t.is_revoked = row.ptr[37] != 0;
    label_len = get_label(t.label, (struct aw_bytes){row.ptr + 38, row.len - 38});
    wake_len = label_len == 0 ? 0
                              : get_label(t.wake, (struct aw_bytes){row.ptr + 38 + label_len,
                                                                    row.len - 38 - label_len});
    if (wake_len == 0 || 38 + label_len + wake_len != row.len || aw_keys_is_known(r, t.hash))
        return AW_E_DAMAGED;
    if (r->token_count == r->config.token_count)
        return AW_E_LIMIT;
    r->tokens[++r->token_count] = t;
    r->token_id_next = id + 1;
    aw_keys_add(r, AW_KEY_TOKEN, r->token_count);
    return AW_OK;
}

static bool is_label(const char label[AW_RELAY_LABEL_MAX + 1])
{
    return memchr(label, '\0', AW_RELAY_LABEL_MAX + 1) != NULL;
}

enum aw_status aw_relay_token_new(struct aw_relay *relay, struct aw_relay_token_info *info,
                                  uint8_t token[AW_RELAY_KEY_LEN])
{
    struct aw_token_ref *t = &relay->tokens[relay->token_count + 1];

    AW_ASSERT(relay->is_started);
    if (info->quota == 0 || !is_label(info->label) || !is_label(info->wake))
        return AW_E_RANGE;
    if (relay->token_count == relay->config.token_count)
        return AW_E_LIMIT;
    if (!relay->random.fill(relay->random.ctx, token, AW_RELAY_KEY_LEN))
        return AW_E_ENTROPY;
    *t =
        (struct aw_token_ref){.id = relay->token_id_next++, .quota = info->quota, .is_dirty = true};
    memcpy(t->label, info->label, strlen(info->label));
    memcpy(t->wake, info->wake, strlen(info->wake));
    aw_capability_hash(t->hash, token);
    relay->token_count++;
    aw_keys_add(relay, AW_KEY_TOKEN, relay->token_count);
    relay->is_urgent = true;
    info->id = t->id;
    return AW_OK;
}

enum aw_status aw_relay_token_revoke(struct aw_relay *relay, uint64_t id)
{
    for (uint32_t i = 1; i <= relay->token_count; i++) {
        struct aw_token_ref *t = &relay->tokens[i];

        if (t->id != id)
            continue;
        if (!t->is_revoked)
            t->is_dirty = relay->is_urgent = true;
        t->is_revoked = true;
        return AW_OK;
    }
    return AW_E_NOT_FOUND;
}

enum aw_status aw_relay_token_at(const struct aw_relay *relay, uint32_t idx,
                                 struct aw_relay_token_info *out)
{
    const struct aw_token_ref *t;

    if (idx >= relay->token_count)
        return AW_E_NOT_FOUND;
    t = &relay->tokens[idx + 1];
    *out = (struct aw_relay_token_info){
        .id = t->id, .quota = t->quota, .mailbox_count = t->box_count, .is_revoked = t->is_revoked};
    memcpy(out->label, t->label, sizeof out->label);
    memcpy(out->wake, t->wake, sizeof out->wake);
    return AW_OK;
}
