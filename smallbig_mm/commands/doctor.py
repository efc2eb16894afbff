"""Say whether this installation can train and test, and what to do where it cannot."""

from ..doctor import main

__all__ = ["main"]
