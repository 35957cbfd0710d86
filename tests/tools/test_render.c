/* SPDX-License-Identifier: ISC */
#include "allswell/render.h"
#include "test.h"

#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

/* What people read of a status: the words, and what must stand before all others. */

const char *const tool_name = "test";

static char shown[16384];

/* What `render` prints about this JSON. */
static const char *show(void (*render)(const json_t *), const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    FILE *file = tmpfile();
    int kept = dup(STDOUT_FILENO);
    size_t len;

    T_REQUIRE(json != NULL && file != NULL && kept >= 0);
    (void)fflush(stdout);
    T_REQUIRE(dup2(fileno(file), STDOUT_FILENO) >= 0);
    render(json);
    (void)fflush(stdout);
    T_REQUIRE(dup2(kept, STDOUT_FILENO) >= 0);
    (void)close(kept);
    rewind(file);
    len = fread(shown, 1, sizeof shown - 1, file);
    shown[len] = '\0';
    (void)fclose(file);
    json_decref(json);
    return shown;
}

static bool says(void (*render)(const json_t *), const char *text, const char *words)
{
    if (strstr(show(render, text), words) != NULL)
        return true;
    printf("    %s\n%s", words, shown);
    return false;
}

/* Goal: each thing about a contact of hers has its words, and nothing is said of what is not.
 * Method: one property at a time. */
static void test_contact(void)
{
    T_TRUE(says(render_contact, "{\"id\":\"1\",\"phase\":\"invited\",\"invite_expires_at\":0}",
                "(no answer yet)"));
    T_TRUE(
        says(render_contact, "{\"id\":\"1\",\"name\":\"\",\"phase\":\"joined\"}", "NOT verified"));
    T_TRUE(says(render_contact,
                "{\"id\":\"1\",\"name\":\"Sister\",\"phase\":\"verified\",\"quarantined\":true}",
                "compare the words again"));
    T_TRUE(says(render_contact,
                "{\"id\":\"1\",\"name\":\"Sister\",\"phase\":\"verified\",\"silent\":true}",
                "not heard for 30 days"));
    T_TRUE(says(render_contact,
                "{\"id\":\"1\",\"name\":\"Sister\",\"phase\":\"verified\","
                "\"two_devices_since\":1700000000}",
                "TWO DEVICES speak with the same keys since"));
    T_TRUE(strstr(shown, "settled 1'") != NULL);
    T_TRUE(says(render_contact,
                "{\"id\":\"1\",\"name\":\"Sister\",\"phase\":\"verified\","
                "\"made_anew_at\":1700000000}",
                "the channel was made anew on"));
    T_TRUE(says(render_contact,
                "{\"id\":\"1\",\"name\":\"Sister\",\"phase\":\"verified\",\"claim\":\"acting\"}",
                "is acting for you"));
    T_TRUE(strstr(shown, "compare") == NULL);
}

#define WATCHED                                                                                    \
    "\"id\":\"b\",\"name\":\"Advocate\",\"phase\":\"verified\",\"state\":\"alarm\","               \
    "\"own\":{\"note\":\"\"}"
#define TRIGGERS "\"timer\":\"none\",\"signal\":\"none\",\"ask\":\"none\""

/* Goal: what a relay, a timer, a question, a signal and a plan have to do with it is said.
 * Method: one property at a time of somebody who is watched. */
