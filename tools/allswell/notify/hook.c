/* SPDX-License-Identifier: ISC */
#include "allswell/notify/hook.h"

#include "allswell/event.h"
#include "allswell/notify/url.h"
#include "common/reply.h"
#include "common/text.h"

#include <allswell/dial.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct kind {
    const char *word;
    enum hook_address address;
    const char *schemes[2];
    const char *accepted;
    bool takes_token, needs_token, is_mail, is_room;
    enum aw_urgency least; /* when nothing is said */
} kinds[NOTIFY_KIND_COUNT] = {
    [NOTIFY_NTFY] = {.word = "ntfy",
                     .address = HOOK_ADDRESS_SECRET,
                     .schemes = {"https", "http"},
                     .accepted = "accepted by the server",
                     .takes_token = true,
                     .least = AW_URGENCY_RING},
    [NOTIFY_UNIFIEDPUSH] = {.word = "unifiedpush",
                            .address = HOOK_ADDRESS_SECRET,
                            .schemes = {"https", "http"},
                            .accepted = "accepted by the push server",
                            .least = AW_URGENCY_RING},
    [NOTIFY_WEBHOOK] = {.word = "webhook",
                        .address = HOOK_ADDRESS_SECRET,
                        .schemes = {"https", "http"},
                        .accepted = "accepted by the server",
                        .takes_token = true,
                        .least = AW_URGENCY_RING},
    [NOTIFY_SMTP] = {.word = "smtp",
                     .address = HOOK_ADDRESS_WORD,
                     .schemes = {"smtps", "smtp"},
                     .accepted = "accepted by the mail server",
                     .is_mail = true,
                     .least = AW_URGENCY_RING},
    [NOTIFY_MATRIX] = {.word = "matrix",
                       .address = HOOK_ADDRESS_WORD,
                       .schemes = {"https", "http"},
                       .accepted = "accepted by the home server",
                       .takes_token = true,
                       .needs_token = true,
                       .is_room = true,
                       .least = AW_URGENCY_RING},
    [NOTIFY_EXEC] = {.word = "exec",
                     .address = HOOK_ADDRESS_WORD,
                     .accepted = "the program ended without an error",
                     .least = AW_URGENCY_RING},
    [NOTIFY_DESKTOP] = {.word = "desktop",
                        .address = HOOK_ADDRESS_NONE,
                        .accepted = "taken by the desktop",
                        .least = AW_URGENCY_NOTICE},
};

const char *hook_kind(enum notify_kind kind)
{
    return kinds[kind].word;
}

const char *hook_accepted(enum notify_kind kind)
{
    return kinds[kind].accepted;
}

enum hook_address hook_address_of(enum notify_kind kind)
{
    return kinds[kind].address;
}

bool hook_find_kind(const char *word, enum notify_kind *kind)
{
    for (int i = 0; word != NULL && i < NOTIFY_KIND_COUNT; i++) {
        if (strcmp(kinds[i].word, word) == 0) {
            *kind = (enum notify_kind)i;
            return true;
        }
    }
    return false;
}

void hook_wipe(struct hook *hook)
{
    explicit_bzero(hook, sizeof *hook);
}

/* Copies a field of printable ASCII without blanks; absent is "". */
static bool take(char *out, size_t cap, const json_t *object, const char *key, const char *what,
                 struct tool_fail *fail)
{
    const char *text = reply_string(object, key);

    out[0] = '\0';
    if (text == NULL)
        return true;
    if (strlen(text) >= cap)
        return fail_set(fail, TOOL_USAGE, "%s has more than %zu bytes: shorten it", what, cap - 1);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~')
            return fail_set(fail, TOOL_USAGE,
                            "%s has a blank or something that is not ASCII in it: copy it anew",
                            what);
    }
    (void)snprintf(out, cap, "%s", text);
    return true;
}

static bool read_name(struct hook *hook, const json_t *object, struct tool_fail *fail)
{
    const char *name = reply_string(object, "name");
    size_t len;

    name = name == NULL ? kinds[hook->kind].word : name;
    len = strlen(name);
    if (len == 0 || len > HOOK_NAME_MAX ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != len)
        return fail_set(fail, TOOL_USAGE,
                        "a hook's name is 1 to %d of a-z, 0-9 and '-': choose another --name",
                        HOOK_NAME_MAX);
    (void)snprintf(hook->name, sizeof hook->name, "%s", name);
    return true;
}

