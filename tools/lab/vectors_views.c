/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_impl.h"
#include "support/circle.h"

#include <stdio.h>

/*
 * Vectors of what a typed secret does in both views (spec/07-contact.md §3 and §8): at a contact of
 * the circle, in what he acts on and in what he shows, and at one outside.
 */

#define STEPS   6
#define EVERY_S 3600
#define GRACE_S 600
#define GATE    (EVERY_S + GRACE_S)
/* When grace is used up a relay has to prove the path, and is asked again and again. */
#define PROVED (GATE + 120)

enum act { ACT_NONE, ACT_CHECKIN, ACT_CANCEL, ACT_SOS };
enum secret { SECRET_SAFE, SECRET_DURESS, SECRET_WRONG };

static const char *const act_words[] = {"none", "check-in", "cancel", "sos"};
static const char *const secret_words[] = {"safe", "duress", "wrong"};
static const char *const incident_words[] = {[AW_INCIDENT_NONE] = "none",
                                             [AW_INCIDENT_MISSED] = "missed",
                                             [AW_INCIDENT_WRONG] = "wrong",
                                             [AW_INCIDENT_SOS] = "sos",
                                             [AW_INCIDENT_DURESS] = "duress"};

struct views {
    const char *name, *note;
    struct {
        uint32_t at_s; /* from the beginning, when she checked in */
        enum act act;
        enum secret secret;
    } steps[STEPS];
    size_t count;
};

#define CHECKIN ACT_CHECKIN
#define WRONG   SECRET_WRONG

/* clang-format off */
static const struct views views[] = {
    {"the third wrong secret", "raises the circle; outside, and in what is shown, they count",
     {{60, CHECKIN, WRONG}, {120, CHECKIN, WRONG}, {180, CHECKIN, WRONG}}, 3},
    {"wrong ones, a right one between", "it ends the row",
     {{60, CHECKIN, WRONG}, {120, CHECKIN, WRONG}, {180, CHECKIN, SECRET_SAFE},
      {240, CHECKIN, WRONG}, {300, CHECKIN, WRONG}, {360, CHECKIN, WRONG}}, 6},
    {"the third one in another word", "a cancel that nothing was to be cancelled for",
     {{60, CHECKIN, WRONG}, {120, ACT_SOS, 0}, {180, ACT_CANCEL, WRONG},
      {240, CHECKIN, WRONG}}, 4},
    {"duress", "calm is what is shown, and goes on so",
     {{60, CHECKIN, SECRET_DURESS}, {120, CHECKIN, SECRET_SAFE}}, 2},
    {"a wrong one moves nothing", "the old deadline is missed, by the circle alone",
     {{1800, CHECKIN, WRONG}, {GATE, ACT_NONE, 0}, {PROVED, ACT_NONE, 0},
      {1800 + PROVED, ACT_NONE, 0}}, 4},
    {"duress between wrong ones", "it ends the row, and its alarm stays",
     {{60, CHECKIN, WRONG}, {120, CHECKIN, WRONG}, {180, CHECKIN, SECRET_DURESS},
      {240, CHECKIN, WRONG}}, 4},
    {"wrong ones after the third", "begin a new row",
     {{60, CHECKIN, WRONG}, {120, CHECKIN, WRONG}, {180, CHECKIN, WRONG}, {240, CHECKIN, WRONG},
      {300, CHECKIN, WRONG}, {360, CHECKIN, WRONG}}, 6},
    {"sos, then duress", "the higher of both counts, and the shown one stays what it is",
     {{60, ACT_SOS, 0}, {120, ACT_CANCEL, SECRET_DURESS}}, 2},
};
/* clang-format on */

static enum aw_status do_act(struct circle *c, enum act act, enum secret secret)
{
    const uint8_t *const keys[] = {circle_safe, circle_duress, circle_wrong};
    struct aw_subject *s = c->hosts[0].subject;
    struct aw_now now = circle_now(c, 0);

    switch (act) {
    case ACT_CHECKIN:
        return aw_subject_checkin(s, keys[secret], NULL, 0, NULL, now);
    case ACT_CANCEL:
        return aw_subject_cancel(s, keys[secret], NULL, NULL, now);
    case ACT_SOS:
        return aw_subject_sos(s, NULL, NULL, now);
    case ACT_NONE:
        break;
    }
    return AW_OK;
}

static void out_ladder(struct vec *v, const char *name, const struct aw_ladder *l, uint64_t begin_s)
{
    vec_enter(v, name);
    vec_out_text(v, "incident", incident_words[l->incident]);
    vec_out_uint(v, "check_in_due", l->due.at_s[AW_LADDER_DUE(AW_WHY_CHECKIN)] - begin_s);
    vec_leave(v);
}

static void one_view(struct vec *v, const struct views *row)
{
    struct circle c;
    uint64_t begin_s;

    circle_init(&c, 2, 19);
    circle_set_up(&c);
    circle_checkin(&c, circle_safe);
    circle_pump(&c);
    begin_s = circle_now_s(&c);
    vec_enter(v, row->name);
    vec_note(v, row->note);
    for (size_t i = 0; i < row->count; i++) {
        uint32_t at_s;
        unsigned act, secret;

        vec_enter(v, vec_nth(v, "step", i));
        at_s = lab_vec_u32(v, "at", row->steps[i].at_s);
        act = lab_vec_word(v, "act", row->steps[i].act, act_words, AW_COUNT(act_words));
        secret =
            lab_vec_word(v, "secret", row->steps[i].secret, secret_words, AW_COUNT(secret_words));
        if (begin_s + at_s > circle_now_s(&c))
            circle_run(&c, begin_s + at_s - circle_now_s(&c));
        vec_out_status(v, "status", do_act(&c, (enum act)act, (enum secret)secret));
        circle_pump(&c);
        vec_out_uint(v, "wrong_in_a_row", circle_view(&c, 1).wrong_count);
        out_ladder(v, "circle", &contact_of(c.hosts[1].contact)->ladder, begin_s);
        out_ladder(v, "shown", &contact_of(c.hosts[1].contact)->shown, begin_s);
        out_ladder(v, "outside", &contact_of(c.hosts[2].contact)->ladder, begin_s);
        vec_leave(v);
    }
    vec_leave(v);
    circle_free(&c);
}

/* ---- Wrong ones in a row ---- */

static void in_a_row(struct vec *v)
{
    for (uint8_t before = 0; before < CONTACT_WRONG_MAX; before++) {
        for (unsigned i = 0; i < LAB_VERDICTS; i++) {
            char name[32];
            unsigned found;
            uint8_t row;

            (void)snprintf(name, sizeof name, "%u, %s", before, lab_verdict_words[i]);
            vec_enter(v, name);
            row = (uint8_t)lab_vec_u32(v, "before", before);
            found = lab_vec_word(v, "found", i, lab_verdict_words, LAB_VERDICTS);
            vec_out_uint(v, "alarm", aw_co_is_third_wrong(&row, (enum aw_verdict)found));
            vec_out_uint(v, "after", row);
            vec_leave(v);
        }
    }
}

void lab_vectors_views(struct vec *v)
{
    for (size_t i = 0; i < AW_COUNT(views); i++)
        one_view(v, &views[i]);
    vec_enter(v, "in_a_row");
    vec_note(v, "wrong words in a row before a word, and after it; none: it has no presence");
    in_a_row(v);
    vec_leave(v);
}
