/* SPDX-License-Identifier: ISC */
#include "allswell/card_text.h"
#include "test.h"

#include <stdlib.h>

/* Card files, without I/O. */

const char *const tool_name = "test";

static struct aw_card card, again;

/* Goal: what is read is in the order of the wire, and what is written reads back as the same.
 * Method: lines out of order, with levels, comments and a text that has an equals sign. */
static void test_round_trip(void)
{
    static const char text[] = "# comment\n"
                               "\n"
                               "callback = the advice centre, 24 hours\r\n"
                               "  door   2 = 4711# = ring twice  \n"
                               "avoid=Do not call her phone\n"
                               "door = ask the neighbour \xc3\xa9\n"
                               "first 0 = Ring her neighbour";
    static const char want[] = "first = Ring her neighbour\n"
                               "door = ask the neighbour \xc3\xa9\n"
                               "door 2 = 4711# = ring twice\n"
                               "avoid = Do not call her phone\n"
                               "callback = the advice centre, 24 hours\n";
    struct tool_fail fail;
    json_t *list;
    char *written;

    T_TRUE(card_text_read(&card, "x.card", text, &fail));
    T_EQ(card.sections_count, 5);
    T_EQ(card.sections[2].kind, AW_CARD_DOOR);
    T_EQ(card.sections[2].level, 2);
    written = card_text_write(&card);
    T_REQUIRE(written != NULL);
    T_EQ(strcmp(written, want), 0);
    T_TRUE(card_text_read(&again, "x.card", written, &fail));
    T_EQ(memcmp(&card, &again, sizeof card), 0);
    free(written);
    list = card_text_json(&card);
    T_EQ(json_array_size(list), card.sections_count);
    json_decref(list);
}

/* Goal: a mistake is told with file and line and a remedy, never with the text, which may be a door
 * code. Method: one fault each; the card is empty afterwards. */
static void test_mistakes(void)
{
    static const char *const bad[][2] = {
        {"first = a\ndoor 4711", "x.card:2: a line is 'key = text'"},
        {"dor = 4711", "x.card:1: unknown key"},
        {"= 4711", "x.card:1: unknown key"},
        {"door 9 = 4711", "x.card:1: after the key comes a level"},
        {"door 10 = 4711", "x.card:1: after the key comes a level"},
        {"door two = 4711", "x.card:1: after the key comes a level"},
        {"door =  ", "x.card:1: nothing after '='"},
        {"door = 4711\nfirst = a\ndoor 0 = 4711", "x.card:3: there is a text for this key"},
        {"door = 4711\x1b[2J", "x.card:1: the text is not plain UTF-8"},
        {"door = 4711\xff", "x.card:1: the text is not plain UTF-8"},
        {"# nothing", "x.card: a card with nothing on it"},
    };
    struct tool_fail fail;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        T_TRUE(!card_text_read(&card, "x.card", bad[i][0], &fail));
        T_TRUE(strncmp(fail.text, bad[i][1], strlen(bad[i][1])) == 0);
        T_TRUE(strstr(fail.text, "4711") == NULL);
        T_EQ(fail.code, TOOL_USAGE);
        T_EQ(card.sections_count, 0);
    }
}

/* Goal: the limits of the wire hold in a file. Method: 400 bytes and 401; 24 texts and 25. */
static void test_limits(void)
{
    static char text[32768];
    struct tool_fail fail;
    size_t len = 0;

    (void)snprintf(text, sizeof text, "first = %0400d\n", 1);
    T_TRUE(card_text_read(&card, "x.card", text, &fail));
    T_EQ(strlen(card.sections[0].text), 400);
    (void)snprintf(text, sizeof text, "first = %0401d\n", 1);
    T_TRUE(!card_text_read(&card, "x.card", text, &fail));
    for (unsigned i = 0; i < 25; i++) {
        T_EQ(card_text_read(&card, "x.card", text, &fail), i > 0 && i <= 24);
        len += (size_t)snprintf(text + len, sizeof text - len, "%s %u = %0400u\n",
                                card_text_key(i < 9    ? AW_CARD_WHERE
                                              : i < 18 ? 1
                                                       : 2),
                                i % 9, i);
    }
    T_TRUE(!card_text_read(&card, "x.card", text, &fail));
    T_TRUE(strstr(fail.text, ":25: more than 24 texts") != NULL);
}

/* Goal: each kind has a key that reads back as the kind, and a heading. Method: all numbers. */
static void test_kinds(void)
{
    unsigned count = 0;

    for (unsigned kind = 0; kind < 256; kind++) {
        const char *key = card_text_key((uint8_t)kind);
        struct tool_fail fail;
        char line[64];

        if (strcmp(key, "?") == 0) {
            T_EQ(strcmp(card_text_heading((uint8_t)kind), "?"), 0);
            continue;
        }
        (void)snprintf(line, sizeof line, "%s = a", key);
        T_TRUE(card_text_read(&card, "x.card", line, &fail));
        T_EQ(card.sections[0].kind, kind);
        T_TRUE(strcmp(card_text_heading((uint8_t)kind), "?") != 0);
        count++;
    }
    T_EQ(count, 16);
}

int main(void)
{
    T_RUN(test_round_trip);
    T_RUN(test_mistakes);
    T_RUN(test_limits);
    T_RUN(test_kinds);
    return t_end();
}
