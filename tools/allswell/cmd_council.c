/* SPDX-License-Identifier: ISC */
#include "allswell/commands.h"
#include "allswell/render.h"
#include "allswell/session.h"
#include "common/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* place, card show; and what `people` and `status` say of the other contacts. */

static bool is_word(const json_t *object, const char *key, const char *word)
{
    const char *text = reply_string(object, key);

    return text != NULL && strcmp(text, word) == 0;
}

/* Looks a word up; NULL: there is nothing to say. */
struct phrase {
    const char *word, *text;
};

static const char *phrase_of(const json_t *object, const char *key, const struct phrase *list,
                             size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_word(object, key, list[i].word))
            return list[i].text;
    }
    return NULL;
}

#define PHRASE(object, key, list) phrase_of(object, key, list, sizeof(list) / sizeof((list)[0]))

/* ---- The others ---- */

static const char *channel_words(const json_t *other)
{
    static const struct phrase states[] = {
        {"introduced", "not met yet"},
        {"asking", "meeting"},
        {"answering", "meeting"},
        {"quarantined", "linked, but an old key of the device was used, too; a new plan ends that"},
    };
    const char *words = PHRASE(other, "state", states);

    if (words != NULL)
        return words;
    return reply_flag(other, "counts") ? "linked" : "linked, but not in the plan in force";
}

/* Appends to a line; what does not fit is left out. */
__attribute__((format(printf, 3, 4))) static void append(char *line, size_t cap, const char *format,
                                                         ...)
{
    size_t len = strlen(line);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(line + len, cap - len, format, args);
    va_end(args);
}

static void append_said(char *line, size_t cap, const json_t *other)
{
    static const struct phrase findings[] = {
        {"overdue", "finds it overdue"},
        {"missed", "finds it missed"},
        {"cannot-tell", "cannot tell"},
    };
    static const struct phrase confirms[] = {
        {"spoken", "has spoken with this person"},
        {"unreachable", "cannot reach this person"},
    };
    const char *finding = PHRASE(other, "finding", findings);
    const char *confirm = PHRASE(other, "confirm", confirms);
    const char *note = reply_string(other, "note");
    char at[TEXT_MAX];

    if (finding != NULL)
        append(line, cap, "; %s", finding);
    if (is_word(other, "claim", "acting"))
        append(line, cap, "; is ACTING");
    else if (is_word(other, "claim", "declined"))
        append(line, cap, "; cannot act");
    else if (is_word(other, "claim", "handed-over"))
        append(line, cap, "; hands over to number %llu",
               (unsigned long long)reply_number(other, "hand_to"));
    text_time_write(at, reply_number(other, "confirm_at"));
    if (confirm != NULL)
        append(line, cap, "; %s (%s)", confirm, at);
    text_time_write(at, reply_number(other, "away_until"));
    if (reply_number(other, "away_until") != 0)
        append(line, cap, "; away until %s", at);
    if (note[0] != '\0')
        append(line, cap, "; \"%s\"", note);
}

void render_others(const json_t *watched)
{
    json_t *other;
    size_t i;

    json_array_foreach(json_object_get(watched, "others"), i, other)
    {
        char heard[TEXT_MAX], line[500];
        const char *name = reply_string(other, "name");

        text_time_write(heard, reply_number(other, "heard_at"));
        (void)snprintf(line, sizeof line, "with contact %llu, %s: %s",
                       (unsigned long long)reply_number(other, "person"),
                       name[0] == '\0' ? "(not in the plan)" : name, channel_words(other));
        if (reply_number(other, "heard_at") != 0)
            append(line, sizeof line, "; heard %s", heard);
        append_said(line, sizeof line, other);
        render_line("%s", line);
        text_time_write(heard, reply_number(other, "two_devices_since"));
        if (reply_number(other, "two_devices_since") != 0)
            render_mood(
                SCREEN_ALARM,
                "contact %llu, %s: TWO DEVICES speak with the same keys since %s. Tell both "
                "people, in person; when one device is left, 'allswell settled %s'",
                (unsigned long long)reply_number(other, "person"), name, heard,
                reply_string(watched, "id"));
        text_time_write(heard, reply_number(other, "made_anew_at"));
        if (reply_number(other, "made_anew_at") != 0)
            render_mood(SCREEN_WARNING,
                        "contact %llu, %s: the channel was made anew on %s, as after a restored "
                        "backup: if it was not yours, ask whether it was theirs",
                        (unsigned long long)reply_number(other, "person"), name, heard);
    }
}

