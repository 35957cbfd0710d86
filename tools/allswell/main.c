/* SPDX-License-Identifier: ISC */
#include "allswell/commands.h"
#include "allswell/session.h"
#include "common/harden.h"

#include <allswell/limits.h>
#include <locale.h>

/* allswell: the tool of a subject and of a contact. This file is the list of commands. */

const char *const tool_name = "allswell";

static const struct argp_option globals[] = {
    {"home", OPT_HOME, "DIR", 0, "Home directory of this person", 1},
    {"json", OPT_JSON, NULL, 0, "Answer as one JSON object", 1},
    {"wait", OPT_WAIT, "SECONDS", 0, "How long to wait for the relays (default 10)", 1},
    {0},
};

/* Of what is asked about otherwise. */
#define YES_OPTION                                                                                 \
    {                                                                                              \
        "yes", OPT_YES, NULL, 0, "Agree to what follows, without being asked", 0                   \
    }

static const struct argp_option init_options[] = {
    {"name", OPT_NAME, "NAME", 0, "How others are to see you", 0},
    {0},
};

static const struct argp_option backup_options[] = {
    {"secret-fd", OPT_SECRET_FD, "N", 0, "Read the passphrase from file descriptor N", 0},
    {0},
};

static const struct argp_option restore_options[] = {
    {"secret-fd", OPT_SECRET_FD, "N", 0, "Read the passphrase from file descriptor N", 0},
    YES_OPTION,
    {0},
};

static const struct argp_option relay_add_options[] = {
    {"token-fd", OPT_TOKEN_FD, "N", 0, "Read the access token from file descriptor N", 0},
    {0},
};

static const struct argp_option invite_options[] = {
    {"qr", OPT_QR, NULL, 0, "Show the invite as a QR code too", 0},
    {"valid", OPT_VALID, "SPAN", 0, "How long it can be answered (default 24h)", 0},
    {"as", OPT_AS, "NAME", 0, "Your name in this invite", 0},
    {0},
};

static const struct argp_option join_options[] = {
    {"uri-fd", OPT_URI_FD, "N", 0, "Read the invite from file descriptor N", 0},
    {"as", OPT_AS, "NAME", 0, "Your name towards this person", 0},
    {0},
};

static const struct argp_option verify_options[] = {
    {"words", OPT_WORDS, "WORDS", 0, "The words that the other side reads out", 0},
    {0},
};

static const struct argp_option plan_check_options[] = {
    {"circle", OPT_CIRCLE, NULL, 0, "Ask for the circle, too: is it large enough?", 0},
    {0},
};

static const struct argp_option plan_set_options[] = {
    {"secrets", OPT_SECRETS, NULL, 0, "Choose both secrets and the circle anew", 0},
    {"secret-fd", OPT_SECRET_FD, "N", 0, "Read the secrets, one per line, from descriptor N", 0},
    {0},
};

/* What is sealed with a call: where she is, and what else contacts may learn. */
#define STATE_OPTIONS                                                                              \
    {"place", OPT_PLACE, "LAT,LON[,M]", 0, "Where you are, and how exactly in metres", 0},         \
        {"note", OPT_NOTE, "TEXT", 0, "Up to 56 bytes, sealed with the place", 0},                 \
        {"battery", OPT_BATTERY, "PERCENT", 0, "Charge of the battery", 0},                        \
    {                                                                                              \
        "charging", OPT_CHARGING, NULL, 0, "The battery is being charged", 0                       \
    }

static const struct argp_option checkin_options[] = {
    {"secret-fd", OPT_SECRET_FD, "N", 0, "Read the secret from file descriptor N", 0},
    STATE_OPTIONS,
    {0},
};

static const struct argp_option sos_options[] = {
    {"countdown", OPT_COUNTDOWN, "SECONDS", 0, "Wait so long, at most 30, for 'allswell stop'", 0},
    {"kind", OPT_KIND, "KIND", 0, "sos, fell or crashed (default sos)", 0},
    STATE_OPTIONS,
    {0},
};

static const struct argp_option state_options[] = {
    STATE_OPTIONS,
    {0},
};

static const struct argp_option timer_options[] = {
    {"extend", OPT_EXTEND, "SPAN", 0, "What one extension adds, at most 2h (default none)", 0},
    STATE_OPTIONS,
    {0},
};

