/* SPDX-License-Identifier: ISC */
#include "allswell/notify/inside.h"

#include <stdlib.h>

/* Whether somebody is still to be woken: asked of the engines, which know the answer. */

#define DRILL_S 3600 /* a drill that nobody answers by then was a drill that nobody answered */
#define OWN_S   3600 /* reminders of one's own check-in: contacts are rung meanwhile */

static const struct {
    enum aw_event_kind kind;
    enum delivery_until until;
} ends[] = {
    {AW_EVENT_RING, UNTIL_INCIDENT},       {AW_EVENT_UNSURE, UNTIL_SURE},
    {AW_EVENT_DRILL, UNTIL_DRILL},         {AW_EVENT_HANDED, UNTIL_HANDED},
    {AW_EVENT_WARNING, UNTIL_CHECKIN},     {AW_EVENT_DUE, UNTIL_CHECKIN},
    {AW_EVENT_OVERDUE, UNTIL_CHECKIN},     {AW_EVENT_ASKED, UNTIL_CHECKIN},
    {AW_EVENT_COUNTDOWN, UNTIL_COUNTDOWN}, {AW_EVENT_STALLED, UNTIL_COUNTDOWN},
};

enum delivery_until notify_until(enum aw_event_kind kind)
{
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (ends[i].kind == kind)
            return ends[i].until;
    }
    return UNTIL_ACCEPTED;
}

bool notify_rings(const struct host_watch *watch, uint8_t *level)
{
    struct aw_contact_view view;

    aw_contact_view(watch->contact, &view);
    *level = view.level;
    return view.rings && (view.state == AW_LADDER_MISSED || view.state == AW_LADDER_ALARM);
}

static bool wanted_by(const struct host_watch *watch, const struct delivery *d, uint64_t now_s)
{
    struct aw_contact_view view;
    uint8_t level = 0;

    aw_contact_view(watch->contact, &view);
    if (d->until == UNTIL_INCIDENT)
        return notify_rings(watch, &level);
    if (d->until == UNTIL_SURE)
        return view.state == AW_LADDER_SUSPECT;
    if (now_s >= d->at_s + DRILL_S)
        return false;
    return d->until == UNTIL_DRILL ? !view.triggers.drill_answered
                                   : view.incident != AW_INCIDENT_NONE && !view.claimed;
}

static bool wanted_here(const struct host *host, const struct delivery *d, uint64_t now_s)
{
    struct aw_subject_view view;

    aw_subject_view(host->subject, &view);
    if (d->until == UNTIL_COUNTDOWN)
        return view.countdown_kind != 0;
    return view.checked_in_at_s < d->at_s && now_s < d->at_s + OWN_S;
}

bool notify_wanted(const struct notify *notify, const struct delivery *delivery)
{
    const struct host *host = notify->host;
    uint64_t now_s = host_now(host).wall_ms / 1000;

    if (delivery->until == UNTIL_ACCEPTED)
        return true;
    if (delivery->until >= UNTIL_CHECKIN)
        return wanted_here(host, delivery, now_s);
    for (size_t i = 0; i < HOST_WATCH_MAX; i++) {
        if (host->watches[i].slot != 0 && delivery->who[0] == 'w' &&
            host->watches[i].slot == strtoul(delivery->who + 1, NULL, 10))
            return wanted_by(&host->watches[i], delivery, now_s);
    }
    return false;
}
