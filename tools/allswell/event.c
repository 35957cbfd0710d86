/* SPDX-License-Identifier: ISC */
#include "allswell/event.h"

#include <string.h>

const char *event_urgency(enum aw_urgency urgency)
{
    return urgency == AW_URGENCY_RING ? "ring" : urgency == AW_URGENCY_NOTICE ? "notice" : "quiet";
}

bool event_is_news(enum aw_event_kind kind)
{
    return kind != AW_EVENT_MAILBOXES && kind != AW_EVENT_TICK;
}

json_t *event_json(const struct aw_event *event)
{
    json_t *entry = json_pack("{s:s, s:s}", "event", aw_event_name(event->kind), "urgency",
                              event_urgency(event->urgency));

    if (event->level != 0)
        (void)json_object_set_new(entry, "level", json_integer(event->level));
    if (event->relay != 0)
        (void)json_object_set_new(entry, "relay", json_integer(event->relay));
    if (event->seq != 0)
        (void)json_object_set_new(entry, "seq", json_integer((json_int_t)event->seq));
    if (event->at_s != 0)
        (void)json_object_set_new(entry, "about", json_integer((json_int_t)event->at_s));
    if (event->status != AW_OK)
        (void)json_object_set_new(entry, "status", json_string(aw_status_name(event->status)));
    return entry;
}

/* By kind, and so by the name that the library gives it. */
static const struct {
    enum aw_event_kind kind;
    const char *phrase;
} phrases[] = {
    {AW_EVENT_STORE_FAILED, "the disk refused; nothing leaves until it works"},
    {AW_EVENT_WORDS, "paired: compare the words"},
    {AW_EVENT_INVITE_STALE, "the invite expired, or the answer came too late"},
    {AW_EVENT_RESUMED, "security: the channel was made anew, as after a restored backup"},
    {AW_EVENT_QUARANTINED, "security: made anew by an old key; compare the words again"},
    {AW_EVENT_FORK, "security: two devices speak with the same keys: see 'allswell people'"},
    {AW_EVENT_SILENT, "not heard for 30 days"},
    {AW_EVENT_SECOND_ANSWER, "security: somebody else holds the invite"},
    {AW_EVENT_WARNING, "reminder: a check-in will be due"},
    {AW_EVENT_DUE, "the check-in is due"},
    {AW_EVENT_OVERDUE, "overdue: contacts are being rung"},
    {AW_EVENT_PLAN_HELD, "has received the plan"},
    {AW_EVENT_CLAIMED, "is acting"},
    {AW_EVENT_COUNTDOWN, "an alarm goes out in a moment: stop it if all is well"},
    {AW_EVENT_STALLED, "no progress on the way: is all well?"},
    {AW_EVENT_ALARM, "an alarm went out"},
    {AW_EVENT_ASKED, "asks whether all is well: check in"},
    {AW_EVENT_DRILLED, "answered the drill"},
    {AW_EVENT_LEFT, "withdraws and watches no longer"},
    {AW_EVENT_AGAIN, "cannot judge what was typed before this: check in again"},
    {AW_EVENT_COVERAGE_LOST, "too few people can be reached: see 'allswell coverage'"},
    {AW_EVENT_COVERAGE_BACK, "enough people can be reached again"},
    {AW_EVENT_PLAN, "a plan is in force"},
    {AW_EVENT_CHECKED_IN, "checked in"},
    {AW_EVENT_LATE, "late; grace is running"},
    {AW_EVENT_RING, "ringing here"},
    {AW_EVENT_OTHERS, "others are being rung"},
    {AW_EVENT_BACK, "heard again: speak with the person and confirm"},
    {AW_EVENT_CONFIRM, "reminder: speak with the person and confirm"},
    {AW_EVENT_CLAIM_ENDED, "the claim ran out; the ladder goes on"},
    {AW_EVENT_CLOSED, "closed"},
    {AW_EVENT_RECORD, "added to the record"},
    {AW_EVENT_CLOCK, "a clock is wrong by more than ten minutes"},
    {AW_EVENT_GAP, "words are missing: cannot exclude duress"},
    {AW_EVENT_RELEASED, "shares of the place go out to other contacts"},
    {AW_EVENT_PLACE, "the place can be opened: 'allswell place'"},
    {AW_EVENT_CARD, "the plan card can be opened: 'allswell card show'"},
    {AW_EVENT_JUDGE, "a check-in could not be judged, or its secret was wrong"},
    {AW_EVENT_UNSURE, "cannot tell whether the person or the way to them is silent"},
    {AW_EVENT_DRILL, "a drill: 'allswell answer' it"},
    {AW_EVENT_HANDED, "another contact hands over to you"},
    {AW_EVENT_CHEAT, "a relay does not keep to what it was given to hold: see 'allswell status'"},
    {AW_EVENT_UNHEARD, "the device said more than arrived here"},
    {AW_EVENT_LOOSENING, "a plan waits that makes somebody less safe"},
};

/* What people did here. */
static const struct {
    const char *name, *phrase;
} acts[] = {
    {"invited", "invited"},
    {"joined", "invite answered"},
    {"forgotten", "forgotten"},
    {"verified", "words compared: equal"},
    {"refused", "a device whose words differ was refused"},
    {"settled", "said here: one device is left of two"},
    {"plan-set", "a new plan was put into force"},
    {"check-in", "checked in from here"},
    {"sos", "called for help from here"},
    {"stopped", "stopped an alarm that was about to go out"},
    {"timer-started", "started a timer"},
    {"journey-started", "started a journey"},
    {"timer-extended", "extended the timer"},
    {"timer-ended", "ended the timer"},
    {"drill", "started a drill"},
    {"signal", "told what the device noticed"},
    {"card-set", "gave the contacts a plan card"},
    {"card-removed", "took the plan card back"},
    {"removed", "removed quietly"},
    {"cancelled", "took the alarm back from here"},
    {"claimed", "said here: I am acting"},
    {"declined", "said here: I cannot act"},
    {"confirmed", "said here: I have spoken with the person"},
    {"handed-over", "said here: somebody else acts"},
    {"unreachable", "said here: I cannot reach the person"},
    {"noted", "said something to the other contacts"},
    {"asked-here", "asked from here: are you OK?"},
    {"answered-here", "answered the drill from here"},
    {"compared", "said here: words compared again, in person"},
    {"left-here", "withdraws as a contact"},
    {"stays-here", "stays as a contact"},
    {"agent-started", "the agent was started"},
    {"agent-ended", "the agent was ended"},
    {"backed-up", "a backup of this home was made"},
    {"clock-set", "the clock of this machine was set"},
    {"restored", "this home was restored from a backup"},
};

const char *event_phrase(const char *name)
{
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (strcmp(acts[i].name, name) == 0)
            return acts[i].phrase;
    }
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        if (strcmp(aw_event_name(phrases[i].kind), name) == 0)
            return phrases[i].phrase;
    }
    return name;
}
