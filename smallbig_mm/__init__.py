"""SmallBigNet (CVPR 2020) and a fair comparison of spatio-temporal units, on mmaction2.

Importing the package repairs what keeps the published stack from running on today's PyTorch
(`smallbig_mm.compat`) and registers its networks in mmaction2's registry, so that a config needs
one line: `custom_imports = dict(imports=['smallbig_mm'])`.
"""

from .compat import repair

repair()

from . import backbones, datasets, heads, units  # noqa: E402
from .catalog import get_config, get_model, list_models  # noqa: E402
from .inference import VideoPipeline, load, predict  # noqa: E402

__version__ = "0.1.0"
__all__ = [
    "VideoPipeline",
    "backbones",
    "datasets",
    "get_config",
    "get_model",
    "heads",
    "list_models",
    "load",
    "predict",
    "units",
]