static bool is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    char inner[48];
    size_t len = strlen(host);

    if (strcasecmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (host[0] != '[' || len < 3 || len - 2 >= sizeof inner)
        return false;
    (void)snprintf(inner, sizeof inner, "%.*s", (int)(len - 2), host + 1);
    return inet_pton(AF_INET6, inner, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool read_proxy(struct hook *hook, const json_t *object, struct tool_fail *fail)
{
    char text[HOOK_PROXY_MAX + 1];
    struct url url;
    int len = 0;

    hook->proxy[0] = '\0';
    if (!take(text, sizeof text, object, "proxy", "the proxy", fail))
        return false;
    if (text[0] == '\0')
        return true;
    if (url_split(&url, text) && url.port[0] != '\0' &&
        (strcmp(url.scheme, "socks5") == 0 || strcmp(url.scheme, "socks5h") == 0))
        len = snprintf(hook->proxy, sizeof hook->proxy, "%s:%s", url.host, url.port);
    return (len > 0 && (size_t)len < sizeof hook->proxy) ||
           fail_set(fail, TOOL_USAGE,
                    "--proxy is no SOCKS5 proxy: write it as socks5://127.0.0.1:9050");
}

/* What leaves unsealed must be wanted, and must not carry what opens an account. */
static bool check_plain(struct hook *hook, const char *scheme, struct tool_fail *fail)
{
    bool is_hidden = aw_host_is_onion(hook->host) && hook->proxy[0] != '\0';

    hook->is_loopback = is_loopback(hook->host);
    /* smtp:// means STARTTLS and nothing without it, but on this machine where it is offered */
    hook->is_plain =
        strcmp(scheme, "http") == 0 || (strcmp(scheme, "smtp") == 0 && hook->allow_plain);
    if (!hook->is_plain || hook->is_loopback || is_hidden)
        return true;
    if (!hook->allow_plain)
        return fail_set(fail, TOOL_USAGE,
                        "without TLS everybody on the way reads and changes what is sent: use "
                        "%ss://, or say --allow-plain",
                        scheme);
    if (hook->secret[0] != '\0')
        return fail_set(fail, TOOL_USAGE,
                        "a token or password does not leave this machine without TLS: use %ss://",
                        scheme);
    return true;
}

bool hook_judge(struct hook *hook, const char *scheme, const char *host, struct tool_fail *fail)
{
    const struct kind *kind = &kinds[hook->kind];

    if (strcmp(scheme, kind->schemes[0]) != 0 && strcmp(scheme, kind->schemes[1]) != 0)
        return fail_set(fail, TOOL_USAGE,
                        "the address of %s is no URL that begins with %s:// (and it holds no user "
                        "or password): copy it anew",
                        kind->word, kind->schemes[0]);
    (void)snprintf(hook->host, sizeof hook->host, "%s", host);
    return check_plain(hook, scheme, fail);
}

static bool read_url(struct hook *hook, struct tool_fail *fail)
{
    struct url url;
    bool ok = url_split(&url, hook->address);

    return hook_judge(hook, ok ? url.scheme : "", ok ? url.host : "", fail);
}

uint64_t hook_limit_ms(const struct hook *hook)
{
    return kinds[hook->kind].is_mail || hook->proxy[0] != '\0' ? HOOK_SLOW_LIMIT_MS : HOOK_LIMIT_MS;
}

/* One address, as it stands in a header and in the dialogue with a mail server. */
static bool is_mail(const char *text)
{
    const char *at = strchr(text, '@');

    return at != NULL && at != text && at[1] != '\0' && strchr(at + 1, '@') == NULL &&
           strpbrk(text, "<>()[]\\,;:\"") == NULL;
}

static bool read_target(struct hook *hook, const json_t *object, struct tool_fail *fail)
{
    const struct kind *kind = &kinds[hook->kind];

    if (!take(hook->user, sizeof hook->user, object, "user", "--user", fail) ||
        !take(hook->from, sizeof hook->from, object, "from", "--from", fail) ||
        !take(hook->to, sizeof hook->to, object, "to", "--to", fail))
        return false;
    if (kind->is_mail && (!is_mail(hook->from) || !is_mail(hook->to)))
        return fail_set(fail, TOOL_USAGE,
                        "mail needs one sender and one receiver: give --from and --to, as "
                        "name@example.org");
    if (kind->is_room && (hook->to[0] != '!' || strchr(hook->to, ':') == NULL))
        return fail_set(fail, TOOL_USAGE,
                        "--to is not the internal number of a room, as !abc:example.org: copy it "
                        "from the room's settings");
    if (!kind->is_mail &&
        (hook->user[0] != '\0' || hook->from[0] != '\0' || (!kind->is_room && hook->to[0] != '\0')))
        return fail_set(fail, TOOL_USAGE,
                        "%s takes no --user, --from or --to: leave out what it does not take",
                        kind->word);
    if ((hook->user[0] != '\0') != (hook->secret[0] != '\0') && kind->is_mail)
        return fail_set(fail, TOOL_USAGE,
                        "a user without password, or the other way round: give both or none");
    if (hook->secret[0] != '\0' && !kind->takes_token && !kind->is_mail)
        return fail_set(fail, TOOL_USAGE, "%s takes no token: leave out --token", kind->word);
    if (hook->secret[0] == '\0' && kind->needs_token)
        return fail_set(fail, TOOL_USAGE, "%s needs an access token: give it when asked",
                        kind->word);
    return true;
}

/* Who sees every check-in sees when she wakes: that stays on this machine. */
static bool read_urgency(struct hook *hook, const json_t *object, struct tool_fail *fail)
{
    const char *word = reply_string(object, "urgency");

    hook->least = kinds[hook->kind].least;
    if (word == NULL)
        return true;
    for (int u = AW_URGENCY_QUIET; u <= AW_URGENCY_RING; u++) {
        if (strcmp(event_urgency((enum aw_urgency)u), word) != 0)
            continue;
        hook->least = (enum aw_urgency)u;
        if (u == AW_URGENCY_QUIET && kinds[hook->kind].schemes[0] != NULL)
            return fail_set(fail, TOOL_USAGE,
                            "a server that hears of every check-in learns a person's routine: use "
                            "--urgency notice or ring");
        return true;
    }
    return fail_set(fail, TOOL_USAGE, "--urgency is ring, notice or quiet: '%.20s' is none", word);
}

static bool read_rest(struct hook *hook, const json_t *object, struct tool_fail *fail)
{
    const char *say = reply_string(object, "say");
    uint64_t again_s = reply_number(object, "again_s");

    hook->with_text = reply_flag(object, "with_text");
    hook->is_bare = reply_flag(object, "bare");
    if (say != NULL && !text_is_plain(say, 1, HOOK_SAY_MAX))
        return fail_set(fail, TOOL_USAGE, "--say is one line of 1 to %d bytes: shorten it",
                        HOOK_SAY_MAX);
    if (say != NULL && hook->with_text)
        return fail_set(fail, TOOL_USAGE,
                        "--say and --with-text exclude each other: leave one out");
    if (hook->is_bare && hook->kind != NOTIFY_WEBHOOK)
        return fail_set(fail, TOOL_USAGE, "--bare is for webhooks only: leave it out");
    (void)snprintf(hook->say, sizeof hook->say, "%s", say == NULL ? "" : say);
    if (again_s != 0 && (again_s < HOOK_AGAIN_MIN_S || again_s > HOOK_AGAIN_MAX_S))
        return fail_set(fail, TOOL_USAGE,
                        "--again is a span from 30s to 1h, or off: write 5m, for example");
    hook->again_s = (uint32_t)again_s;
    return read_urgency(hook, object, fail);
}

/* What is not there would be found out in the night in which it has to ring. */
static bool check_program(const char *path, struct tool_fail *fail)
{
    struct stat found;

    if (stat(path, &found) != 0)
        return fail_set(fail, TOOL_USAGE, "%s is not to be had (%s): give a program that is there",
                        path, strerror(errno));
    return (S_ISREG(found.st_mode) && access(path, X_OK) == 0) ||
           fail_set(fail, TOOL_USAGE, "%s is no program that can be run: 'chmod +x' makes it one",
                    path);
}

static bool check_ca(const char *path, struct tool_fail *fail)
{
    struct stat found;

    return path[0] == '\0' ||
           (stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, R_OK) == 0) ||
           fail_set(fail, TOOL_USAGE,
                    "--ca=%s is no file that can be read: give one with the certificates", path);
}

/* Libcurl would ask a name server. */
bool hook_check_way(const struct hook *hook, struct tool_fail *fail)
{
    if (hook->kind == NOTIFY_EXEC)
        return check_program(hook->address, fail);
    if (!check_ca(hook->ca, fail))
        return false;
    return !aw_host_is_onion(hook->host) || hook->proxy[0] != '\0' ||
           fail_set(fail, TOOL_USAGE,
                    "an onion address is reached through Tor only: give --proxy, such as "
                    "--proxy=socks5://127.0.0.1:9050");
}

bool hook_read(struct hook *hook, const json_t *object, struct tool_fail *fail)
{
    hook_wipe(hook);
    if (!hook_find_kind(reply_string(object, "kind"), &hook->kind))
        return fail_set(fail, TOOL_USAGE,
                        "there is no such kind of hook: use ntfy, unifiedpush, webhook, smtp, "
                        "matrix, exec or desktop");
    hook->allow_plain = reply_flag(object, "allow_plain");
    if (!read_name(hook, object, fail) || !read_rest(hook, object, fail) ||
        !take(hook->address, sizeof hook->address, object, "address", "the address", fail) ||
        !take(hook->secret, sizeof hook->secret, object, "secret", "the token or password", fail) ||
        !take(hook->ca, sizeof hook->ca, object, "ca", "--ca", fail) ||
        !read_proxy(hook, object, fail) || !read_target(hook, object, fail))
        return false;
    if (hook->ca[0] != '\0' && hook->ca[0] != '/')
        return fail_set(fail, TOOL_USAGE, "--ca is not a path that begins with '/': write it out");
    if (kinds[hook->kind].schemes[0] != NULL)
        return read_url(hook, fail);
    if (hook->proxy[0] != '\0' || hook->ca[0] != '\0' || hook->allow_plain)
        return fail_set(fail, TOOL_USAGE,
                        "%s does not use the network itself: leave out --proxy, --ca and "
                        "--allow-plain",
                        kinds[hook->kind].word);
    if (hook->kind == NOTIFY_EXEC && hook->address[0] != '/')
        return fail_set(fail, TOOL_USAGE,
                        "a program is given by its path, which begins with '/': write it out");
    if (hook->kind == NOTIFY_DESKTOP && hook->address[0] != '\0')
        return fail_set(fail, TOOL_USAGE, "desktop takes no address: leave it out");
    return true;
}

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text[0] != '\0')
        (void)json_object_set_new(object, key, json_string(text));
}

