/* SPDX-License-Identifier: ISC */
#ifndef AW_BASE_ASSERT_H
#define AW_BASE_ASSERT_H

#include <stdbool.h>

/*
 * Assertions are on in every build: a programmer's error stops the process, and the
 * supervisor restarts it from durable state. Input bytes never reach one.
 */

_Noreturn void aw_assert_fail(const char *file, int line, const char *what);

#ifdef AW_COVERAGE /* a branch that no test can take is not one to report */
void aw_assert_true(bool cond, const char *file, int line, const char *what);
#define AW_ASSERT(cond) aw_assert_true((cond), __FILE__, __LINE__, #cond)
#else
#define AW_ASSERT(cond) ((cond) ? (void)0 : aw_assert_fail(__FILE__, __LINE__, #cond))
#endif
#define AW_UNREACHABLE() aw_assert_fail(__FILE__, __LINE__, "unreachable")

#define AW_COUNT(array)  (sizeof(array) / sizeof(array)[0])

#endif /* AW_BASE_ASSERT_H */
