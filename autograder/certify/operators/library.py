"""Faults of every language, from cosmic-ray: comparisons, signs, logic, loops, and numbers changed by one."""

import re
from collections.abc import Iterator

from autograder.certify.operators.expressions import LARGE, TINY
from autograder.errors import UsageError

CHOSEN = (
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Lt_Gt", "Gt_Lt")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("LtE_GtE", "GtE_LtE", "Eq_NotEq", "NotEq_Eq")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Mul_Add")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Pow_Mul", "FloorDiv_Div", "FloorDiv_Mul", "Mod_Mul")),
    *(f"ReplaceUnaryOperator_Delete_{name}" for name in ("USub", "Not", "Invert")),
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "AddNot",
    "ReplaceContinueWithBreak",
    "ZeroIterationForLoop",
    "NumberReplacer",
)
"""Its other operators change what numerical programs do not have, or what our own change more to the point."""

TOLERANCE = re.compile(r"\de-\d")


def library(source: str) -> Iterator[tuple[str, str]]:
    """Yield (operator, changed source) for every place where one of the chosen operators applies.

    Raises :class:`~autograder.errors.UsageError` where cosmic-ray is not installed.
    """
    try:
        from cosmic_ray.ast import ast_nodes, get_ast
        from cosmic_ray.mutating import mutate_code
        from cosmic_ray.operators.provider import OperatorProvider
    except ImportError:
        raise UsageError("certifying needs cosmic-ray: pip install 'autograder[certify]'") from None
    operators, tree = OperatorProvider(), get_ast(source)
    lines = source.split("\n")
    for name in CHOSEN:
        operator = operators[name]()
        places = [place for node in ast_nodes(tree) for place in operator.mutation_positions(node)]
        for occurrence, ((line, start), (_, end)) in enumerate(places):
            if _is_idle(name, lines[line - 1], start, end):
                continue
            changed = mutate_code(source, operator, occurrence).split("\n")
            changed[line - 1] = changed[line - 1][:start] + changed[line - 1][start:].lstrip()  # it writes x[ 1]
            yield name, "\n".join(changed)


def _is_idle(operator: str, line: str, start: int, end: int) -> bool:
    """Whether a change would make no difference, which can be seen from the line."""
    if operator == "NumberReplacer":  # one more or less is nothing to a cap on steps or to a tolerance
        value = abs(complex(line[start:end].replace("_", "")))
        return value > LARGE or 0 < value < TINY or line[:start].endswith("reshape(-")
    if operator.startswith("ReplaceComparisonOperator"):  # no number is exactly as large as a tolerance
        strictness = {"Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt"}
        return operator.partition("_")[2] in strictness and bool(TOLERANCE.search(line))
    return operator == "ReplaceTrueWithFalse" and line[:start].endswith("strict=")  # arguments are as promised
