/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_PROOFS_H
#define AW_TESTS_PROOFS_H

#include <allswell/contact.h>

/*
 * When the next proof matters to a contact (spec/07-contact.md §5.1), on his monotonic clock:
 * AW_TIME_NEVER while none does. Hosts ask every 31 s; a simulation that asks just then sees the
 * luckiest of them and need not play the rest. Looks inside.
 */
uint64_t proofs_matter_ms(const struct aw_contact *contact);

#endif /* AW_TESTS_PROOFS_H */
