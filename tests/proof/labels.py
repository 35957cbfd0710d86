#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: a test with the label `proof`, which a merge leaves out because the quick proof has made it, is made there.
Method: what a test runs (its program or script, and the first of its options) is named by a part of the quick proof; a
replay has a target that is fuzzed. The same question about a test that nothing names is answered with no.
Usage: labels.py <source folder> <build folder>"""
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT, BUILD = pathlib.Path(sys.argv[1]), sys.argv[2]
PARTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tools/proof").glob("*.sh")))
RUNNERS = ("python3", "node.sh")  # of what stands behind them


def is_made(name, command):
    words = [os.path.basename(word) for word in command if word != str(ROOT)]
    if words[0] == "sh":  # what one must not do: no target of fuzz_all, no line of a part
        return False
    if name.startswith("replay_"):
        return words[0] == name
    while words[0] in RUNNERS:
        words.pop(0)
    options = [word for word in words if re.match(r"--(?!seed|cuts|cycles)", word)]
    return all(re.search(rf"(^|[\s/}}\"]){re.escape(word)}(\s|\"|$)", PARTS, re.M) for word in words[:1] + options)


def main():
    shown = subprocess.run(["ctest", "--test-dir", BUILD, "--show-only=json-v1"], check=True, capture_output=True,
                           text=True).stdout
    tests = json.loads(shown[shown.index("{"):])["tests"]
    labelled = [test for test in tests for item in test.get("properties", ())
                if item["name"] == "LABELS" and "proof" in item["value"]]
    missing = [test["name"] for test in labelled if not is_made(test["name"], test.get("command", ["not built"]))]
    for name in missing:
        print(f"labels: no part of the quick proof makes {name}")
    control = [["replay_canary", ["sh", "-c", "replay"]], ["faults_no", [f"{ROOT}/tests/faults/no.py"]],
               ["faults_relay", ["faults_relay", "--no"]]]
    seen = [name for name, command in control if not is_made(name, command)]
    print(f"labels: {len(labelled)} tests that the quick proof makes, {len(seen)} controls")
    sys.exit(1 if missing or len(labelled) < 5 or len(seen) != len(control) else 0)


main()
