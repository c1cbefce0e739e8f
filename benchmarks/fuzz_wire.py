"""Coverage-guided fuzzing of the decoder of what students' processes send: nothing but its own error may leave it.

    pip install atheris
    python benchmarks/fuzz_wire.py -runs=10000000

Needs Linux and takes libFuzzer's options. An input is a header and a body with a zero byte between them, so that
mutations keep frames whole; its prefix is fuzzed as well. What decodes must also survive being sent again.
"""

import contextlib
import sys
import tempfile
from pathlib import Path

import atheris
import numpy as np

with atheris.instrument_imports(include=["autograder.wire", "json.decoder"]):
    from autograder import wire

SEEDS = (
    None, True, -1, 2**63, 1.5, float("nan"), 1j, "text \ud800", b"bytes", [], (1, (2, [3])), {"a": 1, (1, 2): None},
    np.zeros((2, 3)), np.arange(4, dtype="<i2"), np.array(True), np.float32(1.5), np.zeros((0, 2**31 - 1)),
    wire.Handle(1, "Layer"), wire.Remote(2), wire.Seed(3), {"kind": "value", "value": [np.ones(2)], "nonce": 7},
)  # fmt: skip
TOKENS = (
    '{"t":[', '{"d":[[', '{"c":[', '{"b":', '{"a":["<f8",[', '{"n":"<f8"}', '{"o":[', '{"f":', '{"r":', "]}", "]]}",
    "1e999", "NaN", "-Infinity", "9223372036854775808", "2147483647", "null", "\\ud800",
)  # fmt: skip


def one_input(data: bytes) -> None:
    """Decode; let everything but the decoder's own error crash the fuzzer."""
    header, _, body = data.partition(b"\0")
    with contextlib.suppress(wire.WireError):
        wire.body_sizes(data[: wire.PREFIX.size].ljust(wire.PREFIX.size))
    try:
        value = wire.decode(header, body)
    except wire.WireError:
        return
    try:
        frame = wire.encode(value)
    except wire.NotData:  # deeper by the one level that a key takes
        return
    start = wire.PREFIX.size + wire.body_sizes(frame[: wire.PREFIX.size])[0]
    wire.decode(frame[wire.PREFIX.size : start], frame[start:])


def main() -> None:
    """Write seeds and a dictionary to a temporary folder and fuzz from there."""
    with tempfile.TemporaryDirectory() as folder:
        corpus, words = Path(folder) / "corpus", Path(folder) / "words"
        corpus.mkdir()
        for number, value in enumerate(SEEDS):
            frame = wire.encode(value)
            start = wire.PREFIX.size + wire.body_sizes(frame[: wire.PREFIX.size])[0]
            (corpus / str(number)).write_bytes(frame[wire.PREFIX.size : start] + b"\0" + frame[start:])
            (corpus / f"frame {number}").write_bytes(frame)
        escaped = ("".join(f"\\x{byte:02x}" for byte in token.encode()) for token in TOKENS)
        words.write_text("".join(f'"{token}"\n' for token in escaped))
        options = [f"-dict={words}", "-max_len=4096", "-print_final_stats=1"]
        atheris.Setup([sys.argv[0], *options, *sys.argv[1:], str(corpus)], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
