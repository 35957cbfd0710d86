/* SPDX-License-Identifier: ISC */
#include "bench.h"
#include "bench_load.h"
#include "lab.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Memory of the programs that run all the time, as the system counts it: with the pages of files,
 * which processes share, and without.
 */

#define LOG      "log"
#define SETTLE_S 2

/* A subject and a contact, at the relay whose address line is $1; then paired, by their agents. */
static const char homes[] =
    "set -e; for home in S C; do allswell --home $home init --name $home;"
    "allswell-relay --home R token new $home | allswell --home $home relay add \"$1\"; done";
static const char pair[] =
    "set -e; allswell --home S invite | allswell --home C join;"
    "for i in 0 1 2 3 4 5 6 7 8 9; do sleep 1;"
    "if allswell --home C status | grep -q newest; then exit 0; fi; done; exit 1";

static struct bench_peer relay, subject, contact;

static void die(const char *what)
{
    bench_stop(&contact);
    bench_stop(&subject);
    bench_stop(&relay);
    bench_die(what);
}

static void run(const char *script, const char *line)
{
    const char *const argv[] = {"sh", "-c", script, "sh", line, NULL};
    pid_t pid = bench_spawn(argv, LOG);
    int status = 0;

    if (pid == 0 || waitpid(pid, &status, 0) != pid || status != 0)
        die("a circle cannot be made: try the commands that README has for it");
}

/* The first line that the relay prints. */
static void read_line(char *out, int cap)
{
    FILE *file = fopen(LOG, "r");
    bool is_whole = file != NULL && fgets(out, cap, file) != NULL && strchr(out, '\n') != NULL;

    if (file != NULL)
        (void)fclose(file);
    if (!is_whole)
        die("the relay does not start: allswell-relay and allswell belong beside this program");
    out[strcspn(out, "\n")] = '\0';
}

/* The programs are looked for where this one is. */
static void set_path(void)
{
    char path[2 * PATH_MAX], self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *rest = getenv("PATH");

    self[len > 0 ? len : 0] = '\0';
    if (strrchr(self, '/') != NULL)
        *strrchr(self, '/') = '\0';
    (void)snprintf(path, sizeof path, "%s:%.4000s", self, rest == NULL ? "/usr/bin:/bin" : rest);
    (void)setenv("PATH", path, 1);
}

static void print(const char *what, const struct bench_peer *p, unsigned target)
{
    printf("%-34s %6.1f MB %6.1f MB %6u MB\n", what, bench_rss_len(p->pid) / 1e6,
           bench_own_len(p->pid) / 1e6, target);
}

static void measure(void)
{
    static const char *const serve[] = {"allswell-relay", "--home",      "R", "run",
                                        "--listen",       "127.0.0.1:0", NULL};
    static const char *const watched[] = {"allswell", "--home", "S", "run", NULL};
    static const char *const watches[] = {"allswell", "--home", "C", "run", NULL};
    char line[256];

    printf("%-34s %9s %9s %9s\n", "", "resident", "its own", "target");
    relay.pid = bench_spawn(serve, LOG);
    (void)sleep(SETTLE_S);
    read_line(line, sizeof line);
    print("relay at start", &relay, 4);
    run(homes, line);
    subject.pid = bench_spawn(watched, LOG);
    contact.pid = bench_spawn(watches, LOG);
    (void)sleep(SETTLE_S);
    run(pair, line);
    print("agent that watches over somebody", &contact, 8);
    bench_stop(&contact);
    bench_stop(&subject);
    bench_stop(&relay);
}

int bench_memory(int argc, char **argv)
{
    char dir[] = "/var/tmp/allswell-bench-XXXXXX";

    if (argc > 1)
        return bench_no_options("memory", argv[1]);
    if (mkdtemp(dir) == NULL || chdir(dir) != 0)
        return LAB_FAILED;
    set_path();
    measure();
    bench_remove(dir);
    return LAB_OK;
}
