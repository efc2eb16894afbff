"""Annotation lists as people have them."""

from __future__ import annotations

from typing import Any

from ..annotations import Layout, Sample, layout_of, parse_list


def read_lists_as_checked() -> str | None:
    """Have mmaction2's datasets read their lists by the reader that checks them before a run.

    https://github.com/open-mmlab/mmaction2/issues/2659 and 128: names with blanks and a blank too
    many end in `too many values to unpack`; a byte order mark, a tab or a blank line makes samples
    that do not exist. What mmaction2 reads right is read as before, in the same order. A line that
    cannot be read is named.
    """
    from mmaction.datasets import RawframeDataset, VideoDataset

    if VideoDataset.load_data_list is _videos:
        return None
    VideoDataset.load_data_list = _videos
    RawframeDataset.load_data_list = _frames
    return (
        "lists are read whatever their encoding, line ends, blank lines, tabs and blanks in names"
    )


def _videos(self: Any) -> list[dict[str, Any]]:
    """`VideoDataset.load_data_list`."""
    layout = layout_of(
        multi_class=self.multi_class, delimiter=self.delimiter, prefix=self.data_prefix["video"]
    )
    return [
        dict(filename=layout.path(sample.name), label=_label(sample, self.multi_class))
        for sample in _samples(self, layout)
    ]


def _frames(self: Any) -> list[dict[str, Any]]:
    """`RawframeDataset.load_data_list`."""
    layout = layout_of(
        frames=True,
        with_offset=self.with_offset,
        multi_class=self.multi_class,
        prefix=self.data_prefix["img"],
    )
    names = ("offset", "total_frames")[-len(layout.columns) :]
    return [
        dict(
            frame_dir=layout.path(sample.name),
            **dict(zip(names, sample.numbers, strict=True)),
            label=_label(sample, self.multi_class),
        )
        for sample in _samples(self, layout)
    ]


def _samples(dataset: Any, layout: Layout) -> list[Sample]:
    from mmengine.fileio import get

    return parse_list(get(dataset.ann_file), dataset.ann_file, layout, dataset.num_classes)


def _label(sample: Sample, multi_class: bool) -> int | list[int]:
    """As mmaction2 has it: -1 is no label."""
    return list(sample.labels) if multi_class else (*sample.labels, -1)[0]
