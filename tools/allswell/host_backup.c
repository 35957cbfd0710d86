/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"

#include <allswell/backup.h>
#include <allswell/store_sqlite.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The sealed image of an open home. It is left in the home for the command to fetch: this process
 * may be kept from writing anywhere else. No plain copy touches the disk. */

static bool leave(const struct host *host, const uint8_t *file, size_t len, struct tool_fail *fail)
{
    char path[HOME_FILE_MAX];
    size_t done = 0;
    bool ok;
    int fd;

    home_file(path, &host->home, HOST_BACKUP_FILE);
    (void)unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ok = fd >= 0;
    while (ok && done < len) {
        ssize_t got = write(fd, file + done, len - done);

        ok = got > 0 || (got < 0 && errno == EINTR);
        done += got > 0 ? (size_t)got : 0;
    }
    if (!ok)
        (void)fail_set(fail, TOOL_ENVIRONMENT, "cannot write %s: %s: make room on the disk", path,
                       strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    if (!ok)
        (void)unlink(path);
    return ok;
}

/* Copies the image to where it is sealed in place. */
static uint8_t *take_image(const struct host *host, size_t *len, struct tool_fail *fail)
{
    uint8_t *image = NULL, *file = NULL;
    enum aw_status status = aw_store_sqlite_image(&host->store, AW_BACKUP_PLAIN_MAX, &image, len);

    if (status == AW_OK)
        file = malloc(*len + AW_BACKUP_OVERHEAD);
    if (file != NULL)
        memcpy(file + AW_BACKUP_HEADER_LEN, image, *len);
    aw_store_sqlite_image_free(image, *len);
    if (file == NULL)
        (void)fail_set(fail, TOOL_ENVIRONMENT, "%s",
                       status == AW_E_LIMIT
                           ? "the home is larger than 64 MiB: copy its directory while no program "
                             "uses it"
                           : "the home cannot be read: check disk and memory");
    return file;
}

bool host_backup(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    uint8_t key[AW_PRESENCE_KEY_LEN], salt[AW_PRESENCE_SALT_LEN], *file;
    size_t len = 0;
    bool ok;

    if (!host_bytes(request, "key", key, sizeof key) ||
        !host_bytes(request, "salt", salt, sizeof salt))
        return fail_set(fail, TOOL_USAGE, "a backup needs a key: use 'allswell backup'");
    file = take_image(host, &len, fail);
    ok = file != NULL;
    if (ok && aw_backup_seal(file, len, key, salt) != AW_OK) {
        explicit_bzero(file, len + AW_BACKUP_OVERHEAD);
        ok = fail_status(fail, AW_E_ENTROPY, "the home cannot be sealed");
    }
    explicit_bzero(key, sizeof key);
    ok = ok && leave(host, file, len + AW_BACKUP_OVERHEAD, fail);
    free(file);
    if (!ok)
        return false;
    host_log(host, NULL, json_pack("{s:s}", "event", "backed-up"));
    *reply = json_object();
    return true;
}
