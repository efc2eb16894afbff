"""The host: mmaction2's ResNet3d with depth 23 added and units placed in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import torch
from mmaction.models.backbones import ResNet3d
from mmaction.registry import MODELS
from mmcv.cnn import ConvModule
from torch import Tensor, nn
from torch.func import functional_call

from ..ops.layout import CONV3D, channels_last
from ..state_dicts import SCHEME, SCHEME_2D
from .blocks import UnitBasicBlock, UnitBottleneck

CONVS = ("conv1", "conv2", "conv3")
PLACES = {  # position -> where a block keeps the unit
    **{conv: conv for conv in CONVS},
    "block_input": "input_unit",
    "block_sum": "sum_unit",
    "block_output": "output_unit",
    "stage_output": "output_unit",
}


@MODELS.register_module()
class ResNet3dUnits(ResNet3d):
    """A ResNet over clips with units placed in it; without units a 2D ResNet frame by frame.

    Its defaults are those of the paper's Table 1: a 1x7x7 stem, no temporal stride, no temporal
    kernels (`inflate=0`), and depth 23 with (1, 2, 3, 1) bottlenecks.

    Args:
        depth: 18, 23, 34, 50, 101 or 152.
        units: each a dict with `type` (a name in mmaction2's `MODELS`) and its arguments, and
            `position`: `'conv1' | 'conv2' | 'conv3'`, in place of that convolution with its norm
            and activation (the unit is a `ConvModule`); or `'block_input' | 'block_sum' |
            'block_output' | 'stage_output'`, on the features there (the unit takes `in_channels`;
            `block_sum` is after the residual sum, before its ReLU);
            `stages`: of res2 ... res5, e.g. `(3, 4)`;
            `blocks`: of these stages, counted from 0; all blocks if not given.
        clip_size: (T, H, W) of the smallest clip that the network is meant for. With it, units
            that do not fit their feature map, and clips that are too short for the strides, are
            refused when the network is built.
        **kwargs: further arguments of mmaction2's `ResNet3d`.

    Shapes: (N, 3, T, H, W) -> (N, C, T, H/32, W/32), C = 2048 for depths 23, 50, 101 and 152.

    Raises:
        ValueError: on an unknown depth, position, stage or block, two units in one place, or a
            unit or a clip that does not fit.
    """

    pretrained: str | None
    arch_settings: ClassVar[dict] = {
        18: (UnitBasicBlock, (2, 2, 2, 2)),
        23: (UnitBottleneck, (1, 2, 3, 1)),
        34: (UnitBasicBlock, (3, 4, 6, 3)),
        50: (UnitBottleneck, (3, 4, 6, 3)),
        101: (UnitBottleneck, (3, 4, 23, 3)),
        152: (UnitBottleneck, (3, 8, 36, 3)),
    }

    def __init__(
        self,
        depth: int = 50,
        units: Sequence[dict] = (),
        clip_size: tuple[int, int, int] | None = None,
        conv1_kernel: Sequence[int] = (1, 7, 7),
        inflate: int | Sequence = 0,
        with_pool2: bool = False,
        zero_init_residual: bool = False,
        conv_cfg: dict = CONV3D,
        **kwargs,
    ) -> None:
        if depth not in self.arch_settings:
            raise ValueError(f"depth={depth!r}: choose one of {sorted(self.arch_settings)}")
        super().__init__(
            depth=depth,
            conv1_kernel=conv1_kernel,
            inflate=inflate,
            with_pool2=with_pool2,
            zero_init_residual=zero_init_residual,
            conv_cfg=conv_cfg,
            **kwargs,
        )
        self.unit_names: list[str] = []
        for cfg in units:
            self._place(dict(cfg))
        if clip_size is not None:
            self._check_units(clip_size)

    def _place(self, cfg: dict) -> None:
        """Build one unit at each place that `cfg` names."""
        if "type" not in cfg or "position" not in cfg or "stages" not in cfg:
            raise ValueError(f"unit {cfg}: give type, position and stages")
        position, stages, blocks = cfg.pop("position"), cfg.pop("stages"), cfg.pop("blocks", None)
        if position not in PLACES:
            raise ValueError(f"{cfg['type']}: position={position!r}: choose one of {tuple(PLACES)}")
        for stage, number, block in self._chosen(cfg["type"], stages, blocks, position):
            name = f"layer{stage - 1}.{number}"
            place = PLACES[position]
            if position in CONVS:
                unit = self._unit_for_conv(cfg, name, block, position)
            else:
                if getattr(block, place) is not None:
                    raise ValueError(f"{cfg['type']}: {name} has a unit at its {position} already")
                channels = block.inplanes
                if position != "block_input":
                    channels = block.planes * block.expansion
                unit = MODELS.build(dict(cfg, in_channels=channels))
            setattr(block, place, unit)
            self.unit_names.append(f"{name}.{place}")

    def _chosen(
        self, unit: str, stages: Sequence[int], blocks: Sequence[int] | None, position: str
    ) -> Iterator[tuple[int, int, Any]]:
        """Stage, number and module of each block in which a unit is placed."""
        for stage in stages:
            if stage not in range(2, self.num_stages + 2):
                raise ValueError(
                    f"{unit}: stages={tuple(stages)}: there is no res{stage}; "
                    f"this network has res2 ... res{self.num_stages + 1}"
                )
            layer = list(getattr(self, f"layer{stage - 1}"))
            numbers = range(len(layer)) if blocks is None else blocks
            if position == "stage_output":
                numbers = (len(layer) - 1,)
            for number in numbers:
                if number not in range(len(layer)):
                    raise ValueError(
                        f"{unit}: blocks={tuple(numbers)}: res{stage} of depth {self.depth} has "
                        f"blocks 0 ... {len(layer) - 1}"
                    )
                yield stage, number, layer[number]

    @staticmethod
    def _unit_for_conv(cfg: dict, name: str, block: nn.Module, position: str) -> nn.Module:
        conv = getattr(block, position, None)
        if conv is None:
            raise ValueError(
                f"{cfg['type']}: there is no {position} in {name}: depths 18 and 34 have basic "
                "blocks of two convolutions; choose a depth with bottlenecks (23, 50, 101, 152)"
            )
        if type(conv) is not ConvModule:
            raise ValueError(f"{cfg['type']}: {name} has a unit at its {position} already")
        return MODELS.build(
            dict(
                cfg,
                in_channels=conv.in_channels,
                out_channels=conv.out_channels,
                kernel_size=conv.kernel_size,
                stride=conv.stride,
                padding=conv.padding,
                dilation=conv.dilation,
                bias=conv.with_bias,
                conv_cfg=conv.conv_cfg,
                norm_cfg=conv.norm_cfg,
                act_cfg=conv.act_cfg,
            )
        )

    def _check_units(self, clip_size: tuple[int, int, int]) -> None:
        """Send a clip without data through the network and let units look at what reaches them."""

        def hook(name):
            def check(unit, inputs):
                try:
                    unit.check_input(*inputs)
                except ValueError as error:
                    raise ValueError(f"{name}, for clips of {clip_size}: {error}") from None

            return check

        handles = [
            unit.register_forward_pre_hook(hook(name))
            for name, unit in self.named_units()
            if hasattr(unit, "check_input")
        ]
        clip = torch.empty(2, self.in_channels, *clip_size, device="meta")
        state = {name: tensor.to("meta") for name, tensor in self.state_dict().items()}
        try:
            with torch.no_grad():
                functional_call(self, state, clip)
        except RuntimeError as error:
            raise ValueError(
                f"clips of {clip_size} (TxHxW) do not pass this network: {error}; use larger ones, "
                "or fewer strides"
            ) from error
        finally:
            for handle in handles:
                handle.remove()

    def named_units(self) -> Iterator[tuple[str, Any]]:
        """Name and module of each unit placed, in the order of `units`."""
        for name in self.unit_names:
            yield name, self.get_submodule(name)

    def init_weights(self, pretrained: str | None = None) -> None:
        """Initialise as `ResNet3d` does (2D weights from `pretrained`), then the units.

        `ResNet3d` sets every batch norm's scale to one, units' included, which would undo that
        units start without effect. Weights of a whole 3D network (`pretrained2d=False`) stay.
        Whatever wrapped the weights' network when they were saved is left out of their names, and
        2D weights may have torchvision's names or those of mmaction2 and this package.
        """
        file = pretrained or self.pretrained
        scheme = SCHEME_2D if self.pretrained2d else SCHEME
        self.pretrained = f"{scheme}{file}" if file else None
        try:
            super().init_weights()
        finally:
            self.pretrained = file
        if self.pretrained is None or self.pretrained2d:
            for _, unit in self.named_units():
                if hasattr(unit, "init_unit"):
                    unit.init_unit()

    def forward(self, x: Tensor) -> Any:
        """The last stage's features, or one a stage of `out_indices`; channels-last throughout."""
        return super().forward(channels_last(x))

    def train(self, mode: bool = True) -> ResNet3dUnits:
        """Set training mode; returns self as torch does (mmaction2's `ResNet3d` returns None)."""
        super().train(mode)
        return self
