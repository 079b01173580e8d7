"""The kernels of exact search on a GPU."""
