/* SPDX-License-Identifier: ISC */
#include "support/acts.h"

static struct aw_subject *her(const struct circle *c)
{
    return c->hosts[0].subject;
}

static void start_timer(struct circle *c)
{
    T_EQ(aw_subject_timer_start(her(c), AW_TIMER_MEETING, (uint32_t)circle_now_s(c) + 1200, 0, NULL,
                                NULL, circle_now(c, 0)),
         AW_OK);
}

static void call_for_help(struct circle *c)
{
    T_EQ(aw_subject_sos(her(c), NULL, NULL, circle_now(c, 0)), AW_OK);
}

static enum aw_status check_in(struct circle *c, const uint8_t *key)
{
    return aw_subject_checkin(her(c), key, NULL, 0, NULL, circle_now(c, 0));
}

static enum aw_status end_timer(struct circle *c, const uint8_t *key)
{
    return aw_subject_timer_end(her(c), key, NULL, NULL, circle_now(c, 0));
}

static enum aw_status cancel(struct circle *c, const uint8_t *key)
{
    return aw_subject_cancel(her(c), key, NULL, NULL, circle_now(c, 0));
}

static enum aw_status set_plan(struct circle *c, const uint8_t *key)
{
    struct aw_plan plan;

    T_EQ(aw_subject_plan(her(c), &plan), AW_OK);
    plan.grace_s += 60;
    return aw_subject_plan_set(her(c), &plan, NULL, key, circle_now(c, 0));
}

static enum aw_status change_secrets(struct circle *c, const uint8_t *key)
{
    const struct aw_secrets secrets = {.safe_key = {4}, .duress_key = {5}, .circle = 1};
    struct aw_plan plan;

    T_EQ(aw_subject_plan(her(c), &plan), AW_OK);
    return aw_subject_plan_set(her(c), &plan, &secrets, key, circle_now(c, 0));
}

static enum aw_status remove_second(struct circle *c, const uint8_t *key)
{
    const struct aw_secrets secrets = {.safe_key = {4}, .duress_key = {5}, .circle = 1};
    struct aw_plan plan;

    T_EQ(aw_subject_plan(her(c), &plan), AW_OK);
    plan.roster_count = plan.threshold = plan.council.quorum = 1;
    return aw_subject_remove(her(c), 2, &plan, &secrets, key, circle_now(c, 0));
}

static enum aw_status set_card(struct circle *c, const uint8_t *key)
{
    static const struct aw_card card = {
        .sections_count = 1,
        .sections = {{.kind = AW_CARD_FIRST, .level = 1, .text = "call her sister"}}};

    return aw_subject_card_set(her(c), &card, key, circle_now(c, 0));
}

const struct act acts[ACT_COUNT] = {
    {"check-in", "aw_subject_checkin", NULL, check_in},
    {"end of a timer", "aw_subject_timer_end", start_timer, end_timer},
    {"cancel of an alarm", "aw_subject_cancel", call_for_help, cancel},
    {"plan", "aw_subject_plan_set", NULL, set_plan},
    {"secrets", "aw_subject_plan_set", NULL, change_secrets},
    {"removal", "aw_subject_remove", NULL, remove_second},
    {"card", "aw_subject_card_set", NULL, set_card},
};

void act_set_up(struct circle *c, const struct act *a)
{
    circle_init(c, ACT_CONTACTS, 34);
    circle_set_up(c);
    if (a->prepare != NULL)
        a->prepare(c);
    circle_run(c, 120);
    for (size_t n = 1; n <= ACT_CONTACTS; n++)
        c->hosts[n].is_offline = c->hosts[n].is_asleep = true;
}
