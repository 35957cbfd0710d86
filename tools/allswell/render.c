/* SPDX-License-Identifier: ISC */
#include "allswell/render.h"

#include "common/reply.h"
#include "common/screen.h"
#include "common/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define INDENT 6 /* of what is said about a person */
#define HANG   8
#define NAME   20 /* columns of a name in a line */
#define NARROW 60 /* columns below which a name has a line of its own */

void render_wrapped(unsigned indent, const char *text)
{
    screen_wrapped(stdout, indent, indent + 2, text);
}

void render_findings(const char *severity, const json_t *texts)
{
    char line[400];
    json_t *text;
    size_t i;

    json_array_foreach(texts, i, text)
    {
        (void)snprintf(line, sizeof line, "%s: %s", severity, json_string_value(text));
        render_wrapped(0, line);
    }
}

void render_gap(void)
{
    if (screen_is_terminal())
        (void)putchar('\n');
}

void render_heading(const char *text)
{
    (void)printf("%s%s%s\n", screen_paint(SCREEN_STRONG), text, screen_plain());
}

__attribute__((format(printf, 4, 0))) static void
format_line(unsigned indent, const char *begin, const char *end, const char *format, va_list args)
{
    char text[700];
    size_t len = (size_t)snprintf(text, sizeof text, "%s", begin);

    (void)vsnprintf(text + len, sizeof text - len - 8, format, args);
    len = strlen(text);
    (void)snprintf(text + len, sizeof text - len, "%s", end);
    screen_wrapped(stdout, indent, indent == 0 ? 2 : HANG, text);
}

void render_line(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    format_line(INDENT, "", "", format, args);
    va_end(args);
}

void render_mood(enum screen_mood mood, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    format_line(INDENT, screen_paint(mood), screen_plain(), format, args);
    va_end(args);
}

void render_notice(enum screen_mood mood, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    format_line(0, screen_paint(mood), screen_plain(), format, args);
    va_end(args);
}

static const char *time_of(char out[TEXT_MAX], const json_t *object, const char *key)
{
    text_time_write(out, reply_number(object, key));
    return out;
}

static const char *name_of(const json_t *person)
{
    const char *name = reply_string(person, "name");

    return name == NULL || name[0] == '\0' ? "(no answer yet)" : name;
}

static bool is_word(const json_t *object, const char *key, const char *word)
{
    const char *text = reply_string(object, key);

    return text != NULL && strcmp(text, word) == 0;
}

/* The line that begins with number and name; on a narrow terminal the words stand below. */
static void name_line(const json_t *who, const char *words)
{
    const char *name = name_of(who);
    size_t width = screen_width(name, strlen(name));
    bool is_narrow = screen_columns() < NARROW;
    char text[600];
    size_t len;

    (void)snprintf(text, sizeof text, "%4s  %s%s%s", reply_string(who, "id"),
                   screen_paint(SCREEN_STRONG), name, screen_plain());
    if (is_narrow) {
        (void)puts(text);
        screen_wrapped(stdout, INDENT, HANG, words);
        return;
    }
    len = strlen(text);
    (void)snprintf(text + len, sizeof text - len, "%*s %s", width < NAME ? (int)(NAME - width) : 0,
                   "", words);
    screen_wrapped(stdout, 0, INDENT + NAME + 1, text);
}

/* A word in its mood. */
static const char *mooded(char out[TEXT_MAX], enum screen_mood mood, const char *word)
{
    (void)snprintf(out, TEXT_MAX, "%s%s%s", screen_paint(mood), word, screen_plain());
    return out;
}

#define VERIFY "'allswell verify' compares words"

/* What may be somebody else's device. */
static void render_security(const json_t *who, const char *ending)
{
    char at[TEXT_MAX];

    if (reply_flag(who, "quarantined"))
        render_mood(SCREEN_WARNING,
                    "made the channel anew with an old key: compare the words again, and "
                    "'allswell refuse' it if they differ");
    if (reply_number(who, "two_devices_since") != 0)
        render_mood(SCREEN_ALARM,
                    "TWO DEVICES speak with the same keys since %s: a copy, or a restored home "
                    "beside the old one. Ask in person. If both are theirs, one must rest for "
                    "good; else %s. Then 'allswell settled %s'",
                    time_of(at, who, "two_devices_since"), ending, reply_string(who, "id"));
    if (reply_number(who, "made_anew_at") != 0)
        render_mood(SCREEN_WARNING,
                    "the channel was made anew on %s, as after a restored backup: if it was not "
                    "yours, ask whether it was theirs",
                    time_of(at, who, "made_anew_at"));
}

