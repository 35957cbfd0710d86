/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "mutate.h"
#include "support/circle.h"

#include "crypto/cell.h"

/*
 * Input: a byte of setting, then the plaintext of a cell: what a hostile device says under its own
 * keys. FUZZ_RULE "call": hers to a contact; "reply": a contact's to her. It is put into a cell
 * that was really sent; with stub crypto of the unsafe kind, which hides nothing and takes every
 * tag and signature, so that any text gets in.
 *
 * Property: no assertion of an engine fails, then or in the hours after it; what it stored loads
 * again. (What a hostile device may achieve, tests/unit/test_attacks_*.c say.)
 */

const struct fuzz_grammar fuzz_grammar = {.rule = FUZZ_RULE, .skip = 1};

#define TEXT_AT (AW_NONCE_LEN + AW_CELL_HEAD_LEN)

static struct circle circle;
static size_t victim; /* host */
static struct aw_bytes text;

/* Puts the text into the next cell for the victim, before anything looks at it. */
static void replace(struct circle_cell *cell)
{
    size_t room = cell->len - AW_CELL_OVERHEAD, len = text.len < room ? text.len : room;

    memset(cell->bytes + TEXT_AT, 0, room);
    if (len > 0)
        memcpy(cell->bytes + TEXT_AT, text.ptr, len);
}

static bool is_for_victim(const struct circle_cell *cell)
{
    return cell->from == (victim == 0 ? 1 : 0) && cell->len == AW_CELL_LEN;
}

/* Her check-in, or his answer to it, leaves while the victim neither sends nor receives. */
static void send(void)
{
    circle.hosts[1].is_offline = true;
    circle_checkin(&circle, circle_safe);
    circle.hosts[1].is_offline = false;
    circle.hosts[0].is_offline = victim == 0;
    if (victim == 0)
        circle_run(&circle, MIN_S); /* his answer */
    for (size_t i = 0; i < circle.cell_count; i++) {
        if (is_for_victim(&circle.cells[i]))
            replace(&circle.cells[i]);
    }
    circle.hosts[0].is_offline = false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned setting = size > 0 ? data[0] : 0;

    if (size < 2)
        return 0;
    victim = strcmp(fuzz_grammar.rule, "call") == 0 ? 1 : 0;
    text = (struct aw_bytes){data + 1, size - 1};
    circle_init(&circle, 1, 99);
    circle_set_up(&circle);
    circle_checkin(&circle, circle_safe);
    if ((setting & 1) != 0) {
        T_EQ(aw_subject_sos(circle.hosts[0].subject, NULL, NULL, circle_now(&circle, 0)), AW_OK);
        circle_run(&circle, MIN_S);
    }
    send();
    circle_run(&circle, 10 * MIN_S);
    circle_restart(&circle, victim);
    circle_run(&circle, (setting & 2) != 0 ? 26 * HOUR_S : 2 * HOUR_S);
    circle_free(&circle);
    AW_ASSERT(t_state.fail_count == 0);
    return 0;
}
