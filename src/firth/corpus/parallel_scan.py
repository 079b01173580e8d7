"""Which thread reads what: threads that take parts of files in turn, or one that is fed by the calling thread.

scan.py calls these two functions; each lets text_counter.py work through pieces of text that pieces.py reads.
"""

import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing

from firth.ahead import read_ahead, send_ahead
from firth.corpus.file_parts import FileRange
from firth.corpus.pieces import BlockSizes, Piece, range_pieces
from firth.corpus.text_counter import TextCounter
from firth.parallel import run_in_threads
from firth.progress import Stage

__all__ = ["scan_files", "scan_pieces"]

_AHEAD = 8  # pieces decompressed, or taken from the user's iterable, before they are counted


def scan_files(
    parts: Sequence[tuple[int, list[FileRange]]],
    counters: Sequence[TextCounter],
    blocks: BlockSizes,
    stage: Stage,
) -> None:
    """Run each counter in a thread of its own; each takes the next part until there are no more.

    parts : with the number of each in the corpus.
    """
    stop = threading.Event()
    waiting = iter(list(parts))

    def work(counter: TextCounter) -> None:
        for number, part in waiting:
            if stop.is_set():
                return
            with closing(_part_pieces(part, counter, blocks, stop)) as pieces:
                counter.read_part(number, pieces)

    def report() -> None:
        stage.update(sum(counter.bytes_done for counter in counters))

    run_in_threads(work, [(counter,) for counter in counters], report, stop.set)
    report()


def _part_pieces(
    part: list[FileRange], counter: TextCounter, blocks: BlockSizes, stop: threading.Event
) -> Generator[Piece]:
    for portion in part:
        pieces = range_pieces(portion, blocks, counter.advance)
        # Decompressing takes longer than counting: it gets a thread of its own.
        with closing(read_ahead(pieces, _AHEAD) if portion.whole else pieces) as ahead:
            for piece in ahead:
                if stop.is_set():
                    return
                yield piece


def scan_pieces(pieces: Iterator[Piece], counter: TextCounter, stage: Stage) -> None:
    """Take pieces in the calling thread (they may come from a generator of the user's), count them in another."""
    done = 0

    def report(piece: Piece) -> None:
        nonlocal done
        done += len(piece)
        stage.update(done)

    send_ahead(pieces, lambda received: counter.read_part(0, received), _AHEAD, report)
    stage.update(done)
