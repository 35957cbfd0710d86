/* SPDX-License-Identifier: ISC */
#include "lab/sim/play.h"
#include "lab/call.h"
#include "lab/lab.h"

#include "base/assert.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: allswell-lab play [--events] [--verbose] FILE...\n"
    "\n"
    "Plays scripts: what she, her contacts, their devices and the relays do, and what is to come\n"
    "of it, on virtual time and with the real engines. For who builds an app: late, lost and\n"
    "hostile contacts without waiting for them.\n"
    "\n"
    "  -e, --events   each event that a device is told, a line: seconds, who, event, urgency\n"
    "  -v, --verbose  each line of the timeline as it happens, on stderr\n"
    "\n"
    "A script sets the scene, then says what happens and what is expected:\n"
    "\n"
    "  contacts 2                    # 1 to 16; before everything else\n"
    "  checkin every 4h              # or: checkin daily 09:00\n"
    "  grace 15m\n"
    "  at 3h50m she checks in\n"
    "  until 7h50m expect contact 1 is quiet\n"
    "  by 8h10m expect contact 1 rings\n"
    "\n"
    "Times count from her first check-in, at midnight UTC; +10m counts from the last action.\n"
    "'every TIME until TIME she checks in' repeats an action. The scene may also set: relays,\n"
    "seed, beat, silence, ceiling, claim, quorum, threshold, circle, group, level, operator.\n"
    "See allswell-lab(1).\n";

static const char exits[] = "\nExit codes: 0 all that is expected is so, 1 something is not, 2 "
                            "wrong call or script, 4 the\n"
                            "environment failed.\n";

/* Midnight, in the world's time; the circle is set up before it. */
#define BEGIN_MS ((86400 - SIM_T0_S % 86400) * SIM_SECOND)

static const char *urgency_name(enum aw_urgency urgency)
{
    return urgency == AW_URGENCY_RING ? "ring" : urgency == AW_URGENCY_NOTICE ? "notice" : "quiet";
}

static void on_event(struct sim *w, struct sim_host *h, const struct aw_event *event, void *ctx)
{
    struct play *p = ctx;

    if (p->begin_ms == 0)
        return;
    if (p->told_count == p->told_cap) {
        p->told_cap = p->told_cap == 0 ? 1024 : 2 * p->told_cap;
        p->told = realloc(p->told, p->told_cap * sizeof *p->told);
        AW_ASSERT(p->told != NULL);
    }
    p->told[p->told_count++] = (struct play_told){.at_ms = w->now_ms - p->begin_ms,
                                                  .who = h->idx,
                                                  .kind = event->kind,
                                                  .urgency = event->urgency};
    if (event->urgency == AW_URGENCY_RING) {
        p->has_to_lie[h->idx] = p->is_liar[h->idx];
        sim_note(w, "%s: rings (%s)", sim_name(h->idx), aw_event_name(event->kind));
    }
    if (p->prints_events)
        (void)printf("%llu %s %s %s\n", (unsigned long long)((w->now_ms - p->begin_ms) / 1000),
                     sim_name(h->idx), aw_event_name(event->kind), urgency_name(event->urgency));
}

/* The scene as the script wants it, in place of what was drawn. */
static void prepare(struct sim *w, void *ctx)
{
    const struct play *p = ctx;
    struct sim_scene *s = &w->scene;

    s->contacts = (uint8_t)p->options.contacts;
    s->relays = p->relays;
    s->operators = p->plan.operators_count;
    s->plan = p->plan;
    s->life_ms = p->end_ms;
    s->latency_ms = s->commit_ms = 0;
    s->probe_ms = 31 * SIM_SECOND;
    s->clock_error_s = 2;
    for (size_t i = 1; i <= s->contacts; i++)
        w->humans[i] = (struct sim_human){.is_circle = (p->circle >> (i - 1) & 1) != 0};
    /* Nothing of what happens is an accident: whether a ring was right, the script knows. */
    w->is_held = true;
    w->now_ms = BEGIN_MS - (s->contacts * UINT64_C(4) + 25) * SIM_MINUTE;
}

/* When something is next to be done or judged; every second while something is watched. */
static uint64_t next_ms(const struct play *p, uint64_t now_ms)
{
    uint64_t at_ms = p->end_ms;

    for (size_t i = 0; i < p->item_count; i++) {
        const struct play_item *item = &p->items[i];
        uint64_t from_ms = item->kind <= PLAY_EXPECT ? item->at_ms : item->from_ms;

        if (item->is_settled)
            continue;
        if (from_ms <= now_ms)
            return now_ms + SIM_SECOND;
        if (from_ms < at_ms)
            at_ms = from_ms;
    }
    return at_ms;
}