static const struct argp_option cancel_options[] = {
    {"secret-fd", OPT_SECRET_FD, "N", 0, "Read the secret from file descriptor N", 0},
    {0},
};

static const struct argp_option frame_write_options[] = {
    {"sos", OPT_SOS, NULL, 0, "The newest call for help, not the newest check-in", 0},
    {"text", OPT_TEXT, NULL, 0, "As 159 characters for a text message", 0},
    {0},
};

static const struct argp_option frame_read_options[] = {
    {"text", OPT_TEXT, NULL, 0, "Standard input is the text of a message", 0},
    {0},
};

static const struct argp_option run_options[] = {
    {"on-event", OPT_ON_EVENT, "COMMAND", 0, "Run COMMAND for every event", 0},
    {"page", OPT_PAGE, "ADDRESS:PORT", OPTION_ARG_OPTIONAL,
     "Serve the page for a browser (default 127.0.0.1:8317)", 0},
    {"page-anywhere", OPT_PAGE_ANYWHERE, NULL, 0,
     "The page may be reached from other machines, without encryption", 0},
    {0},
};

static const struct argp_option watch_options[] = {
    {"watch", OPT_WATCH, "SECONDS", OPTION_ARG_OPTIONAL, "Again and again (every 2 s)", 0},
    {0},
};

static const struct argp_option off_options[] = {
    {"off", OPT_OFF, NULL, 0, "No longer", 0},
    {0},
};

static const struct argp_option yes_options[] = {
    YES_OPTION,
    {0},
};

static const struct argp_option remove_options[] = {
    {"secret-fd", OPT_SECRET_FD, "N", 0, "Read the secrets from file descriptor N", 0},
    YES_OPTION,
    {0},
};

static const struct argp_option compared_options[] = {
    YES_OPTION,
    {"plan", OPT_PLAN, "VERSION", 0, "Accept this plan, which 'allswell plan waiting' shows", 0},
    {0},
};

static const struct argp_option leave_options[] = {
    YES_OPTION,
    {"undo", OPT_UNDO, NULL, 0, "Stay after all", 0},
    {0},
};

static const struct argp_option log_options[] = {
    {"lines", OPT_LINES, "N", 0, "Show the newest N entries (default 50)", 0},
    {0},
};

static const struct argp_option notify_add_options[] = {
    {"name", OPT_NAME, "NAME", 0, "How it is called here (default: its kind)", 0},
    {"token", OPT_TOKEN, NULL, 0, "ntfy, webhook: ask for an access token, too", 0},
    {"user", OPT_USER, "USER", 0, "smtp: ask for this user's password", 0},
    {"from", OPT_FROM, "ADDRESS", 0, "smtp: sender", 0},
    {"to", OPT_TO, "ADDRESS", 0, "smtp: receiver; matrix: number of the room, !abc:example.org", 0},
    {"secret-fd", OPT_SECRET_FD, "N", 0, "Read address and token from file descriptor N", 0},
    {"urgency", OPT_URGENCY, "WHAT", 0, "ring, notice (and ring) or quiet (everything)", 0},
    {"again", OPT_AGAIN, "SPAN", 0, "Ring again so often until answered, or off (default 5m)", 0},
    {"with-text", OPT_WITH_TEXT, NULL, 0, "With the person's name and what happened", 0},
    {"yes", OPT_YES, NULL, 0, "Agree to what --with-text tells, without being asked", 0},
    {"say", OPT_SAY, "TEXT", 0, "Another neutral line, always the same", 0},
    {"bare", OPT_BARE, NULL, 0, "webhook: that line as it is, not as JSON", 0},
    {"proxy", OPT_PROXY, "URL", 0, "Through a SOCKS5 proxy: socks5://127.0.0.1:9050", 0},
    {"ca", OPT_CA, "FILE", 0, "Trust these certificates instead of the system's", 0},
    {"allow-plain", OPT_ALLOW_PLAIN, NULL, 0, "Without TLS beyond this machine", 0},
    {0},
};

