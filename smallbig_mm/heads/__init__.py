"""Classification heads."""

from .extra_unit_head import ExtraUnitHead
from .region_graph_head import RegionGraphHead

__all__ = ["ExtraUnitHead", "RegionGraphHead"]
