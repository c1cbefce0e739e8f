"""Speed, memory and size, measured: ``python -m benchmarks``. No test and no grade depends on any figure here."""
