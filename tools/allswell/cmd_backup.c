/* SPDX-License-Identifier: ISC */
#include "allswell/commands.h"
#include "allswell/host_net.h"
#include "allswell/render.h"
#include "allswell/session.h"
#include "common/again.h"
#include "common/ask.h"
#include "common/base64.h"
#include "common/progress.h"

#include <allswell/backup.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* backup, restore: a home in one sealed file, and back (spec/10-storage.md §7). */

/* Who has the file can try as long as he likes. */
#define PASSPHRASE_LEN_MIN 8

#define FILE_MAX           (AW_BACKUP_PLAIN_MAX + AW_BACKUP_OVERHEAD)

/* A whole file in memory; the bytes are wiped when it is released. */
struct whole {
    uint8_t *bytes;
    size_t len;
};

static void whole_free(struct whole *whole)
{
    if (whole->bytes != NULL)
        explicit_bzero(whole->bytes, whole->len);
    free(whole->bytes);
    *whole = (struct whole){.bytes = NULL, .len = 0};
}

static bool read_all(int fd, struct whole *whole)
{
    size_t done = 0;

    while (done < whole->len) {
        ssize_t got = read(fd, whole->bytes + done, whole->len - done);

        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO; /* it became shorter meanwhile */
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

static bool whole_read(struct whole *whole, const char *path, struct tool_fail *fail)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    bool ok = false;

    *whole = (struct whole){.bytes = NULL, .len = 0};
    if (fd < 0)
        return fail_set(fail, errno == ENOENT ? TOOL_NOT_FOUND : TOOL_ENVIRONMENT,
                        "cannot read %.200s: %s: name a file that 'allswell backup' made", path,
                        strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < AW_BACKUP_OVERHEAD ||
        (uint64_t)st.st_size > FILE_MAX)
        (void)fail_set(fail, TOOL_USAGE,
                       "%.200s is no backup, or only a part of one: copy it again, or take another",
                       path);
    else if ((whole->bytes = malloc((size_t)st.st_size)) == NULL)
        (void)fail_status(fail, AW_E_STORE, "no memory");
    else {
        whole->len = (size_t)st.st_size;
        ok = read_all(fd, whole) ||
             fail_set(fail, TOOL_ENVIRONMENT, "cannot read %.200s: %s: copy it again", path,
                      strerror(errno));
    }
    (void)close(fd);
    if (!ok)
        whole_free(whole);
    return ok;
}

static bool write_all(int fd, struct aw_bytes bytes)
{
    while (bytes.len > 0) {
        ssize_t got = write(fd, bytes.ptr, bytes.len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        bytes.ptr += got;
        bytes.len -= (size_t)got;
    }
    return fsync(fd) == 0;
}

/* The name is durable only with its folder. */
static bool sync_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);

    (void)snprintf(folder, sizeof folder, "%.*s", (int)len, path);
    return home_sync(slash == NULL ? "." : len == 0 ? "/" : folder);
}

/* Whole under its name or not at all; never over something that is there. */
static bool write_whole(const char *path, struct aw_bytes bytes, struct tool_fail *fail)
{
    char part[PATH_MAX];
    bool ok = false;
    int fd = -1;

    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        errno = ENAMETOOLONG;
    else if (access(path, F_OK) == 0)
        errno = EEXIST;
    else {
        (void)unlink(part); /* of an attempt that was cut short */
        fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    }
    if (fd >= 0) {
        ok = write_all(fd, bytes) && rename(part, path) == 0 && sync_folder(path);
        if (!ok)
            (void)unlink(part);
        (void)close(fd);
    }
    return ok ||
           fail_set(fail, TOOL_ENVIRONMENT, "cannot write %.200s: %s: choose another name or place",
                    path, strerror(errno));
}

static bool ask_key(const struct args *args, bool is_new, const uint8_t salt[AW_PRESENCE_SALT_LEN],
                    uint8_t key[AW_PRESENCE_KEY_LEN], struct tool_fail *fail)
{
    struct secret_source source = {
        .fd = -1, .what = "the passphrase", .len_min = PASSPHRASE_LEN_MIN, .echo = false};
    const struct presence presence = {.has_secrets = false};
    struct presence own = presence;

    memcpy(own.salt, salt, sizeof own.salt);
    if (!secret_fd(args_option(args, "secret-fd"), &source.fd, fail))
        return false;
    if (is_new)
        return presence_ask_new(&own, &source, "Passphrase of the backup: ", key, fail);
    return presence_ask_once(&own, &source, "Passphrase of the backup: ", key, fail);
}

