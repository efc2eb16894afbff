"""What of a run a person reads on the screen; its log file has that, and all else.

With `log_level = 'DEBUG'` in the config the screen has all of the file, as mmengine writes it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from mmengine.hooks import Hook
from mmengine.logging import MMLogger
from mmengine.runner import EpochBasedTrainLoop, Runner

from .progress import Clock, timed

STRETCHES = 20  # of a training by iterations that does not validate: lines in all
PATIENCE = 60  # seconds of a validation until it says how far it is
# mmengine's own warnings that nobody who trains can act on.
IDLE = (
    "The prefix is not set in metric class",
    "Advance dataloader",
    '"FileClient" will be deprecated',
    '"HardDiskBackend" is the alias',
)


def show(message: str) -> None:
    """Log a message that belongs on the screen, too."""
    MMLogger.get_current_instance().info(message, extra={"on_screen": True})


class ReadableRunner(Runner):
    """mmengine's runner, of whose log only warnings and what is `show`n reach the screen."""

    def build_logger(self, log_level: int | str = "INFO", **options: Any) -> MMLogger:
        """Build mmengine's logger, and have its handler of the screen be a reader's."""
        logger = super().build_logger(log_level, **options)
        for handler in logger.handlers:
            on_screen = not isinstance(handler, logging.FileHandler)
            if on_screen and handler.level > logging.DEBUG:
                handler.addFilter(_is_for_readers)
                handler.setFormatter(_Readable())
        return logger


def _is_for_readers(record: logging.LogRecord) -> bool:
    if record.levelno <= logging.INFO:
        return hasattr(record, "on_screen")
    return not record.getMessage().startswith(IDLE)


class _Readable(logging.Formatter):
    """The message; before it what it is, if it is a warning or an error."""

    def format(self, record: logging.LogRecord) -> str:
        kind = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        return kind + super().format(record)


def figures(metrics: Mapping[str, Any]) -> str:
    """An evaluator's numbers, as `top1 0.4545`, without its name where that tells no two apart."""
    short = [key.rpartition("/")[2] for key in metrics]
    names = short if len({*short}) == len(metrics) else metrics
    return "  ".join(f"{name} {v:.4g}" for name, v in zip(names, metrics.values(), strict=True))


class EpochLines(Hook):
    """A line an epoch: loss, learning rate, the validation's figures if it was due, and times.

    A training by iterations has a line a validation. Until the first line, and then ever more
    seldom, it says how far it is.
    """

    priority = "VERY_LOW"  # when the epoch's figures are known

    def before_train(self, runner: Runner) -> None:
        """The loss is averaged, and the time left reckoned, from here."""
        self._clock, self._first, self._said_at = Clock(), runner.iter, runner.iter
        self._line: str | None = None  # that waits for its validation

    def before_train_epoch(self, runner: Runner) -> None:
        """The last epoch had no validation."""
        self._flush(runner)

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Neither had the last stretch of iterations."""
        self._flush(runner)

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Of a training by iterations a stretch may end here."""
        loop, done = runner.train_loop, runner.iter + 1
        if not isinstance(loop, EpochBasedTrainLoop):
            by_twentieths = -(-loop.max_iters // STRETCHES)
            every = by_twentieths if runner.val_loop is None else loop.val_interval
            if done % every == 0 or done == loop.max_iters:
                self._end_stretch(runner, "step", done, loop.max_iters, done)
                return
        if self._clock.strikes():
            step = f"step {done}/{loop.max_iters}  {self._numbers(runner, done)}"
            show(f"{step}  {self._times(runner, done)}")

    def after_train_epoch(self, runner: Runner) -> None:
        """What is said when the validation, if there is one, has ended."""
        loop = runner.train_loop
        if isinstance(loop, EpochBasedTrainLoop):
            self._end_stretch(runner, "epoch", loop.epoch + 1, loop.max_epochs, runner.iter)

    def after_train(self, runner: Runner) -> None:
        """Nothing follows."""
        self._flush(runner)

    def before_val_epoch(self, runner: Runner) -> None:
        """A long validation says how far it is."""
        self._validating = Clock(PATIENCE)

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """See `before_val_epoch`."""
        if self._validating.strikes():
            show(self._validating.said(batch_idx + 1, len(runner.val_dataloader), "validated"))

    def after_val_epoch(self, runner: Runner, metrics: dict[str, Any] | None = None) -> None:
        """Say the epoch's line with its figures; those of what was resumed from have no other."""
        found = figures(metrics or {})
        if self._line is None and found:
            self._line = f"validated after step {runner.iter}"
        self._flush(runner, found)

    def _end_stretch(self, runner: Runner, unit: str, number: int, last: int, done: int) -> None:
        numbers = self._numbers(runner, done)
        self._line, self._said_at = f"{unit} {number:{len(str(last))}}/{last}  {numbers}", done

    def _numbers(self, runner: Runner, done: int) -> str:
        scalars, steps = runner.message_hub.log_scalars, max(1, done - self._said_at)
        rates = [key for key in scalars if key.startswith("train/") and key.endswith("lr")]
        loss, rate = scalars["train/loss"].mean(steps), scalars[rates[0]].current()
        return f"loss {loss:.4f}  lr {rate:.3g}"

    def _times(self, runner: Runner, done: int) -> str:
        """So far and left, validations included."""
        past, steps = self._clock.seconds, done - self._first
        left = past / steps * (runner.train_loop.max_iters - done) if steps else 0
        return f"{timed(past)}, {timed(left)} left" if left else timed(past)

    def _flush(self, runner: Runner, found: str = "") -> None:
        if self._line is not None:
            show("  ".join(filter(None, (self._line, found, self._times(runner, runner.iter)))))
            self._line = None
            self._clock.put_off()
