/* SPDX-License-Identifier: ISC */
#include "common/address.h"
#include "common/again.h"
#include "common/base64.h"
#include "common/home.h"
#include "common/proxy.h"
#include "common/reply.h"
#include "common/secret.h"
#include "common/text.h"
#include "common/zone.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What allswell and allswell-relay share and what does no I/O. */

const char *const tool_name = "test";

/* Goal: base64url has one text per key, and takes nothing else.
 * Method: vectors of RFC 4648 §10 without padding; loose bits, foreign characters, lengths. */
static void test_base64(void)
{
    static const char *const texts[] = {"", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"};
    const char *bytes = "foobar";

    for (size_t len = 0; len <= 6; len++) {
        char text[16];
        uint8_t back[6];

        base64_encode(text, (const uint8_t *)bytes, len);
        T_TRUE(strcmp(text, texts[len]) == 0);
        T_TRUE(base64_decode(back, len, text, strlen(text)));
        T_TRUE(memcmp(back, bytes, len) == 0);
    }
    for (unsigned c = 1; c < 256; c++) {
        const char text[5] = {'A', 'A', 'A', (char)c, '\0'};
        uint8_t back[3];
        char again[5];

        if (!base64_decode(back, 3, text, 4))
            continue;
        base64_encode(again, back, 3);
        T_TRUE(strcmp(again, text) == 0);
    }
    T_TRUE(!base64_decode((uint8_t[1]){0}, 1, "Zh", 2)); /* loose bits */
    T_TRUE(!base64_decode((uint8_t[1]){0}, 1, "Zg==", 4));
    T_TRUE(!base64_decode((uint8_t[3]){0}, 3, "Zm9+", 4));
}

/* Goal: spans read as people write them, and only so; what is written reads back.
 * Method: good and bad texts; every span of a set forth and back. */
static void test_spans(void)
{
    static const char *const bad[] = {"",      "5",  "m",    "5 m", "-5m",        "1.5h",
                                      "30m1h", "5x", "5m5m", "5M",  "999999999s", "32d"};
    static const uint32_t spans[] = {0, 1, 59, 60, 90, 3600, 5400, 86400, 90061, 2678400};
    uint32_t seconds = 0;

    T_TRUE(text_span("1d2h3m4s", 8, 2678400, &seconds));
    T_EQ(seconds, 93784);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        T_TRUE(!text_span(bad[i], strlen(bad[i]), 2678400, &seconds));
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        char text[TEXT_MAX];

        text_span_write(text, spans[i]);
        T_TRUE(text_span(text, strlen(text), 2678400, &seconds));
        T_EQ(seconds, spans[i]);
    }
}

