/* SPDX-License-Identifier: ISC */
#include "oracle.h"

#include "base/bytes.h"
#include "support/circle.h"

/*
 * A contact engine, and her engine to make what it hears. `sent` is what it sent in this step,
 * `heard` what she sent; `feed` gives it any bytes instead.
 */

static struct circle circle;
static bool is_open;
static json_t *step; /* verdict that is being made */

static void watch(struct circle *c, size_t host, const struct aw_action *a)
{
    (void)c;
    if (step == NULL)
        return;
    if (a->kind == AW_ACTION_SEND)
        oracle_list(step, host == 0 ? "heard" : "sent", a->send.cell);
    if (a->kind == AW_ACTION_EVENT && host == 1) {
        json_t *list = json_object_get(step, "events");

        if (list == NULL) {
            list = json_array();
            (void)json_object_set_new(step, "events", list);
        }
        (void)json_array_append_new(list, json_string(aw_event_name(a->event.kind)));
    }
}

static unsigned drop(struct circle *c, const struct circle_cell *cell)
{
    (void)c;
    (void)cell;
    return 0;
}

static void reset(uint64_t seed)
{
    step = NULL;
    if (is_open)
        circle_free(&circle);
    is_open = true;
    circle_init(&circle, 1, seed);
    circle.watch = watch;
    circle_set_up(&circle);
}

static void tell(json_t *out)
{
    static const char *const states[] = {"idle",   "fine",  "overdue", "suspect",
                                         "missed", "alarm", "claimed", "resumed"};
    static const char *const incidents[] = {"none", "missed", "wrong", "sos", "duress"};
    struct aw_contact_view v = circle_view(&circle, 1);

    (void)json_object_set_new(out, "state", json_string(states[v.state]));
    (void)json_object_set_new(out, "incident", json_string(incidents[v.incident]));
    (void)json_object_set_new(out, "level", json_integer(v.level));
    (void)json_object_set_new(out, "rings", json_boolean(v.rings));
    (void)json_object_set_new(out, "quarantined", json_boolean(v.quarantined));
    (void)json_object_set_new(out, "seq", json_integer((json_int_t)v.newest.seq));
    (void)json_object_set_new(out, "refused", json_integer((json_int_t)v.refused_count));
}

/* What she says. */
static bool say(const char *symbol, enum aw_status *st)
{
    struct aw_subject *her = circle.hosts[0].subject;
    struct aw_now now = circle_now(&circle, 0);

    if (strcmp(symbol, "checkin") == 0)
        *st = aw_subject_checkin(her, circle_safe, NULL, 0, NULL, now);
    else if (strcmp(symbol, "duress") == 0)
        *st = aw_subject_checkin(her, circle_duress, NULL, 0, NULL, now);
    else if (strcmp(symbol, "wrong") == 0)
        *st = aw_subject_checkin(her, circle_wrong, NULL, 0, NULL, now);
    else if (strcmp(symbol, "sos") == 0)
        *st = aw_subject_sos(her, NULL, NULL, now);
    else if (strcmp(symbol, "cancel") == 0)
        *st = aw_subject_cancel(her, circle_safe, NULL, NULL, now);
    else if (strcmp(symbol, "drill") == 0)
        *st = aw_subject_drill(her, NULL, NULL, now);
    else
        return false;
    return true;
}

/* What the human here says. */
static bool answer(const char *symbol, enum aw_status *st)
{
    struct aw_contact *he = circle.hosts[1].contact;
    struct aw_now now = circle_now(&circle, 1);

    if (strcmp(symbol, "claim") == 0)
        *st = aw_contact_claim(he, now);
    else if (strcmp(symbol, "decline") == 0)
        *st = aw_contact_decline(he, now);
    else if (strcmp(symbol, "confirm") == 0)
        *st = aw_contact_confirm(he, now);
    else if (strcmp(symbol, "seen") == 0)
        *st = aw_contact_seen(he, now);
    else
        return false;
    return true;
}

/* What becomes of cells, of the path and of the process. */
static bool disturb(const char *symbol)
{
    if (strcmp(symbol, "lose") == 0)
        circle.fate = drop;
    else if (strcmp(symbol, "carry") == 0)
        circle.fate = NULL;
    else if (strcmp(symbol, "unproved") == 0)
        circle.hosts[1].is_unproved = true;
    else if (strcmp(symbol, "proved") == 0)
        circle.hosts[1].is_unproved = false;
    else if (strcmp(symbol, "silent") == 0)
        circle.hosts[0].is_asleep = true;
    else if (strcmp(symbol, "awake") == 0)
        circle.hosts[0].is_asleep = false;
    else if (strcmp(symbol, "restart") == 0)
        circle_restart(&circle, 1);
    else
        return strcmp(symbol, "wait") == 0;
    return true;
}

static bool act(const char *symbol, const json_t *line, json_t *out)
{
    uint8_t space[16384];
    struct aw_buf bytes = AW_BUF_OF(space);
    enum aw_status st = AW_OK;

    step = out;
    if (strcmp(symbol, "feed") == 0) {
        if (!oracle_bytes(line, &bytes))
            return false;
        st = aw_contact_feed(circle.hosts[1].contact, (uint32_t)oracle_number(line, "mailbox", 0),
                             aw_buf_bytes(&bytes),
                             (uint32_t)oracle_number(line, "deposited_at", circle_now_s(&circle)),
                             circle_now(&circle, 1));
    } else if (!say(symbol, &st) && !answer(symbol, &st) && !disturb(symbol)) {
        return false;
    }
    circle_run(&circle, oracle_number(line, "wait_s", strcmp(symbol, "wait") == 0 ? 60 : 0));
    step = NULL;
    oracle_status(out, st);
    (void)json_object_set_new(out, "time", json_integer((json_int_t)circle_now_s(&circle)));
    tell(out);
    return true;
}

const struct oracle_machine oracle_contact = {"contact", reset, act};
