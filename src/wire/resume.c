/* SPDX-License-Identifier: ISC */
#include "wire/resume.h"

#include "base/assert.h"

static const struct aw_wire_field fields[] = {
    AW_ROW_UINT(0, aw_resume, epoch, 0, UINT32_MAX),
    AW_ROW_UINT(1, aw_resume, seq, 0, UINT32_MAX),
    AW_ROW_UINT(2, aw_resume, word, 0, UINT32_MAX),
    AW_ROW_BOOL(3, aw_resume, stale),
};

const struct aw_wire_map aw_resume_map = AW_WIRE_TABLE("resume", aw_resume, fields, NULL);
