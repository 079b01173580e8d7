"""Which registers hold the same number in all lanes of a warp, and which blocks all lanes execute together.

Such a register is one number, such a block needs no masks. Source of the method: divergence analysis, as in Coutinho et
al. 2011. What is found is checked at run time: a block for all lanes that is entered by some ends the kernel.
"""

import re

from software_gpu.blocks import Block
from software_gpu.ptx import Function, Instruction

__all__ = ["Uniformity", "definitions", "registers_in", "uses"]

_REGISTER = re.compile(r"%[A-Za-z_$][\w$]*(?:\.[xyz])?")
_NAME = re.compile(r"[\w$]+")
_OF_LANES = ("%tid", "%laneid", "%lanemask")  # special registers that differ from lane to lane
_STORES = {"st", "red", "bar", "barrier", "membar", "fence", "call", "prefetch", "trap", "nanosleep", "discard"}


def registers_in(text: str) -> list[str]:
    """All registers, also special ones."""
    return _REGISTER.findall(text)


def definitions(instruction: Instruction) -> list[str]:
    """The registers that an instruction sets."""
    if instruction.parts[0] == "call":
        return []
    if instruction.parts[0] in _STORES and not _sets_register(instruction):
        return []
    return registers_in(instruction.operands[0]) if instruction.operands else []


def _sets_register(instruction: Instruction) -> bool:
    return instruction.parts[0] in ("bar", "barrier") and "red" in instruction.parts


def uses(instruction: Instruction) -> list[str]:
    """The registers that an instruction reads, its guard too."""
    skipped = 1 if definitions(instruction) else 0
    found = [name for operand in instruction.operands[skipped:] for name in registers_in(operand)]
    return found + (registers_in(instruction.guard) if instruction.guard else [])


class Uniformity:
    """divergent: registers that differ from lane to lane; parted: blocks that not all lanes execute together."""

    def __init__(self, function: Function, blocks: list[Block], only_some: bool) -> None:
        """only_some : whether the function may be called by some of the lanes."""
        self.constants = _constants(blocks)
        self.divergent: set[str] = set()
        self.parted: set[Block] = set(blocks) if only_some else set()
        self._of_lanes = {one.name for one in function.variables if one.space in ("local", "param")}
        self._is_entry = function.is_entry
        self._after = _postdominators(blocks)
        while self._spread(blocks):
            pass

    def is_divergent(self, operand: str) -> bool:
        """Whether an operand differs from lane to lane."""
        return any(name in self.divergent or name.startswith(_OF_LANES) for name in registers_in(operand)) or any(
            name in self._of_lanes for name in _NAME.findall(operand)
        )

    def constant(self, operand: str) -> int | None:
        """The value of an operand that is an integer known now."""
        operand = self.constants.get(operand, operand)
        try:
            return int(operand.rstrip("U"), 0)
        except ValueError:
            return None

    def _spread(self, blocks: list[Block]) -> bool:
        before = len(self.divergent), len(self.parted)
        for block in blocks:
            for one in block.instructions:
                is_masked = block in self.parted or (one.guard and self.is_divergent(one.guard))
                if is_masked or self._differs(one):
                    self.divergent.update(definitions(one))
            deciding = block.branch.guard or block.branch.index
            if deciding and (block in self.parted or self.is_divergent(deciding)):
                self.parted |= self._region(block)
        return before != (len(self.divergent), len(self.parted))

    def _differs(self, one: Instruction) -> bool:
        """Whether the result differs from lane to lane where all lanes execute the instruction."""
        name, operands = one.parts[0], one.operands
        if name in ("vote", "activemask"):
            return False
        if name == "shfl" and "idx" in one.parts and self.constant(operands[3]) == 31:
            return self.is_divergent(operands[2])
        if name in ("bar", "barrier"):
            return False
        if name in ("atom", "match", "shfl"):
            return True
        if name == "ld" and ("local" in one.parts or ("param" in one.parts and not self._is_entry)):
            return True
        return any(self.is_divergent(operand) for operand in operands[1:])

    def _region(self, block: Block) -> set[Block]:
        """The blocks between a branch and where all meet again."""
        meeting = self._after[block]
        while True:
            found, new = set(), list(block.branch.targets)
            while new:
                node = new.pop()
                if node is meeting or node in found or node.leaves:
                    continue
                found.add(node)
                new += node.branch.targets
            if meeting is None or all(node.number < meeting.number for node in found):
                return found
            meeting = self._after[meeting]


def _constants(blocks: list[Block]) -> dict[str, str]:
    """Registers that are set once, to a number."""
    found, set_already = {}, set()
    for block in blocks:
        for one in block.instructions:
            for name in definitions(one):
                found.pop(name, None)
                if (
                    name not in set_already
                    and one.parts[0] == "mov"
                    and not one.guard
                    and one.operands[1][:1] in "-0123456789"
                ):
                    found[name] = one.operands[1]
                set_already.add(name)
    return found


def _postdominators(blocks: list[Block]) -> dict[Block, Block | None]:
    """Where the lanes that part at the end of a block meet again, but for those that leave; None if nowhere."""
    ends = object()

    def targets_of(block):
        staying = [one for one in block.branch.targets if not one.leaves]
        return staying or [ends]

    after = {block: {block, ends} if targets_of(block) == [ends] else None for block in blocks}
    changed = True
    while changed:
        changed = False
        for block in reversed(blocks):
            known = [{ends} if one is ends else after[one] for one in targets_of(block)]
            known = [one for one in known if one is not None]
            if known:
                new = {block} | set.intersection(*known)
                if new != after[block]:
                    after[block], changed = new, True
    nearest = {}
    for block in blocks:
        all_after = (after[block] or {block}) - {block, ends}
        # The nearest is the one that all others come after.
        nearest[block] = max(all_after, key=lambda one: len(after[one] or ()), default=None)
    return nearest