/* ---- backup ---- */

static bool fetch(struct session *session, const uint8_t key[AW_PRESENCE_KEY_LEN],
                  const uint8_t salt[AW_PRESENCE_SALT_LEN], const char *path,
                  struct tool_fail *fail)
{
    char key_text[BASE64_LEN(AW_PRESENCE_KEY_LEN) + 1];
    char salt_text[BASE64_LEN(AW_PRESENCE_SALT_LEN) + 1], sealed[HOME_FILE_MAX];
    struct whole whole;
    json_t *reply = NULL;
    bool ok;

    base64_encode(key_text, key, AW_PRESENCE_KEY_LEN);
    base64_encode(salt_text, salt, AW_PRESENCE_SALT_LEN);
    progress_begin("Sealing the home");
    ok = session_ask(
        session, json_pack("{s:s, s:s, s:s}", "do", "backup", "key", key_text, "salt", salt_text),
        &reply, fail);
    progress_end();
    explicit_bzero(key_text, sizeof key_text);
    json_decref(reply);
    if (!ok)
        return false;
    home_file(sealed, &session->home, HOST_BACKUP_FILE);
    ok = whole_read(&whole, sealed, fail);
    (void)unlink(sealed);
    if (!ok)
        return false;
    ok = write_whole(path, (struct aw_bytes){whole.bytes, whole.len}, fail);
    whole_free(&whole);
    return ok;
}

static int say_backup(const struct session *session, const char *path)
{
    json_t *reply;
    int code;

    if (!session->is_json) {
        (void)printf("The backup is in %s.\nKeep it and its passphrase apart: both together are "
                     "this home, and without the passphrase\nnobody can open it.\n",
                     path);
        return TOOL_OK;
    }
    reply = json_pack("{s:b, s:s}", "ok", 1, "file", path);
    code = reply_print(reply);
    json_decref(reply);
    return code;
}

int cmd_backup(const struct args *args)
{
    const struct aw_random *random = aw_random_system();
    const char *path = args_word(args, 0);
    uint8_t key[AW_PRESENCE_KEY_LEN], salt[AW_PRESENCE_SALT_LEN];
    struct session session;
    struct tool_fail fail;
    struct home home;
    bool ok;

    if (!home_find(&home, &session_home_rule, args_option(args, "home"), &fail) ||
        !home_check(&home, &session_home_rule, &fail))
        return fail_print(&fail); /* before a passphrase is thought up for nothing */
    if (access(path, F_OK) == 0) {
        (void)fail_set(&fail, TOOL_STATE, "there is a file %.200s already: choose another name",
                       path);
        return fail_print(&fail);
    }
    if (!random->fill(random->ctx, salt, sizeof salt)) {
        (void)fail_status(&fail, AW_E_ENTROPY, "the system gives no random numbers");
        return fail_print(&fail);
    }
    if (!ask_key(args, true, salt, key, &fail) || !session_open(&session, args, &fail))
        return fail_print(&fail);
    ok = fetch(&session, key, salt, path, &fail);
    explicit_bzero(key, sizeof key);
    session_close(&session);
    return ok ? say_backup(&session, path) : fail_print(&fail);
}

/* ---- restore ---- */

static int is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
           strncmp(entry->d_name, HOST_PART, sizeof HOST_PART - 1) != 0;
}

/* Nothing there, or a directory that is empty but for an attempt that was cut short. */
static bool is_free(const struct home *home, struct tool_fail *fail)
{
    struct dirent **entries = NULL;
    int count = scandir(home->path, &entries, is_entry, alphasort);

    if (count < 0 && errno == ENOENT)
        return true;
    if (count < 0)
        return fail_set(fail, TOOL_ENVIRONMENT, "cannot look at %s: %s: choose another with --home",
                        home->path, strerror(errno));
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return count == 0 ||
           fail_set(fail, TOOL_STATE, "%s is not empty: restore into another home with --home",
                    home->path);
}

static bool agree(const struct args *args, struct tool_fail *fail)
{
    return ask_word(
        args,
        "Your contacts are told that this home was restored. Where 'allswell people' then "
        "asks you to compare words with one of them again, do not rely on it before: "
        "what it says may have no effect there, a call for help neither. The device that the "
        "backup is from "
        "must rest from now on: two devices with one home raise a security alarm.",
        "restore", fail);
}

