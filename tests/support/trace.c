/* SPDX-License-Identifier: ISC */
#include "support/trace.h"

#define TRACE_MAX 65536

static struct seen *add(struct trace *t)
{
    T_REQUIRE(t->count < TRACE_MAX);
    memset(&t->seen[t->count], 0, sizeof t->seen[0]); /* padding, too: compared as bytes */
    return &t->seen[t->count++];
}

static void watch(struct circle *c, size_t host, const struct aw_action *a)
{
    struct trace *t = c->watch_ctx;
    struct seen *s;

    if (host != 0 && t->has_actions)
        return;
    if (a->kind == AW_ACTION_SEND && a->send.cell.len != 512 && !t->has_actions) {
        t->bulk_count++;
        return;
    }
    if (a->kind == AW_ACTION_SEND) {
        s = add(t);
        memcpy(s->capability, a->send.capability, 32);
        s->len = a->send.cell.len;
        s->arm_after_s = a->send.arm_after_s;
    } else if (!t->has_actions) {
        return;
    } else if (a->kind == AW_ACTION_EVENT) {
        s = add(t);
        s->more[0] = (uint64_t)a->event.kind * 4 + (uint64_t)a->event.urgency;
        s->more[1] = a->event.person;
        s->more[2] = (uint64_t)a->event.seq << 32 | a->event.at_s;
    } else {
        s = add(t);
        for (size_t i = 0; i < a->store.count; i++) {
            s = i == 0 ? s : add(t);
            s->more[0] = a->store.ops[i].space;
            s->more[1] = a->store.ops[i].key;
            s->len = a->store.ops[i].value.len;
        }
    }
    s->at_ms = c->mono_ms;
    s->host = (uint8_t)host;
    s->kind = (uint8_t)a->kind;
}

void trace_begin(struct trace *t, struct circle *c)
{
    t->seen = malloc(TRACE_MAX * sizeof *t->seen);
    T_REQUIRE(t->seen != NULL);
    t->count = t->bulk_count = 0;
    c->watch = watch;
    c->watch_ctx = t;
}

void trace_same(const char *what, const struct trace *a, const struct trace *b)
{
    size_t i = 0;

    T_TRUE(a->count > 20);
    while (i < a->count && i < b->count && memcmp(&a->seen[i], &b->seen[i], sizeof *a->seen) == 0)
        i++;
    if (i < a->count || i < b->count)
        printf("    %s differs at %zu of %zu and %zu: %llu and %llu ms\n", what, i, a->count,
               b->count, (unsigned long long)(i < a->count ? a->seen[i].at_ms : 0),
               (unsigned long long)(i < b->count ? b->seen[i].at_ms : 0));
    T_EQ(i, a->count);
    T_EQ(a->count, b->count);
}
