"""Explicit vector registers for Numba: the only code that speaks LLVM.

Numba's own vectoriser cannot keep a block of matrix rows in registers, so the training kernels name their registers.
"""
