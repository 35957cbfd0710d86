/* SPDX-License-Identifier: ISC */
/* Who may learn what of her place: nothing, a coarse one, the exact one (spec/06-subject.md §5). */
#include "support/council.h"

#include "base/bytes.h"
#include "core/coarse.h"
#include "core/contact_impl.h"
#include "wire/state.h"

/* Goal: the grid is that of SU-45, also at its ends, and a rounded state can be said.
 * Method: places between two lines, halves, both signs, both ends; the accuracy at its bound. */
static void test_grid(void)
{
    static const struct {
        int32_t from, to;
    } rows[] = {
        {0, 0},
        {49999, 0},
        {50000, 100000},
        {-49999, 0},
        {-50000, -100000},
        {515074000, 515100000},
        {-1278000, -1300000},
        {900000000, 900000000},
        {-899950000, -900000000},
        {-899950001, -900000000},
    };
    uint8_t plain[AW_STATE_PADDED_LEN];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct aw_state state = {.has_lat_e7 = true,
                                 .has_lon_e7 = true,
                                 .lat_e7 = rows[i].from,
                                 .lon_e7 = 2 * (rows[i].from / 2),
                                 .note = "at the flat"};
        struct aw_buf out = AW_BUF_OF(plain);

        aw_coarse_state(&state);
        T_EQ(state.lat_e7, rows[i].to);
        T_EQ(state.lon_e7 % AW_COARSE_E7, 0);
        T_TRUE(state.has_accuracy_m);
        T_EQ(state.accuracy_m, AW_COARSE_M);
        T_EQ(state.note[0], '\0');
        T_EQ(aw_message_encode(&aw_state_map, &state, &out), AW_OK);
    }
}

/* Goal: a known accuracy grows by what the grid adds, to its bound; what is no place stays.
 * Method: one that is near, one at the bound, a state without a place. */
static void test_accuracy(void)
{
    struct aw_state near = {.has_lat_e7 = true,
                            .has_lon_e7 = true,
                            .lon_e7 = 1800000000,
                            .has_accuracy_m = true,
                            .accuracy_m = 12};
    struct aw_state far = near, nowhere = {.has_battery_pct = true, .battery_pct = 7, .note = "b"};

    far.accuracy_m = AW_ACCURACY_MAX_M - 1;
    aw_coarse_state(&near);
    aw_coarse_state(&far);
    aw_coarse_state(&nowhere);
    T_EQ(near.accuracy_m, 812);
    T_EQ(near.lon_e7, 1800000000);
    T_EQ(far.accuracy_m, AW_ACCURACY_MAX_M);
    T_TRUE(!nowhere.has_lat_e7 && !nowhere.has_accuracy_m && nowhere.note[0] == '\0');
    T_EQ(nowhere.battery_pct, 7);
}

/* Contact 1 exact, 2 coarse, 3 nothing; any two shares open. */
static void begin(struct circle *c, uint64_t seed)
{
    struct aw_plan plan;

    council_init(c, 3, seed, &plan);
    plan.roster[1].data = AW_DATA_COARSE;
    plan.roster[2].data = AW_DATA_NONE;
    council_begin(c, &plan, 7);
}

static void sees(const struct circle *c, size_t n, int32_t lat_e7, uint32_t accuracy_m)
{
    struct aw_place place;

    T_EQ(aw_contact_place(c->hosts[n].contact, &place, circle_now(c, n)), AW_OK);
    T_EQ(place.state.lat_e7, lat_e7);
    T_EQ(place.state.accuracy_m, accuracy_m);
    T_EQ(place.state.note[0], lat_e7 % AW_COARSE_E7 == 0 ? '\0' : 'w');
}

static void sees_nothing(const struct circle *c, size_t n)
{
    struct aw_place place;

    T_EQ(aw_contact_place(c->hosts[n].contact, &place, circle_now(c, n)), AW_E_STATE);
}

static const struct aw_state there = {.at = (uint32_t)CIRCLE_T0_S,
                                      .has_lat_e7 = true,
                                      .has_lon_e7 = true,
                                      .has_accuracy_m = true,
                                      .lat_e7 = 515074000,
                                      .lon_e7 = -1278000,
                                      .accuracy_m = 12,
                                      .note = "with my brother"};

/* Goal: on silence each opens what was sealed for him, with shares of the others, and no more: not
 * before, and not with every share and the key itself.
 * Method: a check-in, her phone off, the release; then contacts 2 and 3 steal what contact 1 was
 * given, and try every seal that they ever got with it. */
static void test_level_on_silence(void)
{
    uint8_t shares[2][AW_SHARE_LEN], key[AW_KEY_LEN], plain[AW_STATE_LEN];
    struct aw_state state;
    struct circle c;
    uint32_t seq;

    begin(&c, 51);
    T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_safe, &there, 0, &seq, circle_now(&c, 0)),
         AW_OK);
    circle_pump(&c);
    for (size_t n = 1; n <= 3; n++)
        sees_nothing(&c, n);
    for (size_t n = 1; n <= 2; n++)
        memcpy(shares[n - 1], aw_keep_find(&council_engine(&c, n)->keep, seq)->share, AW_SHARE_LEN);
    T_EQ(aw_share_combine(key, shares, 2), AW_OK);
    c.hosts[0].is_asleep = true;
    circle_run(&c, 80 * 60);
    sees(&c, 1, 515074000, 12);
    sees(&c, 2, 515100000, 812);
    sees_nothing(&c, 3);

    T_EQ(aw_state_open(plain, aw_keep_find(&council_engine(&c, 1)->keep, seq)->state, key), AW_OK);
    T_EQ(aw_state_open(plain, aw_keep_find(&council_engine(&c, 2)->keep, seq)->state, key), AW_OK);
    T_EQ(aw_message_decode_padded(&aw_state_map, &state, AW_BYTES_OF(plain)), AW_OK);
    T_EQ(state.lat_e7, 515100000);
    T_EQ(aw_state_open(plain, aw_keep_find(&council_engine(&c, 3)->keep, seq)->state, key),
         AW_E_AUTH);
    circle_free(&c);
}

