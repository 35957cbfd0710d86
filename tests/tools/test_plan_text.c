/* SPDX-License-Identifier: ISC */
#include "allswell/plan_text.h"
#include "test.h"

#include <stdlib.h>

/* Plan files, without I/O: what is wrong with a line is said of that line. */

const char *const tool_name = "test";

static const struct plan_person people[] = {
    {1, "Sister"}, {2, "Friend"}, {3, "The one"}, {4, "The one"}, {5, "D\"E"}};
static struct plan_source source = {
    .file = "p", .people = people, .people_count = 5, .now_s = UINT64_C(1790000000)};
static struct aw_plan plan, again;
static char zone[PLAN_ZONE_MAX + 1];
static struct tool_fail fail;

static bool reads(const char *text)
{
    source.text = text;
    memset(&fail, 0, sizeof fail);
    return plan_text_read(&plan, zone, &source, &fail);
}

#define KEY_A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KEY_B "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* A line that is wrong, and what is said of it; nothing: that it breaks a rule, on no line. */
static const struct {
    const char *line, *message;
} slips[] = {
    {"no sign", "key = value"},
    {"nokey = 1", "unknown key"},
    {"beat =", "nothing after '='"},
    {"checkin = ,", "write 'every 8h'"},
    {"checkin = every", "write 'every 8h'"},
    {"checkin = weekly 1", "write 'every 8h'"},
    {"checkin = every 8x", "no time span"},
    {"checkin = every 8h mon", "nothing follows the span"},
    {"checkin = daily 25:00", "time of day"},
    {"checkin = daily 22:30 mon-xyz", "days are"},
    {"checkin = daily 22:30 mondays", "days are"},
    {"checkin = every 1s", ""},
    {"zone = Nowhere/City", "no such time zone"},
    {"zone = /etc/passwd", "no such time zone"},
    {"zone = :UTC", "no such time zone"},
    {"zone = ../zoneinfo/UTC", "no such time zone"},
    {"zone = a-name-that-is-much-longer-than-any-time-zone-has-ever-been-called-by-anybody",
     "such a long name"},
    {"zone-rule = x 3600", "write the second"},
    {"zone-rule = -5 3600", "write the second"},
    {"zone-rule = 5", "write the second"},
    {"zone-rule = 5 60 x", "write the second"},
    {"zone-rule = 5000000000 60", "write the second"},
    {"zone-rule = 5 86401", "write the second"},
    {"zone-rule = 5 -86401", "write the second"},
    {"beat = 2d", "no time span"},
    {"beat-grace = x", "no time span"},
    {"grace = 2d", "no time span"},
    {"warning = ,", "write '10m loud'"},
    {"warning = 10x loud", "no time span"},
    {"warning = 10m", "say 'loud' or 'quiet'"},
    {"warning = 10m soft", "say 'loud' or 'quiet'"},
    {"warning = 10m loud now", "nothing follows"},
    {"level = ,: text", "write '15m group"},
    {"level = 15x group 1", "no time span"},
    {"level = 15m", "after the delay"},
    {"level = 15m somebody", "after the delay"},
    {"level = 15m group", "followed by numbers"},
    {"level = 15m group 0", "followed by numbers"},
    {"level = 15m group 9", "followed by numbers"},
    {"level = 15m group 12", "followed by numbers"},
    {"level = 15m group 1 now: text", "before the colon"},
    {"level = 15m everybody shares now", "before the colon"},
    {"level = 15m everybody: \x01", "not plain text"},
    {"person = \"Sister", "closing"},
    {"person = \"\"", "nobody called ''"},
    {"person = ,", "write 'NAME"},
    {"person = Advocate", "nobody called 'Advocate'"},
    {"person = 9", "nobody called '9'"},
    {"person = \"The one\"", "several people"},
    {"person = Sister group", "followed by numbers"},
    {"person = Sister group x", "followed by numbers"},
    {"person = Sister place", "'place' is followed"},
    {"person = Sister place here", "'place' is followed"},
    {"person = Sister tall", "after the name"},
    {"person = Sister device-of", "write 'NAME"},
    {"person = Sister device-of Advocate", "nobody called 'Advocate'"},
    {"person = Sister device-of Friend", "see allswell-plan"},
    {"threshold = x", "no number up to 16"},
    {"threshold = 2x", "no number up to 16"},
    {"threshold = -1", "no number up to 16"},
    {"threshold = 17", "no number up to 16"},
    {"threshold = 0", ""},
    {"ring = 2h", "no time span"},
    {"ring = 1s", ""},
    {"claim = 3h", "no time span"},
    {"claims = 9", "no number up to 8"},
    {"relaxed = maybe", "write 'yes' or 'no'"},
    {"quiet = ,", "write '23:00-07:00'"},
    {"quiet = 23:00", "write '23:00-07:00'"},
    {"quiet = x-07:00", "time of day"},
    {"quiet = 23:00-x", "time of day"},
    {"quiet = 23:00-07:00 someday", "days are"},
    {"quiet = 00:00-00:00", ""}, /* every day, all day */
    {"pause = ,", "write '2027-03-01 09:00 until"},
    {"pause = x until 5", "a moment is written"},
    {"pause = 5x until 5", "a moment is written"},
    {"pause = 5000000000 until 5", "a moment is written"},
    {"pause = 2027-0x-01 09:00 until 5", "a moment is written"},
    {"pause = 20x7-03-01 09:00 until 5", "a moment is written"},
    {"pause = 2027/03-01 09:00 until 5", "a moment is written"},
    {"pause = 2027-03/01 09:00 until 5", "a moment is written"},
    {"pause = 2027-03-0x 09:00 until 5", "a moment is written"},
    {"pause = 2027-03-011 09:00 until 5", "a moment is written"},
    {"pause = 2027-02-30 09:00 until 5", "a moment is written"},
    {"pause = 2027-13-01 09:00 until 5", "a moment is written"},
    {"pause = 1960-03-01 09:00 until 5", "a moment is written"},
    {"pause = 2027-03-01", "a moment is written"},
    {"pause = 2027-03-01 25:00", "a moment is written"},
    {"pause = 2027-03-01 09:00", "has an end"},
    {"pause = 2027-03-01 09:00 to 5", "has an end"},
    {"pause = 2027-03-01 09:00 until", "write '2027-03-01"},
    {"pause = 2027-03-01 09:00 until 5 6", "nothing follows the end"},
    {"pause = 2027-03-02 09:00 until 2027-03-01 09:00", ""},
    {"operator = ,", "write 'RELAY NAME'"},
    {"operator = notakey Sister", "a relay is named by"},
    {"operator = " KEY_A, "write 'NAME"},
    {"operator = " KEY_A " Advocate", "nobody called 'Advocate'"},
    {"operator = relay.example:7447/" KEY_A " \"Sister", "closing"},
    {"quorum = 17", "no number up to 16"},
    {"quorum = 9", "see allswell-plan"},
    {"witness = 2h", "no time span"},
    {"witness = 1s", ""},
    {"ceiling = 2d", "no time span"},
    {"loosen = 99d", "no time span"},
    {"announce = ,", "write 'group 1 2'"},
    {"announce = somebody", "write 'group 1 2'"},
    {"announce = group", "followed by numbers"},
    {"announce = group 1 x", "nothing follows the numbers"},
    {"setup = maybe", "write 'yes' or 'no'"},
    {"cadence = 2h", "no time span"},
    {"sos = later", "write 'at-once' or 'in-slot'"},
    {"alarm-beat = 2h", "no time span"},
    {"life = 99d", "no time span"},
    {"ask = 2d", "no time span"},
    {"asks = 17", "no number up to 16"},
};

