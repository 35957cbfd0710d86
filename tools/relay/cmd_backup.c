/* SPDX-License-Identifier: ISC */
#include "backup.h"

#include "common/again.h"

#include <allswell/link.h>
#include <allswell/store_sqlite.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* allswell-relay backup and restore. The file is opened before the home is: root becomes the
 * owner of the home then, and the file is root's. */

#define COPY_TIMEOUT_S 3600

static bool sync_folder(const char *path, struct tool_fail *fail)
{
    return home_sync(path) ||
           fail_set(fail, TOOL_ENVIRONMENT, "%.200s cannot be flushed: %s: check the disk", path,
                    strerror(errno));
}

/* `path` is that of `to`. */
static bool copy_bytes(int from, int to, const char *path, uint64_t *bytes, struct tool_fail *fail)
{
    static uint8_t buf[65536];
    ssize_t len = -1;
    bool ok = true;

    *bytes = 0;
    while (ok && (len = read(from, buf, sizeof buf)) > 0) {
        for (ssize_t done = 0, got; ok && done < len; done += got) {
            got = write(to, buf + done, (size_t)(len - done));
            ok = got > 0;
        }
        *bytes += (uint64_t)len;
    }
    ok = ok && len == 0 && fsync(to) == 0;
    explicit_bzero(buf, sizeof buf);
    return ok || fail_set(fail, TOOL_ENVIRONMENT,
                          "cannot copy to %.200s: %s: free space there, then try again", path,
                          strerror(errno));
}

/* Makes a copy in the home, and says its name: by the relay that runs, or here. */
static bool make_copy(const struct home *home, char name[NAME_MAX + 1], struct tool_fail *fail)
{
    json_t *request = json_pack("{s:s}", "do", "backup"), *reply = NULL;
    enum reply_asked asked = reply_ask(home, request, COPY_TIMEOUT_S, &reply, fail);
    const char *made = reply_string(reply, "name");
    struct aw_store store;
    bool ok;

    (void)snprintf(name, NAME_MAX + 1, "%s", made == NULL ? BACKUP_OFFLINE : made);
    json_decref(reply);
    json_decref(request);
    if (asked != REPLY_NOT_RUNNING)
        return asked == REPLY_ANSWERED;
    if (!relay_store_open(&store, home, 0, fail))
        return false;
    ok = backup_copy(&store, home, name, fail);
    store.vtable->close(store.self);
    return ok;
}

/* Takes the copy out of the home; nothing of it stays there. */
static bool fetch_copy(const struct home *home, int to, const char *to_path, uint64_t *bytes,
                       struct tool_fail *fail)
{
    char name[NAME_MAX + 1], path[HOME_FILE_MAX];
    int from;
    bool ok;

    if (!make_copy(home, name, fail))
        return false;
    if (strchr(name, '/') != NULL)
        return fail_set(fail, TOOL_ENVIRONMENT, "the relay is of another version: restart it");
    home_file(path, home, name);
    from = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    (void)unlink(path);
    if (from < 0)
        return fail_set(fail, TOOL_STATE, "another backup was begun meanwhile: try again");
    ok = copy_bytes(from, to, to_path, bytes, fail);
    (void)close(from);
    return ok;
}

static int tell_backup(const struct args *args, const char *path, uint64_t bytes)
{
    json_t *reply;
    int code;

    if (args_option(args, "json") != NULL) {
        reply = json_pack("{s:s, s:I}", "file", path, "bytes", (json_int_t)bytes);
        code = reply_print(reply);
        json_decref(reply);
        return code;
    }
    (void)printf("The backup is %s (%llu bytes).\n", path, (unsigned long long)bytes);
    (void)puts(
        "It holds the relay's key: who has it can pose as this relay, but read no cell. Keep "
        "it as the relay\nitself, and only the newest.");
    return TOOL_OK;
}

