"""The rival: Hugging Face peft and Seq2SeqTrainer, put together as their documentation shows.

With its defaults, or tuned as far as its options go: rows grouped by length, bf16 where that is allowed. Its AdamW is
the fused one by default. Losses are evaluated as often as petlab does, with early stopping on the lowest, and text is
generated for the test rows alone; the documentation's own examples generate at every evaluation, which takes longer.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from petlab.cell import Cell
from petlab.data.example import Example
from petlab.data.render import render, target_text
from petlab.data.spec import DatasetSpec, GenerationSpec
from petlab.errors import UserError

MISSING = "petlab speed compares with Hugging Face peft; install it: pip install 'petlab[speed]'"


@dataclass(frozen=True)
class Finished:
    """What a script's run gave.

    Attributes:
        train_s: of `Trainer.train`, evaluations included.
        loop_s: of its steps alone, from the first one's beginning to the last one's end.
        losses: training loss of each step, where they were asked for.
        validation: the lowest validation loss.
        outputs: texts for the test rows.
    """

    train_s: float
    loop_s: float
    losses: list[float]
    validation: float | None
    outputs: list[str]


def peft_config(method: str, fields: Mapping[str, Any], model: Any) -> Any:
    """The peft configuration that says the same as a petlab method for an encoder-decoder; None for full fine-tuning.

    Raises:
        UserError: peft is not installed, or has no such method.
    """
    try:
        import peft
    except ImportError:
        raise UserError(MISSING) from None
    task = peft.TaskType.SEQ_2_SEQ_LM
    if method == "full":
        return None
    if method == "lora":
        return peft.LoraConfig(
            task_type=task,
            r=fields["rank"],
            lora_alpha=fields["alpha"],
            lora_dropout=fields["dropout"],
            target_modules=list(fields["targets"]),
        )
    if method == "ia3":
        return peft.IA3Config(task_type=task, target_modules=["k", "v", "wo"], feedforward_modules=["wo"])
    if method == "prompt":
        return peft.PromptTuningConfig(task_type=task, num_virtual_tokens=fields["tokens"])
    if method == "prefix":
        width = fields["hidden"]
        return peft.PrefixTuningConfig(
            task_type=task,
            num_virtual_tokens=fields["prefix_length"],
            # peft takes d_model for the width of all heads together, which it is not in every T5.
            token_dim=model.config.num_heads * model.config.d_kv,
            num_attention_heads=model.config.num_heads,
            prefix_projection=width is not None,
            encoder_hidden_size=width,
        )
    raise UserError(f"speed: peft has no method that corresponds to {method}")


def tokenised(spec: DatasetSpec, examples: Sequence[Example], tokenizer: Any) -> Any:
    """A `datasets.Dataset` of input_ids, attention_mask and labels, made with `map` from input and output texts."""
    import datasets

    def encode(rows: Mapping[str, list[str]]) -> dict[str, Any]:
        encoded = tokenizer(rows["source"], truncation=True, max_length=spec.max_source_tokens)
        labels = tokenizer(text_target=rows["target"], truncation=True, max_length=spec.max_target_tokens)
        return {**encoded, "labels": labels["input_ids"]}

    columns = {
        "source": [render(spec, one) for one in examples],
        "target": [target_text(spec, one) for one in examples],
    }
    return datasets.Dataset.from_dict(columns).map(encode, batched=True, remove_columns=list(columns))


def fine_tune(
    cell: Cell,
    model: Any,
    tokenizer: Any,
    splits: tuple[Any, Any, Any],
    *,
    tuned: bool = False,
    bf16: bool = False,
    in_order: bool = False,
) -> Finished:
    """Train with early stopping, load the best, generate for the test rows.

    Args:
        cell: whose protocol to follow: rates, batch, epochs, evaluations, patience, decoding.
        model: a base of its own, changed by the training.
        splits: train, validation and test from `tokenised`; an empty test set generates nothing.
        tuned: group rows by length.
        bf16: autocast to bf16.
        in_order: take the rows as they come, at a constant rate, and report each step's loss.
    """
    import transformers

    config = peft_config(cell.method_name, vars(cell.method), model)
    if config is not None:
        import peft

        model = peft.get_peft_model(model, config)
    train, validation, test = splits
    decoding = cell.dataset.generation
    stop = len(validation) > 0
    # Trainer cannot load a prefix back into the network that it came from, and then recommends to do it by hand.
    by_hand = stop and config is not None and config.is_prompt_learning
    with tempfile.TemporaryDirectory() as folder, quiet(transformers):
        when: dict[str, Any] = {"eval_strategy": "epoch", "save_strategy": "epoch"}
        if cell.scale.evaluations_per_epoch > 1:
            steps = -(-len(train) // (cell.train.batch_size * cell.train.accumulation))
            every = max(1, round(steps / cell.scale.evaluations_per_epoch))
            when = {"eval_strategy": "steps", "save_strategy": "steps", "eval_steps": every, "save_steps": every}
        if not stop:
            when = {"eval_strategy": "no", "save_strategy": "no"}
        arguments = transformers.Seq2SeqTrainingArguments(
            output_dir=folder,
            learning_rate=cell.rate.peak,
            lr_scheduler_type="constant" if in_order else "linear",
            warmup_steps=0 if in_order else cell.train.warmup,
            per_device_train_batch_size=cell.train.batch_size,
            gradient_accumulation_steps=cell.train.accumulation,
            per_device_eval_batch_size=cell.train.evaluation_batch,
            num_train_epochs=cell.scale.epochs,
            weight_decay=cell.train.weight_decay,
            max_grad_norm=cell.train.clip or 0.0,
            **when,
            load_best_model_at_end=stop and not by_hand,
            metric_for_best_model="eval_loss" if stop else None,
            greater_is_better=False if stop else None,
            save_total_limit=1,
            train_sampling_strategy="sequential" if in_order else "group_by_length" if tuned else "random",
            logging_steps=1 if in_order else 500,
            bf16=bf16,
            use_cpu=cell.train.device == "cpu",
            seed=cell.seed,
            report_to="none",
            disable_tqdm=True,
            generation_num_beams=decoding.beams,
        )
        arguments._n_gpu = min(1, arguments.n_gpu)  # one device, as petlab takes; by default Trainer takes all
        clock = _clock(transformers)
        patience = transformers.EarlyStoppingCallback(cell.train.patience, cell.train.min_delta)
        trainer = transformers.Seq2SeqTrainer(
            model=model,
            args=arguments,
            train_dataset=train,
            eval_dataset=validation if stop else None,
            data_collator=transformers.DataCollatorForSeq2Seq(tokenizer, model=model),
            processing_class=tokenizer,
            callbacks=[clock, *([patience] if stop else [])],
        )
        trainer.remove_callback(transformers.PrinterCallback)
        started = time.perf_counter()
        trainer.train()
        if by_hand:
            _load_best(trainer)
        train_s = time.perf_counter() - started
        outputs = predicted(trainer, tokenizer, test, decoding) if len(test) else []
        history = trainer.state.log_history
    losses = [float(entry["loss"]) for entry in history if "loss" in entry]
    lowest = [float(entry["eval_loss"]) for entry in history if "eval_loss" in entry]
    return Finished(train_s, clock.ended - clock.began, losses, min(lowest, default=None), outputs)


def predicted(trainer: Any, tokenizer: Any, test: Any, decoding: GenerationSpec) -> list[str]:
    """Texts for the test rows by `Trainer.predict` with `predict_with_generate`."""
    trainer.args.predict_with_generate = True
    found = trainer.predict(test, max_new_tokens=decoding.max_new_tokens, num_beams=decoding.beams)
    ids = found.predictions.copy()
    ids[ids < 0] = tokenizer.pad_token_id
    return [text.strip() for text in tokenizer.batch_decode(ids, skip_special_tokens=True)]


def _load_best(trainer: Any) -> None:
    """Give the Trainer the best of its checkpoints."""
    import peft

    model = peft.PeftModel.from_pretrained(trainer.model.get_base_model(), trainer.state.best_model_checkpoint)
    trainer.model = trainer.model_wrapped = model


def _clock(transformers: Any) -> Any:
    """A callback that notes when the first step began and the last one ended."""

    class Clock(transformers.TrainerCallback):  # type: ignore[misc]  # transformers comes at run time
        began = ended = 0.0

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            self.began = self.began or time.perf_counter()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            self.ended = time.perf_counter()

        def on_train_end(self, arguments: Any, *_: Any, **__: Any) -> None:
            if arguments.device.type == "cuda":  # which may be at work still
                torch.cuda.synchronize()
                self.ended = time.perf_counter()

    return Clock()


class quiet:
    """No progress bars and no advice while the rival runs; restored afterwards."""

    def __init__(self, transformers: Any) -> None:
        self.logging = transformers.utils.logging

    def __enter__(self) -> None:
        self.verbosity = self.logging.get_verbosity()
        self.logging.set_verbosity_error()

    def __exit__(self, *_: object) -> None:
        self.logging.set_verbosity(self.verbosity)
