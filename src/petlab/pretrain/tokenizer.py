"""The byte-level BPE tokenizers of the embedded bases, trained on the world's own text.

Any Unicode text tokenises and comes back unchanged. A space joins the lower-case word after it (`Ġhouse`) but stands
alone before capitals and digits: a name then has the same tokens at the start of a text, after a bracket and within a
sentence, so that copying it is copying tokens. Digits come in twos.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from petlab.data.embedded import corpus
from petlab.data.embedded.world import World
from petlab.pretrain.family import Family

SHARES = corpus.Shares(text=0.28, selecting=0.25, instruction=0.47)
PIECES = r"\n| ?\p{Ll}+|\p{Lu}\p{Ll}*|\p{N}{1,2}| ?[^\s\p{L}\p{N}]+|\s"


def texts(count: int, seed: int) -> Iterator[str]:
    """Text to train on: half paragraphs, half the mixture, so that invented names do not crowd out words."""
    world = World(Random(seed))
    for _ in range(count):
        yield corpus.text(world)
        item = corpus.draw(world, SHARES)
        if isinstance(item, str):
            yield item
        else:
            yield item[0]
            yield item[1]


def train(family: Family, vocabulary: int, count: int, seed: int) -> PreTrainedTokenizerFast:
    """A tokenizer with `vocabulary` entries, trained on `count` items of the mixture and as many paragraphs.

    Its special tokens, and where they stand around a text, are the family's.
    """
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(family.last),
        special_tokens=list(family.specials),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(texts(count, seed), trainer)
    raw.add_special_tokens(list(family.last))
    single, pair = family.layout()
    around = [token for token in (*family.specials, *family.last) if token in f"{single} {pair}".split()]
    raw.post_processor = processors.TemplateProcessing(
        single=single, pair=pair, special_tokens=[(token, raw.token_to_id(token)) for token in around]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=raw,
        **family.tokenizer_keys(),
        model_max_length=512,
        clean_up_tokenization_spaces=False,
    )
