"""Networks: the host of all units, SmallBigNet on it, and peers that are networks of their own."""

from .artnet import ARTNet
from .bn_inception import BNInception
from .eco import ECO
from .host import ResNet3dUnits
from .inception3d import Inception3D
from .mfnet import MFNet
from .preact_resnet3d import PreActResNet3d
from .resnet3d_smallbig import ResNet3dSmallBig
from .resnext3d import ResNeXt3d

__all__ = [
    "ECO",
    "ARTNet",
    "BNInception",
    "Inception3D",
    "MFNet",
    "PreActResNet3d",
    "ResNeXt3d",
    "ResNet3dSmallBig",
    "ResNet3dUnits",
]
