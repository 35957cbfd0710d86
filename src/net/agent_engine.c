/* SPDX-License-Identifier: ISC */
#include "net/agent.h"

#include <allswell/agent.h>

struct agent_engine *aw_agent_engine(struct aw_agent *a, uint32_t slot)
{
    size_t i;

    for (i = 0; i < a->engine_count; i++) {
        if (a->engines[i].slot == slot)
            return &a->engines[i];
    }
    return NULL;
}

bool aw_engine_next_action(struct agent_engine *e, struct aw_action *action)
{
    return e->subject != NULL ? aw_subject_next_action(e->subject, action)
                              : aw_contact_next_action(e->contact, action);
}

void aw_engine_done(struct agent_engine *e, uint64_t id, enum aw_status status, struct aw_now now)
{
    e->is_dirty = true;
    if (e->subject != NULL)
        aw_subject_done(e->subject, id, status, now);
    else
        aw_contact_done(e->contact, id, status, now);
}

enum aw_status aw_engine_feed(struct agent_engine *e, uint32_t mailbox_id, struct aw_bytes cell,
                              uint32_t at_s, struct aw_now now)
{
    e->is_dirty = true;
    return e->subject != NULL ? aw_subject_feed(e->subject, mailbox_id, cell, at_s, now)
                              : aw_contact_feed(e->contact, mailbox_id, cell, at_s, now);
}

bool aw_engine_is_stored(const struct agent_engine *e)
{
    return e->subject != NULL ? aw_subject_is_stored(e->subject) : aw_contact_is_stored(e->contact);
}

size_t aw_engine_mailboxes(const struct agent_engine *e, struct aw_mailbox *out)
{
    return e->subject != NULL ? aw_subject_mailboxes(e->subject, out)
                              : aw_contact_mailboxes(e->contact, out);
}

uint64_t aw_engine_deadline_ms(const struct agent_engine *e)
{
    return e->subject != NULL ? aw_subject_deadline_ms(e->subject)
                              : aw_contact_deadline_ms(e->contact);
}

void aw_engine_tick(struct agent_engine *e, struct aw_now now)
{
    e->is_dirty = true;
    if (e->subject != NULL)
        aw_subject_tick(e->subject, now);
    else
        aw_contact_tick(e->contact, now);
}

void aw_engine_kick(struct agent_engine *e, struct aw_now now)
{
    e->is_dirty = true;
    if (e->subject != NULL)
        aw_subject_kick(e->subject, now);
    else
        aw_contact_kick(e->contact, now);
}

static enum aw_status load_subject(void *ctx, uint8_t space, uint64_t key, struct aw_bytes value)
{
    return aw_subject_load(ctx, space, key, value);
}

struct slot_filter {
    struct aw_contact *contact;
    uint32_t slot;
};

static enum aw_status load_contact(void *ctx, uint8_t space, uint64_t key, struct aw_bytes value)
{
    const struct slot_filter *f = ctx;

    if (aw_contact_slot(key) != f->slot)
        return AW_OK;
    return aw_contact_load(f->contact, space, key, value);
}

/* A scan of several spaces: the visitor of a store does not know which one it is in. */
struct visit {
    enum aw_status (*call)(void *ctx, uint8_t space, uint64_t key, struct aw_bytes value);
    void *ctx;
    uint8_t space;
};

static enum aw_status visit_one(void *ctx, uint64_t key, struct aw_bytes value)
{
    const struct visit *v = ctx;

    return v->call(v->ctx, v->space, key, value);
}

static enum aw_status visit_spaces(const struct aw_store *store, uint8_t first, uint8_t last,
                                   struct visit *v)
{
    enum aw_status st = AW_OK;

    for (v->space = first; st == AW_OK && v->space <= last; v->space++)
        st = store->vtable->scan(store->self, v->space, visit_one, v);
    return st;
}

enum aw_status aw_agent_load_subject(struct aw_subject *subject, const struct aw_store *store,
                                     struct aw_now now)
{
    struct visit v = {.call = load_subject, .ctx = subject};
    enum aw_status st = aw_subject_init(subject, aw_random_system(), now);

    if (st == AW_OK)
        st = visit_spaces(store, AW_SPACE_SUBJECT_FIRST, AW_SPACE_SUBJECT_LAST, &v);
    return st == AW_OK ? aw_subject_start(subject, now) : st;
}

enum aw_status aw_agent_load_contact(struct aw_contact *contact, uint32_t slot,
                                     const struct aw_store *store, struct aw_now now)
{
    struct slot_filter filter = {contact, slot};
    struct visit v = {.call = load_contact, .ctx = &filter};
    enum aw_status st = aw_contact_init(contact, aw_random_system(), slot, now);

    if (st == AW_OK)
        st = visit_spaces(store, AW_SPACE_CONTACT_FIRST, AW_SPACE_CONTACT_LAST, &v);
    return st == AW_OK ? aw_contact_start(contact, now) : st;
}

struct slot_list {
    uint32_t *slots;
    size_t cap, count;
};

/* Keeps the list sorted; the keys of one slot need not lie together. */
static enum aw_status note_slot(void *ctx, uint8_t space, uint64_t key, struct aw_bytes value)
{
    struct slot_list *list = ctx;
    uint32_t slot = aw_contact_slot(key);
    size_t filled = list->count < list->cap ? list->count : list->cap;
    size_t at = filled;

    (void)space;
    (void)value;
    while (at > 0 && list->slots[at - 1] > slot)
        at--;
    if (at > 0 && list->slots[at - 1] == slot)
        return AW_OK;
    if (filled < list->cap) {
        for (size_t i = filled; i > at; i--)
            list->slots[i] = list->slots[i - 1];
        list->slots[at] = slot;
    }
    list->count++;
    return AW_OK;
}

enum aw_status aw_agent_slots(const struct aw_store *store, uint32_t *slots, size_t cap,
                              size_t *count)
{
    struct slot_list list = {slots, cap, 0};
    struct visit v = {.call = note_slot, .ctx = &list};
    enum aw_status st = visit_spaces(store, AW_SPACE_CONTACT_FIRST, AW_SPACE_CONTACT_LAST, &v);

    *count = list.count;
    return st;
}
