/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "crypto/cell.h"
#include "crypto/share.h"
#include "support/wire_fill.h"
#include "wire/call.h"
#include "wire/card.h"
#include "wire/card_file.h"
#include "wire/endpoint.h"
#include "wire/file.h"
#include "wire/hello.h"
#include "wire/introductions.h"
#include "wire/invite.h"
#include "wire/plan.h"
#include "wire/reply.h"
#include "wire/resume.h"
#include "wire/state.h"
#include "wire/switched.h"
#include "wire/tables.h"
#include "wire/witness.h"

#include <stdarg.h>

/*
 * The generated part of spec/12-limits.md: the longest message of each kind beside its frame,
 * and the bounds of every field. `test_field_maxima --print` prints what belongs there.
 */

#define BEGIN "<!-- generated: test_field_maxima --print -->\n"
#define END   "<!-- end of the generated part -->\n"

static char text[32768];
static size_t text_len;

static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void put(const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text + text_len, sizeof text - text_len, format, args);
    va_end(args);
    T_REQUIRE(len >= 0 && (size_t)len < sizeof text - text_len);
    text_len += (size_t)len;
}

/* A daily time is one byte longer than an interval, and a line cannot be both. */
static void longest_lines(struct aw_plan *plan)
{
    for (size_t i = 0; i < plan->schedule_count; i++)
        plan->schedule[i].every_s = 0;
}

/* Longest real encoding: all of a kind, with the rules between fields met. */
static size_t longest(const struct aw_wire_map *map)
{
    static _Alignas(64) uint8_t message[WIRE_STRUCT_MAX];
    static uint8_t encoded[WIRE_ENCODED_MAX];
    struct t_rng rng = t_rng(1);
    size_t len = 0;

    for (uint8_t kind = 1; kind <= (map == &aw_call_map ? AW_CALL_DRILL : 1); kind++) {
        struct aw_buf buf = AW_BUF_OF(encoded);

        wire_fill(map, message, WIRE_FILL_MOST, &rng);
        if (map == &aw_call_map)
            ((struct aw_call *)(void *)message)->kind = kind;
        if (map == &aw_plan_map)
            longest_lines((struct aw_plan *)(void *)message);
        wire_mend(map, message);
        T_REQUIRE(aw_message_encode(map, message, &buf) == AW_OK);
        len = buf.len > len ? buf.len : len;
    }
    return len;
}

static void put_messages(void)
{
    static const struct {
        const struct aw_wire_map *map;
        const char *frame;
        size_t frame_len;
    } rows[] = {
        {&aw_call_map, "cell", AW_CELL_PLAIN_LEN},
        {&aw_reply_map, "cell", AW_CELL_PLAIN_LEN},
        {&aw_witness_map, "cell", AW_CELL_PLAIN_LEN},
        {&aw_state_map, "sealed state", AW_STATE_LEN},
        {&aw_file_map, "bulk cell", AW_CELL_BULK_PLAIN_LEN},
        {&aw_plan_map, "body of a file", AW_PLAN_LEN_MAX},
        {&aw_introductions_map, "body of a file", AW_PLAN_LEN_MAX},
        {&aw_card_map, "sealed card", AW_CARD_SEALED_MAX - 128},
        {&aw_card_file_map, "body of a file", AW_PLAN_LEN_MAX},
        {&aw_switched_map, "cell", AW_CELL_PLAIN_LEN},
    };

    put("| message | longest | stands in | room | left |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = longest(rows[i].map);

        T_TRUE(len <= rows[i].frame_len);
        T_TRUE(rows[i].map != &aw_plan_map || len == AW_PLAN_ENCODED_MAX);
        put("| `%s` | %zu | %s | %zu | %zu |\n", rows[i].map->name, len, rows[i].frame,
            rows[i].frame_len, rows[i].frame_len - len);
    }
    put("| `hello` | %zu | handshake message | see 04 | |\n", longest(&aw_hello_map));
    put("| `resume` | %zu | handshake message | see 05 | |\n", longest(&aw_resume_map));
    put("| `invite` | %zu | URI | see 04 | |\n", longest(&aw_invite_map));
}

