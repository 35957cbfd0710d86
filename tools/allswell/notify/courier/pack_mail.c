/* SPDX-License-Identifier: ISC */
#include "allswell/notify/courier/parcel.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* SMTP: one message, from one address to one address. */

/* Standard base64, which base64url is not. */
static void encode(char *out, const char *text)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    enum { PAD = 64 };
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i += 3) {
        unsigned second = i + 1 < len ? (unsigned char)text[i + 1] : 0;
        unsigned third = i + 2 < len ? (unsigned char)text[i + 2] : 0;
        unsigned bits = (unsigned)(unsigned char)text[i] << 16 | second << 8 | third;

        *out++ = digits[bits >> 18];
        *out++ = digits[bits >> 12 & 63];
        *out++ = digits[i + 1 < len ? bits >> 6 & 63 : PAD];
        *out++ = digits[i + 2 < len ? bits & 63 : PAD];
    }
    *out = '\0';
}

/* A header of at most 998 bytes is legal; 75 of an encoded word are what all readers take. */
static void write_subject(char *out, size_t cap, const char *text)
{
    char part[46], coded[64];
    size_t at = 0, used = 0;

    while (text[at] != '\0' && used + 96 < cap) {
        size_t len = strlen(text + at) > 45 ? 45 : strlen(text + at);

        while (len > 1 && ((unsigned char)text[at + len] & 0xc0) == 0x80)
            len--; /* not inside a character */
        (void)snprintf(part, sizeof part, "%.*s", (int)len, text + at);
        encode(coded, part);
        used += (size_t)snprintf(out + used, cap - used, "%s=?utf-8?B?%s?=", at == 0 ? "" : "\r\n ",
                                 coded);
        at += len;
    }
}

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text > '~')
            return false;
    }
    return true;
}

static bool write_message(struct parcel *parcel, const struct hook *hook,
                          const struct notice *notice)
{
    bool rings = notice->urgency == AW_URGENCY_RING;
    char date[48], subject[640] = "";
    time_t at = (time_t)notice->at_s;
    struct tm tm;
    int len;

    if (gmtime_r(&at, &tm) == NULL ||
        strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm) == 0)
        return false;
    if (is_ascii(notice->text))
        (void)snprintf(subject, sizeof subject, "%s", notice->text);
    else
        write_subject(subject, sizeof subject, notice->text);
    len = snprintf(parcel->body, sizeof parcel->body,
                   "Date: %s\r\nFrom: <%s>\r\nTo: <%s>\r\nMessage-ID: <%016" PRIx64 "@%s>\r\n"
                   "Subject: %s\r\n%sAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                   "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
                   "\r\n%s\r\n",
                   date, hook->from, hook->to, notice->nonce, strchr(hook->from, '@') + 1, subject,
                   rings ? "Importance: high\r\nX-Priority: 1\r\n" : "", notice->text);
    if (len <= 0 || (size_t)len >= sizeof parcel->body)
        return false;
    parcel->body_len = (size_t)len;
    return true;
}

/* The path is what EHLO says: not the name of this machine. */
static bool set_url(struct parcel *parcel, const struct hook *hook)
{
    CURLU *url = curl_url();
    char *text = NULL;
    bool ok = url != NULL && curl_url_set(url, CURLUPART_URL, hook->address, 0) == CURLUE_OK &&
              curl_url_set(url, CURLUPART_PATH, "/localhost", 0) == CURLUE_OK &&
              curl_url_get(url, CURLUPART_URL, &text, 0) == CURLUE_OK &&
              curl_easy_setopt(parcel->easy, CURLOPT_URL, text) == CURLE_OK;

    curl_free(text);
    curl_url_cleanup(url);
    return ok;
}

bool pack_mail(struct parcel *parcel, const struct hook *hook, const struct notice *notice)
{
    char from[HOOK_MAIL_MAX + 3], to[HOOK_MAIL_MAX + 3];
    CURL *easy = parcel->easy;
    long tls = hook->is_plain      ? (long)CURLUSESSL_NONE
               : hook->is_loopback ? (long)CURLUSESSL_TRY
                                   : (long)CURLUSESSL_ALL;
    bool ok = write_message(parcel, hook, notice) && set_url(parcel, hook);

    (void)snprintf(from, sizeof from, "<%s>", hook->from);
    (void)snprintf(to, sizeof to, "<%s>", hook->to);
    (void)snprintf(parcel->secrets[0], sizeof parcel->secrets[0], "%s", hook->secret);
    parcel->receivers = curl_slist_append(NULL, to);
    ok = ok && parcel->receivers != NULL;
    ok = ok && curl_easy_setopt(easy, CURLOPT_MAIL_FROM, from) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, parcel->receivers) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_USE_SSL, tls) == CURLE_OK;
    if (!ok || hook->user[0] == '\0')
        return ok;
    return curl_easy_setopt(easy, CURLOPT_USERNAME, hook->user) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PASSWORD, hook->secret) == CURLE_OK;
}

void answer_mail(const struct parcel *parcel, CURLcode code, struct answer *answer)
{
    long status = strtol(parcel->read, NULL, 10); /* libcurl's own would be that of QUIT */

    if (code == CURLE_OK) {
        answer->end = TRY_ACCEPTED;
        answer_write(answer, parcel, "", parcel->read);
        return;
    }
    if (status >= 400 && code != CURLE_OPERATION_TIMEDOUT && code != CURLE_USE_SSL_FAILED &&
        code != CURLE_PEER_FAILED_VERIFICATION) {
        answer->end = status >= 500 ? TRY_REFUSED : TRY_LATER;
        answer_write(answer, parcel, "", parcel->read);
        return;
    }
    answer_failed(answer, parcel, code);
}
