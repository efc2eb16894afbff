"""Classification heads."""

from .extra_unit_head import ExtraUnitHead
from .window_head import WindowHead

__all__ = ["ExtraUnitHead", "WindowHead"]
