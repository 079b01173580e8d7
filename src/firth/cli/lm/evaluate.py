"""`firth lm evaluate MODEL CORPUS…`"""

from firth.cli.corpus import CorpusArgument, source_of
from firth.cli.lm.arguments import LanguageModelFile
from firth.cli.output import Json, print_json, print_table
from firth.language_models.load import load_language_model

__all__ = ["run"]


def run(model: LanguageModelFile, corpus: CorpusArgument, json: Json = False) -> None:
    """Perplexity: the model is as uncertain of the next word as among so many equally probable ones.
    The text should be one that it has not learned from. Compare only models of the same vocabulary:
    the fewer words a model knows, the easier it is to foresee "unknown".
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