void render_contact(const json_t *c)
{
    char at[TEXT_MAX], mood[TEXT_MAX], words[240];

    if (is_word(c, "phase", "invited")) {
        (void)snprintf(words, sizeof words, "invited; the invite is good until %s",
                       time_of(at, c, "invite_expires_at"));
        name_line(c, words);
        return;
    }
    if (is_word(c, "phase", "verified"))
        (void)snprintf(words, sizeof words, "%s; heard %s", mooded(mood, SCREEN_CALM, "verified"),
                       time_of(at, c, "heard_at"));
    else
        (void)snprintf(words, sizeof words, "%s: " VERIFY "; heard %s",
                       mooded(mood, SCREEN_WARNING, "NOT verified"), time_of(at, c, "heard_at"));
    name_line(c, words);
    render_security(c, "pair anew with a new home of theirs, set a plan without this number, and "
                       "'allswell forget' it");
    if (reply_flag(c, "plan_due"))
        render_mood(SCREEN_WARNING,
                    "this device is new to the others, or lost your plan: put it into force again "
                    "('allswell plan set')");
    if (reply_flag(c, "secrets_due"))
        render_mood(SCREEN_WARNING,
                    "this device was given no secrets yet, or lost them: set them again "
                    "('allswell plan set --secrets')");
    if (reply_flag(c, "silent"))
        render_mood(SCREEN_WARNING, "not heard for 30 days: ask whether the device still works");
    if (reply_flag(c, "leaves"))
        render_mood(SCREEN_WARNING,
                    "withdraws, and is not counted on: 'allswell plan set' without this person");
    if (is_word(c, "claim", "acting"))
        render_mood(SCREEN_STRONG, "is acting for you");
}

/* How loud somebody's state is. */
static enum screen_mood state_mood(const json_t *w)
{
    static const char *const alarms[] = {"missed", "alarm"}, *const calm[] = {"idle", "fine"};

    for (size_t i = 0; i < 2; i++) {
        if (is_word(w, "state", alarms[i]))
            return SCREEN_ALARM;
        if (is_word(w, "state", calm[i]) && reply_number(w, "two_devices_since") == 0)
            return SCREEN_CALM;
    }
    return SCREEN_WARNING; /* also where a call may be somebody else's */
}

unsigned render_rank(const json_t *w)
{
    if (reply_flag(json_object_get(w, "incident"), "do_not_call"))
        return 0;
    if (json_is_object(json_object_get(w, "incident")))
        return 1;
    return is_word(w, "phase", "verified") && state_mood(w) == SCREEN_CALM ? RENDER_RANKS - 1 : 2;
}

void render_watched_line(const json_t *w)
{
    char at[TEXT_MAX], mood[TEXT_MAX], words[240];

    if (is_word(w, "phase", "joining"))
        (void)snprintf(words, sizeof words,
                       "invite answered, not heard yet; if this lasts, somebody else answered "
                       "first: ask for a new invite");
    else if (!is_word(w, "phase", "verified"))
        (void)snprintf(words, sizeof words, "%s: " VERIFY,
                       mooded(mood, SCREEN_WARNING, "NOT verified"));
    else
        (void)snprintf(
            words, sizeof words, "verified; %s; next due %s",
            mooded(mood, state_mood(w),
                   is_word(w, "state", "suspect") ? "cannot tell" : reply_string(w, "state")),
            time_of(at, w, "due_at"));
    name_line(w, words);
    render_security(w, "do not rely on what it says, and pair anew with a new home of theirs");
}

static void render_call(const char *what, const json_t *call)
{
    static const struct {
        const char *verdict, *words;
    } verdicts[] = {
        {"safe", ", with the safe secret"},
        {"duress", ", with the DURESS secret"},
        {"wrong", ", with a wrong secret"},
        {"cannot-judge", ", which cannot be judged"},
    };
    char issued[TEXT_MAX], received[TEXT_MAX];
    const char *words = "";

    if (json_is_null(call) || call == NULL)
        return;
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        if (is_word(call, "verdict", verdicts[i].verdict))
            words = verdicts[i].words;
    }
    render_line("%s: %s number %llu%s, said at %s, here at %s", what, reply_string(call, "kind"),
                (unsigned long long)reply_number(call, "seq"), words,
                time_of(issued, call, "issued_at"), time_of(received, call, "received_at"));
}

