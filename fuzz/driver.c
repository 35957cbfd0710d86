/* SPDX-License-Identifier: ISC */
/*
 * Runs a fuzz target as an ordinary test: every file of a corpus folder, then a fixed number
 * of mutations of them from a fixed seed. Each input lies in a block of exactly its size, so
 * that AddressSanitizer and valgrind see the first byte read beyond it.
 *
 *   replay_<name> [corpus folder or file]...    environment: REPLAY_ROUNDS, REPLAY_SEED
 */
#include "fuzz.h"
#include "mutate.h"
#include "test.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_LEN_MAX  ((size_t)1 << 20)
#define MUTANT_LEN_MAX ((size_t)4096)
#define SEED_COUNT_MAX ((size_t)4096)
#define ROUNDS_DEFAULT 5000

struct seeds {
    char *bytes[SEED_COUNT_MAX];
    size_t len[SEED_COUNT_MAX];
    size_t count;
};

static struct seeds seeds;

/* The input that is running, for the handler below. */
static const uint8_t *volatile current;
static volatile size_t current_len;

/* Shows the input that broke the property: a seed for the corpus. */
static void on_abort(int sig)
{
    static const char intro[] = "\ninput, in hex: ";
    const uint8_t *data = current;

    (void)sig;
    (void)!write(STDERR_FILENO, intro, sizeof intro - 1);
    for (size_t i = 0; i < current_len; i++) {
        char digits[2] = {"0123456789abcdef"[data[i] >> 4], "0123456789abcdef"[data[i] & 15]};

        (void)!write(STDERR_FILENO, digits, sizeof digits);
    }
    (void)!write(STDERR_FILENO, "\n", 1);
}

static void run_one(const uint8_t *data, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);

    T_REQUIRE(exact != NULL);
    if (len > 0)
        memcpy(exact, data, len);
    current = exact;
    current_len = len;
    T_EQ(LLVMFuzzerTestOneInput(exact, len), 0);
    current_len = 0;
    free(exact);
}

static void add_file(const char *path)
{
    T_REQUIRE(seeds.count < SEED_COUNT_MAX);
    seeds.bytes[seeds.count] = t_read_path(path, &seeds.len[seeds.count]);
    T_REQUIRE(seeds.len[seeds.count] <= INPUT_LEN_MAX);
    seeds.count++;
}

static void add_path(const char *path)
{
    struct dirent **names = NULL;
    struct stat st;
    int count;

    if (stat(path, &st) != 0) {
        printf("no corpus at %s: mutations of nothing only\n", path);
        return;
    }
    if (!S_ISDIR(st.st_mode)) {
        add_file(path);
        return;
    }
    count = scandir(path, &names, NULL, alphasort); /* sorted: the same run everywhere */
    T_REQUIRE(count >= 0);
    for (int i = 0; i < count; i++) {
        char file[4096];
        int n = snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);

        T_REQUIRE(n > 0 && (size_t)n < sizeof file);
        if (names[i]->d_name[0] != '.')
            add_file(file);
        free(names[i]);
    }
    free(names);
}

static size_t insert_byte(uint8_t *m, size_t len, size_t at, uint8_t value)
{
    if (len >= MUTANT_LEN_MAX)
        return len;
    memmove(m + at + 1, m + at, len - at);
    m[at] = value;
    return len + 1;
}

/* One small change: a bit, a byte, a telling value, a cut, an insertion, a piece of another. */
static size_t mutate(uint8_t *m, size_t len, struct t_rng *rng)
{
    static const uint8_t telling[] = {0x00, 0x01, 0x17, 0x18, 0x1f, 0x5f, 0x7f, 0x80, 0x9f, 0xff};
    size_t at = (size_t)t_rng_below(rng, len + 1);
    uint8_t value = (uint8_t)t_rng_next(rng);

    switch (t_rng_below(rng, 6)) {
    case 0:
        if (at < len)
            m[at] = (uint8_t)(m[at] ^ (1U << (value & 7)));
        return len;
    case 1:
        if (at < len)
            m[at] = value;
        return len;
    case 2:
        if (at < len)
            m[at] = telling[value % sizeof telling];
        return len;
    case 3:
        return at;
    case 4:
        return insert_byte(m, len, at, value);
    default:
        if (seeds.count > 0) {
            size_t other = (size_t)t_rng_below(rng, seeds.count);
            size_t take = seeds.len[other] > at ? seeds.len[other] - at : 0;

            if (take > MUTANT_LEN_MAX - at)
                take = MUTANT_LEN_MAX - at;
            if (take > 0)
                memcpy(m + at, seeds.bytes[other] + at, take);
            return at + take;
        }
        return insert_byte(m, len, at, telling[value % sizeof telling]);
    }
}

