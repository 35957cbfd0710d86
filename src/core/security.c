/* SPDX-License-Identifier: ISC */
#include "core/security.h"

#include "base/assert.h"
#include "core/channel.h"

bool aw_security_next(unsigned *events, enum aw_event_kind *kind)
{
    static const struct {
        unsigned bit;
        enum aw_event_kind kind;
    } rows[] = {
        {AW_CHANNEL_EV_RESUMED, AW_EVENT_RESUMED},
        {AW_CHANNEL_EV_QUARANTINED, AW_EVENT_QUARANTINED},
        {AW_CHANNEL_EV_FORK, AW_EVENT_FORK},
    };

    for (size_t i = 0; i < AW_COUNT(rows); i++) {
        if ((*events & rows[i].bit) != 0) {
            *events &= ~rows[i].bit;
            *kind = rows[i].kind;
            return true;
        }
    }
    return false;
}
