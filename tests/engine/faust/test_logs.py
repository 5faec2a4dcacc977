"""A process that seems to hang is asked where it is."""

import signal
import subprocess
import sys

HANGING = """
import time
from streams.engine.faust.logs import configure

def waiting_for_ever(password):
    print("ready", flush=True)
    time.sleep(600)

configure()
waiting_for_ever("secret " + "of somebody")
"""


def test_it_says_where_every_thread_is_without_any_value_and_goes_on():
    with subprocess.Popen([sys.executable, "-c", HANGING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGUSR1)
        assert process.stderr is not None
        said = process.stderr.readline() + process.stderr.readline() + process.stderr.readline()
        assert process.poll() is None
        process.terminate()
    assert "waiting_for_ever" in said
    assert "secret of somebody" not in said
