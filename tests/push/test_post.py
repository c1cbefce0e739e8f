import pytest, sys
def test_smoke(run, hand_in, simulator):
    hand_in("ada"); hand_in("bob", when="2026-10-09T21:59:01Z")
    recorded, posted = run.all()
    print(recorded, posted)
    print(simulator.runs("course/ada"))
    before=run.files()
    print(list(before))
    r2,p2=run.all()
    assert (r2,p2)==([],[])
    assert before==run.files()
    assert 0
