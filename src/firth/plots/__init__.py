"""Pictures of vectors: each function returns an Altair chart, and `save_chart` writes a chart to a file.

Drawing needs the extra `plot`, and some maps need `maps`; importing this package needs neither.
"""

from firth.plots.analogy_strips import analogy_strips, sum_strips
from firth.plots.colour_strips import colour_strips
from firth.plots.neighbour_bars import neighbour_bars
from firth.plots.personality_line import personality_line
from firth.plots.points_and_arrows import points_and_arrows
from firth.plots.recommender_bars import recommender_bars
from firth.plots.save import save_chart
from firth.plots.similarity_matrix import similarity_matrix
from firth.plots.training_curve import training_curve
from firth.plots.two_axes import two_axis_plot
from firth.plots.word_map import word_map

__all__ = [
    "analogy_strips",
    "colour_strips",
    "neighbour_bars",
    "personality_line",
    "points_and_arrows",
    "recommender_bars",
    "save_chart",
    "similarity_matrix",
    "sum_strips",
    "training_curve",
    "two_axis_plot",
    "word_map",
]
