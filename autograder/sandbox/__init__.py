"""Where student code runs, and how strongly it is confined.

Beside the student (standard library, numpy and :mod:`autograder.wire` only): ``cells`` executes a notebook,
``serve`` answers calls, ``zygote`` forks, and ``policy``, ``syscalls``, ``seccomp``, ``landlock``, ``lockdown``,
``view`` and ``namespaces`` confine; ``canaries`` try the ``attacks`` that prove it. On the trusted side: ``launcher``
owns a zygote, if possible inside ``bubblewrap``, ``program`` holds one submission's program, ``process`` talks to one
confined process, ``tracer`` watches one for staff, ``local`` talks to a program in this very process.
"""
