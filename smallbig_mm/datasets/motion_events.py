"""MotionShapes' third group, events: a frame half tells the class, a short motion wholly.

An actor, a textured shape, changes from one of a video's 8 slots to the next, once to three times,
anywhere: its class says whether its place, its angle, its size, or which of them at once. All along
it drifts, other shapes go their own ways before a textured scene, and the camera pans, as they do
in every class.

- **What a frame tells.** Scene and actor look like those of the class in `STRENGTH` of the videos,
  and like another class's, each as often, in the rest. Place, angle and size are one of two each,
  both as often in a frame of any class. So one frame tells the class in `STRENGTH` of the videos
  at best, whatever looks at it.
- **What motion tells.** The class, always. Every class is as likely as its own time reversal, so
  nothing is lost on a network that is blind to the direction of time.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from .motion_shapes import (
    SHAPES,
    SLOT_FRAMES,
    SLOTS,
    Image,
    Pose,
    cover,
    draw_texture,
    frame_size,
    pixel_places,
)

PLACE, ANGLE, SIZE = range(3)
MOVES: dict[str, tuple[int, ...]] = {
    "still": (),
    "hop": (PLACE,),
    "turn": (ANGLE,),
    "swell": (SIZE,),
    "roll": (PLACE, ANGLE),
    "leap": (PLACE, SIZE),
    "flare": (ANGLE, SIZE),
    "tumble": (PLACE, ANGLE, SIZE),
}
"""What of the actor changes, all of it at once."""
EVENTS = tuple(MOVES)
STRENGTH = 0.5
SIZES, GROWTH = (0.13, 0.16), (1.6, 2.0)


def draw_look(label: int, rng: Generator) -> int:
    """The class that a video of `label` looks like."""
    if rng.random() < STRENGTH:
        return label
    return int((label + rng.integers(1, len(EVENTS))) % len(EVENTS))


def draw_states(name: str, rng: Generator) -> NDArray[np.int64]:
    """Which of two places, angles and sizes the actor has in each slot; (8, 3), 0 or 1."""
    change = np.zeros((SLOTS, 1), np.int64)
    for step in rng.choice(np.arange(1, SLOTS), rng.integers(1, 4), replace=False):
        change[step:] ^= 1
    states = np.tile(rng.integers(0, 2, 3), (SLOTS, 1))
    states[:, MOVES[name]] ^= change
    return states


def draw_actor(name: str, rng: Generator) -> list[Pose]:
    """The actor's pose in each slot."""
    centre, drift = rng.uniform(-0.08, 0.08, 2), rng.uniform(-0.03, 0.03, 2)
    way, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0.13, 0.2)
    away = reach * np.array((np.cos(way), np.sin(way)))
    angle, turn = rng.uniform(0, 2 * np.pi), rng.choice((-1, 1)) * rng.uniform(1.05, 1.57)
    size, growth = rng.uniform(*SIZES), rng.uniform(*GROWTH)
    poses = []
    for time, (p, a, s) in zip(np.linspace(-1, 1, SLOTS), draw_states(name, rng), strict=True):
        x, y = centre + time * drift + (2 * p - 1) * away
        poses.append(Pose(x, y, angle + a * turn, size * growth**s))
    return poses


def draw_passers(frames: int, rng: Generator) -> list[list[Pose]]:
    """Other shapes' poses in each frame: places and angles change all along, at even speed."""
    passers = []
    for _ in range(rng.integers(1, 4)):
        (x, y), (dx, dy) = rng.uniform(-0.45, 0.45, 2), rng.uniform(-0.3, 0.3, 2)
        angle, turn = rng.uniform(0, 2 * np.pi), rng.uniform(-1.5, 1.5)
        size = rng.uniform(0.05, 0.1)
        times = np.linspace(-1, 1, frames)
        passers.append([Pose(x + t * dx, y + t * dy, angle + t * turn, size) for t in times])
    return passers


def _palette(look: int, rng: Generator) -> Image:
    """A scene's mean colour: a hue of 8 around grey, not quite the same every time; (3,)."""
    hue = 2 * np.pi * (look + rng.uniform(-0.25, 0.25)) / len(EVENTS)
    thirds = hue + 2 * np.pi * np.arange(3) / 3
    return (0.5 + rng.uniform(0.14, 0.2) * np.cos(thirds)).astype(np.float32)


