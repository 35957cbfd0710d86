/* SPDX-License-Identifier: ISC */
#include "common/again.h"
#include "common/apart.h"
#include "common/ask.h"
#include "common/qr.h"
#include "common/text.h"
#include "reach.h"
#include "relay_tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* allswell-relay setup: first looks, then asks, then does; before the last answer nothing has
 * changed but what was asked of the router. */

struct setup {
    struct setup_apply apply;
    struct listen on;
    struct reach reach;
    struct reach_named named;
    json_t *before;    /* what there was */
    json_t *made;      /* what was made */
    bool is_machine;   /* root, and the machine's service is to be had */
    bool may_ask;      /* somebody sits there */
    bool exists;       /* the home has a relay */
    bool is_changed;   /* the settings are not those that the home has */
    bool want_service; /* and there is one */
    bool want_forward;
    bool was_dialled; /* `named` is known */
    enum service_state service;
    char label[AW_RELAY_LABEL_MAX + 1];
};

static bool check_listen(void *ctx, const char *text, struct tool_fail *fail)
{
    struct listen on;

    (void)ctx;
    if (strlen(text) > RELAY_LISTEN_MAX)
        return fail_set(fail, TOOL_USAGE, "'%.60s' is too long: write ADDR:PORT", text);
    if (!listen_parse(&on, text, fail))
        return false;
    return on.port != 0 ||
           fail_set(fail, TOOL_USAGE, "port 0 is another one each time: choose one, as 7440");
}

static bool check_public(void *ctx, const char *text, struct tool_fail *fail)
{
    static const uint8_t no_key[AW_RELAY_KEY_LEN];
    const struct listen on = {.host = "127.0.0.1", .port = 7440};
    struct aw_endpoint endpoint;

    (void)ctx;
    if (strlen(text) > AW_ADDRESS_LEN_MAX)
        return fail_set(fail, TOOL_USAGE,
                        "the address is longer than %d characters: use a shorter name",
                        AW_ADDRESS_LEN_MAX);
    return listen_check_public(text, fail) &&
           listen_endpoint(&endpoint, text, &on, on.port, no_key, fail);
}

static bool check_label(void *ctx, const char *text, struct tool_fail *fail)
{
    (void)ctx;
    return text_is_plain(text, 1, AW_RELAY_LABEL_MAX) ||
           fail_set(fail, TOOL_USAGE, "a label has 1 to %d bytes of plain text: choose another",
                    AW_RELAY_LABEL_MAX);
}

static bool check_options(const struct args *args, struct tool_fail *fail)
{
    const char *listen = args_option(args, "listen"), *named = args_option(args, "public");
    const char *label = args_option(args, "token");

    if (args_option(args, "forward") != NULL && args_option(args, "no-forward") != NULL)
        return fail_set(fail, TOOL_USAGE, "--forward and --no-forward: give one of them");
    if (label != NULL && args_option(args, "no-token") != NULL)
        return fail_set(fail, TOOL_USAGE, "--token and --no-token: give one of them");
    if (args_option(args, "yes") == NULL && isatty(STDIN_FILENO) != 1)
        return fail_set(fail, TOOL_USAGE,
                        "nobody can be asked here: give --yes, and options for what is not to be "
                        "the default");
    return (listen == NULL || check_listen(NULL, listen, fail)) &&
           (named == NULL || check_public(NULL, named, fail)) &&
           (label == NULL || check_label(NULL, label, fail));
}

static bool look_outside(struct setup *s, struct tool_fail *fail)
{
    reach_look(&s->reach);
    if (args_option(s->apply.args, "no-forward") != NULL ||
        reach_judge(&s->reach, s->on.host) != REACH_UNKNOWN)
        return true;
    if (s->may_ask)
        (void)fputs("Asking the router what it knows, some seconds ...\n", stderr);
    return renew_ask(&s->reach, s->on.port, s->want_forward, fail);
}

