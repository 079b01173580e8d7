"""Help texts whose options are listed under headings: what a command has many of is found by its kind."""

from typing import Any

import typer.core

from firth.settings import CORPUS, MODEL, TRAINING

__all__ = ["CLUSTER", "GOING_ON", "OUTPUT", "GroupedCommand"]

CLUSTER, GOING_ON, OUTPUT, OTHERS = "Cluster", "Going on", "Output", "Options"
_ORDER = (CORPUS, MODEL, TRAINING, CLUSTER, GOING_ON, OUTPUT, OTHERS)


class GroupedCommand(typer.core.TyperCommand):
    """A command whose help lists options under the headings that they are declared with, others under "Options"."""

    def format_options(self, ctx, formatter):  # type: ignore[no-untyped-def]  # their types depend on Typer's version
        """Write arguments, then options, heading after heading."""
        sections: dict[str, list[Any]] = {"Arguments": []} | {heading: [] for heading in _ORDER}
        for parameter in self.get_params(ctx):
            if (record := parameter.get_help_record(ctx)) is not None:
                is_argument = parameter.param_type_name == "argument"
                heading = getattr(parameter, "rich_help_panel", None) or OTHERS
                sections["Arguments" if is_argument else heading].append(record)
        for heading, records in sections.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)
