/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include <allswell/plan.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "support/circle.h"

#include <stdio.h>
#include <string.h>

/*
 * Vectors of loosening: which change of a plan is one (spec/15-plan.md §5), from when on a new plan
 * is in force (spec/07-contact.md §12), and until when an old secret is (CO-50), as an engine has
 * it that is given plans.
 */

#define DAY_S UINT32_C(86400)
/* London in 2027, ten days before the clock goes forward. */
#define SPRING UINT32_C(1806195600)
#define AUTUMN UINT32_C(1824944400)
#define NOW    (SPRING - 10 * DAY_S)

/* ---- Which change ---- */

static void two_contacts(struct aw_plan *plan)
{
    aw_plan_default(plan, 2);
    plan->version = 1;
    plan->roster[0].name[0] = 'a';
    plan->roster[1].name[0] = 'b';
    plan->roster[1].groups = 2;
    (void)snprintf(plan->levels[0].text, sizeof plan->levels[0].text, "call her");
    (void)snprintf(plan->levels[1].text, sizeof plan->levels[1].text, "go there");
    plan->threshold = 2;
}

/* Every 8 h and at 22:00, quiet nights, one pause, one relay, signs of life. */
static void by_the_clock(struct aw_plan *plan)
{
    two_contacts(plan);
    plan->zone[0] = (struct aw_zone_rule){0, 0};
    plan->zone[1] = (struct aw_zone_rule){SPRING, 3600};
    plan->zone[2] = (struct aw_zone_rule){AUTUMN, 0};
    plan->zone_count = 3;
    plan->schedule[0].every_s = 28800;
    plan->schedule[1] =
        (struct aw_schedule_line){.days = 31, .has_minute = true, .minute = 22 * 60};
    plan->schedule_count = 2;
    plan->quiet[0] = (struct aw_quiet){.days = 127, .from = 1380, .until = 420};
    plan->quiet_count = 1;
    plan->pauses[0] = (struct aw_pause){NOW + DAY_S, NOW + 2 * DAY_S};
    plan->pauses_count = 1;
    plan->operators_count = 1;
    plan->operators[0].person = 2;
    plan->pace.life_s = DAY_S;
    plan->change.announce = 2;
}

/* Nothing by the clock; slots; low risk; the set-up phase has ended. */
static void by_intervals(struct aw_plan *plan)
{
    two_contacts(plan);
    plan->relaxed = true;
    plan->change.setup = false;
    plan->pace.cadence_s = 300;
    plan->pace.ask_s = 0;
    plan->has_card_hash = true;
    plan->roster[1].data = AW_DATA_COARSE;
}

/* A file with a changed plan makes a field that is no wire key: 0 then, as for none. */
static void one_change(struct vec *v, const char *name, const struct aw_plan *from,
                       struct aw_plan *to, uint32_t now_s)
{
    enum aw_plan_field field = AW_PLAN_FIELD_NONE;
    bool loosens;

    vec_enter(v, name);
    lab_vec_plan(v, "to", to);
    loosens = aw_plan_loosens(from, to, now_s, &field);
    vec_out_uint(v, "loosens", loosens);
    vec_out_uint(v, "key", field);
    vec_leave(v);
}

#define CHANGE(name, change)                                                                       \
    to = *from;                                                                                    \
    change;                                                                                        \
    one_change(v, name, from, &to, now_s)

