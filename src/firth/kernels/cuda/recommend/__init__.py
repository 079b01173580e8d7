"""The kernels of a GPU for the vectors that predict the next item: one batch, without atomic additions."""