/* Goal: times of day are two digits each, in range. */
static void test_clock_times(void)
{
    static const char *const bad[] = {"24:00", "12:60", "1:00",  "12-00", "12:0", "12:000",
                                      "",      "+1:00", "1x:00", "12:x0", "12:0x"};
    unsigned minutes = 0;

    T_TRUE(text_clock("23:59", 23, &minutes));
    T_EQ(minutes, 1439);
    T_TRUE(text_clock("00:00", 23, &minutes));
    T_EQ(minutes, 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        T_TRUE(!text_clock(bad[i], 23, &minutes));
}

/* Goal: nothing that others wrote can repaint a terminal.
 * Method: control characters, reversed writing and broken UTF-8, each alone and in between. */
static void test_clean(void)
{
    static const struct {
        const char *text, *clean;
    } cases[] = {
        {"plain", "plain"},
        {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
        {"a\033[31mb", "a?[31mb"},
        {"a\nb\x7f", "a?b?"},
        {"\xc2\x9b", "??"},           /* CSI in one character */
        {"\xe2\x80\xaeok", "???ok"},  /* right-to-left override */
        {"\xc0\xaf\xff", "???"},      /* overlong, never valid */
        {"\xed\xa0\x80", "???"},      /* surrogate */
        {"cut\xe2\x82", "cut??"},     /* cut off */
        {"\xf4\x90\x80\x80", "????"}, /* beyond Unicode */
        {"\xe0\x80\xaf", "???"},      /* overlong in three */
        {"\xe2\x81\xa7ok", "???ok"},  /* an isolate of a direction */
        {"\xe2\x81\xaa", "\xe2\x81\xaa"},
        {"\xe2\x80\x8fok", "???ok"}, /* a mark of a direction */
        {"\xe2\x80\x8eok", "???ok"},
        {"\xd8\x9cok", "??ok"}, /* the Arabic one */
        {"a\xe2\x80\xa8"
         "b",
         "a???b"}, /* a line separator */
        {"\xe2\x80\xa7", "\xe2\x80\xa7"},
        {"\xc3(", "?("}, /* half a character */
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[32];

        (void)snprintf(text, sizeof text, "%s", cases[i].text);
        T_EQ(text_is_plain(text, 0, 32), strcmp(cases[i].text, cases[i].clean) == 0);
        text_clean(text);
        T_TRUE(strcmp(text, cases[i].clean) == 0);
        T_TRUE(text_is_plain(text, 0, 32));
    }
    T_TRUE(!text_is_plain("", 1, 4));
    T_TRUE(!text_is_plain("12345", 1, 4));
}

/* Goal: an address line names host, port and key, and what is wrong with it otherwise.
 * Method: the three forms of a host forth and back; faults one at a time. */
static void test_addresses(void)
{
#define KEY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    static const char *const good[] = {"relay.example:7440/" KEY,
                                       "192.0.2.1:1/" KEY,
                                       "[2001:db8::1]:65535/" KEY,
                                       "abc.onion:80/" KEY,
                                       "4u.example:80/" KEY,
                                       "relay.example.:80/" KEY,
                                       "a_b:80/" KEY,
                                       "RELAY.EXAMPLE:80/" KEY};
    static const char *const bad[] = {
        "relay.example/" KEY,
        "relay.example:/" KEY,
        "relay.example:0/" KEY,
        "relay.example:65536/" KEY,
        "relay.example:+80/" KEY,
        ":80/" KEY,
        ".x:80/" KEY,
        "relay.example:000080/" KEY,
        "[::1:80/" KEY,
        "::1:80/" KEY,
        "-x:80/" KEY,
        "192.0.2.300:80/" KEY,
        "192.0.2:80/" KEY,
        "relay.7:80/" KEY,
        "a b:80/" KEY,
        "relay.example:80",
        "relay.example:80/",
        "relay.example:80/" KEY "A",
        "relay.example:80/" KEY "/",
        "relay.example:80/=" KEY,
    };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct aw_endpoint endpoint;
        char line[ADDRESS_LINE_MAX];

        T_TRUE(address_parse(&endpoint, good[i], NULL));
        address_write(line, &endpoint);
        T_TRUE(strcmp(line, good[i]) == 0);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct aw_endpoint endpoint;
        struct tool_fail fail = {.code = TOOL_OK, .text = ""};

        T_TRUE(!address_parse(&endpoint, bad[i], &fail));
        T_EQ(fail.code, TOOL_USAGE);
        T_TRUE(strstr(fail.text, ": ") != NULL);
    }
}

/* Goal: a proxy is one at a number, and comes back as it was written; each cause that a link is
 * down for has a remedy. Method: each kind of number; all faults. */
