"""Kernels of the neural language model: softmax over the vocabulary, and Adagrad."""