static void clock_changes(struct vec *v, const struct aw_plan *from, uint32_t now_s)
{
    struct aw_plan to;

    CHANGE("as before, by another version", to.version = 2);
    CHANGE("zone: autumn comes 124 days from now", to.zone[2].from = NOW + 124 * DAY_S);
    CHANGE("zone: autumn comes a second later", to.zone[2].from = NOW + 124 * DAY_S + 1);
    CHANGE("zone: another one until 40 days ago",
           (to.zone[0].offset_s = 3600, to.zone[3] = to.zone[2], to.zone[2] = to.zone[1],
            to.zone[1] = (struct aw_zone_rule){NOW - 40 * DAY_S, 0}, to.zone_count = 4));
    CHANGE("zone: until a second later",
           (to.zone[0].offset_s = 3600, to.zone[3] = to.zone[2], to.zone[2] = to.zone[1],
            to.zone[1] = (struct aw_zone_rule){NOW - 40 * DAY_S + 1, 0}, to.zone_count = 4));
    CHANGE("schedule: shorter interval, one more line, one more day",
           (to.schedule[0].every_s--, to.schedule[1].days = 63,
            to.schedule[to.schedule_count++] = (struct aw_schedule_line){.every_s = 7 * DAY_S}));
    CHANGE("schedule: the daily time in two lines",
           (to.schedule[2] = to.schedule[1], to.schedule[1].days = 3, to.schedule[2].days = 28,
            to.schedule_count = 3));
    CHANGE("schedule: longer interval", to.schedule[0].every_s++);
    CHANGE("schedule: a minute earlier", to.schedule[1].minute--);
    CHANGE("schedule: one day fewer", to.schedule[1].days = 30);
    CHANGE("quiet: a minute less", to.quiet[0].until--);
    CHANGE("quiet: the same in two windows",
           (to.quiet[1] = to.quiet[0], to.quiet[0].until = to.quiet[1].from = 0,
            to.quiet[1].days = 127, to.quiet_count = 2));
    CHANGE("quiet: a minute earlier", to.quiet[0].from--);
    CHANGE("pauses: a second less at both ends", (to.pauses[0].from++, to.pauses[0].until--));
    CHANGE("pauses: another one, over now",
           (to.pauses[1] = to.pauses[0], to.pauses[0] = (struct aw_pause){NOW - DAY_S, NOW},
            to.pauses_count = 2));
    CHANGE("pauses: another one, over in a second",
           (to.pauses[1] = to.pauses[0], to.pauses[0] = (struct aw_pause){NOW - DAY_S, NOW + 1},
            to.pauses_count = 2));
    CHANGE("pauses: a second more", to.pauses[0].until++);
    CHANGE("operators: an outsider's relay", to.operators[0].person = 0);
    CHANGE("change: announced to others", to.change.announce = 1);
    CHANGE("change: later, to all, after the set-up",
           (to.change.loosen_s++, to.change.announce = 255, to.change.setup = false));
    CHANGE("pace: no sign of life is asked for", to.pace.life_s = 0);
    CHANGE("pace: less alarm_beat_s, life_s and ask_s, more asks_max",
           (to.pace.alarm_beat_s--, to.pace.life_s--, to.pace.ask_s--, to.pace.asks_max++));
    CHANGE("pace: fewer questions", to.pace.asks_max--);
}

