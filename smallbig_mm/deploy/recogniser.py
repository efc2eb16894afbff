"""An mmaction2 recogniser whose views another backend sees, or torch in another precision."""

from __future__ import annotations

from typing import Any

import torch
from mmaction.models import Recognizer2D, Recognizer3D
from mmaction.models.heads import BaseHead
from mmengine.config import Config
from mmengine.model import BaseModel
from torch import Tensor

from ..compat.networks import views_at_a_time
from ..errors import UserError
from .backends import prepare
from .calibration import CalibrationClips
from .classifier import Classifier
from .execution import Execution
from .views import as_views


class DeployedRecogniser(BaseModel):
    """Tests and predicts as its recogniser does, with scores that a backend gives each view.

    Preprocessing and the mean over views are the recogniser's own, so mmengine's test loop and
    mmaction2's evaluators, dumps and inference take one for the other. A few views at a time go
    through the backend. Samples that are not of torch in float32 say what they are of.

    Args:
        recogniser: mmaction2's, with its weights; it is put in eval mode.
        cfg: its config, whose test pipeline reads the videos of a calibration.
        batch: as a test's loader gives it. Its first view is what the backend is prepared with; all
            others have that shape.
        how: the network is run.

    Raises:
        UserError: if scores of this recogniser are no function of a view, `prepare` refuses, or the
            videos of a calibration cannot be read.
    """

    def __init__(self, recogniser: Any, cfg: Config, batch: dict[str, Any], how: Execution) -> None:
        _require_scores_a_view(recogniser, how)
        super().__init__(data_preprocessor=recogniser.data_preprocessor)
        recogniser.eval()
        self.cfg, self.how, self.cls_head = cfg, how, recogniser.cls_head
        self._views = lambda inputs: as_views(recogniser, inputs)
        self._test_cfg = recogniser.test_cfg or {}
        example = self._views(self.data_preprocessor(batch)["inputs"])[:1]
        self._shape = example.shape[1:]
        clips = None
        if how.calibration is not None:
            clips = CalibrationClips(recogniser, cfg, how.calibration, how.clips)
        network = Classifier(recogniser).eval()
        self._run = prepare(network, example, how.backend, how.precision, calibration=clips)

    def forward(self, inputs: Tensor, data_samples: list, mode: str = "predict") -> list:
        """The samples with their scores; `mode` is mmengine's, always `'predict'`.

        Args:
            inputs: preprocessed, of the shapes of `as_views`.
            data_samples: a video each.

        Raises:
            UserError: if views have another shape than the backend was prepared for.
        """
        views = self._views(inputs)
        if views.shape[1:] != self._shape:
            raise UserError(
                f"--backend {self.how.backend}: is prepared for views of {tuple(self._shape)}, and "
                f"a video's are {tuple(views.shape[1:])}; let the test pipeline crop to one size"
            )
        frames = views.shape[1] if views.ndim == inputs.ndim else 1
        most = max(views_at_a_time(self._test_cfg, inputs[0, 0, 0].numel()) // frames, 1)
        scores = torch.cat([self._run(part) for part in views.split(most)])
        samples = self.cls_head.predict_by_feat(scores, data_samples)
        if not self.how.is_plain:
            for sample in samples:
                said = dict(backend=self.how.backend, precision=self.how.precision)
                sample.set_metainfo(said)
        return samples


def _require_scores_a_view(recogniser: Any, how: Execution) -> None:
    """Raise UserError unless scores are a function of each view, averaged by the head's base."""
    kind, head = type(recogniser), recogniser.cls_head
    why = None
    if kind not in (Recognizer2D, Recognizer3D):
        why = f"model.type={kind.__name__} is neither Recognizer3D nor Recognizer2D"
    elif type(head).predict is not BaseHead.predict:
        why = f"model.cls_head.type={type(head).__name__} takes more than a clip, such as boxes"
    elif (recogniser.test_cfg or {}).get("fcn_test"):
        why = "model.test_cfg.fcn_test=True spreads a view's scores over its positions"
    if why:
        raise UserError(
            f"--backend {how.backend} --precision {how.precision}: {why}; leave both out"
        )
