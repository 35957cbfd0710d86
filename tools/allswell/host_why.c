/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"

#include "common/text.h"

#include <stdio.h>
#include <string.h>

/* Why: the last decision in one sentence, with the times that it rests on. */

struct times {
    char decided[TEXT_MAX], issued[TEXT_MAX], base[TEXT_MAX], due[TEXT_MAX], missed[TEXT_MAX];
    char span[TEXT_MAX], grace[TEXT_MAX], life[TEXT_MAX];
};

static void write_times(struct times *t, const struct aw_why *why, uint64_t life_s)
{
    text_time_write(t->decided, why->decided_at_s);
    text_time_write(t->issued, why->call.issued_at_s);
    text_time_write(t->base, why->base_s);
    text_time_write(t->due, why->due_s == UINT64_MAX ? 0 : why->due_s);
    text_time_write(t->missed, why->missed_s == UINT64_MAX ? 0 : why->missed_s);
    text_span_write(t->span, why->span_s);
    text_span_write(t->grace, why->grace_s);
    text_time_write(t->life, life_s);
}

static const char *clock_words(enum aw_why_clock clock)
{
    switch (clock) {
    case AW_CLOCK_HERS:
        return "by her clock";
    case AW_CLOCK_RELAY:
        return "by the relay's clock";
    case AW_CLOCK_MINE:
        return "when it arrived here";
    case AW_CLOCK_REPLY:
        return "when the reply was made that she had seen";
    case AW_CLOCK_NONE:
        break;
    }
    return "at an unknown time";
}

static const char *state_words(enum aw_ladder_state state)
{
    switch (state) {
    case AW_LADDER_IDLE:
        return "is not watched yet";
    case AW_LADDER_FINE:
        return "counts as fine";
    case AW_LADDER_OVERDUE:
        return "is overdue, and grace is running";
    case AW_LADDER_SUSPECT:
        return "is overdue, but I cannot tell whether she or the way to her is silent";
    case AW_LADDER_MISSED:
        return "counts as missed";
    case AW_LADDER_ALARM:
        return "is in an alarm";
    case AW_LADDER_CLAIMED:
        return "is in need, and you are acting";
    case AW_LADDER_RESUMED:
        return "was heard again, and a confirmation is wanted";
    }
    return "is in an unknown state";
}

static const char *word_cause(enum aw_incident_kind kind)
{
    switch (kind) {
    case AW_INCIDENT_DURESS:
        return "used the duress secret";
    case AW_INCIDENT_WRONG:
        return "used a wrong secret three times in a row";
    case AW_INCIDENT_SOS:
        return "called for help";
    case AW_INCIDENT_NONE:
    case AW_INCIDENT_MISSED:
        break;
    }
    return "sent a word";
}

/* What is due by then. */
static const char *due_words(enum aw_why_cause cause)
{
    switch (cause) {
    case AW_WHY_TIMER:
        return "the end of a time that she set";
    case AW_WHY_ASK:
        return "an answer to your question";
    case AW_WHY_BEAT:
        return "the device should speak";
    case AW_WHY_NOTHING:
    case AW_WHY_CHECKIN:
    case AW_WHY_LIFE:
    case AW_WHY_WORD:
    case AW_WHY_HUMAN:
        break;
    }
    return "a check-in";
}

/* The second half of the sentence: "because ...". */
static void write_cause(char *out, size_t cap, const struct aw_why *why, const struct times *t)
{
    const char *what = due_words(why->cause);

    switch (why->cause) {
    case AW_WHY_NOTHING:
        (void)snprintf(out, cap, "because no plan and no check-in has arrived yet");
        return;
    case AW_WHY_TIMER: /* not from when she last checked in */
    case AW_WHY_ASK:
        (void)snprintf(out, cap,
                       "because %s is due by %s, and with %s of grace contacts are rung at %s "
                       "(plan version %u)",
                       what, t->due, t->grace, t->missed, why->plan_version);
        return;
    case AW_WHY_LIFE:
        (void)snprintf(out, cap,
                       "because the last sign of life was at %s: the next one is due by %s, and "
                       "with %s of grace contacts are rung at %s (plan version %u)",
                       t->life, t->due, t->grace, t->missed, why->plan_version);
        return;
    case AW_WHY_CHECKIN:
    case AW_WHY_BEAT:
        (void)snprintf(out, cap,
                       "because statement %u of %s, counted from %s %s, is good for %s: %s is due "
                       "by %s, and with %s of grace contacts are rung at %s (plan version %u)",
                       why->call.seq, t->issued, t->base, clock_words(why->clock), t->span, what,
                       t->due, t->grace, t->missed, why->plan_version);
        return;
    case AW_WHY_WORD:
        (void)snprintf(out, cap, "because statement %u of %s %s (plan version %u)", why->call.seq,
                       t->issued, word_cause(why->incident), why->plan_version);
        return;
    case AW_WHY_HUMAN:
        (void)snprintf(out, cap,
                       "because of what was said here; the newest statement that counts is %u of "
                       "%s",
                       why->call.seq, t->issued);
        return;
    }
    (void)snprintf(out, cap, "for a reason that this version does not know");
}

