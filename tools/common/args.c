/* SPDX-License-Identifier: ISC */
#include "common/args.h"

#include "common/again.h"
#include "common/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *argp_program_version = NULL;

/* One run of argp, either over the global options or over those of a command. */
struct pass {
    const struct argp_option *own;
    const struct argp_option *globals;
    struct args *args;
    int next; /* global pass: index of the first word */
};

static const char *option_name(const struct argp_option *options, int key)
{
    for (; options != NULL && options->name != NULL; options++) {
        if (options->key == key)
            return options->name;
    }
    return NULL;
}

static error_t append(json_t *list, const char *value)
{
    return json_array_append_new(list, json_stringn_nocheck(value, strlen(value))) == 0 ? 0
                                                                                        : ENOMEM;
}

static error_t keep(struct args *args, const char *name, const char *value)
{
    json_t *list = json_object_get(args->options, name);

    if (list == NULL) {
        list = json_array();
        if (json_object_set_new(args->options, name, list) != 0)
            return ENOMEM;
    }
    return append(list, value);
}

/* argp fixes this signature, also where it could be const. */
static error_t on_option(int key, char *value, struct argp_state *state)
{
    struct pass *pass = (struct pass *)state->input;
    const char *name;

    if (key == ARGP_KEY_ARG) {
        if (pass->own == NULL) { /* global pass: the command begins here */
            pass->next = state->next - 1;
            state->next = state->argc;
            return 0;
        }
        return append(pass->args->words, value);
    }
    if (key < ARGS_KEY || key > 0xffff)
        return ARGP_ERR_UNKNOWN;
    name = option_name(pass->globals, key);
    if (name == NULL)
        name = option_name(pass->own, key);
    if (name == NULL)
        return ARGP_ERR_UNKNOWN;
    return keep(pass->args, name, value == NULL ? "" : value);
}

static const struct argp_option *find_option(const struct pass *pass, const char *word)
{
    static const struct argp_option built_in[] = {{"help", 1, NULL, 0, NULL, 0},
                                                  {"usage", 1, NULL, 0, NULL, 0},
                                                  {"version", 1, NULL, 0, NULL, 0},
                                                  {0}};
    const struct argp_option *lists[] = {built_in, pass->globals, pass->own};
    size_t len = strcspn(word, "=");

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        for (const struct argp_option *o = lists[i]; o != NULL && o->name != NULL; o++) {
            if (strncmp(o->name, word, len) == 0 && strlen(o->name) == len)
                return o;
        }
    }
    return NULL;
}

/* Looks for what argp would refuse in two lines, or take as an abbreviation. */
static bool check_options(const struct pass *pass, const char *prefix, int argc, char **argv,
                          struct tool_fail *fail)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *word = argv[i];
        const struct argp_option *option;

        if (word[0] != '-' || word[1] == '\0') {
            if (pass->own == NULL) /* the command: its own options follow */
                return true;
            continue;
        }
        if (strcmp(word, "-?") == 0 || strcmp(word, "-V") == 0)
            continue;
        option = word[1] == '-' ? find_option(pass, word + 2) : NULL;
        if (option == NULL)
            return fail_set(fail, TOOL_USAGE, "unknown option '%.60s': see '%s --help'", word,
                            prefix);
        if (option->arg == NULL && strchr(word, '=') != NULL)
            return fail_set(fail, TOOL_USAGE, "option '%.60s' takes no value: see '%s --help'",
                            word, prefix);
        if (option->arg != NULL && (option->flags & OPTION_ARG_OPTIONAL) == 0 &&
            strchr(word, '=') == NULL && ++i == argc)
            return fail_set(fail, TOOL_USAGE, "option '%.60s' needs a value: see '%s --help'", word,
                            prefix);
    }
    return true;
}

/* The second word of a command of this group ("plan"); NULL when it is in another one. */
static const char *in_group(const struct args_command *command, const char *group)
{
    size_t len = strlen(group);

    return strncmp(command->name, group, len) == 0 && command->name[len] == ' '
               ? command->name + len + 1
               : NULL;
}

/* The text of --help for the tool as a whole, or for a group: argp gets the commands as
 * documentation. */
