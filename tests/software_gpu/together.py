"""Instructions that lanes execute together, as C: exchanges, votes and barriers."""

from software_gpu.modifiers import C_TYPES, unknown
from software_gpu.ptx import Instruction

__all__ = ["together"]


def together(writer, one: Instruction) -> None:
    """Write an instruction. All lanes that take part are in `active`."""
    name = one.parts[0]
    if name == "activemask":
        _set_all(writer, one, one.operands[0], "active", "b32")
    elif name in _OF_MEMBERS:
        mask, write = _OF_MEMBERS[name]
        _meet(writer, one, one.operands[mask])
        write(writer, one)
    elif "warp" in one.parts:
        _meet(writer, one, one.operands[0])
    else:
        _barrier(writer, one)


def _meet(writer, one: Instruction, operand: str) -> None:
    """Other warps may have their turn; with SG_CHECK, the mask of lanes that must take part is examined before."""
    loop = "EACH_LANE(active) " if writer.uniform.is_divergent(operand) else ""
    writer.add(
        f"if (SG_UNLIKELY(w->check)) {loop}sg_examine_mask(w, {one.line}, active, {writer.read(operand, 'u32')});"
    )
    writer.add("SG_TURN();")


def _set_all(writer, one: Instruction, target: str, text: str, kind: str) -> None:
    """Set a register to what is the same in all lanes that take part."""
    if target == "_":
        return
    mask = "active" if writer.parted else None
    if kind == "pred" and writer.is_vector(target):
        writer.add(writer.assign_mask(target, f"(0u - (uint32_t){text})", mask))
    elif writer.is_vector(target):
        value = writer.fresh()
        writer.keep(target)
        writer.add(f"const {C_TYPES[kind]} {value} = {text};")
        writer.add("LANES " + writer.assign(target, value, kind, mask))
    else:
        writer.add(writer.assign(target, text, kind))


def _set_lanes(writer, target: str, array: str, kind: str) -> None:
    """Set a register from an array of lanes."""
    if target == "_":
        return
    writer.keep(target)
    writer.add("LANES " + writer.assign(target, f"{array}[l]", kind, "active" if writer.parted else None))


def _shuffle(writer, one: Instruction) -> None:
    mode, kind = one.parts[2], one.parts[-1]
    if mode not in ("up", "down", "bfly", "idx") or kind != "b32":
        raise unknown(one)
    target, *predicate = (part.strip() for part in one.operands[0].split("|"))
    source, distance, clamp = one.operands[1:4]
    wants_predicate = bool(predicate) and any(predicate[0] in after for after in writer.live.after[writer.block])
    known = writer.uniform.constant(distance)
    is_plain = writer.uniform.constant(clamp) == 31 and not wants_predicate
    if is_plain and mode == "idx" and not writer.uniform.is_divergent(distance):
        lane = writer.fresh()
        writer.add(f"const uint32_t {lane} = {writer.read(distance, 'u32')} & 31;")
        value = writer.read(source, "b32").replace("[l]", f"[{lane}]").replace(">> l &", f">> {lane} &")
        _set_all(writer, one, target, value, "b32")
        return
    given, found = writer.fresh(), writer.fresh()
    writer.add(f"uint32_t {given}[SG_LANES], {found}[SG_LANES];")
    writer.add(f"LANES {given}[l] = {writer.read(source, 'b32')};")
    if is_plain and mode == "bfly" and known is not None:
        writer.add(f"LANES {found}[l] = {given}[l ^ {known & 31}];")
    else:
        flags = writer.fresh()
        writer.add(f"uint32_t {flags} = 0;")
        b, c = writer.read(distance, "u32"), writer.read(clamp, "u32")
        writer.add(
            f"LANES {{ int inside; {found}[l] = {given}[sg_source('{mode[0]}', (unsigned)l, {b}, {c}, &inside)];"
        )
        writer.add(f"{flags} |= (uint32_t)inside << l; }}")
        if wants_predicate:
            writer.add(writer.assign_mask(predicate[0], flags, "active" if writer.parted else None))
    _set_lanes(writer, target, found, "b32")


