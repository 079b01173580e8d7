"""A function of PTX as a function of C that a whole warp executes.

Registers that are the same in all lanes are variables; the others are arrays of 32, and predicates masks of 32 bits.
Instructions that follow each other become one loop over lanes, which the compiler turns into vector instructions.
"""

from functools import partial

from software_gpu.blocks import Block, is_synchronous
from software_gpu.instructions import expression, is_slow
from software_gpu.jumps import end
from software_gpu.memory import memory, vector
from software_gpu.modifiers import C_TYPES, unknown
from software_gpu.operands import Names, Operands, as_type, c_name, stride
from software_gpu.ptx import Function, Instruction, PtxError
from software_gpu.together import together
from software_gpu.uniform import definitions, uses

__all__ = ["signature", "write_function"]

_MOST_FUSED = 40  # instructions of a loop
_MEMORY = {"ld", "st", "atom", "red", "ldu"}


class _Writer(Operands):
    """Writes the blocks of a function."""

    def __init__(self, function: Function, names: Names) -> None:
        super().__init__(function, names)
        self.lines: list[str] = []

    def write_block(self, block: Block, paths: bool) -> None:
        self.block = block
        self.parted = block in self.uniform.parted
        self.add(f"B{block.number}: {{ /* line {block.line} */")
        self.local_at = len(self.lines)
        self.local: set[str] = set()
        first = block.instructions[0] if block.instructions else None
        if paths and not self.parted and self._may_meet(block):
            self.add("if (SG_UNLIKELY(active != live)) sg_stuck(w, &paths, lines);")
        if first is not None and is_synchronous(first) and self.parted:
            self._wait(first)
        self.group: list[tuple[int, Instruction]] = []
        for at, one in enumerate(block.instructions):
            self._write(at, one)
        self.flush()
        end(self, block)
        for name in sorted(self.local):
            self.lines.insert(self.local_at, f"    {C_TYPES[self.function.kind(name)]} {c_name(name)}[SG_LANES];")
        self.add("}")

    def parts_lanes(self, block: Block) -> bool:
        """Whether lanes may go different ways at the end of a block, or chosen by a table."""
        guard = block.branch.guard
        return bool(
            block.branch.index or (guard and (block in self.uniform.parted or self.uniform.is_divergent(guard)))
        )

    def _may_meet(self, block: Block) -> bool:
        """Whether lanes that had parted come together there."""
        before = [other for other in self.blocks if block in other.branch.targets]
        return any(other in self.uniform.parted or self.parts_lanes(other) for other in before)

    def add(self, text: str) -> None:
        self.lines.append("    " + text)

    def _wait(self, one: Instruction) -> None:
        """Lanes that have come to an instruction of several lanes wait until the others have."""
        number = self.block.number
        if one.parts[0] in ("bar", "barrier") and "warp" not in one.parts:
            member = "w->live"
        else:
            member = one.operands[-1]
            if self.uniform.is_divergent(member):
                array, ready = self.fresh(), self.fresh()
                self.add(f"uint32_t {array}[SG_LANES]; LANES {array}[l] = {self.read(member, 'u32')};")
                self.add(f"uint32_t {ready} = sg_complete(active, w->live, {array});")
                self.add(f"if (active & ~{ready}) sg_block_at(&paths, {number}, active & ~{ready});")
                self.add(f"active = {ready}; if (!active) goto dispatch;")
                return
            member = self.read(member, "u32")
        self.add(f"if ({member} & w->live & ~active) {{ sg_block_at(&paths, {number}, active); goto dispatch; }}")

    def _write(self, at: int, one: Instruction) -> None:
        name = one.parts[0]
        if is_synchronous(one) or name == "activemask":
            self.flush()
            together(self, one)
        elif name in _MEMORY:
            memory(self, one)
        elif name == "call":
            self.flush()
            self._call(one)
        elif name in ("membar", "fence"):
            self.flush()
            self.add("__atomic_thread_fence(__ATOMIC_SEQ_CST);")
        elif name in ("nanosleep", "prefetch", "prefetchu", "discard"):
            self.flush()
            self.add("SG_TURN();")
        elif name == "trap":
            self.flush()
            self.add(f'{self._if(one)}sg_fail(w, {one.line}, "trap");')
        else:
            self._compute(at, one)

    def _if(self, one: Instruction) -> str:
        return f"if ({self.masked(one) or 'active'}) "

    def masked(self, one: Instruction) -> str | None:
        """The lanes that execute an instruction, if they may be fewer than all."""
        if one.guard:
            return f"(active & {self.mask(one.guard)})"
        return "active" if self.parted else None

    # ------------------------------------------------------------ computing

    def is_scalar(self, one: Instruction) -> bool:
        """Whether all that an instruction sets and reads is the same in all lanes."""
        operands = [*one.operands, *([one.guard] if one.guard else [])]
        return not self.parted and not any(self.uniform.is_divergent(operand) for operand in operands)

    def _compute(self, at: int, one: Instruction) -> None:
        if self.is_scalar(one):
            # It may go before the loop if that reads nothing of what it sets.
            if any(set(definitions(one)) & set(uses(other)) for _, other in self.group):
                self.flush()
            condition = f"if ({self.read(one.guard, 'pred')}) " if one.guard else ""
            if condition:
                self.add(condition + "{")
            for statement in self._statements(one, {}):
                self.add(statement)
            if condition:
                self.add("}")
            return
        if is_slow(one):
            self.flush()
        self.group.append((at, one))
        if is_slow(one) or len(self.group) >= _MOST_FUSED:
            self.flush()

    def _statements(self, one: Instruction, known: dict[str, str]) -> list[str]:
        """A scalar instruction."""
        target = one.operands[0]
        read = partial(self.read, known=known)
        if target.startswith("{"):
            return [self.assign(part, *found) for part, found in self._unpacked(one, read)]
        first, *second = target.split("|")
        text, kind = expression(one, read)
        statements = [self.assign(first, text, kind)]
        return statements + [self.assign(part, f"!({text})", kind) for part in second]

    def _unpacked(self, one, read):
        """mov.b64 {low, high}, number"""
        kind, parts = one.parts[-1], vector(one.operands[0])
        if one.parts[0] != "mov":
            raise unknown(one)
        bits = int(kind[1:]) // len(parts)
        number = read(one.operands[1], kind)
        return [
            (part, (f"(uint{bits}_t)({number} >> {bits * at})", f"b{bits}"))
            for at, part in enumerate(parts)
            if part != "_"
        ]

    def flush(self) -> None:
        """Write the loop of the instructions that have come together."""
        if not self.group:
            return
        group, self.group = self.group, []
        known: dict[str, str] = {}
        body = []
        last_at = group[-1][0]
        needed = self.live.after[self.block][last_at]
        read = partial(self.read, known=known)
        for _, one in group:
            guard = f"{read(one.guard, 'pred')}" if one.guard else None
            results = []
            for register, (text, kind) in self._results(one, read):
                declared = self.function.kind(register)
                text = as_type(text, kind, declared)
                if guard:
                    text = f"{guard} ? {text} : {read(register, declared)}"
                name = self.fresh()
                body.append(f"{C_TYPES[declared]} {name} = {text};")
                results.append((register, name))
            known.update(results)
        ending = []
        for register, name in known.items():
            if register not in needed:
                continue
            declared = self.function.kind(register)
            mask = "active" if self.parted and register in self.live.crossing else None
            if declared == "pred":
                bits = self.fresh()
                self.add(f"int32_t {bits}[SG_LANES];")
                body.append(f"{bits}[l] = -{name};")
                ending.append(self.assign_mask(register, f"sg_bits({bits})", "active" if self.parted else None))
            else:
                if register not in self.live.crossing:
                    self.local.add(register)
                body.append(self.assign(register, name, declared, mask))
        self.add("LANES { " + "\n        ".join(body) + " }")
        for statement in ending:
            self.add(statement)

    def _results(self, one: Instruction, read):
        """(register, (C, type)) of what an instruction sets."""
        target = one.operands[0]
        if target.startswith("{"):
            return self._unpacked(one, read)
        first, *second = (part.strip() for part in target.split("|"))
        text, kind = expression(one, read)
        return [(first, (text, kind)), *((part, (f"!({text})", kind)) for part in second if part != "_")]

    def keep(self, register: str) -> None:
        """Declare an array of the block, if the register is needed nowhere else."""
        if register == "_" or not self.is_vector(register) or register in self.live.crossing:
            return
        if self.function.kind(register) != "pred":
            self.local.add(register)

    def _call(self, one: Instruction) -> None:
        operands = list(one.operands)
        results = vector(operands.pop(0).strip("()")) if operands[0].startswith("(") else []
        name = operands.pop(0)
        given = vector(operands.pop(0).strip("()")) if operands else []
        if name not in self.names.functions or operands:
            raise PtxError(f"line {one.line}: a call of what the module does not have: {name}")
        arguments = "".join(f", m_{c_name(part)}" for part in (*results, *given) if part)
        self.add(f"{self.names.functions[name]}(w, active{arguments});")


