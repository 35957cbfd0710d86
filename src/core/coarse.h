/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_COARSE_H
#define AW_CORE_COARSE_H

#include <allswell/state.h>

/* What is told of a state to who may learn a coarse place only (spec/06-subject.md §5). */

/* Side of the grid: 0.01 degrees. */
#define AW_COARSE_E7 100000

/* How far at most a rounded place lies from the true one, in metres: half the diagonal of a cell of
 * the grid at the equator, where it is largest, is 787. */
#define AW_COARSE_M 800

/* Rounds the place to the grid, widens its accuracy by that, and takes the note away. */
void aw_coarse_state(struct aw_state *state);

#endif /* AW_CORE_COARSE_H */
