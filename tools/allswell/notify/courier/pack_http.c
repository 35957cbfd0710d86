/* SPDX-License-Identifier: ISC */
#include "allswell/notify/courier/parcel.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ntfy, UnifiedPush, webhooks and Matrix: one request each. */

static bool set_body(struct parcel *parcel, const char *text)
{
    parcel->body_len = strlen(text);
    if (parcel->body_len >= sizeof parcel->body)
        return false;
    memcpy(parcel->body, text, parcel->body_len + 1);
    return curl_easy_setopt(parcel->easy, CURLOPT_POSTFIELDS, parcel->body) == CURLE_OK &&
           curl_easy_setopt(parcel->easy, CURLOPT_POSTFIELDSIZE, (long)parcel->body_len) ==
               CURLE_OK;
}

static bool set_json(struct parcel *parcel, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    bool ok = text != NULL && set_body(parcel, text) &&
              parcel_header(parcel, "Content-Type", "application/json");

    json_decref(object);
    free(text);
    return ok;
}

static bool set_token(struct parcel *parcel, const struct hook *hook)
{
    char value[HOOK_SECRET_MAX + 8];
    bool ok;

    if (hook->secret[0] == '\0')
        return true;
    (void)snprintf(value, sizeof value, "Bearer %s", hook->secret);
    ok = parcel_header(parcel, "Authorization", value);
    explicit_bzero(value, sizeof value);
    return ok;
}

static bool set_url(struct parcel *parcel, const char *url)
{
    return curl_easy_setopt(parcel->easy, CURLOPT_URL, url) == CURLE_OK;
}

static bool pack_ntfy(struct parcel *parcel, const struct hook *hook, const struct notice *notice)
{
    bool rings = notice->urgency == AW_URGENCY_RING;

    return set_url(parcel, hook->address) && set_body(parcel, notice->text) &&
           parcel_header(parcel, "Content-Type", "text/plain; charset=utf-8") &&
           parcel_header(parcel, "Priority", rings ? "5" : "3");
}

/* What a push server may do with it is said in the headers of RFC 8030. */
static bool pack_push(struct parcel *parcel, const struct hook *hook, const struct notice *notice)
{
    bool rings = notice->urgency == AW_URGENCY_RING;

    return set_url(parcel, hook->address) && set_body(parcel, notice->text) &&
           parcel_header(parcel, "Content-Type", "text/plain; charset=utf-8") &&
           parcel_header(parcel, "TTL", "86400") &&
           parcel_header(parcel, "Urgency", rings ? "high" : "normal");
}

static bool pack_webhook(struct parcel *parcel, const struct hook *hook,
                         const struct notice *notice)
{
    char id[24];

    if (!set_url(parcel, hook->address))
        return false;
    if (hook->is_bare)
        return set_body(parcel, notice->text) &&
               parcel_header(parcel, "Content-Type", "text/plain; charset=utf-8");
    (void)snprintf(id, sizeof id, "%016" PRIx64, notice->nonce);
    return set_json(parcel,
                    json_pack("{s:s, s:s, s:s}", "text", notice->text, "urgency",
                              notice->urgency == AW_URGENCY_RING ? "ring" : "notice", "id", id));
}

/* PUT /_matrix/client/v3/rooms/{room}/send/m.room.message/{number}: the same number for each try,
 * so that the home server shows it once. */
static bool pack_matrix(struct parcel *parcel, const struct hook *hook, const struct notice *notice)
{
    char url[HOOK_ADDRESS_MAX + 3 * HOOK_MAIL_MAX + 96];
    char *room = curl_easy_escape(parcel->easy, hook->to, 0);
    size_t len = strlen(hook->address);
    json_t *body;

    while (len > 0 && hook->address[len - 1] == '/')
        len--;
    if (room == NULL)
        return false;
    (void)snprintf(url, sizeof url,
                   "%.*s/_matrix/client/v3/rooms/%s/send/m.room.message/%016" PRIx64, (int)len,
                   hook->address, room, notice->nonce);
    curl_free(room);
    body = json_pack("{s:s, s:s}", "msgtype", "m.text", "body", notice->text);
    if (notice->urgency == AW_URGENCY_RING)
        (void)json_object_set_new(body, "m.mentions", json_pack("{s:b}", "room", 1));
    return set_json(parcel, body) && set_url(parcel, url) &&
           curl_easy_setopt(parcel->easy, CURLOPT_CUSTOMREQUEST, "PUT") == CURLE_OK;
}

/* The path of the address opens what it leads to. */
static void keep_secrets(struct parcel *parcel, const struct hook *hook)
{
    const char *path = strstr(hook->address, "://");

    path = path == NULL ? NULL : strchr(path + 3, '/');
    (void)snprintf(parcel->secrets[0], sizeof parcel->secrets[0], "%s", hook->secret);
    if (path != NULL && strlen(path) > 1 && hook->kind != NOTIFY_MATRIX)
        (void)snprintf(parcel->secrets[1], sizeof parcel->secrets[1], "%s", path + 1);
}

bool pack_http(struct parcel *parcel, const struct hook *hook, const struct notice *notice)
{
    static bool (*const packs[NOTIFY_KIND_COUNT])(struct parcel * parcel, const struct hook *hook,
                                                  const struct notice *notice) = {
        [NOTIFY_NTFY] = pack_ntfy,
        [NOTIFY_UNIFIEDPUSH] = pack_push,
        [NOTIFY_WEBHOOK] = pack_webhook,
        [NOTIFY_MATRIX] = pack_matrix,
    };

    keep_secrets(parcel, hook);
    /* "Accept" and "Expect" would be libcurl's own idea. */
    return set_token(parcel, hook) && parcel_header(parcel, "Accept", "") &&
           parcel_header(parcel, "Expect", "") && packs[hook->kind](parcel, hook, notice) &&
           curl_easy_setopt(parcel->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) ==
               CURLE_OK &&
           curl_easy_setopt(parcel->easy, CURLOPT_HTTPHEADER, parcel->headers) == CURLE_OK;
}

static bool is_passing(long status)
{
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

void answer_http(const struct parcel *parcel, CURLcode code, struct answer *answer)
{
    curl_off_t wait_s = 0;
    long status = 0;
    char what[48];

    (void)curl_easy_getinfo(parcel->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200) {
        answer_failed(answer, parcel, code);
        return;
    }
    /* The status is the answer, even if what follows it is cut off or never ends. */
    answer->end = status < 300 ? TRY_ACCEPTED : is_passing(status) ? TRY_LATER : TRY_REFUSED;
    (void)curl_easy_getinfo(parcel->easy, CURLINFO_RETRY_AFTER, &wait_s);
    if (wait_s > 0 && wait_s < 86400)
        answer->wait_ms = (uint64_t)wait_s * 1000;
    (void)snprintf(what, sizeof what, "%ld%s", status,
                   status >= 300 && status < 400 ? ", leads elsewhere: not followed" : "");
    answer_write(answer, parcel, what, status < 400 ? "" : parcel->read);
}