int cmd_backup(const struct args *args)
{
    const char *path = args_word(args, 0);
    char folder[PATH_MAX];
    struct tool_fail fail;
    struct home home;
    uint64_t bytes = 0;
    int fd;
    bool ok;

    if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder) {
        (void)fail_set(&fail, TOOL_USAGE, "the name of the file is too long: choose another");
        return fail_print(&fail);
    }
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        (void)fail_set(&fail, errno == EEXIST ? TOOL_STATE : TOOL_ENVIRONMENT,
                       "%.200s cannot be made: %s: name a new file in a folder that you can write",
                       path, strerror(errno));
        return fail_print(&fail);
    }
    /* The name is on disk before root is somebody else, who may not even enter the folder. */
    ok = sync_folder(dirname(folder), &fail) && relay_home(&home, args, false, &fail) &&
         fetch_copy(&home, fd, path, &bytes, &fail);
    if (!ok && unlink(path) != 0) /* not a part of a backup, at least */
        (void)!ftruncate(fd, 0);
    (void)close(fd);
    return ok ? tell_backup(args, path, bytes) : fail_print(&fail);
}

/* ---- Restoring ---- */

/* SQLite takes a page that was cut for one that ends with zeros. Its file format: the length of a
 * page in two bytes at 16 (1: 65536), the number of pages in four bytes at 28. */
static bool is_whole(int fd, uint64_t len)
{
    uint8_t head[32];
    uint64_t page, pages;

    if (pread(fd, head, sizeof head, 0) != (ssize_t)sizeof head)
        return false;
    page = (uint64_t)head[16] << 8 | head[17];
    pages =
        (uint64_t)head[28] << 24 | (uint64_t)head[29] << 16 | (uint64_t)head[30] << 8 | head[31];
    return memcmp(head, "SQLite format 3", 16) == 0 && (page == 1 ? 65536 : page) * pages == len;
}

static int open_backup(const char *path, struct tool_fail *fail)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat st;

    if (fd < 0) {
        (void)fail_set(fail, errno == ENOENT ? TOOL_NOT_FOUND : TOOL_ENVIRONMENT,
                       "%.200s cannot be read: %s: check the name", path, strerror(errno));
        return -1;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && is_whole(fd, (uint64_t)st.st_size))
        return fd;
    (void)close(fd);
    (void)fail_set(fail, TOOL_USAGE,
                   "%.200s is no backup, or a part of one: name a file that 'backup' has made",
                   path);
    return -1;
}

/* What a home must not have: another relay, or a log that would become part of this one. */
static bool is_vacant(const struct home *home, struct tool_fail *fail)
{
    static const char *const names[] = {"relay.db", "relay.db-wal", "relay.db-journal"};
    char path[HOME_FILE_MAX];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        home_file(path, home, names[i]);
        if (access(path, F_OK) == 0)
            return fail_set(fail, TOOL_STATE,
                            "there is a relay in %.90s already: move %s away first, or name "
                            "another home",
                            home->path, names[i]);
    }
    return true;
}

static bool take_in(int from, const char *part, struct tool_fail *fail)
{
    uint64_t bytes;
    int to = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok;

    if (to < 0)
        return fail_set(fail, TOOL_ENVIRONMENT, "%.200s cannot be made: %s: check the home", part,
                        strerror(errno));
    ok = copy_bytes(from, to, part, &bytes, fail);
    (void)close(to);
    return ok;
}

/* spec/10-storage.md §8: "every record is read as at a start, and its length and its key are
 * compared with what they were." A relay without a key was none. */
