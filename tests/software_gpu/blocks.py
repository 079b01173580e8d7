"""A function of PTX as basic blocks, in the order in which a warp whose lanes have parted executes them.

Lanes that wait at different blocks: those at the first block in order go on. Every loop is one run of the order, and
what follows a branch comes after all that the branch leads to, so that lanes meet again as early as they can.
"""

from dataclasses import dataclass, field, replace
from itertools import pairwise

from software_gpu.ptx import Function, Instruction, PtxError

__all__ = ["Block", "Branch", "blocks_of", "is_synchronous"]

_LEAVES = {"ret", "exit"}
_SYNCHRONOUS = {"shfl", "vote", "bar", "barrier", "match", "redux", "activemask"}


@dataclass
class Branch:
    """How a block ends: with a target if all go there, with two if a predicate decides, with more for a table."""

    targets: list["Block"]  # none: the lanes leave the function
    guard: str | None = None  # the predicate that leads to the first target
    index: str | None = None  # the register that chooses one of a table
    line: int = 0


@dataclass(eq=False)
class Block:
    """Instructions without a jump, then a branch."""

    line: int
    instructions: list[Instruction] = field(default_factory=list)
    branch: Branch | None = None
    number: int = -1  # in order

    @property
    def leaves(self) -> bool:
        """Whether the block does nothing but end the lanes that reach it."""
        return not self.instructions and not self.branch.targets


def is_synchronous(instruction: Instruction) -> bool:
    """Whether lanes wait for each other there."""
    return instruction.parts[0] in _SYNCHRONOUS and instruction.parts[0] != "activemask"


def blocks_of(function: Function) -> list[Block]:
    """The blocks in order; the first is where the function begins."""
    blocks = _Cutter(function).cut()
    reached = _reached(blocks[0])
    ordered = _ordered([block for block in blocks if block in reached], blocks[0])
    for number, block in enumerate(ordered):
        block.number = number
    return ordered


def _flipped(guard: str) -> str:
    return guard[1:] if guard.startswith("!") else "!" + guard


class _Cutter:
    """Cuts the body of a function, in the order of the text. What lanes do together begins a block: there they wait."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.blocks = [Block(0)]
        self.ends: list[Block] = []  # of lanes that leave under a guard
        self.labels: dict[str, Block] = {}
        self.jumps: list[tuple[Block, Instruction, list[str]]] = []

    def cut(self) -> list[Block]:
        for one in self.function.body:
            if isinstance(one, str):
                self.labels[one] = self._begin(self.blocks[-1].line)
            else:
                self._take(one)
        last = self._begin(self.blocks[-1].line)
        last.branch = Branch([])
        for block, jump, names in self.jumps:
            block.branch = self._jump(jump, names)
        for block, following in pairwise(self.blocks):
            if block.branch is None:
                block.branch = Branch([following], line=block.line)
            elif block.branch.guard and len(block.branch.targets) == 1:
                block.branch.targets.append(following)
        return self.blocks + self.ends

    def _begin(self, line: int) -> Block:
        self.blocks.append(Block(line))
        return self.blocks[-1]

    def _take(self, one: Instruction) -> None:
        name, block = one.parts[0], self.blocks[-1]
        block.line = block.line if block.instructions else one.line
        if name == "bra":
            self.jumps.append((block, one, [one.operands[0]]))
            self._begin(one.line)
        elif name == "brx":
            self.jumps.append((block, one, self.function.tables[one.operands[1]]))
            self._begin(one.line)
        elif name in _LEAVES:
            block.branch = Branch([], line=one.line)
            if one.guard:
                self.ends.append(Block(one.line, branch=block.branch))
                block.branch = Branch([self.ends[-1]], one.guard, line=one.line)
            self._begin(one.line)
        elif is_synchronous(one) or name == "call":
            self._together(one)
        else:
            block.instructions.append(one)

    def _together(self, one: Instruction) -> None:
        """A block for it; lanes whose guard is false jump over that."""
        before, inside = self.blocks[-1], self._begin(one.line)
        inside.instructions.append(replace(one, guard=None))
        if one.guard:
            after = self._begin(one.line)
            before.branch = Branch([inside, after], one.guard, line=one.line)

    def _jump(self, jump: Instruction, names: list[str]) -> Branch:
        missing = [name for name in names if name not in self.labels]
        if missing:
            raise PtxError(f"line {jump.line}: a label that is not there: {missing[0]}")
        index = jump.operands[0] if jump.parts[0] == "brx" else None
        if index and jump.guard:
            raise PtxError(f"line {jump.line}: a table of jumps with a guard")
        return Branch([self.labels[name] for name in names], jump.guard, index, jump.line)


def _reached(first: Block) -> set[Block]:
    found, new = {first}, [first]
    while new:
        for target in new.pop().branch.targets:
            if target not in found:
                found.add(target)
                new.append(target)
    return found


def _components(nodes: list[Block], targets_of) -> list[list[Block]]:
    """Strongly connected components, those that lead to others first (Kosaraju, without recursion)."""
    finished = _depth_first(nodes, targets_of, set())
    sources: dict[Block, list[Block]] = {node: [] for node in nodes}
    for node in nodes:
        for target in targets_of(node):
            sources[target].append(node)
    seen: set[Block] = set()
    found = [_depth_first([node], sources.__getitem__, seen) for node in reversed(finished)]
    return [component for component in found if component]


def _depth_first(roots: list[Block], targets_of, seen: set[Block]) -> list[Block]:
    """What can be reached and has not been seen, each after all that it leads to."""
    finished = []
    for root in roots:
        work = [] if root in seen else [(root, iter(targets_of(root)))]
        seen.add(root)
        while work:
            node, targets = work[-1]
            target = next((one for one in targets if one not in seen), None)
            if target is None:
                finished.append(node)
                work.pop()
            else:
                seen.add(target)
                work.append((target, iter(targets_of(target))))
    return finished


def _ordered(nodes: list[Block], first: Block, removed: frozenset = frozenset()) -> list[Block]:
    """Topological, with every loop as one run: its head first, then, without the edges back to the head, the rest.

    removed : heads of the loops around, which edges no longer lead to
    """
    inside = set(nodes)
    place = {node: at for at, node in enumerate(nodes)}

    def targets_of(node):
        # Last in the text first: the order is reversed, and what comes first in the text comes first.
        found = [one for one in node.branch.targets if one in inside and one not in removed]
        return sorted(found, key=lambda one: -place[one])

    ordered = []
    for component in _components([first, *nodes], targets_of):
        head = component[0]
        if len(component) == 1 and head not in targets_of(head):
            ordered.append(head)
            continue
        members = set(component)
        entered = [target for node in nodes if node not in members for target in targets_of(node) if target in members]
        head = first if first in members else min(entered or component, key=lambda one: place[one])
        component = sorted(members, key=lambda one: place[one])
        component += _join_back_edges(component, head)
        ordered += _ordered(component, head, removed | {head})
    return ordered


def _join_back_edges(component: list[Block], head: Block) -> list[Block]:
    """One block at the end of the loop through which all go back, so that lanes meet there."""
    back = [node for node in component if head in node.branch.targets]
    if len(back) == 1 and len(back[0].branch.targets) == 1:
        return []
    latch = Block(back[-1].branch.line, branch=Branch([head], line=back[-1].branch.line))
    for node in back:
        node.branch.targets = [latch if target is head else target for target in node.branch.targets]
    return [latch]
