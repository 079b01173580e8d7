"""Pictures of docs/document.md that answer to sliders: an arrow, next words, a window, a training step.

They are drawn by Altair alone, because what they show is computed in the page: `firth.plots` has no sliders.
"""

from collections.abc import Callable
from typing import Any

import altair as alt

from firth import NgramModel
from firth.datasets import king_james
from firth.plots.theme import find_theme

THEME = find_theme("light")
SENTENCE = ["thou", "shalt", "not", "make", "a", "machine", "in", "the", "likeness", "of", "a", "human", "mind"]
HISTORIES = ("thou shalt", "and it came to", "the king of", "in the land of", "bread and")
LETTER, GAP = 8.0, 16.0  # pixels: a letter of 15 pixels, and between two words


def themed(chart: Any, title: str, subtitle: str) -> Any:
    return chart.properties(title=alt.TitleParams(title, subtitle=subtitle)).configure(**THEME.config())


def slider(name: str, label: str, value: float, low: float, high: float, step: float) -> Any:
    return alt.param(name=name, value=value, bind=alt.binding_range(min=low, max=high, step=step, name=f"{label} "))


def rows(values: list[dict[str, Any]]) -> Any:
    return alt.Data(values=values)


def cosine() -> Any:
    """Jay's arrow, moved by two sliders, and its cosines with two others."""
    people = [("Jay", -0.4, 0.8), ("Person 1", -0.3, 0.2), ("Person 2", -0.5, -0.4)]
    x, y = slider("first", "Jay, trait 1", -0.4, -1, 1, 0.05), slider("second", "Jay, trait 2", 0.8, -1, 1, 0.05)
    base = (
        alt.Chart(rows([{"person": name, "a": a, "b": b, "zero": 0} for name, a, b in people]))
        .transform_calculate(
            a="datum.person == 'Jay' ? first : datum.a",
            b="datum.person == 'Jay' ? second : datum.b",
        )
        .transform_calculate(
            cosine="(datum.a * first + datum.b * second) / "
            "max(1e-9, sqrt(datum.a * datum.a + datum.b * datum.b) * sqrt(first * first + second * second))",
        )
        .transform_calculate(
            label="datum.person + (datum.person == 'Jay' ? '' : ', ' + replace(format(datum.cosine, '.2f'), '-', '−'))"
        )
    )
    scale = alt.Scale(domain=[-1.2, 1.2], nice=False)
    colour = alt.Color(
        "person:N", scale=alt.Scale(range=[THEME.strong, THEME.groups[0], THEME.groups[2]]), sort=None, legend=None
    )
    axes = {
        "x": alt.X("a:Q", scale=scale, title="trait 1", axis=alt.Axis(values=[-1, -0.5, 0, 0.5, 1])),
        "y": alt.Y("b:Q", scale=scale, title="trait 2", axis=alt.Axis(values=[-1, -0.5, 0, 0.5, 1])),
    }
    shafts = base.mark_rule(strokeWidth=3, strokeCap="round").encode(
        x=axes["x"], y=axes["y"], x2=alt.X2("zero:Q"), y2=alt.Y2("zero:Q"), color=colour
    )
    tips = base.mark_point(filled=True, size=110, opacity=1).encode(**axes, color=colour)
    names = [
        base.transform_filter(side)
        .mark_text(align=align, dx=dx, fontSize=14)
        .encode(**axes, text="label:N", color=colour)
        for side, align, dx in (("datum.a < 0", "right", -12), ("datum.a >= 0", "left", 12))
    ]
    chart = alt.layer(shafts, tips, *names).add_params(x, y).properties(width=480, height=400)
    return themed(chart, "Who is most like Jay?", "cosines with Jay; the sliders move him")


def next_words() -> Any:
    """The probabilities of next words, for a choice of histories."""
    model = NgramModel(order=4, min_count=2).fit(king_james(), progress=False)
    values = [
        {"history": history, "word": word, "probability": round(float(probability), 4)}
        for history in HISTORIES
        for word, probability in model.next_words(history, count=8)
    ]
    choice = alt.param(
        name="history", value=HISTORIES[0], bind=alt.binding_select(options=list(HISTORIES), name="after ")
    )
    base = (
        alt.Chart(rows(values))
        .transform_filter("datum.history == history")
        .encode(
            x=alt.X("probability:Q", title="probability", axis=alt.Axis(format="%", tickCount=5)),
            y=alt.Y("word:N", sort=None, title=None, axis=alt.Axis(labelFontSize=14, ticks=False, domain=False)),
            tooltip=["word:N", alt.Tooltip("probability:Q", format=".1%")],
        )
    )
    bars = base.mark_bar(color=THEME.accent, cornerRadiusEnd=3)
    numbers = base.mark_text(align="left", dx=5).encode(text=alt.Text("probability:Q", format=".0%"))
    chart = alt.layer(bars, numbers).add_params(choice).properties(width=420, height=alt.Step(26))
    return themed(chart, "The next word", "a 4-gram model of the King James Bible, its eight most probable words")


