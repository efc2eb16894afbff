"""From nothing to one table: MotionShapes rendered, networks trained, tested and costed on it."""

from __future__ import annotations

import time
from pathlib import Path

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner
from tqdm import tqdm

from ..configs import digest
from ..costs.counting import clip_of, count
from ..files import CONFIGS
from ..progress import progress_bar
from ..records import runs, store
from ..records.provenance import code_version, now
from ..records.schema import Record

NETWORKS = {
    "r23": "2D R23",
    "r23_3d": "3D R23",
    "tsm_r23": "TSM-R23",
    "smallbig_r23": "SmallBig-R23",
}


class Progress(Hook):
    """One line that moves: steps, loss and time left of training, then clips tested."""

    priority = "VERY_LOW"

    def __init__(self, name: str) -> None:
        self.name = name

    def _bar(self, what: str, total: int, done: int = 0) -> tqdm:
        return progress_bar(total=total, initial=done, desc=f"{self.name:13s} {what}")

    def before_train(self, runner: Runner) -> None:
        self.bar = self._bar("train", runner.max_iters, runner.iter)

    def after_train_iter(self, runner: Runner, batch_idx, data_batch=None, outputs=None) -> None:
        self.bar.update()
        if outputs is not None:
            self.bar.set_postfix(loss=f"{outputs['loss'].item():.2f}", refresh=False)

    def after_train(self, runner: Runner) -> None:
        self.bar.close()

    def before_test(self, runner: Runner) -> None:
        self.bar = self._bar("test", len(runner.test_dataloader))

    def after_test_iter(self, runner: Runner, batch_idx, data_batch=None, outputs=None) -> None:
        self.bar.update()

    def after_test(self, runner: Runner) -> None:
        self.bar.close()


def config(name: str, epochs: int | None) -> Config:
    """The network's config; `epochs` instead of its own number if given."""
    cfg = Config.fromfile(CONFIGS / f"motion_shapes/{name}.py")
    cfg.val_dataloader = cfg.val_cfg = cfg.val_evaluator = None  # tested once, when trained
    if epochs is not None:
        cfg.merge_from_dict(dict(train_cfg=dict(max_epochs=epochs)))
    return cfg


def run(name: str, cfg: Config, data: Path, out: Path) -> Record:
    """Train, test and count one network, or read the record of having done so.

    An interrupted training goes on from its newest checkpoint. Folders are named after the config,
    so another config starts anew.
    """
    code_version()  # of the code that starts here, whatever is edited while it runs
    label = f"quickstart/{name}-{digest(cfg)[:8]}"
    known = store.succeeded(label, out)
    if known is not None:
        return known
    start, began = now(), time.perf_counter()
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        loader.dataset.data_root = str(data)
        loader.persistent_workers = False  # they would take seconds each to stop at the end
    folder = out / Path(label).name
    cfg.work_dir, cfg.experiment_name = str(folder), folder.name
    cfg.log_level, cfg.resume = "ERROR", (folder / "last_checkpoint").is_file()
    runner = Runner.from_cfg(cfg)
    costs = count(runner.model.eval(), clip_of(cfg))
    runner.register_hook(Progress(NETWORKS[name]))
    runner.train()
    metrics = {key: float(value) for key, value in runner.test().items()}
    loaders = dict(train=runner.train_dataloader, test=runner.test_dataloader)
    record = store.make(
        kind="train",
        name=label,
        config=f"configs/motion_shapes/{name}.py",
        cfg=cfg,
        split="test",
        command="bash tools/quickstart.sh",
        start=start,
        counts=[costs.as_record()],
        data=[store.data_of(cfg, split, loader.dataset) for split, loader in loaders.items()],
        checkpoints=runs.newest(runner),
        seed=runner.seed,
        metrics=metrics,
        detail=dict(seconds=round(time.perf_counter() - began, 1)),
    )
    store.write(record, out)
    return record


def table(records: dict[str, Record]) -> str:
    """Markdown: a row a network."""
    lines = [
        "| model | params M | GMAC | order-free top-1 % | direction top-1 % | seconds |",
        "|---|---|---|---|---|---|",
    ]
    for name, record in records.items():
        cost, metrics = store.counts(record)[0], store.metrics(record)
        lines.append(
            f"| {NETWORKS[name]} | {cost.params / 1e6:.2f} | {cost.macs / 1e9:.3f} "
            f"| {metrics['motion_shapes/order_free']:.1f} "
            f"| {metrics['motion_shapes/direction']:.1f} "
            f"| {record.detail['seconds']:.0f} |"
        )
    lines += ["", "Chance is 20 % on order-free motions, 50 % on direction pairs."]
    return "\n".join(lines)
