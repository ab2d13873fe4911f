"""What every method counts on every architecture is the formula of its docstring, from sizes written down by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.method_catalogue import OF_ONE_METHOD, SMALL, VARIANTS, attached, method_ids, pairs
from tests.small_models import small_model


@dataclass(frozen=True)
class Sizes:
    """A small model, read off its architecture: two blocks a stack, width 16, four heads."""

    encoder: int = 0
    decoder: int = 0
    keys: int = 16
    """Width of keys, and of values."""
    gated: bool = False
    norms: tuple[int, int] = (2, 2)
    """Norms in a block of the encoder and of the decoder."""
    outside: int = 1
    """Norms outside the blocks."""
    biased: bool = True
    """Norms have a bias beside their weight."""

    d: int = 16
    ff: int = 24

    @property
    def blocks(self) -> int:
        return self.encoder + self.decoder

    @property
    def cross(self) -> int:
        return self.decoder if self.encoder else 0

    @property
    def attentions(self) -> int:
        return self.blocks + self.cross

    @property
    def inputs(self) -> int:
        """Matrices into the feed-forward layer."""
        return 2 if self.gated else 1

    @property
    def block_norms(self) -> int:
        return self.encoder * self.norms[0] + self.decoder * self.norms[1]

    @property
    def norm(self) -> int:
        return self.d * (2 if self.biased else 1)


T5 = {"encoder": 2, "decoder": 2, "norms": (2, 3), "outside": 2, "biased": False}
SIZES = {
    "t5_v1_0": Sizes(**T5),  # type: ignore[arg-type]
    "t5_v1_1": Sizes(**T5, gated=True),  # type: ignore[arg-type]
    "bart": Sizes(encoder=2, decoder=2, norms=(2, 3), outside=2),
    "bert": Sizes(encoder=2),
    "roberta": Sizes(encoder=2),
    "deberta_v2": Sizes(encoder=2, outside=3),
    "gpt2": Sizes(decoder=2, ff=64),
    "gpt_neo": Sizes(decoder=2),
    "gpt_j": Sizes(decoder=2, ff=64, norms=(0, 1)),
    "gpt_neox": Sizes(decoder=2),
    "opt": Sizes(decoder=2),
    "bloom": Sizes(decoder=2, ff=64, outside=2),
    "llama": Sizes(decoder=2, keys=8, gated=True, biased=False),
}

M = SMALL["bottleneck"]
TOKENS = SMALL["prefix_length"] + SMALL["infix_length"]


def adapter(s: Sizes) -> int:
    return 2 * M * s.d + s.d + M


def lora(s: Sizes, rank: int = 8) -> int:
    return s.attentions * rank * (s.d + s.d + s.d + s.keys)


def prefix(s: Sizes) -> int:
    return 2 * SMALL["prefix_length"] * s.keys * s.attentions


def bitfit(s: Sizes) -> int:
    linear = s.attentions * 2 * (s.d + s.keys) + s.blocks * (s.inputs * s.ff + s.d)
    return linear + (s.block_norms + s.outside) * s.d * s.biased


def text_blocks(s: Sizes) -> int:
    return s.encoder or s.decoder


N = 4  # divisions of the Kronecker products
UNIPELT = {"prefix": SMALL["prefix_length"], "rank": 8}

FORMULAS: dict[str, Callable[[Sizes], int]] = {
    "head": lambda _: 0,
    "lora": lora,
    "lora_tfew": lambda s: s.attentions * (2 + 1) * 2 * (s.d + s.d + s.d + s.keys),
    "ia3": lambda s: s.attentions * 2 * s.keys + s.blocks * s.ff,
    "ia3_tfew": lambda s: s.attentions * 2 * (s.d + s.keys) + s.blocks * (s.d + s.ff),
    "bitfit": bitfit,
    "prompt": lambda s: SMALL["tokens"] * s.d,
    "pre_embed": lambda s: TOKENS * s.d,
    "pre_layer": lambda s: text_blocks(s) * TOKENS * s.d,
    "prefix": prefix,
    "houlsby": lambda s: 2 * s.blocks * adapter(s) + s.block_norms * s.norm,
    "lin": lambda s: s.blocks * (adapter(s) + 2 * s.d),
    "pfeiffer": lambda s: s.blocks * adapter(s),
    "adapterdrop": lambda s: s.blocks * adapter(s),
    "parallel": lambda s: s.blocks * adapter(s),
    "mam": lambda s: prefix(s) + s.blocks * adapter(s),
    "compacter": lambda s: N**3 + 2 * s.blocks * (2 * (M + s.d) + M + s.d) + s.block_norms * s.norm,
    "phm": lambda s: 2 * s.blocks * (2 * N**3 + 2 * M * s.d // N + M + s.d) + s.block_norms * s.norm,
    "unipelt": lambda s: (
        s.encoder * (adapter(s) + 2 * UNIPELT["prefix"] * s.d + 4 * UNIPELT["rank"] * s.d + 3 * (s.d + 1))
    ),
    "intrinsic": lambda _: SMALL["dimension"],
    "intrinsic plain": lambda _: SMALL["dimension"],
    "combo": lambda s: lora(s) + TOKENS * s.d,
}
WHOLE = {"full", "ft_top2"}
"""Methods that train tensors of the base and nothing else; they are counted by the base's own."""


def test_every_method_has_a_formula() -> None:
    assert set(FORMULAS) | WHOLE == {*method_ids(), *VARIANTS}
    assert OF_ONE_METHOD["prefix"]["hidden"] is not None, "what trains differs from what is kept"


@pytest.mark.parametrize(("method_id", "architecture"), [pair for pair in pairs() if pair[0] in FORMULAS])
def test_counts_follow_the_formula(method_id: str, architecture: str) -> None:
    with attached(method_id, small_model(architecture)) as attachment:
        assert attachment.counts().stored == FORMULAS[method_id](SIZES[architecture])


@pytest.mark.parametrize(("method_id", "architecture"), [pair for pair in pairs() if pair[0] in WHOLE])
def test_parts_of_the_base_count_as_they_are(method_id: str, architecture: str) -> None:
    model, sizes = small_model(architecture), SIZES[architecture]
    with attached(method_id, model) as attachment:
        head = sum(parameter.numel() for parameter in attachment.sites.task_head.values())
        found = attachment.counts()
        last = attachment.sites.blocks[-1].module  # one block, at this size
    expected = sum(p.numel() for p in (model if method_id == "full" else last).parameters())
    assert found == (expected - head * (method_id == "full"),) * 2
    if (method_id, architecture) in (("ft_top2", "gpt2"), ("ft_top2", "opt")):
        linear = 4 * sizes.d**2 + 2 * sizes.d * sizes.ff + 4 * sizes.d + sizes.ff + sizes.d
        assert expected == linear + 2 * 2 * sizes.d
