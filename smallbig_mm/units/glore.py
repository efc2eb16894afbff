"""The global reasoning unit, GloRe (Chen et al., CVPR 2019, arXiv 1811.12814).

Layout and initialisation are facts of the authors' implementation, github.com/facebookresearch/
GloRe at 9c6a734, whose states are twice as many as its nodes; the costs that the paper prints for
R50 are met by as many states as nodes, `states_per_node=1`.
"""

from __future__ import annotations

from mmaction.registry import MODELS
from mmcv.cnn import build_norm_layer
from mmengine.model import constant_init, xavier_init
from torch import Tensor, nn

from ..ops.layout import ChannelsLastConv3d


@MODELS.register_module()
class GloReUnit(nn.Module):
    """Reasons over a graph of nodes, each a weighted sum of all positions.

        V = S(x) P(x)^T,   Z = W relu(V + V A + a),   y = x + BN(E (Z P(x)))

    S and P are 1x1x1 convolutions to the states and to the nodes' weights of each position; A mixes
    nodes, W states, and P carries the nodes back. V is a sum over positions, not a mean.

    Args:
        in_channels: channels C of the input; there are C / 4 nodes.
        states_per_node: states as a multiple of the nodes.
        norm_cfg: config of the batch norm; its scale starts at zero.

    Shapes: (N, C, T, H, W) -> (N, C, T, H, W); with M states and K nodes, S(x) is (N, M, THW), P(x)
    (N, K, THW), V and Z (N, M, K).
    """

    def __init__(
        self,
        in_channels: int,
        states_per_node: int = 2,
        norm_cfg: dict = dict(type="BN3d", eps=1e-4),  # noqa: B006
    ) -> None:
        super().__init__()
        nodes = max(in_channels // 4, 1)
        states = states_per_node * nodes
        self.state = ChannelsLastConv3d(in_channels, states, 1)
        self.projection = ChannelsLastConv3d(in_channels, nodes, 1)
        self.over_nodes = nn.Conv1d(nodes, nodes, 1)
        self.over_states = nn.Conv1d(states, states, 1, bias=False)
        self.extend = ChannelsLastConv3d(states, in_channels, 1, bias=False)
        self.bn = build_norm_layer(norm_cfg, in_channels)[1]
        self.init_unit()

    def init_unit(self) -> None:
        """Xavier's uniform convolutions, and a batch norm that starts at zero."""
        for module in self.modules():
            if isinstance(module, (nn.Conv1d, nn.Conv3d)):
                xavier_init(module, distribution="uniform")
        constant_init(self.bn, 0, bias=0)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C, T, H, W)."""
        projection = self.projection(x).flatten(2)
        nodes = self.state(x).flatten(2) @ projection.transpose(1, 2)
        mixed = nodes + self.over_nodes(nodes.transpose(1, 2)).transpose(1, 2)
        reasoned = self.over_states(mixed.relu()) @ projection
        return x + self.bn(self.extend(reasoned.unflatten(2, x.shape[2:])))
