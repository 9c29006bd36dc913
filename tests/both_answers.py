"""Tests that hold with every answer to an open question about Azure.

    @both_answers(AKS_SECRET_CODE)
    def test_...(arm): ...

runs once for each answer (for each combination, with several questions), and the sandbox of the test gives that answer.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from crosstenant.sandbox.world.open_questions import OpenQuestion


def both_answers(*questions: OpenQuestion) -> Callable[[Any], Any]:
    """Runs a test with every answer. Its sandbox is the fixture ``arm``, ``world``, ``azure`` or ``store``."""
    combinations = [dict(zip(questions, one, strict=True)) for one in product(*(it.answers for it in questions))]
    names = ["-".join(f"{it.setting}={answer}" for it, answer in one.items()) for one in combinations]
    parametrize = pytest.mark.parametrize("given_answers", combinations, ids=names, indirect=True)
    return lambda test: pytest.mark.usefixtures("given_answers")(parametrize(test))


def give_answers(request: pytest.FixtureRequest) -> dict[OpenQuestion, str]:
    """Lets the test's sandbox give the answers of ``request.param``."""
    for name in ("arm", "world", "azure", "store"):
        if name in request.fixturenames:
            sandbox = request.getfixturevalue(name)
            break
    else:
        raise LookupError("the test has no sandbox among its fixtures")
    store = getattr(sandbox, "store", sandbox)
    with store.change() as state:
        for question, answer in request.param.items():
            question.put(state, answer)
    return request.param
