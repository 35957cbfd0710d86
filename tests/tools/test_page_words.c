/* SPDX-License-Identifier: ISC */
#include "allswell/card_text.h"
#include "allswell/event.h"
#include "test.h"

#include <allswell/action.h>
#include <dirent.h>
#include <jansson.h>

/* The languages of the contact's page (tools/allswell/page/): nothing is missing in any of them. */

const char *const tool_name = "test";

#define WWW T_SOURCE_DIR "/tools/allswell/page/www"

static json_t *english;
static char at[512]; /* of what is looked at, for messages */

static json_t *read_language(const char *name)
{
    char path[512];
    json_error_t error;
    json_t *words;

    (void)snprintf(path, sizeof path, "%s/lang/%s", WWW, name);
    words = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (words == NULL)
        printf("%s:%d: %s\n", path, error.line, error.text);
    T_REQUIRE(json_is_object(words));
    return words;
}

static void want(const char *key)
{
    const char *text = json_string_value(json_object_get(english, key));

    if (text == NULL || text[0] == '\0')
        printf("%s: no '%s' in en.json\n", at, key);
    T_TRUE(text != NULL && text[0] != '\0');
}

/* Whether each {place} of one text is in the other. */
static bool has_places_of(const char *text, const char *other)
{
    char place[40];

    while ((text = strchr(text, '{')) != NULL) {
        size_t len = strcspn(text, "}") + 1;

        if (len >= sizeof place)
            return false;
        memcpy(place, text, len);
        place[len] = '\0';
        if (strstr(other, place) == NULL)
            return false;
        text += len;
    }
    return true;
}

/* Goal: every language has the keys of English, none else, with the same places to fill.
 * Method: each file of the folder; that there are two of them at least. */
static void test_languages(void)
{
    DIR *folder = opendir(WWW "/lang");
    const struct dirent *file;
    unsigned count = 0;

    T_REQUIRE(folder != NULL);
    while ((file = readdir(folder)) != NULL) {
        const char *key;
        json_t *words, *text;

        if (strstr(file->d_name, ".json") == NULL)
            continue;
        count++;
        words = read_language(file->d_name);
        T_EQ(json_object_size(words), json_object_size(english));
        json_object_foreach(words, key, text)
        {
            const char *own = json_string_value(text);
            const char *other = json_string_value(json_object_get(english, key));
            bool ok = own != NULL && other != NULL && own[0] != '\0' && has_places_of(own, other) &&
                      has_places_of(other, own);

            if (!ok)
                printf("%s: '%s' is not as in English\n", file->d_name, key);
            T_TRUE(ok);
        }
        T_TRUE(strcmp(json_string_value(json_object_get(words, "dir")), "ltr") == 0 ||
               strcmp(json_string_value(json_object_get(words, "dir")), "rtl") == 0);
        json_decref(words);
    }
    (void)closedir(folder);
    T_TRUE(count >= 2);
}

/* Goal: what the log may hold, and what a plan card may hold, has words.
 * Method: all events of the library that people are told; the acts in event.c; all kinds of card.
 */
static void test_events_and_cards(void)
{
    char key[80], *source = t_read_path(T_SOURCE_DIR "/tools/allswell/event.c", NULL), *act;
    unsigned count = 0;

    (void)snprintf(at, sizeof at, "events");
    for (unsigned kind = 1; kind < 128; kind++) {
        const char *name = aw_event_name((enum aw_event_kind)kind);

        if (strcmp(name, "unknown") == 0 || !event_is_news((enum aw_event_kind)kind))
            continue;
        (void)snprintf(key, sizeof key, "event.%s", name);
        want(key);
        count++;
    }
    act = strstr(source, "} acts[] = {");
    T_REQUIRE(act != NULL);
    while ((act = strstr(act, "{\"")) != NULL) {
        (void)snprintf(key, sizeof key, "event.%.*s", (int)strcspn(act + 2, "\""), act + 2);
        want(key);
        act += 2;
        count++;
    }
    T_TRUE(count > 60);
    free(source);
    for (unsigned kind = 1; kind < 64; kind++) {
        (void)snprintf(key, sizeof key, "card.%s", card_text_key((uint8_t)kind));
        if (strcmp(key, "card.?") != 0)
            want(key);
    }
}

/* A key in full, or the beginning of one that goes on with something computed. */
static void want_asked(const char *key, size_t len, bool is_whole)
{
    const char *name;
    json_t *text;
    char copy[80];

    (void)snprintf(copy, sizeof copy, "%.*s", (int)len, key);
    if (is_whole) {
        want(copy);
        return;
    }
    json_object_foreach(english, name, text)
    {
        if (strncmp(name, copy, len) == 0)
            return;
    }
    printf("%s: nothing begins with '%s'\n", at, copy);
    T_TRUE(false);
}

static unsigned scan(const char *text)
{
    static const char *const calls[] = {"t('",     "t(`",   "told('",   "told(`",
                                        "maybe(`", "say('", "plural('", "banner('"};
    unsigned count = 0;

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        size_t call_len = strlen(calls[i]);

        for (const char *p = text; (p = strstr(p, calls[i])) != NULL; p += call_len) {
            const char *key = p + call_len;
            size_t len = strcspn(key, "'`$");
            char whole[80];

            if (p > text && strchr("abcdefghijklmnopqrstuvwxyz", p[-1]) != NULL)
                continue; /* the end of another name */
            count++;
            if (strcmp(calls[i], "say('") == 0 || strcmp(calls[i], "banner('") == 0) {
                (void)snprintf(whole, sizeof whole, "%s.%.*s",
                               calls[i][0] == 's' ? "notice" : "banner", (int)len, key);
                want(whole);
            } else if (strcmp(calls[i], "plural('") == 0) {
                (void)snprintf(whole, sizeof whole, "%.*s.one", (int)len, key);
                want(whole);
                (void)snprintf(whole, sizeof whole, "%.*s.many", (int)len, key);
                want(whole);
            } else {
                want_asked(key, len, key[len] != '$');
            }
        }
    }
    return count;
}

/* Goal: what the scripts ask for is there.
 * Method: the calls of t(), told(), maybe(), plural(), say() and banner() with a text, in each
 * script. */
static void test_scripts(void)
{
    static const char *const names[] = {"app.js", "card.js", "map.js", "ring.js", "text.js"};
    unsigned count = 0;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *text;

        (void)snprintf(at, sizeof at, "%s/%s", WWW, names[i]);
        text = t_read_path(at, NULL);
        count += scan(text);
        free(text);
    }
    T_TRUE(count > 120);
}

int main(void)
{
    english = read_language("en.json");
    T_RUN(test_languages);
    T_RUN(test_events_and_cards);
    T_RUN(test_scripts);
    json_decref(english);
    return t_end();
}
