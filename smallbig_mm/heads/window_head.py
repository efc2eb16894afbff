"""mmaction2's I3D head with I3D's own pooling: windows of two frames, whose scores are averaged."""

from __future__ import annotations

import torch.nn.functional as F
from mmaction.models.heads import I3DHead
from mmaction.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class WindowHead(I3DHead):
    """Average pooling over space and a window sliding along time, dropout, a classifier, the mean.

        y = mean_w(W dropout(pool_w(x)) + b) = W mean_w(dropout(pool_w(x))) + b

    So the first and the last frame count half. I3D (Inception) and S3D-G pool so, in windows of
    2x7x7, which at 224x224 span all of space. A clip with fewer frames is one window.

    Args:
        *args: arguments of `I3DHead`.
        window: frames of a window.
        **kwargs: further arguments of `I3DHead`.

    Shapes: (N, C, T, H, W) -> scores (N, num_classes).
    """

    def __init__(self, *args, window: int = 2, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.window = window

    def forward(self, x: Tensor, **kwargs) -> Tensor:
        """(N, C, T, H, W) -> (N, num_classes)."""
        frames = x.mean((3, 4))
        x = F.avg_pool1d(frames, min(self.window, frames.shape[2]), stride=1)
        if self.dropout is not None:
            x = self.dropout(x)
        return self.fc_cls(x.mean(2))
