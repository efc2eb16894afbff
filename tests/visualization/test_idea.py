"""The picture of the idea is the stored one, and the same every time."""

from xml.etree import ElementTree

from smallbig_mm.visualization import idea

from ..tool import ROOT


def test_the_stored_picture_is_the_drawn_one(tmp_path):
    idea.write(tmp_path / "one.svg")
    idea.write(tmp_path / "two.svg")
    drawn = (tmp_path / "one.svg").read_bytes()
    assert drawn == (tmp_path / "two.svg").read_bytes()
    shapes, stored = (
        [element.tag for element in ElementTree.fromstring(content).iter()]
        for content in (drawn, (ROOT / "results/idea.svg").read_bytes())
    )
    assert shapes == stored and len(shapes) > 100  # another matplotlib may round otherwise
