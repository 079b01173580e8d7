"""Training on many machines: each trains its share of the text on a copy of both matrices, and the copies meet."""
