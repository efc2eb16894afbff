"""The double attention unit of A2-Net (Chen et al., NeurIPS 2018): gather, then distribute.

    y = x + BN(W_z Z),  Z = (A B^T) V
    A = W_a x,  B = softmax_THW(W_b x),  V = softmax_n(W_v x)

`A B^T` gathers the clip into n descriptors of m features, each an average over all positions that
attention B weighs; each position then takes the mixture of descriptors that its attention V asks
for. Over P = THW positions the products cost 2 m n P, where non-local attention's cost P^2.

No code was published. The residual around the unit, its batch norm that starts at zero and the
biases of W_a, W_b and W_v are a reading, by the same author's GloRe unit; so is the layout: m =
n = C/4, in every second block of res3 and res4 of ResNet50, five units.
"""

from __future__ import annotations

from mmaction.registry import MODELS
from mmcv.cnn import build_norm_layer
from mmengine.model import constant_init, kaiming_init
from torch import Tensor, nn

from ..ops.layout import ChannelsLastConv3d


@MODELS.register_module()
class DoubleAttentionUnit(nn.Module):
    """Double attention over all positions, added to its input.

    Args:
        in_channels: channels C of the input.
        reduction: m = n = C / `reduction`.
        norm_cfg: config of the batch norm; its scale starts at zero.

    Shapes: (N, C, T, H, W) -> (N, C, T, H, W).
    """

    def __init__(
        self,
        in_channels: int,
        reduction: int = 4,
        norm_cfg: dict = dict(type="BN3d"),  # noqa: B006
    ) -> None:
        super().__init__()
        width = max(in_channels // reduction, 1)
        self.features = ChannelsLastConv3d(in_channels, width, 1)
        self.gather = ChannelsLastConv3d(in_channels, width, 1)
        self.distribute = ChannelsLastConv3d(in_channels, width, 1)
        self.expand = ChannelsLastConv3d(width, in_channels, 1, bias=False)
        self.bn = build_norm_layer(norm_cfg, in_channels)[1]
        self.init_unit()

    def init_unit(self) -> None:
        """Kaiming convolutions, and a batch norm that starts at zero."""
        for conv in (self.features, self.gather, self.distribute, self.expand):
            kaiming_init(conv)
        constant_init(self.bn, 0, bias=0)

    def attend(self, x: Tensor) -> Tensor:
        """Z: (N, C, T, H, W) -> (N, m, T, H, W)."""
        features = self.features(x).flatten(2)  # (N, m, P)
        gather = self.gather(x).flatten(2).softmax(2)  # (N, n, P)
        distribute = self.distribute(x).flatten(2).softmax(1)  # (N, n, P)
        descriptors = features @ gather.transpose(1, 2)  # (N, m, n)
        return (descriptors @ distribute).unflatten(2, x.shape[2:])

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C, T, H, W)."""
        return x + self.bn(self.expand(self.attend(x)))
