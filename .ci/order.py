"""The functions of a program that callgrind saw at work, one a line, for `cli/build.rs` to lay beside each other.

    order.py PROGRAM CALLGRIND_FILE...

What the first file has comes first, and of it what the second file has too, and so on: what one run needs is in few places, for
the first run in one. Each name is a pattern. A star stands for what differs between compilers and versions of crates; so it
stands for every instance of a generic function. One of which few instances are needed is named whole too, for the same compiler
and crates, and its pattern comes last in its place.
"""

import bisect
import collections
import os
import re
import subprocess
import sys

OBJECT = re.compile(r"(c?)ob=\((\d+)\)(?: (.*))?")
ADDRESS = re.compile(r"(0x[0-9a-f]+|\+\d+|-\d+|\*) ")
# The hash that ends a symbol, and in the newer mangling the one behind a crate's name.
HASH = re.compile(r"(?<=17h)[0-9a-f]{16}(?=E)|(?<=Cs)[0-9a-zA-Z]+(?=_)")
# What optimizing over all crates puts behind the name of a function that was its crate's own; cli/build.rs allows for it.
NUMBER = re.compile(r"\.\d+$")


def functions(program):
    """Address, size and name of each function, by address."""
    command = ["nm", "--defined-only", "--print-size", program]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    fields = (line.split(None, 3) for line in lines)
    found = [(int(f[0], 16), int(f[1], 16), f[3]) for f in fields if len(f) == 4 and f[2] in "tTwW"]
    return sorted(found)


def addresses(path, program):
    """Where the program's own code was executed; positions are relative to the line before."""
    objects, inside, last = {}, False, 0
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if found := OBJECT.match(line):
                called, number, name = found.groups()
                if name:
                    objects[number] = os.path.realpath(name.strip())
                if not called:
                    inside = objects[number] == program
            elif found := ADDRESS.match(line):
                word = found.group(1)
                if word.startswith("0x"):
                    last = int(word, 16)
                elif word != "*":
                    last += int(word)
                if inside:
                    yield last


def main():
    program, runs = os.path.realpath(sys.argv[1]), sys.argv[2:]
    known = functions(program)
    starts = [start for start, _, _ in known]
    seen_by = collections.defaultdict(set)
    for run, path in enumerate(runs):
        for address in addresses(path, program):
            at = bisect.bisect(starts, address) - 1
            if at >= 0 and address < known[at][0] + max(known[at][1], 1):
                seen_by[at].add(run)
    if len(seen_by) < 500:
        sys.exit(f"order.py: {len(seen_by)} functions only: is {program} the program that ran, and not stripped?")

    # What a pattern matches, and which of it is needed.
    instances, needed = collections.Counter(), collections.defaultdict(list)
    for at, (_, size, name) in enumerate(known):
        pattern = HASH.sub("*", NUMBER.sub("", name))
        instances[pattern] += size
        if at in seen_by:
            needed[pattern].append(at)

    lines = []
    for pattern, members in needed.items():
        useful = sum(known[at][1] for at in members)
        sparse = instances[pattern] > 2 * useful
        if sparse:
            lines += [(place(seen_by[at], runs, 0), NUMBER.sub("", known[at][2])) for at in members]
        lines.append((place(set().union(*(seen_by[at] for at in members)), runs, sparse and instances[pattern]), pattern))
    lines.sort(key=lambda line: line[0])
    print("\n".join(line for _, line in lines))


def place(seen, runs, thin):
    """Where a line belongs: what the first run needs first, and what would thin out the others last."""
    return [run not in seen for run in range(len(runs))], thin


main()
