"""One door to every data set: embedded, from the authors' files, or from the hub."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from petlab.data.example import Example
from petlab.data.files import read_split
from petlab.data.fingerprint import content_hash, seeded_order
from petlab.data.origins import ALL_SPLITS, SPLITS, VALIDATION
from petlab.data.rows import to_examples
from petlab.data.spec import DatasetSpec
from petlab.data.splits import MAX_TEST, hold_out, overlap, scoring_order, training_order
from petlab.errors import UserError


@dataclass(frozen=True)
class DataInfo:
    """What a record says about the rows of a run.

    Attributes:
        dataset: canonical id.
        version: the data set's version.
        origin: `embedded`, `files` or `hub`.
        revision: the hub commit the rows were read at; None elsewhere.
        protocol: `holdout`: validation drawn from train. `paper`: the authors' development split validates, and all
            of train and test is used.
        train_rows, validation_rows, test_rows: rows used.
        available_rows: train rows of the source before validation was drawn and the scale was cut.
        hash: SHA-256 over the content of the rows used, in order; independent of paths, ids and file format.
        overlap: test rows whose input text or group also occurs in the train or validation rows used.
        licence: as the authors state it.
        note: what a reader of the numbers should know about the rows, such as a sample in place of the train file or
            a development split in place of a missing one; may be empty.
    """

    dataset: str
    version: int
    origin: str
    revision: str | None
    protocol: str
    train_rows: int
    validation_rows: int
    test_rows: int
    available_rows: int
    hash: str
    overlap: int
    licence: str
    note: str = ""


@dataclass(frozen=True)
class Splits:
    """The rows of a run. Train is in the order whose prefixes are the scales; the training loop shuffles it."""

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    test: tuple[Example, ...]
    info: DataInfo


@dataclass(frozen=True)
class _Source:
    """All rows of a data set before the splits are drawn: train, test and, if asked for, validation.

    `stand_ins` names the splits whose rows stand in for a missing file of the authors.
    """

    rows: Mapping[str, list[Example]]
    origin: str
    revision: str | None = None
    notes: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()


def load_splits(
    spec: DatasetSpec,
    *,
    scale_rows: int | None,
    seed: int,
    root: Path | None,
    max_validation: int | None = None,
    max_test: int | None = None,
) -> Splits:
    """The train, validation and test rows of a run.

    An embedded set is generated. Any other comes from the authors' files (or fetched ones) if a data root is given, and
    only from there: a missing file never falls back to the hub. Without a data root it comes from the hub.
    `spec.protocol` says how the splits are made, `spec.part` which part of the test set is used.

    Args:
        spec: the data set.
        scale_rows: train rows to use, None for all that validation leaves; a smaller set gives what it has.
        seed: the data seed. It fixes the splits (and the rows of an embedded set) and is independent of training seeds.
        root: folder of the authors' files (`data.root`), or None.
        max_validation, max_test: further limits; a prefix of the seeded order is kept.

    Raises:
        UserError: anything wrong with the input: a missing file, a broken row (with file and line), an unknown label,
            an empty split, too few rows to hold out validation, a limit below 1, an unreachable hub.
    """
    for name, limit in (("scale rows", scale_rows), ("max_validation", max_validation), ("max_test", max_test)):
        if limit is not None and limit < 1:
            raise UserError(f"{spec.name}: {name} is {limit}; at least 1 row is needed")
    source = _source(spec, seed, root)
    divide = _paper if spec.protocol == "paper" else _holdout
    pool, validation, test, notes = divide(spec, source, seed)
    train = training_order(pool, spec.labels, seed)[:scale_rows]
    validation = validation[:max_validation]
    test = test[:max_test]
    same_rows = spec.protocol == "paper" and spec.dev_is_test
    info = DataInfo(
        dataset=spec.name,
        version=spec.version,
        origin=source.origin,
        revision=source.revision,
        protocol=spec.protocol,
        train_rows=len(train),
        validation_rows=len(validation),
        test_rows=len(test),
        available_rows=len(source.rows["train"]),
        hash=content_hash([("train", train), ("validation", validation), ("test", test)]),
        overlap=overlap(test, train if same_rows else [*train, *validation]),
        licence=spec.licence,
        note="; ".join([*source.notes, *notes]),
    )
    return Splits(tuple(train), tuple(validation), tuple(test), info)


_Divided = tuple[list[Example], list[Example], list[Example], list[str]]  # train pool, validation, test, notes


def _holdout(spec: DatasetSpec, source: _Source, seed: int) -> _Divided:
    """Validation drawn from train; at most 2,500 test rows."""
    pool, notes = list(source.rows["train"]), []
    if "test" in source.stand_ins:  # nobody has kept such a test set apart from train
        groups = {example.group for example in source.rows["test"]}
        pool = [example for example in pool if example.group not in groups]
        taken = len(source.rows["train"]) - len(pool)
        notes = [f"train rows that are in test, left out: {taken}"] if taken else []
    validation, rest = hold_out(pool, seed)
    if not validation or not rest:
        raise UserError(
            f"{spec.name}: {len(pool)} train rows are too few to hold out validation "
            f"(20 %, never parting rows with the same input)"
        )
    test, more = _parts(spec, source)
    return rest, validation, scoring_order(test, seed)[:MAX_TEST], notes + more


def _paper(spec: DatasetSpec, source: _Source, seed: int) -> _Divided:
    """The authors' splits, whole: all of train, the best epoch on their development split, all of test."""
    if source.stand_ins:
        raise UserError(
            f"{spec.name}: protocol paper needs the authors' own splits; {' and '.join(source.stand_ins)} "
            f"stands in for a missing file ({'; '.join(source.notes)}); use dataset.protocol=holdout"
        )
    test, notes = _parts(spec, source)
    validation = test if spec.dev_is_test else source.rows[VALIDATION]
    if spec.dev_is_test:
        notes.append("validation and test are the same rows, the authors' development split")
    return source.rows["train"], seeded_order(validation, seed, VALIDATION), scoring_order(test, seed), notes


