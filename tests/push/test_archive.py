"""Hostile archives: each is refused with one sentence, and costs neither memory nor disk."""

import gzip
import io
import random
import tarfile
import zlib

import pytest

from autograder.push.archive import BadArchive, Caps, read_archive
from autograder.submission import MAX_BYTES

SHA = "a" * 40
PATH = "01_rows/01_rows.ipynb"
PATHS = (PATH, "01_rows/01_rows.py")


def entry(name, content=b"", kind=tarfile.REGTYPE, target="", size=None):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    info.size = len(content) if size is None else size
    return info, content


def packed(*entries, comment=SHA, tail=b""):
    """Return a .tar.gz of entries, in chunks of a hundred bytes."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": comment}) as tar:
        for info, content in entries:
            tar.addfile(info, io.BytesIO(content))
    whole = gzip.compress(data.getvalue() + tail)
    return [whole[i : i + 100] for i in range(0, len(whole), 100)]


def read(chunks, **caps):
    return read_archive(chunks, SHA, PATHS, Caps(**caps))


def test_only_what_is_looked_for_is_taken():
    chunks = packed(entry(f"top/{PATH}", b"{}"), entry("top/01_rows/notes.txt", b"x"), entry("top/other/01_rows.ipynb"))
    found = read(chunks)
    assert found.files == {PATH: b"{}"}
    assert found.names == {"01_rows": ["01_rows.ipynb", "notes.txt"]}
    assert found.unusable == {}


REFUSED = {
    "a parent folder": ([entry("top/../../etc/passwd", b"x")], "'top/../../etc/passwd' (a file), which no commit"),
    "an absolute path": ([entry("/etc/passwd", b"x")], "'/etc/passwd' (a file)"),
    "a device": ([entry("top/null", kind=tarfile.CHRTYPE)], "(a device)"),
    "a fifo": ([entry("top/pipe", kind=tarfile.FIFOTYPE)], "(a device)"),
    "a hard link": ([entry("top/x", kind=tarfile.LNKTYPE, target="top/y")], "(a hard link)"),
    "a hard link in place of the notebook": ([entry(f"top/{PATH}", kind=tarfile.LNKTYPE, target="t")], "(a hard link)"),
    "the notebook twice": ([entry(f"top/{PATH}", b"1"), entry(f"other/{PATH}", b"2")], f"holds {PATH} twice"),
    "terminal codes in a name": ([entry("top/../\x1b[2J")], "'top/../ [2J'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_commit_holds_is_refused(name):
    entries, said = REFUSED[name]
    with pytest.raises(BadArchive) as error:
        read(packed(*entries))
    assert said in str(error.value)


def test_links_are_never_followed():
    link = entry(f"top/{PATH}", kind=tarfile.SYMTYPE, target="/etc/passwd")
    assert read(packed(link)).unusable == {PATH: "a symbolic link"}
    folder = entry("top/01_rows", kind=tarfile.SYMTYPE, target="/etc")
    assert read(packed(folder)).unusable == {"01_rows": "a symbolic link"}
    elsewhere = entry("top/mine", kind=tarfile.SYMTYPE, target="../../x")
    assert read(packed(elsewhere, entry(f"top/{PATH}", b"{}"))).files == {PATH: b"{}"}


def test_a_pointer_to_lfs_and_a_large_file_are_named_as_such():
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    assert read(packed(entry(f"top/{PATH}", pointer))).unusable == {PATH: "a pointer to Git LFS"}
    large = entry(f"top/{PATH}", bytes(MAX_BYTES + 1))
    assert read(packed(large)).unusable == {PATH: "a file of 20.0 MB, more than 20 MB"}


def test_an_archive_of_another_commit_is_refused():
    with pytest.raises(BadArchive, match=f"is of the commit {'b' * 40}, not of {SHA}"):
        read(packed(entry(f"top/{PATH}"), comment="b" * 40))


def test_a_large_archive_is_cut_off_while_it_comes():
    came = 0

    def endless():
        nonlocal came
        noise = random.Random(0)
        packer = zlib.compressobj(wbits=31)
        yield packer.compress(entry("top/large", size=500 << 20)[0].tobuf())
        while True:
            chunk = packer.compress(noise.randbytes(100_000))
            came += len(chunk)
            yield chunk

    with pytest.raises(BadArchive, match="its archive has more than 1 MB packed; take large files out of the repo"):
        read(endless(), packed=1 << 20)
    assert came < 2 << 20


def test_a_bomb_is_cut_off_while_it_unfolds():
    bomb = packed(entry("top/zeros", bytes(30 << 20)))
    assert sum(map(len, bomb)) < 50_000
    with pytest.raises(BadArchive, match="more than 8 MB unpacked"):
        read(bomb, unpacked=8 << 20)


def test_a_bomb_behind_the_end_of_the_archive_is_cut_off_too():
    with pytest.raises(BadArchive, match="more than 2 MB unpacked"):
        read(packed(entry(f"top/{PATH}", b"{}"), tail=bytes(4 << 20)), unpacked=2 << 20)


def test_a_header_that_claims_gigabytes_is_harmless():
    info, _ = entry(f"top/{PATH}", size=8 << 30)
    chunks = [gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + b"x" * 1024)]
    with pytest.raises(BadArchive, match="damaged"):
        read(chunks)


def test_very_many_entries_are_refused():
    with pytest.raises(BadArchive, match="more than 5 entries"):
        read(packed(*(entry(f"top/{i}") for i in range(9))), entries=5)


DAMAGE = {
    "an end that is missing": lambda whole: whole[:-9],
    "a beginning": lambda whole: whole[:40],
    "no gzip": lambda whole: b"no gzip",
    "nothing": lambda whole: b"",
    "a wrong checksum": lambda whole: whole[:-8] + b"12345678",
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_archive_is_one_sentence(name):
    whole = b"".join(packed(entry(f"top/{PATH}", bytes(range(256)) * 50)))
    with pytest.raises(BadArchive, match=r"its archive is damaged \(\w+\); push again"):
        read([DAMAGE[name](whole)])


def test_a_chain_of_headers_is_harmless():
    header = tarfile.TarInfo("x").create_pax_global_header({"comment": SHA})
    chain = gzip.compress(header * 5_000)
    with pytest.raises(BadArchive, match="damaged"):
        read([chain])
