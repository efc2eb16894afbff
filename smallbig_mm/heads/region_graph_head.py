"""Region graphs over a video's objects (Table 11's "NL I3D + GCN").

Wang and Gupta, Videos as Space-Time Region Graphs, arXiv 1806.01810. No code was published; what
is a reading is said to be one below.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from mmaction.models.heads import I3DHead
from mmaction.registry import MODELS
from torch import Tensor, nn

from ..ops.boxes import box_iou, grid_boxes, roi_align


class SimilarityGraph(nn.Module):
    """Layers of graph convolution in which every region is tied to those that look like it.

        G_ij = softmax_j((W x_i)^T (W' x_j)),    X <- ReLU(LN(G X W_l))

    The graph is that of the first X. Shapes: (N, R, d) -> (N, R, d), R regions of all frames.
    """

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.weights = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(layers))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(layers))

    def graph(self, x: Tensor) -> Tensor:
        """(N, R, d) -> (N, R, R); each row sums to 1."""
        return (self.query(x) @ self.key(x).mT).softmax(-1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, R, d) -> (N, R, d)."""
        graph = self.graph(x)
        for weight, norm in zip(self.weights, self.norms, strict=True):
            x = norm(graph @ weight(x)).relu()
        return x


class SpaceTimeGraph(nn.Module):
    """Layers of graph convolution in which regions of consecutive frames are tied if they overlap.

        F_ij = IoU_ij / sum_j IoU_ij,  i of frame t, j of frame t + 1;  B likewise, j of t - 1
        X <- ReLU(LN(F X W_l + B X W'_l))

    No edge leaves the last frame forward, nor the first backward; a row without overlaps is zero.
    Only the blocks of consecutive frames are kept. Shapes: (N, T, K, d) -> (N, T, K, d).
    """

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.forth = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(layers))
        self.back = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(layers))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(layers))

    @staticmethod
    def graphs(boxes: Tensor) -> tuple[Tensor, Tensor]:
        """Edges to the next frame and to the one before.

        Args:
            boxes: (N, T, K, 4).

        Returns:
            Twice (N, T, K, K): at t a row for each region of t, a column for each of its neighbour
            frame's; each row sums to 1 or is zero.
        """
        iou = box_iou(boxes[:, :-1], boxes[:, 1:])
        forth = F.pad(iou, (0, 0, 0, 0, 0, 1))
        back = F.pad(iou.mT, (0, 0, 0, 0, 1, 0))
        return F.normalize(forth, p=1, dim=-1), F.normalize(back, p=1, dim=-1)

    def forward(self, x: Tensor, boxes: Tensor) -> Tensor:
        """(N, T, K, d) and (N, T, K, 4) -> (N, T, K, d)."""
        forth, back = (graph.to(x.dtype) for graph in self.graphs(boxes))
        for ahead, behind, norm in zip(self.forth, self.back, self.norms, strict=True):
            after, before = ahead(x).roll(-1, 1), behind(x).roll(1, 1)
            x = norm(forth @ after + back @ before).relu()
        return x


@MODELS.register_module()
class RegionGraphHead(I3DHead):
    """Classifies by the whole clip and by graphs over the regions of its frames.

    Features are brought to `width` channels; RoIAlign and maximum pooling make a vector of each
    region; graph convolutions exchange them; their mean over all regions is concatenated with the
    mean over all positions, and classified.

    The regions are the data samples' `proposals`, which `LoadRegionProposals` puts into a pipeline.
    Without it, and without data samples, as when costs are counted, they are a fixed grid of 50
    tiles at four scales.

    Readings: each kind of graph has layers of its own and the two results are added; layer norm
    and ReLU follow each layer, the last one too; the whole clip's feature has `width` channels.

    Args:
        num_classes: number of classes.
        in_channels: channels C of the features.
        width: channels d of a region.
        layers: graph convolutions of each kind of graph.
        regions: proposals K of each frame.
        **kwargs: further arguments of `I3DHead`.

    Shapes: (N, C, T, H, W) and, as fractions of the frame, boxes (N, T, K, 4) -> (N, num_classes).
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        width: int = 512,
        layers: int = 3,
        regions: int = 50,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_classes, in_channels, **kwargs)
        self.fc_cls = nn.Linear(2 * width, num_classes)
        self.regions = regions
        self.reduce = nn.Conv3d(in_channels, width, 1)
        self.similarity = SimilarityGraph(width, layers)
        self.space_time = SpaceTimeGraph(width, layers)

    def forward(self, x: Tensor, boxes: Tensor | None = None, **kwargs: Any) -> Tensor:
        """(N, C, T, H, W), and boxes (N, T, K, 4) or none for the grid -> (N, num_classes)."""
        x = self.reduce(x)
        if boxes is None:
            boxes = grid_boxes().to(x.device).expand(x.shape[0], x.shape[2], -1, -1)
        regions = roi_align(x, boxes).amax((-2, -1))  # (N, T, K, d)
        similar = self.similarity(regions.flatten(1, 2))
        near = self.space_time(regions, boxes).flatten(1, 2)
        whole = x.mean((2, 3, 4))
        features = torch.cat([whole, (similar + near).mean(1)], 1)
        return super().forward(features[..., None, None, None])

    def loss(self, feats: Tensor, data_samples: list, **kwargs: Any) -> dict:
        """I3DHead's, with the data samples' boxes."""
        boxes = self.boxes_of(data_samples, feats)
        return super().loss(feats, data_samples, boxes=boxes, **kwargs)

    def predict(self, feats: Tensor, data_samples: list, **kwargs: Any) -> list:
        """I3DHead's, with the data samples' boxes."""
        boxes = self.boxes_of(data_samples, feats)
        return super().predict(feats, data_samples, boxes=boxes, **kwargs)

    def boxes_of(self, data_samples: list, feats: Tensor) -> Tensor | None:
        """The samples' `proposals` as fractions of the frame.

        Args:
            data_samples: a video each, of one or more clips; its boxes are in pixels of
                `img_shape`, in the order of clips, frames and regions.
            feats: (N, C, T, H, W), N all clips of all videos.

        Returns:
            (N, T, K, 4), or None if no sample has proposals.

        Raises:
            ValueError: if only some have, or if they are not K for each time step of each clip.
        """
        having = [sample for sample in data_samples if "proposals" in sample]
        if not having:
            return None
        clips, steps = len(feats) // len(data_samples), feats.shape[2]
        each = clips * steps * self.regions
        found = [len(sample.proposals.bboxes) for sample in having]
        if found != [each] * len(data_samples):
            raise ValueError(
                f"proposals of {len(having)} of {len(data_samples)} videos, {found} boxes; needed "
                f"are {each} for each: {clips} clips x {steps} time steps x regions={self.regions} "
                "of RegionGraphHead. Set LoadRegionProposals's number and interval accordingly, "
                "and crop once: mmaction2's ThreeCrop and TenCrop crop no boxes"
            )
        relative = []
        for sample in data_samples:
            height, width = sample.img_shape
            boxes = sample.proposals.bboxes
            relative.append(boxes / boxes.new_tensor([width, height, width, height]))
        return torch.cat(relative).view(len(feats), steps, self.regions, 4).to(feats.device)
