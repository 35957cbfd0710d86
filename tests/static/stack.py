#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""No recursion, and how much stack a call takes at most, over the call graph that gcc wrote for
src/ (*.ci, see analyse.py). Calls through pointers go where pointers.txt says; libraries count as
nothing, their own stack is theirs.

Usage: stack.py FOLDER [README]
With README (src/README.md): the deepest path of each group of layers must be within the bound that it
states. Without: recursion and frames of no fixed size only.
Exit: 0 within the bounds, 1 not.
"""
import collections
import fnmatch
import os
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
NODE = re.compile(r'^node: \{ title: "([^"]+)" label: "([^"\\]+)\\n([^"\\]+?):\d+:\d+'
                  r'\\n(\d+) bytes \(([^)]*)\)')
EDGE = re.compile(r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"'
                  r'(?: label: "([^":]+):(\d+):\d+")?')
PUBLIC = re.compile(r"^AW_API\b[^;]*?\b(aw_\w+)\(", re.M)
GROUPS = {"engines": ("base", "crypto", "wire", "core", "relay"), "host": ("store", "net")}
BOUND = re.compile(r"\| `(engines|host)` \| (\d+) \|")

Function = collections.namedtuple("Function", "name path bytes kind")


def read(folder):
    """Functions by title, and what each calls."""
    functions, calls = {}, collections.defaultdict(set)
    for graph in sorted(folder.glob("*.ci")):
        for line in graph.read_text(encoding="utf-8").splitlines():
            node, edge = NODE.match(line), EDGE.match(line)
            if node:
                title, name, path, size, kind = node.groups()
                function = Function(name.split(".")[0], os.path.relpath(path, ROOT), int(size), kind)
                if title not in functions or functions[title].bytes < function.bytes:
                    functions[title] = function
            elif edge:
                source, target, path, line_no = edge.groups()
                calls[source].add((target, path and os.path.relpath(path, ROOT), line_no))
    return functions, calls


def pointer_rows():
    rows = []
    for line in (HERE / "pointers.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            path, words, targets = line.split(" | ")
            rows.append((path, words, targets.split()))
    return rows


def resolve(functions, calls, problems):
    """Title -> titles, with calls through pointers looked up."""
    rows, graph = pointer_rows(), {title: set() for title in functions}
    for source, targets in calls.items():
        for target, path, line_no in targets:
            if target in functions:
                graph.setdefault(source, set()).add(target)
            if target != "__indirect_call":
                continue
            text = (ROOT / path).read_text(encoding="utf-8").splitlines()[int(line_no) - 1]
            fitting = [row for row in rows if row[0] == path and row[1] in text]
            if len(fitting) != 1:
                problems.append(f"{path}:{line_no}: call through a pointer, "
                                f"{len(fitting)} rows of pointers.txt fit")
            for pattern in [p for row in fitting for p in row[2] if p != "outside"]:
                layer, _, name = pattern.rpartition(":")
                reached = {title for title, f in functions.items()
                           if fnmatch.fnmatch(f.name, name) and
                           f.path.startswith(f"src/{layer}")}
                if not reached:
                    problems.append(f"pointers.txt: {path}: there is no {pattern}")
                graph[source] |= reached
    return graph


def find_recursion(functions, graph):
    """Circles, each as a list of names, by walking to all depths without recursion."""
    state, circles = {}, []
    for root in graph:
        path, todo = [], [(root, None)]
        while todo:
            title, done = todo.pop()
            if done:
                state[title] = "done"
                path.pop()
                continue
            if state.get(title) == "open":
                circle = path[path.index(title):] + [title]
                circles.append(" -> ".join(functions[t].name for t in circle))
            if title in state:
                continue
            state[title] = "open"
            path.append(title)
            todo.append((title, True))
            todo += [(target, None) for target in sorted(graph.get(title, ()))]
    return circles


def deepest(graph, functions):
    """Title -> bytes of its deepest path and the next on it; for a graph without circles."""
    depth, order, seen = {}, [], set()
    for root in graph:
        todo = [(root, False)]
        while todo:
            title, done = todo.pop()
            if done:
                order.append(title)
            elif title not in seen:
                seen.add(title)
                todo.append((title, True))
                todo += [(target, False) for target in graph.get(title, ())]
    for title in order:
        below = max(graph.get(title, ()), key=lambda t: depth[t][0], default=None)
        own = functions[title].bytes + 8  # the address to return to
        depth[title] = (own + (depth[below][0] if below else 0), below)
    return depth


def report(functions, depth, readme, problems):
    headers = "\n".join(p.read_text(encoding="utf-8")
                        for p in sorted((ROOT / "src/include/allswell").glob("*.h")))
    public = set(PUBLIC.findall(headers))
    bounds = dict(BOUND.findall(readme.read_text(encoding="utf-8")))
    for group, layers in GROUPS.items():
        roots = [t for t, f in functions.items() if f.name in public and
                 f.path.startswith(tuple(f"src/{layer}/" for layer in layers))]
        top = max(roots, key=lambda t: depth[t][0])
        path, title = [], top
        while title:
            path.append(f"{functions[title].name} {functions[title].bytes}")
            title = depth[title][1]
        print(f"{group}\t{depth[top][0]}\t{bounds.get(group)}\t{len(roots)}")
        print(f"{group}: {depth[top][0]} bytes: {' > '.join(path)}", file=sys.stderr)
        if group not in bounds or depth[top][0] > int(bounds[group]):
            problems.append(f"{group}: {depth[top][0]} bytes of stack; {readme} says "
                            f"{bounds.get(group)}")


def main():
    problems = []
    functions, calls = read(pathlib.Path(sys.argv[1]))
    if len(sys.argv) > 2:  # the programs' graphs lie beside
        functions = {t: f for t, f in functions.items() if f.path.startswith("src/")}
    graph = resolve(functions, {s: c for s, c in calls.items() if s in functions}, problems)
    circles = find_recursion(functions, graph)
    problems += [f"recursion: {circle}" for circle in circles]
    problems += [f"{f.path}: {f.name}: a frame of no fixed size: {f.kind}"
                 for f in functions.values() if f.kind not in ("static", "dynamic,bounded")]
    if not functions:
        problems.append(f"no call graph in {sys.argv[1]}")
    elif not circles and len(sys.argv) > 2:
        report(functions, deepest(graph, functions), pathlib.Path(sys.argv[2]), problems)
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
