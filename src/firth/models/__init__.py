"""Models: hyperparameters and fit(), nothing else."""