/* Goal: in an SOS the same, in the word and in the beats after it, where the key goes along.
 * Method: an SOS at a place, then she moves; after an hour of beats. */
static void test_level_in_an_alarm(void)
{
    struct aw_state moved = there;
    struct circle c;

    begin(&c, 52);
    T_EQ(aw_subject_sos(c.hosts[0].subject, &there, NULL, circle_now(&c, 0)), AW_OK);
    circle_pump(&c);
    sees(&c, 1, 515074000, 12);
    sees(&c, 2, 515100000, 812);
    sees_nothing(&c, 3);
    moved.lat_e7 = 515161000;
    T_EQ(aw_subject_state_update(c.hosts[0].subject, &moved, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 60 * 60);
    sees(&c, 1, 515161000, 12);
    sees(&c, 2, 515200000, 812);
    sees_nothing(&c, 3);
    circle_free(&c);
}

/* The circle of begin() after its set-up, and a plan that is to come: contact 1 coarse, 3 exact,
 * and one share more. Until two hours have passed, contacts may hold it back. */
static void begin_change(struct circle *c, uint64_t seed, struct aw_plan *next)
{
    begin(c, seed);
    T_EQ(aw_subject_plan(c->hosts[0].subject, next), AW_OK);
    next->change.setup = false;
    next->change.loosen_s = 2 * HOUR_S;
    T_EQ(aw_subject_plan_set(c->hosts[0].subject, next, NULL, circle_safe, circle_now(c, 0)),
         AW_OK);
    circle_run(c, 3 * HOUR_S);
    council_checkin(c, circle_safe);
    next->roster[0].data = AW_DATA_COARSE;
    next->roster[2].data = AW_DATA_EXACT;
    next->threshold++;
}

/* Goal: whoever sets a plan, whatever is typed: nobody learns more by it before its delay is over,
 * and who is to learn less does so at once (SU-46).
 * Method: a plan with a wrong secret, and an SOS; the delay passes. */
static void test_levels_of_a_plan_that_waits(void)
{
    struct aw_state moved = there;
    struct aw_plan next;
    struct circle c;

    begin_change(&c, 57, &next);
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &next, NULL, circle_wrong, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 5 * 60);
    T_EQ(aw_subject_sos(c.hosts[0].subject, &there, NULL, circle_now(&c, 0)), AW_OK);
    circle_pump(&c);
    sees(&c, 1, 515100000, 812);
    sees(&c, 2, 515100000, 812);
    sees_nothing(&c, 3);
    circle_run(&c, 2 * HOUR_S);
    moved.lat_e7 = 515161000;
    T_EQ(aw_subject_state_update(c.hosts[0].subject, &moved, circle_now(&c, 0)), AW_OK);
    circle_run(&c, HOUR_S);
    sees(&c, 1, 515200000, 812);
    sees(&c, 3, 515161000, 12);
    circle_free(&c);
}

/* Goal: as many shares open her place as the plan asks for that contacts go by: a plan that asks
 * for more, and waits, hides it from nobody (SU-46). Method: such a plan, a check-in, silence. */
static void test_threshold_of_a_plan_that_waits(void)
{
    struct aw_plan next;
    struct circle c;

    begin_change(&c, 58, &next);
    next.roster[2].data = AW_DATA_NONE;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &next, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 60);
    T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_safe, &there, 0, NULL, circle_now(&c, 0)),
         AW_OK);
    circle_pump(&c);
    c.hosts[0].is_asleep = true;
    circle_run(&c, HOUR_S + 20 * MIN_S);
    T_EQ(circle_view(&c, 2).pending_version, 3);
    T_EQ(council_view(&c, 2).release, AW_RELEASE_YES);
    sees(&c, 1, 515100000, 812);
    sees(&c, 2, 515100000, 812);
    circle_free(&c);
}

/* Goal: with one contact, who needs nobody else, his level holds all the same.
 * Method: each level; a check-in; he looks. */
static void test_level_of_one_contact(void)
{
    static const enum aw_data_level levels[] = {AW_DATA_NONE, AW_DATA_COARSE, AW_DATA_EXACT};
    struct aw_place place;
    struct aw_plan plan;

    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        struct circle c;

        council_init(&c, 1, 53 + i, &plan);
        plan.roster[0].data = (uint8_t)levels[i];
        council_begin(&c, &plan, 1);
        T_EQ(
            aw_subject_checkin(c.hosts[0].subject, circle_safe, &there, 0, NULL, circle_now(&c, 0)),
            AW_OK);
        circle_pump(&c);
        T_EQ(aw_contact_place(c.hosts[1].contact, &place, circle_now(&c, 1)),
             levels[i] == AW_DATA_NONE ? AW_E_STATE : AW_OK);
        if (levels[i] != AW_DATA_NONE)
            T_EQ(place.state.lat_e7, levels[i] == AW_DATA_EXACT ? 515074000 : 515100000);
        circle_free(&c);
    }
}

int main(void)
{
    T_RUN(test_grid);
    T_RUN(test_accuracy);
    T_RUN(test_level_on_silence);
    T_RUN(test_level_in_an_alarm);
    T_RUN(test_levels_of_a_plan_that_waits);
    T_RUN(test_threshold_of_a_plan_that_waits);
    T_RUN(test_level_of_one_contact);
    return t_end();
}
