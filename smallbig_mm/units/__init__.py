"""Units that are placed in a ResNet: one idea a file.

What `ResNet3dUnits`, their host, asks of a unit (`tests/units/test_contract.py` holds all to it):

- It is a `torch.nn.Module`, registered in mmaction2's `MODELS`. At a position `conv1`, `conv2` or
  `conv3` it is mmcv's `ConvModule`, built with one's arguments, so that it keeps the names under
  which 2D weights are loaded. At `block_input`, `block_sum` (after the residual sum, before its
  ReLU), `block_output` or `stage_output` it is built with `in_channels` and keeps the channels.
- `init_unit()` sets what the unit adds, and nothing else: the host calls it after it has drawn or
  loaded the network's weights, which stay; a unit that can be without effect then starts so.
- `check_input(x)` raises ValueError, saying why, on features that the unit cannot take.

A unit that adds nothing, or takes everything, does not define them; `init_weights`, which draws a
`ConvModule` anew, never stands in.
"""

from .correspondence import CorrespondenceUnit
from .cost import CoSTConv
from .double_attention import DoubleAttentionUnit
from .extra import SimpleExtraUnit, SmallBigExtraUnit
from .glore import GloReUnit
from .non_local import NonLocalUnit
from .smallbig import SmallBig
from .tei import TEIConv
from .temporal_shift import TemporalShiftConv

__all__ = [
    "CoSTConv",
    "CorrespondenceUnit",
    "DoubleAttentionUnit",
    "GloReUnit",
    "NonLocalUnit",
    "SimpleExtraUnit",
    "SmallBig",
    "SmallBigExtraUnit",
    "TEIConv",
    "TemporalShiftConv",
]