static void test_proxy(void)
{
    static const struct {
        const char *text, *back;
    } good[] = {
        {"none", "none"},
        {"socks5://127.0.0.1:9050", "socks5://127.0.0.1:9050"},
        {"socks5h://127.0.0.1:9050/", "socks5://127.0.0.1:9050"},
        {"socks5://localhost:65535", "socks5://127.0.0.1:65535"},
        {"socks5://[::1]:1", "socks5://[::1]:1"},
        {"socks5://[2001:db8:1111:2222:3333:4444:203.100.113.100]:65535",
         "socks5://[2001:db8:1111:2222:3333:4444:203.100.113.100]:65535"},
    };
    static const char *const bad[] = {
        "",
        "None",
        "socks5://",
        "socks5://h:1",
        "socks5://127.0.0.1:",
        "socks5://127.0.0.1:0",
        "socks5://127.0.0.1:99999",
        "socks5://127.0.0.1:123456",
        "socks5://127.0.0.1:1x",
        "socks5://::1:1",
        "socks5://[]:1",
        "socks5://[::1:1",
        "socks5://a@127.0.0.1:1",
        "socks://127.0.0.1:1",
        "socks5://[1111:2222:3333:4444:5555:6666:7777:8888:9999:0:0:0]:1",
    };
    char text[PROXY_TEXT_MAX];
    struct aw_proxy proxy;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        T_TRUE(proxy_parse(&proxy, good[i].text, NULL));
        proxy_write(text, &proxy);
        T_STR_EQ(text, good[i].back);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct tool_fail fail = {.code = TOOL_OK, .text = ""};

        T_TRUE(!proxy_parse(&proxy, bad[i], &fail));
        T_EQ(fail.code, TOOL_USAGE);
        T_EQ(proxy.host[0], 0);
    }
    for (int fault = 0; fault <= AW_DIAL_PROXY_ONION; fault++) {
        T_EQ(proxy_remedy((enum aw_dial_fault)fault)[0] == '\0', fault == 0);
        T_EQ(aw_dial_fault_text((enum aw_dial_fault)fault)[0] == '\0', fault == 0);
    }
}

/* Goal: an onion address that Tor cannot know is told at once. Method: one, too short, not base32.
 */
static void test_onion(void)
{
    static const struct {
        const char *address;
        bool is_good;
    } cases[] = {
        {"allswellallswellallswellallswellallswellallswellallswell.onion:1", true},
        {"ALLSWELLALLSWELLALLSWELLALLSWELLALLSWELLALLSWELLALLSWELL.ONION:1", true},
        {"relay.example:1", true},
        {"a.onion.example:1", true},
        {"x.onion.example:1", true},
        {"xonion:1", true},
        {"onion:1", false},
        {"x.onion:1", false},
        {"X.ONION:1", false},
        {"x.onion.:1", false},
        {"allswellallswellallswellallswellallswellallswellallswell.onion.:1", false},
        {"allswellallswellallswellallswellallswellallswellallswel1.onion:1", false},
        {"a.allswellallswellallswellallswellallswellallswellallswell.onion:1", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct aw_endpoint e = {.address = ""};

        (void)snprintf(e.address, sizeof e.address, "%s", cases[i].address);
        T_EQ(address_check_onion(&e, NULL), cases[i].is_good);
    }
}

/* Goal: each status has an exit code by its class, its name, and what to do about it.
 * Method: one of each class, and those that are told apart. */
static void test_fail(void)
{
    static const struct {
        enum aw_status status;
        enum tool_exit code;
        const char *words;
    } rows[] = {
        {AW_OK, TOOL_OK, "nothing to do"},
        {AW_E_NOT_FOUND, TOOL_NOT_FOUND, "name"},
        {AW_E_BUSY, TOOL_STATE, "try again in a moment"},
        {AW_E_LIMIT, TOOL_STATE, "remove something first"},
        {AW_E_FORMAT, TOOL_REFUSED, "check what was given"},
        {AW_E_KEYS, TOOL_STATE, "pair with this person again"},
        {AW_E_STORE, TOOL_ENVIRONMENT, "check the disk"},
        {AW_E_NETWORK, TOOL_ENVIRONMENT, "check the network"},
    };
    struct tool_fail fail;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        T_TRUE(!fail_status(&fail, rows[i].status, "the name"));
        T_EQ(fail.code, rows[i].code);
        T_TRUE(strstr(fail.text, rows[i].words) != NULL);
        T_TRUE(strstr(fail.text, aw_status_name(rows[i].status)) != NULL);
    }
    T_TRUE(!fail_status(NULL, AW_E_STORE, "nobody listens"));
}

/* Goal: a message is one line of UTF-8, whatever it quotes and wherever that is cut.
 * Method: lines and escapes in what is quoted; a letter of two bytes at the cut, and at the end of
 * the room for a message. */
