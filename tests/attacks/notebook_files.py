"""Hostile files: whatever can be wrong with the bytes and names of a submission."""

import json

DEEP = "[" * 100_000 + "]" * 100_000


def notebook(*cells, **more):
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **more}).encode()


def code(source, **more):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None, **more}


FILES = {
    "empty": b"",
    "nothing but a null": b"\x00",
    "not utf-8": b"\xff\xfe\x00",
    "a list": b"[]",
    "a number": b"1e999",
    "a giant number": b"9" * 10_000,
    "deep": DEEP.encode(),
    "deep metadata": ('{"cells": [], "metadata": ' + DEEP + "}").encode(),
    "no cells": b'{"nbformat": 4}',
    "cells of the wrong type": b'{"cells": 5}',
    "cells that are text": notebook("x", 1, None, [], {}),
    "sources of the wrong type": notebook(code(5), code(None), code([1, 2]), code({"a": 1})),
    "ten thousand cells": notebook(*[code("x = 1")] * 10_000),
    "one cell of three megabytes": notebook(code("x = 1\n" * 500_000)),
    "twenty-one megabytes": notebook(code("x = 1", outputs=["y" * (21 << 20)])),
    "duplicate ids": notebook(code("x = 1", id="a"), code("y = 2", id="a")),
    "ids of the wrong type": notebook(code("x = 1", id={"a": []})),
    "metadata that claims a score": notebook(
        code("x = 1"), metadata={"autograder": {"score": 100}, "nbgrader": {"points": 100}}
    ),
    "outputs that claim a score": notebook(
        code("normalise = 1", outputs=[{"output_type": "execute_result", "data": {"text/plain": "100"}}])
    ),
    "another language": notebook(code("cat('x')"), metadata={"kernelspec": {"language": "R", "name": "ir"}}),
    "nbformat 3": json.dumps(
        {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1"}]}]}
    ).encode(),
    "nbformat 3, broken": b'{"nbformat": 3, "worksheets": [5, {"cells": 5}, {"cells": [5]}]}',
    "nbformat 99": notebook(code("x = 1"), nbformat=99),
    "duplicate keys": b'{"cells": [], "cells": 5}',
    "not a number": b'{"cells": NaN}',
    "half a file": notebook(code("x = 1"))[:-20],
    "a zip file": b"PK\x03\x04" + bytes(1000),
    "a pickle": b"\x80\x04\x95\x0c\x00\x00\x00\x00\x00\x00\x00\x8c\x05print\x93.",
    "nulls in the code": notebook(code("x = 1\x00")),
    "surrogates in the code": b'{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'"}]}',
    "code that parses for ever": notebook(code("(" * 5000 + ")" * 5000)),
    "code that nests for ever": notebook(code("-" * 100_000 + "1")),
    "a chain of attributes": notebook(code("x" + ".y" * 100_000)),
    "an endless line": notebook(code("x = " + "1 + " * 100_000 + "1")),
    "magics without end": notebook(code("%%bash\n" + "%x\n" * 10_000), code("\n".join(["!x"] * 10_000) + "\n(")),
}
