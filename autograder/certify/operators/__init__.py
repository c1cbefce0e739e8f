"""Small faults that people make in numerical programs: operators that turn right code into wrong code.

An operator is a function of a syntax node and the :class:`~autograder.certify.operators.text.Text` around it. It yields
edits: the node to replace, and the text to put there. What an operator is for is a line of its docstring.
"""
