/* SPDX-License-Identifier: ISC */
/* Tests the tests: a harness that cannot fail proves nothing. */
#include "support/circle.h"

#include "base/assert.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void passes(void)
{
    T_EQ(1, 1);
    T_TRUE(true);
    T_MEM_EQ("ab", "ab", 2);
    T_STR_EQ("ab", "ab");
}

static void fails_eq(void)
{
    T_EQ(1, 2);
}

static void fails_true(void)
{
    T_TRUE(false);
}

static void fails_mem(void)
{
    T_MEM_EQ("ab", "ac", 2);
}

static void fails_str(void)
{
    T_STR_EQ("ab", "ac");
}

static void fails_hex(void)
{
    T_HEX_EQ((const uint8_t *)"ab", 2, "6163");
}

static void fails_hex_length(void)
{
    T_HEX_EQ((const uint8_t *)"ab", 2, "6162 63");
}

static void fails_require(void)
{
    T_REQUIRE(false);
}

/* What fails is a check in tests/support: a store that lost a part of a record. */
static void fails_in_support(void)
{
    struct circle c;

    circle_init(&c, 1, 1);
    circle_pair(&c, 1);
    c.hosts[1].records[0].len--;
    T_TRUE(true);
    circle_restart(&c, 1);
    circle_free(&c);
}

static void fails_then_passes(void)
{
    T_EQ(1, 2);
    T_EQ(1, 1);
}

static void checks_nothing(void)
{
}

static void asserts(void)
{
    AW_ASSERT(t_state.run_count == 12345);
}

static void reaches(void)
{
    AW_UNREACHABLE();
}

static void aborts(void)
{
    T_EQ(1, 1);
    abort();
}

/* Runs one test as a program of its own, silenced, and returns its wait status. */
static int outcome(void (*test)(void))
{
    int status = -1;
    pid_t pid;

    (void)fflush(stdout);
    pid = fork();
    T_REQUIRE(pid >= 0);
    if (pid == 0) {
        int quiet = open("/dev/null", O_WRONLY);

        (void)dup2(quiet, STDOUT_FILENO);
        (void)dup2(quiet, STDERR_FILENO);
        t_state = (struct t_state){0};
        if (test != NULL)
            T_RUN(test);
        _exit(t_end());
    }
    T_REQUIRE(waitpid(pid, &status, 0) == pid);
    return status;
}

static int exit_code(void (*test)(void))
{
    int status = outcome(test);

    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Goal: a failed check of each kind fails the program, a passed one does not, and a program
 * without tests or without checks has failed. Method: each in a child process. */
static void test_exit_codes(void)
{
    T_EQ(exit_code(passes), 0);
    T_EQ(exit_code(fails_eq), 1);
    T_EQ(exit_code(fails_true), 1);
    T_EQ(exit_code(fails_mem), 1);
    T_EQ(exit_code(fails_str), 1);
    T_EQ(exit_code(fails_hex), 1);
    T_EQ(exit_code(fails_hex_length), 1);
    T_EQ(exit_code(fails_require), 1);
    T_EQ(exit_code(fails_then_passes), 1);
    T_EQ(exit_code(fails_in_support), 1);
    T_EQ(exit_code(checks_nothing), 1);
    T_EQ(exit_code(NULL), 1);
}

/* Goal: assertions are on in every build, and end the process. */
static void test_assertions_abort(void)
{
    int status = outcome(asserts);

    T_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    status = outcome(reaches);
    T_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    status = outcome(aborts);
    T_TRUE(!WIFEXITED(status));
}

/* Goal: the random source is the same for ever, differs by seed, and fails when told to.
 * Method: first values of splitmix64 from its reference description for seed 0. */
static void test_rng(void)
{
    struct t_rng rng = t_rng(0);
    struct t_rng other = t_rng(1);
    struct aw_random random = t_random(&rng);
    uint8_t out[4] = {0};

    T_TRUE(t_rng_next(&rng) == UINT64_C(0xe220a8397b1dcdaf));
    T_TRUE(t_rng_next(&rng) == UINT64_C(0x6e789e6aa1b965f4));
    T_TRUE(t_rng_next(&other) != UINT64_C(0xe220a8397b1dcdaf));
    rng.fills_left = 1;
    T_TRUE(random.fill(random.ctx, out, sizeof out));
    T_TRUE(!random.fill(random.ctx, out, sizeof out));
    T_TRUE(!random.fill(random.ctx, out, sizeof out));
}

/* Goal: hex goes both ways, and files of tests/data are read whole. */
static void test_helpers(void)
{
    uint8_t bytes[4];
    char hex[9];
    size_t len = 0;
    char *text = t_read_data("README.md", &len);

    T_EQ(t_unhex("00 fF\n7f", bytes, sizeof bytes), 3);
    T_STR_EQ(t_hex(bytes, 3, hex, sizeof hex), "00ff7f");
    T_HEX_EQ(bytes, 3, "00ff7f");
    T_TRUE(len > 0 && strlen(text) == len);
    free(text);
}

int main(void)
{
    T_RUN(test_exit_codes);
    T_RUN(test_assertions_abort);
    T_RUN(test_rng);
    T_RUN(test_helpers);
    return t_end();
}
