"""Change files: the tests, the interpreter, the data, anything at all."""

TRY = """
import os
{setup}
for path in (*HIDDEN, '/tmp/attack', '/dev/shm/attack', os.__file__, 'data', '.', '/etc/passwd'):
    try:
        {attempt}
    except (OSError, ValueError):
        continue
    print('BREACH:', path)
"""


def attempt(code: str, setup: str = "") -> str:
    return TRY.format(attempt=code, setup=setup)


ATTACKS = {
    "open to write": attempt("open(path, 'r+b').close()"),
    "open to append": attempt("open(path, 'ab').close()"),
    "create": attempt("open(path + '.new', 'xb').close()"),
    "truncate on reading": attempt("os.close(os.open(path, os.O_RDONLY | os.O_TRUNC))"),
    "truncate": attempt("os.truncate(path, 0)"),
    "remove": attempt("os.unlink(path)"),
    "rename": attempt("os.rename(path, path + '.old')"),
    "hard link": attempt("os.link(path, '/tmp/attack-link')"),
    "symbolic link": attempt("os.symlink(path, '/tmp/attack-symlink')"),
    "new folder": attempt("os.mkdir('/tmp/attack-folder')"),
    "new pipe": attempt("os.mkfifo('/tmp/attack-pipe')"),
    "unnamed file": attempt("os.close(os.open('/tmp', os.O_RDWR | os.O_TMPFILE))"),
    "mode": attempt("os.chmod(path, 0o777)"),
    "owner": attempt("os.chown(path, os.getuid(), os.getgid())"),
    "times": attempt("os.utime(path, (0, 0))"),
    "attributes": attempt("os.setxattr(path, 'user.attack', b'1')"),
    "lock": attempt("import fcntl; f = open(path); fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)").replace(
        "os.__file__, 'data', '.', ", ""
    ),
    "watch": attempt(
        "libc.inotify_add_watch(fd, path.encode(), 0xfff) >= 0 or (_ for _ in ()).throw(OSError())",
        "import ctypes\nlibc = ctypes.CDLL(None)\nfd = libc.inotify_init1(0)",
    ),
    "temporary file": "import tempfile\ntry:\n    tempfile.NamedTemporaryFile()\n    print('BREACH: file')\nexcept OSError:\n    pass",
    "shared memory": """
from multiprocessing import shared_memory
try:
    shared_memory.SharedMemory('attack', create=True, size=10)
    print('BREACH: shared memory')
except (OSError, ImportError):
    pass
""",
    "another root": "import os\ntry:\n    os.chroot('/tmp')\n    print('BREACH: chroot')\nexcept OSError:\n    pass",
    "a mount": """
import ctypes
if ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0:
    print('BREACH: mount')
""",
    "open by handle": """
import ctypes, os
libc = ctypes.CDLL(None)
buffer = ctypes.create_string_buffer(200)
ctypes.memmove(buffer, (128).to_bytes(4, 'little'), 4)
mount = ctypes.c_int()
for path in HIDDEN:
    if libc.name_to_handle_at(-100, path.encode(), buffer, ctypes.byref(mount), 0) == 0:
        print('BREACH: handle of', path)
""",
}