void render_council(const json_t *watched)
{
    const json_t *c = json_object_get(watched, "council");

    if (!json_is_object(json_object_get(watched, "incident")))
        return;
    if (reply_number(c, "quorum") != 0) /* no plan: nobody counts */
        render_line("%llu of the %llu contacts who are needed find a check-in missed: %s",
                    (unsigned long long)reply_number(c, "votes"),
                    (unsigned long long)reply_number(c, "quorum"), reply_string(c, "release_text"));
    if (is_word(c, "release", "confirm"))
        render_line("%llu of %llu cannot reach this person: try, then 'allswell unreachable %s'",
                    (unsigned long long)reply_number(c, "unreachable"),
                    (unsigned long long)reply_number(c, "threshold"), reply_string(watched, "id"));
    if (reply_flag(c, "vouched"))
        render_line("only other contacts heard the device; that counts once");
}

/* ---- place ---- */

static void render_first(const json_t *reply)
{
    if (reply_flag(reply, "do_not_call"))
        render_do_not_call();
}

static void render_state(const json_t *place)
{
    static const char *const bars[] = {"no signal", "one bar", "two bars", "three bars",
                                       "full signal"};
    const char *note = reply_string(place, "note");

    if (json_object_get(place, "battery_pct") != NULL)
        (void)printf("  battery %llu%%%s", (unsigned long long)reply_number(place, "battery_pct"),
                     reply_flag(place, "charging") ? ", charging" : "");
    if (json_object_get(place, "signal") != NULL && reply_number(place, "signal") <= 4)
        (void)printf("  %s", bars[reply_number(place, "signal")]);
    if (note[0] != '\0')
        (void)printf("  \"%s\"", note);
}

static void render_one_place(const json_t *place, bool is_newest)
{
    char at[TEXT_MAX], age[TEXT_MAX];
    const char *geo = reply_string(place, "geo");

    text_time_write(at, reply_number(place, "at"));
    text_span_write(age, reply_number(place, "age_s"));
    (void)printf("%s, %s ago: ", at, age);
    if (geo == NULL)
        (void)fputs("no place", stdout);
    else
        (void)fputs(geo + strlen("geo:"), stdout);
    render_state(place);
    (void)putchar('\n');
    if (is_newest && geo != NULL)
        (void)printf("    %s\n    %s\n", geo, reply_string(place, "map"));
}

static void render_from(const json_t *place)
{
    const json_t *from = json_object_get(place, "from");
    json_t *name;
    size_t i;

    if (json_array_size(from) == 0)
        return;
    (void)fputs("    opened with shares of ", stdout);
    json_array_foreach(from, i, name)
    {
        (void)printf("%s%s", i == 0 ? "" : ", ", json_string_value(name));
    }
    (void)putchar('\n');
}

static void render_places(const json_t *reply)
{
    json_t *place;
    size_t i;

    render_first(reply);
    (void)printf("Where %s was, newest first. A phone can be elsewhere than its owner.\n",
                 reply_string(reply, "name"));
    json_array_foreach(json_object_get(reply, "places"), i, place)
    {
        render_one_place(place, i == 0);
        if (i == 0)
            render_from(place);
    }
}

int cmd_place(const struct args *args)
{
    return session_query(args, json_pack("{s:s, s:s}", "do", "place", "person", args_word(args, 0)),
                         render_places);
}

/* ---- card ---- */

static void render_card(const json_t *reply)
{
    json_t *section;
    size_t i;

    render_first(reply);
    (void)printf("What %s wrote down for now, level %llu:\n", reply_string(reply, "name"),
                 (unsigned long long)reply_number(reply, "level"));
    json_array_foreach(json_object_get(reply, "sections"), i, section)
    {
        (void)printf("  %s: %s\n", reply_string(section, "heading"), reply_string(section, "text"));
    }
    if (i == 0)
        (void)puts("  Nothing yet: what there is comes with a later level.");
}

int cmd_card_show(const struct args *args)
{
    return session_query(args,
                         json_pack("{s:s, s:s}", "do", "card-show", "person", args_word(args, 0)),
                         render_card);
}