def draw_event(label: int, scene: Generator, order: Generator) -> NDArray[np.uint8]:
    """The frames of a video, (16, H, W, 3) uint8 RGB; see `motion_shapes.draw_scene` for sizes.

    Args:
        label: number of a class of `EVENTS`.
        scene: what is seen, but for what the class says, is drawn from it.
        order: the actor's poses and the class that the video looks like are drawn from it.
    """
    look, actor = draw_look(label, order), draw_actor(EVENTS[label], order)
    shape = SHAPES[look] if look < len(SHAPES) else str(scene.choice(SHAPES))
    return draw_frames([pose for pose in actor for _ in range(SLOT_FRAMES)], shape, look, scene)


def draw_frames(actor: Sequence[Pose], shape: str, look: int, rng: Generator) -> NDArray[np.uint8]:
    """Frames of an actor among passers, (frames, H, W, 3) uint8 RGB.

    Args:
        actor: its pose in each frame, but for a shiver.
        shape: the actor's.
        look: the class whose scene it is.
        rng: what everything else is drawn from.
    """
    height, width = frame_size(rng)
    x, y = pixel_places(height, width)
    short = min(height, width)
    contrast, cells = rng.uniform(0.15, 0.3), int(rng.integers(3, 9))
    background = _palette(look, rng) + contrast * draw_texture(rng, height, width, cells)
    passers = draw_passers(len(actor), rng)
    shapes = [str(rng.choice(SHAPES)) for _ in passers]
    colours = rng.uniform(0.2, 0.8, (len(passers), 3)).astype(np.float32)
    dark = rng.random() < 0.5
    colour = (rng.uniform(0, 0.2, 3) if dark else rng.uniform(0.8, 1, 3)).astype(np.float32)
    surface = colour + 0.15 * draw_texture(rng, height, width, 6)
    grain, pan = np.float32(rng.uniform(0.01, 0.04)), rng.uniform(-0.03, 0.03, 2)

    frames = np.empty((len(actor), height, width, 3), np.uint8)
    for number, time in enumerate(np.linspace(-1, 1, len(actor))):
        px, py = time * pan
        shift = np.array(((1, 0, px * short), (0, 1, py * short)), np.float32)
        image = background.copy()
        cv2.warpAffine(background, shift, (width, height), image, borderMode=cv2.BORDER_REFLECT)
        for poses, own_shape, own in zip(passers, shapes, colours, strict=True):
            image += cover(own_shape, _moved(poses[number], px, py, 0), x, y) * (own - image)
        dx, dy, turn = rng.normal(0, (0.004, 0.004, 0.02))
        pose = _moved(actor[number], px + dx, py + dy, turn)
        image += cover(shape, pose, x, y) * (surface - image)
        image *= np.float32(rng.normal(1, 0.02))
        image += grain * rng.standard_normal(image.shape, dtype=np.float32)
        frames[number] = np.clip(255 * image + 0.5, 0, 255)
    return frames


def _moved(pose: Pose, dx: float, dy: float, turn: float) -> Pose:
    return Pose(pose.x + dx, pose.y + dy, pose.angle + turn, pose.size)


QUARTERS, LARGE = 4, 2
STILLS = tuple(
    f"{shape}_{quarter}_{size}"
    for shape in SHAPES
    for quarter in range(QUARTERS)
    for size in ("small", "large")
)
"""Classes of stills: shape, quarter of its angle, and size of an actor."""


def draw_still(label: int, scene: Generator, order: Generator) -> NDArray[np.uint8]:
    """An actor in a scene of any class, (2, H, W, 3) uint8 RGB: for weights to begin with.

    Args:
        label: number of a class of `STILLS`.
        scene: as of `draw_event`.
        order: the actor's pose is drawn from it.
    """
    kind, large = divmod(label, LARGE)
    shape, quarter = divmod(kind, QUARTERS)
    x, y = order.uniform(-0.28, 0.28, 2)
    angle = (quarter + order.uniform(0, 1)) * 2 * np.pi / QUARTERS
    pose = Pose(x, y, angle, order.uniform(*SIZES) * order.uniform(*GROWTH) ** large)
    return draw_frames([pose] * SLOT_FRAMES, SHAPES[shape], int(order.integers(8)), scene)
