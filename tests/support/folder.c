/* SPDX-License-Identifier: ISC */
#include "support/folder.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER_MAX 64

static char folders[FOLDER_MAX][PATH_MAX];
static int folder_count;
static pid_t owner;

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void remove_all(void)
{
    int i;

    if (getpid() != owner)
        return;
    for (i = 0; i < folder_count; i++)
        (void)nftw(folders[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *folder_new(void)
{
    const char *base = getenv("TMPDIR");
    char *folder = folders[folder_count];

    if (folder_count == 0) {
        owner = getpid();
        (void)atexit(remove_all);
    }
    if (folder_count == FOLDER_MAX)
        abort();
    (void)snprintf(folder, PATH_MAX, "%.3000s/allswell-test-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        abort();
    }
    folder_count++;
    return folder;
}

const char *folder_path(const char *folder, const char *name)
{
    static char ring[8][PATH_MAX + 256];
    static unsigned next;
    char *out = ring[next++ % 8];

    (void)snprintf(out, sizeof ring[0], "%s/%s", folder, name);
    return out;
}
