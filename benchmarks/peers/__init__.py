"""The same five exercises in three systems, each in its own format."""
