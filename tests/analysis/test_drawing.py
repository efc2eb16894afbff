"""Drawings can be read: no name covers another, whatever the number of classes."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from smallbig_mm.analysis import classes
from smallbig_mm.analysis.drawing import confusion


@pytest.mark.parametrize("number", [2, 11, 40, 400])
def test_names_of_a_matrix_do_not_cover_each_other(number):
    rng = np.random.default_rng(0)
    matrix = rng.poisson(0.3, (number, number)) + np.diag(rng.integers(5, 30, number))
    names = [f"doing something quite long {n}" for n in range(number)]
    figure = confusion(matrix, names, classes.confused(matrix, names))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer, main = canvas.get_renderer(), figure.axes[0]
    page = figure.bbox
    for axis in (main.xaxis, main.yaxis):
        shown = [label for label in axis.get_ticklabels() if label.get_text()]
        boxes = [label.get_window_extent(renderer) for label in shown]
        assert not any(a.overlaps(b) for a, b in pairwise(boxes))
        inside = [
            b for b in boxes if b.x0 >= 0 and b.y0 >= 0 and b.x1 <= page.x1 and b.y1 <= page.y1
        ]
        assert len(inside) >= min(number, 5)
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert any("most confused" in text for text in texts) == (number > 60)
