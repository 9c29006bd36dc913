import json

import pytest

from crosstenant.sandbox.world.faults import Incoming, fault_body, new_fault, parse_fault, take_fault


def add(store, **given):
    with store.change() as state:
        state["faults"].append(new_fault(given))


def strikes(store, service="arm", method="GET", target="/subscriptions?api-version=1"):
    fault = take_fault(store, Incoming(service, method, target))
    return fault["status"] if fault else None


def test_pairs_are_read_with_their_kinds():
    fault = parse_fault("service=arm,method=post,path=reset,status=429,times=-1,retry_after=2,delay=0.5,drop=true")
    assert fault["id"]
    assert (fault["service"], fault["method"], fault["path"]) == ("arm", "POST", "reset")
    assert (fault["status"], fault["times"], fault["retry_after"], fault["delay"]) == (429, -1, 2, 0.5)
    assert fault["drop"] is True


def test_text_may_hold_commas_and_json_is_read_as_well():
    assert parse_fault("service=arm,message=Wait, please,status=409")["message"] == "Wait, please"
    assert parse_fault('{"service": "graph", "path": "a,b=c"}')["path"] == "a,b=c"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("arm", "'arm' must have the form name=value"),
        ("service=dns", "or *, not 'dns'"),
        ("color=red", "'color' is not a property of a fault"),
        ("status=many", "status must be a number, not 'many'"),
        ("drop=perhaps", "drop must be true or false, not 'perhaps'"),
        ("answer=haiku", "answer must be one of error, truncated, missing, former, aged, text, page, not 'haiku'"),
        ("path=(", "path must be a regular expression, not '('"),
        ("{", "the fault must be valid JSON"),
    ],
)
def test_malformed_fault_is_refused_in_a_sentence(text, message):
    with pytest.raises(ValueError, match=r"(?s).*") as refused:
        parse_fault(text)
    assert message in str(refused.value)


def test_fault_strikes_what_matches_as_often_as_asked(store):
    add(store, service="arm", method="POST", path="reset.*api-version=2", skip=1, times=2)
    target = "/x/reset?api-version=2"
    assert strikes(store) is None
    assert strikes(store, method="POST", target="/x/reset?api-version=1") is None
    assert strikes(store, service="graph", method="POST", target=target) is None
    found = [strikes(store, method="POST", target=target) for _ in range(4)]
    assert found == [None, 503, 503, None]
    with store.read() as state:
        assert state["faults"] == []


def test_endless_fault_stays(store):
    add(store, times=-1, status=500)
    assert [strikes(store) for _ in range(3)] == [500, 500, 500]
    with store.read() as state:
        assert len(state["faults"]) == 1


def test_skipping_fault_lets_the_next_one_strike(store):
    add(store, skip=1, status=500)
    add(store, status=429)
    assert [strikes(store) for _ in range(3)] == [429, 500, None]


def test_fault_written_by_hand_needs_only_what_it_changes(store):
    with store.change() as state:
        state["faults"].append({"service": "login", "status": 500})
    assert [strikes(store, service="login"), strikes(store, service="login")] == [500, None]


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("arm", {"error": {"code": "TooManyRequests", "message": "slow down"}}),
        ("graph", {"error": {"code": "TooManyRequests", "message": "slow down"}}),
        ("login", {"error": "TooManyRequests", "error_description": "slow down"}),
        ("registry", {"errors": [{"code": "TooManyRequests", "message": "slow down", "detail": None}]}),
    ],
)
def test_fault_is_worded_as_its_service_words_errors(service, expected):
    assert json.loads(json.dumps(fault_body(new_fault({"status": 429, "message": "slow down"}), service))) == expected