static void act(struct play *p, struct sim *w, uint64_t now_ms)
{
    for (size_t i = 0; i < p->item_count && !w->is_failed; i++) {
        struct play_item *item = &p->items[i];
        enum aw_status st;

        if (item->kind != PLAY_AT || item->is_settled || item->at_ms > now_ms)
            continue;
        item->is_settled = true;
        sim_note(w, "line %u: %.110s", item->line, item->text);
        st = play_do(p, w, item);
        if (st == AW_OK)
            continue;
        p->failures++;
        (void)printf("%s:%u: cannot be done after %llu s (%s): %s\n", p->path, item->line,
                     (unsigned long long)(now_ms / 1000), aw_status_name(st), item->text);
    }
}

static void play_life(struct play *p, struct sim *w)
{
    uint64_t now_ms = 0;

    sim_settle(w, BEGIN_MS - w->now_ms);
    p->begin_ms = w->zero_ms = w->now_ms;
    w->line_count = 0; /* of the set-up, and of a scene that the script's has replaced */
    w->options.is_verbose = p->is_verbose;
    if (!sim_people_checkin(w, w->safe_key, "checks in"))
        AW_UNREACHABLE(); /* nothing has gone wrong yet */
    while (!w->is_failed) {
        act(p, w, now_ms);
        play_lie(p, w);
        play_see(p, w, now_ms);
        if (now_ms >= p->end_ms)
            break;
        now_ms = next_ms(p, now_ms);
        sim_settle(w, p->begin_ms + now_ms - w->now_ms);
    }
}

static void play_script(struct play *p)
{
    struct sim_stats *stats = calloc(1, sizeof *stats);
    struct sim *w = malloc(sizeof *w);
    unsigned expected = 0;

    AW_ASSERT(stats != NULL && w != NULL);
    sim_open(w, &p->options, stats);
    if (!w->is_failed)
        play_life(p, w);
    if (w->is_failed) {
        p->failures++;
        (void)printf("%s: %s is broken: %s: %s\n", p->path, sim_invariant_name(w->failed),
                     sim_invariant_text(w->failed), w->failure);
    }
    for (size_t i = 0; i < p->item_count; i++)
        expected += p->items[i].kind != PLAY_AT;
    if (p->failures > 0)
        sim_print_timeline(w, stdout, 60);
    (void)printf("%s: %u expected, %u failed\n", p->path, expected, p->failures);
    sim_close(w);
    free(w);
    free(stats);
}

static int play_file(const char *path, bool prints_events, bool is_verbose)
{
    struct play p = {.path = path, .prints_events = prints_events, .is_verbose = is_verbose};
    FILE *file = fopen(path, "r");
    int exit_code = LAB_USAGE;

    if (file == NULL) {
        (void)fprintf(stderr, "allswell-lab: cannot read '%.200s': %s: give the path of a script\n",
                      path, strerror(errno));
        return LAB_FAILED;
    }
    p.items = calloc(PLAY_ITEM_MAX, sizeof *p.items);
    AW_ASSERT(p.items != NULL);
    if (play_read(&p, file) && play_plan(&p)) {
        p.end_ms += SIM_SECOND; /* what the last action sets off at once is told, too */
        p.options.faults_off = UINT32_MAX;
        p.options.prepare = prepare;
        p.options.on_event = on_event;
        p.options.ctx = &p;
        play_script(&p);
        exit_code = p.failures == 0 ? LAB_OK : LAB_REFUSED;
    }
    (void)fclose(file);
    free(p.items);
    free(p.told);
    return exit_code;
}

int lab_play(int argc, char **argv)
{
    static const struct option options[] = {{"events", no_argument, NULL, 'e'},
                                            {"verbose", no_argument, NULL, 'v'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    static const char program[] = "allswell-lab play";
    bool prints_events = false, is_verbose = false;
    int c, worst = LAB_OK;

    while ((c = lab_option(program, argc, argv, ":evh", options)) != -1) {
        if (c == 'h') {
            (void)fputs(usage, stdout);
            play_phrases(stdout);
            (void)fputs(exits, stdout);
            return LAB_OK;
        }
        prints_events = prints_events || c == 'e';
        is_verbose = is_verbose || c == 'v';
        if (c == '?')
            return LAB_USAGE;
    }
    if (optind == argc)
        return lab_wrong(program, "play", "needs a script");
    if (sodium_init() < 0)
        return LAB_FAILED;
    for (int i = optind; i < argc; i++) {
        int code = play_file(argv[i], prints_events, is_verbose);

        worst = code > worst ? code : worst;
    }
    return worst;
}
