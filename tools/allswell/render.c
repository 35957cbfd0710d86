/* SPDX-License-Identifier: ISC */
#include "allswell/render.h"

#include "common/reply.h"
#include "common/text.h"

#include <stdio.h>
#include <string.h>

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

void render_contact(const json_t *c)
{
    char text[TEXT_MAX];

    (void)printf("%4s  %-20s ", reply_string(c, "id"), name_of(c));
    if (is_word(c, "phase", "invited")) {
        (void)printf("invited; the invite is good until %s\n",
                     time_of(text, c, "invite_expires_at"));
        return;
    }
    (void)printf("%s; heard %s\n",
                 is_word(c, "phase", "verified") ? "verified"
                                                 : "NOT verified: 'allswell verify' compares words",
                 time_of(text, c, "heard_at"));
    if (reply_flag(c, "quarantined"))
        (void)puts("      made the channel anew with an old key: compare the words again");
    if (reply_flag(c, "silent"))
        (void)puts("      not heard for 30 days: ask whether the device still works");
    if (is_word(c, "claim", "acting"))
        (void)puts("      is acting for you");
}

void render_watched_line(const json_t *w)
{
    char text[TEXT_MAX];

    (void)printf("%4s  %-20s ", reply_string(w, "id"), name_of(w));
    if (is_word(w, "phase", "joining"))
        (void)puts("invite answered, not heard yet; if this lasts, somebody else answered first:\n"
                   "      ask for a new invite");
    else if (!is_word(w, "phase", "verified"))
        (void)puts("NOT verified: 'allswell verify' compares words");
    else
        (void)printf("verified; %s; next sign of life due %s\n", reply_string(w, "state"),
                     time_of(text, w, "due_at"));
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
    (void)printf("      %s: %s number %llu%s, said at %s, here at %s\n", what,
                 reply_string(call, "kind"), (unsigned long long)reply_number(call, "seq"), words,
                 time_of(issued, call, "issued_at"), time_of(received, call, "received_at"));
}

static void render_place(const json_t *place)
{
    const json_t *lat = json_object_get(place, "lat"), *lon = json_object_get(place, "lon");
    char age[TEXT_MAX];
    const char *text = reply_string(place, "note");

    if (!json_is_object(place))
        return;
    text_span_write(age, reply_number(place, "age_s"));
    if (lat != NULL && lon != NULL)
        (void)printf("      place, %s ago: %.6f,%.6f", age, json_real_value(lat),
                     json_real_value(lon));
    else
        (void)printf("      state, %s ago:", age);
    if (json_object_get(place, "accuracy_m") != NULL)
        (void)printf(" within %llu m", (unsigned long long)reply_number(place, "accuracy_m"));
    if (json_object_get(place, "battery_pct") != NULL)
        (void)printf(", battery %llu%%", (unsigned long long)reply_number(place, "battery_pct"));
    if (text != NULL && text[0] != '\0')
        (void)printf(", \"%s\"", text);
    (void)putchar('\n');
}

static void render_incident(const json_t *w, const json_t *incident)
{
    static const struct {
        const char *kind, *words;
    } kinds[] = {
        {"missed", "A sign of life is missing"},
        {"wrong", "Three wrong secrets in a row"},
        {"sos", "A call for help"},
        {"duress", "A check-in under duress"},
    };
    char since[TEXT_MAX], next[TEXT_MAX], until[TEXT_MAX];
    const char *words = "Something happened", *todo = reply_string(incident, "instruction");

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (is_word(incident, "kind", kinds[i].kind))
            words = kinds[i].words;
    }
    (void)printf("      %s since %s; level %llu of %llu%s\n", words,
                 time_of(since, incident, "began_at"),
                 (unsigned long long)reply_number(incident, "level"),
                 (unsigned long long)reply_number(incident, "level_count"),
                 reply_flag(incident, "rings") ? ", it is your turn" : "");
    if (todo != NULL && todo[0] != '\0')
        (void)printf("      WHAT TO DO%s: %s\n",
                     reply_flag(incident, "do_not_call") ? " (but do not call her phone)" : "",
                     todo);
    if (reply_number(incident, "next_level_at") != 0)
        (void)printf("      the next level begins at %s\n",
                     time_of(next, incident, "next_level_at"));
    if (reply_flag(incident, "claimed"))
        (void)printf("      you are acting, until %s\n", time_of(until, incident, "claim_until"));
    if (reply_flag(incident, "safe_seen"))
        (void)puts("      a safe check-in has arrived since");
    if (reply_flag(incident, "cancelled"))
        (void)puts("      the call for help was taken back; that alone ends nothing");
    if (reply_flag(incident, "confirmed"))
        (void)puts("      you have spoken with this person");
    else
        (void)printf("      'allswell claim %s' when you act, 'allswell confirm %s' when you have "
                     "spoken\n",
                     reply_string(w, "id"), reply_string(w, "id"));
    render_place(json_object_get(incident, "place"));
}

void render_watched(const json_t *w)
{
    const json_t *incident = json_object_get(w, "incident");

    /* The first thing that is read: a call may give her away. */
    if (reply_flag(incident, "do_not_call"))
        (void)puts("Do not call her phone. Whoever holds it must not learn that you know.");
    render_watched_line(w);
    if (reply_flag(w, "quarantined"))
        (void)puts("      made the channel anew with an old key: compare the words again");
    if (reply_flag(w, "silent"))
        (void)puts("      nothing heard for 30 days: find out why");
    if (reply_flag(w, "gap"))
        (void)puts("      words are missing: duress cannot be excluded");
    if (json_is_object(incident))
        render_incident(w, incident);
    render_call("last check-in", json_object_get(w, "checkin"));
    render_call("newest", json_object_get(w, "newest"));
}
