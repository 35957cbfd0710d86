/* SPDX-License-Identifier: ISC */
#include "common/apart.h"

#include "common/reply.h"

#include <allswell/control.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void work_and_tell(apart_work *work, void *ctx, int fd)
{
    struct tool_fail fail;
    json_t *reply = NULL;
    char *text;

    if (work(ctx, &reply, &fail))
        (void)json_object_set_new(reply, "ok", json_true());
    else
        reply = reply_failed(&fail);
    text = reply_text(reply);
    if (text != NULL)
        (void)!write(fd, text, strlen(text)); /* what is missing is found by who reads */
    reply_text_free(text);
    json_decref(reply);
}

/* Reads until the other end is closed; false when it is more than fits. */
static bool read_all(int fd, char *out, size_t cap)
{
    size_t len = 0;
    ssize_t got;

    do {
        got = read(fd, out + len, cap - 1 - len);
        if (got > 0)
            len += (size_t)got;
    } while (len < cap - 1 && (got > 0 || (got < 0 && errno == EINTR)));
    out[len] = '\0';
    return got == 0;
}

bool apart_run(apart_work *work, void *ctx, json_t **reply, struct tool_fail *fail)
{
    int ends[2], status = 0;
    char *text = calloc(1, AW_CONTROL_LINE_MAX + 2);
    pid_t child = -1;

    *reply = NULL;
    (void)fflush(NULL);
    if (text != NULL && pipe(ends) == 0)
        child = fork();
    if (child < 0) {
        free(text);
        return fail_set(fail, TOOL_ENVIRONMENT, "no second process: end other processes");
    }
    if (child == 0) {
        (void)close(ends[0]);
        work_and_tell(work, ctx, ends[1]);
        _exit(0);
    }
    (void)close(ends[1]);
    if (read_all(ends[0], text, AW_CONTROL_LINE_MAX + 2))
        *reply = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    (void)close(ends[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    reply_text_free(text);
    if (*reply != NULL && reply_check(*reply, fail))
        return true;
    if (*reply == NULL)
        (void)fail_set(fail, TOOL_ENVIRONMENT, "the second process ended early: start again");
    json_decref(*reply);
    *reply = NULL;
    return false;
}