static const char *type_name(const struct aw_wire_field *f)
{
    static const char *const names[] = {
        [AW_WIRE_UINT] = "number", [AW_WIRE_INT] = "number", [AW_WIRE_BOOL] = "bool",
        [AW_WIRE_FIXED] = "bytes", [AW_WIRE_VAR] = "bytes",  [AW_WIRE_BYTES] = "bytes",
        [AW_WIRE_TEXT] = "text",   [AW_WIRE_MAP] = "map",    [AW_WIRE_LIST] = "list",
    };

    return names[f->type];
}

/* Tests may recurse: tables are ours. */
static void put_fields(const struct aw_wire_map *map)
{
    put("\n| `%s` | key | type | least | most | bytes |\n|---|---|---|---|---|---|\n", map->name);
    for (size_t i = 0; i < map->field_count; i++) {
        const struct aw_wire_field *f = &map->fields[i];

        put("| %s%s | %u | %s ", f->name, f->presence != AW_WIRE_REQUIRED ? "?" : "", f->key,
            f->sub != NULL ? f->sub->name : type_name(f));
        if (f->type == AW_WIRE_BOOL || f->type == AW_WIRE_MAP)
            put("| | ");
        else if (f->type == AW_WIRE_INT)
            put("| %" PRId64 " | %" PRId64 " ", (int64_t)f->min, (int64_t)f->max);
        else
            put("| %" PRIu64 " | %" PRIu64 " ", f->min, f->max);
        put("| %zu |\n", wire_field_len_max(f));
    }
    for (size_t i = 0; i < map->field_count; i++) {
        /* endpoint is in several messages, and stands in the first one only */
        if (map->fields[i].sub != NULL &&
            (map->fields[i].sub != &aw_endpoint_map || map == &aw_invite_map))
            put_fields(map->fields[i].sub);
    }
}

static void generate(void)
{
    const struct aw_wire_map *map;

    put(BEGIN "\n");
    put_messages();
    for (size_t i = 0; (map = aw_map_at(i)) != NULL; i++)
        put_fields(map);
    put("\n" END);
}

/* Goal: [LI-1] the page that people read has the bounds that the code checks.
 * Method: the generated part of spec/12-limits.md, byte for byte. */
static void test_page_is_current(void)
{
    char *page = t_read_path(T_SOURCE_DIR "/spec/12-limits.md", NULL);
    const char *begin = strstr(page, BEGIN);

    T_REQUIRE(begin != NULL);
    if (strncmp(begin, text, text_len) != 0)
        printf("    run test_field_maxima --print and paste\n");
    T_TRUE(strncmp(begin, text, text_len) == 0);
    free(page);
}

/* The number in the column before a name of the first table, "2,678,400 s" or "2^20". */
static uint64_t number_beside(const char *page, const char *name)
{
    const char *at = strstr(page, name);
    uint64_t number = 0;

    T_REQUIRE(at != NULL);
    at -= 4; /* behind the column: " | `" */
    while (at[-1] != '|')
        at--;
    for (; *at == ' ' || *at == ',' || (*at >= '0' && *at <= '9'); at++) {
        if (*at >= '0')
            number = number * 10 + (uint64_t)(*at - '0');
        else if (*at == ' ' && number > 0)
            break;
    }
    return *at == '^' ? UINT64_C(1) << strtoul(at + 1, NULL, 10) : number;
}

/* Goal: the first table of the page has the numbers of limits.h.
 * Method: each name that stands there. */
