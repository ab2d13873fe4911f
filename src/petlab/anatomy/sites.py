"""The places of a transformer that a tuning method can speak of, whatever the architecture calls them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import nn

from petlab.errors import UserError, choices

Stack = Literal["encoder", "decoder"]
Attention = Literal["self", "cross"]
Layers = str | Sequence[int]
"""`all`, `early` (first half of each stack), `late` (last half), `random50` (half, drawn), or block numbers."""

ROLES = ("q", "k", "v", "o", "ffn_in", "ffn_gate", "ffn_out", "norm", "embedding", "head")
FFN_INPUTS = ("ffn_in", "ffn_gate")
LAYER_WORDS = ("all", "early", "late", "random50")


@dataclass(frozen=True)
class WeightSite:
    """One weight matrix or vector, or the rows of one role inside a matrix that several roles share.

    `role` is one of q k v o ffn_in ffn_gate ffn_out norm embedding head; `attention` is self, cross or None;
    `block` counts from 0 within its stack and is None outside the blocks.
    """

    role: str
    stack: Stack
    attention: Attention | None
    block: int | None
    path: str
    module: nn.Module = field(repr=False, compare=False)
    transposed: bool = False
    """The module keeps its weight as (in, out), as GPT-2's Conv1D does."""
    rows: torch.Tensor | None = field(default=None, repr=False, compare=False)
    """Output rows of this role in a fused matrix, (out,) int64; None where the matrix has one role."""

    @property
    def name(self) -> str:
        """A name unique in the model: the module's path, with the role added where the matrix is shared."""
        return self.path if self.rows is None else f"{self.path}[{self.role}]"

    @property
    def whole(self) -> torch.Tensor:
        """The module's weight as (out, in), rows of all roles (a view)."""
        weight: torch.Tensor = self.module.weight  # type: ignore[assignment]
        return weight.T if self.transposed else weight

    @property
    def weight(self) -> torch.Tensor:
        """The weight as (out, in), rows of this role only (a copy where the matrix is shared, else a view)."""
        return self.whole if self.rows is None else self.whole[self.rows]

    @property
    def shape(self) -> tuple[int, int]:
        """(out_features, in_features) of this role."""
        weight: torch.Tensor = self.module.weight  # type: ignore[assignment]
        out_features, in_features = weight.shape[::-1] if self.transposed else weight.shape
        return (out_features if self.rows is None else len(self.rows)), in_features

    @property
    def bias(self) -> nn.Parameter | None:
        """The bias of the whole module, (out of the module,), or None."""
        bias = getattr(self.module, "bias", None)
        return bias if isinstance(bias, nn.Parameter) else None

    @property
    def device(self) -> torch.device:
        weight: torch.Tensor = self.module.weight  # type: ignore[assignment]
        return weight.device


@dataclass(frozen=True)
class TextEntry:
    """Where text enters a stack: the module that takes `input_ids` or `inputs_embeds`, and its token embedding."""

    stack: Stack
    path: str
    module: nn.Module = field(repr=False, compare=False)
    embedding: nn.Embedding = field(repr=False, compare=False)
    first_token_special: bool = False
    """Heads read position 0, so soft tokens enter after it (BERT's family)."""


@dataclass(frozen=True)
class BlockSite:
    """One block of a stack: the points between its sublayers, and its output."""

    stack: Stack
    block: int
    path: str
    module: nn.Module = field(repr=False, compare=False)
    closing_norm: nn.Module | None = field(default=None, repr=False, compare=False)
    """The norm that ends the block; None where norms stand before the sublayers."""

    width: int = 0
    """Size d of the hidden states."""

    @property
    def device(self) -> torch.device:
        return next(self.module.parameters()).device

    @property
    def after_norm(self) -> nn.Module:
        """The module whose output is the hidden state after the feed-forward layer and its norm, if there is one."""
        return self.module if self.closing_norm is None else self.closing_norm


@dataclass(frozen=True)
class Sublayer:
    """A sublayer by the weights that its input first meets and its output last leaves, before dropout and residual."""

    kind: Literal["self", "cross", "ffn"]
    stack: Stack
    block: int
    enters: WeightSite
    leaves: WeightSite


