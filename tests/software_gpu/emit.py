"""A function of PTX as a function of C that a whole warp executes.

Registers that are the same in all lanes are variables; the others are arrays of 32, and predicates masks of 32 bits.
Instructions that follow each other become one loop over lanes, which the compiler turns into vector instructions.
"""

import re
from functools import partial

from software_gpu.blocks import Block, blocks_of, is_synchronous
from software_gpu.instructions import C_TYPES, expression, is_slow, unknown
from software_gpu.liveness import Liveness, share_slots
from software_gpu.memory import access, address, atomic, atomic_result, vector
from software_gpu.ptx import Function, Instruction, PtxError, Variable, size_of
from software_gpu.together import together
from software_gpu.uniform import Uniformity, definitions, uses

__all__ = ["Names", "write_function"]

_MOST_FUSED = 40  # instructions of a loop
_MEMORY = {"ld", "st", "atom", "red", "ldu"}
_SPECIAL = {
    "%ntid": "w->ntid[{axis}]",
    "%tid": "w->tid[{axis}][l]",
    "%ctaid": "w->ctaid[{axis}]",
    "%nctaid": "w->nctaid[{axis}]",
    "%laneid": "(uint32_t)l",
    "%warpid": "w->number",
    "%lanemask_eq": "(1u << l)",
    "%lanemask_lt": "((1u << l) - 1)",
    "%lanemask_le": "((2u << l) - 1)",
    "%lanemask_gt": "~((2u << l) - 1)",
    "%lanemask_ge": "~((1u << l) - 1)",
    "%clock": "(uint32_t)sg_clock()",
    "%clock64": "sg_clock()",
    "%globaltimer": "sg_clock()",
    "%dynamic_smem_size": "w->dynamic_bytes",
    "%total_smem_size": "w->shared_bytes",
    "%smid": "0",
    "%nsmid": "1",
    "WARP_SZ": "32",
}


class Names:
    """What a function refers to outside: C names of variables and functions of the module."""

    def __init__(self) -> None:
        self.addresses: dict[str, str] = {}  # of global variables, and of shared ones in their block
        self.parameters: dict[str, int] = {}  # of the kernel: offsets
        self.functions: dict[str, str] = {}


