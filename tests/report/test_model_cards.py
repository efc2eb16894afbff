"""Model cards: what mim and mmengine read, held to the configs and the records."""

import pytest
import yaml
from mmengine.config import Config
from mmengine.config.utils import _get_cfg_metainfo
from mmengine.infer import BaseInferencer

from smallbig_mm.experiments.costs import by_network, network_of
from smallbig_mm.experiments.ut_interaction import NETWORKS
from smallbig_mm.files import SHARE
from smallbig_mm.records import store
from smallbig_mm.report import model_cards, quickstart
from smallbig_mm.report.model_cards import INDEX, METAFILE, files
from smallbig_mm.report.quickstart import FIGURES

CARDS = yaml.safe_load((SHARE / METAFILE).read_text())

# Networks of no table, so nothing has counted them.
NOT_COUNTED = {f"motion_shapes-{name}" for name in ("nonlocal_r23", "stills_r23", "stills_r50")}


def test_stored_cards_are_regenerated_byte_for_byte(records, every):
    for name, text in files(records, every).items():
        assert (SHARE / name).read_text() == text, name


def test_mmengine_finds_them():
    found = list(BaseInferencer._get_models_from_metafile(str(SHARE)))
    assert found == CARDS["Models"] and len(found) > 130
    assert len({card["Name"] for card in found}) == len(found)


def test_mmengine_finds_a_config_of_an_installed_package(tmp_path):
    (tmp_path / ".mim/configs").mkdir(parents=True)
    for name in (INDEX, METAFILE):
        (tmp_path / ".mim" / name).write_text((SHARE / name).read_text())
    card = _get_cfg_metainfo(str(tmp_path), "table05/04_typical.py")
    assert card["Config"] == "configs/table05/04_typical.py"


def test_each_names_a_config_a_collection_and_what_it_costs(records):
    costs = by_network(records)
    collections = {collection["Name"] for collection in CARDS["Collections"]}
    waiting = {f"ut_interaction-{name}" for name in NETWORKS}  # a grid's runs count its networks
    waiting -= {
        f"ut_interaction-{record.detail['network']}"
        for record in records
        if record.id.startswith("ut_interaction/") and not isinstance(record.metrics, str)
    }
    for card in CARDS["Models"]:
        assert (SHARE / card["Config"]).is_file() and card["In Collection"] in collections
        metadata = card["Metadata"]
        assert metadata["Architecture"] and metadata["Training Data"]
        counted = "FLOPs" in metadata
        assert counted or card["Name"] in NOT_COUNTED | waiting, card["Name"]
        assert not counted or (metadata["FLOPs"][-1], metadata["Parameters"][-1]) == ("G", "M")
    (card,) = (card for card in CARDS["Models"] if card["Name"] == "smallbig_r50_k400")
    assert card["In Collection"] == "SmallBigNet"
    cfg = Config.fromfile(SHARE / card["Config"])
    (count,) = (c for c in costs[network_of(cfg)].counts if c.clip == (8, 256, 256))
    assert card["Metadata"]["FLOPs"] == f"{count.macs / 1e9:.2f}G"
    assert card["Metadata"]["Resolution"] == "256x256"


def test_results_are_measured_and_nothing_else(records):
    """No row of the paper's tables has been measured; the small benchmarks have."""
    with_results = {card["Name"]: card["Results"] for card in CARDS["Models"] if "Results" in card}
    folders = {name.partition("-")[0] for name in with_results}
    assert folders <= {"motion_shapes", "ut_interaction"} and folders
    for network, runs in quickstart.recorded(records).items():
        found = [
            result["Metrics"]["Top 1 Accuracy"]
            for result in with_results[f"motion_shapes-{network}"]
        ]
        means = [sum(store.metrics(run)[name] for run in runs) / len(runs) for name in FIGURES]
        assert found == pytest.approx(means, abs=0.006)


def test_top_5_is_left_out_where_there_are_five_classes_or_fewer():
    for card in CARDS["Models"]:
        for result in card.get("Results", ()):
            assert "Top 5 Accuracy" not in result["Metrics"]  # groups of two, five and six


@pytest.mark.parametrize(("classes", "has_top5"), [(400, True), (5, False)])
def test_a_measured_test_is_a_result(monkeypatch, records, classes, has_top5):
    """Which tests are a config's own is judged in test_judging.py."""
    some = next(record for record in records if record.kind == "train")
    test = some.model_copy(update=dict(kind="test", metrics={"acc/top1": 0.7, "acc/top5": 0.9}))
    verdict = type("Verdict", (), {"status": "measured"})
    monkeypatch.setattr(model_cards, "judge", lambda *_: verdict)
    cfg = Config.fromfile(SHARE / "configs/smallbig_r23_k400.py")
    cfg.model.cls_head.num_classes = classes
    (result,) = model_cards._of_tests([test], (cfg,), store.RUNS)
    top5 = {"Top 5 Accuracy": 90.0} if has_top5 else {}
    assert result == dict(
        Task="Action Recognition",
        Dataset="Kinetics-400",
        Metrics={"Top 1 Accuracy": 70.0, **top5},
    )
    monkeypatch.setattr(verdict, "status", "converted")
    assert not [*model_cards._of_tests([test], (cfg,), store.RUNS)]
