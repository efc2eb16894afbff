"""What a network costs, by one rule for all networks."""

from .counting import Costs, build_model, clip_of, count

__all__ = ["Costs", "build_model", "clip_of", "count"]
