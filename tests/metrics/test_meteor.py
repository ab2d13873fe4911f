"""METEOR's Java program is started once a process, and anew after a conversation that broke off."""

from __future__ import annotations

import pytest

from petlab.metrics import meteor

pytestmark = pytest.mark.skipif(meteor.missing() is not None, reason=f"METEOR {meteor.missing()}")
OUTPUTS, REFERENCES = ["a cheap pub by the river"], [["a cheap pub near the river", "a pub"]]


@pytest.mark.slow  # three processes that load what they need anew
def test_the_program_is_kept_and_replaced_when_it_is_no_use() -> None:
    score = meteor.corpus(OUTPUTS, REFERENCES)
    assert 0 < score < 1
    first = meteor._program()
    assert meteor.corpus(OUTPUTS * 2, REFERENCES * 2) == pytest.approx(score)
    assert meteor._program() is first
    with pytest.raises(ValueError):  # broken off: the program waits for more, or has more to say
        meteor.corpus(OUTPUTS, [*REFERENCES, *REFERENCES])
    assert first.poll() is not None
    assert meteor.corpus(OUTPUTS, REFERENCES) == score
    second = meteor._program()
    assert second is not first
    second.kill()  # Ctrl-C in a terminal reaches it, too
    second.wait()
    assert meteor.corpus(OUTPUTS, REFERENCES) == score
