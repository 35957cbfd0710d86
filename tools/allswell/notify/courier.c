/* SPDX-License-Identifier: ISC */
#include "allswell/notify/courier.h"

#include "allswell/notify/talk.h"
#include "common/reply.h"

#include <allswell/hook.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* To begin and to end, beside what the try itself may take. */
#define SPARE_MS 5000

struct errand {
    answer_call *call;
    void *ctx;
    int fd; /* to the courier; -1: cancelled, nobody is told */
};

static void on_ended(void *ctx, const struct aw_hook_result *result)
{
    struct errand *errand = (struct errand *)ctx;
    struct answer answer = {.end = TRY_LATER};
    char text[TALK_MAX];
    ssize_t len;

    if (errand->fd >= 0) {
        len = recv(errand->fd, text, sizeof text, MSG_DONTWAIT);
        if (len <= 0 || !talk_read_answer(&answer, text, (size_t)len))
            (void)snprintf(answer.text, sizeof answer.text, "%s",
                           result->timed_out ? "no answer in time" : "the courier ended early");
        (void)close(errand->fd);
        errand->call(errand->ctx, &answer);
    }
    free(errand);
}

/* Installed in a place that is the same from wherever the program is. */
static bool find_program(char out[PATH_MAX])
{
    ssize_t len = readlink("/proc/self/exe", out, PATH_MAX - 1);
    size_t dir_len;

    if (len <= 0)
        return false;
    out[len] = '\0';
    dir_len = (size_t)(strrchr(out, '/') + 1 - out);
    return snprintf(out + dir_len, PATH_MAX - dir_len, "%s", ALLSWELL_COURIER) <
           (int)(PATH_MAX - dir_len);
}

bool courier_is_there(void)
{
    char path[PATH_MAX];

    return find_program(path) && access(path, X_OK) == 0;
}

/* A packet, so all of the request is there or nothing; it fits a new socket. */
static enum aw_status start(struct aw_loop *loop, struct errand *errand, const struct hook *hook,
                            const char *request)
{
    enum aw_status status = AW_E_BUSY;
    char path[PATH_MAX];
    const char *const argv[] = {path, NULL};
    int ends[2];

    if (!find_program(path))
        return AW_E_STATE;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return AW_E_BUSY;
    errand->fd = ends[0];
    if (send(ends[0], request, strlen(request), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
        status = aw_hook_talk(loop, ends[1], argv, NULL, hook_limit_ms(hook) + SPARE_MS, on_ended,
                              errand);
    (void)close(ends[1]);
    if (status != AW_OK)
        (void)close(ends[0]);
    return status;
}

struct errand *courier_send(struct aw_loop *loop, const struct hook *hook,
                            const struct notice *notice, answer_call *call, void *ctx,
                            struct answer *out_answer)
{
    struct errand *errand = calloc(1, sizeof *errand);
    char *request = talk_request(hook, notice);
    enum aw_status status = AW_E_BUSY;

    if (errand != NULL && request != NULL) {
        *errand = (struct errand){.call = call, .ctx = ctx, .fd = -1};
        status = start(loop, errand, hook, request);
    }
    reply_text_free(request);
    if (status == AW_OK)
        return errand;
    free(errand);
    *out_answer = (struct answer){.end = TRY_LATER};
    (void)snprintf(out_answer->text, sizeof out_answer->text, "%s",
                   status == AW_E_BUSY ? "no room: end other programs"
                                       : "the courier cannot be run: install Allswell anew");
    return NULL;
}

/* It finds that nobody waits for it any more. */
void courier_cancel(struct errand *errand)
{
    (void)close(errand->fd);
    errand->fd = -1;
}
