"""Configs as text."""

import pytest
from mmengine.config import Config

from smallbig_mm.errors import UserError
from smallbig_mm.printed import parse


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
