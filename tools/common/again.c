/* SPDX-License-Identifier: ISC */
#include "common/again.h"

#include "common/fail.h"
#include "common/home.h"

#include <ctype.h>
#include <stdbool.h>
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

void again_fill(char *out, size_t cap, const char *text)
{
    size_t name_len = strlen(tool_name), len = 0;

    (void)snprintf(out, cap, "%s", text);
    for (const char *at = text; *at != '\0'; at++) {
        bool is_command =
            at[0] == '\'' && strncmp(at + 1, tool_name, name_len) == 0 && at[1 + name_len] == ' ';
        size_t more = is_command ? name_len + strlen(option) : 0;

        if (len + 1 + more >= cap) {
            (void)snprintf(out, cap, "%s", text);
            return;
        }
        out[len++] = *at;
        if (!is_command)
            continue;
        len += (size_t)snprintf(out + len, cap - len, "%s", again());
        at += name_len;
    }
    out[len] = '\0';
}

void again_print(const char *text)
{
    char filled[1400];

    if (strlen(text) < sizeof filled)
        again_fill(filled, sizeof filled, text);
    (void)fputs(strlen(text) < sizeof filled ? filled : text, stdout);
}
