"""A class of submissions: find the files, grade what is new in several processes, keep every result.

``find`` and ``task`` read what was handed in, ``pool`` grades it, ``results`` keeps it in a database, ``folder`` shows
the newest state as files, ``rules`` and ``roster`` decide what counts and who belongs, and ``run`` joins them.
"""
