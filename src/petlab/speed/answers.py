"""The answers of one tuned model to the test rows: petlab's, and Trainer's with `predict_with_generate`.

The model is trained once, by full fine-tuning, so that its texts end where those of the data set do. Both sides
run its weights, Trainer in the layers that transformers loads them into.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from petlab import cell as story
from petlab.errors import UserError
from petlab.speed import peft_trainer
from petlab.speed.work import work
from petlab.training.generation import generate

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

    ready = work([*overrides, "train.precision=fp32"], results, threads=threads)
    cell, workshop, tokenizer = ready.cell, ready.workshop, ready.tokenizer
    story.run(cell, workshop)
    spec, decoding = cell.dataset, cell.dataset.generation
    asked = peft_trainer.tokenised(spec, workshop.splits(cell).test, tokenizer)
    with (
        ready.attached() as (attachment, family, rows),
        tempfile.TemporaryDirectory() as folder,
        peft_trainer.quiet(transformers),
    ):
        attachment.load_training_state(workshop.handed_on(cell))
        batch = cell.train.evaluation_batch
        theirs = ready.copy_of_base()
        trainer = transformers.Seq2SeqTrainer(
            model=theirs,
            args=transformers.Seq2SeqTrainingArguments(
                output_dir=folder, per_device_eval_batch_size=batch, use_cpu=True, report_to="none", disable_tqdm=True
            ),
            data_collator=transformers.DataCollatorForSeq2Seq(tokenizer, model=theirs),
            processing_class=tokenizer,
        )

        def petlab() -> list[str]:
            return generate(ready.model, tokenizer, rows.test, family, batch=batch, precision="fp32", decoding=decoding)

        def trainers() -> list[str]:
            return peft_trainer.predicted(trainer, tokenizer, asked, decoding)

        same = [our == their for our, their in zip(petlab(), trainers(), strict=True)]
        if sum(same) < ALIKE * len(same):
            raise UserError(f"speed: {len(same) - sum(same)} of {len(same)} texts differ between petlab and Trainer")
        yield {"petlab": lambda: _seconds(petlab), "trainer": lambda: _seconds(trainers)}


def _seconds(run: Callable[[], list[str]]) -> float:
    started = perf_counter()
    run()
    return perf_counter() - started
