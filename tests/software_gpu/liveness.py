"""Which registers are needed after each instruction, and which of them can share an array."""

from software_gpu.blocks import Block
from software_gpu.ptx import Function
from software_gpu.uniform import definitions, registers_in, uses

__all__ = ["Liveness", "share_slots"]


class Liveness:
    """entering[block]: registers needed when it begins; after[block][i]: after instruction i."""

    def __init__(self, blocks: list[Block]) -> None:
        self.entering: dict[Block, set[str]] = {block: set() for block in blocks}
        self.after: dict[Block, list[set[str]]] = {}
        changed = True
        while changed:
            changed = False
            for block in reversed(blocks):
                live = self._walk(block)
                if live != self.entering[block]:
                    self.entering[block], changed = live, True
        self.crossing = set().union(*self.entering.values())

    def _walk(self, block: Block) -> set[str]:
        live = set().union(*(self.entering[target] for target in block.branch.targets))
        for deciding in (block.branch.guard, block.branch.index):
            live |= set(registers_in(deciding)) if deciding else set()
        after = [set()] * len(block.instructions)
        for at in range(len(block.instructions) - 1, -1, -1):
            one = block.instructions[at]
            after[at] = live
            live = live - set(definitions(one)) if not one.guard else live | set(definitions(one))
            live = live | set(uses(one))
        self.after[block] = after
        return live


def share_slots(function: Function, blocks: list[Block], live: Liveness, names: set[str]) -> dict[str, int]:
    """A number for each register: two of the same type and number are never needed at the same time."""
    against: dict[str, set[str]] = {name: set() for name in names}
    for block in blocks:
        for one, after in zip(block.instructions, live.after[block], strict=True):
            defined = names.intersection(definitions(one))
            for name in defined:
                others = (names & after) | defined
                against[name] |= others
                for other in others:
                    against[other].add(name)
    slots: dict[str, int] = {}
    for name in sorted(names, key=lambda name: (-len(against[name]), name)):
        kind = function.kind(name)
        taken = {slots[other] for other in against[name] if other in slots and function.kind(other) == kind}
        slots[name] = next(slot for slot in range(len(names)) if slot not in taken or len(names) == 1)
    return slots
