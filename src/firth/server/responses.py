"""Responses: JSON, or MessagePack or Arrow for clients that accept it; serialised once, from plain lists."""

import json
from collections.abc import Sequence
from json.encoder import encode_basestring
from typing import Any

import msgpack
import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from firth.arrays import Matrix
from firth.formats.text_vectors_writer import exact_lines
from firth.server.arrow_responses import neighbours_as_arrow, vectors_as_arrow
from firth.server.media_types import ARROW, JSON, MESSAGE_PACK, wanted
from firth.vectors.neighbours import Neighbour

__all__ = ["json_bytes", "respond", "respond_with_neighbours", "respond_with_vectors"]

_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def respond(request: Request, content: dict[str, Any]) -> Response:
    """A response with this content; it must not have NaN or infinite numbers."""
    if wanted(request.scope, offers_arrow=False) == MESSAGE_PACK:
        return _message_pack(content)
    return Response(json_bytes(content), media_type=JSON)


def respond_with_vectors(
    request: Request,
    model: str,
    key: str,
    texts: Sequence[str],
    vectors: Sequence[np.ndarray[Any, Any] | None],
    size: int,
) -> Response:
    """Results of a text, under `key`, and its vector (size,) or null.

    JSON has the fewest digits that read back as the same float32, which compiled code writes; the others have float32.
    """
    form = wanted(request.scope, offers_arrow=True)
    if form == ARROW:
        return vectors_as_arrow(model, key, texts, vectors, size)
    if form == MESSAGE_PACK:
        rows = [None if vector is None else vector.tolist() for vector in vectors]
        results = [{key: text, "vector": row} for text, row in zip(texts, rows, strict=True)]
        return _message_pack({"model": model, "results": results})
    known = [vector for vector in vectors if vector is not None]
    lists = iter(_number_lists(np.stack(known)) if known else [])
    parts = [
        b'{"%b":%b,"vector":%b}' % (key.encode(), json_bytes(text), b"null" if vector is None else next(lists))
        for text, vector in zip(texts, vectors, strict=True)
    ]
    return Response(b'{"model":%b,"results":[%b]}' % (json_bytes(model), b",".join(parts)), media_type=JSON)


def respond_with_neighbours(
    request: Request,
    model: str,
    queries: Sequence[dict[str, Any]],
    found: Sequence[Sequence[Neighbour] | None],
) -> Response:
    """Results of the fields of a query and its neighbours or null; similarities to 6 decimals, as on the command line.

    The JSON is composed here: for 10 neighbours in 8 µs, where the encoder takes 30.
    """
    form = wanted(request.scope, offers_arrow=True)
    if form == ARROW:
        return neighbours_as_arrow(model, queries, found)
    if form == MESSAGE_PACK:
        results = [
            {**query, "neighbours": some and [{"word": word, "similarity": round(cosine, 6)} for word, cosine in some]}
            for query, some in zip(queries, found, strict=True)
        ]
        return _message_pack({"model": model, "results": results})
    parts = [
        f'{_encoder.encode(query)[:-1]},"neighbours":{_neighbour_list(some)}}}'
        for query, some in zip(queries, found, strict=True)
    ]
    return Response(_bytes(f'{{"model":{encode_basestring(model)},"results":[{",".join(parts)}]}}'), media_type=JSON)


def _neighbour_list(neighbours: Sequence[Neighbour] | None) -> str:
    if neighbours is None:
        return "null"
    records = [f'{{"word":{encode_basestring(word)},"similarity":{cosine:.6f}}}' for word, cosine in neighbours]
    return f"[{','.join(records)}]"


def json_bytes(content: Any) -> bytes:
    """A JSON document. Half a surrogate pair, which a file's words may have, becomes an escape."""
    return _bytes(_encoder.encode(content))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _number_lists(matrix: Matrix) -> list[bytes]:
    lines = bytes(exact_lines([b""] * len(matrix), matrix)).splitlines()
    return [b"[%b]" % line.strip().replace(b" ", b",") for line in lines]


def _message_pack(content: dict[str, Any]) -> Response:
    packed = msgpack.packb(content, use_single_float=True, unicode_errors="surrogatepass")
    return Response(packed, media_type=MESSAGE_PACK)