static void test_watched(void)
{
    static const struct {
        const char *json, *words;
    } rows[] = {
        {"\"silent\":true", "nothing heard for 30 days"},
        {"\"quarantined\":true", "made the channel anew"},
        {"\"two_devices_since\":1700000000", "TWO DEVICES speak with the same keys"},
        {"\"made_anew_at\":1700000000", "the channel was made anew on"},
        {"\"gap\":true", "duress cannot be excluded"},
        {"\"blind\":true", "nothing proves yet"},
        {"\"setup\":true", "is being set up"},
        {"\"keys_unjudged\":true", "'allswell compared b'"},
        {"\"keys_unjudged\":true,\"pending\":{\"version\":3,\"loosens\":\"x\",\"unjudged\":true}",
         "compared --plan=3 b'"},
        {"\"unheard\":9", "said more (up to number 9)"},
        {"\"pending\":{\"version\":3,\"loosens\":\"x\"}", "version 3 of the plan is weaker (x)"},
        {"\"pending\":{\"version\":3,\"loosens\":\"x\",\"unjudged\":true}", "but only"},
        {"\"relay_faults\":[{\"address\":\"r:1\",\"operator\":\"\",\"early\":true}]",
         "relay r:1 said too early"},
        {"\"relay_faults\":[{\"address\":\"r:1\",\"operator\":\"Friend\"}]",
         "run by Friend never said"},
        {"\"checkin\":{\"kind\":\"checkin\",\"seq\":4,\"verdict\":\"duress\"}", "DURESS secret"},
        {"\"newest\":{\"kind\":\"beat\",\"seq\":5,\"verdict\":\"none\"}", "newest: beat number 5"},
        {"\"newest\":null", "Advocate"},
    };
    static const struct {
        const char *json, *words;
    } triggers[] = {
        {"\"timer\":\"meeting\",\"signal\":\"none\"", "meeting: over by"},
        {"\"timer\":\"meeting\",\"timer_extended\":true,\"signal\":\"none\"", "extended once"},
        {"\"timer\":\"none\",\"signal\":\"none\",\"ask\":\"sent\"", "has not reached"},
        {"\"timer\":\"none\",\"signal\":\"none\",\"ask\":\"reached\"", "an answer is due"},
        {"\"timer\":\"none\",\"signal\":\"battery-low\"", "the device said battery-low"},
        {"\"timer\":\"none\",\"signal\":\"none\",\"drill\":7", "a DRILL of"},
    };
    char text[1024];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)snprintf(text, sizeof text, "{" WATCHED ",\"triggers\":{" TRIGGERS "},%s}",
                       rows[i].json);
        T_TRUE(says(render_watched, text, rows[i].words));
    }
    for (size_t i = 0; i < sizeof triggers / sizeof triggers[0]; i++) {
        (void)snprintf(text, sizeof text, "{" WATCHED ",\"triggers\":{%s}}", triggers[i].json);
        T_TRUE(says(render_watched, text, triggers[i].words));
    }
    (void)snprintf(text, sizeof text,
                   "{" WATCHED ",\"triggers\":{\"timer\":\"none\",\"signal\":\"moving\"}}");
    T_TRUE(strstr(show(render_watched, text), "the device said") == NULL);
    T_TRUE(says(render_watched_line, "{\"id\":\"b\",\"phase\":\"joining\"}",
                "somebody else answered first"));
    T_TRUE(says(render_watched_line, "{\"id\":\"b\",\"phase\":\"paired\"}", "NOT verified"));
}

/* Goal: the first line under duress says not to call; what happened is named by what raised it.
 * Method: each kind of incident; each thing that has been done about one; places in part. */
static void test_incident(void)
{
    static const struct {
        const char *triggers, *incident, *words;
    } rows[] = {
        {"", "\"kind\":\"missed\"", "A sign of life is missing"},
        {"", "\"kind\":\"wrong\"", "Three wrong secrets"},
        {"", "\"kind\":\"sos\"", "A call for help"},
        {",\"alarm\":\"fell\"", "\"kind\":\"sos\"", "A fall was noticed"},
        {",\"alarm\":\"crashed\"", "\"kind\":\"sos\"", "A crash was noticed"},
        {",\"alarm\":\"stalled\"", "\"kind\":\"sos\"", "came to a halt"},
        {"", "\"kind\":\"new\"", "Something happened"},
        {"", "\"kind\":\"sos\",\"rings\":true", "it is your turn"},
        {"", "\"kind\":\"sos\",\"rings\":true,\"instruction\":\"Go there\"",
         "WHAT TO DO: Go there"},
        {"", "\"kind\":\"sos\",\"claimed\":true,\"instruction\":\"Go there\"",
         "WHAT TO DO: Go there"},
        {"", "\"kind\":\"sos\",\"instruction\":\"Go there\"", "who is rung is asked: Go there"},
        {"", "\"kind\":\"sos\",\"next_level_at\":1790000000", "the next level begins"},
        {"", "\"kind\":\"sos\",\"claimed\":true", "you are acting"},
        {"", "\"kind\":\"sos\",\"safe_seen\":true", "a safe check-in has arrived"},
        {"", "\"kind\":\"sos\",\"cancelled\":true", "was taken back"},
        {"", "\"kind\":\"sos\",\"confirmed\":true", "you have spoken"},
        {"", "\"kind\":\"sos\",\"place\":{\"lat\":1.5,\"lon\":2.5,\"accuracy_m\":9}",
         "place, 0s ago: 1.500000,2.500000 within 9 m"},
        {"", "\"kind\":\"sos\",\"place\":{\"lat\":1.5,\"lon\":2.5,\"battery_pct\":9}",
         ", battery 9%"},
        {"", "\"kind\":\"sos\",\"place\":{\"lat\":1.5,\"battery_pct\":9,\"note\":\"x\"}",
         "state, 0s ago: battery 9%, \"x\""},
        {"", "\"kind\":\"sos\",\"place\":{\"lat\":1.5,\"lon\":2.5,\"note\":\"\"}", "place, 0s ago"},
        {"", "\"kind\":\"sos\",\"place\":{\"battery_pct\":9}", "state, 0s ago: battery 9%"},
    };
    static const char calm[] = "Do not call her phone.";
    char text[1024];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)snprintf(text, sizeof text,
                       "{" WATCHED ",\"triggers\":{" TRIGGERS "%s},\"incident\":{%s}}",
                       rows[i].triggers, rows[i].incident);
        T_TRUE(says(render_watched, text, rows[i].words));
    }
    T_TRUE(says(render_watched,
                "{" WATCHED ",\"triggers\":{" TRIGGERS
                "},\"incident\":{\"kind\":\"sos\",\"claimed\":true}}",
                "confirm b' when you have spoken"));
    T_TRUE(strstr(shown, "when you act") == NULL); /* that is done */
    (void)snprintf(text, sizeof text,
                   "{" WATCHED ",\"triggers\":{" TRIGGERS "},\"incident\":{\"kind\":\"duress\","
                   "\"do_not_call\":true,\"rings\":true,\"instruction\":\"Go\","
                   "\"place\":{}}}");
    T_TRUE(says(render_watched, text, "A check-in under duress"));
    T_TRUE(strncmp(shown, calm, sizeof calm - 1) == 0);
    T_TRUE(strstr(shown, "(but do not call her phone): Go") != NULL);
    T_TRUE(strstr(shown, "ago") == NULL);
}