static json_t *watch_why(const struct host *host, const struct host_who *who)
{
    static const char *const causes[] = {"nothing", "check-in", "timer", "ask",
                                         "life",    "beat",     "word",  "human"};
    static const char *const clocks[] = {"none", "hers", "relay", "mine", "reply"};
    struct aw_contact_view view;
    struct aw_why why;
    struct times t;
    char cause[600], sentence[1100], level[24] = "", council[200], id[HOST_ID_MAX];
    const char *warning = "";

    (void)host;
    aw_contact_view(who->watch->contact, &view);
    text_clean(view.name);
    aw_contact_why(who->watch->contact, &why);
    write_times(&t, &why, view.triggers.life_at_s);
    write_cause(cause, sizeof cause, &why, &t);
    if (why.level > 0)
        (void)snprintf(level, sizeof level, ", level %u", why.level);
    if (view.do_not_call)
        warning = "Do not call her phone. ";
    host_council_why(council, sizeof council, who->watch);
    (void)snprintf(sentence, sizeof sentence, "%s%s %s%s%s%s, %s.%s", warning,
                   view.name[0] != '\0' ? view.name : "This person", state_words(why.state),
                   why.decided_at_s != 0 ? " since " : "", why.decided_at_s != 0 ? t.decided : "",
                   level, cause, council);
    host_id(id, who);
    return json_pack(
        "{s:s, s:s, s:s, s:b, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:I, s:I}", "id", id,
        "name", view.name, "sentence", sentence, "do_not_call", (int)view.do_not_call, "cause",
        causes[why.cause], "clock", clocks[why.clock], "decided_at", (json_int_t)why.decided_at_s,
        "base", (json_int_t)why.base_s, "span_s", (json_int_t)why.span_s, "due_at",
        (json_int_t)(why.due_s == UINT64_MAX ? 0 : why.due_s), "grace_s", (json_int_t)why.grace_s,
        "missed_at", (json_int_t)(why.missed_s == UINT64_MAX ? 0 : why.missed_s), "level",
        (int)why.level, "seq", (json_int_t)why.call.seq, "plan_version",
        (json_int_t)why.plan_version);
}

static json_t *own_why(const struct host *host)
{
    struct aw_subject_view v;
    char sentence[400], last[TEXT_MAX], due[TEXT_MAX], overdue[TEXT_MAX], since[TEXT_MAX];

    aw_subject_view(host->subject, &v);
    text_time_write(last, v.checked_in_at_s);
    text_time_write(due, v.due_s == UINT64_MAX ? 0 : v.due_s);
    text_time_write(overdue, v.overdue_s == UINT64_MAX ? 0 : v.overdue_s);
    text_time_write(since, v.alarm_since_s);
    if (v.alarm_id != 0)
        (void)snprintf(sentence, sizeof sentence,
                       "Your contacts are being rung since %s because you called for help.", since);
    else if (v.plan_version == 0)
        (void)snprintf(sentence, sizeof sentence,
                       "Nobody expects a check-in of you because no plan is in force.");
    else
        (void)snprintf(sentence, sizeof sentence,
                       "Your next check-in is due at %s because you last checked in at %s and "
                       "version %u of your plan says so; contacts are rung at %s.",
                       due, last, v.plan_version, overdue);
    return json_pack("{s:s, s:I, s:I, s:I, s:I}", "sentence", sentence, "due_at",
                     (json_int_t)(v.due_s == UINT64_MAX ? 0 : v.due_s), "overdue_at",
                     (json_int_t)(v.overdue_s == UINT64_MAX ? 0 : v.overdue_s), "checked_in_at",
                     (json_int_t)v.checked_in_at_s, "plan_version", (json_int_t)v.plan_version);
}

bool host_why(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    const char *name = reply_string(request, "person");
    json_t *list = json_array();
    struct aw_subject_view view;
    struct host_who who;

    if (name != NULL) {
        if (!host_find(host, name, 1U << HOST_WATCHED, &who, fail)) {
            json_decref(list);
            return false;
        }
        (void)json_array_append_new(list, watch_why(host, &who));
        *reply = json_pack("{s:o}", "why", list);
        return true;
    }
    aw_subject_view(host->subject, &view);
    if (view.person_count > 0)
        (void)json_array_append_new(list, own_why(host));
    for (size_t i = 0; i < HOST_WATCH_MAX; i++) {
        who = (struct host_who){.side = HOST_WATCHED, .person = 0, .watch = &host->watches[i]};
        if (host->watches[i].slot != 0)
            (void)json_array_append_new(list, watch_why(host, &who));
    }
    *reply = json_pack("{s:o}", "why", list);
    return true;
}
