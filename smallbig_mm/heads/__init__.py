"""Classification heads."""

from .extra_unit_head import ExtraUnitHead
from .region_graph_head import RegionGraphHead
from .window_head import WindowHead

__all__ = ["ExtraUnitHead", "RegionGraphHead", "WindowHead"]
