"""UT-Interaction's page, by hand on made-up records."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from smallbig_mm.configs.identity import digest
from smallbig_mm.datasets.ut_interaction import (
    CLASSES,
    FOLDS,
    TUNED_ON,
    parse_clip,
    split,
    tuning_split,
)
from smallbig_mm.experiments.ut_interaction import NETWORKS, TUNE, config
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
        seed=0,
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
        today = digest(config(network, part, float32=precision == "float32"))
        update = dict(
            id=f"ut_interaction/{network}",
            counts=[COUNT],
            detail=detail,
            settings=[today],
            seed=seed,
        )
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
    assert (full["folds"], full["seeds"], full["CPU min a run"]) == ("1 of 5", "1", "30.0")
    found = rows(page, "Differences")["SmallBig-R23, full - 2D R23"]
    test = ttest_1samp([1.0] * 5 + [0.0] * 15, 0)  # five sequences of twenty differ, wholly
    low, high = 100 * np.array(test.confidence_interval(0.95))
    assert (found["points"], found["95 %"]) == ("+25.0", f"{low:+.1f} to {high:+.1f}")
    assert found["p (Holm)"] == f"{test.pvalue:.3f}"
    assert any("tuning included, took 1.0 hours of CPU" in text for text in page.texts)
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
    page = document([failed, made("r23", range(5)), made("r23", (), metrics="not run: killed")])
    found = rows(page, "Networks")
    assert found["TSM-R23"]["top-1 %"] == "not run: no luck"
    assert found["2D R23"]["top-1 %"] == "20.0"


def test_seeds_are_averaged_within_a_clip(made):
    seeds = [made("r23", SEQUENCES), made("r23", range(1, 11), seed=1)]
    assert set(hits(seeds).values()) == {0.5, 1.0}
    found = rows(document([*seeds, made("r23", (), "fold2")]), "Networks")["2D R23"]
    assert (found["folds"], found["seeds"]) == ("2 of 5", "1 to 2")
    assert (found["top-1 %"], found["without fold 2"]) == ("50.0", "75.0")


def test_pairs_are_of_common_folds_and_seeds(made):
    plain = [made("r23", SEQUENCES), made("r23", (), seed=1), made("r23", (), "fold2")]
    page = document([*plain, made("smallbig_r23", range(1, 11))])
    found = rows(page, "Differences")["SmallBig-R23, full - 2D R23"]
    assert (found["points"], found["without fold 2"]) == ("-50.0", "-50.0")
    assert found["runs of each"] == "1"


def test_the_newest_run_of_todays_config_counts(made):
    older = made("r23", (), settings=["0" * 64])
    first, second = made("r23", range(1, 6)), made("r23", range(1, 11))
    assert rows(document([first, second, older]), "Networks")["2D R23"]["top-1 %"] == "50.0"


def test_an_interval_of_a_share_ends_at_100(made):
    some = made("r23", (1, 2, 3), sequences=range(1, 5))
    assert rows(document([some]), "Networks")["2D R23"]["95 %"] == "0.0 to 100.0"


def test_it_says_so_where_sequences_do_not_differ(made):
    page = document([made("r23", SEQUENCES), made("tsm_r23", ())])
    found = rows(page, "Differences")["TSM-R23 - 2D R23"]
    assert (found["points"], found["p (Holm)"]) == ("-100.0", "")
    assert found["95 %"] == "not known: sequences do not differ"


def test_the_fold_that_chose_the_recipe_is_named():
    clips = [
        parse_clip(Path(f"{name}/{sequence}0_{sequence}_{label}.avi"))
        for sequence in SEQUENCES
        for label, name in enumerate(CLASSES)
    ]
    assert tuning_split(clips)["val"] == split(clips, TUNED_ON)["val"]
    assert not set(tuning_split(clips)["train"]) & set(split(clips, 1)["val"])


def test_tuning_stands_apart(made):
    tuned = [made("r23", range(1, 6), TUNE, lr=2e-4), made("smallbig_r23", (), TUNE, lr=2e-4)]
    better = made("r23", range(1, 11), TUNE)
    failed = made("r23", (), TUNE, metrics="not run: killed")
    assert mean_by_lr([*tuned, better, failed]) == {2e-4: 0.125, 5e-4: 0.5}
    page = document([*tuned, better])
    assert rows(page, "Networks")["2D R23"]["top-1 %"].startswith("not run: ")
    chosen = page.parts["Choice of the learning rate"]
    assert list(chosen["learning rate"]) == ["0.0002", "0.0005", "0.0002"]
    assert list(chosen["top-1 %"]) == ["25.0", "50.0", "0.0"]
    folds = [made("r23", SEQUENCES, f"fold{fold}") for fold in FOLDS]
    (card,) = _of_runs([*tuned, better, *folds])  # a card's figure is the folds'
    assert card["Metrics"]["Top 1 Accuracy"] == 100
    assert not [*_of_runs([*tuned, better, *folds[1:]])]  # all five


def test_precisions_are_compared_and_never_mixed(made):
    half, more = range(1, 11), range(1, 12)
    records = [made("r23", half), made("r23", more, precision="float32"), made("tsm_r23", half)]
    page = document(records)
    assert rows(page, "Networks")["2D R23"]["top-1 %"] == "50.0"
    assert rows(document(records, "float32"), "Networks")["2D R23"]["top-1 %"] == "55.0"
    (both,) = rows(page, "bfloat16 and float32").values()
    assert (both["bfloat16, top-1 %"], both["float32, top-1 %"]) == ("50.0", "55.0")
    assert both["difference"] == "-5.0" and both["95 %"] == "-15.5 to +5.5"  # one of twenty
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
