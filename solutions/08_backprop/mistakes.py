"""Plausible wrong answers."""
