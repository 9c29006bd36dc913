"""What a registry said of a refused pull."""

from crosstenant.azure.pull.pull_verdict import PullRefused, Reason


def test_words_of_a_registry_cannot_act_on_a_terminal():
    refusal = PullRefused(Reason.ROLE_MISSING, "denied\x1b[2J\r\n  pull  ok\u202e\u2028end")
    assert refusal.detail == "denied\\x1b[2J pull ok\\u202e end"
    assert str(refusal) == f"role missing: {refusal.detail}"
