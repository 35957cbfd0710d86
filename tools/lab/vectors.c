/* SPDX-License-Identifier: ISC */
#include "lab.h"
#include "lab/call.h"
#include "sample.h"

#include "base/assert.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *file_name;
    const char *about;
    void (*group)(struct vec *v);
} vector_file[] = {
    {"kdf.json", "labelled KDF, message chain, hashes (spec/09-crypto.md)", lab_vectors_kdf},
    {"cell.json", "cells of each size (spec/09-crypto.md)", lab_vectors_cell},
    {"shares.json", "shares and sealed state (spec/09-crypto.md)", lab_vectors_shares},
    {"presence.json", "presence keys, MAC and key blob (spec/09-crypto.md)", lab_vectors_presence},
    {"link.json", "link to a relay (spec/09-crypto.md)", lab_vectors_link},
    {"statement.json", "statement, act and receipt (spec/05-channel.md)", lab_vectors_statement},
    {"pairing.json", "invite, both messages, words (spec/04-pairing.md)", lab_vectors_pairing},
    {"channel.json", "epochs, cells of both directions (spec/05-channel.md)", lab_vectors_channel},
    {"messages.json", "every message, right (spec/03-wire.md)", lab_vectors_messages},
    {"bad/messages.json", "every message, with one fault (spec/03-wire.md)", lab_vectors_bad},
    {"short.json", "frames for small bearers (spec/14-small-bearers.md)", lab_vectors_short},
    {"bad/short.json", "content of frames and base45, with one fault", lab_vectors_bad_short},
    {"peers.json", "two contacts: handshake, mailbox, badge, witness (spec/16-peers.md)",
     lab_vectors_peers},
    {"schedule.json", "when a check-in is due (spec/15-plan.md)", lab_vectors_schedule},
    {"loosening.json", "what loosens a plan, and from when on (spec/15-plan.md)",
     lab_vectors_loosening},
    {"audit.json", "what a plan means over a year (spec/15-plan.md)", lab_vectors_audit},
    {"coverage.json", "who would hear now (spec/15-plan.md)", lab_vectors_coverage},
    {"ladder.json", "what a contact does about silence (spec/07-contact.md)", lab_vectors_ladder},
    {"council.json", "votes, release, opening (spec/16-peers.md)", lab_vectors_council},
    {"timer.json", "times that she sets herself (spec/17-triggers.md)", lab_vectors_timer},
    {"switch.json", "when a blind switch fires (spec/06-subject.md)", lab_vectors_switch},
    {"views.json", "what a typed secret does in both views (spec/07-contact.md)",
     lab_vectors_views},
    {"vouching.json", "what others pass on, and hand over (spec/16-peers.md)",
     lab_vectors_vouching},
    {"introductions.json", "who is who, and what a pair is given (spec/06-subject.md)",
     lab_vectors_introductions},
    {"slots.json", "whose turn a slot is (spec/06-subject.md)", lab_vectors_slots},
    {"decoy.json", "when a decoy checks in (spec/06-subject.md)", lab_vectors_decoy},
    {"keep.json", "whose state and share a contact keeps (spec/07-contact.md)", lab_vectors_keep},
};

struct options {
    bool write, verify, seeds;
    const char *dir;
};

/* The path of one vector file; false when it is too long. */
static bool path_of(char *out, size_t cap, const char *dir, const char *file_name)
{
    int len = snprintf(out, cap, "%s/%s", dir, file_name);

    return len > 0 && (size_t)len < cap;
}