/* Goal: every slip is named with its line, and no plan comes of it.
 * Method: one wrong line each, as the second of three. */
static void test_slips(void)
{
    char text[512];

    for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
        (void)snprintf(text, sizeof text, "# a comment\n%s\n\n", slips[i].line);
        T_TRUE(!reads(text));
        if (strstr(fail.text, slips[i].message) == NULL)
            printf("    %s: %s\n", slips[i].line, fail.text);
        T_TRUE(strstr(fail.text, slips[i].message) != NULL);
        T_TRUE(strncmp(fail.text, "p:2: ", 5) == 0 || slips[i].message[0] == '\0');
    }
}

/* Goal: as many lines of a key as the plan has room for, and not one more.
 * Method: each key that may come again, in lines that differ, up to its bound and beyond. */
static void test_too_many(void)
{
    static const struct {
        const char *before, *between, *after; /* a number that grows, twice */
        unsigned max;
        const char *message;
    } rows[] = {
        {"checkin = every ", NULL, "h", AW_PLAN_LINE_MAX, "more than 8 lines of check-ins"},
        {"zone-rule = ", NULL, " 0", AW_PLAN_ZONE_MAX, "more than 16 zone rules"},
        {"level = ", NULL, "h everybody", AW_PLAN_LEVEL_MAX, "more than 8 levels"},
        {"quiet = ", ":00-", ":30", AW_PLAN_QUIET_MAX, "more than 4 windows"},
        {"pause = 20", "-03-01 09:00 until 20", "-03-02 09:00", AW_PLAN_PAUSE_MAX,
         "more than 4 pauses"},
    };
    static char text[8192];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = 0;

        for (unsigned n = 11; n <= 11 + rows[i].max; n++) {
            if (n == 11 + rows[i].max)
                T_TRUE(reads(text));
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%u", rows[i].before, n);
            if (rows[i].between != NULL)
                len += (size_t)snprintf(text + len, sizeof text - len, "%s%u", rows[i].between, n);
            len += (size_t)snprintf(text + len, sizeof text - len, "%s\n", rows[i].after);
        }
        T_TRUE(!reads(text));
        if (strstr(fail.text, rows[i].message) == NULL)
            printf("    %s\n", fail.text);
        T_TRUE(strstr(fail.text, rows[i].message) != NULL);
    }
    T_TRUE(!reads("warning = 9h loud\nwarning = 8h loud\nwarning = 7h loud\nwarning = 6h loud\n"
                  "warning = 5h loud\nwarning = 4h loud\nwarning = 3h loud\nwarning = 2h loud\n"
                  "warning = 1h loud\n"));
    T_TRUE(strstr(fail.text, "p:9: more than 8 warnings") != NULL);
    T_TRUE(!reads("person = Sister\nperson = 1\n"));
    T_TRUE(strstr(fail.text, "p:2: this person") != NULL);
    T_TRUE(!reads("zone = UTC\nzone-rule = 0 0\n"));
    T_TRUE(strstr(fail.text, "given twice") != NULL);
    T_TRUE(!reads("zone-rule = 0 0\nzone = UTC\n"));
    T_TRUE(strstr(fail.text, "given twice") != NULL);
    T_TRUE(!reads("operator = " KEY_A " Sister\noperator = " KEY_A " outside\n"));
    T_TRUE(strstr(fail.text, "p:2: this relay") != NULL);
    memset(text, 'x', 500);
    text[500] = '\0';
    T_TRUE(!reads(text));
    T_TRUE(strstr(fail.text, "the line is too long") != NULL);
}

