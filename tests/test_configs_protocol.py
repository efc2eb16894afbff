"""How configs sample videos."""

import pytest
from mmengine.config import Config

from smallbig_mm.configs.sampling import Protocol, protocol
from smallbig_mm.errors import ProtocolError
from smallbig_mm.records.store import input_of


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


@pytest.mark.parametrize("crop, number", [("ThreeCrop", 3), ("SixCrop", 6), ("TenCrop", 10)])
def test_crops(crop, number):
    cfg = config(dict(type="UniformSample", clip_len=8), dict(type=crop, crop_size=256))
    assert protocol(cfg) == Protocol(8, "uniform", 1, number, (256, 256))
    assert str(protocol(cfg)) == f"1 x {number} at 256"
    assert protocol(cfg).clip == (8, 256, 256)


def test_a_scale_is_width_and_height():
    cfg = config(dict(type="UniformSample", clip_len=8), dict(type="Resize", scale=(64, 32)))
    assert protocol(cfg).size == (32, 64)


@pytest.mark.parametrize("scale", [(-1, 256), (float("inf"), 256), 0.5])
def test_a_scale_that_leaves_a_side_open_is_no_size(scale):
    pipeline = [dict(type="UniformSample", clip_len=8), dict(type="Resize", scale=scale)]
    cfg = Config(dict(test_dataloader=dict(dataset=dict(pipeline=pipeline))))
    with pytest.raises(ProtocolError, match="crop or size, of both sides"):
        protocol(cfg)
    assert input_of(cfg, "test").startswith("not run: ")
    assert protocol(config(*pipeline)).size == (224, 224)  # the crop before it counts


def test_nothing_to_read():
    with pytest.raises(ValueError, match="its val pipeline names no clip"):
        protocol(config(dict(type="UniformSample", clip_len=8)), "val")