static int one_file(size_t i, const struct options *o, size_t *checked)
{
    struct vec v = {.writing = o->write, .report = stderr};
    json_error_t error;
    json_t *root;
    char path[4096];

    v.file_name = vector_file[i].file_name;
    v.seed = i + 1;
    if (!path_of(path, sizeof path, o->dir, v.file_name)) {
        (void)fprintf(stderr, "allswell-lab: the path of %s is too long\n", v.file_name);
        return LAB_USAGE;
    }
    root = o->write ? json_object() : json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        (void)fprintf(stderr, "allswell-lab: %s: %s: give the folder spec/vectors\n", path,
                      error.text);
        return LAB_FAILED;
    }
    v.at = root;
    if (v.writing)
        json_object_set_new(root, "about", json_string(vector_file[i].about));
    vector_file[i].group(&v);
    AW_ASSERT(v.depth == 0);
    if (v.writing && json_dump_file(root, path, JSON_INDENT(1)) != 0) {
        (void)fprintf(stderr, "allswell-lab: %s: cannot be written: %s\n", path, strerror(errno));
        json_decref(root);
        return LAB_FAILED;
    }
    json_decref(root);
    (void)printf("%-16s %5zu values %s\n", v.file_name, v.checked,
                 v.writing      ? "written"
                 : v.failed > 0 ? "FAILED"
                                : "verified");
    *checked += v.checked;
    return v.failed > 0 ? LAB_REFUSED : LAB_OK;
}

/* Every right message as DIR/<rule>/vector-<name>: what a fuzzer starts from. */
static int write_seeds(const char *dir)
{
    static uint8_t bytes[SAMPLE_LEN_MAX];
    struct aw_buf buf = {bytes, sizeof bytes, 0};
    const struct aw_wire_map *map;
    const char *name;
    size_t i;

    for (i = 0; sample_encode(i, &name, &map, &buf); i++) {
        char path[4096];
        FILE *file;
        bool good;

        if (snprintf(path, sizeof path, "%s/%s/vector-%s", dir, map->name, name) >=
            (int)sizeof path)
            return LAB_USAGE;
        file = fopen(path, "wb");
        good = file != NULL && fwrite(buf.ptr, 1, buf.len, file) == buf.len;
        if (file == NULL || fclose(file) != 0 || !good) {
            (void)fprintf(stderr, "allswell-lab: %s: cannot be written: %s: give fuzz/corpus\n",
                          path, strerror(errno));
            return LAB_FAILED;
        }
    }
    (void)printf("%zu seeds\n", i);
    return LAB_OK;
}

static const char usage[] =
    "Usage: allswell-lab vectors --verify DIR | --write DIR | --seeds DIR\n"
    "\n"
    "Writes or verifies the vectors of the specification (spec/11-vectors.md).\n"
    "\n"
    "  -v, --verify DIR  compute every output in DIR from its inputs, and compare\n"
    "  -w, --write DIR   write all vector files into DIR, the same each time\n"
    "  -s, --seeds DIR   write the right messages below DIR (fuzz/corpus), a folder a rule\n";

/* One of the three; the last one counts. */
static int read_call(int argc, char **argv, struct options *o)
{
    static const struct option options[] = {{"verify", required_argument, NULL, 'v'},
                                            {"write", required_argument, NULL, 'w'},
                                            {"seeds", required_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    static const char program[] = "allswell-lab vectors";
    int c;

    while ((c = lab_option(program, argc, argv, ":v:w:s:h", options)) != -1) {
        if (c == 'h') {
            (void)fputs(usage, stdout);
            o->dir = NULL;
            return LAB_OK;
        }
        if (c == '?')
            return LAB_USAGE;
        *o = (struct options){c == 'w', c == 'v', c == 's', optarg};
    }
    if (!lab_no_words(program, argc, argv))
        return LAB_USAGE;
    if (o->dir == NULL)
        return lab_wrong(program, "vectors", "needs --verify DIR, --write DIR or --seeds DIR");
    return o->dir[0] == '\0' ? lab_wrong(program, "", "is no folder") : LAB_OK;
}

int lab_vectors(int argc, char **argv)
{
    struct options o = {.dir = NULL};
    size_t i, checked = 0;
    int worst = read_call(argc, argv, &o);

    if (worst != LAB_OK || o.dir == NULL) /* told, or helped */
        return worst;
    if (o.seeds)
        return write_seeds(o.dir);
    for (i = 0; i < AW_COUNT(vector_file); i++) {
        int code = one_file(i, &o, &checked);

        if (code > worst)
            worst = code;
    }
    (void)printf("%zu values in %zu files\n", checked, AW_COUNT(vector_file));
    return worst;
}
