"""The output of Pulumi as the tools and tests read it."""

from __future__ import annotations

import pytest

from lib.stack import without_call_cut_off

LINE = " +  pulumi:pulumi:Stack program-test create"
FRAME = 'File "src/python/grpcio/grpc/_cython/_cygrpc/aio/server.pyx.pxi", line 812, in'


@pytest.mark.parametrize("before", [f"{LINE} ", "    "])
def test_a_call_that_the_end_of_the_program_cuts_off_is_no_stack_trace(before: str) -> None:
    trace = [
        "Traceback (most recent call last):",
        f"  {FRAME} grpc._cython.cygrpc._schedule_rpc_coro",
        "GeneratorExit",
    ]
    output = "".join(f"{before}{it}\n" for it in ("error: refused", *trace, "2 errors"))
    assert without_call_cut_off(output) == f"{before}error: refused\n{before}2 errors\n"


@pytest.mark.parametrize(
    ("frame", "end"),
    [
        (f"{FRAME} grpc._cython.cygrpc._schedule_rpc_coro", "ValueError"),
        (f"{FRAME} grpc._cython.cygrpc._handle_rpc", "GeneratorExit"),
        ('File "crosstenant/plugin/__main__.py", line 1, in main', "GeneratorExit"),
    ],
)
def test_any_other_stack_trace_stays(frame: str, end: str) -> None:
    output = f"    Traceback (most recent call last):\n      {frame}\n    {end}\n"
    assert without_call_cut_off(output) == output
