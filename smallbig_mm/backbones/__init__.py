"""Networks: the host of all units, and SmallBigNet on it."""

from .host import ResNet3dUnits
from .resnet3d_smallbig import ResNet3dSmallBig

__all__ = ["ResNet3dSmallBig", "ResNet3dUnits"]
