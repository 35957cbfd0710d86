/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_NOTIFY_COURIER_PARCEL_H
#define TOOLS_ALLSWELL_NOTIFY_COURIER_PARCEL_H

#include "allswell/notify/notice.h"

#include <curl/curl.h>

/**
 * @file
 * Parcel: one try with libcurl. parcel.c has what all have in common, pack_http.c and pack_mail.c
 * what is sent and what the answers mean.
 */

#define PARCEL_BODY_MAX 2048
#define PARCEL_READ_MAX 1024 /* of an answer; what is longer is cut off */

/** Secret: wipe. */
struct parcel {
    CURL *easy;
    struct curl_slist *headers, *receivers;
    char body[PARCEL_BODY_MAX];
    size_t body_len, body_pos;
    int fd; /* -1: not connected */
    char read[PARCEL_READ_MAX + 1];
    size_t read_len;
    char error[CURL_ERROR_SIZE];
    bool is_mail;
    bool is_over;                          /* mail: QUIT was said */
    char secrets[3][HOOK_ADDRESS_MAX + 1]; /* that an answer must not show */
};

/** Makes it ready to be carried; false without memory. parcel_wipe() in any case. */
bool parcel_pack(struct parcel *parcel, const struct hook *hook, const struct notice *notice);

/** Says what came of it. */
void parcel_answer(const struct parcel *parcel, CURLcode code, struct answer *answer);

void parcel_wipe(struct parcel *parcel);

/* ---- For pack_http.c and pack_mail.c ---- */

/** Sets what is sent; false without memory. */
bool pack_http(struct parcel *parcel, const struct hook *hook, const struct notice *notice);
bool pack_mail(struct parcel *parcel, const struct hook *hook, const struct notice *notice);

/** Says what came of it. */
void answer_http(const struct parcel *parcel, CURLcode code, struct answer *answer);
void answer_mail(const struct parcel *parcel, CURLcode code, struct answer *answer);

/** Writes "what: said", `said` being what the server said, cleaned, without any secret. */
void answer_write(struct answer *answer, const struct parcel *parcel, const char *what,
                  const char *said);

/** Writes why no answer came. */
void answer_failed(struct answer *answer, const struct parcel *parcel, CURLcode code);

/** Adds a header line; false without memory. */
bool parcel_header(struct parcel *parcel, const char *name, const char *value);

#endif /* TOOLS_ALLSWELL_NOTIFY_COURIER_PARCEL_H */
