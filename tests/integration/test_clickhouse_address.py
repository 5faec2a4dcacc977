from pathlib import Path

import pytest
from clickhouse_driver import errors as driver

from sinks.clickhouse import Address, InvalidAddress, parse
from sinks.clickhouse.errors import OUTCOMES, classify, sentence


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("clickhouse://localhost", Address(host="localhost")),
        (
            "clickhouse://ada:s%40crt@db.example.org:9001/crm",
            Address(host="db.example.org", port=9001, user="ada", password="s@crt", database="crm"),
        ),
        ("clickhouses://db.example.org/", Address(host="db.example.org", port=9440, http_port=8443, secure=True)),
        ("clickhouse://db?http_port=80", Address(host="db", http_port=80)),
    ],
)
def test_a_url_names_a_server(url: str, address: Address):
    assert parse(url) == address


def test_a_password_comes_from_the_url_or_a_file_or_the_caller(tmp_path: Path):
    file = tmp_path / "password"
    file.write_text("from file\n")
    assert parse(f"clickhouse://ada@db?password_file={file}", password="given").password == "from file"
    assert parse(f"clickhouse://ada:url@db?password_file={file}", password="given").password == "url"
    assert parse("clickhouse://ada@db", password="given").password == "given"


def test_a_file_names_who_may_vouch_for_a_server(tmp_path: Path):
    file = tmp_path / "ca.pem"
    file.write_text("")
    assert parse(f"clickhouses://db?ca_file={file}") == Address(host="db", port=9440, http_port=8443, secure=True, ca_file=str(file))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("localhost:9000", "is no address"),
        ("http://ada:secret@db", "'http://db' is no address"),
        ("clickhouse://ada:secret@", "is no address"),
        ("clickhouse://ada:secret@db:port", "clickhouse://db:port"),
        ("clickhouse://ada:secret@db?compress=1", "unknown option 'compress'"),
        ("clickhouse://ada:secret@db?http_port=x", "invalid literal"),
        ("clickhouse://ada:secret@db?ca_file=/etc/ca.pem", "ca_file is for clickhouses://, which encrypts"),
        ("clickhouses://ada:secret@db?ca_file=/absent.pem", "there is no file /absent.pem"),
        ("clickhouse://ada@db?password_file=/absent/secret", "cannot read the password file /absent/secret"),
    ],
)
def test_what_names_no_server_is_said_without_the_password(url: str, message: str):
    with pytest.raises(InvalidAddress, match=message) as told:
        parse(url)
    assert "secret@" not in str(told.value)


def test_a_password_is_never_shown():
    address = parse("clickhouse://ada:secret@db")
    assert "secret" not in repr(address)
    assert address.url == "clickhouse://ada@db:9000/redthread"


def test_errors_are_classified_once_and_the_unknown_stops():
    assert classify(driver.ServerException("", 252)) == "retry"
    assert classify(driver.ServerException("", 376)) == "split"
    assert classify(driver.ServerException("", 60)) == "stop"
    assert classify(driver.ServerException("", 123_456)) == "stop"
    assert [classify(error) for error in (driver.NetworkError(), driver.SocketTimeoutError(), EOFError(), ConnectionRefusedError())] == [
        "retry"
    ] * 4
    assert classify(ValueError()) == "stop"
    assert set(OUTCOMES.values()) == {"retry", "split", "stop"}


def test_a_sentence_has_neither_class_nor_stack():
    text = "DB::Exception: Cannot parse UUID: while executing 'FUNCTION toUUID'. Stack trace:\n\n0. ?"
    assert sentence(driver.ServerException(text, 376)) == "Cannot parse UUID"
    assert sentence(EOFError()) == "EOFError"
