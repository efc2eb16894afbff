"""The table of units: a row a config, with the figures of its record."""

from pathlib import Path

from mmengine.config import Config

from smallbig_mm.configs.identity import TEST, TRAINING, identity
from smallbig_mm.experiments import costs
from smallbig_mm.experiments.costs import Network, measure, networks
from smallbig_mm.files import CONFIGS
from smallbig_mm.records import store
from smallbig_mm.report import units
from smallbig_mm.report.units import CLIP, HOSTS, UNITS, table


def test_every_config_has_its_row_and_is_counted_at_its_clip(monkeypatch):
    monkeypatch.setattr(costs, "rows", tuple)  # the paper's, which take long to read
    files = {path.stem for path in (CONFIGS / "units").glob("*.py")}
    assert files <= {f"{unit}_{host}" for unit in UNITS for host in HOSTS}
    assert len(files) >= 20
    found = {Path(name).stem: n for n in networks() for name in n.configs if "/units/" in name}
    assert set(found) == files
    assert all(CLIP in network.clips for network in found.values())


def test_all_units_of_a_host_share_its_recipe():
    for host in HOSTS:
        parts = (*TRAINING, *TEST)
        plain = identity(Config.fromfile(CONFIGS / f"units/2d_{host}.py"), parts)
        for path in (CONFIGS / "units").glob(f"*_{host}.py"):
            assert identity(Config.fromfile(path), parts) == plain, path


def test_figures_are_those_of_the_record(tmp_path, monkeypatch):
    clip = (8, 64, 64)
    monkeypatch.setattr(units, "CLIP", clip)
    path = CONFIGS / "units/non_local_r23.py"
    made = [Network(Config.fromfile(path), ("configs/units/non_local_r23.py",), (clip,))]
    monkeypatch.setattr(costs, "networks", lambda: made)
    ((_, record, _, _),) = measure(tmp_path, "python tools/flops.py --all")
    page = table(store.read_all(tmp_path))
    rows = page.parts["ResNet23"].set_index("row")
    count, row = record.counts[0], rows.loc["non_local_r23"]
    assert row["GMAC"] == f"{count.macs / 1e9:.2f}"
    assert row["attention products GMAC"] == f"{count.activation_product_macs / 1e9:.2f}"
    assert row["activations MiB"] == f"{count.activation_bytes / 2**20:.1f}"
    # an attention of P x P weights and its softmax, at least
    assert count.activation_bytes > 2 * 4 * (8 * 8 * 8) ** 2
    assert rows.loc["tei_r23", "GMAC"] == "not run: not counted yet"
    assert "configs/units/tei_r23.py" in page.render("md")
