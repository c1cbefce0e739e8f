"""Other graders and gradebooks: what we write for each, and how their submissions reach our engine."""
