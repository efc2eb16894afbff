"""Boxes of a file through mmaction2's own transforms."""

import pickle

import cv2
import numpy as np
import pytest
from mmaction.registry import TRANSFORMS
from mmcv.transforms import Compose
from mmengine.registry import init_default_scope

from smallbig_mm.configs import load_config
from smallbig_mm.configs.identity import digest
from smallbig_mm.errors import UserError
from smallbig_mm.paper import find

SIZE = (48, 64)
BOXES = {1: (8, 6, 24, 18), 2: (16, 12, 40, 30), 3: (0, 0, 64, 48), 4: (32, 24, 48, 36)}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A video of four frames, each black but for its box, which is white; and its boxes."""
    root = tmp_path_factory.mktemp("boxes")
    (root / "video").mkdir()
    proposals = {}
    for frame, (x1, y1, x2, y2) in BOXES.items():
        image = np.zeros((*SIZE, 3), np.uint8)
        image[y1:y2, x1:x2] = 255
        cv2.imwrite(str(root / "video" / f"{frame:05}.png"), image)
        box = np.array([x1 / 64, y1 / 48, x2 / 64, y2 / 48])
        rest = [0, 0, 0.5, 0.5, 0.1]
        proposals[f"video,{frame:04}"] = np.array([rest, [*box, 0.9]])
    (root / "boxes.pkl").write_bytes(pickle.dumps(proposals))
    return root


def results(root, frames: list[int], length: int) -> dict:
    found = dict(frame_dir=str(root / "video"), filename_tmpl="{:05}.png", modality="RGB", label=1)
    return found | dict(
        frame_inds=np.array(frames), clip_len=length, num_clips=len(frames) // length
    )


def load(root, **arguments):
    cfg = dict(type="LoadRegionProposals", proposal_file=str(root / "boxes.pkl"), **arguments)
    return TRANSFORMS.build(cfg)


def test_boxes_of_every_other_frame_by_their_scores(root):
    found = load(root, number=3, interval=2)(results(root, [1, 2, 3, 4, 4, 3, 2, 1], 4))
    boxes = found["proposals"].reshape(2, 2, 3, 4) * [64, 48, 64, 48]
    for clip, frames in enumerate([(1, 3), (4, 2)]):
        for step, frame in enumerate(frames):
            best, second, again = boxes[clip, step]
            np.testing.assert_allclose(best, BOXES[frame], rtol=1e-6)
            np.testing.assert_allclose(second, (0, 0, 32, 24))
            np.testing.assert_array_equal(again, best)


@pytest.mark.parametrize(
    "transforms",
    [
        [dict(type="Resize", scale=(-1, 96)), dict(type="CenterCrop", crop_size=96)],
        [dict(type="RandomRescale", scale_range=(60, 90)), dict(type="RandomCrop", size=56)],
        [dict(type="Resize", scale=(96, 96), keep_ratio=False), dict(type="Flip", flip_ratio=1)],
    ],
    ids=["test", "train", "flip"],
)
def test_boxes_move_with_the_frames(transforms, root):
    """The packed boxes are where the packed frames are white."""
    init_default_scope("mmaction")
    np.random.seed(0)
    tail = [dict(type="FormatShape", input_format="NCTHW"), dict(type="PackActionInputs")]
    decode = dict(type="RawFrameDecode")
    steps = [TRANSFORMS.build(cfg) for cfg in (decode, *transforms, *tail)]
    packed = Compose([load(root, number=1), *steps])(results(root, [1, 2, 4], 3))
    sample = packed["data_samples"]
    frames = packed["inputs"][0, 0]
    assert sample.img_shape == tuple(frames.shape[1:])
    assert sample.proposals.bboxes.shape == (3, 4)
    assert sample.gt_label.item() == 1
    for frame, box in zip(frames.numpy(), sample.proposals.bboxes.numpy(), strict=True):
        rows, columns = np.where(frame > 127)
        white = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        np.testing.assert_allclose(box, white, atol=1.01)


def test_a_videos_name_is_without_its_extension(root):
    found = results(root, [2], 1)
    found["filename"] = found.pop("frame_dir") + ".mp4"
    assert load(root, number=1)(found)["proposals"][0, 0] == 16 / 64


@pytest.mark.parametrize(
    "content, message",
    [
        ([1], "holds no dict"),
        ({"video,0002": np.ones((1, 5))}, "no 'video,0001'"),
        ({"video,0001": np.array([[0, 0, 24, 18, 0.5]])}, "fractions of the frame"),
        ({"video,0001": np.ones(5)}, r"\(5,\), not \(N, 5\)"),
    ],
)
def test_a_file_that_is_none_of_boxes(content, message, root, tmp_path):
    (tmp_path / "boxes.pkl").write_bytes(pickle.dumps(content))
    with pytest.raises(UserError, match=f"{tmp_path}.*{message}"):
        load(tmp_path)(results(root, [1], 1))


def test_a_frame_without_objects_is_one_region_and_no_file_is_said(root, tmp_path):
    (tmp_path / "boxes.pkl").write_bytes(pickle.dumps({"video,0001": np.zeros((0, 5))}))
    found = load(tmp_path, number=2)(results(root, [1], 1))
    np.testing.assert_array_equal(found["proposals"], [[0, 0, 1, 1]] * 2)
    with pytest.raises(UserError, match=r"proposal_file .*: no such file"):
        load(tmp_path / "elsewhere")


def test_where_the_file_lies_makes_no_other_figure():
    path = str(find("table11/14_nl_i3d_gcn").configs[0])
    cfg, moved, fewer = (load_config(path) for _ in range(3))
    moved.test_dataloader.dataset.pipeline[1].proposal_file = "elsewhere.pkl"
    fewer.test_dataloader.dataset.pipeline[1].number = 10
    assert digest(moved) == digest(cfg) != digest(fewer)
