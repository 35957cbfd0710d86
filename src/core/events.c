/* SPDX-License-Identifier: ISC */
#include <allswell/action.h>

const char *aw_event_name(enum aw_event_kind kind)
{
    static const struct {
        enum aw_event_kind kind;
        const char *name;
    } rows[] = {
        {AW_EVENT_MAILBOXES, "mailboxes"},
        {AW_EVENT_STORE_FAILED, "store-failed"},
        {AW_EVENT_WORDS, "words"},
        {AW_EVENT_INVITE_STALE, "invite-stale"},
        {AW_EVENT_RESUMED, "resumed"},
        {AW_EVENT_QUARANTINED, "quarantined"},
        {AW_EVENT_FORK, "fork"},
        {AW_EVENT_SILENT, "silent"},
        {AW_EVENT_SECOND_ANSWER, "second-answer"},
        {AW_EVENT_WARNING, "warning"},
        {AW_EVENT_DUE, "due"},
        {AW_EVENT_OVERDUE, "overdue"},
        {AW_EVENT_TICK, "tick"},
        {AW_EVENT_PLAN_HELD, "plan-held"},
        {AW_EVENT_CLAIMED, "claimed"},
        {AW_EVENT_COUNTDOWN, "countdown"},
        {AW_EVENT_STALLED, "stalled"},
        {AW_EVENT_ALARM, "alarm"},
        {AW_EVENT_ASKED, "asked"},
        {AW_EVENT_DRILLED, "drilled"},
        {AW_EVENT_LEFT, "left"},
        {AW_EVENT_AGAIN, "again"},
        {AW_EVENT_COVERAGE_LOST, "coverage-lost"},
        {AW_EVENT_COVERAGE_BACK, "coverage-back"},
        {AW_EVENT_PLAN, "plan"},
        {AW_EVENT_CHECKED_IN, "checked-in"},
        {AW_EVENT_LATE, "late"},
        {AW_EVENT_RING, "ring"},
        {AW_EVENT_OTHERS, "others"},
        {AW_EVENT_BACK, "back"},
        {AW_EVENT_CONFIRM, "confirm"},
        {AW_EVENT_CLAIM_ENDED, "claim-ended"},
        {AW_EVENT_CLOSED, "closed"},
        {AW_EVENT_RECORD, "record"},
        {AW_EVENT_CLOCK, "clock"},
        {AW_EVENT_GAP, "gap"},
        {AW_EVENT_JUDGE, "judge"},
        {AW_EVENT_UNSURE, "unsure"},
        {AW_EVENT_DRILL, "drill"},
        {AW_EVENT_HANDED, "handed"},
        {AW_EVENT_LOOSENING, "loosening"},
        {AW_EVENT_CHEAT, "cheat"},
        {AW_EVENT_RELEASED, "released"},
        {AW_EVENT_PLACE, "place"},
        {AW_EVENT_CARD, "card"},
        {AW_EVENT_UNHEARD, "unheard"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].kind == kind)
            return rows[i].name;
    }
    return "unknown";
}
