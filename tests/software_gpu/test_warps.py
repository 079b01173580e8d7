"""How lanes part and meet again, wait for each other, and how warps take turns; on PTX written by hand."""

import numpy as np
import pytest

from software_gpu.hand_written import Entry, library, needs_gcc
from software_gpu.library import KernelError

pytestmark = needs_gcc

ALL = "0xFFFFFFFF"
LANE = "mov.u32 %r1, %tid.x; and.b32 %r2, %r1, 31;\n"

# Lanes under 16 and those above exchange by the same instruction, or by two.
APART = (
    LANE
    + """
setp.lt.u32 %p1, %r2, 16;
@%p1 bra FIRST;
shfl.sync.idx.b32 $out, %r1, 20, 31, {second};
bra.uni END;
FIRST:
shfl.sync.idx.b32 $out, %r1, 1, 31, {first};
END:
"""
)

# Each lane counts up to its own number; then all add up what they have.
COUNTED = (
    LANE
    + """
mov.u32 %r3, 0; mov.u32 %r4, 0;
LOOP:
setp.ge.u32 %p1, %r3, %r2;
@%p1 bra DONE;
add.u32 %r3, %r3, 1;
and.b32 %r5, %r3, 1;
setp.eq.u32 %p2, %r5, 1;
@%p2 bra LOOP;
add.u32 %r4, %r4, 1;
bra LOOP;
DONE:
shfl.sync.bfly.b32 %r5, %r4, 16, 31, 0xFFFFFFFF; add.u32 %r4, %r4, %r5;
shfl.sync.bfly.b32 %r5, %r4, 8, 31, 0xFFFFFFFF; add.u32 %r4, %r4, %r5;
shfl.sync.bfly.b32 %r5, %r4, 4, 31, 0xFFFFFFFF; add.u32 %r4, %r4, %r5;
shfl.sync.bfly.b32 %r5, %r4, 2, 31, 0xFFFFFFFF; add.u32 %r4, %r4, %r5;
shfl.sync.bfly.b32 %r5, %r4, 1, 31, 0xFFFFFFFF; add.u32 $out, %r4, %r5;
"""
)

MODES = ("up", "down", "bfly", "idx")
SHUFFLED = "shfl.sync.{}.b32 $out|%p1, $0, $1, $2, 0xFFFFFFFF; @!%p1 add.u32 $out, $out, 1000000;"

VOTED = (
    LANE
    + """
setp.gt.s32 %p1, $0, 0;
vote.sync.ballot.b32 %r3, %p1, 0xFFFFFFFF;
vote.sync.any.pred %p2, !%p1, 0xFFFFFFFF;
vote.sync.all.pred %p3, %p1, 0xFFFFFFFF;
redux.sync.add.s32 %r4, $0, 0xFFFFFFFF;
redux.sync.max.s32 %r5, $0, 0xFFFFFFFF;
match.any.sync.b32 %r6, %r2, 0xFFFFFFFF;
add.u32 %r3, %r3, %r4; add.u32 %r3, %r3, %r5; xor.b32 %r3, %r3, %r6;
@%p2 add.u32 %r3, %r3, 5; @%p3 add.u32 %r3, %r3, 7;
mov.u32 $out, %r3;
"""
)

# Warp 0 waits at a barrier, the others end, or wait at another one.
ENDED = LANE + "setp.ge.u32 %p1, %r1, 32; mov.u32 $out, 1; @%p1 bra END; bar.sync 0; END:"
ELSEWHERE = LANE + "setp.ge.u32 %p1, %r1, 32; @%p1 bra B; bar.sync 1; bra.uni END; B: bar.sync 2; END: mov.u32 $out, 1;"

CALLED = (
    ".func (.param .b32 result) twice(.param .b32 number)\n{\n.reg .b32 %r<3>;\n.reg .pred %p<2>;\n"
    + """
ld.param.u32 %r1, [number];
setp.gt.u32 %p1, %r1, 40;
@%p1 bra LARGE;
add.u32 %r1, %r1, %r1;
st.param.b32 [result], %r1;
ret;
LARGE:
st.param.b32 [result], 7;
ret;
}
"""
)
CALL = (
    LANE
    + """
mov.u32 $out, 0;
setp.eq.u32 %p1, %r1, 3;
@%p1 bra END;
{
.param .b32 given;
.param .b32 taken;
st.param.b32 [given], %r1;
call.uni (taken), twice, (given);
ld.param.b32 $out, [taken];
}
END:
"""
)
TABLE = (
    LANE
    + """
and.b32 %r3, %r1, 3;
TARGETS: .branchtargets A, B, C, A;
brx.idx %r3, TARGETS;
A: mov.u32 $out, 10; bra.uni END;
B: mov.u32 $out, 11; bra.uni END;
C: mov.u32 $out, 12;
END:
"""
)
LOCAL = """
.local .align 4 .b8 kept[128];
mov.u32 %r1, %tid.x; mov.u64 %rd1, kept; and.b32 %r2, %r1, 31; mul.wide.u32 %rd2, %r2, 4; add.s64 %rd3, %rd1, %rd2;
st.local.u32 [%rd3], %r1; sub.s32 %r3, 31, %r2; mul.wide.u32 %rd4, %r3, 4; add.s64 %rd5, %rd1, %rd4;
st.local.u32 [%rd5], 5; ld.local.u32 $out, [%rd3];
"""

