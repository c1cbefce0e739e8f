"""Reports for people: on a terminal, as feedback for students, as a table for instructors. Pure functions."""