static char *tool_doc(const struct args_tool *tool, const char *group)
{
    size_t cap = 16384;
    char *text = malloc(cap);
    size_t len;

    if (text == NULL)
        return NULL;
    len = (size_t)snprintf(text, cap, "%s%sCommands:\n", group == NULL ? tool->doc : "",
                           group == NULL ? "\n\n" : "");
    for (const struct args_command *c = tool->commands; c->name != NULL && len < cap; c++) {
        const char *name = group == NULL ? c->name : in_group(c, group);
        char head[80];

        if (name == NULL)
            continue;
        (void)snprintf(head, sizeof head, "%s %s", name, c->words);
        len += (size_t)snprintf(text + len, cap - len, "  %-26s %s\n", head, c->doc);
    }
    if (len < cap)
        len += (size_t)snprintf(text + len, cap - len,
                                "\n'%s%s%s COMMAND --help' explains one of them.\v", tool_name,
                                group == NULL ? "" : " ", group == NULL ? "" : group);
    if (len < cap)
        (void)snprintf(text + len, cap - len,
                       "Exit codes: 0 done, 1 refused, 2 usage, 3 not possible now, 4 environment, "
                       "5 not found.");
    return text;
}

static const struct args_command *find_command(const struct args_tool *tool, int argc, char **argv,
                                               int *used)
{
    for (const struct args_command *c = tool->commands; c->name != NULL; c++) {
        size_t len = strcspn(c->name, " ");
        const char *second = c->name[len] == ' ' ? c->name + len + 1 : NULL;

        if (argc < 1 || strlen(argv[0]) != len || strncmp(argv[0], c->name, len) != 0)
            continue;
        if (second == NULL) {
            *used = 1;
            return c;
        }
        if (argc > 1 && strcmp(argv[1], second) == 0) {
            *used = 2;
            return c;
        }
    }
    return NULL;
}

/* argp has told about everything else, and ended the process. */
static int no_memory(void)
{
    struct tool_fail fail;

    (void)fail_set(&fail, TOOL_ENVIRONMENT, "out of memory: end other processes");
    return fail_print(&fail);
}

/* "plan --help": argp prints, and ends the process. */
static int help_of_group(const struct args_tool *tool, char **argv)
{
    static const struct argp_option none[] = {{0}};
    char prefix[80];
    char *words[] = {prefix, argv[1], NULL};
    char *doc = tool_doc(tool, argv[0]);
    struct pass pass = {.own = none, .globals = tool->globals};
    struct argp argp = {
        .options = tool->globals, .parser = on_option, .args_doc = "COMMAND", .doc = doc};

    (void)snprintf(prefix, sizeof prefix, "%s %.40s", tool_name, argv[0]);
    if (doc != NULL)
        (void)argp_parse(&argp, 2, words, 0, NULL, &pass);
    free(doc);
    return no_memory();
}

/* What argp answers by itself. */
static bool is_built_in(const char *word)
{
    static const char *const words[] = {"--help", "-?", "--usage", "--version", "-V"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(word, words[i]) == 0)
            return true;
    }
    return false;
}

/* A group without one of its commands, or what is neither. */
static int no_command(const struct args_tool *tool, int argc, char **argv)
{
    struct tool_fail fail;
    char list[200];
    size_t len = 0;

    for (const struct args_command *c = tool->commands; c->name != NULL; c++) {
        const char *second = in_group(c, argv[0]);

        if (second != NULL && len < sizeof list - 40)
            len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", len > 0 ? ", " : "",
                                    second);
    }
    if (len > 0 && argc > 1 && is_built_in(argv[1]))
        return help_of_group(tool, argv);
    if (len > 0)
        (void)fail_set(&fail, TOOL_USAGE, "'%s' needs one of: %s: see '%s %s --help'", argv[0],
                       list, tool_name, argv[0]);
    else
        (void)fail_set(&fail, TOOL_USAGE, "unknown command '%.60s': see '%s --help'", argv[0],
                       tool_name);
    return fail_print(&fail);
}

/* Whether the nth word of a command names a file, by what it is called in the help. */
static bool is_file(const char *names, size_t n)
{
    for (; n > 0 && *names != '\0'; n--) {
        names += strcspn(names, " ");
        names += strspn(names, " ");
    }
    return strncmp(names + strspn(names, "["), "FILE", 4) == 0;
}

static bool check_words(const struct args *args, struct tool_fail *fail)
{
    size_t count = json_array_size(args->words);
    const struct args_command *c = args->command;

    if (count < c->word_min)
        return fail_set(fail, TOOL_USAGE, "%s needs %s: see '%s %s --help'", c->name, c->words,
                        tool_name, c->name);
    if (count > c->word_max)
        return fail_set(fail, TOOL_USAGE, "'%.60s' is one word too many: see '%s %s --help'",
                        args_word(args, c->word_max), tool_name, c->name);
    for (size_t i = 0; i < count; i++) {
        if (args_word(args, i)[0] == '\0' && is_file(c->words, i))
            return fail_set(fail, TOOL_USAGE,
                            "FILE is empty: give the name of a file, see '%s %s --help'", tool_name,
                            c->name);
    }
    return true;
}