/* What the targets with a grammar bring along. */
__attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max,
                                                     unsigned seed);
__attribute__((weak)) size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1,
                                                       const uint8_t *data2, size_t size2,
                                                       uint8_t *out, size_t out_max, unsigned seed);

static struct t_rng byte_rng;

/* Of libFuzzer, for a mutator that asks for it: keeps within `size_max`. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max)
{
    uint8_t mutant[MUTANT_LEN_MAX];
    size_t len = size < sizeof mutant ? size : sizeof mutant;

    memcpy(mutant, data, len);
    len = mutate(mutant, len, &byte_rng);
    len = len < size_max ? len : size_max;
    memcpy(data, mutant, len);
    return len;
}

static size_t mutate_one(uint8_t *m, size_t len, struct t_rng *rng)
{
    static uint8_t crossed[MUTANT_LEN_MAX];
    unsigned seed = (unsigned)t_rng_next(rng);
    size_t other = seeds.count > 0 ? (size_t)t_rng_below(rng, seeds.count) : 0;

    if (LLVMFuzzerCustomMutator == NULL)
        return mutate(m, len, rng);
    if (seed % 8 != 0 || seeds.count == 0)
        return LLVMFuzzerCustomMutator(m, len, MUTANT_LEN_MAX, seed);
    len = LLVMFuzzerCustomCrossOver(m, len, (const uint8_t *)seeds.bytes[other], seeds.len[other],
                                    crossed, sizeof crossed, seed);
    memcpy(m, crossed, len);
    return len;
}

static uint64_t from_env(const char *name, uint64_t fallback)
{
    const char *text = getenv(name);

    return text == NULL || *text == '\0' ? fallback : strtoull(text, NULL, 10);
}

static void test_corpus(void)
{
    run_one(NULL, 0);
    for (size_t i = 0; i < seeds.count; i++)
        run_one((const uint8_t *)seeds.bytes[i], seeds.len[i]);
}

static void test_mutations(void)
{
    struct t_rng rng = t_rng(from_env("REPLAY_SEED", 1));
    uint64_t rounds = from_env("REPLAY_ROUNDS", ROUNDS_DEFAULT);
    uint8_t mutant[MUTANT_LEN_MAX];

    byte_rng = t_rng(~rng.state);
    for (uint64_t round = 0; round < rounds; round++) {
        size_t len = 0;

        if (seeds.count > 0) {
            size_t pick = (size_t)t_rng_below(&rng, seeds.count);

            len = seeds.len[pick] < MUTANT_LEN_MAX ? seeds.len[pick] : MUTANT_LEN_MAX;
            memcpy(mutant, seeds.bytes[pick], len);
        } else {
            len = (size_t)t_rng_below(&rng, 64);
            t_rng_bytes(&rng, mutant, len);
        }
        for (uint64_t left = 1 + t_rng_below(&rng, 4); left > 0; left--)
            len = mutate_one(mutant, len, &rng);
        run_one(mutant, len);
    }
}

int main(int argc, char **argv)
{
    (void)signal(SIGABRT, on_abort);
    for (int i = 1; i < argc; i++)
        add_path(argv[i]);
    printf("%zu seeds\n", seeds.count);
    T_RUN(test_corpus);
    T_RUN(test_mutations);
    for (size_t i = 0; i < seeds.count; i++)
        free(seeds.bytes[i]);
    return t_end();
}