/* What is in both forms. */
static json_t *common_json(const struct hook *hook)
{
    char proxy[HOOK_PROXY_MAX + 16] = "";
    json_t *object = json_pack("{s:s, s:s, s:s, s:I, s:b, s:b, s:b}", "kind", hook_kind(hook->kind),
                               "name", hook->name, "urgency", event_urgency(hook->least), "again_s",
                               (json_int_t)hook->again_s, "with_text", (int)hook->with_text, "bare",
                               (int)hook->is_bare, "allow_plain", (int)hook->allow_plain);

    if (hook->proxy[0] != '\0')
        (void)snprintf(proxy, sizeof proxy, "socks5://%s", hook->proxy);
    set_text(object, "user", hook->user);
    set_text(object, "from", hook->from);
    set_text(object, "to", hook->to);
    set_text(object, "proxy", proxy);
    set_text(object, "ca", hook->ca);
    set_text(object, "say", hook->say);
    return object;
}

json_t *hook_record(const struct hook *hook)
{
    json_t *object = common_json(hook);

    set_text(object, "address", hook->address);
    set_text(object, "secret", hook->secret);
    return object;
}

json_t *hook_json(const struct hook *hook)
{
    json_t *object = common_json(hook);

    if (kinds[hook->kind].address == HOOK_ADDRESS_SECRET)
        set_text(object, "server", hook->host);
    else
        set_text(object, "address", hook->address);
    (void)json_object_set_new(object, "has_secret", json_boolean(hook->secret[0] != '\0'));
    return object;
}

