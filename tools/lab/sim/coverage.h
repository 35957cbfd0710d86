/* SPDX-License-Identifier: ISC */
#ifndef LAB_SIM_COVERAGE_H
#define LAB_SIM_COVERAGE_H

#include "base/assert.h"
#include "lab/sim/sim.h"

/*
 * Which cells of the state tables were visited. The linker puts functions of the cover_*.c between
 * the engines and the parts that have the states (--wrap, see sim.cmake), so that the product knows
 * nothing of it.
 *
 * A cell that no life can reach is said to be so, with the reason; a visit of it is a failure.
 */

#define SIM_TABLE_STATES 8
#define SIM_TABLE_INPUTS 13

#define BIT(state)       (UINT32_C(1) << (state))

struct sim_input_column {
    const char *name;
    uint32_t never;  /* bit set of the states in which it cannot come */
    const char *why; /* it cannot */
};

struct sim_table {
    const char *name;
    const char *const *states;
    size_t state_count;
    const struct sim_input_column *inputs;
    size_t input_count;
};

#define SIM_TABLE(text, rows, columns)                                                             \
    {                                                                                              \
        .name = (text), .states = (rows), .state_count = AW_COUNT(rows), .inputs = (columns),      \
        .input_count = AW_COUNT(columns)                                                           \
    }

extern const struct sim_table sim_table_ladder, sim_table_session_hers, sim_table_session_his,
    sim_table_pairing_hers, sim_table_pairing_his, sim_table_meeting, sim_table_plan,
    sim_table_timer_hers, sim_table_timer_his, sim_table_countdown, sim_table_switch;

/* Set while lives are played: the rest of allswell-lab calls the same functions, on objects that
 * are no part of an engine. */
extern bool sim_counts_visits;

void sim_visit(const struct sim_table *table, size_t state, size_t input);

/* Names each cell that is excluded and was visited: the reason given for it is wrong. */
bool sim_cells_are_wrong(FILE *out);

/* All tables; each cell that was not visited by name. */
void sim_cells_report(FILE *out);

/* One line a cell, for tests/tools/simulate_cells.sh: table, state, input, visits. */
bool sim_cells_write(const char *path);

#endif /* LAB_SIM_COVERAGE_H */
