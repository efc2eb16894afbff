"""What is timed: a pass without gradients, and a step that trains."""

import pytest
import torch
from torch import nn

from smallbig_mm.configs import load_config
from smallbig_mm.costs.counting import build_model
from smallbig_mm.costs.fast_paths import compiled
from smallbig_mm.costs.steps import inference, random_clips, training_step, weights_layout
from smallbig_mm.deploy.classifier import Classifier
from smallbig_mm.errors import UserError
from smallbig_mm.files import own_config

CPU = torch.device("cpu")
CLIP = (4, 32, 32)


@pytest.fixture
def tiny():
    cfg = load_config(str(own_config("motion_shapes/smallbig_r23")))
    return cfg, build_model(cfg)


def test_inference_gives_scores_of_the_whole_batch_without_gradients(tiny):
    classifier = Classifier(tiny[1])
    clips = random_clips(classifier, 3, CLIP, CPU)
    assert clips.shape == (3, 3, *CLIP) and clips.is_contiguous()
    scores = inference(classifier, clips, "torch", "fp32", torch.get_num_threads())()
    torch.testing.assert_close(scores, classifier(clips))
    assert not scores.requires_grad and classifier(clips).requires_grad


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_training_step_moves_the_weights_by_the_configs_optimiser(tiny, precision, monkeypatch):
    monkeypatch.setattr("smallbig_mm.compat.precision.has_bfloat16", lambda: True)
    cfg, model = tiny
    cfg.optim_wrapper.accumulative_counts = 8
    clips = random_clips(Classifier(model), 2, CLIP, CPU)
    step = training_step(model, cfg, clips, "torch", precision)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    step()
    assert model.training
    assert all(not torch.equal(p, before[n]) for n, p in model.named_parameters() if p.ndim > 1)
    cfg.optim_wrapper.optimizer.lr = 0.0
    still = {name: p.detach().clone() for name, p in model.named_parameters()}
    training_step(model, cfg, clips, "torch", precision)()
    assert all(torch.equal(p, still[n]) for n, p in model.named_parameters())


def test_what_cannot_be_trained_is_said(tiny, monkeypatch):
    cfg, model = tiny
    clips = random_clips(Classifier(model), 2, CLIP, CPU)
    monkeypatch.setattr("smallbig_mm.compat.precision.has_bfloat16", lambda: False)
    for precision, words in (("int8", "trained in int8"), ("bf16", "bf16")):
        with pytest.raises(UserError, match=words):
            training_step(model, cfg, clips, "torch", precision)
    cfg.pop("optim_wrapper")
    with pytest.raises(UserError, match=r"smallbig_r23\.py: no optim_wrapper"):
        training_step(model, cfg, clips, "torch", "fp32")


def test_layout_of_weights():
    network = nn.Sequential(nn.Conv3d(3, 4, 3), nn.Conv3d(4, 4, 1), nn.Conv2d(4, 4, 3))
    assert weights_layout(network) == "contiguous"
    network[0].to(memory_format=torch.channels_last_3d)
    assert weights_layout(network) == "mixed"
    network[2].to(memory_format=torch.channels_last)
    assert weights_layout(network) == "channels last"


def test_a_compiled_form_is_one_graph_or_fails():
    def whole(x):
        return x.sin() + 1

    def broken(x):
        torch._dynamo.graph_break()
        return whole(x)

    clips = torch.ones(2, 3)
    torch.testing.assert_close(compiled(whole, "eager")(clips), whole(clips))
    with pytest.raises(torch._dynamo.exc.Unsupported):
        compiled(broken, "eager")(clips)
