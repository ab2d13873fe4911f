"""What a data set is: one YAML in `conf/dataset/` as typed, frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from petlab.data.formats import DEFAULT_CAUSAL, CausalSpec, Layout, causal_spec, fields_named, layouts
from petlab.data.keys import Keys
from petlab.data.origins import ALL_SPLITS, TARGET, FilesSpec, HubSpec, files_spec, hub_spec
from petlab.data.templates import placeholders
from petlab.errors import UserError, choices

TASKS = ("classification", "regression", "generation")
ROW_SCORES = ("exact_match", "rougeL", "rouge1", "rouge2")  # means over rows, for any text
# Scores of a whole test set, by what it is scored as: its task, or the suite of its authors.
SCORES: dict[str, tuple[str, ...]] = {
    "classification": ("accuracy", "f1", "matthews"),
    "regression": ("pearson", "spearman"),
    "generation": (),
    "e2e": ("bleu", "nist", "meteor", "rouge_l", "cider"),
    "webnlg": ("bleu", "meteor", "ter"),
    "dart": ("bleu", "meteor", "ter"),
    "wikisql": ("logical_form", "execution"),
}
SUITES = tuple(name for name in SCORES if name not in TASKS)
PROTOCOLS = ("holdout", "paper")


@dataclass(frozen=True, kw_only=True)
class GenerationSpec:
    """How test outputs are decoded.

    Attributes:
        beams: 1 is greedy.
        length_penalty: exponent of the length that a beam's log-probability is divided by.
        no_repeat_ngram: length of the n-grams that may occur only once; 0 switches it off.
        max_new_tokens: longest output, in tokens.
    """

    beams: int = 1
    length_penalty: float = 1.0
    no_repeat_ngram: int = 0
    max_new_tokens: int


@dataclass(frozen=True)
class ScoreRange:
    """The gold scores of a regression.

    Attributes:
        least, most: every score lies between them.
        step: a text-to-text model writes the nearest multiple (Raffel et al. 2020, section 2.4: STS-B in steps of 0.2).
    """

    least: float
    most: float
    step: float


@dataclass(frozen=True, kw_only=True)
class DatasetSpec:
    """One data set: where its rows come from, how they become text, how outputs are scored.

    Attributes:
        name: canonical id, such as `"glue/cola"`.
        title: as printed in tables, such as `"AG News"`.
        version: raised when the same files would give other rows or texts; part of a run's identity.
        task: `classification`, `regression` or `generation`.
        source: template of the text-to-text input with `{field}` placeholders.
        labels: words the model writes, in the order of the label index; empty for regression and generation.
        scores: range of the gold scores; regression only.
        encoder: templates of the one or two segments that an encoder with a head reads; empty: the fields that `source`
            names.
        causal: the text of a decoder-only model.
        layouts: how fields made of parts are written out, by field.
        metric: the score of a test row that tables show first.
        metrics: the scores the authors report on this set, by name; `petlab.metrics.asked` computes them.
        suite: whose scorer they are, for texts: `e2e`, `webnlg`, `dart` or `wikisql`; None: scores of rows alone.
        max_source_tokens, max_target_tokens: longer texts are cut when tokenised.
        generation: decoding of test outputs.
        embedded: name of the generated set, if the rows are made by petlab itself.
        files, hub: where real rows come from, with and without `data.root`.
        protocol: `holdout` (validation drawn from train) or `paper` (the authors' development split validates).
        dev_is_test: the authors' development split is the test set, as their test labels are withheld.
        parts: what the test set consists of, such as matched and mismatched; empty: it has no parts.
        part: the one part to test on; None: all.
        licence: as the authors state it.
        synthetic: rows come from a program; tables say so.
        merge_references: test rows with the same input are one example with several references.
        line_break_mark: what the authors write where a line was wrapped; read as a space.
        known_empty: number of rows with an empty text that the authors' own release contains, by split; as many are
            left out and counted, one more is an error.
    """

    name: str
    title: str
    version: int
    task: str
    source: str
    labels: tuple[str, ...] = ()
    scores: ScoreRange | None = None
    encoder: tuple[str, ...] = ()
    causal: CausalSpec = DEFAULT_CAUSAL
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    metric: str
    metrics: tuple[str, ...] = ()
    suite: str | None = None
    max_source_tokens: int
    max_target_tokens: int
    generation: GenerationSpec
    embedded: str | None = None
    files: FilesSpec | None = None
    hub: HubSpec | None = None
    protocol: str = "holdout"
    dev_is_test: bool = False
    parts: tuple[str, ...] = ()
    part: str | None = None
    licence: str
    synthetic: bool = False
    merge_references: bool = False
    line_break_mark: str = ""
    known_empty: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DatasetSpec:
        """The spec a YAML describes.

        Raises:
            UserError: an unknown, missing or ill-typed key, or values that contradict each other; the message names the
                key and what is allowed.
        """
        read = Keys(values, f"data set {values.get('name', '?')!r}" if isinstance(values, Mapping) else "data set")
        read.only(field.name for field in fields(cls))
        spec = cls(
            name=read.text("name"),
            title=read.text("title"),
            version=read.integer("version"),
            task=read.word("task", TASKS),
            source=read.text("source"),
            labels=read.texts("labels", default=()),
            scores=_scores(read) if read.has("scores") else None,
            encoder=read.texts("encoder", default=()),
            causal=causal_spec(read.mapping("causal"), read.where) if read.has("causal") else DEFAULT_CAUSAL,
            layouts=layouts(read.raw("layouts", {}), f"{read.where}: layouts"),
            metric=read.text("metric"),
            metrics=read.texts("metrics", default=()),
            suite=read.word("suite", SUITES) if read.has("suite") else None,
            max_source_tokens=read.integer("max_source_tokens"),
            max_target_tokens=read.integer("max_target_tokens"),
            generation=_generation(read.mapping("generation"), read.where),
            embedded=read.optional_text("embedded"),
            files=files_spec(read.mapping("files"), read.where) if read.has("files") else None,
            hub=hub_spec(read.mapping("hub"), read.where) if read.has("hub") else None,
            protocol=read.word("protocol", PROTOCOLS) if read.has("protocol") else "holdout",
            dev_is_test=read.flag("dev_is_test", default=False),
            parts=read.texts("parts", default=()),
            part=read.optional_text("part"),
            licence=read.text("licence"),
            synthetic=read.flag("synthetic", default=False),
            merge_references=read.flag("merge_references", default=False),
            line_break_mark=read.optional_text("line_break_mark") or "",
            known_empty=_known_empty(read),
        )
        spec._check(read.where)
        return spec

    @property
    def scored_as(self) -> str:
        """The row of `SCORES` that holds: the suite, or the task."""
        return self.suite or self.task

    def _check(self, where: str) -> None:
        """The rules that involve more than one key."""
        placeholders(self.source)
        if self.task == "classification" and len(set(self.labels)) < 2:
            raise UserError(f"{where}: classification needs two or more different labels, given: {list(self.labels)}")
        if len(set(self.labels)) != len(self.labels):
            raise UserError(f"{where}: labels name a word twice: {list(self.labels)}")
        if self.task != "classification" and self.labels:
            raise UserError(f"{where}: labels belong to task: classification, not to {self.task}")
        if (self.task == "regression") != (self.scores is not None):
            raise UserError(f"{where}: scores (least, most, step) belong to task: regression, and are needed there")
        if self.suite is not None and self.task != "generation":
            raise UserError(f"{where}: suite {self.suite} scores texts and belongs to task: generation")
        known = (*ROW_SCORES, *SCORES[self.scored_as])
        for key, name in (("metric", self.metric), *(("metrics", name) for name in self.metrics)):
            if name not in known:
                raise choices(f"{where}: {key}", name, known)
        if len(self.encoder) > 2:
            raise UserError(f"{where}: an encoder reads one or two segments, given: {len(self.encoder)}")
        if self.embedded is None and self.files is None and self.hub is None:
            raise UserError(f"{where}: say where the rows come from: embedded, files or hub")
        if self.part is not None and self.part not in self.parts:
            raise choices(f"{where}: part", self.part, self.parts or ("null",))
        if self.hub is not None and self.hub.reader is None:
            there = [name for name in self.hub.columns if name != TARGET]
            for key, templates in self._templates():
                for name in fields_named(templates):
                    if name not in there:
                        raise UserError(f"{where}: {key} names {{{name}}}; its rows have: {', '.join(there)}")

    def _templates(self) -> list[tuple[str, list[str]]]:
        """The templates over the row's own fields, by the key they stand under."""
        causal = [(f"causal.formats.{name}", [form.source]) for name, form in self.causal.formats.items()]
        return [("source", [self.source]), ("encoder", list(self.encoder)), *causal]


def _generation(values: Mapping[str, Any], where: str) -> GenerationSpec:
    read = Keys(values, f"{where}: generation")
    read.only(field.name for field in fields(GenerationSpec))
    return GenerationSpec(
        beams=read.integer("beams", default=1),
        length_penalty=read.number("length_penalty", default=1.0),
        no_repeat_ngram=read.integer("no_repeat_ngram", default=0, least=0),
        max_new_tokens=read.integer("max_new_tokens"),
    )


def _scores(read: Keys) -> ScoreRange:
    scores = Keys(read.mapping("scores"), f"{read.where}: scores")
    scores.only(field.name for field in fields(ScoreRange))
    found = ScoreRange(scores.number("least"), scores.number("most"), scores.number("step"))
    if not (found.least < found.most and 0 < found.step <= found.most - found.least):
        raise UserError(f"{scores.where}: least < most and 0 < step are needed, given: {dict(scores.values)}")
    return found


def _known_empty(read: Keys) -> dict[str, int]:
    if not read.has("known_empty"):
        return {}
    counts = Keys(read.mapping("known_empty"), f"{read.where}: known_empty")
    counts.only(ALL_SPLITS)
    return {split: counts.integer(split) for split in counts.values}
