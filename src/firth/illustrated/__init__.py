"""The document's pictures as small NumPy functions: slow, readable, exact. The kernels are tested against them."""