static void render_place(const json_t *place)
{
    const json_t *lat = json_object_get(place, "lat"), *lon = json_object_get(place, "lon");
    char age[TEXT_MAX], at[80] = "", accuracy[40] = "", battery[40] = "";
    const char *note = reply_string(place, "note");

    if (!json_is_object(place))
        return;
    text_span_write(age, reply_number(place, "age_s"));
    if (lat != NULL && lon != NULL)
        (void)snprintf(at, sizeof at, " %.6f,%.6f", json_real_value(lat), json_real_value(lon));
    if (json_object_get(place, "accuracy_m") != NULL)
        (void)snprintf(accuracy, sizeof accuracy, " within %llu m",
                       (unsigned long long)reply_number(place, "accuracy_m"));
    if (json_object_get(place, "battery_pct") != NULL)
        (void)snprintf(battery, sizeof battery, "%s battery %llu%%", at[0] != '\0' ? "," : "",
                       (unsigned long long)reply_number(place, "battery_pct"));
    if (note != NULL && note[0] != '\0')
        render_line("%s, %s ago:%s%s%s, \"%s\"", at[0] != '\0' ? "place" : "state", age, at,
                    accuracy, battery, note);
    else if (at[0] != '\0' || battery[0] != '\0')
        render_line("%s, %s ago:%s%s%s", at[0] != '\0' ? "place" : "state", age, at, accuracy,
                    battery);
}

/* What happened, as a person would say it. */
static const char *incident_words(const json_t *w, const json_t *incident)
{
    static const struct {
        const char *kind, *alarm, *words;
    } kinds[] = {
        {"missed", NULL, "A sign of life is missing"},
        {"wrong", NULL, "Three wrong secrets in a row"},
        {"sos", "fell", "A fall was noticed, and nobody stopped the alarm"},
        {"sos", "crashed", "A crash was noticed, and nobody stopped the alarm"},
        {"sos", "stalled", "A journey came to a halt, and nobody stopped the alarm"},
        {"sos", NULL, "A call for help"},
        {"duress", NULL, "A check-in under duress"},
    };
    const json_t *triggers = json_object_get(w, "triggers");

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (is_word(incident, "kind", kinds[i].kind) &&
            (kinds[i].alarm == NULL || is_word(triggers, "alarm", kinds[i].alarm)))
            return kinds[i].words;
    }
    return "Something happened";
}

/* Who is away, or not rung yet, reads it as what others are asked for. */
static void render_todo(const json_t *incident)
{
    const char *todo = reply_string(incident, "instruction");

    if (todo == NULL || todo[0] == '\0')
        return;
    if (reply_flag(incident, "rings") || reply_flag(incident, "claimed"))
        render_mood(SCREEN_STRONG, "WHAT TO DO%s: %s",
                    reply_flag(incident, "do_not_call") ? " (but do not call her phone)" : "",
                    todo);
    else
        render_line("who is rung is asked%s: %s",
                    reply_flag(incident, "do_not_call") ? " (but not to call her phone)" : "",
                    todo);
}

static void render_incident(const json_t *w, const json_t *incident)
{
    char since[TEXT_MAX], next[TEXT_MAX], until[TEXT_MAX];

    render_mood(SCREEN_ALARM, "%s since %s; level %llu of %llu%s", incident_words(w, incident),
                time_of(since, incident, "began_at"),
                (unsigned long long)reply_number(incident, "level"),
                (unsigned long long)reply_number(incident, "level_count"),
                reply_flag(incident, "rings") ? ", it is your turn" : "");
    render_todo(incident);
    if (reply_number(incident, "next_level_at") != 0)
        render_line("the next level begins at %s", time_of(next, incident, "next_level_at"));
    if (reply_flag(incident, "claimed"))
        render_mood(SCREEN_STRONG, "you are acting, until %s",
                    time_of(until, incident, "claim_until"));
    if (reply_flag(incident, "safe_seen"))
        render_line("a safe check-in has arrived since");
    if (reply_flag(incident, "cancelled"))
        render_line("the call for help was taken back; that alone ends nothing");
    if (reply_flag(incident, "confirmed"))
        render_line("you have spoken with this person");
    else if (reply_flag(incident, "claimed"))
        render_line("'allswell confirm %s' when you have spoken", reply_string(w, "id"));
    else
        render_line("'allswell claim %s' when you act, 'allswell confirm %s' when you have spoken",
                    reply_string(w, "id"), reply_string(w, "id"));
    render_place(json_object_get(incident, "place"));
}

