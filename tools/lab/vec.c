/* SPDX-License-Identifier: ISC */
#include "vec.h"

#include "base/assert.h"
#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

void vec_fault(struct vec *v, const char *name, const char *what)
{
    v->failed++;
    (void)fprintf(v->report, "%s: %s: %s\n", v->file_name, name, what);
}

void vec_enter(struct vec *v, const char *name)
{
    json_t *next;

    AW_ASSERT(v->depth < AW_COUNT(v->up));
    if (v->writing)
        json_object_set_new(v->at, name, json_object());
    next = json_object_get(v->at, name);
    if (!json_is_object(next)) {
        vec_fault(v, name, "this group is missing");
        next = v->at;
    }
    v->up[v->depth++] = v->at;
    v->at = next;
    v->draw_count = 0;
}

void vec_leave(struct vec *v)
{
    AW_ASSERT(v->depth > 0);
    v->at = v->up[--v->depth];
}

const char *vec_nth(struct vec *v, const char *what, size_t i)
{
    (void)snprintf(v->nth, sizeof v->nth, "%s_%zu", what, i + 1);
    return v->nth;
}

/* splitmix64: inputs need to look arbitrary, not to be secret. */
static uint64_t draw(struct vec *v)
{
    uint64_t z = (v->seed += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void record(struct vec *v, const char *name, struct aw_bytes bytes)
{
    static const char digit[] = "0123456789abcdef";
    char *text = malloc(bytes.len * 2 + 1);
    size_t i;

    AW_ASSERT(text != NULL);
    for (i = 0; i < bytes.len; i++) {
        text[2 * i] = digit[bytes.ptr[i] >> 4];
        text[2 * i + 1] = digit[bytes.ptr[i] & 15];
    }
    text[2 * bytes.len] = '\0';
    AW_ASSERT(json_object_get(v->at, name) == NULL); /* a name stands for one value */
    json_object_set_new(v->at, name, json_string(text));
    free(text);
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* Hex of the file into `out`; false, with a report, when it is not there or does not fit. */
static bool lookup(struct vec *v, const char *name, struct aw_buf *out)
{
    const char *text = json_string_value(json_object_get(v->at, name));
    size_t i, len = text != NULL ? strlen(text) : 0;

    out->len = 0;
    if (text == NULL || len % 2 != 0 || len / 2 > out->cap) {
        vec_fault(v, name, "missing, not hexadecimal, or too long");
        return false;
    }
    for (i = 0; i < len; i += 2) {
        int high = nibble(text[i]), low = nibble(text[i + 1]);

        if (high < 0 || low < 0) {
            vec_fault(v, name, "not lower-case hexadecimal");
            return false;
        }
        out->ptr[out->len++] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void vec_in_fixed(struct vec *v, const char *name, uint8_t *bytes, size_t len)
{
    struct aw_buf buf = {bytes, len, 0};

    if (v->writing)
        record(v, name, (struct aw_bytes){bytes, len});
    else if (lookup(v, name, &buf) && buf.len != len)
        vec_fault(v, name, "wrong length");
}

void vec_in(struct vec *v, const char *name, uint8_t *bytes, size_t len)
{
    size_t i;

    for (i = 0; v->writing && i < len; i++)
        bytes[i] = (uint8_t)draw(v);
    vec_in_fixed(v, name, bytes, len);
}

void vec_in_buf(struct vec *v, const char *name, struct aw_buf *buf)
{
    if (v->writing)
        record(v, name, aw_buf_bytes(buf));
    else
        (void)lookup(v, name, buf);
}

void vec_in_uint(struct vec *v, const char *name, uint64_t *value)
{
    const json_t *found = json_object_get(v->at, name);

    if (v->writing)
        json_object_set_new(v->at, name, json_integer((json_int_t)*value));
    else if (json_is_integer(found))
        *value = (uint64_t)json_integer_value(found);
    else
        vec_fault(v, name, "missing, or not a number");
}

void vec_in_text(struct vec *v, const char *name, char *text, size_t cap)
{
    const char *found = json_string_value(json_object_get(v->at, name));

    if (v->writing)
        json_object_set_new(v->at, name, json_string(text));
    else if (found != NULL && strlen(found) < cap)
        memcpy(text, found, strlen(found) + 1);
    else
        vec_fault(v, name, "missing, or too long");
}

void vec_out(struct vec *v, const char *name, struct aw_bytes bytes)
{
    uint8_t *want;
    struct aw_buf buf;

    v->checked++;
    if (v->writing) {
        record(v, name, bytes);
        return;
    }
    want = malloc(bytes.len + 1);
    AW_ASSERT(want != NULL);
    buf = (struct aw_buf){want, bytes.len, 0};
    if (lookup(v, name, &buf) && !aw_bytes_equal(aw_buf_bytes(&buf), bytes))
        vec_fault(v, name, "differs");
    free(want);
}

void vec_out_text(struct vec *v, const char *name, const char *text)
{
    const char *want = json_string_value(json_object_get(v->at, name));

    v->checked++;
    if (v->writing)
        json_object_set_new(v->at, name, json_string(text));
    else if (want == NULL || strcmp(want, text) != 0)
        vec_fault(v, name, "differs");
}

void vec_out_uint(struct vec *v, const char *name, uint64_t value)
{
    const json_t *want = json_object_get(v->at, name);

    v->checked++;
    if (v->writing)
        json_object_set_new(v->at, name, json_integer((json_int_t)value));
    else if (!json_is_integer(want) || (uint64_t)json_integer_value(want) != value)
        vec_fault(v, name, "differs");
}

void vec_out_status(struct vec *v, const char *name, enum aw_status status)
{
    vec_out_text(v, name, aw_status_name(status));
}

void vec_note(struct vec *v, const char *text)
{
    if (v->writing)
        json_object_set_new(v->at, "note", json_string(text));
}

static bool fill(void *ctx, uint8_t *out, size_t len)
{
    struct vec *v = ctx;
    char name[32];

    (void)snprintf(name, sizeof name, "random_%u", ++v->draw_count);
    vec_in(v, name, out, len);
    return true;
}

struct aw_random vec_random(struct vec *v)
{
    return (struct aw_random){fill, v};
}