void hook_leaks(char out[HOOK_LEAKS_MAX], const struct hook *hook)
{
    bool leaves = hook->host[0] != '\0' && !hook->is_loopback;
    const char *who = hook->host[0] != '\0'          ? hook->host
                      : hook->kind == NOTIFY_DESKTOP ? "this screen"
                                                     : hook->address;
    const char *via = "";

    if (leaves && hook->proxy[0] == '\0')
        via = "  the address of this machine on the network\n";
    else if (leaves)
        via = "  the address of the proxy's exit instead of this machine's\n";
    (void)snprintf(
        out, HOOK_LEAKS_MAX,
        "Through '%s' this home tells %s%s:\n"
        "  when somebody is to be woken%s, and how urgently%s\n"
        "%s%s%s%s%s%s",
        hook->name, who, leaves ? ", whoever runs it or can read along there" : "",
        hook->least == AW_URGENCY_RING ? "" : ", and when there is other news",
        hook->least == AW_URGENCY_QUIET ? "; also each check-in: a person's routine" : "",
        hook->with_text ? "  the name of the person concerned, the level that rings, and what "
                          "happened in a phrase,\n  for example: \"NAME: "
                        : "  one line, always the same: \"",
        hook->with_text        ? event_phrase("ring")
        : hook->say[0] != '\0' ? hook->say
                               : EVENT_NEUTRAL_TEXT,
        hook->with_text ? ", level 1\"; whoever sees the screen that shows it\n  learns it, too\n"
                        : "\"\n",
        via,
        hook->kind == NOTIFY_SMTP ? "  the addresses of sender and receiver\n"
        : hook->kind == NOTIFY_MATRIX
            ? "  the room, not end-to-end encrypted, and all who are in it\n"
            : "",
        hook->is_plain && leaves ? "  and all of this to everybody on the way, who can also "
                                   "swallow it: it is not encrypted\n"
                                 : "");
}