static const struct args_command commands[] = {
    {"init", "", "Create a home",
     "Makes the directory and the database. Nothing is sent to anybody.", init_options, 0, 0,
     cmd_init},
    {"backup", "FILE", "Write this home into one sealed file",
     "Also while the agent runs. The passphrase is asked for on the terminal without echo: nobody "
     "can open the file without it.",
     backup_options, 1, 1, cmd_backup},
    {"restore", "FILE", "Make a home from a backup",
     "Into a home that does not exist yet. Contacts are told; until words were compared "
     "again what it says may have no effect there, a call for help neither. The device that "
     "the backup is from must rest from now on.",
     restore_options, 1, 1, cmd_restore},
    {"relay add", "ADDRESS", "Use a relay",
     "ADDRESS is the line that allswell-relay prints, host:port/KEY. The access token is asked "
     "for on the terminal, or read from standard input.",
     relay_add_options, 1, 1, cmd_relay_add},
    {"relay list", "", "Show the relays", NULL, NULL, 0, 0, cmd_relay_list},
    {"relay address", "ADDRESS", "Say where a relay is that has moved",
     "ADDRESS is its new line, host:port/KEY, with the key that it always had. Everybody who talks "
     "to the relay says so at home, also for a relay of somebody else. Channels go on; the old "
     "line, given again, takes it back.",
     NULL, 1, 1, cmd_relay_moved},
    {"relay remove", "ADDRESS", "Use a relay no longer",
     "For new pairings. Channels that exist keep the relays that they were made with. Asks for the "
     "word remove.",
     yes_options, 1, 1, cmd_relay_remove},
    {"proxy", "[URL]", "Reach relays through a SOCKS5 proxy, such as Tor's",
     "URL is socks5://127.0.0.1:9050, or 'none'; without it the command shows what is set. Names "
     "are left to the proxy, and each person's link gets a user name of its own, which Tor takes "
     "for a circuit of its own.",
     NULL, 0, 1, cmd_proxy},
    {"invite", "", "Invite somebody to watch over you",
     "Prints a link that one person can answer once. It is a secret: show it face to face, or send "
     "it over a messenger that you both trust.",
     invite_options, 0, 0, cmd_invite},
    {"join", "", "Answer an invite",
     "The invite is asked for on the terminal, or read from standard input. It is not taken from "
     "the command line, where everybody on this machine could read it.",
     join_options, 0, 0, cmd_join},
    {"verify", "PERSON", "Compare words with somebody",
     "Six words, the same on both sides if nobody is in between. Compare them face to face or on "
     "the telephone, not over the messenger that carried the invite.",
     verify_options, 1, 1, cmd_verify},
    {"refuse", "PERSON", "Refuse a device whose words differ",
     "For a device that speaks under an old key of this person, such as a stolen backup. What was "
     "paired before goes on. Asks for the word refuse.",
     yes_options, 1, 1, cmd_refuse},
    {"settled", "PERSON", "Say that one device is left of two",
     "After 'two devices speak with the same keys': a device was copied, or its home restored "
     "beside the old one, and you know from the people themselves that this is over. Asks for the "
     "word settled.",
     yes_options, 1, 1, cmd_settled},
    {"people", "", "Show whom you are paired with", NULL, watch_options, 0, 0, cmd_people},
    {"forget", "PERSON", "Take an invite or a contact back",
     "For an invite that was not answered, or words that differ. A contact of the plan in force "
     "cannot be forgotten. Asks for the word forget.",
     yes_options, 1, 1, cmd_forget},
    {"plan show", "", "Show your plan", "The output is a plan file: see allswell-plan(5).", NULL, 0,
     0, cmd_plan_show},
    {"plan set", "FILE", "Put a plan into force",
     "Asks for your secret; with --secrets for both secrets and the names of the circle, which "
     "are not stored.",
     plan_set_options, 1, 1, cmd_plan_set},
    {"plan zone", "NAME", "Go by the clock of another time zone from now on",
     "For a journey: NAME is Area/City, UTC, +01:00 or, after --, -05:00. Puts the plan in force "
     "into force again "
     "with that zone; what was due before keeps its time. Asks for your secret.",
     cancel_options, 1, 1, cmd_plan_zone},
    {"plan check", "[FILE]", "Look for what is weak in a plan, by default the one in force",
     "Exits with 1 when it finds any. Who is in the circle is in no plan: name them with --circle.",
     plan_check_options, 0, 1, cmd_plan_check},
    {"plan waiting", "PERSON", "Show what a plan would change that waits to come into force",
     "Of somebody whom you watch over: the lines that go, the lines that come, and when.", NULL, 1,
     1, cmd_plan_waiting},
    {"checkin", "", "Say that all is well",
     "The secret is asked for on the terminal without echo. Every secret is accepted and does the "
     "same; only your circle can tell what it meant.",
     checkin_options, 0, 0, cmd_checkin},
    {"sos", "", "Call for help now", "Needs no secret.", sos_options, 0, 0, cmd_sos},
    {"stop", "", "Stop an alarm that is about to go out",
     "During a countdown, or when the agent asks whether all is well on a journey. Needs no "
     "secret; "
     "nobody is told.",
     NULL, 0, 0, cmd_stop},
    {"cancel", "", "Take an alarm back", "Asks for the secret, as checkin does.", cancel_options, 0,
     0, cmd_cancel},
    {"frame write", "PERSON", "Make an SMS of the newest check-in",
     "106 bytes on standard output, for this person only, of the check-in or call for help that "
     "waits to be delivered. It goes on waiting for a relay.",
     frame_write_options, 1, 1, cmd_frame_write},
    {"frame read", "", "Read such an SMS",
     "From standard input. It is worth what the check-in or call for help is worth that it came "
     "from.",
     frame_read_options, 0, 0, cmd_frame_read},
    {"timer start", "SPAN", "Be over with something by then",
     "Contacts are rung when you have not ended the timer in time; the grace of the plan holds.",
     timer_options, 1, 1, cmd_timer_start},
    {"timer extend", "", "Extend the timer", "Once, by what it was started with. Needs no secret.",
     NULL, 0, 0, cmd_timer_extend},
    {"timer end", "", "End the timer or the journey", "Asks for the secret, as checkin does.",
     cancel_options, 0, 0, cmd_timer_end},
    {"journey", "SPAN", "Be there by then", "A timer that also heeds 'allswell signal stalled'.",
     timer_options, 1, 1, cmd_journey},
    {"drill", "", "Try out whether help would come",
     "Everybody is told that it is a drill, and asked to answer. See 'allswell status'.",
     state_options, 0, 0, cmd_drill},
    {"signal", "KIND", "Tell what your device notices",
     "battery-low, last-gasp, powered-off; on a journey stalled and moving.", state_options, 1, 1,
     cmd_signal},
    {"here", "", "Note where you are now",
     "It goes with what the device says next by itself: in an alarm within the plan's alarm-beat, "
     "a "
     "minute by default. --place is needed. Needs no secret.",
     state_options, 0, 0, cmd_here},
    {"life", "", "Note a sign of life", "For scripts: the device was used or moved.", NULL, 0, 0,
     cmd_life},
    {"coverage", "", "Show who would hear now",
     "Exits with 1 when nobody would, or too few to decide together.", NULL, 0, 0, cmd_coverage},
    {"card set", "FILE", "Give your contacts a plan card",
     "Sealed: it opens with as many contacts as a place does. Asks for the secret. See "
     "allswell-plan(5).",
     cancel_options, 1, 1, cmd_card_set},
    {"card remove", "", "Take the plan card back", NULL, cancel_options, 0, 0, cmd_card_remove},
    {"remove", "PERSON [FILE]", "Remove a contact quietly",
     "He or she goes on hearing that all is well. Asks for the secret so far, two new ones and the "
     "circle, after the word remove. FILE is the plan from then on; without it the plan in force "
     "goes on.",
     remove_options, 1, 2, cmd_remove},
    {"doctor", "", "Look for what would keep help from coming",
     "Clock, store, disk, relays, hooks, coverage, the last drill: each with its remedy. Exits "
     "with 1 when something is to be done.",
     NULL, 0, 0, cmd_doctor},
    {"status", "", "Show how things stand", "What is most urgent stands first.", watch_options, 0,
     0, cmd_status},
    {"run", "", "Run the agent",
     "Keeps the schedule, warns, watches, rings. Ends with SIGTERM or control-C. Other commands "
     "talk to it while it runs. allswell(1) lists the environment of COMMAND.",
     run_options, 0, 0, cmd_run},
    {"claim", "PERSON", "Say that you are acting",
     "Holds the next level of this person's ladder for a while; it rings again if nothing "
     "follows.",
     NULL, 1, 1, cmd_claim},
    {"decline", "PERSON", "Say that you cannot act", "Ends a claim of yours; the others go on.",
     NULL, 1, 1, cmd_decline},
    {"handover", "PERSON TO", "Say that somebody else acts",
     "TO is a contact of this person's plan, by number or name, who is rung.", NULL, 2, 2,
     cmd_handover},
    {"note", "PERSON TEXT", "Tell the other contacts something",
     "Up to 24 bytes, while something has happened; \"\" takes it back.", NULL, 2, 2, cmd_note},
    {"unreachable", "PERSON", "Say that you cannot reach them otherwise",
     "Where one of you runs the only relay, their place opens on silence only after others said "
     "so.",
     NULL, 1, 1, cmd_unreachable},
    {"ask", "PERSON", "Ask \"are you OK?\"",
     "They answer with a check-in. No answer in the time that their plan gives is a missed "
     "check-in.",
     NULL, 1, 1, cmd_ask},
    {"answer", "PERSON", "Answer a drill", NULL, NULL, 1, 1, cmd_answer},
    {"compared", "PERSON", "Say that you compared the words again, in person",
     "For somebody who forgot the secret: new secrets and a new plan take effect only so. Asks for "
     "the word compared.",
     compared_options, 1, 1, cmd_compared},
    {"leave", "PERSON", "Withdraw as a contact",
     "They are told. This home goes on watching until they remove you. Asks for the word leave.",
     leave_options, 1, 1, cmd_leave},
    {"away", "[SPAN]", "Say that you are not available",
     "For this long only the last level rings here, for everybody whom you watch over.",
     off_options, 0, 1, cmd_away},
    {"rota", "[WINDOW...]", "Say when you are not available every week",
     "WINDOW is as quiet hours in a plan: \"23:00-07:00 mon-fri\". Up to four.", off_options, 0,
     AW_ROTA_MAX, cmd_rota},
    {"always-on", "", "Say that this device never sleeps",
     "Coverage counts on it: not for a laptop or a telephone.", off_options, 0, 0, cmd_always_on},
    {"confirm", "PERSON", "Say that you have spoken to them",
     "Only when you have heard or seen the person yourself. Asks for the word spoken.", yes_options,
     1, 1, cmd_confirm},
    {"place", "PERSON", "Show where somebody was last",
     "Opened by an SOS, or with the shares of others when enough of you find a check-in missed; "
     "newest first.",
     NULL, 1, 1, cmd_place},
    {"card show", "PERSON", "Show what somebody wrote down for you",
     "The plan card: what to do, door code, medicines. It opens with the shares of others, level "
     "by level.",
     NULL, 1, 1, cmd_card_show},
    {"log", "[PERSON]", "Show what happened", NULL, log_options, 0, 1, cmd_log},
    {"why", "[PERSON]", "Explain the last decision", NULL, NULL, 0, 1, cmd_why},
    {"notify add", "KIND [ADDRESS]", "Be woken elsewhere, too",
     "KIND is ntfy, unifiedpush, webhook (their address is asked for), smtp or matrix with the URL "
     "of the server, exec with the path of a program, or desktop. Says what leaves this machine.",
     notify_add_options, 1, 2, cmd_notify_add},
    {"notify list", "", "Show by which hooks you are woken", NULL, NULL, 0, 0, cmd_notify_list},
    {"notify remove", "NAME", "Be woken by a hook no longer",
     "Its address and token are erased here. Asks for the word remove.", yes_options, 1, 1,
     cmd_notify_remove},
    {"notify test", "[NAME]", "Try a hook, or all of them",
     "Rings as for an alarm, with a line that says that it is a test unless the hook has a line of "
     "its own. Exits with 1 when one refuses, with 4 when one cannot be reached.",
     NULL, 0, 1, cmd_notify_test},
    {"notify log", "", "Show what became of every delivery", NULL, log_options, 0, 0,
     cmd_notify_log},
    {NULL, NULL, NULL, NULL, NULL, 0, 0, NULL},
};

int main(int argc, char **argv)
{
    static const struct args_tool tool = {
        .doc = "Tell the people you trust, again and again, that all is well.",
        .commands = commands,
        .globals = globals,
        .check = session_check,
    };

    harden_process();
    (void)setlocale(LC_TIME, "C");
    (void)setlocale(LC_CTYPE, "C.UTF-8"); /* how wide characters are */
    return args_main(&tool, argc, argv);
}
