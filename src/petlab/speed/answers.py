"""The answers of one tuned model to the test rows: petlab's, and Trainer's with `predict_with_generate`.

The model is trained once, by full fine-tuning, so that its texts end where those of the data set do; both sides run it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from petlab import cell as story
from petlab import config
from petlab.attachment import attach
from petlab.data.render import render, target_text
from petlab.data.tokens import words_to_ids
from petlab.errors import UserError
from petlab.speed import peft_trainer
from petlab.training.families import family_of
from petlab.training.generation import generate
from petlab.workshop import Workshop

ALIKE = 0.98  # share of texts that must be the same; padding moves the last bits, and a tie may fall the other way


@contextmanager
def sides(overrides: Sequence[str], results: Path, threads: int) -> Iterator[dict[str, Callable[[], float]]]:
    """What answers all test rows and returns its seconds, by side.

    Args:
        overrides: Hydra words of a cell of an encoder-decoder model; full fine-tuning, which peft does without.
        results: a folder for the trained cell.
        threads: of torch, for both sides.

    Raises:
        UserError: the sides' texts differ.
    """
    import transformers

    cell = config.cell([*overrides, f"train.threads={threads}", "train.device=cpu", "train.precision=fp32"])
    workshop = Workshop(results)
    story.run(cell, workshop)
    base, spec, test = workshop.base(cell.model, "cpu"), cell.dataset, workshop.splits(cell).test
    tokenizer, decoding = base.tokenizer, spec.generation
    ready = peft_trainer.tokenised(spec, [(render(spec, one), target_text(spec, one)) for one in test], tokenizer)
    words = words_to_ids(tokenizer)
    with (
        attach(cell.method, base.model, seed=cell.seed, tokenize=words, labels=spec.labels) as attachment,
        tempfile.TemporaryDirectory() as folder,
        peft_trainer.quiet(transformers),
    ):
        attachment.load_training_state(workshop.handed_on(cell))
        rows = workshop.rows(cell, base, attachment).test
        family = family_of(cell.model.family, spec, tokenizer, attachment)
        batch = cell.train.evaluation_batch
        trainer = transformers.Seq2SeqTrainer(
            model=base.model,
            args=transformers.Seq2SeqTrainingArguments(
                output_dir=folder, per_device_eval_batch_size=batch, use_cpu=True, report_to="none", disable_tqdm=True
            ),
            data_collator=transformers.DataCollatorForSeq2Seq(tokenizer, model=base.model),
            processing_class=tokenizer,
        )

        def petlab() -> list[str]:
            return generate(base.model, tokenizer, rows, family, batch=batch, precision="fp32", decoding=decoding)

        def trainers() -> list[str]:
            return peft_trainer.predicted(trainer, tokenizer, ready, decoding)

        same = [ours == theirs for ours, theirs in zip(petlab(), trainers(), strict=True)]
        if sum(same) < ALIKE * len(same):
            raise UserError(f"speed: {len(same) - sum(same)} of {len(same)} texts differ between petlab and Trainer")
        yield {"petlab": lambda: _seconds(petlab), "trainer": lambda: _seconds(trainers)}


def _seconds(run: Callable[[], list[str]]) -> float:
    started = perf_counter()
    run()
    return perf_counter() - started
