"""Units that are placed in a ResNet: one idea a file."""

from .extra import SimpleExtraUnit, SmallBigExtraUnit
from .non_local import NonLocalUnit
from .smallbig import SmallBig, View, pool_view
from .temporal_shift import TemporalShiftConv

__all__ = [
    "NonLocalUnit",
    "SimpleExtraUnit",
    "SmallBig",
    "SmallBigExtraUnit",
    "TemporalShiftConv",
    "View",
    "pool_view",
]
