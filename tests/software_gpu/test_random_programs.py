"""Random programs without structure: blocks that jump anywhere. Lanes part and meet at all kinds of places.

What each lane computes is compared with a lane that runs alone, in Python.
"""

import operator

import numpy as np
import pytest

from software_gpu.hand_written import Entry, library, needs_gcc

pytestmark = needs_gcc

REGISTERS = range(10, 18)  # some begin as the same number in all lanes
FUEL = 60  # blocks until a lane ends
OPERATIONS = {"add.u32": operator.add, "sub.u32": operator.sub, "mul.lo.u32": operator.mul, "xor.b32": operator.xor}
COMPARED = {"lt": operator.lt, "eq": operator.eq, "ge": operator.ge}


class Program:
    """Blocks of instructions (operation, target, a, b) or (select, target, a, b, c), and where each leads."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        self.is_fueled = random.random() < 0.7  # otherwise all jumps go on, and all lanes can meet again
        count = int(random.integers(3, 12))
        self.blocks = []
        for number in range(count):
            lines = [self._line(random) for _ in range(random.integers(1, 5))]
            low = 0 if self.is_fueled else number + 1
            targets = [int(random.integers(low, count + 1)) for _ in range(2)]
            test = str(random.choice(list(COMPARED))), int(random.choice(REGISTERS)), int(random.integers(0, 40))
            self.blocks.append((lines, test, targets))

    @staticmethod
    def _line(random):
        name = str(random.choice([*OPERATIONS, "set"]))
        return name, *(int(random.choice(REGISTERS)) for _ in range(2)), int(random.integers(1, 40))

    def text(self) -> str:
        lines = ["mov.u32 %r1, %laneid; mov.u32 %r2, 0;"]
        lines += [f"mov.u32 %r{r}, {r};" if r < 14 else f"mul.lo.u32 %r{r}, %r1, {r};" for r in REGISTERS]
        for number, (operations, (test, register, constant), targets) in enumerate(self.blocks):
            lines.append(f"L{number}:")
            if self.is_fueled:
                lines.append(f"add.u32 %r2, %r2, 1; setp.gt.u32 %p9, %r2, {FUEL}; @%p9 bra L{len(self.blocks)};")
            for name, target, a, constant_b in operations:
                if name == "set":
                    lines.append(f"setp.lt.u32 %p1, %r{a}, {constant_b}; @%p1 mov.u32 %r{target}, %r{a};")
                else:
                    lines.append(f"{name} %r{target}, %r{a}, {constant_b}; and.b32 %r{target}, %r{target}, 63;")
            lines.append(f"setp.{test}.u32 %p2, %r{register}, {constant}; @%p2 bra L{targets[0]}; bra L{targets[1]};")
        lines.append(f"L{len(self.blocks)}: mov.u32 $out, %r2;")
        return "\n".join(lines + [f"mad.lo.u32 $out, $out, 31, %r{r};" for r in REGISTERS])

    def of_lane(self, lane: int) -> int:
        values = {r: r if r < 14 else lane * r for r in REGISTERS}
        at = fuel = 0
        while at < len(self.blocks):
            fuel += self.is_fueled
            if fuel > FUEL:
                break
            operations, (test, register, constant), targets = self.blocks[at]
            for name, target, a, b in operations:
                if name != "set":
                    values[target] = OPERATIONS[name](values[a], b) & 63
                elif values[a] < b:
                    values[target] = values[a]
            at = targets[not COMPARED[test](values[register], constant)]
        found = fuel
        for r in REGISTERS:
            found = (found * 31 + values[r]) % 2**32
        return found


def test_each_lane_computes_what_it_would_alone(tmp_path):
    programs = [Program(seed) for seed in range(SEEDS)]
    entries = [Entry(program.text(), "", "u32") for program in programs]
    made = library(tmp_path, entries)
    for number, (program, entry) in enumerate(zip(programs, entries, strict=True)):
        wanted = [program.of_lane(lane) for lane in range(32)]
        np.testing.assert_array_equal(entry.run(made, number, block=32), wanted, err_msg=f"program {number}")


SEEDS = 60


@pytest.mark.parametrize("lanes", [1, 7])
def test_warps_with_few_lanes(tmp_path, lanes):
    program = Program(3)
    entry = Entry(program.text(), "", "u32")
    found = entry.run(library(tmp_path, [entry]), 0, block=lanes)
    np.testing.assert_array_equal(found, [program.of_lane(lane) for lane in range(lanes)])
