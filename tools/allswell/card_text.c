/* SPDX-License-Identifier: ISC */
#include "allswell/card_text.h"

#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    uint8_t kind;
    const char *key, *heading;
} kinds[] = {
    {AW_CARD_FIRST, "first", "What to do first"},
    {AW_CARD_COORDINATOR, "coordinator", "Who coordinates"},
    {AW_CARD_DOOR, "door", "Door code and keys"},
    {AW_CARD_MEDICAL, "medical", "Illnesses, medicines, allergies"},
    {AW_CARD_HOUSEHOLD, "household", "Children and pets"},
    {AW_CARD_AVOID, "avoid", "What not to do"},
    {AW_CARD_WHERE, "where", "Where"},
    {AW_CARD_WHAT, "what", "What may have happened"},
    {AW_CARD_WHO, "who", "Who is in danger"},
    {AW_CARD_LOOKS, "looks", "Description"},
    {AW_CARD_VEHICLES, "vehicles", "Vehicles"},
    {AW_CARD_SUSPECT, "suspect", "Named suspect"},
    {AW_CARD_ORDERS, "orders", "Court orders and references"},
    {AW_CARD_NEEDS, "needs", "Medical needs"},
    {AW_CARD_ACCESS, "access", "How to get in"},
    {AW_CARD_CALLBACK, "callback", "Whom to call back"},
};

#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

const char *card_text_key(uint8_t kind)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (kinds[i].kind == kind)
            return kinds[i].key;
    }
    return "?";
}

const char *card_text_heading(uint8_t kind)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (kinds[i].kind == kind)
            return kinds[i].heading;
    }
    return "?";
}

/* ---- Reading ---- */

/* "door" or "door 2": the kind, and the level from which on it is shown. */
static const char *read_key(const char *key, size_t len, struct aw_card_section *section)
{
    size_t name_len = 0;

    while (name_len < len && key[name_len] != ' ' && key[name_len] != '\t')
        name_len++;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strlen(kinds[i].key) == name_len && strncmp(kinds[i].key, key, name_len) == 0)
            section->kind = kinds[i].kind;
    }
    if (section->kind == 0)
        return "unknown key: allswell-plan(5) lists the keys of a card";
    key += name_len;
    len -= name_len;
    text_trim(&key, &len);
    if (len == 0)
        return NULL;
    if (len != 1 || *key < '0' || *key > '0' + AW_PLAN_LEVEL_MAX)
        return "after the key comes a level from 0 to 8, as in 'door 2 = ...'";
    section->level = (uint8_t)(*key - '0');
    return NULL;
}

static bool goes_before(const struct aw_card_section *a, const struct aw_card_section *b)
{
    return a->kind != b->kind ? a->kind < b->kind : a->level < b->level;
}

/* Keeps the sections in their order, whatever the order of the lines. */
static const char *add(struct aw_card *card, const struct aw_card_section *section)
{
    size_t i = card->sections_count;

    if (i == AW_CARD_SECTION_MAX)
        return "more than 24 texts: join some";
    while (i > 0 && goes_before(section, &card->sections[i - 1])) {
        card->sections[i] = card->sections[i - 1];
        i--;
    }
    if (i > 0 && !goes_before(&card->sections[i - 1], section)) {
        memmove(&card->sections[i], &card->sections[i + 1],
                (card->sections_count - i) * sizeof card->sections[0]);
        return "there is a text for this key and level already: join them";
    }
    card->sections[i] = *section;
    card->sections_count++;
    return NULL;
}

static const char *read_line(struct aw_card *card, const char *line, size_t len)
{
    const char *equals = memchr(line, '=', len);
    const char *key = line, *value;
    struct aw_card_section section = {0};
    size_t key_len, value_len;
    const char *problem;

    if (equals == NULL)
        return "a line is 'key = text', or begins with #";
    key_len = (size_t)(equals - line);
    value = equals + 1;
    value_len = len - key_len - 1;
    text_trim(&key, &key_len);
    text_trim(&value, &value_len);
    problem = read_key(key, key_len, &section);
    if (problem != NULL)
        return problem;
    if (value_len == 0)
        return "nothing after '='";
    if (value_len > AW_CARD_TEXT_LEN_MAX)
        return "the text is longer than 400 bytes: shorten it";
    memcpy(section.text, value, value_len);
    if (!text_is_plain(section.text, 1, AW_CARD_TEXT_LEN_MAX))
        return "the text is not plain UTF-8: write it anew";
    return add(card, &section);
}

bool card_text_read(struct aw_card *card, const char *file, const char *text,
                    struct tool_fail *fail)
{
    unsigned line = 0;

    memset(card, 0, sizeof *card);
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        const char *from = text, *problem;

        text += len + (text[len] == '\n' ? 1 : 0);
        line++;
        text_trim(&from, &len);
        if (len == 0 || *from == '#')
            continue;
        problem = read_line(card, from, len);
        if (problem != NULL) {
            explicit_bzero(card, sizeof *card);
            return fail_set(fail, TOOL_USAGE, "%s:%u: %s", file, line, problem);
        }
    }
    return card->sections_count > 0 ||
           fail_set(fail, TOOL_USAGE, "%s: a card with nothing on it: write at least 'first = ...'",
                    file);
}

/* ---- Writing ---- */

char *card_text_write(const struct aw_card *card)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);

    if (to == NULL)
        return NULL;
    for (size_t i = 0; i < card->sections_count; i++) {
        const struct aw_card_section *s = &card->sections[i];

        (void)fputs(card_text_key(s->kind), to);
        if (s->level != 0)
            (void)fprintf(to, " %u", s->level);
        (void)fprintf(to, " = %s\n", s->text);
    }
    if (fclose(to) == 0)
        return text;
    free(text);
    return NULL;
}

json_t *card_text_json(const struct aw_card *card)
{
    json_t *list = json_array();

    for (size_t i = 0; i < card->sections_count; i++) {
        const struct aw_card_section *s = &card->sections[i];

        (void)json_array_append_new(list,
                                    json_pack("{s:s, s:s, s:I, s:s}", "key", card_text_key(s->kind),
                                              "heading", card_text_heading(s->kind), "level",
                                              (json_int_t)s->level, "text", s->text));
    }
    return list;
}
