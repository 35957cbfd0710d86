/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/bytes.h"
#include "input.h"
#include "lab/call.h"
#include "oracle.h"
#include "test.h"
#include "wire/answer.h"
#include "wire/diag.h"
#include "wire/judge.h"
#include "wire/request.h"
#include "wire/tables.h"

#include <inttypes.h>
#include <string.h>

/*
 * Oracle: one JSON object a line in, one verdict a line out. What a line does depends on the
 * lines since the last reset and on nothing else, so another implementation, a fuzzer or a state
 * learner can ask the same twice.
 */

#define LINE_MAX_LEN 400000
#define BYTES_MAX    131072

static uint8_t input[BYTES_MAX];
static uint8_t again[BYTES_MAX];

/* ---- What the machines share ---- */

static json_t *hex_of(struct aw_bytes bytes)
{
    char *text = malloc(2 * bytes.len + 1);
    json_t *value;

    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < bytes.len; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", bytes.ptr[i]);
    text[2 * bytes.len] = '\0';
    value = json_string(text);
    free(text);
    return value;
}

void oracle_hex(json_t *out, const char *name, struct aw_bytes bytes)
{
    (void)json_object_set_new(out, name, hex_of(bytes));
}

void oracle_list(json_t *out, const char *name, struct aw_bytes bytes)
{
    json_t *list = json_object_get(out, name);

    if (list == NULL) {
        list = json_array();
        (void)json_object_set_new(out, name, list);
    }
    (void)json_array_append_new(list, hex_of(bytes));
}

void oracle_status(json_t *out, enum aw_status status)
{
    (void)json_object_set_new(out, "verdict", json_string(status == AW_OK ? "accept" : "reject"));
    (void)json_object_set_new(out, "status", json_string(aw_status_name(status)));
}

bool oracle_bytes(const json_t *line, struct aw_buf *into)
{
    const char *hex = json_string_value(json_object_get(line, "hex"));
    size_t len = hex != NULL ? strlen(hex) : 1;

    if (len % 2 != 0 || len / 2 > into->cap || !lab_hex(hex, into->ptr, len / 2))
        return false;
    into->len = len / 2;
    return true;
}

static const char *no_number; /* the field of this line that is none, or NULL */

uint64_t oracle_number(const json_t *line, const char *name, uint64_t fallback)
{
    const json_t *value = json_object_get(line, name);

    if (value == NULL)
        return fallback;
    if (json_is_integer(value) && json_integer_value(value) >= 0)
        return (uint64_t)json_integer_value(value);
    no_number = name;
    return fallback;
}

/* ---- Messages ---- */

/* A message of a rule with a table: verdict, length, and the one encoding of what was read. */
static void read_message(const struct aw_wire_map *map, struct aw_bytes in, json_t *out)
{
    void *message = calloc(1, map->struct_len);
    struct aw_buf buf = AW_BUF_OF(again);
    enum aw_status st;

    if (message == NULL)
        return;
    st = aw_message_decode_padded(map, message, in);
    oracle_status(out, st);
    if (st == AW_OK && aw_message_encode(map, message, &buf) == AW_OK) {
        (void)json_object_set_new(out, "length", json_integer((json_int_t)buf.len));
        oracle_hex(out, "output", aw_buf_bytes(&buf));
    }
    free(message);
}

/* The plaintext of a frame: every message of it. */
static void read_sequence(bool is_request, struct aw_bytes in, json_t *out)
{
    enum aw_status st = AW_OK;
    size_t len = in.len;

    while (in.len > 0 && st == AW_OK) {
        struct aw_buf buf = AW_BUF_OF(again);
        struct aw_request request;
        struct aw_answer answer;

        st = is_request ? aw_request_decode(&request, &in) : aw_answer_decode(&answer, &in);
        if (st == AW_OK)
            st = is_request ? aw_request_encode(&request, &buf) : aw_answer_encode(&answer, &buf);
        if (st == AW_OK)
            oracle_list(out, "output", aw_buf_bytes(&buf));
    }
    oracle_status(out, st);
    (void)json_object_set_new(out, "length", json_integer((json_int_t)(len - in.len)));
}

