"""mmaction2's I3D head with an extra unit on top of the last stage."""

from __future__ import annotations

from mmaction.models.heads import I3DHead
from mmaction.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class ExtraUnitHead(I3DHead):
    """Extra unit over the last stage's features, then average pooling and a linear classifier.

    Args:
        num_classes: number of classes.
        in_channels: channels C of the features.
        extra_unit: config of the unit, built with `in_channels`.
        **kwargs: further arguments of `I3DHead`.

    Shapes: (N, C, T, H, W) -> scores (N, num_classes).
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        extra_unit: dict = dict(type="SmallBigExtraUnit"),  # noqa: B006
        **kwargs,
    ) -> None:
        super().__init__(num_classes, in_channels, **kwargs)
        self.extra_unit = MODELS.build(dict(extra_unit, in_channels=in_channels))

    def init_weights(self) -> None:
        """Initialise classifier and unit; the unit starts as the identity."""
        super().init_weights()
        self.extra_unit.init_unit()

    def forward(self, x: Tensor, **kwargs) -> Tensor:
        """(N, C, T, H, W) -> (N, num_classes)."""
        return super().forward(self.extra_unit(x), **kwargs)
