"""Worker processes that do not outlive the command they work for."""

import multiprocessing
import os
import threading
from multiprocessing import connection


def end_with_owner() -> None:
    """End this process when the one that started it ends, however that happens."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    owner = multiprocessing.parent_process()
    assert owner is not None
    connection.wait([owner.sentinel])
    os._exit(1)
