"""Networks: the host of all units, SmallBigNet on it, and peers that are networks of their own."""

from .host import ResNet3dUnits
from .inception3d import Inception3D
from .mfnet import MFNet
from .resnet3d_smallbig import ResNet3dSmallBig

__all__ = ["Inception3D", "MFNet", "ResNet3dSmallBig", "ResNet3dUnits"]
