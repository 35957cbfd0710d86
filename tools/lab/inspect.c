/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/cell.h"
#include "input.h"
#include "lab/call.h"
#include "wire/answer.h"
#include "wire/diag.h"
#include "wire/invite.h"
#include "wire/judge.h"
#include "wire/request.h"
#include "wire/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Inspect: any bytes in, what they are in words out, and the verdict as exit code. */

#define INPUT_MAX (1 << 18)

struct options {
    bool cbor, binary;
    const char *as;       /* rule of the CDDL, "request" or "answer"; NULL: find out */
    const char *key_file; /* header key and message key of a cell */
};

static uint8_t input[INPUT_MAX];
static uint8_t output[8 * INPUT_MAX];

static void show(struct aw_bytes item, const struct aw_wire_map *map)
{
    struct aw_buf text = AW_BUF_OF(output);

    if (aw_cbor_diag(item, map, &text) == AW_OK)
        (void)printf("%.*s\n", (int)text.len, (const char *)text.ptr);
}

static int refused(const char *what, const char *why)
{
    (void)printf("refused: %s: %s\n", what, why);
    return LAB_REFUSED;
}

/* The strict profile alone. */
static int judge(struct aw_bytes in)
{
    struct aw_judgement verdict = aw_cbor_judge(in);

    if (verdict.reason == AW_JUDGE_ACCEPTED) {
        show(in, NULL);
        (void)printf("accepted: one item of %zu bytes\n", in.len);
        return LAB_OK;
    }
    (void)printf("refused: byte %zu: %s\n", verdict.offset, aw_judge_reason_text(verdict.reason));
    return LAB_REFUSED;
}

static enum aw_status try_map(const struct aw_wire_map *map, struct aw_bytes in)
{
    void *message = calloc(1, map->struct_len);
    enum aw_status st = message != NULL ? aw_message_decode_padded(map, message, in) : AW_E_SPACE;

    free(message);
    return st;
}

/* Bytes of the one item at the start, without the padding of a cell. */
static struct aw_bytes without_padding(struct aw_bytes in)
{
    while (in.len > 1 && in.ptr[in.len - 1] == 0 && aw_cbor_judge(in).reason != AW_JUDGE_ACCEPTED)
        in.len--;
    return in;
}

static int message(struct aw_bytes in, const char *as)
{
    const struct aw_wire_map *map;
    size_t i;

    for (i = 0; as == NULL && (map = aw_map_at(i)) != NULL; i++) {
        if (try_map(map, in) == AW_OK)
            as = map->name;
    }
    if (as == NULL) {
        struct aw_bytes item = without_padding(in);

        if (aw_cbor_judge(item).reason != AW_JUDGE_ACCEPTED)
            return judge(in);
        show(item, NULL);
        return refused("no message", "well formed, but no rule of the grammar allows it; "
                                     "--as NAME says what a rule refuses");
    }
    map = aw_map_find(as);
    if (map == NULL) {
        (void)fprintf(stderr, "allswell-lab: --as %s: no such message: see spec/allswell.cddl\n",
                      as);
        return LAB_USAGE;
    }
    show(without_padding(in), map);
    if (try_map(map, in) != AW_OK)
        return refused(as, aw_status_name(try_map(map, in)));
    (void)printf("accepted: %s\n", as);
    return LAB_OK;
}

/* A frame's plaintext: a sequence of requests or of answers. */
static int sequence(struct aw_bytes in, bool request)
{
    size_t count = 0;

    while (in.len > 0) {
        const uint8_t *start = in.ptr;
        struct aw_request r;
        struct aw_answer a;
        enum aw_status st = request ? aw_request_decode(&r, &in) : aw_answer_decode(&a, &in);

        if (st != AW_OK)
            return refused(request ? "request" : "answer", aw_status_name(st));
        show((struct aw_bytes){start, (size_t)(in.ptr - start)}, NULL);
        count++;
    }
    (void)printf("accepted: %zu %s\n", count, request ? "requests" : "answers");
    return LAB_OK;
}

static int invite(struct aw_bytes uri)
{
    uint8_t bytes[AW_INVITE_LEN_MAX];
    struct aw_buf buf = AW_BUF_OF(bytes);
    struct aw_invite in;
    enum aw_status st = aw_invite_decode(&in, uri, 0); /* whether it has expired is not asked */

    if (st != AW_OK)
        return refused("invite", st == AW_E_VERSION ? "made by a newer version"
                                                    : "truncated, mistyped or no invite");
    st = aw_message_encode(&aw_invite_map, &in, &buf);
    if (st == AW_OK)
        show(aw_buf_bytes(&buf), &aw_invite_map);
    (void)printf("accepted: invite of %s\n", in.name);
    aw_invite_wipe(&in);
    aw_wipe(bytes, sizeof bytes);
    return LAB_OK;
}

