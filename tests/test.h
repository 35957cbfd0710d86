/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_TEST_H
#define AW_TESTS_TEST_H

/*
 * The harness. A test is a static function with a comment (Goal, Method); main() names each
 * with T_RUN and returns t_end(). A failed check prints both sides and the test goes on;
 * T_REQUIRE ends the process, for what the rest cannot do without.
 */

#include <allswell/base.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct t_state {
    unsigned run_count;
    unsigned check_count;
    unsigned fail_count;
};

/* One for the whole program: what fails in tests/support fails the test. */
extern struct t_state t_state;
__attribute__((weak)) struct t_state t_state;

static inline void t_fail(const char *file, int line, const char *what)
{
    t_state.fail_count++;
    printf("%s:%d: failed: %s\n", file, line, what);
}

static inline void t_true(bool ok, const char *file, int line, const char *what)
{
    t_state.check_count++;
    if (!ok)
        t_fail(file, line, what);
}

static inline void t_eq(intmax_t a, intmax_t b, const char *file, int line, const char *what)
{
    t_state.check_count++;
    if (a == b)
        return;
    t_fail(file, line, what);
    printf("    left  %" PRIdMAX " (0x%" PRIxMAX ")\n    right %" PRIdMAX " (0x%" PRIxMAX ")\n", a,
           (uintmax_t)a, b, (uintmax_t)b);
}

static inline void t_print_hex(const char *label, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;

    printf("    %s ", label);
    for (size_t i = 0; i < len; i++)
        printf("%02x", p[i]);
    printf("\n");
}

static inline void t_mem_eq(const void *a, const void *b, size_t len, const char *file, int line,
                            const char *what)
{
    t_state.check_count++;
    if (len == 0 || memcmp(a, b, len) == 0)
        return;
    t_fail(file, line, what);
    t_print_hex("left ", a, len);
    t_print_hex("right", b, len);
}

static inline void t_str_eq(const char *a, const char *b, const char *file, int line,
                            const char *what)
{
    t_state.check_count++;
    if (strcmp(a, b) == 0)
        return;
    t_fail(file, line, what);
    printf("    left  \"%s\"\n    right \"%s\"\n", a, b);
}

static inline void t_require(bool ok, const char *file, int line, const char *what)
{
    t_true(ok, file, line, what);
    if (!ok)
        exit(1);
}

static inline void t_run(void (*test)(void), const char *name)
{
    unsigned failed_before = t_state.fail_count;

    t_state.run_count++;
    test();
    printf("%s %s\n", t_state.fail_count == failed_before ? "ok    " : "FAILED", name);
    (void)fflush(stdout);
}

/* The exit status of main(). A file that ran no test or made no check has failed too. */
static inline int t_end(void)
{
    printf("%u tests, %u checks, %u failed\n", t_state.run_count, t_state.check_count,
           t_state.fail_count);
    return t_state.fail_count == 0 && t_state.run_count > 0 && t_state.check_count > 0 ? 0 : 1;
}

/* Integers, enums and booleans. */
#define T_EQ(a, b)          t_eq((intmax_t)(a), (intmax_t)(b), __FILE__, __LINE__, #a " == " #b)
#define T_TRUE(cond)        t_true((cond), __FILE__, __LINE__, #cond)
#define T_MEM_EQ(a, b, len) t_mem_eq((a), (b), (len), __FILE__, __LINE__, #a " equals " #b)
#define T_STR_EQ(a, b)      t_str_eq((a), (b), __FILE__, __LINE__, #a " equals " #b)
#define T_REQUIRE(cond)     t_require((cond), __FILE__, __LINE__, #cond)
#define T_RUN(test)         t_run((test), #test)

/* Whether tools/check.sh runs this under valgrind: slow, and with an allocator of its own. */
static inline bool t_under_valgrind(void)
{
    return getenv("T_VALGRIND") != NULL;
}

/* How far a loop steps that walks the same lines again and again: 1, and `slow` where it is. */
static inline unsigned t_step(unsigned slow)
{
    return t_under_valgrind() ? slow : 1;
}

#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#define T_UNDER_MSAN true
#endif
#if __has_feature(address_sanitizer)
#define T_UNDER_ASAN true
#endif
#endif
#ifndef T_UNDER_MSAN
#define T_UNDER_MSAN false
#endif
#ifndef T_UNDER_ASAN
#define T_UNDER_ASAN false
#endif

