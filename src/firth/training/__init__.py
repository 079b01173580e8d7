"""Training: hyperparameters, weights, sampling tables, and the loop over epochs."""
