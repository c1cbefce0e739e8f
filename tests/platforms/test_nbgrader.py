"""Export to nbgrader."""
