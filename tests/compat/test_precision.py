"""Training in bfloat16 on a CPU."""

from __future__ import annotations

import io

import pytest
import torch
from mmengine.optim import AmpOptimWrapper
from torch import nn

from smallbig_mm.compat import precision
from smallbig_mm.errors import UserError

needs_no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="is about machines without")


def wrapper(network: nn.Module, dtype: str = "bfloat16") -> AmpOptimWrapper:
    optimizer = torch.optim.SGD(network.parameters(), 0.05, momentum=0.9)
    return AmpOptimWrapper(optimizer=optimizer, dtype=dtype, accumulative_counts=2)


def losses(network: nn.Module, optim: AmpOptimWrapper, steps: int) -> list[float]:
    x = torch.randn(64, 8, generator=torch.Generator().manual_seed(1))
    found = []
    for _ in range(steps):
        with optim.optim_context(network):
            y = network(x)
        assert y.dtype == torch.bfloat16
        loss = (y.float().squeeze() - x.sum(1)).square().mean()
        optim.update_params(loss)
        found.append(loss.item())
    return found


@needs_no_gpu
def test_a_training_in_bfloat16_goes_on_as_it_would_have(monkeypatch) -> None:
    monkeypatch.setattr(precision, "has_bfloat16", lambda: True)
    torch.manual_seed(0)
    network = nn.Linear(8, 1)
    optim = wrapper(network)
    first = losses(network, optim, 60)
    assert first[-1] < first[0] / 4
    assert network.weight.dtype == torch.float32
    saved = _saved(dict(optim=optim.state_dict(), network=network.state_dict()))
    rest = losses(network, optim, 6)
    again = nn.Linear(8, 1)
    loaded = torch.load(saved, weights_only=True)
    again.load_state_dict(loaded["network"])
    resumed = wrapper(again)
    resumed.load_state_dict(loaded["optim"])
    assert losses(again, resumed, 6) == rest


@needs_no_gpu
def test_what_a_cpu_trained_is_resumed_where_gradients_are_scaled(monkeypatch) -> None:
    monkeypatch.setattr(precision, "has_bfloat16", lambda: True)
    state = wrapper(nn.Linear(8, 1)).state_dict()
    assert state["loss_scaler"] == {}
    other = wrapper(nn.Linear(8, 1))
    other.loss_scaler = torch.amp.GradScaler("cpu")  # a GPU's, which refuses an empty state
    other.load_state_dict(state)
    assert state["loss_scaler"] == {} and other.loss_scaler.get_scale() > 1


def _saved(state: dict) -> io.BytesIO:
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return file


@needs_no_gpu
def test_what_a_cpu_cannot_do_is_named(monkeypatch) -> None:
    monkeypatch.setattr(precision, "has_bfloat16", lambda: True)
    with pytest.raises(UserError, match=r"dtype='float16'.*'bfloat16'"):
        wrapper(nn.Linear(8, 1), "float16")
    monkeypatch.setattr(precision, "has_bfloat16", lambda: False)
    with pytest.raises(UserError, match="this processor has no bfloat16"):
        wrapper(nn.Linear(8, 1))


def test_emulation_does_not_count(monkeypatch) -> None:
    monkeypatch.setattr(precision.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    assert not precision.has_bfloat16()
