"""Who reads what: threads that take parts of files in turn, or one that is fed by the calling thread."""

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing

from firth.corpus.counting import TextCounter
from firth.corpus.reading import BlockSizes, FileRange, Piece, range_pieces
from firth.progress import Stage

__all__ = ["read_files", "read_pieces"]

_PATIENCE = 0.1  # seconds between looks at the progress, and at whether to stop
_QUEUED = 8  # pieces read ahead


class _Channel:
    """Hands pieces from one thread to another, a few of them ahead."""

    def __init__(self) -> None:
        self._pieces: queue.Queue[Piece | None] = queue.Queue(_QUEUED)
        self._stopped = threading.Event()

    def send(self, piece: Piece | None) -> bool:
        """Hand over a piece, or None at the end; False if nobody wants it any more."""
        while not self._stopped.is_set():
            try:
                self._pieces.put(piece, timeout=_PATIENCE)
            except queue.Full:
                continue
            return True
        return False

    def stop(self) -> None:
        """Let both sides give up."""
        self._stopped.set()

    def __iter__(self) -> Iterator[Piece]:
        while not self._stopped.is_set():
            try:
                piece = self._pieces.get(timeout=_PATIENCE)
            except queue.Empty:
                continue
            if piece is None:
                return
            yield piece


class _Worker(threading.Thread):
    """A thread that remembers what went wrong in it."""

    def __init__(self, work: Callable[[], None], on_error: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._on_error = on_error
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: B036  (raised again by the thread that waits)
            self.error = error
            self._on_error()


def _raise_first(workers: Iterable[_Worker]) -> None:
    for worker in workers:
        if worker.error is not None:
            raise worker.error


def read_files(
    parts: Sequence[list[FileRange]],
    counters: Sequence[TextCounter],
    blocks: BlockSizes,
    stage: Stage,
) -> None:
    """Let every counter read parts, each the next that nobody took, until none is left."""
    stop = threading.Event()
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(len(parts)):
        waiting.put(number)

    def work(counter: TextCounter) -> None:
        while not stop.is_set():
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                return
            with closing(_part_pieces(parts[number], counter, blocks, stop)) as pieces:
                counter.read_part(number, pieces)

    workers = [_Worker(lambda counter=counter: work(counter), stop.set) for counter in counters]  # type: ignore[misc]
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            while worker.is_alive():
                worker.join(_PATIENCE)
                stage.update(sum(counter.bytes_done for counter in counters))
    finally:
        stop.set()
        for worker in workers:
            if worker.ident is not None:
                worker.join()
    _raise_first(workers)
    stage.update(sum(counter.bytes_done for counter in counters))


def _part_pieces(
    part: list[FileRange], counter: TextCounter, blocks: BlockSizes, stop: threading.Event
) -> Generator[Piece]:
    for portion in part:
        pieces = range_pieces(portion, blocks, counter.advance)
        with closing(_read_ahead(pieces) if portion.whole else pieces) as ahead:
            for piece in ahead:
                if stop.is_set():
                    return
                yield piece


def _read_ahead(pieces: Iterator[Piece]) -> Generator[Piece]:
    """Decompress in a thread of its own while the text before is counted."""
    channel = _Channel()

    def read() -> None:
        for piece in pieces:
            if not channel.send(piece):
                return
        channel.send(None)

    reader = _Worker(read, lambda: channel.send(None))
    reader.start()
    try:
        yield from channel
    finally:
        channel.stop()
        reader.join()
    _raise_first([reader])


def read_pieces(pieces: Iterator[Piece], counter: TextCounter, stage: Stage) -> None:
    """Take pieces in the calling thread (they may come from a generator of the user's), count them in another."""
    channel = _Channel()
    worker = _Worker(lambda: counter.read_part(0, iter(channel)), channel.stop)
    worker.start()
    done = 0
    try:
        for piece in pieces:
            if not channel.send(piece):
                break
            done += len(piece)
            stage.update(done)
        channel.send(None)
        while worker.is_alive():
            worker.join(_PATIENCE)
    finally:
        channel.stop()
        worker.join()
    _raise_first([worker])
    stage.update(done)
