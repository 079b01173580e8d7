"""The cores that control groups grant, from files as Linux writes them."""

import pytest

from firth.cores import granted_cores


@pytest.fixture
def limit(tmp_path):
    """granted_cores() for given groups of this process and given files below /sys/fs/cgroup."""

    def find(groups, **files):
        (tmp_path / "groups").write_text(groups)
        for name, content in files.items():
            file = tmp_path / "mount" / name.replace("__", "/").replace("_max", ".max").replace("cfs", ".cfs")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        return granted_cores(tmp_path / "groups", tmp_path / "mount")

    return find


@pytest.mark.parametrize(
    ("content", "cores"),
    [("200000 100000\n", 2), ("150000 100000\n", 2), ("10000 100000\n", 1), ("max 100000\n", None), ("damaged", None)],
)
def test_version_2_inside_a_container(limit, content, cores):
    assert limit("0::/\n", cpu_max=content) == cores


def test_the_smallest_limit_of_the_groups_around_counts(limit):
    files = {"a__b__cpu_max": "max 100000\n", "a__cpu_max": "300000 100000\n", "cpu_max": "800000 100000\n"}
    assert limit("0::/a/b\n", **files) == 3


def test_groups_that_the_container_does_not_see(limit):
    assert limit("0::/../../outside/a:b\n", cpu_max="400000 100000\n") == 4


@pytest.mark.parametrize("folder", ["cpu", "cpu,cpuacct"])
@pytest.mark.parametrize(("quota", "cores"), [("250000", 3), ("-1", None)])
def test_version_1(limit, folder, quota, cores):
    files = {f"{folder}__a__cpucfs_quota_us": f"{quota}\n", f"{folder}__a__cpucfs_period_us": "100000\n"}
    assert limit(f"9:name=systemd:/\n3:{folder}:/a\n0::/\n", **files) == cores


def test_without_groups_there_is_no_limit(tmp_path):
    assert granted_cores(tmp_path / "missing", tmp_path) is None