/* Parses what follows the command, with `prefix` ("allswell plan set") as the program's name. */
static int run_command(const struct args_tool *tool, struct args *args, int argc, char **argv)
{
    static const struct argp_option none[] = {{0}};
    char prefix[80], doc[2048];
    struct tool_fail fail;
    const struct args_command *c = args->command;
    struct argp_option all[40];
    struct pass pass = {.own = c->options != NULL ? c->options : none,
                        .globals = tool->globals,
                        .args = args,
                        .next = 0};
    struct argp argp = {.options = all, .parser = on_option, .args_doc = c->words, .doc = doc};
    size_t count = 0;

    for (const struct argp_option *o = pass.own; o->name != NULL && count < 39; o++)
        all[count++] = *o;
    for (const struct argp_option *o = tool->globals; o->name != NULL && count < 39; o++)
        all[count++] = *o;
    memset(&all[count], 0, sizeof all[count]);
    (void)snprintf(prefix, sizeof prefix, "%s %s", tool_name, c->name);
    (void)snprintf(doc, sizeof doc, "%s.%s%s", c->doc, c->more != NULL ? "\v" : "",
                   c->more != NULL ? c->more : "");
    argv[0] = prefix;
    if (!check_options(&pass, prefix, argc, argv, &fail))
        return fail_print(&fail);
    if (argp_parse(&argp, argc, argv, 0, NULL, &pass) != 0)
        return no_memory();
    if (!check_words(args, &fail) || (tool->check != NULL && !tool->check(args, &fail)))
        return fail_print(&fail);
    again_keep(args_option(args, "home"));
    zone_warn();
    return c->run(args);
}

int args_main(const struct args_tool *tool, int argc, char **argv)
{
    static char version[64];
    char *doc = tool_doc(tool, NULL);
    struct args args = {.command = NULL, .options = json_object(), .words = json_array()};
    struct pass pass = {.own = NULL, .globals = tool->globals, .args = &args, .next = 0};
    struct argp argp = {.options = tool->globals, .parser = on_option, .doc = doc};
    char name[40];
    struct tool_fail fail;
    int used = 0, result;

    (void)snprintf(version, sizeof version, "%s %s", tool_name, ALLSWELL_VERSION);
    (void)snprintf(name, sizeof name, "%s", tool_name);
    argp_program_version = version;
    argp.args_doc = "COMMAND";
    argp_err_exit_status = TOOL_USAGE;
    argv[0] = name;
    if (!check_options(&pass, tool_name, argc, argv, &fail)) {
        result = fail_print(&fail);
    } else if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &pass) != 0) {
        result = no_memory();
    } else if (pass.next == 0) {
        (void)fail_set(&fail, TOOL_USAGE, "no command given: see '%s --help'", tool_name);
        result = fail_print(&fail);
    } else {
        argc -= pass.next;
        argv += pass.next;
        args.command = find_command(tool, argc, argv, &used);
        if (args.command == NULL)
            result = no_command(tool, argc, argv);
        else
            result = run_command(tool, &args, argc - used + 1, argv + used - 1);
    }
    json_decref(args.options);
    json_decref(args.words);
    free(doc);
    return result;
}

const char *args_option_at(const struct args *args, const char *name, size_t idx)
{
    return json_string_value(json_array_get(json_object_get(args->options, name), idx));
}

const char *args_option(const struct args *args, const char *name)
{
    size_t count = json_array_size(json_object_get(args->options, name));

    return count == 0 ? NULL : args_option_at(args, name, count - 1);
}

const char *args_word(const struct args *args, size_t idx)
{
    return json_string_value(json_array_get(args->words, idx));
}

bool args_number(const char *text, const char *what, long lo, long hi, long fallback, long *out,
                 struct tool_fail *fail)
{
    char *end = NULL;

    *out = fallback;
    if (text == NULL)
        return true;
    errno = 0;
    *out = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *out < lo || *out > hi)
        return fail_set(fail, TOOL_USAGE, "%s '%.40s' is no number from %ld to %ld: correct it",
                        what, text, lo, hi);
    return true;
}
