"""Export to otter."""