@dataclass(frozen=True)
class AttentionSite:
    """One computation of attention."""

    stack: Stack
    attention: Attention
    block: int
    path: str
    module: nn.Module = field(repr=False, compare=False)
    key: WeightSite = field(repr=False, compare=False)
    value: WeightSite = field(repr=False, compare=False)
    """The matrices that make its keys and values."""


@dataclass(frozen=True)
class Sites:
    """Every site of one model. `select` is the only door through which methods reach the weights."""

    model_type: str
    weights: tuple[WeightSite, ...]
    blocks: tuple[BlockSite, ...]
    attentions: tuple[AttentionSite, ...]
    entries: dict[str, TextEntry]
    """Text entry of each stack."""
    task_head: dict[str, nn.Parameter]
    """Newly initialised layers of a classification or regression model, by parameter name; empty for text to text."""

    def select(
        self,
        targets: Iterable[str],
        stacks: Iterable[str] | None = None,
        attention: Iterable[str] | None = None,
        layers: Layers = "all",
        layer_seed: int = 0,
    ) -> list[WeightSite]:
        """Weight sites of the given roles, narrowed by stack, kind of attention and block, in model order.

        `attention` narrows attention roles only: `attention=["cross"]` keeps a selected ffn_in. None: no narrowing.
        Sites outside the blocks (the final norm, embeddings) are selected only with `layers="all"`.
        Raises UserError for an unknown word and for a selection that matches nothing, with what there is.
        """
        wanted = tuple(targets)
        present = {site.role for site in self.weights}
        for role in wanted:
            if role not in present:
                raise choices(f"target of {self.model_type}", role, present)
        in_stacks = None if stacks is None else set(self._known("stack", stacks, self.entries))
        kinds = {site.attention for site in self.weights if site.attention is not None}
        in_attention = None if attention is None else set(self._known("attention", attention, kinds))
        in_blocks = {stack: self.pick_blocks(stack, layers, layer_seed) for stack in self.entries}
        chosen = [
            site
            for site in self.weights
            if site.role in wanted
            and (in_stacks is None or site.stack in in_stacks)
            and (in_attention is None or site.attention is None or site.attention in in_attention)
            and (layers == "all" if site.block is None else site.block in in_blocks[site.stack])
        ]
        if not chosen:
            raise UserError(
                f"targets {list(wanted)}, stacks {stacks}, attention {attention}, layers {layers} select nothing in "
                f"{self.model_type}, which has:\n{self.summary()}"
            )
        return chosen

    def select_blocks(
        self, stacks: Iterable[str] | None = None, layers: Layers = "all", layer_seed: int = 0
    ) -> list[BlockSite]:
        """Blocks of the given stacks, in model order. Raises UserError for an unknown word, or if none is left."""
        wanted = self._known("stack", self.entries if stacks is None else stacks, self.entries)
        picked = {stack: self.pick_blocks(stack, layers, layer_seed) for stack in wanted}
        chosen = [site for site in self.blocks if site.block in picked.get(site.stack, ())]
        if not chosen:
            depths = ", ".join(f"{stack}: {self.depth(stack)}" for stack in self.entries)
            raise UserError(f"stacks {stacks}, layers {layers} select no block of {self.model_type} ({depths})")
        return chosen

    def select_sublayers(
        self,
        sublayers: Iterable[str],
        stacks: Iterable[str] | None = None,
        layers: Layers = "all",
        layer_seed: int = 0,
    ) -> list[Sublayer]:
        """Sublayers of the given kinds (`attention`: self and cross; `self`; `cross`; `ffn`), in model order.

        Raises UserError for an unknown word, or if none is left.
        """
        words = self._known("sublayer", sublayers, ("attention", "self", "cross", "ffn"))
        kinds = {kind for word in words for kind in (("self", "cross") if word == "attention" else (word,))}
        found: list[Sublayer] = []
        for block in self.select_blocks(stacks, layers, layer_seed):
            here = [site for site in self.weights if (site.stack, site.block) == (block.stack, block.block)]
            # DeBERTa sends positions through q and k as well, so self-attention is entered at v.
            for kind, enters, leaves in (("self", ("v",), "o"), ("cross", ("q",), "o"), ("ffn", FFN_INPUTS, "ffn_out")):
                of_kind = [site for site in here if (site.attention or "ffn") == kind and site.role != "norm"]
                if kind in kinds and of_kind:
                    first = next(site for site in of_kind if site.role in enters)
                    last = next(site for site in of_kind if site.role == leaves)
                    found.append(Sublayer(kind, block.stack, block.block, first, last))  # type: ignore[arg-type]
        if not found:
            raise UserError(f"sublayers {words}, stacks {stacks}, layers {layers} select nothing in {self.model_type}")
        return found

    def select_attentions(
        self,
        stacks: Iterable[str] | None = None,
        attention: Iterable[str] | None = None,
        layers: Layers = "all",
        layer_seed: int = 0,
    ) -> list[AttentionSite]:
        """Computations of attention, in model order. Raises UserError for an unknown word, or if none is left."""
        present = {site.attention for site in self.attentions}
        kinds = set(self._known("attention", present if attention is None else attention, present))
        blocks = {(site.stack, site.block) for site in self.select_blocks(stacks, layers, layer_seed)}
        chosen = [site for site in self.attentions if site.attention in kinds and (site.stack, site.block) in blocks]
        if not chosen:
            raise UserError(
                f"stacks {stacks}, attention {attention}, layers {layers} select no attention of {self.model_type}"
            )
        return chosen

    def having(self, roles: Iterable[str]) -> list[str]:
        """Those of the given roles that this architecture has. Raises UserError for a word that is no role at all."""
        present = {site.role for site in self.weights}
        return [role for role in self._known("target", roles, ROLES) if role in present]

    def depth(self, stack: str) -> int:
        """Number of blocks of a stack."""
        return sum(site.stack == stack for site in self.blocks)

    def pick_blocks(self, stack: str, layers: Layers, layer_seed: int = 0) -> set[int]:
        """Block numbers of one stack. Halves are rounded down, so the middle block of an odd stack is in neither."""
        count = self.depth(stack)
        half = count // 2
        if not isinstance(layers, str):
            return set(self._existing_blocks(layers)) & set(range(count))
        selections: dict[str, Callable[[], Iterable[int]]] = {
            "all": lambda: range(count),
            "early": lambda: range(half),
            "late": lambda: range(count - half, count),
            "random50": lambda: random.Random(f"{layer_seed} {stack}").sample(range(count), half),
        }
        if layers not in selections:
            raise choices("layers", layers, (*LAYER_WORDS, "a list of block numbers"))
        return set(selections[layers]())

    def _existing_blocks(self, layers: Sequence[int]) -> list[int]:
        numbers = list(layers)
        deepest = max(self.depth(stack) for stack in self.entries)
        for number in numbers:
            if not 0 <= number < deepest:
                raise UserError(f"layers: {number} given, blocks of {self.model_type} are 0 to {deepest - 1}")
        return numbers

    def _known(self, what: str, words: Iterable[str], allowed: Iterable[str]) -> list[str]:
        known, given = set(allowed), list(words)
        for word in given:
            if word not in known:
                raise choices(f"{what} of {self.model_type}", word, known)
        return given

    def entry(self, stack: str) -> TextEntry:
        """The text entry of a stack; UserError where the model has no such stack."""
        if stack not in self.entries:
            raise choices(f"stack of {self.model_type}", stack, self.entries)
        return self.entries[stack]

    def summary(self) -> str:
        """One line for each stack, attention and role with its number of sites."""
        lines: dict[str, int] = {}
        for site in self.weights:
            kind = f"{site.stack} {site.attention + '-attention ' if site.attention else ''}{site.role}"
            lines[kind] = lines.get(kind, 0) + 1
        return "\n".join(f"  {kind}: {number}" for kind, number in lines.items())