/* Two lines of hexadecimal: the header key of the lane, the message key of the index. */
static bool read_keys(const char *path, uint8_t header_key[AW_KEY_LEN],
                      uint8_t message_key[AW_KEY_LEN])
{
    char line[2][2 * AW_KEY_LEN + 3];
    FILE *file = fopen(path, "r");
    bool good = file != NULL && fgets(line[0], sizeof line[0], file) != NULL &&
                fgets(line[1], sizeof line[1], file) != NULL &&
                lab_hex(line[0], header_key, AW_KEY_LEN) &&
                lab_hex(line[1], message_key, AW_KEY_LEN);

    if (file != NULL)
        (void)fclose(file);
    aw_wipe(line, sizeof line);
    return good;
}

static int cell(struct aw_bytes in, const struct options *o)
{
    static uint8_t plain[AW_CELL_BULK_PLAIN_LEN];
    uint8_t header_key[AW_KEY_LEN], message_key[AW_KEY_LEN];
    size_t i, plain_len = in.len - AW_CELL_OVERHEAD;
    uint32_t index = 0;

    (void)printf("cell of %zu bytes\n  nonce      ", in.len);
    for (i = 0; i < AW_NONCE_LEN + AW_CELL_HEAD_LEN; i++)
        (void)printf("%s%02x", i == AW_NONCE_LEN ? "\n  head       " : "", in.ptr[i]);
    (void)printf("\n  ciphertext %zu bytes\n  mac        %d bytes\n", plain_len, AW_MAC_LEN);
    if (o->key_file == NULL) {
        (void)printf("sealed: what is inside only its keys tell (--keys FILE)\n");
        return LAB_OK;
    }
    if (!read_keys(o->key_file, header_key, message_key)) {
        (void)fprintf(stderr,
                      "allswell-lab: %s: needs two lines of 64 hexadecimal digits: header key, "
                      "message key\n",
                      o->key_file);
        return LAB_USAGE;
    }
    if (aw_cell_peek(in.ptr, in.len, header_key, &index) != AW_OK)
        return refused("cell", "the head is not of this header key");
    (void)printf("  index      %u\n", index);
    if (aw_cell_open(plain, in.ptr, in.len, message_key) != AW_OK)
        return refused("cell", "the message key does not open it");
    return message((struct aw_bytes){plain, plain_len}, o->as);
}

static const char program[] = "allswell-lab inspect";

static bool read_option(int c, const char *text, void *into)
{
    struct options *o = into;

    switch (c) {
    case 'c':
        o->cbor = true;
        return true;
    case 'b':
        o->binary = true;
        return true;
    case 'a':
        o->as = text;
        return true;
    case 'k':
        o->key_file = text;
        return text[0] != '\0' || lab_wrong(program, "--keys", "names no file") == LAB_OK;
    default:
        return false;
    }
}

static int inspect(struct aw_buf *buf, const struct options *o)
{
    struct aw_bytes in = aw_buf_bytes(buf);
    size_t scheme_len = strlen(AW_INVITE_SCHEME);

    if (o->cbor)
        return judge(in);
    if (in.len > scheme_len && memcmp(in.ptr, AW_INVITE_SCHEME, scheme_len) == 0)
        return invite(in);
    if (o->as != NULL && strcmp(o->as, "request") == 0)
        return sequence(in, true);
    if (o->as != NULL && strcmp(o->as, "answer") == 0)
        return sequence(in, false);
    if (o->as == NULL && (in.len == AW_CELL_LEN || in.len == AW_CELL_BULK_LEN))
        return cell(in, o);
    return message(in, o->as);
}

static const char usage[] =
    "Usage: allswell-lab inspect [--cbor] [--as NAME] [--binary] [--keys FILE] <INPUT\n"
    "\n"
    "Shows a message, cell or invite from standard input, binary or hexadecimal, in CBOR\n"
    "diagnostic notation with field names, and the verdict.\n"
    "\n"
    "  -c, --cbor        judge the bytes against the strict CBOR profile only\n"
    "  -a, --as NAME     read as this message: a rule of spec/allswell.cddl\n"
    "  -b, --binary      never take the input for hexadecimal\n"
    "  -k, --keys FILE   open a cell with the two keys in FILE\n"
    "\n"
    "Exit codes: 0 accepted, 1 refused with the reason, 2 wrong call.\n";

int lab_inspect(int argc, char **argv)
{
    static const struct option options[] = {
        {"cbor", no_argument, NULL, 'c'},   {"as", required_argument, NULL, 'a'},
        {"binary", no_argument, NULL, 'b'}, {"keys", required_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},   {NULL, 0, NULL, 0}};
    static const struct lab_call call = {program, usage, ":ca:bk:h", options};
    struct aw_buf buf = AW_BUF_OF(input);
    struct options o = {0};
    enum aw_status st;
    int code;

    if (!lab_options(&call, argc, argv, read_option, &o, &code))
        return code;
    st = lab_input(stdin, o.binary, &buf);
    if (st == AW_OK) {
        code = inspect(&buf, &o);
    } else if (st == AW_E_FORMAT) {
        code = refused("input", "hexadecimal with an odd number of digits");
    } else if (st == AW_E_SPACE) {
        code = refused("input", "longer than any message");
    } else {
        (void)fprintf(stderr, "allswell-lab: standard input cannot be read\n");
        code = LAB_FAILED;
    }
    aw_wipe(input, sizeof input);
    aw_wipe(output, sizeof output);
    return code;
}
