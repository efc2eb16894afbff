"""Every config loads, builds, trains a step and tests a clip on tiny real video."""

import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.runner import Runner

from smallbig_mm.configs import dataset_of, load_config
from smallbig_mm.configs.identity import digest
from smallbig_mm.paper import rows

from .videos import write_dataset

CONFIGS = Path(__file__).parents[1] / "configs"
NAMES = [path.stem for path in sorted(CONFIGS.glob("*.py"))]
BEYOND = [f"beyond/{path.stem}" for path in sorted(CONFIGS.glob("beyond/*.py"))]


def distinct() -> list[str]:
    """Configs that people train, and of the rows those that are none of them, nor each other."""
    found: dict[str, str] = {}
    rows_own = [path for row in rows() for path in row.networks]
    real = sorted((CONFIGS / "ut_interaction").glob("*.py"))
    own = (CONFIGS / f"{name}.py" for name in [*NAMES, *BEYOND])
    for path in [*own, *rows_own, *real]:
        name = str(path.relative_to(CONFIGS).with_suffix(""))
        found.setdefault(digest(Config.fromfile(path)), name)
    return list(found.values())


def by_network() -> list:
    """`distinct`; the second and later configs of a network are slow tests."""
    first: dict[str, str] = {}
    cases = []
    for name in distinct():
        same = first.setdefault(digest(Config.fromfile(CONFIGS / f"{name}.py"), ["model"]), name)
        cases.append(pytest.param(name, marks=[] if same == name else [pytest.mark.slow]))
    return cases


NETWORKS = by_network()


def write_frames(root: Path) -> None:
    """A dataset of two videos of 20 jpg frames in mmaction2's raw-frame layout, and boxes."""
    rng = np.random.default_rng(0)
    for video in range(2):
        (root / f"{video}").mkdir(parents=True)
        for frame in range(1, 21):
            image = rng.integers(0, 255, (48, 64, 3), dtype=np.uint8)
            cv2.imwrite(str(root / f"{video}" / f"{frame:05}.jpg"), image)
    (root / "list.txt").write_text("0 20 0\n1 20 1\n")
    box = np.array([[0.1, 0.2, 0.8, 0.9, 0.5]])
    boxes = {f"{video},{frame:04}": box for video in range(2) for frame in range(1, 21)}
    (root / "proposals.pkl").write_bytes(pickle.dumps(boxes))


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("data")
    write_dataset(root / "videos", number=2)
    write_frames(root / "frames")
    return root


def shrink(transforms: list[dict], crop: int) -> None:
    """The pipeline at `crop` pixels instead of 224 and 256."""
    for t in transforms:
        if t.type == "RandomRescale":
            t.scale_range = (crop, crop + 8)
        elif t.type == "Resize":
            t.scale = (-1, crop) if t.scale[0] == -1 else (crop, crop)
        elif t.type == "RandomCrop":
            t.size = crop
        elif t.type == "MultiScaleCrop":
            t.input_size = crop
        elif t.type in ("CenterCrop", "ThreeCrop", "SixCrop", "TenCrop"):
            t.crop_size = crop
        if "num_clips" in t and t.clip_len > 1:
            t.num_clips = min(t.num_clips, 2)
        if t.type == "DenseSampleFrames":
            t.update(num_sample_positions=2, sample_range=16)
        if "frame_interval" in t:
            t.frame_interval = 1


def on_tiny_data(cfg: Config, data: Path, work_dir: Path) -> Config:
    # average pooling, unlike maximum, takes no view that is larger than its map
    crop = 96 if cfg.model.backbone.get("pool") == "avg" else 64
    cfg.model.backbone.pop("clip_size", None)
    if "pretrained" in cfg.model.backbone:
        cfg.model.backbone.pretrained = None
    if cfg.model.backbone.type == "ResNetTSM":
        cfg.model.backbone.pretrained2d = False  # mmaction2 would load None
    for split in ("train", "val", "test"):
        loader = cfg[f"{split}_dataloader"]
        raw = loader.dataset.type == "RawframeDataset"
        root = data / ("frames" if raw else "videos")
        prefix = {"img" if raw else "video": str(root)}
        loader.dataset.update(ann_file=str(root / "list.txt"), data_prefix=prefix)
        for t in loader.dataset.pipeline:
            if "proposal_file" in t:
                t.proposal_file = str(root / "proposals.pkl")
        loader.update(batch_size=2 if split == "train" else 1, num_workers=0)
        loader.persistent_workers = False
        shrink(loader.dataset.pipeline, crop)
    cfg.train_cfg.update(max_epochs=1, val_interval=2)
    cfg.default_hooks.checkpoint = None
    cfg.work_dir = str(work_dir)
    return cfg


