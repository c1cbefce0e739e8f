"""A class of submissions: find the files, grade what is new in several processes, keep every result.

``find`` and ``task`` read what was handed in, ``pool`` grades it, ``results`` keeps it in a database of which ``folder``
shows the newest state as files, ``rules`` decides what counts, and ``run`` joins them.
"""
