"""`firth lm train CORPUS… -o MODEL`"""

import dataclasses
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from firth.cli.corpus import CorpusArgument, source_of
from firth.cli.output import Json, output, print_json, print_table
from firth.cli.settings import option_name, with_model_settings
from firth.errors import SettingError
from firth.formats.target import check_target
from firth.language_models.model import LanguageModel
from firth.language_models.neural import NeuralModel
from firth.language_models.ngram import NgramModel
from firth.language_models.settings import NeuralSettings, NgramSettings
from firth.settings import Settings
from firth.vectors.load import load

__all__ = ["run"]

_MODELS: dict[str, type[Settings]] = {"ngram": NgramSettings, "neural": NeuralSettings}


def _train(
    corpus: CorpusArgument,
    target: Annotated[Path, typer.Option("--output", "-o", metavar="MODEL", help="The file to write.")],
    model: Annotated[
        str,
        typer.Option(
            metavar="ngram|neural",
            help="The kind of model. ngram: counts word sequences, with Kneser-Ney smoothing; neural: learns "
            "embeddings and a hidden layer (Bengio et al. 2003).",
        ),
    ] = "ngram",
    held_out: Annotated[
        str | None,
        typer.Option(
            metavar="CORPUS",
            help="A text that is not trained on: training stops when the model no longer gets better at it. By "
            "default, some sentences of CORPUS are held out. [only with --model neural]",
        ),
    ] = None,
    vectors: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Word vectors to start the embeddings from. [only with --model neural]"),
    ] = None,
    json: Json = False,
    **settings: Any,
) -> None:
    """A line of text is a sentence. An n-gram model takes seconds for millions of words; a neural model takes
    minutes per million words and often predicts better. `firth lm mix` interpolates both.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    _refuse_what_does_not_apply(model, given | {"held_out": held_out, "vectors": vectors})
    if held_out == "-" and "-" in corpus:
        raise SettingError("--held-out - and CORPUS - are both standard input: give a file for one of them")
    check_target(target)
    started = time.perf_counter()
    if model == "ngram":
        fitted: LanguageModel = NgramModel(**given).fit(source_of(corpus, target))
    else:
        start = None if vectors is None else load(vectors)
        fitted = NeuralModel(**given).fit(source_of(corpus, target), held_out, vectors=start)
    fitted.save(target)
    _summarise(fitted, target, time.perf_counter() - started, json)


def _refuse_what_does_not_apply(model: str, given: Mapping[str, Any]) -> None:
    if model not in _MODELS:
        raise SettingError(f"--model {model}: must be ngram or neural")
    known = {field.name for field in dataclasses.fields(_MODELS[model])}
    known |= {"held_out", "vectors"} if model == "neural" else set()
    for name, value in given.items():
        if value is not None and name not in known:
            raise SettingError(
                f"{option_name(name)} applies only with --model neural, but here --model {model}; "
                "leave it out, or change --model"
            )
    if given["held_out"] is not None and "held_out_share" in given:
        raise SettingError("--held-out-share applies only without --held-out: leave one of them out")


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


run = with_model_settings(_train, _MODELS)