/* Whose relay it is, what there is of it, and whether a service can be had. */
static bool look_inside(struct setup *s, struct tool_fail *fail)
{
    const struct args *args = s->apply.args;
    const char *variable = getenv("ALLSWELL_RELAY_HOME");
    bool is_plain = args_option(args, "home") == NULL && (variable == NULL || variable[0] == '\0');
    bool is_root = geteuid() == 0;

    if (is_plain)
        s->service = service_look(is_root);
    s->is_machine = is_root && is_plain && s->service != SERVICE_NONE &&
                    args_option(args, "no-service") == NULL;
    s->want_service = s->service != SERVICE_NONE && args_option(args, "no-service") == NULL;
    if (s->is_machine && access(RELAY_MACHINE_HOME, F_OK) != 0)
        return true;
    if (!apart_run(setup_look, &s->apply, &s->before, fail))
        return false;
    s->exists = reply_flag(s->before, "exists");
    s->apply.is_running = reply_flag(s->before, "running");
    return true;
}

/* What is asked for, without the questions: options, else what there is, else the defaults. */
static bool choose(struct setup *s, struct tool_fail *fail)
{
    const struct args *args = s->apply.args;
    const char *listen = args_option(args, "listen"), *named = args_option(args, "public");
    const char *kept = s->exists ? reply_string(s->before, "listen") : NULL;
    struct relay_settings *to = &s->apply.settings;

    reach_look(&s->reach);
    if (listen == NULL)
        listen = kept != NULL && kept[0] != '\0' ? kept
                 : s->reach.v6[0] != '\0'        ? "[::]:7440"
                                                 : RELAY_LISTEN_DEFAULT;
    if (named == NULL)
        named = s->exists ? reply_string(s->before, "public") : "";
    (void)snprintf(to->listen, sizeof to->listen, "%s", listen);
    (void)snprintf(to->public_host, sizeof to->public_host, "%s", named);
    if (s->exists && args_option(args, "no-forward") == NULL && reply_flag(s->before, "forward"))
        to->forward = 1;
    return listen_parse(&s->on, to->listen, fail);
}

static bool has_label(const struct setup *s, const char *label)
{
    const json_t *labels = json_object_get(s->before, "labels");

    for (size_t i = 0; i < json_array_size(labels); i++) {
        if (label == NULL || strcmp(json_string_value(json_array_get(labels, i)), label) == 0)
            return true;
    }
    return false;
}

static void choose_token(struct setup *s)
{
    const char *label = args_option(s->apply.args, "token");

    if (args_option(s->apply.args, "no-token") != NULL || has_label(s, label))
        return;
    (void)snprintf(s->label, sizeof s->label, "%s", label == NULL ? "first" : label);
    s->apply.label = s->label;
}

static bool ask_forward(struct setup *s, struct tool_fail *fail)
{
    s->want_forward = args_option(s->apply.args, "forward") != NULL;
    if (s->want_forward || !s->may_ask || reach_judge(&s->reach, s->on.host) != REACH_TO_FORWARD)
        return true;
    (void)fprintf(stderr,
                  "\nThe router can forward port %u to this machine, so that others reach it from "
                  "outside.\nWho can open the pages of the router will see that it does.\n",
                  s->on.port);
    return ask_yes("Forward it?", ASK_NEITHER, &s->want_forward, fail);
}

static bool ask_rest(struct setup *s, struct tool_fail *fail)
{
    struct relay_settings *to = &s->apply.settings;
    char guess[REACH_ADDRESS_MAX + 2], with_port[REACH_ADDRESS_MAX + 10];
    uint16_t port = s->on.port;

    reach_suggest(&s->reach, s->on.host, guess, &port);
    (void)snprintf(with_port, sizeof with_port, "%s:%u", guess, port);
    if (args_option(s->apply.args, "public") == NULL &&
        !ask_line("Name or address under which others reach this machine", with_port, check_public,
                  NULL, to->public_host, sizeof to->public_host, fail))
        return false;
    /* Without the router's help it may change with the network, and is guessed at each start. */
    if (strcmp(to->public_host, with_port) == 0 && !s->reach.router.is_forwarded)
        to->public_host[0] = '\0';
    if (s->apply.label != NULL && args_option(s->apply.args, "token") == NULL &&
        !ask_line("A token lets somebody use this relay. Label for the first one", s->label,
                  check_label, NULL, s->label, sizeof s->label, fail))
        return false;
    return !s->want_service || ask_yes("Start it now, and whenever the machine starts?", ASK_YES,
                                       &s->want_service, fail);
}