def _parts(spec: DatasetSpec, source: _Source) -> tuple[list[Example], list[str]]:
    """The test rows of the part asked for, and a note if a part has none."""
    test = source.rows["test"]
    lacking = [part for part in spec.parts if not any(example.part == part for example in test)]
    if spec.part in lacking:
        raise UserError(f"{spec.name}: part={spec.part}: the test rows found have no such part")
    if spec.part is not None:
        return [example for example in test if example.part == spec.part], []
    return test, [f"test has no {part} rows" for part in lacking]


def _wanted(spec: DatasetSpec, there: Collection[str]) -> tuple[str, ...]:
    """The splits that the protocol needs."""
    if spec.protocol == "holdout" or spec.dev_is_test:
        return SPLITS
    if VALIDATION not in there:
        raise UserError(
            f"{spec.name}: protocol paper needs the authors' development split, and this set has none; "
            f"use dataset.protocol=holdout"
        )
    return ALL_SPLITS


def _source(spec: DatasetSpec, seed: int, root: Path | None) -> _Source:
    """The rows from wherever this data set and this data root say."""
    if spec.embedded is not None:
        return _embedded(spec, spec.embedded, seed)
    if root is not None:
        return _from_files(spec, root)
    return _from_hub(spec)


def _embedded(spec: DatasetSpec, name: str, seed: int) -> _Source:
    # Imported here: its lexicon takes time that other data sets need not spend.
    from petlab.data.embedded import generate

    _wanted(spec, SPLITS)
    rows = {split: list(examples) for split, examples in generate(name, seed).items()}
    for split in SPLITS:
        for example in rows[split]:
            if spec.labels and example.targets[0] not in spec.labels:
                allowed = ", ".join(spec.labels)
                raise UserError(f"{spec.name}: generated label {example.targets[0]!r} is not one of: {allowed}")
    return _Source(rows, "embedded")


def _from_files(spec: DatasetSpec, root: Path) -> _Source:
    known = spec.files.splits if spec.files else spec.hub.splits if spec.hub else SPLITS
    examples: dict[str, list[Example]] = {}
    notes: list[str] = []
    stand_ins: list[str] = []
    revisions: list[str] = []
    for split in _wanted(spec, known):
        found = read_split(spec, root, split)
        examples[split], skipped = to_examples(found.rows, spec, split)
        notes += [found.note] if found.note else []
        notes += [_skip_note(split, skipped)] if skipped else []
        stand_ins += [split] if found.development else []
        revisions += [found.revision] if found.revision else []
    return _Source(examples, "files", revisions[0] if revisions else None, tuple(notes), tuple(stand_ins))


def _from_hub(spec: DatasetSpec) -> _Source:
    # Imported here: the hub's client and its parquet library take seconds to start.
    from petlab.data import hub

    if spec.hub is None:
        raise UserError(f"{spec.name} is not on the hub; give the folder of its files with data.root=DIR")
    wanted = _wanted(spec, spec.hub.splits)
    commit = hub.resolve(spec.hub)
    examples: dict[str, list[Example]] = {}
    notes: list[str] = []
    for split in wanted:
        rows, commit = hub.load_rows(spec.hub, split, commit=commit, labels=spec.labels)
        examples[split], skipped = to_examples(rows, spec, split)
        notes += [_skip_note(split, skipped)] if skipped else []
    return _Source(examples, "hub", commit, tuple(notes))


def _skip_note(split: str, skipped: int) -> str:
    return f"{skipped} {split} row{'s' if skipped > 1 else ''} with an empty text left out"
