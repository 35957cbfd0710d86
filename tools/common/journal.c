/* SPDX-License-Identifier: ISC */
#include "common/journal.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_LEN 1024
#define TIME_CAP     32

/* What is wanted. Set once, before there are threads. */
static struct {
    enum journal_form form;
    enum journal_level level;
    bool is_journald;
} wanted = {JOURNAL_PLAIN, JOURNAL_NOTICE, false};

static const char *level_word(enum journal_level level)
{
    if (level == JOURNAL_ERROR)
        return "error";
    if (level == JOURNAL_WARNING)
        return "warning";
    return level == JOURNAL_NOTICE ? "notice" : "info";
}

/* systemd.exec(5): JOURNAL_STREAM is device and inode of what stderr was when we were started. */
static bool is_journald(void)
{
    const char *name = getenv("JOURNAL_STREAM");
    char ours[64];
    struct stat st;

    if (name == NULL || fstat(STDERR_FILENO, &st) != 0)
        return false;
    (void)snprintf(ours, sizeof ours, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    return strcmp(name, ours) == 0;
}

bool journal_setup(const char *form, const char *level, struct tool_fail *fail)
{
    static const char *const forms[] = {"plain", "keys", "json"};
    size_t i = 0;
    int at = JOURNAL_ERROR;

    while (form != NULL && i < 3 && strcmp(forms[i], form) != 0)
        i++;
    if (i == 3)
        return fail_set(fail, TOOL_USAGE, "'%.40s' is no form of a log: plain, keys or json", form);
    while (level != NULL && at <= JOURNAL_INFO &&
           strcmp(level_word((enum journal_level)at), level) != 0)
        at++;
    if (at > JOURNAL_INFO)
        return fail_set(fail, TOOL_USAGE, "'%.40s' is no level: error, warning, notice or info",
                        level);
    wanted.form = (enum journal_form)i;
    wanted.level = level == NULL ? JOURNAL_NOTICE : (enum journal_level)at;
    wanted.is_journald = is_journald();
    return true;
}

/* A line under way; what does not fit is left out, the newline never. */
struct line {
    char text[LINE_MAX_LEN];
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
    size_t room = sizeof line->text - line->len - 1;
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(line->text + line->len, room, format, args);
    va_end(args);
    if (len > 0)
        line->len += (size_t)len < room ? (size_t)len : room - 1;
}

static void time_write(char out[TIME_CAP])
{
    time_t now = time(NULL);
    struct tm at;

    out[0] = '\0';
    if (gmtime_r(&now, &at) != NULL)
        (void)strftime(out, TIME_CAP, "%Y-%m-%dT%H:%M:%SZ", &at);
}

static void add_plain(struct line *line, const char *says, const struct journal_field *fields,
                      size_t count)
{
    add(line, "%s", says);
    for (size_t i = 0; i < count; i++) {
        add(line, "%s%s ", i == 0 ? " (" : ", ", fields[i].key);
        if (fields[i].text != NULL)
            add(line, "%s", fields[i].text);
        else
            add(line, "%" PRIu64, fields[i].number);
    }
    if (count > 0)
        add(line, ")");
}

/* Sentences of this program may quote; they never hold a backslash or a control character. */
static void add_keys(struct line *line, enum journal_level level, const char *name,
                     const char *says, const struct journal_field *fields, size_t count)
{
    char now[TIME_CAP];

    time_write(now);
    if (!wanted.is_journald)
        add(line, "time=%s ", now);
    add(line, "level=%s event=%s", level_word(level), name);
    for (size_t i = 0; i < count; i++) {
        if (fields[i].text != NULL)
            add(line, " %s=%s", fields[i].key, fields[i].text);
        else
            add(line, " %s=%" PRIu64, fields[i].key, fields[i].number);
    }
    add(line, " says=\"");
    for (; *says != '\0'; says++)
        add(line, "%c", *says == '"' ? '\'' : *says);
    add(line, "\"");
}

static void add_json(struct line *line, enum journal_level level, const char *name,
                     const char *says, const struct journal_field *fields, size_t count)
{
    json_t *object = json_object();
    char now[TIME_CAP], *text;

    time_write(now);
    if (!wanted.is_journald)
        (void)json_object_set_new(object, "time", json_string(now));
    (void)json_object_set_new(object, "level", json_string(level_word(level)));
    (void)json_object_set_new(object, "event", json_string(name));
    for (size_t i = 0; i < count; i++)
        (void)json_object_set_new(object, fields[i].key,
                                  fields[i].text != NULL
                                      ? json_string(fields[i].text)
                                      : json_integer((json_int_t)fields[i].number));
    (void)json_object_set_new(object, "says", json_string(says));
    text = json_dumps(object, JSON_COMPACT);
    if (text != NULL && strlen(text) + 8 < sizeof line->text) /* whole, or not at all */
        add(line, "%s", text);
    free(text);
    json_decref(object);
}

void journal_event(enum journal_level level, const char *name, const char *says,
                   const struct journal_field *fields, size_t count)
{
    struct line line = {.len = 0};

    if (level > wanted.level)
        return;
    if (wanted.is_journald)
        add(&line, "<%d>", (int)level);
    if (wanted.form == JOURNAL_JSON)
        add_json(&line, level, name, says, fields, count);
    else if (wanted.form == JOURNAL_KEYS)
        add_keys(&line, level, name, says, fields, count);
    else
        add_plain(&line, says, fields, count);
    line.text[line.len++] = '\n';
    (void)fwrite(line.text, 1, line.len, stderr); /* not buffered: one write */
}

int journal_fail(const struct tool_fail *fail)
{
    if (wanted.form == JOURNAL_PLAIN && !wanted.is_journald)
        return fail_print(fail);
    journal_event(JOURNAL_ERROR, "failed", fail->text, NULL, 0);
    return (int)fail->code;
}
