/* SPDX-License-Identifier: ISC */
#include <allswell/version.h>

#define TEXT_OF(number)           #number
#define TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

uint32_t aw_version(void)
{
    return AW_VERSION;
}

const char *aw_version_text(void)
{
    return TEXT(AW_VERSION_MAJOR, AW_VERSION_MINOR, AW_VERSION_PATCH);
}
