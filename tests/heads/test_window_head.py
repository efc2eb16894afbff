"""The head that averages the scores of windows."""

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS

import smallbig_mm  # noqa: F401


def head(**cfg):
    return MODELS.build(dict(type="WindowHead", num_classes=5, in_channels=8, **cfg))


def test_scores_of_windows_are_averaged():
    x = torch.randn(2, 8, 4, 7, 7)
    model = head(dropout_ratio=0)
    windows = F.avg_pool3d(x, (2, 7, 7), stride=1)[..., 0, 0]
    expected = torch.stack([model.fc_cls(w) for w in windows.unbind(2)]).mean(0)
    torch.testing.assert_close(model(x), expected)
    plain = MODELS.build(dict(type="I3DHead", num_classes=5, in_channels=8, dropout_ratio=0))
    plain.load_state_dict(model.state_dict())
    assert (plain(x) - model(x)).abs().max() > 1e-3
    torch.testing.assert_close(plain(x[:, :, :1]), model(x[:, :, :1]))  # fewer frames than two


def test_dropout_is_each_window_s_own():
    x, model = torch.ones(1, 8, 9, 7, 7), head(dropout_ratio=0.5).train()
    seen = []
    model.fc_cls.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    model(x)
    assert not set(seen[0].flatten().tolist()) <= {0.0, 2.0}  # a mean of eight draws
