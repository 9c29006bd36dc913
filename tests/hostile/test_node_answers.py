"""What a cluster prints of its nodes: pods, events and refusals are read, and told in one line, whatever they say."""

from __future__ import annotations

import base64
from dataclasses import fields
from urllib.parse import quote_plus

from hypothesis import given
from hypothesis import strategies as st

from crosstenant.model.kubernetes.node_pull.plan import NodePullPlan, check_image, check_namespace
from crosstenant.model.kubernetes.node_pull.report import PodFacts, ReportError, read_report
from crosstenant.model.kubernetes.node_pull.script import begin_mark, end_mark
from crosstenant.model.kubernetes.node_pull.verdict import outcome_of
from crosstenant.model.modes import NodePullResult
from tests.hostile.texts import near, texts

RUN = "0123456789abcdef"
PLAN = NodePullPlan("fabrikamimages.azurecr.io/hello:1.0", ("pool1",))
REASONS = ("ErrImagePull", "ImagePullBackOff", "Failed", "OutOfpods", "ContainerCreating", "CreateContainerError")
words = st.one_of(st.sampled_from([it.name for it in fields(PodFacts)]), st.just("pull_secret"), st.just("text"), texts)
values = st.one_of(
    texts.map(lambda it: quote_plus(it, errors="replace")),
    texts.map(lambda it: base64.b64encode(it.encode(errors="replace")).decode()),
    st.sampled_from(REASONS),
    texts,
)
lines = st.builds(
    lambda kind, pairs: " ".join([kind, *(f"{name}={value}" for name, value in pairs)]),
    st.sampled_from(["pod", "event", "denied", "failed"]),
    st.lists(st.tuples(words, values), max_size=8),
)


@given(st.lists(st.one_of(lines, texts), max_size=6), st.lists(texts, max_size=2))
def test_nodes_are_told_in_one_line_each(printed: list[str], absent: list[str]):
    told = "\n".join([begin_mark(RUN), *printed, end_mark(RUN)])
    found = outcome_of(read_report(told, RUN), PLAN, absent)
    assert found.detail.isprintable()
    for it in found.nodes:
        assert (it.pool + it.node + it.detail).isprintable()
    if any(it.result not in (NodePullResult.PULLED, NodePullResult.NO_NODE) for it in found.nodes):
        assert found.result is not NodePullResult.PULLED


@given(st.one_of(texts, near(begin_mark(RUN), end_mark(RUN), "\n", "pod ", "name=a", begin_mark("00000000"))))
def test_an_output_is_whole_or_is_none(output: str):
    try:
        read_report(output, RUN)
    except ReportError:
        return
    assert output.splitlines().index(begin_mark(RUN)) < output.splitlines().index(end_mark(RUN))


@given(st.one_of(texts, near("fabrikamimages.azurecr.io", "/", "hello", ":", "1.0", "@sha256:", "a" * 64, "localhost")))
def test_an_image_and_a_namespace_mean_nothing_to_a_shell(text: str):
    for check in (check_image, check_namespace):
        try:
            check(text)
        except ValueError:
            continue
        assert text.isascii()
        assert not set(text) & set(" \t\r\n\"'`$\\;&|<>(){}*?[]!#~")