static void test_fail_quotes(void)
{
    struct tool_fail fail;
    char text[sizeof fail.text + 2];

    T_TRUE(!fail_set(&fail, TOOL_USAGE, "no '%.5s'", "a\nb\x1b\x7f"));
    T_STR_EQ(fail.text, "no 'a?b?\?'");
    T_TRUE(!fail_set(&fail, TOOL_USAGE, "no '%.5s'", "abcd\xc3\xa9"));
    T_STR_EQ(fail.text, "no 'abcd?'");
    memset(text, 'x', sizeof text);
    memcpy(text + sizeof fail.text - 2, "\xc3\xa9", 3);
    T_TRUE(!fail_set(&fail, TOOL_USAGE, "%s", text));
    T_EQ(strlen(fail.text), sizeof fail.text - 1);
    T_TRUE(text_is_plain(fail.text, 1, sizeof fail.text));
}

static void set_or_not(const char *name, const char *value)
{
    if (value == NULL)
        (void)unsetenv(name);
    else
        (void)setenv(name, value, 1);
}

/* Goal: a command that is recommended names the home that was named, as a shell reads it, and no
 * other.
 * Method: homes of letters, of what a shell would take for its own, of the greatest length. */
static void test_again(void)
{
    static const struct {
        const char *home, *words;
    } rows[] = {
        {NULL, "test"},
        {"", "test"},
        {"/h/a_b-1.c", "test --home=/h/a_b-1.c"},
        {"relative/h", "test --home=relative/h"},
        {"her home", "test --home=her\\ home"},
        {"~x", "test --home=\\~x"},
        {"a'b\"c$d`e\\f;g&h*i", "test --home=a\\'b\\\"c\\$d\\`e\\\\f\\;g\\&h\\*i"},
        {"\xc3\xa4", "test --home=\xc3\xa4"},
    };
    char longest[HOME_PATH_MAX + 2];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        again_keep(rows[i].home);
        T_STR_EQ(again(), rows[i].words);
    }
    memset(longest, ' ', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    again_keep(longest); /* home_find() refuses it */
    T_STR_EQ(again(), "test");
    longest[HOME_PATH_MAX] = '\0';
    again_keep(longest);
    T_EQ(strlen(again()), strlen("test --home=") + 2 * HOME_PATH_MAX);
    again_keep(NULL);
}

/* Goal: each command of this tool in a text names the home, those of another tool do not; a text
 * that has no room for it stays as it was.
 * Method: rows; rooms around the one that is needed. */
static void test_again_fill(void)
{
    static const struct {
        const char *text, *filled;
    } rows[] = {
        {"", ""},
        {"nothing", "nothing"},
        {"see 'test status'", "see 'test --home=/h status'"},
        {"'test a' or 'test b'.", "'test --home=/h a' or 'test --home=/h b'."},
        {"'test-relay run', 'test', 'tes", "'test-relay run', 'test', 'tes"},
    };
    char out[64];

    again_keep("/h");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        again_fill(out, sizeof out, rows[i].text);
        T_STR_EQ(out, rows[i].filled);
    }
    again_fill(out, sizeof "'test --home=/h a'", "'test a'");
    T_STR_EQ(out, "'test --home=/h a'");
    again_fill(out, sizeof "'test --home=/h a'" - 1, "'test a'");
    T_STR_EQ(out, "'test a'");
    again_fill(out, 4, "'test a'");
    T_STR_EQ(out, "'te");
    again_keep(NULL);
    again_fill(out, sizeof out, "see 'test status'");
    T_STR_EQ(out, "see 'test status'");
}

/* Goal: the home is where the option says, else the variable, else the data directory of the
 * user, if that is a path; without any of it, or with an empty option, the message says what to
 * give.
 * Method: rows of what is set; trailing slashes; a path that is too long. */
