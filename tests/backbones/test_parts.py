"""2D weights for networks that are not the host."""

from __future__ import annotations

import pytest
import torch

from smallbig_mm.backbones import MFNet, PreActResNet3d
from smallbig_mm.backbones.official_names import GLORE, MFNET, renamed
from smallbig_mm.errors import WeightsError

from ..golden import reference


def flat(golden: str) -> dict[str, torch.Tensor]:
    """A reference's weights as those of its 2D form: without units, kernels of one frame."""
    return {
        name: 3 * value[:, :, 0] if value.dim() == 5 else value
        for name, value in reference.state_dict(golden).items()
        if "_extra." not in name
    }


@pytest.mark.parametrize(
    "golden, network, rules",
    [
        ("mfnet", MFNet, MFNET),
        pytest.param("glore_r50", PreActResNet3d, GLORE, marks=pytest.mark.slow),
    ],
)
def test_2d_kernels_are_inflated(golden, network, rules, tmp_path):
    weights, path = flat(golden), tmp_path / "flat.pth"
    torch.save(weights, path)
    net = network(pretrained=str(path))
    net.init_weights()
    state = net.state_dict()
    names = {renamed(name, rules): value for name, value in weights.items()}
    rest = {n for n in set(state) - set(names) if not n.endswith("num_batches_tracked")}
    assert all(".output_unit." in name for name in rest)
    assert set(names) - set(state) == {"cls_head.fc_cls.weight", "cls_head.fc_cls.bias"}
    for name in names.keys() & state.keys():
        held = state[name]
        if held.dim() == 5:
            assert torch.equal(held, held[:, :, :1].expand_as(held))
            held = held.sum(2)
        torch.testing.assert_close(held, names[name], msg=name)


def test_weights_that_do_not_fit_are_refused(tmp_path):
    torch.save({"layer1.0.conv1.weight": torch.ones(2, 2, 1, 1)}, tmp_path / "resnet.pth")
    with pytest.raises(WeightsError, match=r"no name in it is one of this network's 2D form"):
        MFNet(pretrained=str(tmp_path / "resnet.pth")).init_weights()
    torch.save({"conv1.conv.weight": torch.ones(32, 3, 5, 5)}, tmp_path / "wide.pth")
    with pytest.raises(WeightsError, match=r"is \(32, 3, 3, 5, 5\), the network's \(16, 3, 3, 5"):
        MFNet(pretrained=str(tmp_path / "wide.pth")).init_weights()
