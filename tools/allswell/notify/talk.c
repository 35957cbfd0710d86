/* SPDX-License-Identifier: ISC */
#include "allswell/notify/talk.h"

#include "common/reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text_of(json_t *object)
{
    char *text = reply_text(object);

    json_decref(object);
    if (text == NULL || strlen(text) <= TALK_MAX)
        return text;
    reply_text_free(text);
    return NULL;
}

static bool copy(char *out, size_t cap, const json_t *object, const char *key)
{
    const char *text = reply_string(object, key);

    (void)snprintf(out, cap, "%s", text == NULL ? "" : text);
    return text != NULL && strlen(text) < cap;
}

char *talk_request(const struct hook *hook, const struct notice *notice)
{
    char nonce[24];

    (void)snprintf(nonce, sizeof nonce, "%016" PRIx64, notice->nonce); /* JSON has 63 bits */
    return text_of(json_pack("{s:o, s:I, s:s, s:b, s:s, s:I}", "hook", hook_record(hook), "number",
                             (json_int_t)hook->number, "text", notice->text, "rings",
                             notice->urgency == AW_URGENCY_RING, "nonce", nonce, "at",
                             (json_int_t)notice->at_s));
}

bool talk_read_request(struct hook *hook, struct notice *notice, const char *text, size_t len)
{
    json_t *request = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    char nonce[24];
    bool ok;

    *notice = (struct notice){.at_s = reply_number(request, "at"),
                              .urgency = reply_flag(request, "rings") ? AW_URGENCY_RING
                                                                      : AW_URGENCY_NOTICE};
    ok = hook_read(hook, json_object_get(request, "hook"), NULL) &&
         copy(notice->text, sizeof notice->text, request, "text") &&
         copy(nonce, sizeof nonce, request, "nonce");
    if (ok) {
        hook->number = (uint32_t)reply_number(request, "number");
        notice->nonce = strtoull(nonce, NULL, 16);
    }
    json_decref(request);
    return ok;
}

char *talk_answer(const struct answer *answer)
{
    return text_of(json_pack("{s:i, s:I, s:s}", "end", (int)answer->end, "wait_ms",
                             (json_int_t)answer->wait_ms, "text", answer->text));
}

bool talk_read_answer(struct answer *answer, const char *text, size_t len)
{
    json_t *said = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    uint64_t end = reply_number(said, "end");
    bool ok = json_is_integer(json_object_get(said, "end")) && end <= TRY_REFUSED &&
              copy(answer->text, sizeof answer->text, said, "text");

    answer->end = ok ? (enum try_end)end : TRY_LATER;
    answer->wait_ms = reply_number(said, "wait_ms");
    json_decref(said);
    return ok;
}
