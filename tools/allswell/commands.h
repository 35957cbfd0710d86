/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_COMMANDS_H
#define TOOLS_ALLSWELL_COMMANDS_H

#include "common/args.h"

/**
 * @file
 * The subcommands of allswell: each takes a parsed command line and returns the exit code.
 */

/** Keys of the options in the table of main.c. */
enum option_key {
    OPT_HOME = ARGS_KEY,
    OPT_JSON,
    OPT_WAIT,
    OPT_NAME,
    OPT_TOKEN_FD,
    OPT_QR,
    OPT_VALID,
    OPT_AS,
    OPT_URI_FD,
    OPT_WORDS,
    OPT_SECRETS,
    OPT_CIRCLE,
    OPT_SECRET_FD,
    OPT_PLACE,
    OPT_NOTE,
    OPT_BATTERY,
    OPT_CHARGING,
    OPT_ON_EVENT,
    OPT_LINES,
    OPT_COUNTDOWN,
    OPT_KIND,
    OPT_EXTEND,
    OPT_SOS,
    OPT_TEXT,
    OPT_OFF,
    OPT_UNDO,
    OPT_TOKEN,
    OPT_USER,
    OPT_FROM,
    OPT_TO,
    OPT_URGENCY,
    OPT_AGAIN,
    OPT_WITH_TEXT,
    OPT_SAY,
    OPT_BARE,
    OPT_ALLOW_PLAIN,
    OPT_PROXY,
    OPT_CA,
    OPT_YES,
    OPT_PAGE,
    OPT_PAGE_ANYWHERE,
    OPT_PLAN,
    OPT_WATCH,
};

int cmd_init(const struct args *args);
int cmd_backup(const struct args *args);
int cmd_restore(const struct args *args);
int cmd_relay_add(const struct args *args);
int cmd_relay_list(const struct args *args);
int cmd_relay_remove(const struct args *args);
int cmd_relay_moved(const struct args *args);
int cmd_proxy(const struct args *args);
int cmd_invite(const struct args *args);
int cmd_join(const struct args *args);
int cmd_verify(const struct args *args);
int cmd_refuse(const struct args *args);
int cmd_settled(const struct args *args);
int cmd_forget(const struct args *args);
int cmd_people(const struct args *args);
int cmd_plan_show(const struct args *args);
int cmd_plan_set(const struct args *args);
int cmd_plan_zone(const struct args *args);
int cmd_plan_check(const struct args *args);
int cmd_plan_waiting(const struct args *args);
int cmd_checkin(const struct args *args);
int cmd_sos(const struct args *args);
int cmd_cancel(const struct args *args);
int cmd_stop(const struct args *args);
int cmd_timer_start(const struct args *args);
int cmd_timer_extend(const struct args *args);
int cmd_timer_end(const struct args *args);
int cmd_journey(const struct args *args);
int cmd_drill(const struct args *args);
int cmd_signal(const struct args *args);
int cmd_here(const struct args *args);
int cmd_life(const struct args *args);
int cmd_coverage(const struct args *args);
int cmd_card_set(const struct args *args);
int cmd_card_remove(const struct args *args);
int cmd_remove(const struct args *args);
int cmd_frame_write(const struct args *args);
int cmd_frame_read(const struct args *args);
int cmd_doctor(const struct args *args);
int cmd_status(const struct args *args);
int cmd_run(const struct args *args);
int cmd_claim(const struct args *args);
int cmd_confirm(const struct args *args);
int cmd_decline(const struct args *args);
int cmd_handover(const struct args *args);
int cmd_note(const struct args *args);
int cmd_unreachable(const struct args *args);
int cmd_ask(const struct args *args);
int cmd_answer(const struct args *args);
int cmd_compared(const struct args *args);
int cmd_leave(const struct args *args);
int cmd_away(const struct args *args);
int cmd_rota(const struct args *args);
int cmd_always_on(const struct args *args);
int cmd_log(const struct args *args);
int cmd_why(const struct args *args);
int cmd_place(const struct args *args);
int cmd_card_show(const struct args *args);
int cmd_notify_add(const struct args *args);
int cmd_notify_list(const struct args *args);
int cmd_notify_remove(const struct args *args);
int cmd_notify_test(const struct args *args);
int cmd_notify_log(const struct args *args);

#endif /* TOOLS_ALLSWELL_COMMANDS_H */
