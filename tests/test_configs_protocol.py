"""How configs sample videos, and configs as text."""

import pytest
from mmengine.config import Config

from smallbig_mm.configs import Protocol, parse, protocol
from smallbig_mm.errors import UserError


def config(sampler: dict, *others: dict) -> Config:
    pipeline = [sampler, dict(type="CenterCrop", crop_size=224), *others]
    return Config(dict(test_dataloader=dict(dataset=dict(pipeline=pipeline))))


@pytest.mark.parametrize(
    "sampler, expected",
    [
        (dict(type="SampleFrames", clip_len=8, frame_interval=4, num_clips=10), (8, 4, 10)),
        (dict(type="SampleFrames", clip_len=32), (32, 1, 1)),
        (dict(type="UniformSample", clip_len=16, num_clips=2), (16, "uniform", 2)),
        (dict(type="SampleFrames", clip_len=1, num_clips=8), (8, "uniform", 1)),
        (
            dict(type="SampleFrames", clip_len=1, num_clips=8, twice_sample=True),
            (8, "uniform", 2),
        ),
        (dict(type="DenseSampleFrames", clip_len=1, num_clips=8, test_mode=True), (8, 8, 10)),
        (dict(type="DenseSampleFrames", clip_len=1, num_clips=16), (16, 4, 1)),
    ],
)
def test_samplers(sampler, expected):
    found = protocol(config(sampler))
    assert (found.frames, found.interval, found.clips) == expected
    assert (found.crops, found.size) == (1, (224, 224))


@pytest.mark.parametrize("crop, number", [("ThreeCrop", 3), ("TenCrop", 10)])
def test_crops(crop, number):
    cfg = config(dict(type="UniformSample", clip_len=8), dict(type=crop, crop_size=256))
    assert protocol(cfg) == Protocol(8, "uniform", 1, number, (256, 256))
    assert str(protocol(cfg)) == f"1 x {number} at 256"
    assert protocol(cfg).clip == (8, 256, 256)


def test_a_scale_is_width_and_height():
    cfg = config(dict(type="UniformSample", clip_len=8), dict(type="Resize", scale=(64, 32)))
    assert protocol(cfg).size == (32, 64)


def test_nothing_to_read():
    with pytest.raises(ValueError, match="its val pipeline names no clip"):
        protocol(config(dict(type="UniformSample", clip_len=8)), "val")


def test_a_printed_config_is_read_as_mmengine_prints_it(tmp_path):
    """Negative numbers, tuples, and names that are no identifiers."""
    path = tmp_path / "custom.py"
    path.write_text(
        "optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'a.b': dict(lr_mult=-1e-3)},"
        " empty=dict(), one=(1,)))\nmodel = None\n"
    )
    cfg = Config.fromfile(path)
    assert "'a.b'" in cfg.pretty_text and "-0.001" in cfg.pretty_text
    assert parse(cfg.pretty_text) == cfg.to_dict()


@pytest.mark.parametrize(
    "text",
    [
        "model = __import__('pathlib').Path('ran').touch()",
        "open('ran', 'w')",
        "model = dict(**dict(a=1))",
        "model = [1 for _ in (1,)]",
        "model = dict([('a', 1)])",
        "model = (",
        "def f():\n    pass",
    ],
)
def test_a_printed_config_is_never_run(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="printed config cannot be read"):
        parse(text)
    assert not list(tmp_path.iterdir())
