/* SPDX-License-Identifier: ISC */
#include <allswell/allswell.h>

#include "core/contact_impl.h"
#include "core/subject_impl.h"
#include "test.h"

#include <glob.h>

/*
 * Sizes: what every object takes, printed, and compared with what its header states in the form
 * "Size: 168 bytes". Each public one must state it. The statements are for 64-bit machines.
 */

struct size {
    const char *name; /* as in "struct <name> {" of the header */
    size_t len;
    bool is_seen;
};

#define SIZE(tag)                                                                                  \
    {                                                                                              \
        .name = #tag, .len = sizeof(struct tag)                                                    \
    }

static struct size sizes[] = {
#include "sizes.inc" /* every structure of the public headers */
    /* Inside the engines. */
    SIZE(aw_channel), SIZE(aw_inviting),  SIZE(aw_joining), SIZE(aw_keep),
    SIZE(aw_ladder),  SIZE(aw_outbox),    SIZE(aw_parcel),  SIZE(aw_words_out),
    SIZE(contact),    SIZE(contact_book), SIZE(person),     SIZE(subject),
};

static struct size *find(const char *name, size_t name_len)
{
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (strlen(sizes[i].name) == name_len && memcmp(sizes[i].name, name, name_len) == 0)
            return &sizes[i];
    }
    return NULL;
}

static void check_one(const char *path, const char *name, size_t stated_len, bool is_public)
{
    size_t name_len = strcspn(name, " ");
    struct size *size = find(name, name_len);

    if (size == NULL) {
        if (is_public || stated_len != 0) {
            t_fail(path, 0, "a structure that test_sizes does not know");
            printf("    struct %.*s\n", (int)name_len, name);
        }
        return;
    }
    size->is_seen = true;
    printf("  %-20s %8zu\n", size->name, size->len);
    if (stated_len == 0 && !is_public)
        return;
    t_true(stated_len == size->len, path, 0, "the header states the size");
    if (stated_len != size->len)
        printf("    struct %s: stated %zu, is %zu. Write \"Size: %zu bytes\" above it.\n",
               size->name, stated_len, size->len, size->len);
}

/* Reads "Size: <n> bytes" of the comment that stands right above "struct <name> {". */
static void check_header(const char *path, bool is_public)
{
    static char text[1 << 17];
    FILE *file = fopen(path, "r");
    size_t stated_len = 0, len;

    T_REQUIRE(file != NULL);
    len = fread(text, 1, sizeof text - 1, file);
    T_REQUIRE(len > 0 && feof(file));
    (void)fclose(file);
    text[len] = 0;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        const char *stated = strstr(line, "Size: ");

        if (stated != NULL)
            stated_len = strtoul(stated + strlen("Size: "), NULL, 10);
        else if (strncmp(line, "struct ", 7) == 0 && strchr(line, '{') != NULL)
            check_one(path, line + strlen("struct "), stated_len, is_public);
        if (line[0] == '}' || line[0] == '#')
            stated_len = 0;
    }
}

static void check_headers(const char *pattern, bool is_public)
{
    glob_t found;

    T_REQUIRE(glob(pattern, 0, NULL, &found) == 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_header(found.gl_pathv[i], is_public);
    globfree(&found);
}

/* Goal: a developer can read in the headers what each object takes, and it is true.
 * Method: every structure of the public headers, and the parts of the engines. */
static void test_stated(void)
{
    if (sizeof(void *) != 8)
        return;
    printf("public:\n");
    check_headers(T_SOURCE_DIR "/src/include/allswell/*.h", true);
    printf("inside the engines:\n");
    check_headers(T_SOURCE_DIR "/src/core/*.h", false);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (!sizes[i].is_seen)
            printf("    no header declares struct %s\n", sizes[i].name);
        T_TRUE(sizes[i].is_seen);
    }
}

/* At most an eighth more than what is needed, in whole KB. */
static void check_close(const char *name, size_t len, size_t need)
{
    size_t most = (need + need / 8 + 1023) / 1024 * 1024;

    printf("  %-20s %8zu of %zu used, at most %zu\n", name, need, len, most);
    T_TRUE(need <= len);
    T_TRUE(len <= most);
    T_EQ(len % 1024, 0);
}

/* Goal: the opaque engines waste little.
 * Method: their stated lengths beside what is inside. */
static void test_close(void)
{
    check_close("aw_subject", AW_SUBJECT_LEN, sizeof(struct subject));
    check_close("aw_contact", AW_CONTACT_LEN, sizeof(struct contact));
}

int main(void)
{
    T_RUN(test_stated);
    T_RUN(test_close);
    return t_end();
}
