"""Independent correct answers."""
