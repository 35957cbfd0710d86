#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Adds to fuzz/corpus/ what a campaign found and the seeds do not reach, as few files as it takes.

Usage: fuzz/minimise.py BUILD CORPORA [TARGET...]

BUILD is a folder of fuzz binaries, CORPORA has one folder for each target (tools/proof/fuzz.sh
leaves build-proof/fuzz-build/fuzz and build-proof/fuzz-corpus). libFuzzer's own -merge=1 keeps a
file for each feature, a thousand for a session; here a file stays for edges of the code that no
smaller one reaches. Inputs above 2 KB are left out.
"""
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

LEN_MAX = 2048


def adds(binary, seeds, files):
    """The files that reach edges which neither the seeds nor smaller ones do. libFuzzer's merge
    says so in its control file: for each input, the edges that are new."""
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        for name, sources in (("old", seeds), ("new", files)):
            (work / name).mkdir()
            for i, file in enumerate(sources):
                shutil.copy(file, work / name / f"{i:06}")
        subprocess.run([binary, "-merge=1", f"-merge_control_file={work}/control", work / "old",
                        work / "new"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lines = (work / "control").read_text().splitlines()
        names = [pathlib.Path(line) for line in lines[2:2 + int(lines[0])]]
        found = []
        for line in lines[2 + len(names):]:
            kind, number, *new = line.split()
            name = names[int(number)]
            if kind == "COV" and new and name.parent.name == "new":
                found.append(files[int(name.name)])
        return found


def minimise(binary, found, folder):
    files = [f for f in sorted(found) if f.stat().st_size <= LEN_MAX]
    kept = adds(binary, sorted(folder.iterdir()) if folder.is_dir() else [], files)
    for file in kept:
        folder.mkdir(exist_ok=True)
        shutil.copy(file, folder / hashlib.sha256(file.read_bytes()).hexdigest()[:16])
    return len(kept)


def main():
    build, corpora = map(pathlib.Path, sys.argv[1:3])
    here = pathlib.Path(__file__).parent
    for binary in sorted(build.glob("fuzz_*")):
        name = binary.name[len("fuzz_"):]
        if sys.argv[3:] and name not in sys.argv[3:]:
            continue
        folder = corpora / name
        if folder.is_dir():
            base = name.removesuffix("_stub")
            kept = minimise(binary, list(folder.iterdir()), here / "corpus" / base)
            print(f"{name}: {kept} added")


main()
