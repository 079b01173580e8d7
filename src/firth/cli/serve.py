"""`firth serve MODEL…`"""

import socket
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firth.cli.candidates import FallbackName
from firth.cli.signals import STOPPED
from firth.interruption import keeping
from firth.parallel import available_cores
from firth.printable import printable

if TYPE_CHECKING:  # the server needs packages of an extra; the help text does not
    from firth.server.models import Models

__all__ = ["AllowedHosts", "Host", "Token", "allowed_hosts", "run"]


ModelFiles = Annotated[
    list[str],
    typer.Argument(
        metavar="MODEL...",
        help="Files of word vectors or language models. NAME=MODEL gives one a name; without it the name of the "
        "file, without its suffix, is the name.",
    ),
]
Host = Annotated[
    str,
    typer.Option(
        help="The address to listen at. Other machines can reach any but 127.0.0.1, so that needs --token; 0.0.0.0 "
        "is all addresses of this machine."
    ),
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port to listen at; 0 is any free one.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes that answer requests; at most one per core.")]
Token = Annotated[
    str | None,
    typer.Option(
        envvar="FIRTH_TOKEN",
        show_envvar=False,
        help="What requests have to bring, as the header Authorization: Bearer TOKEN. Better in the environment, "
        "as FIRTH_TOKEN, where other users cannot see it.",
    ),
]
AllowedHosts = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host",
        metavar="NAME",
        help="A name by which clients may call this server, as in the header Host (repeatable). Default: "
        "localhost; with another --host, any name.",
    ),
]


def run(
    models: ModelFiles,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Workers = 1,
    token: Token = None,
    allow_host: AllowedHosts = None,
    fallback: FallbackName = None,
) -> None:
    """Serve models over HTTP as JSON, until Ctrl-C or SIGTERM; requests that have begun are then answered. A model file
    that is replaced is opened again. /openapi.json describes all requests.
    """
    from firth.server.app import Application, create_app
    from firth.server.gate import check_access
    from firth.server.models import Models, named_paths
    from firth.server.process import listening, metrics_folder, run_here, run_workers

    check_access(host, token)
    paths = named_paths(models)
    threads = max(1, available_cores() // workers)
    options: dict[str, Any] = {"fallback": fallback, "threads": threads}
    with listening(host, port) as listener:
        opened = Models(paths, **options)
        hosts = allowed_hosts(host, allow_host or [])
        announcement = _announcement(opened, listener)

        def announce() -> None:
            typer.echo(announcement, err=True)

        with keeping:
            if workers == 1:
                run_here(create_app(opened, token=token, hosts=hosts), listener, announce)
            else:
                del opened  # each worker opens the files
                with metrics_folder() as folder:
                    make_app = Application(paths, token=token, hosts=hosts, metrics_folder=folder, **options)
                    run_workers(make_app, listener, workers, announce)
    typer.echo(STOPPED, err=True)


def allowed_hosts(host: str, allowed: list[str]) -> frozenset[str] | None:
    """The names by which a server that listens at `host` may be called; None: any."""
    from firth.server.gate import LOOPBACK, is_loopback

    if is_loopback(host):
        return frozenset((*LOOPBACK, host, *allowed))
    return frozenset((host, *allowed)) if allowed else None


def _announcement(models: "Models", listener: socket.socket) -> str:
    lines = []
    for name in models:
        facts = models[name].description(name)
        size = f"{facts['words']:,} words" + (f" × {facts['vector_size']}" if facts["vector_size"] else "")
        index = ", with an index" if facts["has_index"] else ""
        lines.append(f"{name}: {facts['kind']}, {size}{index}")
        if facts["problem"]:
            lines.append(f"firth: warning: {facts['problem']}")
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return "\n".join(map(printable, [*lines, f"serving at http://{shown}:{port}/v1/models; Ctrl-C ends it"]))