/* Whether days of virtual time take minutes: a test then plays fewer of them. */
static inline bool t_is_slow(void)
{
    return T_UNDER_MSAN || T_UNDER_ASAN || t_under_valgrind();
}

/*
 * A deterministic random source: splitmix64, seeded, the same on every machine. It can be told
 * to fail, so that every AW_E_ENTROPY path can be walked.
 */
struct t_rng {
    uint64_t state;
    uint64_t fills_left; /* fills that succeed before the source fails for good */
};

static inline struct t_rng t_rng(uint64_t seed)
{
    return (struct t_rng){.state = seed, .fills_left = UINT64_MAX};
}

static inline uint64_t t_rng_next(struct t_rng *rng)
{
    uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Uniform enough for tests; `bound` is at least 1. */
static inline uint64_t t_rng_below(struct t_rng *rng, uint64_t bound)
{
    return t_rng_next(rng) % bound;
}

static inline void t_rng_bytes(struct t_rng *rng, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(t_rng_next(rng) >> 56);
}

static inline bool t_rng_fill(void *ctx, uint8_t *out, size_t len)
{
    struct t_rng *rng = ctx;

    if (rng->fills_left == 0)
        return false;
    if (rng->fills_left != UINT64_MAX)
        rng->fills_left--;
    t_rng_bytes(rng, out, len);
    return true;
}

/* The random source that engines take, drawing from `rng` (which must outlive it). */
static inline struct aw_random t_random(struct t_rng *rng)
{
    return (struct aw_random){.fill = t_rng_fill, .ctx = rng};
}

static inline int t_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Decodes `hex` (blanks between bytes are skipped) into `out`, returns the length. */
static inline size_t t_unhex(const char *hex, uint8_t *out, size_t cap)
{
    size_t len = 0;

    while (*hex != '\0') {
        if (*hex == ' ' || *hex == '\n') {
            hex++;
            continue;
        }
        int high = t_hex_digit(hex[0]);
        int low = high < 0 ? -1 : t_hex_digit(hex[1]);
        T_REQUIRE(low >= 0);
        T_REQUIRE(len < cap);
        out[len++] = (uint8_t)(high * 16 + low);
        hex += 2;
    }
    return len;
}

/* Writes 2 * len digits and a NUL. */
static inline char *t_hex(const uint8_t *bytes, size_t len, char *out, size_t cap)
{
    T_REQUIRE(cap > 2 * len);
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    out[2 * len] = '\0';
    return out;
}

/* Checks `len` bytes against hex digits. */
#define T_HEX_EQ(bytes, len, hex) t_hex_eq((bytes), (len), (hex), __FILE__, __LINE__, #bytes)

static inline void t_hex_eq(const uint8_t *bytes, size_t len, const char *hex, const char *file,
                            int line, const char *what)
{
    size_t cap = strlen(hex) / 2 + 1;
    uint8_t *want = malloc(cap);
    size_t want_len;

    T_REQUIRE(want != NULL);
    want_len = t_unhex(hex, want, cap);
    t_eq((intmax_t)len, (intmax_t)want_len, file, line, what);
    if (len == want_len)
        t_mem_eq(bytes, want, len, file, line, what);
    free(want);
}

/* Reads a whole file, NUL-terminated; the caller frees it. `len` may be NULL. */
static inline char *t_read_path(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t used = 0;
    size_t cap = 4096;

    if (file == NULL)
        printf("cannot open %s\n", path);
    T_REQUIRE(file != NULL);
    for (;;) {
        char *more = realloc(text, cap + 1);

        T_REQUIRE(more != NULL);
        text = more;
        used += fread(text + used, 1, cap - used, file);
        if (used < cap)
            break;
        cap *= 2;
    }
    T_REQUIRE(ferror(file) == 0);
    (void)fclose(file);
    text[used] = '\0';
    if (len != NULL)
        *len = used;
    return text;
}

/* The same for a file of tests/data. */
static inline char *t_read_data(const char *name, size_t *len)
{
    char path[1024];
    int n = snprintf(path, sizeof path, "%s/%s", T_DATA_DIR, name);

    T_REQUIRE(n > 0 && (size_t)n < sizeof path);
    return t_read_path(path, len);
}

#endif /* AW_TESTS_TEST_H */