static void interval_changes(struct vec *v, const struct aw_plan *from, uint32_t now_s)
{
    struct aw_plan to;

    CHANGE("zone: any", (to.zone_count = 1, to.zone[0].offset_s = 3600));
    CHANGE("less of each span, of claims_max, and of warnings",
           (to.beat_s--, to.beat_grace_s--, to.grace_s--, to.ring_s--, to.claim_s--,
            to.claims_max--, to.council.witness_s--, to.council.ceiling_s--,
            to.warnings_count = 0));
    CHANGE("beat_s", to.beat_s++);
    CHANGE("beat_grace_s", to.beat_grace_s++);
    CHANGE("grace_s", to.grace_s++);
    CHANGE("levels: sooner, to more", (to.levels[0].groups = 3, to.levels[1].delay_s--));
    CHANGE("levels: one more with the words of the last",
           (to.levels[2] = to.levels[1], to.levels[1].delay_s = 60, to.levels[1].shares = false,
            to.levels_count = 3));
    CHANGE("levels: a second later", to.levels[1].delay_s++);
    CHANGE("levels: to fewer", to.levels[0].groups = 2);
    CHANGE("levels: other words", to.levels[0].text[0] = 'C');
    CHANGE("levels: shares sooner", to.levels[0].shares = true);
    CHANGE("levels: the first words again, at last",
           (to.levels[2] = to.levels[0], to.levels[2].delay_s = 2000, to.levels[2].groups = 255,
            to.levels_count = 3));
    CHANGE("roster: less data: coarse, none",
           (to.roster[0].data = AW_DATA_COARSE, to.roster[1].data = AW_DATA_NONE));
    CHANGE("roster: more data: exact", to.roster[1].data = AW_DATA_EXACT);
    CHANGE("roster: another name", to.roster[0].name[0] = 'A');
    CHANGE("roster: one more group", to.roster[0].groups = 3);
    CHANGE("roster: may ask", to.roster[0].asks = true);
    CHANGE("roster: somebody more",
           (to.roster[2] = to.roster[1], to.roster[2].person = to.roster[2].human = 3,
            to.roster_count++));
    CHANGE("ring_s", to.ring_s++);
    CHANGE("claim_s", to.claim_s++);
    CHANGE("claims_max", to.claims_max++);
    CHANGE("relaxed: no longer", to.relaxed = false);
    CHANGE("operators: one is named", to.operators[to.operators_count++].person = 1);
    CHANGE("council: a smaller quorum", to.council.quorum--);
    CHANGE("council: ceiling_s", to.council.ceiling_s++);
    CHANGE("change: loosen_s", to.change.loosen_s--);
    CHANGE("change: the set-up again", to.change.setup = true);
    CHANGE("pace: another cadence", to.pace.cadence_s = 299);
    CHANGE("pace: SOS waits", to.pace.sos_now = false);
    CHANGE("pace: questions at last", to.pace.ask_s = 900);
    CHANGE("decoys", to.decoys = 4);
    CHANGE("card_hash: none", to.has_card_hash = false);
    CHANGE("card_hash: another one", to.card_hash[31] = 1);
}

static void changes(struct vec *v, const char *name, void (*base)(struct aw_plan *plan),
                    void (*all)(struct vec *v, const struct aw_plan *from, uint32_t now_s))
{
    struct aw_plan from;
    uint32_t now_s;

    vec_enter(v, name);
    now_s = lab_vec_u32(v, "now", NOW);
    base(&from);
    lab_vec_plan(v, "from", &from);
    all(v, &from, now_s);
    vec_leave(v);
}

/* ---- From when on ---- */

#define LOOSEN_S 3600
#define ASKED    3

enum secret { SECRET_SAFE, SECRET_DURESS, SECRET_WRONG };

static const char *const secret_words[] = {"safe", "duress", "wrong"};

/* One more plan of a circle of one contact, or of two of whom the other one never meets her. */
struct coming {
    const char *name;
    bool is_first, is_setup, loosens;
    enum secret secret;
    bool is_inside; /* of the duress circle */
    uint32_t contacts;
    uint32_t since_first_s; /* from the first plan to this one; 0: at once */
    uint32_t compared_s;    /* after it arrived the human compared words; 0: did not */
    uint32_t asked_s[ASKED];
};

