"""The non-local unit that SmallBig is compared with (Eq. 3, Table 7): mmcv's, as a unit."""

from __future__ import annotations

from typing import Literal

from mmaction.registry import MODELS
from mmcv.cnn import NonLocal3d
from mmengine.model import constant_init, normal_init
from torch import nn

from ..ops.layout import CONV3D


@MODELS.register_module()
class NonLocalUnit(NonLocal3d):
    """mmcv's embedded-Gaussian `NonLocal3d` with a batch norm, over all positions.

        y = x + BN(W_o sum_j softmax_j(theta(x)^T phi(x_j) / sqrt(C/2)) g(x_j))

    Without subsampling, which is the reading that gives NonLocal-R23's 18.7 M parameters.

    Args:
        in_channels: channels C of the input.
        sub_sample: take keys and values from a 1x2x2 max pooling of phi(x) and g(x), as mmcv does;
            `"input"` of x, as the unit's authors and PySlowFast do, which is another function.
        norm_cfg: config of the batch norm; its scale starts at zero.

    Shapes: (N, C, T, H, W) -> (N, C, T, H, W).
    """

    def __init__(
        self,
        in_channels: int,
        sub_sample: bool | Literal["input"] = False,
        norm_cfg: dict = dict(type="BN3d"),  # noqa: B006
    ) -> None:
        super().__init__(
            in_channels, sub_sample=sub_sample is True, norm_cfg=norm_cfg, conv_cfg=CONV3D
        )
        if sub_sample == "input":
            pool = nn.MaxPool3d((1, 2, 2))
            for name in ("g", "phi"):
                setattr(self, name, nn.Sequential(pool, getattr(self, name)))

    def init_unit(self) -> None:
        """Small random convolutions, as mmcv draws them, and a batch norm that starts at zero."""
        for module in (*self.theta.modules(), *self.phi.modules(), *self.g.modules()):
            if isinstance(module, nn.Conv3d):
                normal_init(module, std=0.01)
        constant_init(self.conv_out.norm, 0)