/* Goal: a rule that a plan breaks is blamed on the line that breaks it, or on none when it is what
 * the file does not say.
 * Method: one breach of each kind of line, behind a comment. */
static void test_blame(void)
{
    static const struct {
        const char *text;
        unsigned line;
    } rows[] = {
        {"#\ncheckin = every 8h\ncheckin = every 1m\n", 3},
        {"#\nwarning = 1h loud\nwarning = 2h loud\n", 3},
        {"#\nlevel = 0s group 1\nlevel = 0s everybody\n", 3},
        {"#\nlevel = 0s group 1\n", 2},
        {"#\nperson = Sister\nperson = Friend device-of Sister\nperson = 3 device-of Friend\n", 4},
        {"#\nquiet = 00:00-00:00\n", 2},
        {"#\npause = 100 until 200\npause = 150 until 300\n", 3},
        {"#\nperson = Sister\nperson = Friend\noperator = " KEY_A " 3\n", 4},
        {"#\n#\nquorum = 0\n", 3},
        {"#\nthreshold = 0\n", 0},
        {"#\nbeat = 1s\n", 0},
    };
    char want[16];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        T_TRUE(!reads(rows[i].text));
        if (rows[i].line == 0)
            (void)snprintf(want, sizeof want, "p: ");
        else
            (void)snprintf(want, sizeof want, "p:%u: ", rows[i].line);
        if (strncmp(fail.text, want, strlen(want)) != 0)
            printf("    %s: %s\n", rows[i].text, fail.text);
        T_TRUE(strncmp(fail.text, want, strlen(want)) == 0);
    }
}

static void check_round_trip(const char *text)
{
    char *written;

    T_TRUE(reads(text));
    if (fail.text[0] != '\0')
        printf("    %s\n", fail.text);
    again = plan;
    written = plan_text_write(&again, zone);
    T_REQUIRE(written != NULL);
    T_TRUE(reads(written));
    if (memcmp(&plan, &again, sizeof plan) != 0)
        printf("%s\n", written);
    T_TRUE(memcmp(&plan, &again, sizeof plan) == 0);
    free(written);
}

/* Goal: what is written reads back as the same plan, also where there is no nice way to write it.
 * Method: everything that a file can say; times that a clock has twice, or never; the last line
 * without its end. */
static void test_round_trip(void)
{
    check_round_trip("grace = 20m");
    check_round_trip(
        "checkin = daily 22:30 mon-fri sun\ncheckin = every 8h\nzone = +01:00\n"
        "level = 0s group 1 2\nlevel = 5m everybody shares: Ring, at once: 112\n"
        "person = Friend group 1 2 3 4 5 6 7 8 place exact asks\n"
        "person = Sister group 2 place none\nperson = 4 device-of 3\nperson = 3\nperson = D\"E\n"
        "operator = " KEY_B " outside\noperator = r:1/" KEY_A " Friend\n"
        "announce = nobody\nsetup = no\nrelaxed = yes\nrelaxed = no\n"
        "cadence = none\nsos = in-slot\nlife = never\nask = never\nasks = 0\n"
        "quiet = 23:00-07:00 sat-mon\npause = 2027-03-01 09:00 until 1804000021\n");
    T_EQ(plan.roster_count, 5);
    T_EQ(plan.roster[1].groups, AW_GROUPS_ALL);
    check_round_trip("announce = everybody\ncadence = 1m\nlife = 3d\nask = 10m\nrelaxed = no\n"
                     "zone-rule = 0 -3600\nzone-rule = 1800000000 7200\n"
                     "pause = 0 until 60\npause = 1799999940 until 1800003600\n");
    check_round_trip("zone = Europe/Berlin\npause = 2026-10-25 02:30 until 2026-10-28 02:30\n");
    T_STR_EQ(zone, "Europe/Berlin");
    T_TRUE(plan.zone_count > 1);
}

int main(void)
{
    T_RUN(test_slips);
    T_RUN(test_too_many);
    T_RUN(test_blame);
    T_RUN(test_round_trip);
    return t_end();
}
