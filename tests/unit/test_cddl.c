/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "support/wire_fill.h"
#include "wire/tables.h"

/*
 * The bond between spec/allswell.cddl and the tables of wire/. The reader below knows the few
 * forms of CDDL that the file uses: one rule or one field per line, the name of a field first in
 * its comment. What it does not know it refuses.
 */

#define RULES_MAX 64

struct rule {
    char name[32];
    char type[96];     /* what follows "=", without the comment */
    const char *lines; /* of a map: the text behind "{" */
    bool is_table_seen;
};

static struct rule rules[RULES_MAX];
static size_t rule_count;
static char *file;

/* Copies up to the comment or the end of the line, without blanks and a comma at the end. */
static void copy_code(char *out, size_t cap, const char *text)
{
    size_t len = strcspn(text, ";\n");

    T_REQUIRE(len < cap);
    memcpy(out, text, len);
    while (len > 0 && (out[len - 1] == ' ' || out[len - 1] == ','))
        len--;
    out[len] = '\0';
}

static void read_rules(void)
{
    const char *line = file;

    while (line != NULL && *line != '\0') {
        struct rule *r = &rules[rule_count];
        const char *equals;

        if (sscanf(line, "%31[a-z0-9_] =", r->name) == 1 &&
            (equals = strstr(line, " = ")) != NULL) {
            T_REQUIRE(rule_count + 1 < RULES_MAX);
            copy_code(r->type, sizeof r->type, equals + 3);
            r->lines = strchr(line, '\n') + 1;
            rule_count++;
        }
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
}

static struct rule *find_rule(const char *name)
{
    for (size_t i = 0; i < rule_count; i++) {
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    }
    return NULL;
}

/* A type of the grammar in the terms of a row. */
struct meaning {
    bool is_number, is_bool, is_text, is_bytes, is_list, is_map;
    uint64_t min, max;
    char sub[32];
};

static bool read_sizes(const char *text, struct meaning *m)
{
    if (sscanf(text, " .size (%" SCNu64 "..%" SCNu64 ")", &m->min, &m->max) == 2)
        return true;
    if (sscanf(text, " .size %" SCNu64, &m->min) != 1)
        return false;
    m->max = m->min;
    return true;
}

static bool read_number(const char *type, struct meaning *m)
{
    const char *dots = strstr(type, "..");
    char *end;

    if (strspn(type, "-.0123456789") != strlen(type))
        return false;
    m->min = type[0] == '-' ? (uint64_t)strtoll(type, &end, 10) : strtoull(type, &end, 10);
    m->max = dots != NULL ? strtoull(dots + 2, &end, 10) : m->min;
    return *end == '\0';
}

static struct meaning read_type(const char *type)
{
    struct meaning m = {.min = 0};
    const struct rule *alias = find_rule(type);

    if (alias != NULL && strcmp(alias->type, "{") != 0)
        return read_type(alias->type);
    if (alias != NULL) {
        m.is_map = true;
        (void)snprintf(m.sub, sizeof m.sub, "%s", type);
    } else if (strcmp(type, "bool") == 0) {
        m.is_bool = true;
    } else if (strncmp(type, "bstr", 4) == 0) {
        m.is_bytes = read_sizes(type + 4, &m);
    } else if (strncmp(type, "tstr", 4) == 0) {
        m.is_text = read_sizes(type + 4, &m);
    } else if (type[0] == '[') {
        m.is_list = sscanf(type, "[%" SCNu64 "*%" SCNu64 " %31[a-z_]]", &m.min, &m.max, m.sub) == 3;
    } else {
        m.is_number = read_number(type, &m);
    }
    return m;
}

static bool is_same_type(const struct aw_wire_field *f, const struct meaning *m)
{
    switch (f->type) {
    case AW_WIRE_UINT:
        return m->is_number && (int64_t)m->min >= 0;
    case AW_WIRE_INT:
        return m->is_number && (int64_t)m->min < 0;
    case AW_WIRE_BOOL:
        return m->is_bool;
    case AW_WIRE_FIXED:
        return m->is_bytes && m->min == m->max;
    case AW_WIRE_VAR:
    case AW_WIRE_BYTES:
        return m->is_bytes && m->min < m->max;
    case AW_WIRE_TEXT:
        return m->is_text;
    case AW_WIRE_MAP:
        return m->is_map && strcmp(f->sub->name, m->sub) == 0;
    case AW_WIRE_LIST:
        return m->is_list && strcmp(f->sub->name, m->sub) == 0;
    default:
        return false;
    }
}

static void compare_field(const struct aw_wire_map *map, size_t idx, const char *line)
{
    const struct aw_wire_field *f = &map->fields[idx];
    bool is_optional = strncmp(line, "  ? ", 4) == 0;
    char code[96], name[32] = "";
    const char *colon, *comment = strchr(line, ';');
    struct meaning m;
    unsigned key = 999;

    copy_code(code, sizeof code, line + (is_optional ? 4 : 2));
    colon = strstr(code, ": ");
    T_REQUIRE(colon != NULL && comment != NULL && comment < strchr(line, '\n'));
    T_REQUIRE(sscanf(code, "%u:", &key) == 1);
    T_REQUIRE(sscanf(comment, "; %31[a-z0-9_]", name) == 1);
    m = read_type(colon + 2);
    if (!is_same_type(f, &m) ||
        (f->sub == NULL && !m.is_bool && (f->min != m.min || f->max != m.max)))
        printf("    %s, key %u: %s\n", map->name, key, code);
    T_EQ(f->key, key);
    T_STR_EQ(f->name, name);
    T_TRUE(is_same_type(f, &m));
    T_EQ(f->presence != AW_WIRE_REQUIRED, is_optional);
    if (f->type != AW_WIRE_BOOL && f->type != AW_WIRE_MAP) {
        T_EQ(f->min, m.min);
        T_EQ(f->max, m.max);
    }
}

static void compare_map(const struct aw_wire_map *map)
{
    struct rule *r = find_rule(map->name);
    const char *line;
    size_t idx = 0;

    T_REQUIRE(r != NULL);
    T_STR_EQ(r->type, "{");
    r->is_table_seen = true;
    for (line = r->lines; *line == ' '; line = strchr(line, '\n') + 1) {
        if (strspn(line, " ") == strcspn(line, ";"))
            continue; /* a comment that goes on */
        T_REQUIRE(idx < map->field_count);
        compare_field(map, idx, line);
        if (map->fields[idx].sub != NULL)
            compare_map(map->fields[idx].sub);
        idx++;
    }
    T_EQ(idx, map->field_count);
    T_EQ(*line, '}');
}

/* Goal: the grammar and the code have the same fields, names, keys, types and bounds.
 * Method: each table row by row against the rule of its name. */
static void test_tables_follow_the_grammar(void)
{
    const struct aw_wire_map *map;

    for (size_t i = 0; (map = aw_map_at(i)) != NULL; i++)
        compare_map(map);
}

/* Goal: no message of the grammar is without a table, except those of the relay protocol, whose
 * reader is written by hand (wire/request.h, wire/answer.h).
 * Method: every rule that is a map. */
static void test_grammar_has_tables(void)
{
    static const char *const by_hand[] = {"create", "deposit", "take", "arm", "answer", "delivery"};

    for (size_t i = 0; i < rule_count; i++) {
        bool is_known = rules[i].is_table_seen || strcmp(rules[i].type, "{") != 0;

        for (size_t k = 0; k < sizeof by_hand / sizeof by_hand[0]; k++)
            is_known = is_known || strcmp(by_hand[k], rules[i].name) == 0;
        if (!is_known)
            printf("    %s\n", rules[i].name);
        T_TRUE(is_known);
    }
    T_TRUE(rule_count > 30);
}

int main(void)
{
    file = t_read_path(T_SOURCE_DIR "/spec/allswell.cddl", NULL);
    read_rules();
    T_RUN(test_tables_follow_the_grammar);
    T_RUN(test_grammar_has_tables);
    free(file);
    return t_end();
}