static const struct coming comings[] = {
    {.name = "the first plan", .is_first = true, .is_setup = true, .contacts = 1},
    {.name = "set-up, looser",
     .is_setup = true,
     .loosens = true,
     .is_inside = true,
     .contacts = 1,
     .since_first_s = 72 * 3600 - 1},
    {.name = "set-up is over after 72 h",
     .is_setup = true,
     .loosens = true,
     .is_inside = true,
     .contacts = 1,
     .since_first_s = 72 * 3600,
     .asked_s = {0, LOOSEN_S - 1, LOOSEN_S}},
    {.name = "tighter", .is_inside = true, .contacts = 1},
    {.name = "looser",
     .loosens = true,
     .is_inside = true,
     .contacts = 1,
     .asked_s = {0, LOOSEN_S - 1, LOOSEN_S}},
    {.name = "looser, outside the circle, with any secret",
     .loosens = true,
     .secret = SECRET_WRONG,
     .contacts = 1,
     .asked_s = {0, LOOSEN_S - 1, LOOSEN_S}},
    {.name = "forced, tighter",
     .secret = SECRET_DURESS,
     .is_inside = true,
     .contacts = 1,
     .asked_s = {0, LOOSEN_S, 20 * LOOSEN_S}},
    {.name = "wrong, tighter, nobody compared words",
     .secret = SECRET_WRONG,
     .is_inside = true,
     .contacts = 1,
     .asked_s = {0, LOOSEN_S, 20 * LOOSEN_S}},
    {.name = "wrong, the one human compared words",
     .secret = SECRET_WRONG,
     .is_inside = true,
     .contacts = 1,
     .compared_s = 60,
     .asked_s = {60, LOOSEN_S - 1, LOOSEN_S}},
    {.name = "wrong, he compared them after the delay",
     .secret = SECRET_WRONG,
     .is_inside = true,
     .contacts = 1,
     .compared_s = 2 * LOOSEN_S,
     .asked_s = {LOOSEN_S, 2 * LOOSEN_S - 1, 2 * LOOSEN_S}},
    {.name = "wrong, one of two humans compared words",
     .secret = SECRET_WRONG,
     .is_inside = true,
     .contacts = 2,
     .compared_s = 60,
     .asked_s = {60, LOOSEN_S, 20 * LOOSEN_S}},
};

static void in_coming(struct vec *v, struct coming *c)
{
    c->is_first = lab_vec_bool(v, "is_first", c->is_first);
    c->is_setup = lab_vec_bool(v, "setup", c->is_setup);
    c->loosens = lab_vec_bool(v, "loosens", c->loosens);
    c->secret = lab_vec_word(v, "secret", c->secret, secret_words, AW_COUNT(secret_words));
    c->is_inside = lab_vec_bool(v, "inside", c->is_inside);
    c->contacts = lab_vec_u32(v, "humans", c->contacts);
    c->since_first_s = lab_vec_u32(v, "since_first", c->since_first_s);
    c->compared_s = lab_vec_u32(v, "compared", c->compared_s);
}

static void set_plan(struct circle *c, struct aw_plan *plan, const struct aw_secrets *secrets,
                     const uint8_t *key)
{
    T_EQ(aw_subject_plan_set(c->hosts[0].subject, plan, secrets, key, circle_now(c, 0)), AW_OK);
    circle_pump(c);
}

/* Days pass here with nothing to hear, so that nothing but plans is known. */
static void quiet_plan(const struct circle *c, const struct coming *coming, struct aw_plan *plan)
{
    two_contacts(plan);
    plan->roster_count = (uint8_t)coming->contacts;
    plan->threshold = plan->council.quorum = (uint8_t)coming->contacts;
    for (size_t i = 0; i < c->contacts; i++) {
        plan->roster[i].groups = 1;
        plan->levels[i].groups = AW_GROUPS_ALL;
    }
    plan->schedule[0].every_s = AW_SPAN_MAX_S;
    plan->beat_s = 6 * 3600;
    plan->beat_grace_s = AW_SPAN_MAX_S;
    plan->change.loosen_s = LOOSEN_S;
    plan->change.setup = coming->is_setup;
}

static void first_plan(struct circle *c, const struct coming *coming)
{
    struct aw_secrets secrets = {.circle = coming->is_inside};
    struct aw_plan plan;

    memcpy(secrets.safe_key, circle_safe, sizeof circle_safe);
    memcpy(secrets.duress_key, circle_duress, sizeof circle_duress);
    quiet_plan(c, coming, &plan);
    set_plan(c, &plan, &secrets, circle_safe);
    if (coming->since_first_s > 0)
        circle_run(c, coming->since_first_s);
}

