"""The functions of a program that callgrind saw at work, one a line, for a linker's order.

    order.py PROGRAM CALLGRIND_FILE...

Those of an earlier file stand before those of a later one, and otherwise as they stood in the program.
"""

import bisect
import os
import re
import subprocess
import sys

OBJECT = re.compile(r"(c?)ob=\((\d+)\)(?: (.*))?")
ADDRESS = re.compile(r"(0x[0-9a-f]+|\+\d+|-\d+|\*) ")


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
    program = os.path.realpath(sys.argv[1])
    known = functions(program)
    starts = [start for start, _, _ in known]
    order = {}
    for path in sys.argv[2:]:
        seen = set()
        for address in addresses(path, program):
            at = bisect.bisect(starts, address) - 1
            if at >= 0 and address < known[at][0] + max(known[at][1], 1):
                seen.add(at)
        order.update(dict.fromkeys(known[at][2] for at in sorted(seen)))
    if len(order) < 500:
        sys.exit(f"order.py: {len(order)} functions only: is {program} the program that ran, and not stripped?")
    print("\n".join(order))


main()
