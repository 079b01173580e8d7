"""The baselines that a recommender has to beat: simple, fast, and better than many models of the literature."""

from firth.recommend.item_knn import ItemKnn
from firth.recommend.popularity import Popularity
from firth.recommend.sequential_rules import SequentialRules
from firth.recommend.session_knn import SessionKnn

__all__ = ["all"]

all = (Popularity, SequentialRules, ItemKnn, SessionKnn)  # classes: evaluate() fits one of each to the training data