def _stride(variable: Variable) -> int:
    """Bytes between what two lanes have of a variable."""
    return max(-(-variable.size // 16) * 16, 16)


def _c_name(register: str) -> str:
    return "r_" + re.sub(r"\W", "_", register.lstrip("%"))


class _Writer:
    def __init__(self, function: Function, names: Names) -> None:
        self.function, self.names = function, names
        self.blocks = blocks_of(function)
        self.uniform = Uniformity(function, self.blocks, only_some=not function.is_entry)
        self.live = Liveness(self.blocks)
        self.lines: list[str] = []
        self.own = {one.name: one for one in (*function.variables, *function.parameters, *function.results)}
        self.own = {
            name: one for name, one in self.own.items() if one.space != "shared" and name not in names.parameters
        }
        arrays = {name for name in self.uniform.divergent if function.kind(name) != "pred"}
        self.slots = share_slots(function, self.blocks, self.live, arrays & self.live.crossing)
        self.used: set[str] = set()  # registers that need a variable of the function
        self.scratch = 0

    # ------------------------------------------------------------ operands

    def is_vector(self, register: str) -> bool:
        return register in self.uniform.divergent

    def array(self, register: str) -> str:
        """The C name of a register."""
        if register in self.slots:
            return f"v_{self.function.kind(register)}_{self.slots[register]}"
        return _c_name(register)

    def read(self, operand: str, kind: str, known: dict[str, str] | None = None) -> str:
        """An operand as C of a type; that of lane l if it differs. known : registers in variables of the loop."""
        operand = operand.strip()
        if operand.startswith("!"):
            return f"!{self.read(operand[1:], kind, known)}"
        base, dot, axis = operand.partition(".")
        if base in _SPECIAL and (base != "%tid" or dot):
            text = _SPECIAL[base].format(axis="xyz".index(axis) if dot else "")
            return f"({C_TYPES[kind]})({text})"
        if operand.startswith("%"):
            declared = self.function.kind(operand)
            if known and operand in known:
                text = known[operand]
            elif not self.is_vector(operand):
                self.used.add(operand)
                text = _c_name(operand)
            elif declared == "pred":
                self.used.add(operand)
                text = f"({_c_name(operand)} >> l & 1)"
            else:
                text = f"{self.array(operand)}[l]"
            return _as(text, declared, kind)
        return self._constant(operand, kind)

    def _constant(self, operand: str, kind: str) -> str:
        if re.fullmatch(r"0[fF][0-9a-fA-F]{8}", operand):
            return f"sg_f32(0x{operand[2:]}u)" if kind == "f32" else f"0x{operand[2:]}u"
        if re.fullmatch(r"0[dD][0-9a-fA-F]{16}", operand):
            return f"sg_f64(0x{operand[2:]}ull)" if kind == "f64" else f"0x{operand[2:]}ull"
        if re.fullmatch(r"-?(0[xX][0-9a-fA-F]+|\d+)U?", operand):
            number = int(operand.rstrip("U"), 0)
            if kind == "pred":
                return str(int(number != 0))
            if kind in ("f32", "f64"):
                return f"{float(number)!r}{'f' if kind == 'f32' else ''}"
            return f"(({C_TYPES[kind]})0x{number % 2**64:x}ull)"
        if re.fullmatch(r"-?\d+\.\d*(e[+-]?\d+)?", operand):
            return operand + ("f" if kind == "f32" else "")
        return f"({C_TYPES[kind]})({self._address_of(operand)})"

    def _address_of(self, operand: str) -> str:
        """The address of a variable, as uint64_t."""
        name, _, offset = operand.partition("+")
        if name in self.own:
            text = f"(uint64_t)(m_{_c_name(name)} + {_stride(self.own[name])} * l)"
        elif name in self.names.parameters:
            text = f"(uint64_t)(w->params + {self.names.parameters[name]})"
        elif name in self.names.addresses:
            text = self.names.addresses[name]
        else:
            raise PtxError(f"{self.function.name}: a name that is not known: {operand}")
        return f"({text} + {int(offset, 0)})" if offset else text

    def address(self, operand: str) -> str:
        """[base+offset] as uint64_t."""
        base, offset = address(operand)
        if base.startswith("%") and size_of(self.function.kind(base)) != 8:
            raise PtxError(f"{self.function.name}: an address of 32 bits: {operand}")
        text = self.read(base, "u64")
        return f"({text} + (uint64_t){offset}ll)" if offset else text

    def mask(self, operand: str) -> str:
        """A predicate as mask of lanes."""
        if operand.startswith("!"):
            return f"~{self.mask(operand[1:])}"
        if not operand.startswith("%"):
            return "0xFFFFFFFFu" if self.read(operand, "pred") != "0" else "0u"
        self.used.add(operand)
        name = _c_name(operand)
        return name if self.is_vector(operand) else f"(0u - (uint32_t){name})"

    def assign(self, register: str, text: str, kind: str, mask: str | None = None) -> str:
        """A statement that sets a register, of lane l if it differs; only in the lanes of a mask."""
        if register == "_":
            return f"(void)({text});"
        declared = self.function.kind(register)
        text = _as(text, kind, declared)
        if not self.is_vector(register):
            self.used.add(register)
            return f"{_c_name(register)} = {text};"
        target = f"{self.array(register)}[l]"
        return f"{target} = {mask} >> l & 1 ? {text} : {target};" if mask else f"{target} = {text};"

    def assign_mask(self, register: str, text: str, mask: str | None) -> str:
        """A statement that sets a predicate from bits of lanes."""
        self.used.add(register)
        name = _c_name(register)
        return f"{name} = ({name} & ~{mask}) | ({text} & {mask});" if mask else f"{name} = {text};"

    def fresh(self) -> str:
        """A name for a temporary."""
        self.scratch += 1
        return f"x{self.scratch}"

    # ------------------------------------------------------------ blocks

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
        self._end(block)
        for name in sorted(self.local):
            self.lines.insert(self.local_at, f"    {C_TYPES[self.function.kind(name)]} {_c_name(name)}[SG_LANES];")
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
            self._memory(one)
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

    def _is_scalar(self, one: Instruction) -> bool:
        """Whether all that an instruction sets and reads is the same in all lanes."""
        operands = [*one.operands, *([one.guard] if one.guard else [])]
        return not self.parted and not any(self.uniform.is_divergent(operand) for operand in operands)

    def _compute(self, at: int, one: Instruction) -> None:
        if self._is_scalar(one):
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
                text = _as(text, kind, declared)
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

    # ------------------------------------------------------------ memory

    def keep(self, register: str) -> None:
        """Declare an array of the block, if the register is needed nowhere else."""
        if register == "_" or not self.is_vector(register) or register in self.live.crossing:
            return
        if self.function.kind(register) != "pred":
            self.local.add(register)

    def _memory(self, one: Instruction) -> None:
        if one.parts[0] in ("atom", "red"):
            self.flush()
            self._atomic(one)
        elif one.parts[0] in ("ld", "ldu"):
            self._load(one)
        else:
            self._store(one)

    def _load(self, one: Instruction) -> None:
        space, kind, width, is_volatile = access(one)
        c_type = ("volatile " if is_volatile else "") + C_TYPES[kind]
        targets = vector(one.operands[0])
        one_for_all = not self.parted and not one.guard and not self.uniform.is_divergent(one.operands[1])
        size, is_shared = size_of(kind) * width, int(space == "shared")
        if one_for_all:
            if any(set(definitions(one)) & set(uses(other)) for _, other in self.group) or any(
                self.is_vector(target) for target in targets
            ):
                self.flush()
            a = self.fresh()
            self.add(f"const uint64_t {a} = {self.address(one.operands[1])};")
            if space != "param":
                self.add(f"SG_EXAMINE({one.line}, 0, {a}, {size}, {is_shared});")
            for at, target in enumerate(targets):
                self.keep(target)
                loop = "LANES " if self.is_vector(target) else ""
                self.add(loop + self.assign(target, f"(({c_type} *){a})[{at}]", kind))
            return
        self.flush()
        for target in targets:
            self.keep(target)
        self.add(f"EACH_LANE({self.masked(one) or 'active'}) {{ const uint64_t a = {self.address(one.operands[1])};")
        self.add(f"SG_EXAMINE({one.line}, l, a, {size}, {is_shared});")
        for at, target in enumerate(targets):
            if target != "_":
                self.add(self.assign(target, f"(({c_type} *)a)[{at}]", kind))
        self.add("}")

    def _store(self, one: Instruction) -> None:
        self.flush()
        space, kind, width, is_volatile = access(one)
        c_type = ("volatile " if is_volatile else "") + C_TYPES[kind]
        size, is_shared = size_of(kind) * width, int(space == "shared")
        loop = f"EACH_LANE({self.masked(one) or 'active'})"
        lane = "l"
        if self._is_scalar(one) and not one.guard:
            loop, lane = "", "0"
        self.add(f"{loop} {{ const uint64_t a = {self.address(one.operands[0])};")
        self.add(f"SG_EXAMINE({one.line}, {lane}, a, {size}, {is_shared});")
        for at, source in enumerate(vector(one.operands[1])):
            self.add(f"(({c_type} *)a)[{at}] = {self.read(source, kind)};")
        self.add("}")

    def _atomic(self, one: Instruction) -> None:
        space, operation, kind, width = atomic(one)
        has_result = one.parts[0] == "atom"
        targets = vector(one.operands[0]) if has_result else []
        where, *values = one.operands[1:] if has_result else one.operands
        size = size_of(kind) * width
        bits = kind if operation not in ("exch", "cas") else f"b{8 * size_of(kind)}"
        for target in targets:
            self.keep(target)
        self.add("SG_TURN();")
        self.add(f"EACH_LANE({self.masked(one) or 'active'}) {{ const uint64_t whole = {self.address(where)};")
        self.add(f"SG_EXAMINE({one.line}, l, whole, {size}, {int(space == 'shared')});")
        if width > 1:
            parts = vector(values[0])
            if width == 4 and not has_result:
                numbers = ", ".join(self.read(part, "f32") for part in parts)
                self.add(f"sg_add_v4(whole, {numbers});")
            else:
                for at, part in enumerate(parts):
                    text = f"sg_add_f32(whole + {4 * at}, {self.read(part, kind)})"
                    self.add(self.assign(targets[at], text, "b32") if has_result else f"{text};")
        else:
            self.add("const uint64_t a = whole;")
            text, result = atomic_result(operation, kind, [self.read(value, bits) for value in values])
            self.add(self.assign(targets[0], text, result) if has_result else f"(void){text};")
        self.add("}")

    # ------------------------------------------------------------ where to go

    def _call(self, one: Instruction) -> None:
        operands = list(one.operands)
        results = vector(operands.pop(0).strip("()")) if operands[0].startswith("(") else []
        name = operands.pop(0)
        given = vector(operands.pop(0).strip("()")) if operands else []
        if name not in self.names.functions or operands:
            raise PtxError(f"line {one.line}: a call of what the module does not have: {name}")
        arguments = "".join(f", m_{_c_name(part)}" for part in (*results, *given) if part)
        self.add(f"{self.names.functions[name]}(w, active{arguments});")

    def _go(self, target: Block, source: Block) -> str:
        """Statements that lead `active` to a block."""
        turn = "SG_TURN(); " if target.number <= source.number else ""
        if source not in self.uniform.parted:
            return f"{turn}goto B{target.number};" if not target.leaves else "goto leave;"
        if target.leaves:
            return "goto leave;"
        number = target.number
        return f"{turn}if (paths.lowest > {number}) goto B{number}; sg_put(&paths, {number}, active); goto dispatch;"

    def _end(self, block: Block) -> None:
        branch = block.branch
        if not branch.targets:
            self.add("goto leave;")
        elif len(branch.targets) == 1:
            self.add(self._go(branch.targets[0], block))
        elif branch.index:
            self._table(block)
        elif not self.parted and not self.uniform.is_divergent(branch.guard):
            first, second = branch.targets
            self.add(f"if ({self.read(branch.guard, 'pred')}) {{ {self._go(first, block)} }}")
            self.add(self._go(second, block))
        else:
            self._part(block)

    def _part(self, block: Block) -> None:
        first, second = block.branch.targets
        self.add(f"const uint32_t taken = active & {self.mask(block.branch.guard)}, others = active & ~taken;")
        for target, lanes, rest in ((first, "taken", "others"), (second, "others", "taken")):
            other = second if target is first else first
            if target.leaves and not other.leaves:
                self.add(f"live &= ~{lanes}; {'w->live = live; ' if self.function.is_entry else ''}")
                self.add(f"if ({lanes}) sg_unblock(&paths);")
                self.add(f"active = {rest}; if (!active) goto dispatch;")
                self.add(self._go_parted(other, block))
                return
        self.add(f"if (!others) {{ {self._go_parted(first, block)} }}")
        self.add(f"if (!taken) {{ {self._go_parted(second, block)} }}")
        turn = "SG_TURN(); " if min(first.number, second.number) <= block.number else ""
        self.add(
            f"{turn}sg_put(&paths, {first.number}, taken); sg_put(&paths, {second.number}, others); goto dispatch;"
        )

    def _go_parted(self, target: Block, source: Block) -> str:
        if target.leaves:
            return "goto leave;"
        turn = "SG_TURN(); " if target.number <= source.number else ""
        number = target.number
        return f"{turn}if (paths.lowest > {number}) goto B{number}; sg_put(&paths, {number}, active); goto dispatch;"

    def _table(self, block: Block) -> None:
        branch, at = block.branch, self.fresh()
        targets = ", ".join(str(target.number) for target in branch.targets)
        self.add(f"static const unsigned {at}[] = {{{targets}}};")
        self.add(f"EACH_LANE(active) sg_put(&paths, {at}[{self.read(branch.index, 'u32')}], 1u << l);")
        self.add("goto dispatch;")


def _as(text: str, kind: str, wanted: str) -> str:
    """C of one type as C of another: bits stay, integers are widened or cut."""
    if kind == wanted:
        return text
    for number in ("f32", "f64"):
        if kind == number and wanted[0] != "f" and wanted != "pred":
            text, kind = f"sg_u{number[1:]}({text})", f"b{number[1:]}"
        elif wanted == number and kind[0] != "f":
            return f"sg_f{number[1:]}({_as(text, kind, f'b{number[1:]}')})"
    return text if C_TYPES[kind] == C_TYPES[wanted] else f"({C_TYPES[wanted]}){text}"


def signature(function: Function, name: str) -> str:
    """The head of the C function."""
    if function.is_entry:
        return f"static void {name}(struct sg_warp *w)"
    arrays = "".join(f", uint8_t *m_{_c_name(one.name)}" for one in (*function.results, *function.parameters))
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
                declared.append(f"uint32_t {_c_name(register)} = 0;")
        else:
            declared.append(f"{C_TYPES[kind_of(register)]} {_c_name(register)} = 0;")
    slots = sorted({(kind_of(register), slot) for register, slot in writer.slots.items()})
    declared += [f"{C_TYPES[kind]} v_{kind}_{slot}[SG_LANES];" for kind, slot in slots]
    for one in function.variables:
        if one.space in ("local", "param"):
            declared.append(f"uint8_t m_{_c_name(one.name)}[{_stride(one)} * SG_LANES] __attribute__((aligned(64)));")
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
