import stat

import pytest
from pydantic import ValidationError

from schemas.strict import InvalidConfiguration
from streams.folder import DataFolder
from streams.settings import Settings


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in ("SECRET", "SECRET_FILE", "CLICKHOUSE_PASSWORD", "CLICKHOUSE_PASSWORD_FILE"):
        monkeypatch.delenv(f"REDTHREAD_{name}", raising=False)


def test_a_folder_remembers_the_company_that_it_was_made_for(tmp_path):
    folder = DataFolder(tmp_path / "data")
    found = [folder.exists]
    for _ in range(2):
        folder.create(tmp_path / "redthread.yaml")
        found.append(folder.exists)
    assert found == [False, True, True]
    assert folder.company() == tmp_path / "redthread.yaml"


def test_a_folder_keeps_the_number_of_partitions_that_it_was_made_with(tmp_path):
    folder = DataFolder(tmp_path)
    assert [folder.create(tmp_path / "redthread.yaml", number) for number in (4, 8)] == [4, 4]


def test_the_data_of_another_company_are_not_mixed_in(tmp_path):
    folder = DataFolder(tmp_path)
    folder.create(tmp_path / "a.yaml")
    with pytest.raises(InvalidConfiguration, match="holds the data of"):
        folder.create(tmp_path / "b.yaml")


def test_a_folder_without_data_says_what_to_do(tmp_path):
    with pytest.raises(InvalidConfiguration, match="holds no Redthread data; run `redthread demo`"):
        DataFolder(tmp_path).company()


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    folder = DataFolder(tmp_path / "data")
    secret = folder.secret(Settings())
    assert len(secret) == 64
    assert folder.secret(Settings()) == secret
    assert stat.S_IMODE((folder.path / "secret").stat().st_mode) == 0o600


def test_the_environment_or_a_file_gives_the_secret(tmp_path, monkeypatch):
    monkeypatch.setenv("REDTHREAD_SECRET", "from the environment")
    assert DataFolder(tmp_path).secret(Settings()) == b"from the environment"
    monkeypatch.delenv("REDTHREAD_SECRET")
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.setenv("REDTHREAD_SECRET_FILE", str(tmp_path / "key"))
    assert DataFolder(tmp_path).secret(Settings()) == b"from a file"
    assert not (tmp_path / "secret").exists()


def test_settings_never_show_a_secret(monkeypatch):
    monkeypatch.setenv("REDTHREAD_SECRET", "hush")
    monkeypatch.setenv("REDTHREAD_CLICKHOUSE_PASSWORD", "hush")
    settings = Settings()
    assert "hush" not in repr(settings)
    assert settings.password() == "hush"


def test_a_secret_file_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv("REDTHREAD_SECRET_FILE", "/nowhere/key")
    with pytest.raises(ValidationError, match="REDTHREAD_SECRET_FILE: there is no file /nowhere/key"):
        Settings()
