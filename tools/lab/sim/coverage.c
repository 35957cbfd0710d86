/* SPDX-License-Identifier: ISC */
#include "lab/sim/coverage.h"

/* The tables that the spec has, and what was visited of each. */

static const struct sim_table *const tables[] = {
    &sim_table_ladder,      &sim_table_plan,         &sim_table_timer_his,
    &sim_table_timer_hers,  &sim_table_countdown,    &sim_table_pairing_hers,
    &sim_table_pairing_his, &sim_table_session_hers, &sim_table_session_his,
    &sim_table_meeting,     &sim_table_switch,
};

static uint64_t visits[AW_COUNT(tables)][SIM_TABLE_STATES][SIM_TABLE_INPUTS];

bool sim_counts_visits;

void sim_visit(const struct sim_table *table, size_t state, size_t input)
{
    size_t i = 0;

    if (!sim_counts_visits)
        return;
    while (tables[i] != table)
        i++;
    AW_ASSERT(state < table->state_count && input < table->input_count);
    visits[i][state][input]++;
}

static bool is_excluded(const struct sim_table *t, size_t state, size_t input)
{
    return (t->inputs[input].never >> state & 1) != 0;
}

static void print_table(size_t i, FILE *out)
{
    const struct sim_table *t = tables[i];
    unsigned visited = 0, all = 0;

    for (size_t state = 0; state < t->state_count; state++) {
        for (size_t input = 0; input < t->input_count; input++) {
            visited += visits[i][state][input] > 0 && !is_excluded(t, state, input);
            all += !is_excluded(t, state, input);
        }
    }
    (void)fprintf(out, "  %-22s%u of %u\n", t->name, visited, all);
    for (size_t state = 0; state < t->state_count; state++) {
        for (size_t input = 0; input < t->input_count; input++) {
            if (visits[i][state][input] == 0 && !is_excluded(t, state, input))
                (void)fprintf(out, "    never               %s: %s\n", t->states[state],
                              t->inputs[input].name);
        }
    }
}

void sim_cells_report(FILE *out)
{
    (void)fprintf(out, "state by input          cells visited\n");
    for (size_t i = 0; i < AW_COUNT(tables); i++)
        print_table(i, out);
}

bool sim_cells_are_wrong(FILE *out)
{
    bool is_wrong = false;

    for (size_t i = 0; i < AW_COUNT(tables); i++) {
        const struct sim_table *t = tables[i];

        for (size_t state = 0; state < t->state_count; state++) {
            for (size_t input = 0; input < t->input_count; input++) {
                if (visits[i][state][input] == 0 || !is_excluded(t, state, input))
                    continue;
                is_wrong = true;
                (void)fprintf(out, "FAILED: %s, %s: %s was visited, although %s\n", t->name,
                              t->states[state], t->inputs[input].name, t->inputs[input].why);
            }
        }
    }
    return is_wrong;
}

bool sim_cells_write(const char *path)
{
    FILE *out = fopen(path, "w");
    bool ok = out != NULL;

    for (size_t i = 0; ok && i < AW_COUNT(tables); i++) {
        const struct sim_table *t = tables[i];

        for (size_t state = 0; state < t->state_count; state++) {
            for (size_t input = 0; input < t->input_count; input++) {
                if (!is_excluded(t, state, input))
                    ok = fprintf(out, "%s\t%s\t%s\t%llu\n", t->name, t->states[state],
                                 t->inputs[input].name,
                                 (unsigned long long)visits[i][state][input]) > 0 &&
                         ok;
            }
        }
    }
    if (out != NULL)
        ok = fclose(out) == 0 && ok;
    return ok;
}
