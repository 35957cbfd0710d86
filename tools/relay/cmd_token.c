/* SPDX-License-Identifier: ISC */
#include "common/again.h"
#include "common/ask.h"
#include "relay_tool.h"

#include <stdio.h>
#include <unistd.h>

int cmd_token_new(const struct args *args)
{
    struct tool_fail fail;
    json_t *reply = NULL, *request;
    long quota = 0;
    bool ok;

    if (!args_number(args_option(args, "quota"), "quota", 1, 100000, RELAY_QUOTA_DEFAULT, &quota,
                     &fail))
        return fail_print(&fail);
    request = json_pack("{s:s, s:s, s:I, s:s*}", "do", "token-new", "label", args_word(args, 0),
                        "quota", (json_int_t)quota, "wake", args_option(args, "wake"));
    if (request == NULL)
        (void)fail_set(&fail, TOOL_USAGE, "the label is not UTF-8: choose another");
    ok = relay_ask(args, request, &reply, &fail);
    json_decref(request);
    if (!ok)
        return fail_print(&fail);
    if (args_option(args, "json") != NULL) {
        int code = reply_print(reply);

        json_decref(reply);
        return code;
    }
    reply_for_screen(reply);
    (void)puts(reply_string(reply, "token"));
    (void)fprintf(stderr,
                  "This is token %llu, '%s'. It is shown this once: hand it over in person or over "
                  "a messenger\nthat you both trust. Its owner gives it to 'allswell relay add'.\n",
                  (unsigned long long)reply_number(reply, "id"), reply_string(reply, "label"));
    if (!reply_flag(reply, "can_wake"))
        (void)fprintf(stderr,
                      "The relay runs without a wake command '%s', and wakes nobody: start it anew "
                      "with --wake %s=COMMAND.\n",
                      args_option(args, "wake"), args_option(args, "wake"));
    json_decref(reply);
    return TOOL_OK;
}

int cmd_token_list(const struct args *args)
{
    struct tool_fail fail;
    json_t *reply = NULL, *request = json_pack("{s:s}", "do", "token-list"), *token;
    bool ok = relay_ask(args, request, &reply, &fail);
    size_t i;
    int code = TOOL_OK;

    json_decref(request);
    if (!ok)
        return fail_print(&fail);
    if (args_option(args, "json") != NULL) {
        code = reply_print(reply);
    } else {
        reply_for_screen(reply);
        if (json_array_size(json_object_get(reply, "tokens")) == 0)
            (void)printf("No tokens yet: '%s token new LABEL' makes one.\n", again());
        json_array_foreach(json_object_get(reply, "tokens"), i, token)
        {
            const char *wake = reply_string(token, "wake");

            (void)printf("%3llu  %-32s  %llu of %llu mailboxes%s%s%s\n",
                         (unsigned long long)reply_number(token, "id"),
                         reply_string(token, "label"),
                         (unsigned long long)reply_number(token, "mailboxes"),
                         (unsigned long long)reply_number(token, "quota"),
                         wake[0] != '\0' ? ", wakes by " : "", wake,
                         reply_flag(token, "revoked") ? ", revoked" : "");
        }
    }
    json_decref(reply);
    return code;
}

/* Has somebody agree, who sees which token it is. */
static bool agree(const struct args *args, const struct home *home, struct tool_fail *fail)
{
    char follows[400];
    json_t *reply = NULL;
    json_t *request = json_pack("{s:s, s:s}", "do", "token-find", "label", args_word(args, 0));
    bool ok;

    if (args_option(args, "yes") != NULL) {
        json_decref(request);
        return true;
    }
    ok = relay_ask_home(home, request, &reply, fail);
    json_decref(request);
    if (!ok)
        return false;
    (void)snprintf(follows, sizeof follows,
                   "To be revoked: token %llu, '%s'. Who has it can make no new mailbox here, for "
                   "an invite or to join; only a new token brings that back. What was made with it "
                   "goes on: %llu mailboxes.",
                   (unsigned long long)reply_number(reply, "id"), reply_string(reply, "label"),
                   (unsigned long long)reply_number(reply, "mailboxes"));
    json_decref(reply);
    return ask_word(args, follows, "revoke", fail);
}

int cmd_token_revoke(const struct args *args)
{
    struct tool_fail fail;
    struct home home;
    json_t *reply = NULL;
    json_t *request = json_pack("{s:s, s:s}", "do", "token-revoke", "label", args_word(args, 0));
    bool ok = request != NULL;
    int code = TOOL_OK;

    if (!ok)
        (void)fail_set(&fail, TOOL_USAGE, "the label is not UTF-8: see 'token list'");
    ok = ok && relay_home(&home, args, false, &fail) && agree(args, &home, &fail) &&
         relay_ask_home(&home, request, &reply, &fail);
    json_decref(request);
    if (!ok)
        return fail_print(&fail);
    if (args_option(args, "json") != NULL) {
        code = reply_print(reply);
    } else {
        reply_for_screen(reply);
        (void)printf("Token %llu, '%s', creates no more mailboxes.\n",
                     (unsigned long long)reply_number(reply, "id"), reply_string(reply, "label"));
    }
    json_decref(reply);
    return code;
}
