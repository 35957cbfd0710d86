#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""From what llvm-cov exported: branches taken, by part of the source, and the list of those that were not.

Usage: branches.py EXPORT.json ROOT quick|full LIST.txt
Prints figures as tools/proof.sh takes them. A branch is a condition that came out true, or false.
"""
import json
import os
import sys

CODEC = ("src/wire/", "src/relay/request.c", "src/relay/answer.c")
LADDER = ("src/core/ladder", "src/core/watch.c")


def groups_of(path):
    yield "all"
    if path.startswith(CODEC):
        yield "codec"
    if path.startswith(LADDER):
        yield "ladder"
    if path.startswith("src/core/"):
        yield "core"


def no_test_can(lines, line, text, column):
    """Assertions, what a switch over all of an enum does with other values, and what is marked unreachable."""
    if "AW_ASSERT" in text or text[:column - 1].rstrip().endswith("switch ("):
        return True
    if text.lstrip().startswith(("case ", "default:")):
        while lines[line - 1].lstrip().startswith(("case ", "default:")):
            line += 1
        return "AW_UNREACHABLE" in lines[line - 1]
    return False


def always_fails(condition):
    """What is called to say what is wrong: it returns false, whatever happens (tools/common/fail.h)."""
    return condition.startswith(("fail_set(", "fail_status(", "plan_wrong(", "refuse("))


def places_of(files, root):
    """By file: each place once. An inline function of a header is in every object that includes it, and a
    compiler cache may name one file in several ways."""
    places = {}
    for entry in files:
        counts = places.setdefault(os.path.relpath(os.path.realpath(entry["filename"]), root), {})
        for line, column, end, end_column, is_true, is_false, *_ in entry["branches"]:
            before = counts.get((line, column, end, end_column), (0, 0))
            counts[line, column, end, end_column] = (before[0] + is_true, before[1] + is_false)
    return places


def main():
    export, root, mode, list_path = sys.argv[1:]
    with open(export, encoding="utf-8") as file:
        files = json.load(file)["data"][0]["files"]
    total, taken = {}, {}
    missing = []
    for path, counts in sorted(places_of(files, os.path.realpath(root)).items()):
        is_program = path.startswith("tools/") and "/bench" not in path
        if not path.startswith("src/") and not (is_program and mode == "full"):
            continue
        with open(os.path.join(root, path), encoding="utf-8") as file:
            lines = file.read().split("\n")
        for (line, column, end, end_column), (is_true, is_false) in counts.items():
            text = lines[line - 1]
            if no_test_can(lines, line, text, column):
                continue
            condition = text[column - 1:end_column - 1] if end == line else text[column - 1:] + " ..."
            ways = [(is_true, "true")] * (not always_fails(condition)) + [(is_false, "false")]
            for group in groups_of(path):
                total[group] = total.get(group, 0) + len(ways)
                taken[group] = taken.get(group, 0) + sum(count > 0 for count, _ in ways)
            for count, name in ways:
                if count == 0:
                    missing.append(f"{path}:{line}: never {name}: {condition}")
    with open(list_path, "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in missing)
    if not total:
        sys.exit("branches: nothing of the source is in the export")
    goals = {"codec": 100, "ladder": 100, "core": 95, "all": 90}
    names = {"codec": "of the codec", "ladder": "of the ladder", "core": "of the core", "all": "of everything"}
    lost = []
    for group, goal in goals.items():
        if group == "all" and mode != "full":
            continue
        percent = 100 * taken[group] / total[group]
        verdict = "met" if percent >= goal else "short"
        print(f"branch coverage {names[group]}, %\t{percent:.1f}\t{goal}\t{verdict}\tlast")
        if verdict == "short" and group != "all":
            lost.append(f"{names[group]} {percent:.2f} %, not {goal}")
    if lost:
        sys.exit(f"branches: no test takes what is in {list_path}: {', '.join(lost)}")


main()
