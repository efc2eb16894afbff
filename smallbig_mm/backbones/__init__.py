"""Networks: the host of all units, SmallBigNet on it, and peers that are no ResNet with units."""

from .bn_inception import BNInception
from .eco import ECO
from .host import ResNet3dUnits
from .resnet3d_smallbig import ResNet3dSmallBig

__all__ = ["ECO", "BNInception", "ResNet3dSmallBig", "ResNet3dUnits"]