static bool is_relay(const struct home *home, json_t **status, struct tool_fail *fail)
{
    json_t *request = json_pack("{s:s}", "do", "status");
    uint8_t key[AW_RELAY_KEY_LEN], public_key[AW_RELAY_KEY_LEN];
    struct aw_buf buf = {.ptr = key, .cap = sizeof key, .len = 0};
    struct relay_host host;
    bool ok = relay_offline_open_file(&host, home, BACKUP_RESTORE, fail);

    if (!ok) {
        json_decref(request);
        return false;
    }
    ok = host.store.vtable->read(host.store.self, AW_SERVER_SPACE, AW_SERVER_KEY_SECRET, 0, &buf) ==
             AW_OK ||
         fail_set(fail, TOOL_USAGE, "this is no backup of a relay: it has no key");
    /* Nobody would find out but the readers. */
    if (ok && host.endpoint.address[0] != '\0' &&
        (aw_link_public_key(public_key, key) != AW_OK ||
         memcmp(public_key, host.endpoint.relay_key, sizeof public_key) != 0))
        ok = fail_set(fail, TOOL_ENVIRONMENT, "the backup is damaged: restore another one");
    explicit_bzero(key, sizeof key);
    ok = ok && relay_request(&host, "status", request, status, fail) &&
         (aw_store_sqlite_checkpoint(&host.store) == AW_OK ||
          fail_set(fail, TOOL_ENVIRONMENT, "the disk refuses the database: check it, try again"));
    relay_offline_close(&host);
    json_decref(request);
    return ok;
}

static void remove_parts(const struct home *home)
{
    static const char *const names[] = {BACKUP_RESTORE, BACKUP_RESTORE "-wal",
                                        BACKUP_RESTORE "-shm", BACKUP_RESTORE "-journal",
                                        BACKUP_RESTORE "-lock"};
    char path[HOME_FILE_MAX];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        home_file(path, home, names[i]);
        (void)unlink(path);
    }
}

static bool restore(const struct home *home, int from, json_t **status, struct tool_fail *fail)
{
    char part[HOME_FILE_MAX], path[HOME_FILE_MAX];
    bool ok;

    home_file(part, home, BACKUP_RESTORE);
    home_file(path, home, "relay.db");
    if (!is_vacant(home, fail))
        return false;
    remove_parts(home);
    ok = take_in(from, part, fail) && is_relay(home, status, fail);
    /* Under its name only when it is whole; a relay that came first stays. */
    if (ok && link(part, path) != 0)
        ok = fail_set(fail, TOOL_STATE, "there is a relay in %.90s already: move it away first",
                      home->path);
    remove_parts(home);
    return ok && sync_folder(home->path, fail);
}

static int tell_restore(const struct args *args, json_t *status)
{
    const char *address = reply_string(status, "address");
    int code = TOOL_OK;

    if (args_option(args, "json") != NULL) {
        code = reply_print(status);
    } else {
        (void)printf("The relay is here, with %llu mailboxes and %llu cells that wait. It has not "
                     "been started.\n",
                     (unsigned long long)reply_number(status, "mailboxes"),
                     (unsigned long long)reply_number(status, "cells_waiting"));
        if (address != NULL && address[0] != '\0')
            (void)printf("Its address was %s: others look for it there. If this machine\nis "
                         "reached under another name, see MOVING in allswell-relay(1).\n",
                         address);
        /* spec/10-storage.md §8: "A relay of which a backup was restored MUST NOT run again" */
        (void)printf("The relay that the backup was made of MUST NOT run any more: two with one "
                     "key lose cells.\nStart this one with '%s run', or 'setup' for the service.\n",
                     again());
    }
    json_decref(status);
    return code;
}

int cmd_restore(const struct args *args)
{
    const char *variable = getenv("ALLSWELL_RELAY_HOME");
    bool is_plain = args_option(args, "home") == NULL && (variable == NULL || variable[0] == '\0');
    json_t *status = NULL;
    struct tool_fail fail;
    struct home home;
    int from = open_backup(args_word(args, 0), &fail);
    bool ok = from >= 0;

    /* As setup does it: root restores the relay of the machine, where it is a service. */
    if (ok && is_plain && geteuid() == 0 && service_look(true) != SERVICE_NONE)
        ok = service_home(&fail);
    ok = ok && relay_home(&home, args, true, &fail) && restore(&home, from, &status, &fail);
    if (from >= 0)
        (void)close(from);
    if (ok)
        return tell_restore(args, status);
    json_decref(status);
    return fail_print(&fail);
}
