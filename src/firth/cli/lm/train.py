"""`firth lm train CORPUS… -o MODEL`"""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from firth.cli.corpus import CorpusArgument, check_folder, source_of
from firth.cli.output import Json, output, print_json, print_table
from firth.errors import SettingError
from firth.language_models.model import LanguageModel
from firth.language_models.neural import NeuralModel
from firth.language_models.ngram import NgramModel
from firth.vectors.load import load

__all__ = ["run"]


def run(
    corpus: CorpusArgument,
    target: Annotated[Path, typer.Option("--output", "-o", metavar="MODEL", help="The file to write.")],
    model: Annotated[str, typer.Option(metavar="ngram|neural", help="The kind of model.")] = "ngram",
    order: Annotated[int | None, typer.Option(help="It looks at so many words less one; 4, neural 5.")] = None,
    min_count: Annotated[int | None, typer.Option(help="Rarer words are unknown; 2, neural 4.")] = None,
    max_vocabulary: Annotated[int | None, typer.Option(help="Keep only so many words, the most frequent.")] = None,
    tokenizer: Annotated[str, typer.Option(metavar="words|whitespace", help="How text becomes words.")] = "words",
    vector_size: Annotated[int | None, typer.Option(help="Neural: numbers per embedding; 60.")] = None,
    hidden_size: Annotated[int | None, typer.Option(help="Neural: numbers in the hidden layer; 100.")] = None,
    direct_connections: Annotated[
        bool | None, typer.Option("--direct-connections", help="Neural: lead from the embeddings to the output, too.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Neural: passes over the text at most; 10.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Neural: of Adagrad; 0.1.")] = None,
    seed: Annotated[int | None, typer.Option(help="Neural: of all that is drawn; 1.")] = None,
    held_out: Annotated[str | None, typer.Option(metavar="CORPUS", help="Neural: a text to stop by.")] = None,
    vectors: Annotated[Path | None, typer.Option(metavar="FILE", help="Neural: embeddings to start from.")] = None,
    json: Json = False,
) -> None:
    """A line of text is a sentence. An n-gram model counts: seconds for millions of words. A neural
    model learns embeddings: minutes for a million, and often the better one; `firth lm mix` has both.
    """
    check_folder(target)
    common = {"order": order, "min_count": min_count, "max_vocabulary": max_vocabulary, "tokenizer": tokenizer}
    neural = {
        "vector_size": vector_size,
        "hidden_size": hidden_size,
        "direct_connections": direct_connections,
        "epochs": epochs,
        "learning_rate": learning_rate,
        "seed": seed,
    }
    started = time.perf_counter()
    if model == "ngram":
        _refuse(neural | {"held_out": held_out, "vectors": vectors})
        fitted: LanguageModel = NgramModel(**_given(common)).fit(source_of(corpus))
    elif model == "neural":
        fitted = NeuralModel(**_given(common | neural)).fit(
            source_of(corpus), held_out, vectors=None if vectors is None else load(vectors)
        )
    else:
        raise SettingError(f"--model {model}: must be ngram or neural")
    fitted.save(target)
    _summarise(fitted, target, time.perf_counter() - started, json)


def _given(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


def _refuse(neural: dict[str, Any]) -> None:
    for name in _given(neural):
        raise SettingError(f"--{name.replace('_', '-')} is for neural models: add --model neural")


def _summarise(model: LanguageModel, target: Path, seconds: float, json: bool) -> None:
    known = len(model.vocabulary.known)
    record: dict[str, Any] = {"model": str(target), "known_words": known, "seconds": seconds}
    rows = [("known words", f"{known:,}")]
    if isinstance(model, NgramModel):
        record |= {"order": model.order, "ngrams": model.n_ngrams, "discounts": [list(d) for d in model.discounts]}
        rows += [(f"{k}-grams", f"{n:,}") for k, n in enumerate(model.n_ngrams, 1)]
    if isinstance(model, NeuralModel):
        best = min(score.held_out_perplexity for score in model.history)
        record |= {"order": model.settings.order, "history": [score._asdict() for score in model.history]}
        rows += [("held-out perplexity", f"{best:,.2f}")]
    rows += [("time", f"{seconds:.1f} s"), ("saved", f"{target} ({target.stat().st_size / 1e6:.1f} MB)")]
    if json:
        print_json(record)
        return
    print_table("", ["", ""], rows, numbers=0)
    output.print(f"\nNext: firth lm predict {target} 'some words'")