static void render_triggers(const json_t *w)
{
    const json_t *t = json_object_get(w, "triggers");
    char at[TEXT_MAX];

    if (is_word(w, "state", "suspect"))
        render_mood(SCREEN_WARNING,
                    "CANNOT TELL since %s whether the person or the way to them is silent",
                    time_of(at, w, "suspect_since"));
    if (reply_flag(w, "blind"))
        render_line("nothing proves yet that it is not the way that is silent");
    if (!is_word(t, "timer", "none"))
        render_line("%s: over by %s%s", reply_string(t, "timer"), time_of(at, t, "timer_due_at"),
                    reply_flag(t, "timer_extended") ? ", extended once" : "");
    if (is_word(t, "ask", "sent"))
        render_line("your question has not reached the device yet");
    if (is_word(t, "ask", "reached"))
        render_line("your question is there; an answer is due by %s", time_of(at, t, "ask_due_at"));
    if (reply_number(t, "drill") != 0 && !reply_flag(t, "drill_answered"))
        render_mood(SCREEN_STRONG, "a DRILL of %s waits for 'allswell answer %s'",
                    time_of(at, t, "drill_at"), reply_string(w, "id"));
    if (!is_word(t, "signal", "none") && !is_word(t, "signal", "moving"))
        render_line("the device said %s at %s", reply_string(t, "signal"),
                    time_of(at, t, "signal_at"));
}

/* What relays did, or lost. */
static void render_relays(const json_t *w)
{
    json_t *fault;
    size_t i;

    json_array_foreach(json_object_get(w, "relay_faults"), i, fault)
    {
        const char *who = reply_string(fault, "operator");

        render_line("relay %s%s%s %s", reply_string(fault, "address"),
                    who[0] != '\0' ? ", run by " : "", who,
                    reply_flag(fault, "early")
                        ? "said too early that the device is silent: it cheats, or a clock is wrong"
                        : "never said that the device is silent, as it had to: rely on another");
    }
    if (reply_number(w, "unheard") != 0)
        render_line(
            "the device said more (up to number %llu) than arrived here: something was lost "
            "or kept back",
            (unsigned long long)reply_number(w, "unheard"));
}

/* What waits to take effect, or does at once. */
static void render_change(const json_t *w)
{
    const json_t *pending = json_object_get(w, "pending");
    char at[TEXT_MAX];

    if (reply_flag(w, "setup"))
        render_line("the plan is being set up: what makes it weaker takes effect at once, too");
    if (json_is_object(pending))
        render_line(
            "version %llu of the plan is weaker (%s); it takes effect at %s%s: 'allswell "
            "plan waiting %s'",
            (unsigned long long)reply_number(pending, "version"), reply_string(pending, "loosens"),
            time_of(at, pending, "effective_at"),
            reply_flag(pending, "unjudged")
                ? ", but only if you, and one other where there is one, compare the words in person"
                : "",
            reply_string(w, "id"));
    if (reply_number(w, "aside") != 0)
        render_line("version %llu of the plan was set aside, for the secret did not show whose it "
                    "is: ask for it to be set again",
                    (unsigned long long)reply_number(w, "aside"));
    if (!reply_flag(w, "keys_unjudged"))
        return;
    if (reply_flag(pending, "unjudged"))
        render_line("new secrets wait, too: compare the words in person, then 'allswell compared "
                    "--plan=%llu %s'",
                    (unsigned long long)reply_number(pending, "version"), reply_string(w, "id"));
    else
        render_line("new secrets wait: compare the words in person, then 'allswell compared %s'",
                    reply_string(w, "id"));
}

