"""The SmallBig unit: one convolution looks at a small and at a big view (Eq. 2).

    y = BN_small(W x) + BN_big(W pool(x))

`W` is shared by the views, so the unit costs the parameters of the 2D convolution that it replaces;
`pool` is a 3D max pooling around each position; each view has a batch norm of its own, the big
one's scale starting at zero, so that a network with SmallBig units starts as the one without.

The paper's views are symmetric in time, so that a network of them cannot tell a clip from its
reversal. Beside them, and not in the paper, are views that look one way in time and cost the same:
`('past', t)` or `('future', t)` in place of t, or `('both', t)`, whose first half of the channels
looks at the past and the other at the future, as TSM shifts channels (github.com/mit-han-lab/
temporal-shift-module).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmaction.registry import MODELS
from mmcv.cnn import ConvModule, build_conv_layer, build_norm_layer
from mmengine.model import constant_init
from torch import Tensor

from ..ops.layout import CONV3D
from ..ops.pool import WAYS, View, check_pool, pool_again, pool_view


def check_view(view: Sequence[Any]) -> View:
    """Return `view` as a tuple.

    Raises:
        ValueError: if it is not `(t, h, w)` with odd positive sizes, `t` possibly `'T'`, or one of
            `WAYS` with a number of frames of at least two.
    """
    t, *space = view if len(view) == 3 else (0, 0, 0)
    if isinstance(t, (tuple, list)):  # JSON and YAML know lists only
        way, frames = t if len(t) == 2 else ("", 0)
        if way not in WAYS or not isinstance(frames, int) or frames < 2:
            raise ValueError(
                f"view={view!r}: a view that looks one way in time has ('past', t), ('future', t) "
                "or ('both', t) in place of t, of two frames or more, e.g. (('past', 3), 3, 3)"
            )
        t = way, frames
    centred = space if isinstance(t, tuple) or t == "T" else (t, *space)
    if not all(isinstance(size, int) and size > 0 and size % 2 == 1 for size in centred):
        raise ValueError(
            f"view={view!r}: give (t, h, w) with odd sizes, so that the view has a centre, or as t "
            "'T' for the whole clip or e.g. ('past', 3) for the frame and the two before it: "
            "(3, 3, 3), ('T', 3, 3), (('past', 3), 3, 3)"
        )
    return (t, *space)  # type: ignore[return-value]


@MODELS.register_module()
class SmallBig(ConvModule):
    """Convolution, norm and activation over a small and a big view, in place of a `ConvModule`.

    It takes a `ConvModule`'s arguments and names its small view's weights as a `ConvModule` does,
    so a network's 2D weights load unchanged.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: size of the convolution.
        view: the big view (t, h, w), odd sizes; `('T', h, w)` for all frames; or one way in time,
            e.g. `(('past', 3), 3, 3)` for the frame and the two before it.
        pool: `'max'`, or `'avg'` (Table 6).
        share_weights: one convolution for both views; otherwise the big view has its own, which
            starts as a copy of the small view's (Table 6).
        norm: `'individual'`, a batch norm a view; `'single'`, BN(W (x + pool(x))), which needs one
            convolution only (Table 6).
        **conv: further arguments of `ConvModule`.

    Shapes: (N, C_in, T, H, W) -> what the convolution alone would give, e.g. (N, C_out, T, H, W).

    Raises:
        ValueError: if an argument is none of the above, or weights are not shared under a single
            norm, which is defined by sharing them.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        *,
        view: Sequence[Any] = (3, 3, 3),
        pool: str = "max",
        share_weights: bool = True,
        norm: str = "individual",
        **conv,
    ) -> None:
        if norm not in ("individual", "single"):
            raise ValueError(f"norm={norm!r}: choose 'individual' or 'single'")
        if norm == "single" and not share_weights:
            raise ValueError(
                "share_weights=False with norm='single': a single norm follows one convolution of "
                "small + big; share the weights, or give each view its own norm ('individual')"
            )
        conv.setdefault("conv_cfg", CONV3D)
        conv.setdefault("norm_cfg", dict(type="BN3d"))
        super().__init__(in_channels, out_channels, kernel_size, **conv)
        self.view = check_view(view)
        self.pool = check_pool(pool)
        self.big_conv = None if share_weights else self._second_conv()
        self.big_bn = (
            build_norm_layer(self.norm_cfg, out_channels)[1] if norm == "individual" else None
        )
        self.init_unit()

    def _second_conv(self):
        return build_conv_layer(
            self.conv_cfg,
            self.in_channels,
            self.out_channels,
            self.kernel_size,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
            bias=self.with_bias,
        )

    def init_unit(self) -> None:
        """Set what the unit adds to the convolution, so that the big view starts without effect."""
        if self.big_conv is not None:
            self.big_conv.load_state_dict(self.conv.state_dict())
        if self.big_bn is not None:
            constant_init(self.big_bn, 0, bias=0)

    def check_input(self, x: Tensor) -> None:
        """Raise ValueError if the view is larger than the feature map of `x`, (N, C, T, H, W)."""
        size, (t, h, w) = tuple(x.shape[2:]), self.view
        way, frames = t if isinstance(t, tuple) else ("", size[0] if t == "T" else t)
        if any(v > s for v, s in zip((frames, h, w), size, strict=True)):
            named = "x".join(map(str, ("T" if t == "T" else frames, h, w)))
            raise ValueError(
                f"view {way + ' ' if way else ''}{named} is larger than the feature map "
                f"{'x'.join(map(str, size))} (TxHxW): use a smaller view, or a larger clip"
            )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C_in, T, H, W) -> (N, C_out, T, H', W')."""
        if self.big_bn is None:
            y = self.norm(self.conv(x + pool_view(x, self.view, self.pool)))
        else:
            small, big = self.views(x)
            y = small + big
        return self.activate(y) if self.with_activation else y

    def views(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What the small and the big view add up to y, of individual norms: BN_small(W x), of y's
        shape, and BN_big(W pool(x)), of one frame where the view is the whole clip."""
        assert self.big_bn is not None
        return self.norm(self.conv(x)), self.big_bn(pool_again(self._big_view, x))

    def _big_view(self, x: Tensor) -> Tensor:
        """W pool(x), before its norm."""
        big_conv = self.conv if self.big_conv is None else self.big_conv
        return big_conv(pool_view(x, self.view, self.pool))

    def extra_repr(self) -> str:
        return f"view={self.view}, pool={self.pool!r}"
