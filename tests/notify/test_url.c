/* SPDX-License-Identifier: ISC */
#include "allswell/notify/url.h"
#include "test.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

/* Goal: addresses are split as libcurl splits them, which uses them in the end; what it would take
 * as something else is refused, or left to the courier, which judges by libcurl's own words.
 * Method: both over the same addresses. */

static char *part_of(CURLU *url, CURLUPart part)
{
    char *text = NULL;

    return curl_url_get(url, part, &text, 0) == CURLUE_OK ? text : NULL;
}

static void try_alike(const char *text)
{
    CURLU *theirs = curl_url();
    char *scheme, *host, *port;
    struct url ours;

    T_EQ(curl_url_set(theirs, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME), CURLUE_OK);
    T_TRUE(url_split(&ours, text));
    scheme = part_of(theirs, CURLUPART_SCHEME);
    host = part_of(theirs, CURLUPART_HOST);
    port = part_of(theirs, CURLUPART_PORT);
    T_TRUE(strcmp(ours.scheme, scheme) == 0);
    T_TRUE(strcmp(ours.host, host) == 0);
    T_TRUE(strcmp(ours.port, port == NULL ? "" : port) == 0);
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(theirs);
}

static void test_alike(void)
{
    static const char *const texts[] = {
        "https://example.org",
        "https://example.org/",
        "HTTPS://Example.org/Topic",
        "https:/example.org/topic",
        "https:///example.org/topic",
        "https://example.org:8443/topic?x=1@2#y",
        "https://example.org?a://b",
        "https://example.org#@evil.example",
        "https://example.org:/topic",
        "http://127.0.0.1:80",
        "http://[::1]:80/x",
        "http://[2001:db8::7]/x",
        "smtp://mail.example.org:587",
        "smtps://mail.example.org",
        "socks5h://127.0.0.1:9050",
        "socks5://[::1]:9050/",
        "https://under_score.example.org/x",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        try_alike(texts[i]);
}

static void test_refused(void)
{
    static const char *const texts[] = {
        "",
        "example.org",
        "https",
        "https:",
        "https:example.org",
        "https://",
        "https:////example.org",
        "://example.org",
        "https://user@example.org/",
        "https://user:word@example.org/",
        "https://example.org\\@evil.example/",
        "https://example.org:80@evil.example/",
        "https://example.org:8x/",
        "https://example.org:65536/",
        "https://example.org:123456/",
        "https://[::1/",
        "https://[::1]x/",
        "https://]::1[/",
        "https://a b/",
        "a-scheme-that-is-long://example.org/",
    };
    struct url url;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        T_TRUE(!url_split(&url, texts[i]));
}

static void test_longest(void)
{
    char text[URL_HOST_MAX + 12] = "https://";
    struct url url;

    memset(text + 8, 'a', URL_HOST_MAX);
    T_TRUE(url_split(&url, text));
    T_EQ(strlen(url.host), URL_HOST_MAX);
    text[8 + URL_HOST_MAX] = 'a';
    T_TRUE(!url_split(&url, text));
}

int main(void)
{
    T_RUN(test_alike);
    T_RUN(test_refused);
    T_RUN(test_longest);
    return t_end();
}