/* Questions, only for what is new: a relay that exists is changed by options alone. */
static bool ask_all(struct setup *s, struct tool_fail *fail)
{
    bool ask = s->may_ask && !s->exists, yes = true;

    if (ask)
        (void)fputs("A relay keeps sealed messages until those they are for fetch them. It "
                    "cannot\nread them. Enter alone takes what stands in brackets, which will do "
                    "for most;\nbefore the last answer nothing is made.\n\n",
                    stderr);
    if (ask && args_option(s->apply.args, "listen") == NULL &&
        !ask_line("Address and port to listen on", s->apply.settings.listen, check_listen, NULL,
                  s->apply.settings.listen, sizeof s->apply.settings.listen, fail))
        return false;
    if (!listen_parse(&s->on, s->apply.settings.listen, fail) || !look_outside(s, fail))
        return false;
    if (!ask_forward(s, fail) || (s->want_forward && !look_outside(s, fail)))
        return false;
    if (ask && !ask_rest(s, fail))
        return false;
    if (s->reach.router.is_forwarded && (s->want_forward || !s->exists) &&
        s->apply.settings.public_host[0] == '\0')
        (void)snprintf(s->apply.settings.public_host, sizeof s->apply.settings.public_host, "%s:%u",
                       s->reach.router.external, s->reach.router.external_port);
    if (s->reach.router.is_forwarded && s->want_forward)
        s->apply.settings.forward = 1;
    s->is_changed = !s->exists ||
                    (s->apply.settings.forward != 0) != reply_flag(s->before, "forward") ||
                    strcmp(s->apply.settings.listen, reply_string(s->before, "listen")) != 0 ||
                    strcmp(s->apply.settings.public_host, reply_string(s->before, "public")) != 0;
    if (!s->may_ask || (!s->is_changed && s->apply.label == NULL))
        return true;
    (void)fprintf(stderr, "\n%s: listen on %s, hand out %s%s%s%s.\n",
                  s->exists ? "Change the relay" : "New relay", s->apply.settings.listen,
                  s->apply.settings.public_host[0] != '\0' ? s->apply.settings.public_host
                                                           : "the address of this machine",
                  s->apply.label != NULL ? ", make token " : "",
                  s->apply.label != NULL ? s->label : "",
                  s->want_service ? ", start the service" : "");
    if (!ask_yes("Do that?", ASK_YES, &yes, fail))
        return false;
    return yes || fail_set(fail, TOOL_REFUSED, "not wanted: nothing was changed");
}

static bool act(struct setup *s, struct tool_fail *fail)
{
    bool must_stop = s->is_changed && s->apply.is_running;

    if (must_stop && s->service != SERVICE_ON)
        return fail_set(fail, TOOL_STATE,
                        "the relay is running, and not as a service: end it, then run setup again");
    if (s->is_machine && !service_home(fail))
        return false;
    if (must_stop) {
        if (!service_stop(s->is_machine, fail))
            return false;
        s->apply.is_running = false;
    }
    if ((s->is_changed || s->apply.label != NULL) &&
        !apart_run(setup_apply, &s->apply, &s->made, fail)) {
        struct tool_fail second;

        if (must_stop)
            (void)service_start(s->is_machine, &second);
        return false;
    }
    if (!s->want_service || (s->service == SERVICE_ON && !must_stop))
        return true;
    if (!service_start(s->is_machine, fail))
        return false;
    s->service = SERVICE_ON;
    return true;
}

static const char *service_name(const struct setup *s)
{
    return s->service == SERVICE_ON ? "on" : s->service == SERVICE_OFF ? "off" : "none";
}

