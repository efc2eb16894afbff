"""UT-Interaction's page, by hand on made-up records."""

import pytest

from smallbig_mm.datasets.ut_interaction import CLASSES
from smallbig_mm.experiments.ut_interaction import NETWORKS, TUNE
from smallbig_mm.records.schema import Count
from smallbig_mm.report.model_cards import _of_runs
from smallbig_mm.report.ut_interaction import document, hits, mean_by_lr, top1

COUNT = Count(
    clip=(8, 112, 112),
    params=11_300_000,
    macs=4_200_000_000,
    activation_product_macs=0,
    norm_ops=0,
    pool_ops=0,
    uncounted={},
    counter="by hand",
)
SEQUENCES = range(1, 21)


@pytest.fixture(scope="module")
def made(records):
    """Makes a record of a network that is right on some sequences, and of its controls."""
    some = next(record for record in records if record.kind == "train")

    def make(
        network,
        right,
        part="fold1",
        shuffled=(),
        lr=5e-4,
        precision="bfloat16",
        sequences=SEQUENCES,
        **fields,
    ):
        def predictions(known):
            return [
                [f"{name}/{sequence}0_{sequence}_{label}", label, label if known(sequence) else 7]
                for sequence in sequences
                for label, name in enumerate(CLASSES)
            ]

        clips = predictions(lambda sequence: sequence in right)
        controls = {"single": clips, "reversed": clips}
        controls["shuffled"] = predictions(lambda sequence: sequence in shuffled)
        if network == "r23_1f":
            controls = {}
        detail = dict(
            network=network,
            part=part,
            lr=lr,
            epochs=4,
            precision=precision,
            cpu_seconds=1800.0 if precision == "bfloat16" else 3600.0,
            predictions=clips,
            controls=controls,
            shape_only={"length": 0.25},
        )
        update = dict(id=f"ut_interaction/{network}", counts=[COUNT], detail=detail)
        return some.model_copy(update={**update, "metrics": {"acc/top1": 0.5}, **fields})

    return make


def rows(page, part):
    """Rows of a table by their first cell."""
    frame = page.parts[part]
    return {row[frame.columns[0]]: row for row in frame.to_dict("records")}


def test_cells_by_hand(made):
    half, most = range(1, 11), range(1, 16)
    page = document(
        [made("r23", half, shuffled=half), made("smallbig_r23", most, shuffled=range(1, 6))]
    )
    full = rows(page, "Networks")["SmallBig-R23, full"]
    assert (full["params M"], full["GMAC"]) == ("11.30", "4.20")
    assert (full["top-1 %"], full["shuffled"], full["reversed"]) == ("75.0", "25.0", "75.0")
    assert (full["clips"], full["runs"], full["CPU min a run"]) == ("120", "1 of 1", "30.0")
    low, high = map(float, full["95 %"].split(" to "))
    assert 50 <= low <= 60 and 90 <= high <= 95
    found = rows(page, "Differences")["SmallBig-R23, full - 2D R23"]
    assert found["points"] == "+25.0" and found["95 %"] == "+10.0 to +45.0"
    assert float(found["p (Holm)"]) == pytest.approx(2 / 2**5, abs=0.01)  # five sequences differ
    assert any("All runs took 1.0 hours of CPU" in text for text in page.texts)
    assert any("25.0 % from length" in text for text in page.texts)


def test_what_was_not_run_is_said(made):
    page = document([made("r23", range(1, 11)), made("r23_1f", range(1, 6))])
    one = rows(page, "Networks")["2D R23, one frame"]
    assert (one["top-1 %"], one["shuffled"]) == ("25.0", "not run: it sees one frame")
    assert len(page.parts["Networks"]) == len(NETWORKS)
    assert rows(page, "Networks")["TSM-R23"]["top-1 %"].startswith("not run: ")
    assert rows(page, "Differences")["TSM-R23 - 2D R23"]["points"].startswith("not run: ")
    assert "nan" not in page.render("md").lower()
    assert "not run: " in document([]).render("md")


def test_failures_are_said_and_do_not_count(made):
    failed = made("tsm_r23", (), metrics="not run: no luck")
    page = document([failed, made("r23", SEQUENCES), made("r23", (), metrics="not run: killed")])
    found = rows(page, "Networks")
    assert found["TSM-R23"]["top-1 %"] == "not run: no luck"
    assert (found["2D R23"]["top-1 %"], found["2D R23"]["runs"]) == ("100.0", "1 of 2")


def test_seeds_are_averaged_within_a_clip_and_pairs_are_of_common_clips(made):
    seeds = [made("r23", SEQUENCES), made("r23", range(1, 11))]
    assert set(hits(seeds).values()) == {0.5, 1.0}
    some = made("smallbig_r23", (), sequences=range(11, 13))
    page = document([*seeds, some])
    assert rows(page, "Networks")["2D R23"]["top-1 %"] == "75.0"
    assert rows(page, "Networks")["SmallBig-R23, full"]["clips"] == "12"
    assert rows(page, "Differences")["SmallBig-R23, full - 2D R23"]["points"] == "-50.0"


def test_tuning_stands_apart(made):
    tuned = [made("r23", range(1, 6), TUNE, lr=2e-4), made("smallbig_r23", (), TUNE, lr=2e-4)]
    better = made("r23", range(1, 11), TUNE)
    failed = made("r23", (), TUNE, metrics="not run: killed")
    assert mean_by_lr([*tuned, better, failed]) == {2e-4: 0.125, 5e-4: 0.5}
    page = document([*tuned, better])
    assert rows(page, "Networks")["2D R23"]["top-1 %"].startswith("not run: ")
    chosen = page.parts["Choice of the learning rate"]
    assert list(chosen["learning rate"]) == ["0.0002", "0.0002", "0.0005"]
    assert list(chosen["top-1 %"]) == ["25.0", "0.0", "50.0"]
    (card,) = _of_runs([*tuned, better, made("r23", SEQUENCES)])  # a card's figure is the folds'
    assert card["Metrics"]["Top 1 Accuracy"] == 100


def test_precisions_are_compared_and_never_mixed(made):
    half, more = range(1, 11), range(1, 12)
    records = [made("r23", half), made("r23", more, precision="float32"), made("tsm_r23", half)]
    page = document(records)
    assert rows(page, "Networks")["2D R23"]["top-1 %"] == "50.0"
    assert rows(document(records, "float32"), "Networks")["2D R23"]["top-1 %"] == "55.0"
    (both,) = rows(page, "bfloat16 and float32").values()
    assert (both["bfloat16, top-1 %"], both["float32, top-1 %"]) == ("50.0", "55.0")
    assert both["difference, 95 %"].startswith("-15.0 to ")
    assert both["CPU min a run"] == "30.0 and 60.0"
    lone = [made("r23", half), made("r23", half, "fold2", precision="float32")]
    assert rows(document(lone), "bfloat16 and float32").keys() == {"not run: no record of it yet"}


def test_stored_predictions_give_the_recorded_top1(records):
    for record in records:
        if record.id.startswith("ut_interaction/") and not isinstance(record.metrics, str):
            assert top1(record) == pytest.approx(record.metrics["acc/top1"])
            for control in record.detail.get("controls", ()):
                right = hits([record], control).values()
                assert sum(right) / len(right) == pytest.approx(
                    record.metrics[f"{control}/acc/top1"]
                )
