"""This engine overrides private methods of Faust and aiokafka, so it runs on exactly the versions that it was proved on."""

from importlib.metadata import version

PROVED = {"faust-streaming": "0.15.3", "aiokafka": "0.14.0", "mode-streaming": "0.7.1", "rocksdict": "0.3.29"}


def assert_versions() -> None:
    """Raises `RuntimeError` naming each package whose version differs."""
    wrong = [f"{name} is {version(name)}, not {wanted}" for name, wanted in PROVED.items() if version(name) != wanted]
    if wrong:
        raise RuntimeError("the Faust engine was not proved on these versions: " + "; ".join(wrong))
