"""A plugin of pytest for numba-cuda's simulator: the threads of a block are greenlets, and take turns.

The simulator starts a thread of Python for each, and watches in a loop whether all have reached a barrier: it uses up
the time that they need, and how long a test takes depends on the scheduler of the machine. Here a thread runs up to
its next barrier, then another one does, in an order drawn anew each time: what a missing barrier lets happen does.
"""

import random
from itertools import count
from types import SimpleNamespace

import numpy as np
from greenlet import getcurrent, greenlet
from numba.cuda.simulator import kernel, kernelapi


class Lane(greenlet):
    """A thread of a block, with what the simulator expects of the thread that it runs in."""

    def __init__(self, run, block, thread, number):
        super().__init__(run)
        self.blockIdx = kernelapi.Dim3(*block)
        self.threadIdx = kernelapi.Dim3(*thread)
        self.thread_id = number

    def syncthreads(self):
        self.parent.switch()


def run_block(manager, block, *arguments):
    """In place of BlockManager.run()."""
    numbers = count()
    lanes = [
        Lane(lambda: manager._f(*arguments), block, (x, y, z), next(numbers))
        for z, y, x in np.ndindex(*manager._block_dim[::-1])
    ]
    order = random.Random(str(block))
    while not lanes[0].dead:
        for lane in order.sample(lanes, len(lanes)):
            lane.switch()
        if any(lane.dead != lanes[0].dead for lane in lanes):
            raise RuntimeError("a thread of the block has ended, and others wait for it at a barrier")


kernel.BlockManager.run = run_block
kernelapi.threading = SimpleNamespace(current_thread=getcurrent)