static void test_numbers_are_current(void)
{
#define LIMIT(name)                                                                                \
    {                                                                                              \
        "`" #name "`", name                                                                        \
    }
    static const struct {
        const char *name;
        uint64_t value;
    } limits[] = {
        LIMIT(AW_NAME_LEN_MAX),      LIMIT(AW_ADDRESS_LEN_MAX),     LIMIT(AW_ENDPOINT_COUNT_MAX),
        LIMIT(AW_EXT_LEN_MAX),       LIMIT(AW_SPAN_MAX_S),          LIMIT(AW_WORD_WAITING_MAX),
        LIMIT(AW_INDEX_JUMP_MAX),    LIMIT(AW_PLAN_LEN_MAX),        LIMIT(AW_PLAN_LINE_MAX),
        LIMIT(AW_PLAN_ZONE_MAX),     LIMIT(AW_PLAN_WARNING_MAX),    LIMIT(AW_PLAN_LEVEL_MAX),
        LIMIT(AW_PLAN_MEMBER_MAX),   LIMIT(AW_PLAN_QUIET_MAX),      LIMIT(AW_PLAN_PAUSE_MAX),
        LIMIT(AW_PLAN_OPERATOR_MAX), LIMIT(AW_PLAN_TEXT_LEN_MAX),   LIMIT(AW_PLAN_GROUP_MAX),
        LIMIT(AW_PLAN_EVERY_MIN_S),  LIMIT(AW_PLAN_DAY_MAX_S),      LIMIT(AW_NOTE_LEN_MAX),
        LIMIT(AW_WIRE_DEPTH_MAX),    LIMIT(AW_INVITE_URI_MAX),      LIMIT(AW_RELAY_CELL_LEN),
        LIMIT(AW_RELAY_BULK_LEN),    LIMIT(AW_RELAY_OLDEST),        LIMIT(AW_RELAY_NEWEST),
        LIMIT(AW_RELAY_BULK_MAX),    LIMIT(AW_RELAY_WINDOW),        LIMIT(AW_RELAY_LABEL_MAX),
        LIMIT(AW_RELAY_WAKE_MS),     LIMIT(AW_PRESENCE_SECRET_MAX), LIMIT(AW_LINK_FIRST_MAX),
        LIMIT(AW_LINK_PLAIN_MAX),    LIMIT(AW_LINK_COUNT_MAX),      LIMIT(AW_TIMER_EXTEND_MAX_S),
        LIMIT(AW_WITNESS_NOTE_MAX),  LIMIT(AW_CARD_SECTION_MAX),    LIMIT(AW_CARD_TEXT_LEN_MAX),
        LIMIT(AW_FRAME_LEN),         LIMIT(AW_FRAME_TEXT_LEN),
    };
#undef LIMIT
    char *page = t_read_path(T_SOURCE_DIR "/spec/12-limits.md", NULL);

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (number_beside(page, limits[i].name) != limits[i].value)
            printf("    %s\n", limits[i].name);
        T_EQ(number_beside(page, limits[i].name), limits[i].value);
    }
    free(page);
}

/* Goal: no limit of limits.h is missing on the page.
 * Method: each line of the header that defines a number. */
static void test_limits_are_all_there(void)
{
    char *page = t_read_path(T_SOURCE_DIR "/spec/12-limits.md", NULL);
    char *header = t_read_path(T_SOURCE_DIR "/src/include/allswell/limits.h", NULL);
    size_t count = 0;

    for (const char *at = header; (at = strstr(at, "\n#define AW_")) != NULL; count++) {
        char name[64];

        T_REQUIRE(sscanf(at, " #define %63[A-Z_0-9]", name) == 1);
        if (strstr(page, name) == NULL)
            printf("    %s\n", name);
        T_TRUE(strstr(page, name) != NULL);
        at++;
    }
    T_TRUE(count > 20);
    free(header);
    free(page);
}

int main(int argc, char **argv)
{
    generate();
    if (argc == 2 && strcmp(argv[1], "--print") == 0) {
        (void)fputs(text, stdout);
        return 0;
    }
    T_RUN(test_page_is_current);
    T_RUN(test_numbers_are_current);
    T_RUN(test_limits_are_all_there);
    return t_end();
}
