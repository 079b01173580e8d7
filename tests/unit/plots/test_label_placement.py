"""No two labels overlap, whatever the points; text widths are those of drawn letters."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.plots.label_placement import place_labels
from firth.plots.labelled_points import fit_frame, label_points
from firth.plots.text_extent import text_sizes, text_width
from firth.plots.theme import FONT


def overlapping(centers, sizes):
    """The number of pairs of boxes that overlap."""
    distance = np.abs(centers[:, None] - centers[None])
    reach = (sizes[:, None] + sizes[None]) / 2
    return int(np.triu((distance < reach - 1e-9).all(axis=2), 1).sum())


coordinates = st.floats(0, 300) | st.sampled_from([0.0, 150.0, 300.0])


@settings(max_examples=60)
@given(
    st.lists(st.tuples(coordinates, coordinates, st.floats(1, 120), st.floats(4, 30)), min_size=1, max_size=40),
    st.booleans(),
)
def test_labels_never_overlap_nor_leave_the_picture(labels, may_move):
    points, sizes = np.array(labels)[:, :2], np.array(labels)[:, 2:]
    placement = place_labels(points, sizes, (300, 300), may_move=may_move)
    placed = placement.placed
    centers, sizes = placement.centers[placed], sizes[placed]
    assert overlapping(centers, sizes) == 0
    assert (centers - sizes / 2 >= 0).all()
    assert (centers + sizes / 2 <= 300).all()
    assert may_move or not placement.moved.any()


@pytest.mark.parametrize("spread", [1.0, 0.3])
def test_300_words_are_labelled(spread):
    """`spread` is the share of the picture that nearly all of them are in; most have labels where they are dense."""
    random = np.random.default_rng(3)
    points = random.normal(0, spread, (300, 2))
    points[:4] = [(-3, -3), (3, 3), (-3, 3), (3, -3)]
    words = ["".join(random.choice(list("aeioulmnrstw"), random.integers(2, 12))) for _ in range(300)]
    labelled = label_points(points, words, (760, 560), equal=True)
    sizes = text_sizes(words, 12)
    placed = labelled.placement.placed
    assert overlapping(labelled.placement.centers[placed], sizes[placed]) == 0
    assert placed.mean() >= (1.0 if spread == 1 else 0.8)
    assert labelled.unlabelled == (~placed).sum()


def test_lines_end_at_their_labels_and_only_labels_far_away_have_one():
    points = np.full((12, 2), 150.0)
    sizes = np.tile([40.0, 14.0], (12, 1))
    placement = place_labels(points, sizes, (300, 300))
    assert placement.placed.all()
    inside = np.abs(placement.line_ends - placement.centers) <= sizes / 2 + 1e-9
    assert inside.all()
    away = np.linalg.norm(placement.line_ends - points, axis=1)
    assert (away[placement.moved] > 4).all()
    assert 0 < placement.moved.sum() < 12


def test_labels_keep_off_lines():
    shaft = np.array([[150.0, 150.0, 300.0, 150.0]])  # to the right, where the label would be
    placement = place_labels(np.array([[150.0, 150.0]]), np.array([[40.0, 14.0]]), (300, 300), lines=shaft)
    assert placement.centers[0, 0] < 150 or abs(placement.centers[0, 1] - 150) > 7


def test_frames_take_points_to_pixels_and_back():
    points = np.random.default_rng(2).normal(3, 2, (50, 2)) * (1, 9)
    for equal in (True, False):
        frame = fit_frame(points, 640, 480, equal=equal)
        pixels = frame.pixels(points)
        np.testing.assert_allclose(frame.units(pixels), points)
        assert pixels.min() >= 44 - 1e-9
        assert (pixels.max(axis=0) <= (frame.width - 43.9, frame.height - 43.9)).all()
        if equal:
            per_unit = frame.width / (frame.x[1] - frame.x[0]), frame.height / (frame.y[1] - frame.y[0])
            assert per_unit[0] == pytest.approx(per_unit[1])


def grey_pixels(png):
    """A PNG of 8 bits per channel as an array (height, width) of its first channel."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    offset, packed = 8, b""
    while offset < len(png):
        length, kind = struct.unpack(">I4s", png[offset : offset + 8])
        content = png[offset + 8 : offset + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", content[:10])
            assert depth == 8
        packed += content if kind == b"IDAT" else b""
        offset += length + 12
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    lines = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, -1)
    kinds, raw = lines[:, 0], lines[:, 1:].astype(np.int64).reshape(height, width, channels)
    image = np.zeros_like(raw)
    for y in range(height):
        up = image[y - 1] if y else np.zeros_like(raw[0])
        for x in range(width):
            left = image[y, x - 1] if x else 0
            corner = up[x - 1] if x else np.zeros(channels, np.int64)
            guess = (0, left, up[x], (left + up[x]) // 2, paeth(left, up[x], corner))[kinds[y]]
            image[y, x] = (raw[y, x] + guess) % 256
    return image[..., 0]


def paeth(a, b, c):
    p = a + b - c
    pa, pb, pc = np.abs(p - a), np.abs(p - b), np.abs(p - c)
    return np.where((pa <= pb) & (pa <= pc), a, np.where(pb <= pc, b, c))


def test_widths_are_those_of_drawn_letters():
    """Each word is drawn by vl-convert, and the columns that have ink are counted."""
    import altair

    words = ["fill", "WAMM", "The quick", "Ærøskøbing-ß", "слово", "λόγος"]
    rows = [{"row": 20 * i + 10, "word": word} for i, word in enumerate(words)]
    text = altair.Chart(altair.InlineData(values=rows), width=150, height=20 * len(words))
    text = text.mark_text(align="left", fontSize=12, font=FONT).encode(
        text="word:N", x=altair.value(0), y=altair.Y("row:Q").scale(domain=[20 * len(words), 0], nice=False).axis(None)
    )
    drawn = io.BytesIO()
    text.configure(padding=0).configure_view(stroke=None).save(drawn, format="png", scale_factor=1)
    ink = grey_pixels(drawn.getvalue()) < 160
    for i, word in enumerate(words):
        columns = np.flatnonzero(ink[20 * i : 20 * i + 20].any(axis=0))
        assert columns.max() + 1 <= text_width(word, 12) + 1, word
        if word.isascii():
            assert columns.max() + 1 >= text_width(word, 12) - 3, word


def test_marks_have_no_width_and_wide_letters_a_full_one():
    assert text_width("é", 10) == text_width("e\u0301", 10) == text_width("e", 10)
    assert text_width("词语", 10) == 20
    assert text_width("", 10) == 0
