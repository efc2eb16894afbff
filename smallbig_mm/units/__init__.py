"""Units that are placed in a ResNet: one idea a file."""

from .extra import SimpleExtraUnit, SmallBigExtraUnit
from .non_local import NonLocalUnit
from .smallbig import SmallBig, View, pool_view

__all__ = ["NonLocalUnit", "SimpleExtraUnit", "SmallBig", "SmallBigExtraUnit", "View", "pool_view"]
