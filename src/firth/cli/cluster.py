"""Options of `firth train` for machines of a cluster."""

from pathlib import Path
from typing import Annotated

import typer

from firth.cli.help import CLUSTER
from firth.distributed.ray_cluster import RayCluster
from firth.errors import SettingError
from firth.models.word2vec_file import check_model_space
from firth.training.observation import Observation, Observer

__all__ = ["NodesOption", "OverlapOption", "RayOption", "cluster_of", "words_of_cluster", "space_checked_at_start"]

RayOption = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS",
        rich_help_panel=CLUSTER,
        help="Train on the machines of this Ray cluster; auto: the one that this machine is part of. All machines have "
        "to see the text at the same paths, unless it is standard input. --threads are those of each.",
    ),
]
NodesOption = Annotated[
    int | None,
    typer.Option(
        metavar="NUMBER", rich_help_panel=CLUSTER, help="How many machines train. [default: all; only with --ray]"
    ),
]


OverlapOption = Annotated[
    bool,
    typer.Option(
        "--overlap",
        rich_help_panel=CLUSTER,
        help="Train on while machines exchange what they have learned: for slow networks. What one learns reaches the "
        "others a little later. [only with --ray]",
    ),
]


def cluster_of(address: str | None, nodes: int | None, overlap: bool, continued: Path | None) -> RayCluster | None:
    """What the options say; None: this process. Raises SettingError if they do not go together."""
    if address is None:
        for option, is_given in (("--nodes", nodes is not None), ("--overlap", overlap)):
            if is_given:
                raise SettingError(f"{option}: applies only with --ray ADDRESS; leave it out, or name the cluster")
        return None
    if continued is not None:
        raise SettingError("--continue with --ray: a model learns a new text on one machine; leave one of them out")
    return RayCluster(address, nodes=nodes, overlap=overlap)


def words_of_cluster(cluster: RayCluster | None) -> list[str]:
    """The options again, for a command that goes on."""
    if cluster is None:
        return []
    nodes = [] if cluster.n_nodes is None else ["--nodes", str(cluster.n_nodes)]
    return ["--ray", cluster.address, *nodes, *(["--overlap"] if cluster.overlap else [])]


def space_checked_at_start(target: Path) -> Observer:
    """Raises OSError at the start of a training if there is too little space for its model."""

    def check(seen: Observation) -> None:
        if seen.moment == "start":
            check_model_space(target, seen.vocabulary, [seen.hyperparameters])

    return check