static void test_home(void)
{
    static const struct home_rule rule = {"T_HOME", "tool", "tool setup", NULL};
    static const struct {
        const char *option, *variable, *xdg, *user, *path;
    } rows[] = {
        {"/o//", "/v", "/x", "/u", "/o"},
        {"/", "/v", "/x", "/u", "/"},
        {"", "/v", "/x", "/u", NULL}, /* a variable of a script that is not set */
        {NULL, "", "/x", "/u", "/x/tool"},
        {NULL, NULL, "x", "/u", "/u/.local/share/tool"},
        {NULL, NULL, "", "/u", "/u/.local/share/tool"},
        {"o", "v", "/x", "/u", "o"},
        {NULL, "v", "/x", "/u", NULL},
        {NULL, NULL, NULL, "u", NULL},
        {NULL, NULL, NULL, "", NULL},
        {NULL, NULL, NULL, NULL, NULL},
    };
    char *user = strdup(getenv("HOME") == NULL ? "" : getenv("HOME"));
    char path[200];
    struct tool_fail fail;
    struct home home;

    T_REQUIRE(user != NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set_or_not("T_HOME", rows[i].variable);
        set_or_not("XDG_DATA_HOME", rows[i].xdg);
        set_or_not("HOME", rows[i].user);
        T_EQ(home_find(&home, &rule, rows[i].option, &fail), rows[i].path != NULL);
        if (rows[i].path != NULL)
            T_STR_EQ(home.path, rows[i].path);
        else
            T_TRUE(strstr(fail.text, "set T_HOME") != NULL);
    }
    (void)setenv("HOME", user, 1);
    free(user);
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    T_TRUE(!home_find(&home, &rule, path, &fail));
    T_TRUE(strstr(fail.text, "shorter") != NULL);

    T_TRUE(home_find(&home, &rule, "/dev/null/x", &fail));
    T_TRUE(!home_check(&home, &rule, &fail));
    T_EQ(fail.code, TOOL_NOT_FOUND);
    T_TRUE(strstr(fail.text, "tool setup") != NULL);
    T_TRUE(!home_create(&home, &fail));
    T_EQ(fail.code, TOOL_ENVIRONMENT);
    T_TRUE(home_find(&home, &rule, "/dev/null", &fail));
    T_TRUE(!home_check(&home, &rule, &fail));
    T_EQ(fail.code, TOOL_USAGE);
}

static bool answer(void *ctx, const char *what, const json_t *request, json_t **reply,
                   struct tool_fail *fail)
{
    (void)ctx;
    (void)request;
    if (strcmp(what, "fail") == 0)
        return fail_set(fail, TOOL_REFUSED, "it is refused: give another");
    *reply = json_object();
    if (strcmp(what, "long") == 0) {
        for (unsigned i = 0; i < 100000; i++) {
            char key[16];

            (void)snprintf(key, sizeof key, "k%u", i);
            (void)json_object_set_new(*reply, key, json_string("a value that takes some room"));
        }
    }
    return true;
}

/* Goal: whatever comes in, one line goes out, and the other side makes of it what it says.
 * Method: a good request, one that fails, one whose answer is too long, what is no request; then
 * answers that are none. */
static void test_replies(void)
{
    static const struct {
        const char *request;
        enum tool_exit code; /* TOOL_OK: done */
        const char *words;
    } rows[] = {
        {"{\"do\":\"it\"}", TOOL_OK, ""},
        {"{\"do\":\"fail\"}", TOOL_REFUSED, "it is refused"},
        {"{\"do\":\"long\"}", TOOL_STATE, "too long"},
        {"{\"do\":5}", TOOL_USAGE, "not a request"},
        {"not json", TOOL_USAGE, "not a request"},
        {"", TOOL_USAGE, "not a request"},
    };
    static const char *const none[] = {"{}", "{\"ok\":false}", "{\"ok\":false,\"error\":\"x\"}",
                                       "{\"ok\":false,\"error\":\"x\",\"code\":-5}",
                                       "{\"ok\":false,\"error\":\"x\",\"code\":99}"};
    struct tool_fail fail;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool ok = false;
        char *text = reply_serve(answer, NULL, rows[i].request, &ok);
        json_t *reply;

        T_REQUIRE(text != NULL);
        reply = json_loads(text, 0, NULL);
        T_EQ(ok, rows[i].code == TOOL_OK || rows[i].code == TOOL_STATE);
        T_EQ(reply_check(reply, &fail), rows[i].code == TOOL_OK);
        if (rows[i].code != TOOL_OK) {
            T_EQ(fail.code, rows[i].code);
            T_TRUE(strstr(fail.text, rows[i].words) != NULL);
        }
        json_decref(reply);
        reply_text_free(text);
    }
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        json_t *reply = json_loads(none[i], 0, NULL);

        T_TRUE(!reply_check(reply, &fail));
        T_EQ(fail.code, TOOL_ENVIRONMENT);
        json_decref(reply);
    }
    T_TRUE(!reply_check(NULL, &fail));
    reply_text_free(NULL);
}

