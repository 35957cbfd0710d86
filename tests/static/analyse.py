#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Compiles each file under the folders named with gcc -fanalyzer, at the options that the build has
for it, and reports what it warns of, but for the findings that analyzer.txt gives a reason for.
The call graph with the stack of each function (*.ci) is left in WORK for stack.py.

Usage: analyse.py BUILD WORK FOLDER...   BUILD has compile_commands.json of gcc
Files that did not change since the last run in WORK are not compiled again.
Exit: 0 nothing found, 1 findings, or a reason that is not needed any more.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
# Tail calls keep their frames, so that a function that ends in itself is seen to recurse.
OPTIONS = ["-fanalyzer", "-fcallgraph-info=su", "-fno-optimize-sibling-calls", "-Wno-error"]
FINDING = re.compile(r"^(\S+?):(\d+):\d+: warning: (.*) \[(-Wanalyzer-\S+)\]$", re.M)
INSIDE = re.compile(r"In function .(\w+).:$")


def commands(build, folders):
    """File under one of the folders -> folder and arguments of its compilation."""
    found = {}
    with open(build / "compile_commands.json", encoding="utf-8") as file:
        for entry in json.load(file):
            path = pathlib.Path(entry["file"])
            name = os.path.relpath(path, ROOT)
            if not any(name.startswith(folder + "/") for folder in folders):
                continue
            arguments = shlex.split(entry["command"])
            arguments = arguments[[a.endswith("ccache") for a in arguments].count(True):]
            found.setdefault(name, (entry["directory"], arguments))
    return found


def headers_hash():
    total = hashlib.sha256()
    for path in sorted([*ROOT.glob("src/**/*.h"), *ROOT.glob("tools/**/*.h"), HERE / "analyse.py"]):
        total.update(path.read_bytes())
    return total.digest()


def compile_one(work, name, directory, arguments, headers):
    """What gcc says, from the last run if nothing has changed."""
    at = work / name.replace("/", "+")
    said = at.with_suffix(".said")
    key = hashlib.sha256(headers + (ROOT / name).read_bytes() + "\0".join(arguments).encode())
    key = key.hexdigest()
    if said.exists() and at.with_suffix(".ci").exists():
        old_key, _, text = said.read_text(encoding="utf-8").partition("\n")
        if old_key == key:
            return text
    arguments = list(arguments)
    arguments[arguments.index("-o") + 1] = str(at.with_suffix(".o"))
    run = subprocess.run([*arguments, *OPTIONS], cwd=directory, capture_output=True, text=True,
                         check=False, env={**os.environ, "LC_ALL": "C"})
    if run.returncode != 0:
        raise SystemExit(f"analyse: {name} does not compile:\n{run.stderr}")
    at.with_suffix(".o").unlink()
    said.write_text(key + "\n" + run.stderr, encoding="utf-8")
    return run.stderr


def findings(text):
    """File, function, warning and message of each finding."""
    function = "-"
    for line in text.splitlines():
        inside = INSIDE.search(line)
        if inside:
            function = inside.group(1)
        match = FINDING.match(line)
        if match:
            name = os.path.relpath(match.group(1), ROOT)
            yield (name, function, match.group(4)), f"{name}:{match.group(2)}: {match.group(3)}"


def reasons():
    known = {}
    for line in (HERE / "analyzer.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, function, warning, reason = line.split(None, 3)
            known[name, function, warning] = reason
    return known


def main():
    build, work, folders = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    work.mkdir(parents=True, exist_ok=True)
    todo = commands(build, folders)
    for stale in work.glob("*.ci"):
        if stale.stem.replace("+", "/") + ".c" not in todo:
            stale.unlink()
    headers = headers_hash()
    known, used, bad = reasons(), set(), []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(compile_one, work, name, *todo[name], headers) for name in todo]
        for job in jobs:
            for key, text in findings(job.result()):
                used.add(key)
                if key not in known:
                    bad.append(f"{text} [{key[1]}, {key[2]}]")
    bad += [f"analyzer.txt: no finding any more: {' '.join(key)}"
            for key in known if key[0] in todo and key not in used]
    for line in sorted(set(bad)):
        print(line, file=sys.stderr)
    print(f"analyse: {len(todo)} files, {len(used & set(known))} findings with a reason", file=sys.stderr)
    sys.exit(1 if bad or not todo else 0)


if __name__ == "__main__":
    main()
