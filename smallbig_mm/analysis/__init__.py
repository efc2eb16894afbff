"""What the scores of a test, and the scalars of a training, tell: figures first, then drawings."""
