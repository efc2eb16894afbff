"""Trained networks away from training: folded, exported, run by other runtimes and precisions."""
