"""Classification heads."""

from .extra_unit_head import ExtraUnitHead

__all__ = ["ExtraUnitHead"]
