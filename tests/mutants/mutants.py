#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Breaks the reader and the ladder in small ways, one at a time, and looks whether a test notices.

Usage: mutants.py BUILD RESULTS SECONDS [SEED]
  BUILD    a folder in which the tests are built with gcc (cmake, Makefiles)
  RESULTS  a file of what is known of each mutant; made, and gone on with: whose source has not changed
           since is not run again, but for survivors when a test has changed
Prints figures as tools/proof.sh takes them; survivors are listed on stderr. What makes no difference
is listed in equivalent.txt, each with its reason, and is tried last: a test must not notice it.
"""
import collections
import concurrent.futures
import hashlib
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Per source: the tests that may notice, quick ones first.
EQUIVALENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "equivalent.txt")
READER = ["test_cbor_judge", "test_rd_wr", "test_utf8", "test_message_rules", "test_diag", "test_request",
          "replay_cbor_judge", "test_cbor_differential", "test_messages"]
LADDER = ["test_ladder", "test_ladder_edges", "test_watch", "replay_ladder", "replay_escalation", "test_attacks_alarm", "test_circle",
          "test_triggers"]
SOURCES = {
    "src/wire/rd.c": READER,
    "src/wire/item.c": READER,
    "src/wire/judge.c": READER,
    "src/wire/utf8.c": READER,
    "src/core/ladder.c": LADDER,
    "src/core/ladder_input.c": LADDER,
    "src/core/watch.c": LADDER,
}
SWAPS = [("<=", "<"), (">=", ">"), ("==", "!="), ("!=", "=="), ("&&", "||"), ("||", "&&"),
         ("<", "<="), (">", ">="), (" + ", " - "), (" - ", " + "), ("++", "--"), ("true", "false"),
         ("false", "true"), ("+=", "-=")]
TOKEN = re.compile(r"<=|>=|==|!=|&&|\|\||<<|>>|->|\+\+|--|\+=|-=|<|>| \+ | - |\btrue\b|\bfalse\b")
NUMBER = re.compile(r"(?<![\w.])(\d+)(?=[uUlL]*\b)")
SIMPLE = re.compile(r"^\s+(?:[\w\->.\[\]*&() ]+ (?:=|\+=|-=|\|=|&=) [^;]*|[a-z_]+\([^;]*\)|[\w\->.\[\]]+(?:\+\+|--));$")
BEGINS = re.compile(r"^\w[^;=]*?(\w+) ?\(|^(?:static |const )*(?:enum|struct) (\w+)")
DECLARES = re.compile(r"^\s+(?:const |static |struct |enum |uint|int|size_t|bool|unsigned|char|return|break)")


def blank(text):
    """The same length, with comments, strings and preprocessor lines blanked out."""
    pattern = r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|^#[^\n]*"
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S | re.M)


def mutants_of(path):
    """Where, a description (the same while the function stays) and the changed text of each mutant. What is
    asserted, and initialisers of tables, stay."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        text = file.read()
    bare = blank(text)
    found, offset, is_asserting, function = [], 0, False, ""
    times = collections.Counter()
    swaps = dict(SWAPS)
    for number, line in enumerate(bare.split("\n"), 1):
        begin = offset
        offset += len(line) + 1
        if begins := BEGINS.match(line):
            function = begins.group(1) or begins.group(2)
        is_asserting = is_asserting or "AW_ASSERT" in line or "_Static_assert" in line
        if is_asserting or not line.startswith(" "):
            is_asserting = is_asserting and not line.rstrip().endswith(";")
            continue

        def put(at, old, new):
            what = f"{path} {function}: `{line.strip()}`: {old.strip()} -> {new.strip()}"
            times[what] += 1
            nth = f" ({times[what]})" if times[what] > 1 else ""
            found.append((number, what + nth, text[:begin + at] + new + text[begin + at + len(old):]))

        for match in TOKEN.finditer(line):
            if match.group() in swaps:
                put(match.start(), match.group(), swaps[match.group()])
        for match in NUMBER.finditer(line):
            put(match.start(1), match.group(1), str(int(match.group(1)) + 1))
        for match in re.finditer(r"\breturn (AW_E_\w+|AW_OK)\b", line):
            put(match.start(1), match.group(1), "AW_OK" if match.group(1) != "AW_OK" else "AW_E_STATE")
        match = re.search(r"\bif \((.*)\)$| \bif \((.*)\) \{$", line)
        if match:
            start = line.index("if (") + 4
            inside = line[start:line.rindex(")")]
            put(start, inside, "!(" + inside + ")")
        if SIMPLE.match(line) and not DECLARES.match(line):
            put(len(line) - len(line.lstrip()), line.strip(), ";")
    return found


