/* SPDX-License-Identifier: ISC */
#include "test.h"

#define LABEL_MAX 64

struct label {
    char text[48], kind[16], section[16];
};

static size_t copy(char *out, size_t cap, const char *from, const char *end)
{
    size_t len = (size_t)(end - from);

    T_REQUIRE(len < cap);
    memcpy(out, from, len);
    out[len] = '\0';
    return len;
}

/* The kind of label that a macro's name stands for. */
static const char *kind_of(const char *name)
{
    if (strncmp(name, "SIGN_", 5) == 0)
        return "sign";
    if (strncmp(name, "HASH_", 5) == 0)
        return "hash";
    if (strncmp(name, "PROLOGUE_", 9) == 0)
        return "prologue";
    return strncmp(name, "CHAIN ", 6) == 0 ? "chain" : "kdf";
}

/* Section "§n" or "§n.m" at the first place where one stands. */
static void section_of(struct label *l, const char *line)
{
    const char *at = strstr(line, "§");
    size_t len;

    T_REQUIRE(at != NULL);
    len = strspn(at + strlen("§"), "0123456789.");
    copy(l->section, sizeof l->section, at, at + strlen("§") + len);
}

static size_t from_header(struct label *out)
{
    char *text = t_read_path(T_SOURCE_DIR "/src/crypto/labels.h", NULL);
    const char *line = text;
    size_t count = 0;

    while ((line = strstr(line, "#define AW_LABEL_")) != NULL) {
        const char *name = line + strlen("#define AW_LABEL_"), *open, *close, *kind;

        line = name;
        if (strncmp(name, "PREFIX ", 7) == 0)
            continue;
        T_REQUIRE(count < LABEL_MAX);
        open = strchr(name, '"');
        T_REQUIRE(open != NULL);
        close = strchr(open + 1, '"');
        T_REQUIRE(close != NULL);
        copy(out[count].text, sizeof out->text, open + 1, close);
        kind = kind_of(name);
        copy(out[count].kind, sizeof out->kind, kind, kind + strlen(kind));
        if (strcmp(out[count].kind, "chain") == 0) /* its comment stands above the line */
            section_of(&out[count], "§6.5");
        else
            section_of(&out[count], close);
        count++;
    }
    free(text);
    return count;
}

static size_t from_spec(struct label *out)
{
    char *text = t_read_path(T_SOURCE_DIR "/spec/09-crypto.md", NULL);
    char *line = strstr(text, "\n## 3."), *end;
    size_t count = 0;

    T_REQUIRE(line != NULL);
    end = strstr(line, "\n## 4.");
    T_REQUIRE(end != NULL);
    *end = '\0';
    while ((line = strstr(line, "\n| `")) != NULL) {
        const char *open = line + strlen("\n| `"), *close = strchr(open, '`'), *kind, *stop;

        T_REQUIRE(close != NULL && count < LABEL_MAX);
        kind = close + strlen("` | ");
        stop = strchr(kind, ' ');
        T_REQUIRE(stop != NULL);
        copy(out[count].text, sizeof out->text, open, close);
        copy(out[count].kind, sizeof out->kind, kind, stop);
        section_of(&out[count], kind);
        count++;
        line++;
    }
    free(text);
    return count;
}

/* Goal: code and spec know the same labels, of the same kind, in the same sections, in the
 * same order. Method: read both files. */
static void test_tables_agree(void)
{
    static struct label code[LABEL_MAX], spec[LABEL_MAX];
    size_t count = from_header(code);

    T_TRUE(count > 20);
    T_EQ(from_spec(spec), count);
    for (size_t i = 0; i < count; i++) {
        T_STR_EQ(code[i].text, spec[i].text);
        T_STR_EQ(code[i].kind, spec[i].kind);
        T_STR_EQ(code[i].section, spec[i].section);
    }
}

/* Goal: no label is used twice within its kind (CR-4), and hash labels fit.
 * Method: every pair. */
static void test_labels_differ(void)
{
    static struct label code[LABEL_MAX];
    size_t count = from_header(code);

    for (size_t i = 0; i < count; i++) {
        T_TRUE(code[i].text[0] != '\0');
        T_TRUE(strcmp(code[i].kind, "hash") != 0 || strlen(code[i].text) <= 16);
        for (size_t j = 0; j < i; j++)
            T_TRUE(strcmp(code[i].text, code[j].text) != 0 ||
                   strcmp(code[i].kind, code[j].kind) != 0);
    }
}

int main(void)
{
    T_RUN(test_tables_agree);
    T_RUN(test_labels_differ);
    return t_end();
}
