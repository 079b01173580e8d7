"""`firth lm evaluate MODEL CORPUS…`"""

from firth.cli.corpus import CorpusArgument, source_of
from firth.cli.lm.predict import LanguageModelFile
from firth.cli.output import Json, print_json, print_table
from firth.language_models.load import load_language_model

__all__ = ["run"]


def run(model: LanguageModelFile, corpus: CorpusArgument, json: Json = False) -> None:
    """A perplexity of 100 means: on average the model is as uncertain about the next word as between 100
    equally probable ones. The text should be held out: not one that the model was trained on. Compare only
    models of the same vocabulary: the fewer words a model knows, the more often the unknown word is right.
    """
    score = load_language_model(model).score(source_of(corpus))
    if json:
        print_json({"model": str(model), **score._asdict()})
        return
    rows = [
        ("perplexity", f"{score.perplexity:,.2f}"),
        ("nats per word", f"{score.nats:.4f}"),
        ("predicted", f"{score.predicted:,} words and sentence ends"),
        ("unknown words", f"{score.unknown_words:,}"),
    ]
    print_table(str(model), ["", ""], rows, numbers=0)
