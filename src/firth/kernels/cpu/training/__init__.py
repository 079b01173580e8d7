"""The kernels of training: one thread's part of an epoch, and everything it is made of."""