static void render_own(const json_t *own)
{
    char until[TEXT_MAX];
    json_t *window;
    size_t i;

    if (reply_number(own, "away_until") != 0)
        render_line("you are away until %s: only the last level rings here",
                    time_of(until, own, "away_until"));
    json_array_foreach(json_object_get(own, "rota"), i, window)
    {
        unsigned from = (unsigned)reply_number(window, "from");
        unsigned to = (unsigned)reply_number(window, "until");
        const char *days = reply_string(window, "days");

        render_line("you are never available %02u:%02u-%02u:%02u%s%s", from / 60, from % 60,
                    to / 60, to % 60, days[0] != '\0' ? " " : "", days);
    }
    if (reply_flag(own, "always_on"))
        render_line("this device counts as one that never sleeps");
    if (reply_flag(own, "leaves"))
        render_line("you withdraw; this home watches until you are removed");
    if (reply_number(own, "hand_to") != 0)
        render_line("you handed over to contact %llu",
                    (unsigned long long)reply_number(own, "hand_to"));
    if (reply_flag(own, "unreachable"))
        render_line("you said that you cannot reach this person");
    if (reply_string(own, "note")[0] != '\0')
        render_line("you told the others: \"%s\"", reply_string(own, "note"));
}

void render_do_not_call(void)
{
    render_notice(SCREEN_ALARM, "Do not call her phone. Whoever holds it must not learn that you "
                                "know.");
}

void render_watched(const json_t *w)
{
    const json_t *incident = json_object_get(w, "incident");

    /* The first thing that is read: a call may give her away. */
    if (reply_flag(incident, "do_not_call"))
        render_do_not_call();
    render_watched_line(w);
    if (reply_flag(w, "silent"))
        render_mood(SCREEN_WARNING, "nothing heard for 30 days: find out why");
    if (reply_flag(w, "gap"))
        render_mood(SCREEN_WARNING, "words are missing: duress cannot be excluded");
    if (json_is_object(incident))
        render_incident(w, incident);
    render_triggers(w);
    render_relays(w);
    render_change(w);
    render_own(json_object_get(w, "own"));
    render_call("last check-in", json_object_get(w, "checkin"));
    render_call("newest", json_object_get(w, "newest"));
}

/* Why somebody does not count, or counts less, as a person would say it, with what helps. */
static const char *reason_words(const char *reason)
{
    static const struct {
        const char *reason, *words;
    } reasons[] = {
        {"withdraws", "Withdraws: 'allswell plan set' a plan without this person."},
        {"never-heard", "Nothing was ever heard from this device: ask that it is started."},
        {"silent", "Nothing was heard from this device for too long: ask whether it is on."},
        {"away", "Is away when it would ring: ask for an earlier return, or somebody else."},
        {"unverified", "The words were not compared: 'allswell verify' does that."},
        {"no-plan", "Your plan has not arrived there: ask that the device goes online."},
        {"old-plan", "Your newest plan has not arrived there: an older one is followed."},
        {"sleeps", "The device may sleep, as a phone does, and then notices later."},
        {"untested", "No drill was answered there: 'allswell drill' shows how long it takes."},
    };

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (strcmp(reason, reasons[i].reason) == 0)
            return reasons[i].words;
    }
    return reason; /* of an agent that is newer */
}

void render_coverage(const json_t *reply)
{
    bool is_deaf = json_is_null(json_object_get(reply, "hears_s"));
    char span[TEXT_MAX], text[200];
    json_t *person;
    size_t i;

    text_span_write(span, reply_number(reply, "hears_s"));
    (void)snprintf(text, sizeof text, "%llu of %llu people can be reached. %s%s.",
                   (unsigned long long)reply_number(reply, "reachable"),
                   (unsigned long long)reply_number(reply, "humans"),
                   is_deaf ? "NOBODY would hear of an attack right now"
                           : "If something happened right now a human would hear within ",
                   is_deaf ? "" : span);
    render_wrapped(0, text);
    if (!reply_flag(reply, "can_find"))
        render_wrapped(0, "Too few for a decision together: a missed check-in reveals no place.");
    json_array_foreach(json_object_get(reply, "people"), i, person)
    {
        const json_t *reasons = json_object_get(person, "reasons");
        json_t *reason;
        size_t k;

        (void)snprintf(text, sizeof text, "%s: %s", reply_string(person, "name"),
                       reply_flag(person, "counts") ? "counts" : "does NOT count");
        render_wrapped(2, text);
        json_array_foreach(reasons, k, reason)
        {
            render_wrapped(6, reason_words(json_string_value(reason)));
        }
    }
}
