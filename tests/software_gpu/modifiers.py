"""Types of PTX in C, and the modifiers that instructions have in common."""

from collections.abc import Callable

from software_gpu.ptx import Instruction, PtxError

__all__ = ["C_TYPES", "Read", "finished", "is_float", "operands", "rounded", "took", "unknown", "unsigned"]

C_TYPES = {
    "pred": "int",
    "f32": "float",
    "f64": "double",
    **{f"{kind}{bits}": f"uint{bits}_t" for kind in "bu" for bits in (8, 16, 32, 64)},
    **{f"s{bits}": f"int{bits}_t" for bits in (8, 16, 32, 64)},
}
# What compilers cannot do in many lanes at once: each gets a loop of its own.
Read = Callable[[str, str], str]  # (operand, type) -> C


def unknown(one: Instruction) -> PtxError:
    """The error for what is not translated."""
    return PtxError(f"line {one.line}: an instruction that is not translated: {one.name} {', '.join(one.operands)}")


def took(left: list[str], word: str) -> bool:
    """Whether a modifier is there; it is used up."""
    if word in left:
        left.remove(word)
        return True
    return False


def rounded(left: list[str]) -> str:
    """n, z, m or p: how floats are rounded."""
    for mode in "nzmp":
        if took(left, f"r{mode}"):
            return mode
    return "n"


def finished(text: str, left: list[str], kind: str) -> tuple[str, str]:
    """With .ftz and .sat of floats."""
    if took(left, "ftz") and kind == "f32":
        text = f"sg_ftz({text})"
    if kind == "f32" and took(left, "sat"):
        text = f"sg_saturate({text})"
    return text, kind


def is_float(kind: str) -> bool:
    return kind in ("f32", "f64")


def operands(one: Instruction, left: list[str], kind: str, read: Read) -> list[str]:
    """All operands but the first; with .ftz subnormal floats are 0."""
    values = [read(operand, kind) for operand in one.operands[1:]]
    return [f"sg_ftz({value})" for value in values] if "ftz" in left and kind == "f32" else values


def unsigned(kind: str) -> str:
    return "u" + kind[1:]
