"""The loss of each epoch of a training, and the learning rate below it."""

from collections.abc import Sequence
from typing import Any

from firth.errors import SettingError
from firth.models.word2vec import Word2Vec
from firth.plots.canvas import Picture, import_altair, inline_data, with_titles
from firth.plots.theme import ThemeName, find_theme
from firth.training.history import EpochRecord

__all__ = ["training_curve"]

_WIDTH = 560
_MOST_WITH_VALUES = 15


def training_curve(training: Word2Vec | Sequence[EpochRecord], *, theme: ThemeName = "light") -> Picture:
    """Loss and learning rate by epoch.

    Parameters
    ----------
    training : a model, or its history.
    theme : "light" or "dark".

    Raises
    ------
    SettingError : the model is not trained, or an unknown theme.
    MissingExtraError : Altair is not installed.
    """
    look = find_theme(theme)
    altair = import_altair()
    history = training.history if isinstance(training, Word2Vec) else list(training)
    if not history:
        raise SettingError("no epochs to draw: the history is empty; call fit(corpus) first")
    data = inline_data(
        {
            "epoch": record.epoch,
            "loss": round(record.loss, 6),
            "learning rate": record.learning_rate,
            "words": record.words,
            "words per second": round(record.words_per_second),
            "seconds": round(record.seconds, 2),
        }
        for record in history
    )
    hover = ["epoch:O", altair.Tooltip("loss:Q", format=".4f"), altair.Tooltip("learning rate:Q", format=".4~g")]
    hover += [altair.Tooltip(f"{name}:Q", format=",") for name in ("words", "words per second", "seconds")]
    base = altair.Chart(data, width=_WIDTH).encode(tooltip=hover)
    loss = _panel(base, look.accent, "loss", "loss, nats per pair", last=False).properties(height=240)
    if len(history) <= _MOST_WITH_VALUES:
        values = base.encode(x="epoch:O", y="loss:Q", text=altair.Text("loss:Q", format=".3f"))
        halo = {"stroke": look.background, "strokeWidth": 4}  # keeps numbers readable where the line passes behind them
        loss = altair.layer(loss, values.mark_text(aria=False, dy=-13, **halo), values.mark_text(aria=False, dy=-13))
    rate = _panel(base, look.strong, "learning rate", "learning rate", last=True).properties(height=90)
    words = sum(record.words for record in history)
    seconds = sum(record.seconds for record in history)
    speed = f" {words / seconds:,.0f} words/s." if seconds > 0 else ""
    subtitle = [
        "Mean negative log-likelihood of a word pair in each epoch: lower is better.",
        f"{words:,} words in {seconds:,.1f} s.{speed}",
    ]
    chart = altair.vconcat(loss, rate, spacing=14)
    return with_titles(chart, look, "Loss and learning rate by epoch", subtitle)


def _panel(base: Any, colour: str, field: str, title: str, *, last: bool) -> Any:
    """A line with a point per epoch; only the last panel has the labels of the epochs."""
    altair = import_altair()
    x = altair.X("epoch:O").axis(
        title="epoch" if last else None, labels=last, labelAngle=0, labelOverlap=True, ticks=False, domain=last
    )
    y = altair.Y(f"{field}:Q").scale(**({"zero": True} if last else {"zero": False, "padding": 16}))
    line = base.mark_line(
        aria=False, color=colour, strokeWidth=2, point=altair.OverlayMarkDef(color=colour, size=50, filled=True)
    )
    return line.encode(x=x, y=y.axis(title=title, tickCount=3 if last else 4, domain=False, ticks=False, minExtent=44))
