"""The history of a training: a record per epoch."""

from typing import Any, NamedTuple

from firth.notebook import html_table

__all__ = ["EpochRecord", "History"]


class EpochRecord(NamedTuple):
    """One epoch, or the part of it that was trained before an interruption."""

    epoch: int  # counted from 1
    loss: float  # mean negative log-likelihood per pair, in nats: -log s(v.u) - sum over noise of log s(-v.u)
    words: int  # occurrences read, subsampled ones included
    pairs: int  # (center, context) pairs for skip-gram, positions for CBOW
    seconds: float
    learning_rate: float  # at the end of the epoch

    @property
    def words_per_second(self) -> float:
        """Words read per second, subsampled ones included."""
        return self.words / self.seconds if self.seconds > 0 else 0.0

    def to_json(self) -> dict[str, Any]:
        """JSON values by name."""
        return self._asdict()


class History(list[EpochRecord]):
    """The records of a training, in order: a list that notebooks show as a table."""

    @property
    def last_epoch(self) -> int:
        """The number of the last epoch; 0 if there was none."""
        return self[-1].epoch if self else 0

    def _repr_html_(self) -> str:
        rows = [
            (
                f"{record.epoch}",
                f"{record.loss:.4f}",
                f"{record.words_per_second:,.0f}",
                f"{record.learning_rate:.4g}",
                f"{record.seconds:.1f} s",
            )
            for record in self
        ]
        return html_table("", ["epoch", "loss", "words/s", "learning rate", "time"], rows, numbers=5)
