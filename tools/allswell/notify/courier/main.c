/* SPDX-License-Identifier: ISC */
#include "allswell/notify/courier/parcel.h"
#include "allswell/notify/talk.h"
#include "common/harden.h"
#include "common/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The courier: carries one notice to one server, and ends. The agent is at its input and output. */

const char *const tool_name = "allswell courier";

/* libcurl reads the address anew: what it finds there must be what was allowed. */
static bool judge(struct hook *hook, struct answer *answer)
{
    char *scheme = NULL, *host = NULL;
    struct tool_fail fail = {.text = "the address is no URL"};
    CURLU *url = curl_url();
    bool ok = curl_url_set(url, CURLUPART_URL, hook->address, CURLU_DISALLOW_USER) == CURLUE_OK &&
              curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
              curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
              hook_judge(hook, scheme, host, &fail);

    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(url);
    if (!ok) {
        answer->end = TRY_REFUSED; /* by us: nothing was said to it */
        (void)snprintf(answer->text, sizeof answer->text, "%.*s", ANSWER_TEXT_MAX, fail.text);
    }
    return ok;
}

/* Until it is done; or until the agent has hung up, since it says nothing more otherwise. */
static CURLcode carry(CURL *easy)
{
    struct curl_waitfd agent = {.fd = STDIN_FILENO, .events = CURL_WAIT_POLLIN};
    CURLM *multi = curl_multi_init();
    CURLcode code = CURLE_FAILED_INIT;
    const CURLMsg *message;
    int running = 1, left;

    if (curl_multi_add_handle(multi, easy) == CURLM_OK) {
        while (curl_multi_perform(multi, &running) == CURLM_OK && running > 0 &&
               curl_multi_poll(multi, &agent, 1, 1000, NULL) == CURLM_OK && agent.revents == 0)
            continue;
        message = curl_multi_info_read(multi, &left);
        code = message == NULL ? CURLE_ABORTED_BY_CALLBACK : message->data.result;
        (void)curl_multi_remove_handle(multi, easy);
    }
    (void)curl_multi_cleanup(multi);
    return code;
}

static void work(struct hook *hook, const struct notice *notice, struct answer *answer)
{
    struct parcel parcel;
    bool ok;

    if (!judge(hook, answer))
        return;
    ok = parcel_pack(&parcel, hook, notice);
    parcel_answer(&parcel, ok ? carry(parcel.easy) : CURLE_OUT_OF_MEMORY, answer);
    parcel_wipe(&parcel);
}

int main(void)
{
    struct answer answer = {.end = TRY_LATER};
    char request[TALK_MAX], *said;
    struct notice notice;
    struct hook hook;
    ssize_t len;
    bool ok;

    harden_process();
    len = recv(STDIN_FILENO, request, sizeof request, 0);
    ok = len > 0 && talk_read_request(&hook, &notice, request, (size_t)len) &&
         hook.host[0] != '\0' && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    explicit_bzero(request, sizeof request);
    if (!ok) {
        (void)fprintf(stderr, "%s: this program is run by 'allswell run' only\n", tool_name);
        return TOOL_USAGE;
    }
    work(&hook, &notice, &answer);
    hook_wipe(&hook);
    said = talk_answer(&answer);
    ok = said != NULL && send(STDOUT_FILENO, said, strlen(said), MSG_NOSIGNAL) > 0;
    reply_text_free(said);
    curl_global_cleanup();
    return ok ? TOOL_OK : TOOL_ENVIRONMENT;
}
