/* SPDX-License-Identifier: ISC */
#include "core/deaf.h"

#include "base/time.h"

bool aw_deaf_note(struct aw_deaf *deaf, uint64_t now_s, uint64_t span_s)
{
    if (deaf->count == 0)
        deaf->since_s = (uint32_t)now_s;
    if (deaf->count < AW_DEAF_MAX)
        deaf->count++;
    return deaf->count == AW_DEAF_MAX && aw_time_since(deaf->since_s, now_s) >= span_s;
}
