"""How the scripts run as programs: gensim's log lines, and errors of one line."""

import logging
import sys
from collections.abc import Callable

from firth.errors import FirthError
from firth.printable import printable

__all__ = ["run"]


def run(main: Callable[[], None]) -> None:
    """Call the function of a script; what the user can mend ends the process with a line and status 1."""
    logging.basicConfig(format="%(asctime)s - %(module)s - %(levelname)s - %(message)s", level=logging.INFO)
    try:
        main()
    except (FirthError, OSError, ValueError, EOFError) as error:
        sys.exit(printable(f"error: {error}"))
