"""Trying every video of a list before a training or a test is to read it."""