/* Goal: coverage says of each reason why, in a sentence with what helps; a reason of a newer agent
 * is shown as it is. Method: each of the words that the agent has for one; nobody, and somebody,
 * who would hear. */
static void test_coverage(void)
{
    static const struct {
        const char *reason, *words;
    } rows[] = {
        {"withdraws", "Withdraws: 'allswell plan set' a plan without"},
        {"never-heard", "ask that it is started"},
        {"silent", "ask whether it is on"},
        {"away", "ask for an earlier return"},
        {"unverified", "The words were not compared"},
        {"no-plan", "Your plan has not arrived"},
        {"old-plan", "an older one is followed"},
        {"sleeps", "The device may sleep"},
        {"untested", "No drill was answered"},
        {"something new", "something new"},
    };
    char text[300];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)snprintf(text, sizeof text,
                       "{\"humans\":2,\"reachable\":1,\"hears_s\":null,\"can_find\":true,"
                       "\"people\":[{\"name\":\"sister\",\"counts\":false,\"reasons\":[\"%s\"]}]}",
                       rows[i].reason);
        T_TRUE(says(render_coverage, text, rows[i].words));
        T_TRUE(strstr(shown, "sister: does NOT count") != NULL);
        T_TRUE(strstr(shown, "NOBODY would hear") != NULL);
        T_TRUE(strstr(shown, "no place") == NULL);
    }
    T_TRUE(says(render_coverage,
                "{\"humans\":1,\"reachable\":1,\"hears_s\":1800,\"can_find\":false,\"people\":[]}",
                "hear within 30m."));
    T_TRUE(strstr(shown, "a missed check-in reveals no place") != NULL);
}

/* Goal: no line is longer than 79 columns unless one word is; no word is cut.
 * Method: words of one column, of two bytes each, and one that is longer than a line. */
static void print_long(const json_t *json)
{
    render_wrapped(6, json_string_value(json_object_get(json, "t")));
}

static void test_wrapped(void)
{
    char word[130], text[1024] = "";

    for (unsigned i = 0; i < 40; i++)
        (void)strcat(text, "w\xc3\xb6rter ");
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    (void)strcat(text, word);
    (void)strcat(text, " end");
    {
        char json[1400];
        unsigned columns = 0, longest = 0;

        (void)snprintf(json, sizeof json, "{\"t\":\"%s\"}", text);
        T_TRUE(strstr(show(print_long, json), word) != NULL);
        for (const char *at = shown; *at != '\0'; at++) {
            if (*at == '\n') {
                longest = columns > longest && columns < 130 ? columns : longest;
                columns = 0;
            } else {
                columns += ((unsigned char)*at & 0xc0) != 0x80;
            }
        }
        T_TRUE(longest <= 79);
        T_TRUE(longest > 60);
        T_TRUE(strstr(shown, " end\n") != NULL);
    }
}

/* Goal: text takes as many columns as a terminal gives it.
 * Method: wide, combining and right-to-left characters, a mood, bytes that are no character. */
static void test_width(void)
{
    static const struct {
        const char *text;
        size_t columns;
    } rows[] = {
        {"", 0},
        {"plain", 5},
        {"\xe9\x9a\xa3\xe4\xba\xba", 4},
        {"e\xcc\x81", 1},
        {"\xd7\x90\xd7\x97", 2},
        {"\033[1;31mred\033[0m", 3},
        {"\xff\xfe", 2},
    };

    T_REQUIRE(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        T_EQ(screen_width(rows[i].text, strlen(rows[i].text)), rows[i].columns);
    T_REQUIRE(setlocale(LC_CTYPE, "C") != NULL); /* where there is no such locale */
    T_EQ(screen_width("\xc3\xb6", 2), 1);
}

int main(void)
{
    T_RUN(test_width);
    T_RUN(test_contact);
    T_RUN(test_watched);
    T_RUN(test_incident);
    T_RUN(test_coverage);
    T_RUN(test_wrapped);
    return t_end();
}