GOOD = {
    "apart": Entry(APART.format(first="0x0000FFFF", second="0xFFFF0000"), "", "u32"),
    "counted": Entry(COUNTED, "", "u32"),
    **{mode: Entry(SHUFFLED.format(mode), "u32 u32 u32", "u32") for mode in MODES},
    "voted": Entry(VOTED, "s32", "u32"),
    "ended": Entry(ENDED, "", "u32"),
    "call": Entry(CALL, "", "u32"),
    "table": Entry(TABLE, "", "u32"),
    "local": Entry(LOCAL, "", "u32"),
}
BAD = {
    "apart": (Entry(APART.format(first=ALL, second=ALL), "", "u32"), "lanes wait for each other at different places"),
    "elsewhere": (Entry(ELSEWHERE, "", "u32"), "waits at barrier . for ever"),
    "four": (
        Entry("cvta.to.global.u64 %rd1, $0; ld.global.v4.f32 {$out, %f2, %f3, %f4}, [%rd1+8];", "u64", "f32"),
        "not a multiple of 16",
    ),
}
OUTSIDE = ".shared .align 4 .b8 s[64]; mov.u64 %rd1, s; st.shared.u32 [%rd1+64], 1; mov.u32 $out, 1;"
HAVE_ENDED = LANE + "setp.lt.u32 %p1, %r2, 9; @%p1 exit; bar.warp.sync 0xFFFFFFFF; mov.u32 $out, 1;"
NOT_IN_IT = "bar.warp.sync 0x0FFFFFFF; mov.u32 $out, 1;"
CHECKED = {  # only with SG_CHECK
    "shared": (Entry(OUTSIDE, "", "u32"), "outside the 64 bytes"),
    "mask": (Entry(HAVE_ENDED, "", "u32"), "names lanes that have ended: 000001ff"),
    "not in it": (Entry(NOT_IN_IT, "", "u32"), "lanes f0000000 are not in the mask"),
}
ENTRIES = {**GOOD, **{f"bad {name}": one for name, (one, _) in (BAD | CHECKED).items()}}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """run(name, *arrays)"""
    made = library(tmp_path_factory.mktemp("warps"), list(ENTRIES.values()), CALLED)
    return lambda name, *arrays, block=128: ENTRIES[name].run(made, list(ENTRIES).index(name), *arrays, block=block)


THREADS = np.arange(128)


