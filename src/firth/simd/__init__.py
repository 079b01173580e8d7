"""Explicit vector registers for Numba: the only code that emits LLVM instructions.

Numba's own vectoriser cannot keep a block of matrix rows in registers, so kernels say what each register holds.
"""