def narrow(cfg: Config) -> None:
    """A quarter of the width, which the host takes as an argument."""
    if cfg.model.backbone.type in ("ResNet3dUnits", "ResNet3dSmallBig"):
        cfg.model.backbone.base_channels = 16
        cfg.model.cls_head.in_channels //= 4


@pytest.mark.parametrize("width", ["narrow", pytest.param("full", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", NETWORKS)
def test_config_trains_and_tests(name, width, data, tmp_path):
    cfg = on_tiny_data(Config.fromfile(CONFIGS / f"{name}.py"), data, tmp_path)
    if width == "narrow":
        narrow(cfg)
    cfg.experiment_name = f"{Path(name).stem}_{tmp_path.name}"
    runner = Runner.from_cfg(cfg)
    before = {k: v.clone() for k, v in runner.model.named_parameters()}
    runner.train()
    assert runner.iter == 1
    after = {k: v for k, v in runner.model.named_parameters() if v.requires_grad}
    changed = [k for k, v in after.items() if not v.equal(before[k])]
    assert len(changed) > 0.6 * len(after)  # scales at zero hold some gradients back
    metrics = runner.test()
    assert 0 <= metrics["acc/top1"] <= 1


def transforms_of(cfg: Config, split: str) -> dict[str, dict]:
    return {t.type: t for t in cfg[f"{split}_dataloader"].dataset.pipeline}


def test_every_config_that_people_train_names_its_dataset():
    for path in CONFIGS.glob("*.py"):
        suffix = path.stem.rsplit("_", 1)[1]
        assert dataset_of(Config.fromfile(path)) == {"k400": "kinetics400"}.get(suffix, suffix)
    for folder in ("motion_shapes", "ut_interaction"):
        for path in (CONFIGS / folder).glob("*.py"):
            assert dataset_of(Config.fromfile(path)) == folder


@pytest.mark.parametrize("name", [*NAMES, *BEYOND])
def test_recipe_and_protocol_of_section_6(name):
    cfg = Config.fromfile(CONFIGS / f"{name}.py")
    train, test = transforms_of(cfg, "train"), transforms_of(cfg, "test")
    assert test["ThreeCrop"].crop_size == 256
    assert cfg.model.cls_head.average_clips == "prob"
    assert cfg.custom_imports.imports == ["smallbig_mm"]
    if "slowfast" in name:
        assert cfg.auto_scale_lr.base_batch_size == 8 * cfg.train_dataloader.batch_size == 64
        return
    assert cfg.auto_scale_lr.base_batch_size == 8 * cfg.train_dataloader.batch_size == 128
    for split in ("train", "val", "test"):  # mmaction2's inference reads the bare pipelines
        assert cfg[f"{split}_pipeline"] == cfg[f"{split}_dataloader"].dataset.pipeline
    assert train["RandomRescale"].scale_range == (256, 320)
    assert train["RandomCrop"].size == 224
    optimizer = cfg.optim_wrapper.optimizer
    assert optimizer.weight_decay == 1e-4
    if "sthv" in name:
        frames = 16 if "16f" in name else 8
        assert train["UniformSample"].clip_len == test["UniformSample"].clip_len == frames
        assert test["UniformSample"].num_clips == 2
        assert "Flip" not in train
        assert (cfg.train_cfg.max_epochs, optimizer.lr) == (50, 0.01)
        assert cfg.param_scheduler[0].milestones == [30, 40, 45]
        assert cfg.model.cls_head.num_classes == 174
    else:
        clip = (32, 2) if "32f" in name else (8, 8)
        for sampler in (train["SampleFrames"], test["SampleFrames"]):
            assert (sampler.clip_len, sampler.frame_interval) == clip
        assert test["SampleFrames"].num_clips == (4 if "32f" in name else 10)
        assert (cfg.train_cfg.max_epochs, cfg.param_scheduler[0].T_max) == (110, 110)
        assert optimizer.lr == (0.02 if "r23" in name else 0.00625)
        assert cfg.model.cls_head.num_classes == 400
    depth = cfg.model.backbone.depth
    source = "torchvision://resnet101" if depth == 101 else "torchvision://resnet50"
    assert cfg.model.backbone.pretrained == source


def test_how_many_views_are_tested_at_a_time_makes_no_other_figure():
    cfg = load_config(str(CONFIGS / "r23_k400.py"))
    few = load_config(str(CONFIGS / "r23_k400.py"), {"model.test_cfg.max_testing_views": 3})
    other = load_config(str(CONFIGS / "r23_k400.py"), {"model.test_cfg.fcn_test": True})
    assert digest(few) == digest(cfg) != digest(other)
