/* SPDX-License-Identifier: ISC */
#include "common/fail.h"

#include "common/again.h"
#include "common/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

bool fail_set(struct tool_fail *fail, enum tool_exit code, const char *format, ...)
{
    va_list list;

    if (fail == NULL)
        return false;
    fail->code = code;
    va_start(list, format);
    (void)vsnprintf(fail->text, sizeof fail->text, format, list);
    va_end(list);
    text_clean(fail->text); /* it may quote what was given, and cut it within a letter */
    return false;
}

enum tool_exit fail_exit(enum aw_status status)
{
    if (status == AW_E_NOT_FOUND)
        return TOOL_NOT_FOUND;
    switch (aw_status_class(status)) {
    case AW_CLASS_OK:
        return TOOL_OK;
    case AW_CLASS_USAGE:
    case AW_CLASS_SESSION:
        return TOOL_STATE;
    case AW_CLASS_REFUSED:
        return TOOL_REFUSED;
    case AW_CLASS_ENVIRONMENT:
        return TOOL_ENVIRONMENT;
    }
    return TOOL_ENVIRONMENT;
}

static const char *remedy(enum aw_status status)
{
    switch (aw_status_class(status)) {
    case AW_CLASS_OK:
        return "nothing to do";
    case AW_CLASS_USAGE:
        return status == AW_E_LIMIT ? "remove something first" : "try again in a moment";
    case AW_CLASS_REFUSED:
        return "check what was given";
    case AW_CLASS_SESSION:
        return "pair with this person again";
    case AW_CLASS_ENVIRONMENT:
        return status == AW_E_NETWORK ? "check the network and the relay"
                                      : "check the disk, and restore a backup if it is damaged";
    }
    return "try again";
}

bool fail_status(struct tool_fail *fail, enum aw_status status, const char *what)
{
    return fail_set(fail, fail_exit(status), "%s (%s): %s", what, aw_status_name(status),
                    remedy(status));
}

int fail_print(const struct tool_fail *fail)
{
    char filled[2 * sizeof fail->text], text[TEXT_ISOLATED(sizeof filled)];

    again_fill(filled, sizeof filled, fail->text);
    (void)snprintf(text, sizeof text, "%s", filled);
    if (isatty(STDERR_FILENO) == 1)
        text_isolate(text, sizeof text, filled);
    (void)fprintf(stderr, "%s: %s\n", tool_name, text);
    return (int)fail->code;
}