static bool open_file(struct whole *whole, const struct args *args, struct aw_bytes *image,
                      struct tool_fail *fail)
{
    uint8_t key[AW_PRESENCE_KEY_LEN], salt[AW_PRESENCE_SALT_LEN];
    enum aw_status status = aw_backup_check(salt, (struct aw_bytes){whole->bytes, whole->len});

    if (status == AW_E_VERSION)
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "this backup was made by a newer version: install that one");
    if (status != AW_OK)
        return fail_set(fail, TOOL_USAGE,
                        "this is no backup, or only a part of one: copy it again, or take another");
    if (!agree(args, fail) || !ask_key(args, false, salt, key, fail))
        return false;
    progress_begin("Opening the backup");
    status = aw_backup_open(image, whole->bytes, whole->len, key);
    progress_end();
    explicit_bzero(key, sizeof key);
    return status == AW_OK ||
           fail_set(fail, TOOL_REFUSED,
                    "the passphrase is wrong, or the file was changed: type it again, or take "
                    "another copy");
}

/* spec/05-channel.md §8: "A device on which a backup was put back MUST begin with everybody before
 * its first run." Nothing is sent here: the questions wait in the store. */
static bool begin_anew(struct host *host, struct tool_fail *fail)
{
    bool is_stored;

    aw_subject_restored(host->subject, host_now(host));
    for (size_t i = 0; i < HOST_WATCH_MAX; i++) {
        if (host->watches[i].slot != 0)
            aw_contact_restored(host->watches[i].contact, host_now(host));
    }
    if (!host_net_open(host, fail))
        return false;
    host_net_kick(host);
    is_stored = aw_subject_is_stored(host->subject);
    for (size_t i = 0; i < HOST_WATCH_MAX && is_stored; i++)
        is_stored = host->watches[i].slot == 0 || aw_contact_is_stored(host->watches[i].contact);
    return is_stored ||
           fail_set(fail, TOOL_ENVIRONMENT,
                    "the restored home cannot be written: free some space, and restore again");
}

/* spec/10-storage.md §7: "A backup MUST be restored into an empty home only, and whole or not at
 * all." And it is no home without the questions. */
static bool put_back(const struct home *home, struct aw_bytes image, struct tool_fail *fail)
{
    char path[HOME_FILE_MAX];
    struct host *host = NULL;
    bool ok = home_create(home, fail) && home_check(home, &session_home_rule, fail);

    if (!ok)
        return false;
    host_part_remove(home);
    home_file(path, home, HOST_PART);
    ok = write_whole(path, image, fail) && host_open_part(&host, home, fail) &&
         begin_anew(host, fail);
    if (ok)
        host_log(host, NULL, json_pack("{s:s}", "event", "restored"));
    host_close(host);
    ok = ok && host_part_keep(home, fail);
    host_part_remove(home);
    if (!ok)
        (void)rmdir(home->path);
    return ok;
}

int cmd_restore(const struct args *args)
{
    struct whole whole = {.bytes = NULL, .len = 0};
    struct aw_bytes image = {.ptr = NULL, .len = 0};
    struct tool_fail fail;
    struct home home;
    json_t *reply;
    bool ok = home_find(&home, &session_home_rule, args_option(args, "home"), &fail) &&
              is_free(&home, &fail) && whole_read(&whole, args_word(args, 0), &fail) &&
              open_file(&whole, args, &image, &fail) && put_back(&home, image, &fail);
    int code = TOOL_OK;

    whole_free(&whole);
    if (!ok)
        return fail_print(&fail);
    if (args_option(args, "json") != NULL) {
        reply = json_pack("{s:b, s:s}", "ok", 1, "home", home.path);
        code = reply_print(reply);
        json_decref(reply);
        return code;
    }
    (void)printf("The home is back at %s.\n", home.path);
    render_notice(SCREEN_WARNING, "The device that the backup is from must rest from now on: two "
                                  "devices with one home raise a security alarm, and neither can "
                                  "be relied on.");
    render_wrapped(
        0, "Start 'allswell run', and compare words with everybody again for whom 'allswell "
           "people' says so: until then do not rely on it there, what it says may have "
           "no effect, a call for help neither.");
    return code;
}
