"""MotionShapes: what its videos show, and why only the order of their frames tells the class.

A video has 8 slots of 2 frames. A scene is 8 slots drawn without knowledge of the class: a textured
shape in 8 poses before a textured background. The class says in which order the slots are shown.
So within a group of classes a single frame, and a bag of frames taken one a slot, has exactly
the same distribution in every class:

- order_free: the poses are all combinations of two places, two angles and two sizes. The class says
  what changes from a slot to the next: the place at every step, the other two now and then
  (oscillating), the angle at every step (rocking), the size at every step (pulsing), all three at
  once (jittering), or one at a time, in turn (wandering). Every class is as likely as its own time
  reversal, so nothing is lost on a network that is blind to the direction of time.
- left_right, rotation, depth: the poses are 8 steps along a line, around the centre, or in size.
  One class of the pair is the other one played backwards, so a time-symmetric network cannot tell
  them apart.
"""

from __future__ import annotations

from itertools import permutations, product
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.float32]

GROUPS: dict[str, tuple[str, ...]] = {
    "order_free": ("oscillating", "rocking", "pulsing", "jittering", "wandering"),
    "left_right": ("moving_left", "moving_right"),
    "rotation": ("clockwise", "anticlockwise"),
    "depth": ("approaching", "receding"),
}
CLASSES: tuple[str, ...] = tuple(name for group in GROUPS.values() for name in group)
GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}
SLOTS = 8
SLOT_FRAMES = 2
SHAPES = ("bar", "ellipse", "dumbbell", "tee", "ell", "wedge", "zed")
PLACE, ANGLE, SIZE = 4, 2, 1  # the bits of the number of an order-free pose
ALL = PLACE | ANGLE | SIZE


class Pose(NamedTuple):
    """Place (x, y) from the centre, y downwards, and size in short sides; angle in radians."""

    x: float
    y: float
    angle: float
    size: float


def _orders(*changes: tuple[int, ...]) -> NDArray[np.int64]:
    """The orders that start at any pose and change these bits at the 7 steps; (n, 8), distinct."""
    walks = np.bitwise_xor.accumulate([(0, *steps) for steps in changes], axis=1)
    return np.unique((np.arange(SLOTS)[:, None, None] ^ walks).reshape(-1, SLOTS), axis=0)


def _one_fast(fast: int) -> NDArray[np.int64]:
    """`fast` changes at every step, of the other two one at every second step."""
    a, b = (bit for bit in (PLACE, ANGLE, SIZE) if bit != fast)
    return _orders(
        *((fast, fast | i, fast, fast | j, fast, fast | i, fast) for i, j in permutations((a, b)))
    )


_BITS = (PLACE, ANGLE, SIZE)
_FORWARD = np.arange(SLOTS)[None]
ORDERS: dict[str, NDArray[np.int64]] = {
    "oscillating": _one_fast(PLACE),
    "rocking": _one_fast(ANGLE),
    "pulsing": _one_fast(SIZE),
    "jittering": _orders(
        *((ALL, ALL ^ i, ALL, ALL ^ j, ALL, ALL ^ i, ALL) for i, j in permutations(_BITS, 2))
    ),
    "wandering": _orders(*((i, j, k, j, i, j, k) for i, j, k in permutations(_BITS))),
    **{names[0]: _FORWARD for group, names in GROUPS.items() if group != "order_free"},
    **{names[1]: _FORWARD[:, ::-1] for group, names in GROUPS.items() if group != "order_free"},
}
"""The orders in which a class may show the 8 poses of its group, all as likely; (n, 8) each."""


def draw_poses(group: str, rng: Generator) -> list[Pose]:
    """The 8 poses of a scene; in a direction group in the order of the pair's first class."""
    x, y = rng.uniform(-0.12, 0.12, 2)
    angle = rng.uniform(0, 2 * np.pi)
    if group == "order_free":
        way, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0.13, 0.2)
        turn = rng.choice((-1, 1)) * np.deg2rad(rng.uniform(60, 90))
        size, growth = rng.uniform(0.11, 0.14), rng.uniform(1.5, 1.9)
        dx, dy = reach * np.cos(way), reach * np.sin(way)
        return [
            Pose(x + p * dx, y + p * dy, angle + a * turn, size * growth**s)
            for p, a, s in product((-1, 1), (0, 1), (0, 1))
        ]
    steps = np.linspace(-1, 1, SLOTS)
    size = rng.uniform(0.14, 0.2)
    if group == "left_right":
        tilt, reach = rng.uniform(-0.3, 0.3), rng.uniform(0.2, 0.3)
        dx, dy = reach * np.cos(tilt), reach * np.sin(tilt)
        return [Pose(x - s * dx, y - s * dy, angle, size) for s in steps]
    if group == "rotation":
        # Less than 90 degrees a step: a turned bar is not mistaken for one turned the other way.
        turn = np.deg2rad(rng.uniform(20, 40))
        return [Pose(x, y, angle + i * turn, 1.3 * size) for i in range(SLOTS)]
    growth = rng.uniform(1.4, 1.75)
    return [Pose(x, y, angle, 0.19 * growth**s) for s in steps]


def _box(x: Image, y: Image, cx: float, cy: float, half_x: float, half_y: float) -> Image:
    return np.maximum(np.abs(x - cx) - half_x, np.abs(y - cy) - half_y)


