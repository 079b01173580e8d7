"""`python -m firth` and the `firth` command begin here: with what Ctrl-C does while everything else is imported."""

from firth.cli.signals import end_on_signals


def main() -> None:
    """Run the command line of this process and exit."""
    end_on_signals()
    from firth.cli.main import main as run

    run()


if __name__ == "__main__":
    main()
