"""SmallBigNet: the host with SmallBig units in its bottlenecks (Sec. 4, Fig. 2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmaction.registry import MODELS

from .host import ResNet3dUnits

EXTRA_UNITS = {"default": "SmallBigExtraUnit", "simple": "SimpleExtraUnit"}


@MODELS.register_module()
class ResNet3dSmallBig(ResNet3dUnits):
    """ResNet with SmallBig units.

    The defaults are the typical block of Fig. 2(e) in res3, res4 and res5. Fig. 2's others:
    (a) 2D `views=(None, None, None)`; (c) `((3, 1, 1), None, None)`; (d) `((3, 3, 3), None, None)`;
    (f) full: typical with `extra_unit='default'`.

    Args:
        depth: 23, 50, 101 or 152.
        views: the big view of each convolution of a bottleneck: `None`, or (t, h, w) with `t='T'`
            for the whole clip, or `('past', t)`, `('future', t)` or `('both', t)` in place of t for
            a view that looks one way in time (see `SmallBig`; not in the paper).
        stages: stages with SmallBig units, of res2 ... res5.
        extra_unit: `None`, `'default'` (Fig. 2(f)) or `'simple'` (Table 9), at the input of each
            block of `extra_stages`.
        extra_stages: stages with extra units.
        extra_blocks: of each of these stages, the blocks with one, counted from 0, e.g.
            `((1, 3), (1, 3, 5), (1,))`; all blocks if not given.
        pool: `'max'` or `'avg'`.
        share_weights: whether the views share their convolution.
        norm: `'individual'`, a batch norm a view, or `'single'`.
        **kwargs: further arguments of `ResNet3dUnits`, e.g. `pretrained`, `clip_size`, `with_cp`.

    Shapes: (N, 3, T, H, W) -> (N, 2048, T, H/32, W/32).

    Raises:
        ValueError: on arguments that are none of these or do not go together.
    """

    def __init__(
        self,
        depth: int = 50,
        views: Sequence[Sequence[Any] | None] = ((3, 3, 3), (3, 3, 3), ("T", 3, 3)),
        stages: Sequence[int] = (3, 4, 5),
        extra_unit: str | None = None,
        extra_stages: Sequence[int] = (3, 4, 5),
        extra_blocks: Sequence[Sequence[int]] | None = None,
        pool: str = "max",
        share_weights: bool = True,
        norm: str = "individual",
        **kwargs,
    ) -> None:
        if len(views) != 3:
            raise ValueError(f"views={views!r}: give three, one a convolution of the bottleneck")
        units: list[dict] = [
            dict(
                type="SmallBig",
                position=f"conv{number}",
                stages=stages,
                view=view,
                pool=pool,
                share_weights=share_weights,
                norm=norm,
            )
            for number, view in enumerate(views, start=1)
            if view is not None
        ]
        if extra_unit is not None:
            if extra_unit not in EXTRA_UNITS:
                raise ValueError(
                    f"extra_unit={extra_unit!r}: choose None, {' or '.join(map(repr, EXTRA_UNITS))}"
                )
            if extra_blocks is not None and len(extra_blocks) != len(extra_stages):
                raise ValueError(
                    f"extra_blocks={extra_blocks!r}: give the blocks of each of "
                    f"extra_stages={tuple(extra_stages)}"
                )
            extra: dict = dict(type=EXTRA_UNITS[extra_unit], position="block_input", pool=pool)
            if extra_unit == "default":
                extra["share_weights"] = share_weights
            blocks = [None] * len(extra_stages) if extra_blocks is None else extra_blocks
            units += [
                dict(extra, stages=(stage,), blocks=some)
                for stage, some in zip(extra_stages, blocks, strict=True)
            ]
        super().__init__(depth=depth, units=units, **kwargs)
