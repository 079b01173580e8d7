"""How blocks end, as C: jumps of all lanes, and branches at which lanes part."""

from software_gpu.blocks import Block

__all__ = ["end"]


def _go(writer, target: Block, source: Block) -> str:
    """Statements that lead `active` to a block: at once, unless lanes wait at blocks before it."""
    if target.leaves:
        return "goto leave;"
    number = target.number
    turn = "SG_TURN(); " if number <= source.number else ""
    if source not in writer.uniform.parted and not writer.parts_lanes(source):
        return f"{turn}goto B{number};"
    return f"{turn}if (paths.lowest > {number}) goto B{number}; sg_put(&paths, {number}, active); goto dispatch;"


def end(writer, block: Block) -> None:
    """Write the branch of a block."""
    branch = block.branch
    if not branch.targets:
        writer.add("goto leave;")
    elif len(branch.targets) == 1:
        writer.add(_go(writer, branch.targets[0], block))
    elif branch.index:
        _table(writer, block)
    elif not writer.parted and not writer.uniform.is_divergent(branch.guard):
        first, second = branch.targets
        writer.add(f"if ({writer.read(branch.guard, 'pred')}) {{ {_go(writer, first, block)} }}")
        writer.add(_go(writer, second, block))
    else:
        _part(writer, block)


def _part(writer, block: Block) -> None:
    first, second = block.branch.targets
    writer.add(f"const uint32_t taken = active & {writer.mask(block.branch.guard)}, others = active & ~taken;")
    for target, lanes, rest in ((first, "taken", "others"), (second, "others", "taken")):
        other = second if target is first else first
        if target.leaves and not other.leaves:
            writer.add(f"live &= ~{lanes}; {'w->live = live; ' if writer.function.is_entry else ''}")
            writer.add(f"if ({lanes}) sg_unblock(&paths);")
            writer.add(f"active = {rest}; if (!active) goto dispatch;")
            writer.add(_go(writer, other, block))
            return
    writer.add(f"if (!others) {{ {_go(writer, first, block)} }}")
    writer.add(f"if (!taken) {{ {_go(writer, second, block)} }}")
    turn = "SG_TURN(); " if min(first.number, second.number) <= block.number else ""
    writer.add(f"{turn}sg_put(&paths, {first.number}, taken); sg_put(&paths, {second.number}, others); goto dispatch;")


def _table(writer, block: Block) -> None:
    branch, at = block.branch, writer.fresh()
    targets = ", ".join(str(target.number) for target in branch.targets)
    writer.add(f"static const unsigned {at}[] = {{{targets}}};")
    writer.add(f"EACH_LANE(active) sg_put(&paths, {at}[{writer.read(branch.index, 'u32')}], 1u << l);")
    writer.add("goto dispatch;")