def window() -> Any:
    """A window that slides over the sentence, and the examples of skip-gram that it makes."""
    values, at = [], 0.0
    for number, word in enumerate(SENTENCE):
        width = len(word) * LETTER + GAP
        values.append({"i": number, "word": word, "from": at, "to": at + width - 4, "middle": at + width / 2 - 2})
        at += width
    position = slider("position", "center", 2, 0, len(SENTENCE) - 1, 1)
    size = slider("size", "window", 2, 1, 4, 1)
    role = "datum.i == position ? 'center' : abs(datum.i - position) <= size ? 'context' : 'outside'"
    roles = alt.Scale(domain=["center", "context", "outside"], range=[THEME.strong, THEME.accent, THEME.line])
    inks = alt.Scale(domain=["center", "context", "outside"], range=["#ffffff", "#ffffff", THEME.quiet])
    x = alt.X("from:Q", axis=None, scale=alt.Scale(domain=[0, at], nice=False))
    words = alt.Chart(rows(values)).transform_calculate(role=role)
    boxes = words.mark_rect(cornerRadius=4).encode(
        x=x, x2="to:Q", y=alt.value(0), y2=alt.value(30), color=alt.Color("role:N", scale=roles, title=None)
    )
    labels = words.mark_text(fontSize=15, baseline="middle").encode(
        x=alt.X("middle:Q", axis=None),
        y=alt.value(16),
        text="word:N",
        color=alt.Color("role:N", scale=inks, legend=None),
    )
    sentence = alt.layer(boxes, labels).resolve_scale(color="independent").properties(width=at, height=30)
    listed = "[" + ", ".join(f"'{word}'" for word in SENTENCE) + "]"
    pairs = (
        words.transform_filter("datum.role == 'context'")
        .transform_window(rank="row_number()", sort=[alt.SortField("i")])
        .transform_calculate(input=f"{listed}[position]")
    )
    columns = [("input", "input:N", 0), ("output", "word:N", 150), ("target", "one:N", 300)]
    pairs = pairs.transform_calculate(one="'1'")
    height = 9 * 22
    y = alt.Y("rank:Q", axis=None, scale=alt.Scale(domain=[0, 9], nice=False, reverse=True))
    cells = [
        pairs.mark_text(align="left", fontSize=14).encode(x=alt.value(left), y=y, text=field)
        for _, field, left in columns
    ]
    heads = [
        alt.Chart(rows([{}]))
        .mark_text(align="left", fontSize=12, color=THEME.quiet, text=name)
        .encode(x=alt.value(left), y=alt.value(2))
        for name, _, left in columns
    ]
    table = alt.layer(*heads, *cells).properties(width=at, height=height)
    chart = alt.vconcat(sentence, table, spacing=22).add_params(position, size)
    return themed(chart, "A window makes examples", "skip-gram: the center with each word of its window")


def training_step() -> Any:
    """Dot products, sigmoids and errors of one neighbour and two negative samples."""
    words = [("thou", 1, 0.2), ("aaron", 0, -1.11), ("taco", 0, 0.74)]
    values = [{"word": word, "target": target} for word, target, _ in words]
    dots = [slider(word, f"not · {word}", dot, -4, 4, 0.01) for word, _, dot in words]
    base = (
        alt.Chart(rows(values))
        .transform_calculate(dot="datum.word == 'thou' ? thou : datum.word == 'aaron' ? aaron : taco")
        .transform_calculate(sigmoid="1 / (1 + exp(-datum.dot))")
        .transform_calculate(error="datum.target - datum.sigmoid")
        .transform_calculate(label="datum.word + ', target ' + datum.target")
    )
    panels = []
    shown = {
        "dot": ("dot product with not", -4, 4),
        "sigmoid": ("sigmoid: the prediction", 0, 1),
        "error": ("target − prediction", -1, 1),
    }
    for name, (title, low, high) in shown.items():
        x = alt.X(f"{name}:Q", title=title, scale=alt.Scale(domain=[low, high]), axis=alt.Axis(tickCount=3))
        axis = alt.Axis(labelFontSize=14, ticks=False, domain=False) if name == "dot" else None
        panel = base.encode(x=x, y=alt.Y("label:N", sort=None, title=None, axis=axis))
        bars = panel.mark_bar(height=22).encode(
            color=alt.condition(f"datum.{name} >= 0", alt.value(THEME.accent), alt.value(THEME.strong))
        )
        numbers = (
            panel.transform_calculate(shown=f"replace(format(datum.{name}, '.2f'), '-', '−')")
            .mark_text(fontSize=13, dy=-20)
            .encode(text="shown:N")
        )
        zero = alt.Chart(rows([{"zero": 0}])).mark_rule(color=THEME.faint).encode(x="zero:Q")
        panels.append(alt.layer(bars, zero, numbers).properties(width=190, height=alt.Step(56)))
    chart = alt.hconcat(*panels, spacing=24).add_params(*dots)
    return themed(chart, "One training step", "not, its neighbour thou, and the negative samples aaron and taco")


PICTURES: dict[str, Callable[[], Any]] = {
    "cosine": cosine, "next-words": next_words, "window": window, "training-step": training_step,
}  # fmt: skip
