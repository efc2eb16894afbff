"""Names of tensors in the authors' implementations, as rules that turn them into ours.

A rule is a pattern and what stands in its place; a name goes through all rules of its family in
their order. Names that no rule knows stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

Rules = Sequence[tuple[str, str | Callable[[re.Match], str]]]


def renamed(name: str, rules: Rules) -> str:
    """A name after all rules."""
    for pattern, replacement in rules:
        name = re.sub(pattern, replacement, name)
    return name


def _block(match: re.Match) -> str:
    """`conv3.B02` is the second block of the second of our layers; `Mixed_4c` likewise."""
    block = match[2]
    number = int(block) - 1 if block.isdigit() else ord(block) - ord("b")
    return f"layer{int(match[1]) - (1 if block.isdigit() else 2)}.{number}"


# github.com/cypw/PyTorch-MFNet, also the 2D network; names without one here are the same.
MFNET: Rules = (
    (r"^conv1\.", "stem."),
    (r"^conv([2-5])\.B(\d+)", _block),
    (r"\.conv_i1\.", ".multiplexer.0."),
    (r"\.conv_i2\.", ".multiplexer.1."),
    (r"\.conv_m([123])\.", r".conv\1."),
    (r"\.conv_w1\.", ".shortcut."),
    (r"^tail\.bn\.", "norm."),
    (r"^classifier\.", "cls_head.fc_cls."),
)

# github.com/facebookresearch/GloRe, by the same author.
GLORE: Rules = (
    *MFNET,
    (r"_extra\.", ".output_unit."),
    (r"\.conv_state\.", ".state."),
    (r"\.conv_proj\.", ".projection."),
    (r"\.gcn\.conv1\.", ".over_nodes."),
    (r"\.gcn\.conv2\.", ".over_states."),
    (r"\.conv_extend\.", ".extend."),
    (r"\.blocker\.", ".bn."),
)

# github.com/piergiaj/pytorch-i3d
I3D: Rules = (
    (r"^Conv3d_1a_7x7\.", "stem.0."),
    (r"^Conv3d_2b_1x1\.", "conv2."),
    (r"^Conv3d_2c_3x3\.", "conv3.0."),
    (r"^Mixed_([345])([b-f])", _block),
    (r"\.b([0-3])(a?)\.", r".branches.\1.0."),
    (r"\.b([12])b\.", r".branches.\1.1."),
    (r"\.b3b\.", ".branches.3.1."),
    (r"\.conv3d\.", ".conv."),
    (r"^logits\.conv\.", "cls_head.fc_cls."),
)

# github.com/antoine77340/S3D_HowTo100M
S3D: Rules = (
    (r"^conv1\.", "stem.0."),
    (r"^conv_2b\.", "conv2."),
    (r"^conv_2c\.(conv|bn)([12])\.", lambda m: f"conv3.{int(m[2]) - 1}.{m[1]}."),
    (r"^gating\.", "conv3.2."),
    (r"^mixed_([345])([b-f])", _block),
    (r"\.conv_b([0-2])(_a)?\.", r".branches.\1.0."),
    (r"\.conv_b([12])_b\.(conv|bn)([12])\.", r".branches.\1.\3.\2."),
    (r"\.conv_b3_b\.", ".branches.3.1."),
    (r"\.gating_b0\.", ".branches.0.1."),
    (r"\.gating_b([12])\.", r".branches.\1.3."),
    (r"\.gating_b3\.", ".branches.3.2."),
    (r"\.(conv|bn)1\.", r".\1."),
    (r"^fc\.", "cls_head.fc_cls."),
)

# torchvision's GoogLeNet, the 2D form of both.
GOOGLENET: Rules = (
    (r"^conv1\.", "stem.0."),
    (r"^conv3\.", "conv3.0."),
    (
        r"^inception([345])([a-e])\.",
        lambda m: f"layer{int(m[1]) - 2}.{ord(m[2]) - ord('a')}.",
    ),
    (r"\.branch1\.", ".branches.0.0."),
    (r"\.branch([234])\.(\d)\.", lambda m: f".branches.{int(m[1]) - 1}.{m[2]}."),
)
