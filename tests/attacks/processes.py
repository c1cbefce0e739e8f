"""Start processes, or lay hands on others."""

TRY = """
import os, signal
try:
    {}
    print('BREACH: did it')
except (OSError, ValueError, ImportError, RuntimeError, AttributeError):
    pass
"""
ATTACKS = {
    name: TRY.format(code)
    for name, code in {
        "fork": "os.fork()",
        "fork twice and stay": "os.fork() or os.setsid() or os.fork()",
        "forkpty": "os.forkpty()",
        "vfork through C": "import ctypes; assert ctypes.CDLL(None).syscall(58) >= 0 or (_ for _ in ()).throw(OSError())",
        "clone through C": "import ctypes; ctypes.CDLL(None).syscall(56, 17, 0, 0, 0, 0) >= 0 or (_ for _ in ()).throw(OSError())",
        "clone3": "import ctypes; ctypes.CDLL(None).syscall(435, bytes(88), 88) >= 0 or (_ for _ in ()).throw(OSError())",
        "exec": "os.execv('/bin/true', ['true'])",
        "exec of a memory file": "fd = os.memfd_create('x'); os.write(fd, b'#!/bin/sh'); os.execve(fd, ['x'], {})",
        "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
        "subprocess": "import subprocess; subprocess.run(['/bin/true'])",
        "a shell": "os.system('true') == 0 or (_ for _ in ()).throw(OSError())",
        "multiprocessing": "import multiprocessing; multiprocessing.get_context('fork').Process(target=print).start()",
        "a pool": "from concurrent.futures import ProcessPoolExecutor; ProcessPoolExecutor(1).submit(print).result(5)",
        "kill the launcher": "os.kill(os.getppid(), 9)",
        "kill everybody": "os.kill(-1, 9)",
        "kill the group": "os.killpg(0, 9)",
        "stop the launcher": "os.kill(os.getppid(), signal.SIGSTOP)",
        "a queued signal to the launcher": "import ctypes; ctypes.CDLL(None).sigqueue(os.getppid(), 9, 0) == 0 or (_ for _ in ()).throw(OSError())",
        "a descriptor of the launcher": "os.pidfd_open(os.getppid())",
        "a signal through a descriptor": "signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 9)",
        "a signal for input of the launcher": "import fcntl; fcntl.fcntl(3, fcntl.F_SETOWN, os.getppid())",
        "limits of the launcher": "import resource; resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))",
        "own limits": "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        "priority of the launcher": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
        "processors of the launcher": "os.sched_setaffinity(os.getppid(), {0})",
        "scheduler of the launcher": "os.sched_setscheduler(os.getppid(), os.SCHED_IDLE, os.sched_param(0))",
        "trace the launcher": "import ctypes; ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0 or (_ for _ in ()).throw(OSError())",
        "memory of the launcher": "import ctypes; ctypes.CDLL(None).process_vm_readv(os.getppid(), 0, 0, 0, 0, 0) >= 0 or (_ for _ in ()).throw(OSError())",
        "become root": "os.setuid(0); assert os.getuid() == 0",
        "become root by group": "os.setgid(0); assert os.getgid() == 0",
        "outlive the launcher": "import ctypes; ctypes.CDLL(None).prctl(1, 0) == 0 or (_ for _ in ()).throw(OSError())",
        "dumpable again": "import ctypes; ctypes.CDLL(None).prctl(4, 1) == 0 or (_ for _ in ()).throw(OSError())",
        "new session": "os.setsid()",
    }.items()
}
