"""What `firth serve` refuses before it serves anything."""

import socket

import pytest

from firth.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.firth"], "there is no such file"),
        (["damaged.firth"], "damaged.firth"),
        (["plane.firth", "plane.firth"], "two models are named 'plane'"),
        (["a b=plane.firth"], "cannot be the name of a model"),
        (["plane.firth", "--host", "0.0.0.0"], "--token"),
        (["plane.firth", "--token", "short"], "at least 16"),
        (["plane.firth", "--host", "no.such.host.invalid", "--token", "x" * 16], "no server at 'no.such.host.invalid'"),
        (["plane.firth", "--fallback", "subword"], "subwords"),
    ],
)
def test_errors_are_one_line(folder, tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plane.firth").write_bytes((folder / "plane.firth").read_bytes())
    (tmp_path / "damaged.firth").write_bytes(b"nothing")
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--port", "0", *arguments])
    error = capsys.readouterr().err
    assert ended.value.code == 2
    assert message in error
    assert error.startswith("firth: ")
    assert error.count("\n") == 1


def test_a_taken_port_is_one_line(folder, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit):
        main(["serve", str(folder / "plane.firth"), "--port", str(taken.getsockname()[1])])
    error = capsys.readouterr().err
    assert error.startswith("firth: no server at '127.0.0.1', port ")
    assert error.count("\n") == 1
