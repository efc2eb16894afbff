"""What a run's other process, or its averaged weights, hide from it."""

from types import SimpleNamespace

import pytest
import torch

from smallbig_mm.errors import UserError
from smallbig_mm.records import finite

RUNNER = SimpleNamespace(iter=6)
WHOLE = dict(weight=torch.ones(2), steps=torch.tensor(3))
SPOILT = dict(weight=torch.tensor([1.0, torch.inf]))


def test_a_loss_of_another_process_ends_this_one(monkeypatch):
    hook, outputs = finite.Finite(), dict(loss=torch.tensor(0.5))
    hook.after_train_iter(RUNNER, 0, outputs=outputs)
    monkeypatch.setattr(finite, "all_reduce", lambda flag, op: flag.fill_(1))
    with pytest.raises(UserError, match="the loss is not finite in another process at step 7"):
        hook.after_train_iter(RUNNER, 0, outputs=outputs)


@pytest.mark.parametrize("spoilt", ["state_dict", "ema_state_dict"])
def test_neither_weights_nor_what_they_are_averaged_from_are_saved(spoilt):
    whole = dict(state_dict=WHOLE, ema_state_dict=WHOLE)
    finite.Finite().before_save_checkpoint(RUNNER, whole)
    with pytest.raises(UserError, match="weight is not finite"):
        finite.Finite().before_save_checkpoint(RUNNER, {**whole, spoilt: SPOILT})