/* Goal: a place is written as it was given, to 1e-7 degrees, at both ends of the scale.
 * Method: degrees as the tools make them from whole 1e-7, and the text of each. */
static void test_reals(void)
{
    static const struct {
        int32_t e7;
        const char *text;
    } rows[] = {
        {514779000, "{\"lat\":51.4779}"},      {-15000, "{\"lat\":-0.0015}"},
        {1799999999, "{\"lat\":179.9999999}"}, {-1799999999, "{\"lat\":-179.9999999}"},
        {523750001, "{\"lat\":52.3750001}"},   {-1800000000, "{\"lat\":-180.0}"},
        {133999997, "{\"lat\":13.3999997}"},   {0, "{\"lat\":0.0}"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *place = json_pack("{s:f}", "lat", (double)rows[i].e7 / 1e7);
        char *text = reply_text(place);

        T_REQUIRE(text != NULL);
        T_STR_EQ(text, rows[i].text);
        reply_text_free(text);
        json_decref(place);
    }
}

#define FSI  "\xe2\x81\xa8"
#define PDI  "\xe2\x81\xa9"
#define ALEF "\xd7\x90"         /* Hebrew */
#define BEH  "\xd8\xa8"         /* Arabic */
#define ADLM "\xf0\x9e\xa4\x80" /* Adlam */

/* Goal: what runs from right to left is isolated from the numbers and marks beside it, and nothing
 * else is; doing it twice changes nothing; no room is overrun.
 * Method: runs at each place of a line, with and without numbers inside; broken UTF-8; the worst
 * text there is; every capacity. */
static void test_isolates(void)
{
    static const struct {
        const char *text, *isolated;
    } cases[] = {
        {"", ""},
        {"Sister 12", "Sister 12"},
        {"gr\xc3\xbc\xc3\x9f \xe9\x9a\xa3 12", "gr\xc3\xbc\xc3\x9f \xe9\x9a\xa3 12"},
        {ALEF, FSI ALEF PDI},
        {"1  " ALEF BEH ": 12", "1  " FSI ALEF BEH PDI ": 12"},
        {ALEF " 12 " BEH " 7", FSI ALEF " 12 " BEH PDI " 7"},
        {ALEF " or " BEH, FSI ALEF PDI " or " FSI BEH PDI},
        {ALEF "\xc3\xbc" ADLM "!", FSI ALEF PDI "\xc3\xbc" FSI ADLM PDI "!"},
        {"'" ALEF "', '" BEH "'", "'" FSI ALEF "', '" BEH PDI "'"},
        {"\033[1m" ALEF "\033[0m 3", "\033[1m" FSI ALEF PDI "\033[0m 3"},
        {ALEF "\xd7", FSI ALEF PDI "\xd7"},
        {"\xff" ALEF "\xff" BEH, "\xff" FSI ALEF PDI "\xff" FSI BEH PDI},
    };
    char text[200], again[200], worst[61];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text_isolate(text, sizeof text, cases[i].text);
        T_TRUE(strcmp(text, cases[i].isolated) == 0);
        text_isolate(again, sizeof again, text);
        T_TRUE(strcmp(again, text) == 0);
        for (size_t cap = 1; cap <= strlen(text); cap++) {
            memset(again, '#', sizeof again);
            text_isolate(again, cap, cases[i].text);
            T_TRUE(strlen(again) == cap - 1 && strncmp(again, text, cap - 1) == 0);
            T_TRUE(again[cap] == '#');
        }
    }
    for (size_t i = 0; i < 20; i++)
        memcpy(worst + 3 * i, ALEF "a", 4);
    text_isolate(text, TEXT_ISOLATED(60) < sizeof text ? TEXT_ISOLATED(60) : sizeof text, worst);
    T_EQ(strlen(text), 180);
}

