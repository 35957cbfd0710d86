/* SPDX-License-Identifier: ISC */
#include "allswell/commands.h"
#include "allswell/render.h"
#include "allswell/session.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* people, verify, refuse, settled, forget, claim, confirm. */

static void render_people(const json_t *reply)
{
    const json_t *contacts = json_object_get(reply, "contacts");
    const json_t *watched = json_object_get(reply, "watched");
    json_t *person;
    size_t i;

    if (json_array_size(contacts) + json_array_size(watched) == 0)
        render_wrapped(0, "Nobody yet: 'allswell invite' somebody, or 'allswell join' an invite.");
    if (json_array_size(contacts) > 0)
        render_heading("Who watches over you:");
    json_array_foreach(contacts, i, person)
    {
        render_contact(person);
    }
    if (json_array_size(contacts) > 0 && json_array_size(watched) > 0)
        render_gap();
    if (json_array_size(watched) > 0)
        render_heading("Whom you watch over:");
    json_array_foreach(watched, i, person)
    {
        render_watched_line(person);
        render_others(person);
    }
}

int cmd_people(const struct args *args)
{
    return session_look(args, "people", render_people);
}

static size_t next_word(const char **text, char out[32])
{
    size_t len;

    *text += strspn(*text, " \t,-\n");
    len = strcspn(*text, " \t,-\n");
    (void)snprintf(out, 32, "%.*s", len > 31 ? 31 : (int)len, *text);
    *text += len;
    return len;
}

/* Case and what stands between the words do not matter. */
static bool same_words(const char *a, const char *b)
{
    char left[32], right[32];
    size_t left_len, right_len;

    do {
        left_len = next_word(&a, left);
        right_len = next_word(&b, right);
        if (left_len != right_len || strcasecmp(left, right) != 0)
            return false;
    } while (left_len > 0);
    return true;
}

/* 1: equal, 0: not equal, -1: `fail` is set. */
static int compare(const struct args *args, const json_t *reply, struct tool_fail *fail)
{
    const struct secret_source source = {.fd = -1, .what = "the answer", .echo = true};
    const char *given = args_option(args, "words"), *words = reply_string(reply, "words");
    struct secret line;
    bool same;

    if (given != NULL)
        return same_words(given, words) ? 1 : 0;
    (void)fprintf(stderr,
                  "The words for %s:\n\n    %s\n\nThe other side must see the same "
                  "ones.\n",
                  reply_string(reply, "name"), words);
    if (!secret_read(&line, &source, "Are they equal? Type yes or no: ", fail))
        return -1;
    same = strcasecmp(line.text, "yes") == 0;
    secret_wipe(&line);
    return same ? 1 : 0;
}

static int verify(const struct args *args, struct session *session, struct tool_fail *fail)
{
    const char *person = args_word(args, 0);
    json_t *reply = NULL, *done = NULL;
    int same, code = TOOL_OK;

    (void)session_settle(session, 3);
    if (!session_ask(session, json_pack("{s:s, s:s}", "do", "words", "person", person), &reply,
                     fail))
        return fail_print(fail);
    if (session->is_json && args_option(args, "words") == NULL) { /* the words alone */
        code = reply_print(reply);
        json_decref(reply);
        return code;
    }
    same = compare(args, reply, fail);
    if (same == 0)
        (void)fail_set(fail, TOOL_REFUSED,
                       "the words differ: read them again; if they still differ, somebody may be "
                       "in between: 'allswell forget %s', and pair again face to face",
                       reply_string(reply, "person"));
    if (same != 1 || !session_ask(session,
                                  json_pack("{s:s, s:s}", "do", "verify", "person",
                                            reply_string(reply, "person")),
                                  &done, fail)) {
        json_decref(reply);
        return fail_print(fail);
    }
    if (session->is_json)
        code = reply_print(done);
    else
        (void)printf("%s is verified.\n", reply_string(done, "name"));
    json_decref(done);
    json_decref(reply);
    (void)session_settle(session, 0);
    return code;
}

int cmd_verify(const struct args *args)
{
    struct session session;
    struct tool_fail fail;
    int code;

    if (!session_open(&session, args, &fail))
        return fail_print(&fail);
    code = verify(args, &session, &fail);
    session_close(&session);
    return code;
}

static void render_refused(const json_t *reply)
{
    (void)printf("Refused. What is paired with %s goes on as before.\n",
                 reply_string(reply, "name"));
}

int cmd_refuse(const struct args *args)
{
    static const struct session_agreement agreement = {
        .follows =
            "A device speaks under an old key of %s. It is refused for good; what was paired "
            "before goes on.",
        .word = "refuse",
        .side = "both",
    };

    return session_act_agreed(args, &agreement,
                              json_pack("{s:s, s:s}", "do", "refuse", "person", args_word(args, 0)),
                              render_refused);
}

static void render_settled(const json_t *reply)
{
    (void)printf("Settled, for %s. A new sign of a second device is told again.\n",
                 reply_string(reply, "name"));
}

int cmd_settled(const struct args *args)
{
    static const struct session_agreement agreement = {
        .follows = "Only when you know from the people themselves that one device is left: %s. "
                   "Nothing is told of the signs so far any more.",
        .word = "settled",
        .side = "both",
    };

    return session_act_agreed(
        args, &agreement, json_pack("{s:s, s:s}", "do", "settled", "person", args_word(args, 0)),
        render_settled);
}

static void render_forgotten(const json_t *reply)
{
    const char *name = reply_string(reply, "name");

    (void)printf("Number %s%s%s is forgotten.\n", reply_string(reply, "person"),
                 name[0] != '\0' ? ", " : "", name);
}

int cmd_forget(const struct args *args)
{
    static const struct session_agreement agreement = {
        .follows = "To be forgotten: %s. What this device and theirs share is erased; only a new "
                   "invite brings it back.",
        .word = "forget",
        .side = "mine",
    };

    return session_act_agreed(args, &agreement,
                              json_pack("{s:s, s:s}", "do", "forget", "person", args_word(args, 0)),
                              render_forgotten);
}

static void render_claimed(const json_t *reply)
{
    if (reply_flag(reply, "held"))
        (void)printf("Noted: you are acting for %s. The next level waits a while.\n",
                     reply_string(reply, "name"));
    else
        (void)printf("Noted. The ladder of %s goes on all the same.\n",
                     reply_string(reply, "name"));
    render_watched(reply);
}

int cmd_claim(const struct args *args)
{
    return session_act(args, json_pack("{s:s, s:s}", "do", "claim", "person", args_word(args, 0)),
                       render_claimed);
}

static void render_confirmed(const json_t *reply)
{
    if (reply_flag(reply, "closed"))
        (void)printf("The matter of %s is closed.\n", reply_string(reply, "name"));
    else
        (void)printf("Noted: you have spoken with %s. A safe check-in, or somebody else's word, "
                     "is still wanted.\n",
                     reply_string(reply, "name"));
    render_watched(reply);
}

int cmd_confirm(const struct args *args)
{
    static const struct session_agreement agreement = {
        .follows = "Only when you have heard or seen them yourself: %s. With a safe check-in this "
                   "closes the alarm.",
        .word = "spoken",
        .side = "watched",
    };

    return session_act_agreed(
        args, &agreement, json_pack("{s:s, s:s}", "do", "confirm", "person", args_word(args, 0)),
        render_confirmed);
}
