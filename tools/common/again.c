/* SPDX-License-Identifier: ISC */
#include "common/again.h"

#include "common/fail.h"
#include "common/home.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define OPTION " --home="

/* A longer home is refused before anything is recommended. */
static char option[sizeof OPTION + 2 * HOME_PATH_MAX];

/* What a shell takes as it is, wherever it stands in a word. */
static bool is_plain(unsigned char c)
{
    return c >= 0x80 || isalnum(c) || (c != '\0' && strchr("/._-+,:@%=", c) != NULL);
}

void again_keep(const char *home)
{
    size_t len = sizeof OPTION - 1;

    option[0] = '\0';
    if (home == NULL || home[0] == '\0' || strlen(home) > HOME_PATH_MAX)
        return;
    memcpy(option, OPTION, sizeof OPTION);
    for (; *home != '\0'; home++) {
        if (!is_plain((unsigned char)*home))
            option[len++] = '\\';
        option[len++] = *home;
    }
    option[len] = '\0';
}

const char *again(void)
{
    static char words[40 + sizeof option];

    (void)snprintf(words, sizeof words, "%s%s", tool_name, option);
    return words;
}
