"""What the 32 lanes of a warp do together, and how four numbers of a row travel: all that the simulator lacks.

Every function has a twin in Python for numba-cuda's simulator, which knows no shuffles, ballots or PTX. There a block
must be one warp, and one block runs at a time.
"""

import threading

import numpy as np
from numba import cuda

from firth.kernels.cuda.compile import SIMULATED, device

__all__ = ["LANES", "add_four", "add_four_singly", "add_number", "ballot", "exchange", "from_lane", "integer_from_lane"]
__all__ += ["load_four", "meet"]

LANES = 32
_ALL = 0xFFFFFFFF

if SIMULATED:
    from numba.cuda.simulator.kernel import _get_kernel_context as launched

    _box = np.zeros((LANES, 64))  # what each lane hands over

    def meet():
        """Wait for all lanes; what each has written to shared memory is seen by the others."""
        launched().syncthreads()

    def _exchanged(values, take):
        """take(lane, box), once every lane has put its values into its row of the box."""
        lane = launched().threadIdx.x
        _box[lane, : len(values)] = values
        meet()
        taken = take(lane, _box)
        meet()
        return taken

    def from_lane(value, lane):
        """The number of another lane."""
        return np.float32(_exchanged([value], lambda _, box: box[lane % LANES, 0]))

    def integer_from_lane(value, lane):
        """The integer of another lane."""
        return int(_exchanged([value], lambda _, box: box[lane % LANES, 0]))

    def exchange(values, n, bit):
        """values[:n] = those of the lane whose number differs in `bit`."""
        values[:n] = _exchanged(values[:n], lambda lane, box: box[lane ^ bit, :n].copy())

    def ballot(flag):
        """Bit i is the flag of lane i."""
        return _exchanged([bool(flag)], lambda _, box: sum(int(one) << lane for lane, one in enumerate(box[:, 0])))

    _adding = threading.Lock()

    def load_four(matrix, at, row, first):
        """row[first : first + 4] = matrix[at : at + 4]"""
        for i in range(4):
            row[first + i] = matrix[at + i]

    def add_four(matrix, at, row, first):
        """matrix[at : at + 4] += row[first : first + 4]"""
        with _adding:
            for i in range(4):
                matrix[at + i] += row[first + i]

    add_four_singly = add_four

    def add_number(counter, number):
        """counter[0] += number"""
        with _adding:
            counter[0] += number

else:
    from llvmlite import ir
    from numba.cuda import types
    from numba.cuda.extending import intrinsic

    @device
    def meet():
        """Wait for all lanes; what each has written to shared memory is seen by the others."""
        cuda.syncwarp(_ALL)

    @device
    def from_lane(value, lane):
        """The number of another lane."""
        return cuda.shfl_sync(_ALL, value, lane)

    @device
    def integer_from_lane(value, lane):
        """The integer of another lane."""
        return cuda.shfl_sync(_ALL, value, lane)

    @device
    def exchange(values, n, bit):
        """values[:n] = those of the lane whose number differs in `bit`."""
        for i in range(n):
            values[i] = cuda.shfl_xor_sync(_ALL, values[i], bit)

    @device
    def ballot(flag):
        """Bit i is the flag of lane i."""
        return cuda.ballot_sync(_ALL, flag)

    @device
    def add_number(counter, number):
        """counter[0] += number"""
        cuda.atomic.add(counter, 0, number)

    _FLOAT, _ADDRESS, _VOID = ir.FloatType(), ir.IntType(64), ir.VoidType()

    def _pointers(context, builder, kinds, arguments):
        """Addresses of matrix[at] and of the four numbers from row[first] on."""
        found = []
        for array, index in ((0, 1), (2, 3)):
            data = context.make_array(kinds[array])(context, builder, arguments[array]).data
            offset = context.cast(builder, arguments[index], kinds[index], types.intp)
            found.append(builder.gep(data, [offset]))
        in_matrix, in_row = found
        return in_matrix, [builder.gep(in_row, [ir.IntType(64)(i)]) for i in range(4)]

    def _assembly(builder, result, text, constraints, arguments):
        kind = ir.FunctionType(result, [argument.type for argument in arguments])
        return builder.call(ir.InlineAsm(kind, text, constraints, side_effect=True), arguments)

    def _moving(name, write):
        """An intrinsic of (matrix, at, row, first)."""

        @intrinsic
        def move(typing, matrix, at, row, first):
            def generate(context, builder, signature, arguments):
                in_matrix, in_row = _pointers(context, builder, signature.args, arguments)
                write(builder, in_matrix, in_row)
                return context.get_dummy_value()

            return types.void(matrix, at, row, first), generate

        move.__doc__ = name
        return move

    def _load_four(builder, in_matrix, in_row):
        # Past the L1 cache (.cg), which does not see what other multiprocessors add.
        four = ir.LiteralStructType([_FLOAT] * 4)
        address = [builder.ptrtoint(in_matrix, _ADDRESS)]
        loaded = _assembly(builder, four, "ld.global.cg.v4.f32 {$0, $1, $2, $3}, [$4];", "=f,=f,=f,=f,l", address)
        for i, one in enumerate(in_row):
            builder.store(builder.extract_value(loaded, i), one)

    def _add_four(builder, in_matrix, in_row):
        operands = [builder.ptrtoint(in_matrix, _ADDRESS), *(builder.load(one) for one in in_row)]
        _assembly(builder, _VOID, "red.global.add.v4.f32 [$0], {$1, $2, $3, $4};", "l,f,f,f,f", operands)

    def _add_four_singly(builder, in_matrix, in_row):
        for i, one in enumerate(in_row):
            address = builder.ptrtoint(builder.gep(in_matrix, [ir.IntType(64)(i)]), _ADDRESS)
            _assembly(builder, _VOID, "red.global.add.f32 [$0], $1;", "l,f", [address, builder.load(one)])

    load_four = _moving("row[first : first + 4] = matrix[at : at + 4]", _load_four)
    add_four = _moving("matrix[at : at + 4] += row[first : first + 4], in one operation; from sm_90 on", _add_four)
    add_four_singly = _moving("matrix[at : at + 4] += row[first : first + 4], number by number", _add_four_singly)
