"""scikit-learn: texts to sentence vectors, as a transformer for pipelines. Needs the extra `sklearn`.

from firth.sklearn import Word2VecVectorizer
make_pipeline(Word2VecVectorizer(weighting="sif"), LogisticRegression()).fit(texts, labels)
"""

from firth.sklearn.vectorizer import Word2VecVectorizer

__all__ = ["Word2VecVectorizer"]
