/* SPDX-License-Identifier: ISC */
#include "common/harden.h"
#include "relay_tool.h"

#include <locale.h>

/* allswell-relay: stores and forwards cells that it cannot read. The list of commands. */

const char *const tool_name = "allswell-relay";

static const struct argp_option globals[] = {
    {"home", OPT_HOME, "DIR", 0, "Home directory of the relay", 1},
    {"json", OPT_JSON, NULL, 0, "Answer as one JSON object", 1},
    {0},
};

static const struct argp_option run_options[] = {
    {"listen", OPT_LISTEN, "ADDR:PORT", 0, "Where to listen (default 0.0.0.0:7440)", 0},
    {"public", OPT_PUBLIC, "HOST[:PORT]", 0, "Where others reach this machine", 0},
    {"wake", OPT_WAKE, "NAME=COMMAND", 0, "Command that tokens can name; may be repeated", 0},
    {"metrics", OPT_METRICS, "ADDR:PORT", 0, "Serve figures for Prometheus, on 127.0.0.1", 0},
    {"metrics-public", OPT_METRICS_PUBLIC, NULL, 0, "Metrics beyond this machine are meant", 0},
    {"metrics-token-file", OPT_METRICS_TOKEN_FILE, "FILE", 0, "Token that scrapers show", 0},
    {"log", OPT_LOG, "FORM", 0, "Form of what it says: plain (default), keys or json", 0},
    {"log-level", OPT_LOG_LEVEL, "LEVEL", 0, "error, warning, notice (default) or info", 0},
    {"no-sandbox", OPT_NO_SANDBOX, NULL, 0, "Confine nothing; for debugging", 0},
    {0},
};

static const struct argp_option setup_options[] = {
    {"listen", OPT_LISTEN, "ADDR:PORT", 0, "Where to listen (default port 7440 everywhere)", 0},
    {"public", OPT_PUBLIC, "HOST[:PORT]", 0, "Where others reach this machine", 0},
    {"token", OPT_TOKEN, "LABEL", 0, "Label of the token to make (default 'first')", 0},
    {"no-token", OPT_NO_TOKEN, NULL, 0, "Make no token", 0},
    {"no-service", OPT_NO_SERVICE, NULL, 0, "Start no service", 0},
    {"forward", OPT_FORWARD, NULL, 0, "Have the router forward the port", 0},
    {"no-forward", OPT_NO_FORWARD, NULL, 0, "Ask the router for nothing", 0},
    {"yes", OPT_YES, NULL, 0, "Ask nothing: options and defaults are the answers", 0},
    {0},
};

static const struct argp_option check_options[] = {
    {"proxy", OPT_PROXY, "URL", 0, "Go through a SOCKS5 proxy, such as Tor's", 0},
    {0},
};

static const struct argp_option token_new_options[] = {
    {"quota", OPT_QUOTA, "N", 0, "Mailboxes that the token may create (default 64)", 0},
    {"wake", OPT_WAKE, "NAME", 0, "Wake command of 'run' for its mailboxes", 0},
    {0},
};

static const struct argp_option token_revoke_options[] = {
    {"yes", OPT_YES, NULL, 0, "Agree to what follows, without being asked", 0},
    {0},
};

static const struct argp_option status_options[] = {
    {"watch", OPT_WATCH, "SECONDS", OPTION_ARG_OPTIONAL, "Again and again (every 2 s)", 0},
    {0},
};

static const struct args_command commands[] = {
    {"run", "", "Run the relay",
     "The first run makes the home and the relay's key. Prints the address line to hand out. Ends "
     "with SIGTERM or control-C, after what was taken in is on disk.",
     run_options, 0, 0, cmd_run},
    {"setup", "", "Set a relay up, question by question",
     "Makes the home, the key, a token and the service, and says whether others can reach this "
     "machine. As root it sets up the relay of the machine. What there is already stays as it is: "
     "options given then are changes.",
     setup_options, 0, 0, cmd_setup},
    {"check", "ADDRESS", "Try whether a relay can be reached from here",
     "ADDRESS is the line to hand out, host:port/KEY. Dials, and has the relay prove its key; run "
     "it on a machine in another network. Needs no home. With --proxy socks5://127.0.0.1:9050 it "
     "goes through Tor, as to an onion address it must; nothing goes past the proxy then.",
     check_options, 1, 1, cmd_check},
    {"token new", "LABEL", "Make an access token",
     "Prints the token once: only its hash is kept. Who has it can create mailboxes here.",
     token_new_options, 1, 1, cmd_token_new},
    {"token list", "", "Show the tokens", NULL, NULL, 0, 0, cmd_token_list},
    {"token revoke", "LABEL", "Take a token back",
     "LABEL may also be the number of the token. Mailboxes that it has created go on. Asks for the "
     "word revoke.",
     token_revoke_options, 1, 1, cmd_token_revoke},
    {"status", "", "Show how the relay does", "Exits with 3 when the relay is not running.",
     status_options, 0, 0, cmd_status},
    {"backup", "FILE", "Copy the relay to a file, while it runs",
     "FILE must not exist yet. It holds the key of the relay and the cells that wait.", NULL, 1, 1,
     cmd_backup},
    {"restore", "FILE", "Make a home from such a file",
     "The home must not hold a relay, and the old one must not run any more.", NULL, 1, 1,
     cmd_restore},
    {NULL, NULL, NULL, NULL, NULL, 0, 0, NULL},
};

int main(int argc, char **argv)
{
    static const struct args_tool tool = {
        .doc = "Keep and forward sealed cells for people who watch over each other.",
        .commands = commands,
        .globals = globals,
    };

    harden_process();
    (void)setlocale(LC_TIME, "C");
    (void)setlocale(LC_CTYPE, "C.UTF-8"); /* how wide characters are */
    return args_main(&tool, argc, argv);
}