/* Whether the newest plan of hers is in force at contact 1 so long after it came. */
static void ask(struct vec *v, struct circle *c, const struct coming *coming, uint32_t version)
{
    uint64_t came_s = circle_now_s(c);
    bool is_compared = coming->compared_s == 0;

    for (size_t i = 0; i < ASKED; i++) {
        uint32_t after_s;

        after_s = lab_vec_u32(v, vec_nth(v, "after", i), coming->asked_s[i]);
        if (!is_compared && coming->compared_s <= after_s) {
            circle_run(c, came_s + coming->compared_s - circle_now_s(c));
            T_EQ(aw_contact_words_compared(c->hosts[1].contact, circle_now(c, 1)), AW_OK);
            circle_pump(c);
            is_compared = true;
        }
        if (came_s + after_s > circle_now_s(c))
            circle_run(c, came_s + after_s - circle_now_s(c));
        vec_out_uint(v, vec_nth(v, "in_force", i), circle_view(c, 1).plan_version == version);
    }
}

static void one_coming(struct vec *v, const struct coming *row)
{
    const uint8_t *const keys[] = {circle_safe, circle_duress, circle_wrong};
    struct coming coming = *row;
    struct aw_subject_view her;
    struct aw_plan plan;
    struct circle c;

    vec_enter(v, row->name);
    in_coming(v, &coming);
    circle_init(&c, coming.contacts, 7);
    for (size_t n = 1; n <= coming.contacts; n++)
        circle_pair(&c, n);
    first_plan(&c, &coming);
    if (!coming.is_first) {
        T_EQ(aw_subject_plan(c.hosts[0].subject, &plan), AW_OK);
        plan.grace_s = coming.loosens ? plan.grace_s + 1 : plan.grace_s - 1;
        set_plan(&c, &plan, NULL, keys[coming.secret]);
    }
    aw_subject_view(c.hosts[0].subject, &her);
    ask(v, &c, &coming, her.plan_version);
    circle_free(&c);
    vec_leave(v);
}

/* ---- Secrets ---- */

static const uint8_t new_safe[AW_PRESENCE_KEY_LEN] = {7};
static const uint8_t new_duress[AW_PRESENCE_KEY_LEN] = {8};

enum typed { TYPED_OLD_SAFE, TYPED_OLD_DURESS, TYPED_NEW_SAFE, TYPED_NEW_DURESS, TYPED_NEITHER };

static const char *const typed_words[] = {"old safe", "old duress", "new safe", "new duress",
                                          "neither"};

/* Both secrets are changed, and one is typed for a check-in so long after. */
struct changed {
    const char *name;
    bool is_setup, is_outside;
    enum secret by; /* typed for the change */
    uint32_t after_s;
    enum typed typed;
};

/* clang-format off */
static const struct changed changed[] = {
    {"outside the circle, old safe", false, true, SECRET_SAFE, LOOSEN_S, TYPED_OLD_SAFE},
    {"outside the circle, new safe", false, true, SECRET_SAFE, LOOSEN_S, TYPED_NEW_SAFE},
    {"outside the circle, neither", false, true, SECRET_SAFE, LOOSEN_S, TYPED_NEITHER},
    {"a forced change, old safe", false, false, SECRET_DURESS, LOOSEN_S, TYPED_OLD_SAFE},
    {"a forced change, new safe", false, false, SECRET_DURESS, LOOSEN_S, TYPED_NEW_SAFE},
    {"a change with a wrong secret, old safe", false, false, SECRET_WRONG, LOOSEN_S,
     TYPED_OLD_SAFE},
    {"a change with a wrong secret, new safe", false, false, SECRET_WRONG, LOOSEN_S,
     TYPED_NEW_SAFE},
    {"a change with a wrong secret, old duress", false, false, SECRET_WRONG, LOOSEN_S,
     TYPED_OLD_DURESS},
    {"at once, old safe", false, false, SECRET_SAFE, 0, TYPED_OLD_SAFE},
    {"at once, new safe", false, false, SECRET_SAFE, 0, TYPED_NEW_SAFE},
    {"at once, old duress", false, false, SECRET_SAFE, 0, TYPED_OLD_DURESS},
    {"at once, new duress", false, false, SECRET_SAFE, 0, TYPED_NEW_DURESS},
    {"at once, neither", false, false, SECRET_SAFE, 0, TYPED_NEITHER},
    {"then, old safe", false, false, SECRET_SAFE, LOOSEN_S, TYPED_OLD_SAFE},
    {"then, new safe", false, false, SECRET_SAFE, LOOSEN_S, TYPED_NEW_SAFE},
    {"then, old duress", false, false, SECRET_SAFE, LOOSEN_S, TYPED_OLD_DURESS},
    {"then, new duress", false, false, SECRET_SAFE, LOOSEN_S, TYPED_NEW_DURESS},
    {"set-up, old safe", true, false, SECRET_SAFE, 0, TYPED_OLD_SAFE},
    {"set-up, new safe", true, false, SECRET_SAFE, 0, TYPED_NEW_SAFE},
    {"set-up, old duress", true, false, SECRET_SAFE, 0, TYPED_OLD_DURESS},
    {"set-up, new duress", true, false, SECRET_SAFE, 0, TYPED_NEW_DURESS},
    {"a second before the delay is over, old safe", false, false, SECRET_SAFE, LOOSEN_S - 1,
     TYPED_OLD_SAFE},
    {"a second before the delay is over, old duress", false, false, SECRET_SAFE, LOOSEN_S - 1,
     TYPED_OLD_DURESS},
};
/* clang-format on */

