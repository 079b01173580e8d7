"""Operands of instructions as C, and what sets registers."""

import re

from software_gpu.blocks import blocks_of
from software_gpu.liveness import Liveness, share_slots
from software_gpu.memory import address_of
from software_gpu.modifiers import C_TYPES
from software_gpu.ptx import Function, PtxError, Variable, size_of
from software_gpu.uniform import Uniformity

__all__ = ["Names", "Operands", "as_type", "c_name", "stride"]

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


def stride(variable: Variable) -> int:
    """Bytes between what two lanes have of a variable."""
    return max(-(-variable.size // 16) * 16, 16)


def c_name(register: str) -> str:
    """Of a register or a variable."""
    return "r_" + re.sub(r"\W", "_", register.lstrip("%"))


def as_type(text: str, kind: str, wanted: str) -> str:
    """C of one type as C of another: bits stay, integers are widened or cut."""
    if kind == wanted:
        return text
    for number in ("f32", "f64"):
        if kind == number and wanted[0] != "f" and wanted != "pred":
            text, kind = f"sg_u{number[1:]}({text})", f"b{number[1:]}"
        elif wanted == number and kind[0] != "f":
            return f"sg_f{number[1:]}({as_type(text, kind, f'b{number[1:]}')})"
    return text if C_TYPES[kind] == C_TYPES[wanted] else f"({C_TYPES[wanted]}){text}"


class Operands:
    """What is known of a function: its blocks, its registers, and how they are named in C."""

    def __init__(self, function: Function, names: Names) -> None:
        self.function, self.names = function, names
        self.blocks = blocks_of(function)
        self.uniform = Uniformity(function, self.blocks, only_some=not function.is_entry)
        self.live = Liveness(self.blocks)
        self.own = {one.name: one for one in (*function.variables, *function.parameters, *function.results)}
        self.own = {
            name: one for name, one in self.own.items() if one.space != "shared" and name not in names.parameters
        }
        arrays = {name for name in self.uniform.divergent if function.kind(name) != "pred"}
        self.slots = share_slots(function, self.blocks, self.live, arrays & self.live.crossing)
        self.used: set[str] = set()  # registers that need a variable of the function
        self.scratch = 0

    def is_vector(self, register: str) -> bool:
        return register in self.uniform.divergent

    def array(self, register: str) -> str:
        """The C name of a register."""
        if register in self.slots:
            return f"v_{self.function.kind(register)}_{self.slots[register]}"
        return c_name(register)

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
                text = c_name(operand)
            elif declared == "pred":
                self.used.add(operand)
                text = f"({c_name(operand)} >> l & 1)"
            else:
                text = f"{self.array(operand)}[l]"
            return as_type(text, declared, kind)
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
            text = f"(uint64_t)(m_{c_name(name)} + {stride(self.own[name])} * l)"
        elif name in self.names.parameters:
            text = f"(uint64_t)(w->params + {self.names.parameters[name]})"
        elif name in self.names.addresses:
            text = self.names.addresses[name]
        else:
            raise PtxError(f"{self.function.name}: a name that is not known: {operand}")
        return f"({text} + {int(offset, 0)})" if offset else text

    def address(self, operand: str) -> str:
        """[base+offset] as uint64_t."""
        base, offset = address_of(operand)
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
        name = c_name(operand)
        return name if self.is_vector(operand) else f"(0u - (uint32_t){name})"

    def assign(self, register: str, text: str, kind: str, mask: str | None = None) -> str:
        """A statement that sets a register, of lane l if it differs; only in the lanes of a mask."""
        if register == "_":
            return f"(void)({text});"
        declared = self.function.kind(register)
        text = as_type(text, kind, declared)
        if not self.is_vector(register):
            self.used.add(register)
            return f"{c_name(register)} = {text};"
        target = f"{self.array(register)}[l]"
        return f"{target} = {mask} >> l & 1 ? {text} : {target};" if mask else f"{target} = {text};"

    def assign_mask(self, register: str, text: str, mask: str | None) -> str:
        """A statement that sets a predicate from bits of lanes."""
        self.used.add(register)
        name = c_name(register)
        return f"{name} = ({name} & ~{mask}) | ({text} & {mask});" if mask else f"{name} = {text};"

    def fresh(self) -> str:
        """A name for a temporary."""
        self.scratch += 1
        return f"x{self.scratch}"