class Bench:
    """Compiles one mutant and runs tests on it until one notices."""

    def __init__(self, build):
        self.build = build
        self.objects = {}
        for path in SOURCES:
            layer = path.split("/")[1]
            rules = os.path.join(build, "src", layer, "CMakeFiles", f"aw_{layer}.dir")
            with open(os.path.join(rules, "flags.make"), encoding="utf-8") as file:
                flags = dict(re.findall(r"^(C_\w+) = (.*)$", file.read(), re.M))
            self.objects[path] = [word for name in ("C_DEFINES", "C_INCLUDES", "C_FLAGS")
                                  for word in shlex.split(flags.get(name, ""))
                                  if word not in ("-O2", "-g", "-Werror")]
        self.links, self.limits = {}, {}
        for test in set(READER + LADDER):
            with open(os.path.join(self.folder(test), "CMakeFiles", f"{test}.dir", "link.txt"),
                      encoding="utf-8") as file:
                self.links[test] = shlex.split(file.read())

    def folder(self, test):
        return os.path.join(self.build, "fuzz" if test.startswith("replay_") else "tests")

    def program(self, test):
        return os.path.join(self.build, "fuzz" if test.startswith("replay_") else "unit", test)

    def command(self, test, program):
        """A replay plays its corpus, and what its own mutator makes of it."""
        corpus = os.path.join(ROOT, "fuzz", "corpus", test.removeprefix("replay_"))
        return [program, corpus] if test.startswith("replay_") else [program]

    def limit_s(self, test):
        """How long it may take: much longer than it takes without a mutant."""
        if test not in self.limits:
            begin = time.monotonic()
            if not self.run(self.command(test, self.program(test)), 120):
                raise RuntimeError(f"{test} fails as it is: mend that first")
            self.limits[test] = 10 * (time.monotonic() - begin) + 5
        return self.limits[test]

    def run(self, command, limit_s, cwd=None):
        try:
            return subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, timeout=limit_s, check=False).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def judge(self, path, text):
        """`killed by TEST`, `survived`, or `does not compile`, which counts for nothing."""
        with tempfile.TemporaryDirectory(dir=self.build) as work:
            source, mutant = os.path.join(work, os.path.basename(path)), os.path.join(work, "mutant.o")
            with open(source, "w", encoding="utf-8") as file:
                file.write(text)
            # The tests run under the sanitizers, too: here it is enough that the program stops.
            compile_ = ["gcc", *self.objects[path], "-O1", "-w", "-fsanitize=undefined",
                        "-fsanitize-undefined-trap-on-error", "-I", os.path.join(ROOT, os.path.dirname(path)),
                        "-c", source, "-o", mutant]
            if not self.run(compile_, 60):
                return "does not compile"
            for test in SOURCES[path]:
                program = os.path.join(work, test)
                link = self.links[test]
                at = link.index("-o")
                command = link[:at] + ["-o", program, mutant] + link[at + 2:]
                if not self.run(command, 60, self.folder(test)):
                    raise RuntimeError(f"{test} does not link with a mutant of {path}")
                if not self.run(self.command(test, program), self.limit_s(test)):
                    return f"killed by {test}"
        return "survived"


    def digest(self):
        """Of the tests as they are built: what survived others may not survive these."""
        all_ = hashlib.sha256()
        for test in sorted(set(READER + LADDER)):
            with open(self.program(test), "rb") as file:
                all_.update(file.read())
        return all_.hexdigest()[:16]


def equivalents():
    """Descriptions of what makes no difference; each has its reason in the indented lines below it."""
    with open(EQUIVALENT, encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file if line.strip() and not line.startswith("#")]
    for line, reason in zip(lines, lines[1:] + [""]):
        if not line.startswith(" ") and not reason.startswith("    "):
            sys.exit(f"mutants: no reason is given for: {line}")
    return [line for line in lines if not line.startswith(" ")]


def main():
    build, results_path, seconds = os.path.abspath(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    end = time.monotonic() + seconds
    mutants = [(path, *mutant) for path in SOURCES for mutant in mutants_of(path)]
    keys = [hashlib.sha256((path + text).encode()).hexdigest()[:16] for path, _, _, text in mutants]
    listed = equivalents()
    missing = set(listed) - {what for _, _, what, _ in mutants}
    if missing:
        sys.exit("mutants: equivalent.txt lists what there is not:\n" + "\n".join(sorted(missing)))
    is_equivalent = [what in set(listed) for _, _, what, _ in mutants]
    bench = Bench(build)
    survived = f"survived {bench.digest()}"
    known = {}
    if os.path.exists(results_path):
        with open(results_path, encoding="utf-8") as file:
            known = dict(line.rstrip("\n").split(" ", 1) for line in file)
    known = {key: known[key] for key in keys
             if key in known and (known[key] == survived or not known[key].startswith("survived"))}
    left = [i for i, key in enumerate(keys) if key not in known]
    random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1).shuffle(left)
    left.sort(key=lambda i: is_equivalent[i])

    def work(i):
        path, _, _, text = mutants[i]
        return (i, bench.judge(path, text)) if time.monotonic() < end else (i, None)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool, \
            open(results_path, "w", encoding="utf-8") as file:
        file.writelines(f"{key} {result}\n" for key, result in known.items())
        for i, result in pool.map(work, left):
            if result is not None:
                known[keys[i]] = survived if result == "survived" else result
                file.write(f"{keys[i]} {known[keys[i]]}\n")
                file.flush()

    verdicts = {i: known[key] for i, key in enumerate(keys) if key in known}
    killed = [i for i, verdict in verdicts.items() if verdict.startswith("killed")]
    survivors = [i for i, verdict in verdicts.items() if verdict == survived and not is_equivalent[i]]
    for i in sorted(survivors):
        print(f"survived: line {mutants[i][1]} of {mutants[i][2]}", file=sys.stderr)
    wrong = [i for i in killed if is_equivalent[i]]
    for i in wrong:
        print(f"listed in equivalent.txt, but {verdicts[i]}: {mutants[i][2]}", file=sys.stderr)
    tried = len(killed) + len(survivors)
    if tried == 0:
        sys.exit("mutants: there was no time for one")
    percent = 100 * len(killed) / tried
    print(f"mutants of reader and ladder, tried\t{tried}\t{len(keys) - sum(is_equivalent)} made\tinfo\tlast")
    print(f"mutants that make no difference, listed with the reason\t{sum(is_equivalent)}\t-\tinfo\tlast")
    print(f"mutants that a test notices, %\t{percent:.1f}\t90\t{'met' if percent >= 90 else 'short'}\tlast")
    sys.exit(1 if wrong else 0 if any(key not in known for key in keys) else 3)


main()
