/* SPDX-License-Identifier: ISC */
#ifndef LAB_NUMBER_H
#define LAB_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers of a command line. What is none, or lies outside the bounds, is told in one line on
 * standard error, with the name of the option and the bounds. */

/* A whole number, digits alone, from `low` to `high`. */
bool lab_number(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *out);

/* Any number above 0 and up to `high`. */
bool lab_amount(const char *option, const char *text, double high, double *out);

#endif /* LAB_NUMBER_H */
