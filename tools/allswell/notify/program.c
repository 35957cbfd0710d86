/* SPDX-License-Identifier: ISC */
#include "allswell/notify/program.h"

#include "allswell/event.h"

#include <allswell/hook.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct program {
    answer_call *call;
    void *ctx;
};

static void on_ended(void *ctx, const struct aw_hook_result *result)
{
    struct program *program = (struct program *)ctx;
    struct answer answer = {.end = result->exit_code == 0 ? TRY_ACCEPTED : TRY_LATER};

    if (result->timed_out)
        (void)snprintf(answer.text, sizeof answer.text, "killed after %d s",
                       PROGRAM_LIMIT_MS / 1000);
    else if (result->signal != 0)
        (void)snprintf(answer.text, sizeof answer.text, "ended by signal %d", result->signal);
    else
        (void)snprintf(answer.text, sizeof answer.text, "ended with %d", result->exit_code);
    program->call(program->ctx, &answer);
    free(program);
}

#define NOTICE_LINES  6
#define DESKTOP_LINES 4
#define ENV_LINES     (NOTICE_LINES + DESKTOP_LINES)
#define ENV_LEN       320

/* Where notify-send(1) finds the desktop. */
static const char *const desktop[DESKTOP_LINES] = {
    "DBUS_SESSION_BUS_ADDRESS=", "XDG_RUNTIME_DIR=", "DISPLAY=", "WAYLAND_DISPLAY="};

/* Of our own environment, as it stands there: however long it is, the desktop is reached by it. */
static const char *inherited(const char *begin)
{
    for (char **at = environ; *at != NULL; at++) {
        if (strncmp(*at, begin, strlen(begin)) == 0)
            return *at;
    }
    return NULL;
}

static void write_env(char lines[NOTICE_LINES][ENV_LEN], const char *env[ENV_LINES + 1],
                      const struct hook *hook, const struct notice *notice)
{
    size_t count = 0;

    (void)snprintf(lines[count++], ENV_LEN, "ALLSWELL_EVENT=%s", event_urgency(notice->urgency));
    (void)snprintf(lines[count++], ENV_LEN, "ALLSWELL_PERSON=%s", notice->name);
    (void)snprintf(lines[count++], ENV_LEN, "ALLSWELL_PERSON_ID=%s", notice->who);
    (void)snprintf(lines[count++], ENV_LEN, "ALLSWELL_LEVEL=%u", (unsigned)notice->level);
    (void)snprintf(lines[count++], ENV_LEN, "ALLSWELL_TEXT=%s", notice->text);
    (void)snprintf(lines[count++], ENV_LEN, "ALLSWELL_SIDE=%s",
                   !hook->with_text     ? ""
                   : notice->is_contact ? "contact"
                                        : "subject");
    for (size_t i = 0; i < count; i++)
        env[i] = lines[i];
    for (size_t i = 0; hook->kind == NOTIFY_DESKTOP && i < DESKTOP_LINES; i++) {
        env[count] = inherited(desktop[i]);
        count += env[count] != NULL;
    }
    env[count] = NULL;
}

bool program_run(struct aw_loop *loop, const struct hook *hook, const struct notice *notice,
                 answer_call *call, void *ctx, struct answer *out_answer)
{
    const char *shell[] = {"/bin/sh", "-c", hook->command, NULL};
    const char *file[] = {hook->address, NULL};
    const char *send[] = {"notify-send",
                          notice->urgency == AW_URGENCY_RING ? "--urgency=critical"
                                                             : "--urgency=normal",
                          "--", notice->text, NULL};
    const char *const *argv = hook->kind == NOTIFY_DESKTOP ? send
                              : hook->command != NULL      ? shell
                                                           : file;
    struct program *program = calloc(1, sizeof *program);
    char lines[NOTICE_LINES][ENV_LEN];
    const char *env[ENV_LINES + 1];
    enum aw_status status = AW_E_BUSY;

    write_env(lines, env, hook, notice);
    if (program != NULL) {
        *program = (struct program){.call = call, .ctx = ctx};
        status = aw_hook_run(loop, argv, env, PROGRAM_LIMIT_MS, on_ended, program);
    }
    if (status == AW_OK)
        return true;
    free(program);
    *out_answer =
        (struct answer){.end = status == AW_E_BUSY ? TRY_LATER : TRY_REFUSED, .wait_ms = 0};
    (void)snprintf(out_answer->text, sizeof out_answer->text, "%s",
                   status == AW_E_BUSY            ? "too many programs run"
                   : hook->kind == NOTIFY_DESKTOP ? "notify-send cannot be run: install libnotify"
                                                  : "the program cannot be run");
    return false;
}
