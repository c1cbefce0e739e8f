"""Ask the kernel for what no exercise needs: every rarely used door, by number, and both foreign call conventions."""

CALL = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall({}) >= 0:
    print('BREACH: allowed')
"""
NUMBERS = {  # x86_64
    "io_uring_setup": "425, 4, bytes(128)",
    "bpf": "321, 0, bytes(128), 128",
    "perf_event_open": "298, bytes(128), 0, -1, -1, 0",
    "keyctl": "250, 0, -3, 1",
    "add_key": "248, b'user', b'attack', b'x', 1, -3",
    "userfaultfd": "323, 0",
    "memfd_create": "319, b'attack', 0",
    "memfd_secret": "447, 0",
    "unshare user namespace": "272, 0x10000000",
    "unshare mount namespace": "272, 0x20000",
    "setns": "308, 0, 0",
    "personality": "135, 0x40000",
    "shared memory segment": "29, 0, 4096, 0o1666",
    "message queue": "68, 0, 0o1666",
    "semaphores": "64, 0, 1, 0o1666",
    "posix message queue": "240, b'attack', 0o102, 0o600, None",
    "inotify_init": "253",
    "fanotify_init": "300, 0, 0",
    "timer to a signal": "222, 0, None, bytes(8)",
    "init_module": "175, bytes(64), 64, b''",
    "kexec": "246, 0, 0, 0, 0",
    "reboot": "169, 0xfee1dead, 672274793, 0, 0",
    "syslog": "103, 3, bytes(100), 100",
    "swapon": "167, b'/dev/null', 0",
    "sethostname": "170, b'attack', 6",
    "settimeofday": "164, bytes(16), None",
    "clock_settime": "227, 0, bytes(16)",
    "ioperm": "173, 0, 1, 1",
    "pivot_root": "155, b'/tmp', b'/tmp'",
    "kcmp": "312, os.getppid(), os.getpid(), 0, 0, 0",
    "seccomp again": "317, 1, 0, bytes(16)",
    "landlock again": "446, 3, 0",
    "openat2": "437, -100, b'/etc/passwd', bytes(24), 24",
    "execveat": "322, -100, b'/bin/true', None, None, 0",
    "write to memory of the launcher": "311, os.getppid(), bytes(16), 1, bytes(16), 1, 0",
    "advise memory of the launcher": "440, 0, bytes(16), 1, 4, 0",
    "be traced": "101, 0, 0, 0, 0",
    "open a tree of mounts": "428, -100, b'/', 1",
    "open a file system": "430, b'tmpfs', 0",
    "change flags of a mount": "442, -100, b'/', 0, bytes(32), 32",
    "unmount": "166, b'/proc', 2",
    "a device file": "133, b'/tmp/attack', 0o20666, 0x103",
    "accounting": "163, b'/tmp/attack'",
    "quotas": "179, 0x800001, b'/dev/null', 0, None",
    "a clock of the machine": "305, 0, bytes(208)",
    "another name for the domain": "171, b'attack', 6",
    "io priority of the launcher": "251, 1, os.getppid(), 0x6000",
    "a listener of system calls": "317, 1, 8, bytes(16)",
    "pages of others": "279, os.getppid(), 0, None, None, None, 0",
    "a call that does not exist": "100000",
}
RAW = """
import ctypes, mmap
code = bytes.fromhex({!r})
try:
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    result = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
    print('BREACH: returned', result)
except OSError:
    pass
"""
ATTACKS = {name: CALL.format(arguments) for name, arguments in NUMBERS.items()} | {
    "32-bit call": RAW.format("b814000000cd80c3"),  # mov eax, 20 (getpid); int 0x80; ret
    "x32 call": RAW.format("b8270000400f05c3"),  # mov eax, 0x40000027 (getpid of x32); syscall; ret
}
