import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from healthcare.runtime.secrets import kept, secret_key


def test_it_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    key = secret_key(tmp_path / "var")
    assert len(key) >= 50
    assert secret_key(tmp_path / "var") == key
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600


def test_whoever_comes_second_reads_what_the_first_one_wrote(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(kept, [tmp_path / "one"] * 32))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