def distance(shape: str, x: Image, y: Image) -> Image:
    """About the distance from each point to the outline of a shape of half length 1, inside < 0.

    None of the shapes looks the same after a turn of less than half a circle.
    """
    if shape == "bar":
        return _box(x, y, 0, 0, 1, 0.3)
    if shape == "ellipse":
        return 0.5 * (np.hypot(x, y / 0.4) - 1)
    if shape == "dumbbell":
        discs = np.minimum(np.hypot(x - 0.65, y), np.hypot(x + 0.65, y)) - 0.38
        return np.minimum(discs, _box(x, y, 0, 0, 0.6, 0.12))
    if shape == "tee":
        return np.minimum(_box(x, y, 0, 0, 1, 0.22), _box(x, y, 0.8, 0, 0.22, 0.6))
    if shape == "ell":
        return np.minimum(_box(x, y, 0, 0, 1, 0.22), _box(x, y, -0.8, 0.4, 0.22, 0.5))
    if shape == "wedge":
        return np.maximum(np.abs(y) - 0.25 * (x + 1), x - 1)
    if shape == "zed":
        ends = np.minimum(_box(x, y, 0.8, 0.35, 0.2, 0.4), _box(x, y, -0.8, -0.35, 0.2, 0.4))
        return np.minimum(_box(x, y, 0, 0, 1, 0.2), ends)
    raise ValueError(f"shape={shape!r}: choose one of {SHAPES}")


def cover(shape: str, pose: Pose, x: Image, y: Image) -> Image:
    """How far each pixel is covered, 0 ... 1; (H, W, 1). `x`, `y`: pixels' places as in `Pose`."""
    cos, sin = np.cos(pose.angle) / pose.size, np.sin(pose.angle) / pose.size
    dx, dy = x - pose.x, y - pose.y
    pixels = pose.size * min(x.shape) * distance(shape, cos * dx + sin * dy, cos * dy - sin * dx)
    return np.clip(0.5 - pixels, 0, 1).astype(np.float32)[..., None]


def draw_texture(rng: Generator, height: int, width: int, cells: int) -> Image:
    """Smooth noise of mean 0, -0.5 ... 0.5; (H, W, 3)."""
    coarse = rng.random((cells, cells, 3), dtype=np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) - 0.5


def frame_size(rng: Generator) -> tuple[int, int]:
    """Height and width of a video's frames, even, 80 ... 120."""
    short = int(rng.choice((80, 88, 96)))  # decord 0.6 misreads frames narrower than 80
    long = 2 * round(short * rng.choice((1, 1.125, 1.25)) / 2)
    return (short, long) if rng.random() < 0.5 else (long, short)


def pixel_places(height: int, width: int) -> tuple[Image, Image]:
    """Each pixel's x and y from the centre, in short sides, as in `Pose`; (H, W) each."""
    rows, columns = np.mgrid[0.5:height, 0.5:width].astype(np.float32)
    short = min(height, width)
    return (columns - width / 2) / short, (rows - height / 2) / short


def draw_scene(group: str, rng: Generator) -> NDArray[np.uint8]:
    """The 8 slots of a scene of this group.

    Slots differ in pose, drift, flicker and noise, all drawn alike for every slot; sizes, aspects,
    colours, textures, distractors, reach and contrast vary from scene to scene.

    Returns:
        RGB, (8, 2, H, W, 3) uint8, in the order of `draw_poses`; H and W even, 80 ... 120.
    """
    height, width = frame_size(rng)
    x, y = pixel_places(height, width)

    contrast, cells = rng.uniform(0.2, 0.4), int(rng.integers(3, 9))
    background = 0.5 + contrast * draw_texture(rng, height, width, cells)
    background += rng.uniform(-0.1, 0.1, 3).astype(np.float32)
    for _ in range(rng.integers(0, 4)):
        place_x, place_y = rng.uniform(-0.5, 0.5, 2)
        pose = Pose(place_x, place_y, rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.12))
        part = cover(str(rng.choice(SHAPES)), pose, x, y)
        background += part * (rng.uniform(0.2, 0.8, 3).astype(np.float32) - background)

    shape = str(rng.choice(SHAPES))
    colour = rng.uniform(0, 0.25, 3) if rng.random() < 0.5 else rng.uniform(0.75, 1, 3)
    surface = colour.astype(np.float32) + 0.15 * draw_texture(rng, height, width, 6)
    grain = np.float32(rng.uniform(0.01, 0.04))

    slots = np.empty((SLOTS, SLOT_FRAMES, height, width, 3), np.uint8)
    for slot, pose in zip(slots, draw_poses(group, rng), strict=True):
        drift = rng.normal(0, [0.004, 0.004, 0.025])
        for t in range(SLOT_FRAMES):
            dx, dy, turn = t * drift + rng.normal(0, [0.004, 0.004, 0.025])
            moved = Pose(pose.x + dx, pose.y + dy, pose.angle + turn, pose.size)
            part = cover(shape, moved, x, y)
            frame = background + part * (surface - background)
            frame *= np.float32(rng.normal(1, 0.02))
            frame += grain * rng.standard_normal(frame.shape, dtype=np.float32)
            slot[t] = np.clip(255 * frame + 0.5, 0, 255)
    return slots


def draw_video(label: int, scene: Generator, order: Generator) -> NDArray[np.uint8]:
    """The frames of a video, (16, H, W, 3) uint8 RGB.

    What is seen and in which order draw from streams of their own, so videos of two classes of a
    group with the same streams are the same slots in two orders.
    """
    name = CLASSES[label]
    slots = draw_scene(GROUP_OF[name], scene)
    return slots[order.choice(ORDERS[name])].reshape(-1, *slots.shape[2:])
