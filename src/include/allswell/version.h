/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_VERSION_H
#define ALLSWELL_VERSION_H

#include <allswell/base.h>

/**
 * @file
 * Version of the library, by semantic versioning (semver.org), and the one place where it
 * stands: the build, the packages and the programs read it here.
 *
 * Before 1.0 a minor version may change any structure and any function; a patch version changes
 * neither. From 1.0 on only a major version may.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Major version: changes when what worked may not work any more. */
#define AW_VERSION_MAJOR 0

/** Minor version: changes when something is added; before 1.0 as the major version. */
#define AW_VERSION_MINOR 1

/** Patch version: changes when only the inside is different. */
#define AW_VERSION_PATCH 0

/** One number of the three, each below 256: newer is larger. */
#define AW_VERSION_OF(major, minor, patch)                                                         \
    ((uint32_t)(major) << 16 | (uint32_t)(minor) << 8 | (uint32_t)(patch))

/** Version of the headers that a program is compiled with. */
#define AW_VERSION AW_VERSION_OF(AW_VERSION_MAJOR, AW_VERSION_MINOR, AW_VERSION_PATCH)

/**
 * Version of the library that a program runs with.
 *
 * A program that loads the library at run time, or binds it from another language, compares it
 * with AW_VERSION before anything else and stops unless both are the same: the sizes of the
 * objects that it places depend on it.
 */
AW_API uint32_t aw_version(void);

/** The same in words, such as "0.1.0", never NULL. */
AW_API const char *aw_version_text(void);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_VERSION_H */
