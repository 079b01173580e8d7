"""Kernels for NVIDIA GPUs, compiled by the package numba-cuda, which is optional: nothing else imports them."""
