"""The kernels of training on a GPU: a piece of an epoch, and everything it is made of."""