static void change_secrets(struct circle *c, bool is_inside, enum secret by)
{
    const uint8_t *const keys[] = {circle_safe, circle_duress, circle_wrong};
    struct aw_secrets secrets = {.circle = is_inside};
    struct aw_plan plan;

    memcpy(secrets.safe_key, new_safe, sizeof new_safe);
    memcpy(secrets.duress_key, new_duress, sizeof new_duress);
    T_EQ(aw_subject_plan(c->hosts[0].subject, &plan), AW_OK);
    set_plan(c, &plan, &secrets, keys[by]);
}

static void one_changed(struct vec *v, const struct changed *row)
{
    const uint8_t *const keys[] = {circle_safe, circle_duress, new_safe, new_duress, circle_wrong};
    struct coming first = {.contacts = 1};
    enum secret by;
    uint32_t after_s;
    unsigned typed;
    struct circle c;

    vec_enter(v, row->name);
    first.is_setup = lab_vec_bool(v, "setup", row->is_setup);
    first.is_inside = lab_vec_bool(v, "inside", !row->is_outside);
    by = lab_vec_word(v, "changed_by", row->by, secret_words, AW_COUNT(secret_words));
    after_s = lab_vec_u32(v, "after", row->after_s);
    typed = lab_vec_word(v, "typed", row->typed, typed_words, AW_COUNT(typed_words));
    circle_init(&c, 1, 8);
    circle_pair(&c, 1);
    first_plan(&c, &first);
    change_secrets(&c, first.is_inside, by);
    if (after_s > 0)
        circle_run(&c, after_s);
    circle_checkin(&c, keys[typed]);
    circle_pump(&c);
    vec_out_text(v, "found", lab_verdict_words[circle_view(&c, 1).newest.verdict]);
    circle_free(&c);
    vec_leave(v);
}

void lab_vectors_loosening(struct vec *v)
{
    vec_enter(v, "in_force");
    vec_note(v, "a plan with loosen_s 3600 is in force, and is followed by another one; nobody "
                "else's words were compared; times are seconds after it arrived");
    for (size_t i = 0; i < AW_COUNT(comings); i++)
        one_coming(v, &comings[i]);
    vec_leave(v);
    changes(v, "by_the_clock", by_the_clock, clock_changes);
    changes(v, "by_intervals", by_intervals, interval_changes);
    vec_enter(v, "secrets");
    vec_note(v, "with loosen_s 3600 both secrets are changed by a word for which an old one was "
                "typed; a check-in comes so many seconds after it arrived");
    for (size_t i = 0; i < AW_COUNT(changed); i++)
        one_changed(v, &changed[i]);
    vec_leave(v);
}
