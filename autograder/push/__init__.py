"""Grading on push: fetch new commits as data, grade them, record what came out, and tell the students.

The four steps share nothing but files, so that each can run on a machine of its own: the one that runs student code
holds no credentials, and those that hold credentials run no student code.
"""