static int tell_json(const struct setup *s, const char *address, bool is_running)
{
    const struct reach_router *r = &s->reach.router;
    json_t *router = json_null(), *name = json_null(), *all;
    int code;

    if (r->protocol != NULL)
        router = json_pack("{s:s, s:s, s:b, s:I}", "protocol", r->protocol, "external", r->external,
                           "forwarded", (int)r->is_forwarded, "lease_s", (json_int_t)r->lease_s);
    if (s->was_dialled && s->named.is_name)
        name = json_pack("{s:s?, s:b}", "leads", s->named.leads[0] == '\0' ? NULL : s->named.leads,
                         "here", (int)s->named.leads_here);
    all = json_pack("{s:s, s:b, s:b, s:b, s:s, s:s, s:b, s:o, s:o, s:s?}", "address", address,
                    "existed", (int)s->exists, "changed", (int)s->is_changed, "running",
                    (int)is_running, "service", service_name(s), "verdict",
                    reach_name(reach_judge(&s->reach, s->on.host)), "ipv6",
                    (int)reach_has_v6(&s->reach, s->on.host), "router", router, "name", name,
                    "answer", reach_answer_name(s->named.answer));
    if (s->made != NULL && reply_string(s->made, "token") != NULL)
        (void)json_object_set(all, "token", json_object_get(s->made, "token"));
    code = reply_print(all);
    json_decref(all);
    return code;
}

static void tell_service(const struct setup *s, bool is_running)
{
    if (s->service == SERVICE_ON)
        (void)puts("The service is on, now and whenever the machine starts.");
    else if (is_running)
        (void)puts("The relay is running.");
    else if (s->service == SERVICE_OFF)
        (void)printf("The relay is not running, and its service is off: '%s setup' can start it.\n",
                     again());
    else
        (void)printf("The relay is not running, and no service is to be had here:\n"
                     "'%s run' starts it.\n",
                     again());
}

static int tell(const struct setup *s, const char *address, bool is_running)
{
    const char *token = s->made == NULL ? NULL : reply_string(s->made, "token");

    if (args_option(s->apply.args, "json") != NULL)
        return tell_json(s, address, is_running);
    if (s->exists && !s->is_changed && token == NULL)
        (void)puts("The relay exists already. Nothing was changed.");
    else
        (void)puts(s->exists ? "The relay has been changed." : "The relay is set up.");
    tell_service(s, is_running);
    (void)printf("\nAddress to hand out, no secret:\n  %s\n", address);
    if (isatty(STDOUT_FILENO) == 1)
        qr_print(stdout, address, "hand out the line above");
    if (token != NULL)
        (void)printf("\nToken '%s', shown this once; who has it can use this relay:\n  %s\n"
                     "Its owner gives both to 'allswell relay add'. '%s token new'\nmakes more.\n",
                     s->label, token, again());
    reach_print(stdout, &s->reach, s->on.host, s->on.port, s->was_dialled ? &s->named : NULL,
                address);
    return TOOL_OK;
}

/* Says what there is now: the relay was perhaps started a moment ago. */
static int finish(struct setup *s, struct tool_fail *fail)
{
    json_t *now = NULL;
    const char *address;
    bool is_running;
    int code;

    if (!apart_run(setup_look, &s->apply, &now, fail))
        return fail_print(fail);
    address = reply_string(now, "address");
    is_running = reply_flag(now, "running");
    s->was_dialled = named_ask(&s->named, &s->reach, address, is_running);
    code = tell(s, address, is_running);
    json_decref(now);
    return code;
}

int cmd_setup(const struct args *args)
{
    struct setup *s = calloc(1, sizeof *s);
    struct tool_fail fail;
    int code;

    if (s == NULL) {
        (void)fail_set(&fail, TOOL_ENVIRONMENT, "out of memory: end other processes");
        return fail_print(&fail);
    }
    s->apply.args = args;
    s->may_ask = args_option(args, "yes") == NULL;
    if (check_options(args, &fail) && look_inside(s, &fail) && choose(s, &fail)) {
        choose_token(s);
        code = ask_all(s, &fail) && act(s, &fail) ? finish(s, &fail) : fail_print(&fail);
    } else {
        code = fail_print(&fail);
    }
    json_decref(s->before);
    json_decref(s->made);
    free(s);
    return code;
}