def signature(function: Function, name: str) -> str:
    """The head of the C function."""
    if function.is_entry:
        return f"static void {name}(struct sg_warp *w)"
    arrays = "".join(f", uint8_t *m_{c_name(one.name)}" for one in (*function.results, *function.parameters))
    return f"static void {name}(struct sg_warp *w, uint32_t entered{arrays})"


def write_function(function: Function, name: str, names: Names) -> str:
    """The C of a function."""
    writer = _Writer(function, names)
    blocks, kind_of = writer.blocks, function.kind
    paths = bool(writer.uniform.parted) or any(map(writer.parts_lanes, blocks))
    for block in blocks:
        writer.write_block(block, paths)
    declared = []
    for register in sorted(writer.used):
        if writer.is_vector(register):
            if kind_of(register) == "pred":
                declared.append(f"uint32_t {c_name(register)} = 0;")
        else:
            declared.append(f"{C_TYPES[kind_of(register)]} {c_name(register)} = 0;")
    slots = sorted({(kind_of(register), slot) for register, slot in writer.slots.items()})
    declared += [f"{C_TYPES[kind]} v_{kind}_{slot}[SG_LANES];" for kind, slot in slots]
    for one in function.variables:
        if one.space in ("local", "param"):
            declared.append(f"uint8_t m_{c_name(one.name)}[{stride(one)} * SG_LANES] __attribute__((aligned(64)));")
    live = "w->live" if function.is_entry else "entered"
    words = len(blocks) // 64 + 1
    text = [signature(function, name) + " {", f"    uint32_t live = {live}, active = live;"]
    text += ["    " + one for one in declared]
    text += ["    (void)live; (void)active;"]
    if paths:
        lines = ", ".join(str(block.line) for block in blocks)
        labels = ", ".join(f"&&B{block.number}" for block in blocks)
        text += [
            f"    uint32_t at[{len(blocks)}] = {{0}};",
            f"    uint64_t pending[{words}] = {{0}}, blocked[{words}] = {{0}};",
            f"    struct sg_paths paths = {{SG_NOWHERE, {words}, at, pending, blocked}};",
            f"    static const unsigned lines[{words * 64}] = {{{lines}}};",
            f"    static void *const labels[] = {{{labels}}};",
        ]
    text += writer.lines
    entry = "w->live = live;" if function.is_entry else ""
    if paths:
        text += [
            "leave:",
            f"    live &= ~active; {entry} active = 0;",
            "    if (!live) return;",
            "    sg_unblock(&paths);",
            "dispatch:",
            "    if (!live) return;",
            "    if (paths.lowest == SG_NOWHERE) sg_stuck(w, &paths, lines);",
            "    { void *next = labels[paths.lowest]; active = sg_take(&paths); goto *next; }",
        ]
    else:
        text += ["leave:", f"    live = 0; {entry}", "    return;"]
    return "\n".join([*text, "}", ""])