static void judge(struct aw_bytes in, json_t *out)
{
    struct aw_judgement v = aw_cbor_judge(in);

    oracle_status(out, v.reason == AW_JUDGE_ACCEPTED ? AW_OK : AW_E_FORMAT);
    if (v.reason == AW_JUDGE_ACCEPTED)
        return;
    (void)json_object_set_new(out, "reason", json_string(aw_judge_reason_text(v.reason)));
    (void)json_object_set_new(out, "offset", json_integer((json_int_t)v.offset));
}

static bool read_as(const char *as, const json_t *line, json_t *out)
{
    const struct aw_wire_map *map = aw_map_find(as);
    struct aw_buf buf = AW_BUF_OF(input);

    if (!oracle_bytes(line, &buf))
        return false;
    if (map != NULL)
        read_message(map, aw_buf_bytes(&buf), out);
    else if (strcmp(as, "request") == 0 || strcmp(as, "answer") == 0)
        read_sequence(as[0] == 'r', aw_buf_bytes(&buf), out);
    else if (strcmp(as, "cbor") == 0)
        judge(aw_buf_bytes(&buf), out);
    else
        return false;
    return true;
}

/* ---- Lines ---- */

static const struct oracle_machine *machine;

static bool reset(const char *name, const json_t *line, json_t *out)
{
    static const struct oracle_machine *const machines[] = {&oracle_contact, &oracle_channel,
                                                            &oracle_relay};

    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
        if (strcmp(machines[i]->name, name) == 0) {
            machine = machines[i];
            machine->reset(oracle_number(line, "seed", 1));
            oracle_status(out, AW_OK);
            return true;
        }
    }
    return false;
}

static bool answer(const json_t *line, json_t *out)
{
    const char *as = json_string_value(json_object_get(line, "as"));
    const char *name = json_string_value(json_object_get(line, "reset"));
    const char *symbol = json_string_value(json_object_get(line, "do"));

    if (as != NULL)
        return read_as(as, line, out);
    if (name != NULL)
        return reset(name, line, out);
    return symbol != NULL && machine != NULL && machine->act(symbol, line, out);
}

static const char usage[] =
    "Usage: allswell-lab oracle\n"
    "\n"
    "Reads one JSON object a line from standard input and writes one verdict a line.\n"
    "\n"
    "  {\"as\": \"call\", \"hex\": \"...\"}         a message of this rule of spec/allswell.cddl,\n"
    "                                     or request, answer, cbor\n"
    "  {\"reset\": \"contact\", \"seed\": 1}      a machine anew: contact, channel, relay\n"
    "  {\"do\": \"beat\"}                       a symbol for it: fuzz/README.md lists them\n"
    "\n"
    "Any line may name an \"id\", which comes back. Exit code 0; 2 when a line is no such "
    "object.\n";

int lab_oracle(int argc, char **argv)
{
    static char line[LINE_MAX_LEN];

    if (argc > 1) {
        if (strcmp(argv[1], "--help") != 0)
            return lab_wrong("allswell-lab oracle", argv[1], "is nothing that it takes");
        (void)fputs(usage, stdout);
        return LAB_OK;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        json_t *in = json_loads(line, 0, NULL), *out = json_object();
        json_t *id = json_object_get(in, "id");
        bool is_good = json_is_object(in) && out != NULL;

        if (is_good && id != NULL)
            (void)json_object_set(out, "id", id);
        oracle_status(out, AW_OK); /* these two stand in front */
        is_good = is_good && answer(in, out) && no_number == NULL &&
                  json_dumpf(out, stdout, JSON_COMPACT) == 0;
        json_decref(in);
        json_decref(out);
        if (!is_good || t_state.fail_count > 0)
            line[strcspn(line, "\n")] = '\0'; /* an error is one line */
        if (no_number != NULL) {
            (void)fprintf(stderr,
                          "allswell-lab: oracle: \"%s\" is no number from 0 to %" PRId64
                          ": correct it: %.60s\n",
                          no_number, INT64_MAX, line);
            return LAB_USAGE;
        }
        if (!is_good || t_state.fail_count > 0) {
            (void)fprintf(stderr, "allswell-lab: oracle: this line asks for nothing known: %.60s\n",
                          line);
            return LAB_USAGE;
        }
        (void)putchar('\n');
        (void)fflush(stdout);
    }
    return LAB_OK;
}
