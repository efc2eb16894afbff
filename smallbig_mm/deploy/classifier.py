"""What of a recogniser runs for one view of a video: clip in, class scores out."""

from __future__ import annotations

from mmaction.models import Recognizer2D
from torch import Tensor, nn


class Classifier(nn.Module):
    """A recogniser as a plain function of tensors, for folding, exporting and timing.

    Args:
        recogniser: mmaction2's, whose weights it shares.

    Shapes: clips (N, C, T, H, W), or the frames (N, T, C, H, W) that a `Recognizer2D` takes ->
    scores (N, classes) before softmax.
    """

    def __init__(self, recogniser: nn.Module) -> None:
        super().__init__()
        self.recogniser = recogniser
        self.by_frames = isinstance(recogniser, Recognizer2D)

    def forward(self, clips: Tensor) -> Tensor:
        """Scores of each clip."""
        views = clips if self.by_frames else clips.unsqueeze(1)
        return self.recogniser(views, stage="head")