/* Goal: secrets are equal when every byte is.
 * Method: one bit differs, in each byte in turn; no bytes at all. */
static void test_equal(void)
{
    uint8_t a[32] = {7, 1}, b[32] = {7, 1};

    T_TRUE(secret_is_equal(a, b, sizeof a));
    T_TRUE(secret_is_equal(a, b, 0));
    for (size_t i = 0; i < sizeof b; i++) {
        b[i] ^= 0x80;
        T_TRUE(!secret_is_equal(a, b, sizeof a));
        b[i] ^= 0x80;
    }
}

/* Goal: a TZ that the C library would take for UTC in silence is found out, and no other.
 * Method: the forms of POSIX, with and without a mistake; names of a folder of zones with one zone
 * in it, one other file and one folder. */
static void test_zones(void)
{
    static const char *const good[] = {
        "",
        ":",
        "UTC",
        "UTC0",
        "Etc/UTC",
        "EST5",
        "<+03>-3",
        ":CET-1CEST",
        "EST5EDT",
        "EST5EDT4",
        "CET-1CEST,M3.5.0,M10.5.0/3",
        "NZST-12:00:00",
        "XYZ3ABC,J1/-5,364/167:59",
        "Area/City",
        ":Area/City",
    };
    static const char *const bad[] = {
        "Mars/Base",
        "Area",
        "Area/text",
        "/",
        "Area/City/",
        "UT",
        "EST",
        "EST5ED",
        "<+03-3",
        "EST25",
        "EST5EDT,",
        "EST5:60",
        "EST5EDT,M3.5.0",
        "EST5EDT,J0,J1",
        "EST5EDT,M13.1.0,M1.1.0",
        "EST5EDT,M3.5.0,M10.5.0/168",
        "CET-1CEST,M3.5.0,M10.5.0x",
        "EST5 ",
        "Area/Ci\xff",
        "/nowhere/at/all",
        "EST99999999999",
    };
    char folder[] = "/tmp/zones-XXXXXX", path[64];

    T_TRUE(mkdtemp(folder) != NULL && setenv("TZDIR", folder, 1) == 0);
    (void)snprintf(path, sizeof path, "%s/Area", folder);
    T_EQ(mkdir(path, 0700), 0);
    for (unsigned i = 0; i < 2; i++) {
        FILE *file;

        (void)snprintf(path, sizeof path, "%s/Area/%s", folder, i == 0 ? "City" : "text");
        file = fopen(path, "we");
        T_TRUE(file != NULL && fputs(i == 0 ? "TZif2" : "TZ database", file) >= 0);
        T_EQ(fclose(file), 0);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        T_TRUE(zone_is_known(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        T_TRUE(!zone_is_known(bad[i]));
    T_TRUE(!zone_has_rules("") && !zone_has_rules("Area") && zone_has_rules("Area/City"));
    T_EQ(unlink(path), 0);
    (void)snprintf(path, sizeof path, "%s/Area/City", folder);
    T_TRUE(zone_is_known(path)); /* also by its path */
    T_EQ(unlink(path), 0);
    (void)snprintf(path, sizeof path, "%s/Area", folder);
    T_TRUE(rmdir(path) == 0 && rmdir(folder) == 0);
    T_EQ(unsetenv("TZDIR"), 0);
}

int main(void)
{
    T_RUN(test_zones);
    T_RUN(test_base64);
    T_RUN(test_spans);
    T_RUN(test_clock_times);
    T_RUN(test_clean);
    T_RUN(test_isolates);
    T_RUN(test_addresses);
    T_RUN(test_reals);
    T_RUN(test_proxy);
    T_RUN(test_onion);
    T_RUN(test_fail);
    T_RUN(test_fail_quotes);
    T_RUN(test_again);
    T_RUN(test_again_fill);
    T_RUN(test_home);
    T_RUN(test_replies);
    T_RUN(test_equal);
    return t_end();
}