def test_lanes_that_are_apart_exchange_among_themselves(run):
    np.testing.assert_array_equal(run("apart"), THREADS // 32 * 32 + np.where(THREADS % 32 < 16, 1, 20))


def test_lanes_meet_after_loops_of_different_length(run):
    assert (run("counted") == sum(lane // 2 for lane in range(32))).all()


def test_a_block_with_few_threads(run):
    with pytest.raises(KernelError):
        run("bad apart", block=24)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("clamp", [31, 0, 0x1000 | 31, 0x1800 | 7, 0x0F00 | 5])
def test_shuffles(run, mode, clamp):
    random = np.random.default_rng(0)
    given, distance = random.integers(0, 1000, 128), random.integers(0, 40, 128)
    wanted = []
    for warp in range(4):
        for lane in range(32):
            b, c, segment = int(distance[warp * 32 + lane]) & 31, clamp & 31, clamp >> 8 & 31
            most, first = (lane & segment) | (c & ~segment), lane & segment
            source = {"up": lane - b, "down": lane + b, "bfly": lane ^ b, "idx": first | (b & ~segment)}[mode]
            inside = source >= most if mode == "up" else source <= most
            wanted.append(given[warp * 32 + (source if inside else lane)] + (0 if inside else 1000000))
    np.testing.assert_array_equal(run(mode, given, distance, np.full(128, clamp)), wanted)


@pytest.mark.parametrize("low", [-5, 1])
def test_votes_and_sums(run, low):
    given = np.random.default_rng(0).integers(low, 9, 128)
    wanted = []
    for part in given.reshape(4, 32):
        bits = sum(1 << lane for lane in range(32) if part[lane] > 0)
        total = bits + part.sum() + part.max()
        more = (5 if (part <= 0).any() else 0) + (7 if (part > 0).all() else 0)
        wanted += [((int(total) ^ (1 << lane)) + more) % 2**32 for lane in range(32)]
    np.testing.assert_array_equal(run("voted", given), wanted)


def test_warps_that_have_ended_are_not_waited_for(run):
    assert (run("ended") == 1).all()


def test_functions_tables_and_local_memory(run):
    np.testing.assert_array_equal(run("call"), np.where(THREADS == 3, 0, np.where(THREADS > 40, 7, 2 * THREADS)))
    np.testing.assert_array_equal(run("table"), np.array([10, 11, 12, 10])[THREADS % 4])
    np.testing.assert_array_equal(run("local"), THREADS)


@pytest.mark.parametrize("name", BAD)
def test_mistakes_are_reported(run, name):
    arrays = [np.full(128, np.zeros(64).ctypes.data, np.uint64)] if ENTRIES[f"bad {name}"].kinds else []
    with pytest.raises(KernelError, match=BAD[name][1]):
        run(f"bad {name}", *arrays)


@pytest.mark.parametrize("name", CHECKED)
def test_mistakes_that_are_looked_for(run, name, monkeypatch):
    monkeypatch.setenv("SG_CHECK", "1")
    with pytest.raises(KernelError, match=CHECKED[name][1]):
        run(f"bad {name}")


# Block i waits for what block i + 1 writes, and the last for nobody: all must be in flight. $0 are flags.
CHAIN = """
mov.u32 %r1, %ctaid.x; mov.u32 %r2, %nctaid.x; add.u32 %r3, %r1, 1; setp.eq.u32 %p1, %r3, %r2;
mov.u64 %rd1, $0; mul.wide.u32 %rd2, %r1, 4; add.s64 %rd2, %rd1, %rd2;
@%p1 bra WRITE;
WAIT: ld.volatile.global.u32 %r4, [%rd2+4]; setp.eq.u32 %p2, %r4, 0; @%p2 bra WAIT;
WRITE: st.volatile.global.u32 [%rd2], 1; mov.u32 $out, %r1;
"""
# Each thread adds 1 a hundred times: by an atomic operation, or by a load and a store with an exchange between them.
ADDED = """
mov.u32 %r1, 0; mov.u64 %rd1, $0;
LOOP:
{add}
add.u32 %r1, %r1, 1; setp.lt.u32 %p1, %r1, 100; @%p1 bra LOOP;
mov.u32 $out, 0;
"""
ATOMIC = "atom.global.add.u32 %r2, [%rd1], 1; red.global.add.f32 [%rd1+4], 0f3F800000;"
ATOMIC += "red.global.add.v4.f32 [%rd1+16], {0f3F800000, 0f40000000, 0f40400000, 0f40800000};"
LOST = "ld.global.u32 %r2, [%rd1]; add.u32 %r2, %r2, 1; bar.warp.sync 0xFFFFFFFF; st.global.u32 [%rd1], %r2;"
ORDER = """
mov.u64 %rd1, $0; mov.u32 %r3, %laneid; setp.ne.u32 %p1, %r3, 0; @%p1 bra END;
atom.global.add.u32 %r1, [%rd1], 1; mov.u32 $out, %r1;
END:
"""
TOGETHER = [
    Entry(CHAIN, "u64", "u32"),
    *(Entry(ADDED.replace("{add}", add), "u64", "u32") for add in (ATOMIC, LOST)),
    Entry(ORDER, "u64", "u32"),
]


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """together(number, memory, threads, block)"""
    made = library(tmp_path_factory.mktemp("together"), TOGETHER)

    def run(number, memory, threads, block=32):
        address = np.full(threads, memory.ctypes.data, np.uint64)
        return TOGETHER[number].run(made, number, address, block=block)

    return run


@pytest.mark.parametrize("threads", ["1", "2"])
def test_all_warps_are_in_flight(together, monkeypatch, threads):
    monkeypatch.setenv("SG_THREADS", threads)
    flags = np.zeros(2000, np.uint32)
    together(0, flags, 1056 * 32)
    assert flags.sum() == 1056


def test_atomic_additions_lose_nothing(together):
    memory = np.zeros(32, np.uint32)
    memory = memory[-memory.ctypes.data % 16 // 4 :]
    together(1, memory, 64 * 32)
    count = 64 * 32 * 100
    assert memory[0] == count
    np.testing.assert_array_equal(memory.view(np.float32)[[1, 4, 5, 6, 7]], np.array([1, 1, 2, 3, 4]) * count)


def test_other_warps_go_on_between_a_load_and_a_store(together, monkeypatch):
    monkeypatch.setenv("SG_TURNS", "1")
    memory = np.zeros(8, np.uint32)
    together(2, memory, 64 * 32)
    assert 100 <= memory[0] < 1000  # of 6,400, one for each warp and turn of the loop


def test_the_seed_decides_the_order(together, monkeypatch):
    monkeypatch.setenv("SG_THREADS", "1")
    monkeypatch.setenv("SG_TURNS", "1")
    found = []
    for seed in ("5", "6"):
        monkeypatch.setenv("SG_SEED", seed)
        found.append(together(3, np.zeros(4, np.uint32), 64 * 32).reshape(64, 32)[:, 0])
    assert sorted(found[0]) == sorted(found[1]) == list(range(64))
    assert (found[0] != found[1]).any()


def test_a_grid_larger_than_what_is_in_flight(together, monkeypatch):
    monkeypatch.setenv("SG_RESIDENT", "7")
    memory = np.zeros(32, np.uint32)
    memory = memory[-memory.ctypes.data % 16 // 4 :]
    together(1, memory, 300 * 64, block=64)
    assert memory[0] == 300 * 64 * 100