def _vote(writer, one: Instruction) -> None:
    target, predicate, member = one.operands
    taking, said = writer.fresh(), writer.fresh()
    member = "active" if writer.uniform.is_divergent(member) else f"(active & {writer.read(member, 'u32')})"
    writer.add(f"const uint32_t {taking} = {member}, {said} = {writer.mask(predicate)} & {taking};")
    results = {
        "ballot": (said, "b32"),
        "all": (f"({said} == {taking})", "pred"),
        "any": (f"({said} != 0)", "pred"),
        "uni": (f"({said} == 0 || {said} == {taking})", "pred"),
    }
    if one.parts[2] not in results:
        raise unknown(one)
    _set_all(writer, one, target, *results[one.parts[2]])


def _match(writer, one: Instruction) -> None:
    target, *predicate = (part.strip() for part in one.operands[0].split("|"))
    kind = one.parts[-1]
    values, found, flags = writer.fresh(), writer.fresh(), writer.fresh()
    writer.add(f"{C_TYPES[kind]} {values}[SG_LANES]; uint32_t {found}[SG_LANES], {flags} = 0;")
    writer.add(f"LANES {values}[l] = {writer.read(one.operands[1], kind)};")
    writer.add(
        f"EACH_LANE(active) {{ const uint32_t taking = active & {writer.read(one.operands[2], 'u32')}, mine = l;"
    )
    writer.add(f"uint32_t same = 0; EACH_LANE(taking) same |= (uint32_t)({values}[l] == {values}[mine]) << l;")
    if one.parts[1] == "all":
        writer.add(f"{flags} |= (uint32_t)(same == taking) << mine; same = same == taking ? same : 0;")
    elif one.parts[1] != "any":
        raise unknown(one)
    writer.add(f"{found}[mine] = same; }}")
    _set_lanes(writer, target, found, "b32")
    if predicate and predicate[0] != "_":
        writer.add(writer.assign_mask(predicate[0], flags, "active" if writer.parted else None))


def _reduce(writer, one: Instruction) -> None:
    """redux.sync"""
    changes = {
        "add": "sum + value",
        "and": "sum & value",
        "or": "sum | value",
        "xor": "sum ^ value",
        "min": "value < sum ? value : sum",
        "max": "value > sum ? value : sum",
    }
    operation, kind = one.parts[2], one.parts[-1]
    if operation not in changes or kind[0] == "f":
        raise unknown(one)
    found = writer.fresh()
    writer.add(f"{C_TYPES[kind]} {found}[SG_LANES];")
    writer.add(
        f"EACH_LANE(active) {{ const uint32_t taking = active & {writer.read(one.operands[2], 'u32')}, mine = l;"
    )
    writer.add(f"{C_TYPES[kind]} sum = 0; int has = 0; EACH_LANE(taking) {{")
    writer.add(f"const {C_TYPES[kind]} value = {writer.read(one.operands[1], kind)};")
    writer.add(f"sum = has ? ({C_TYPES[kind]})({changes[operation]}) : value; has = 1; }} {found}[mine] = sum; }}")
    _set_lanes(writer, one.operands[0], found, kind)


def _barrier(writer, one: Instruction) -> None:
    """bar.sync, bar.arrive, bar.red"""
    words = [word for word in one.parts[1:] if word not in ("cta", "aligned")]
    if not words or words[0] not in ("sync", "arrive", "red"):
        raise unknown(one)
    operands = list(one.operands)
    target = operands.pop(0) if words[0] == "red" else None
    predicate = operands.pop() if words[0] == "red" else None
    barrier = writer.read(operands[0], "u32")
    threads = writer.read(operands[1], "u32") if len(operands) > 1 else "0"
    if words[0] == "arrive":
        writer.add(f"sg_arrive(w, {one.line}, {barrier}, {threads});")
        return
    said = writer.mask(predicate) if predicate else "0"
    writer.add(f"sg_barrier(w, {one.line}, {barrier}, {threads}, {said});")
    if target is None:
        return
    count, lanes = f"sg_barrier_count(w, {barrier})", f"sg_barrier_lanes(w, {barrier})"
    results = {"popc": (count, "u32"), "and": (f"({count} == {lanes})", "pred"), "or": (f"({count} != 0)", "pred")}
    _set_all(writer, one, target, *results[words[1]])


# Which operand is the mask of lanes that must take part, and what writes the rest.
_OF_MEMBERS = {"shfl": (4, _shuffle), "vote": (2, _vote), "match": (2, _match), "redux": (2, _reduce)}
