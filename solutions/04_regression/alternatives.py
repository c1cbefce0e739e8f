"""Independent correct answers: regression. Each must keep full marks."""
