"""Writes a checkpoint as a GGUF file (version 3), and reads such a file back as float32.

    python3 gguf_file.py draft.pt vocabulary.json a1-draft.gguf --type Q8_0
"""

import argparse

import gguf
import numpy
import torch
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter, LlamaFileType, TokenType

from model import Model, Shape
from vocabulary import CHAT_TEMPLATE, END_OF_TEXT, SPECIALS, TURN_END, Vocabulary

TYPES = {
    "F32": (GGMLQuantizationType.F32, LlamaFileType.ALL_F32),
    "F16": (GGMLQuantizationType.F16, LlamaFileType.MOSTLY_F16),
    "Q8_0": (GGMLQuantizationType.Q8_0, LlamaFileType.MOSTLY_Q8_0),
}


def write(path, title, model, vocabulary, kind):
    shape, (tensor_type, file_type) = model.shape, TYPES[kind]
    writer = GGUFWriter(path, "llama")
    writer.add_name(title)
    writer.add_file_type(file_type)
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.key_heads)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types([TokenType.CONTROL if t in SPECIALS else TokenType.NORMAL for t in vocabulary.tokens])
    writer.add_token_merges([" ".join(merge) for merge in vocabulary.merges])
    writer.add_bos_token_id(vocabulary.ids[END_OF_TEXT])
    writer.add_eos_token_id(vocabulary.ids[TURN_END])
    writer.add_pad_token_id(vocabulary.padding)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)
    # The model's own names are llama.cpp's: `blk.0.attn_q.weight` and the like.
    for name, weight in model.state_dict().items():
        values = weight.detach().to(torch.float32).numpy()
        if values.ndim == 1:
            writer.add_tensor(name, values)
        else:
            assert values.shape[1] % 32 == 0, name
            writer.add_tensor(name, gguf.quants.quantize(values, tensor_type), raw_dtype=tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read(path):
    """The model of a GGUF file with all weights dequantised to float32, and its vocabulary."""
    reader = GGUFReader(path)
    field = {name: value.contents() for name, value in reader.fields.items()}
    weights = {}
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        # The reader's shape is innermost first, PyTorch's is outermost first.
        weights[tensor.name] = torch.from_numpy(numpy.array(values, dtype=numpy.float32)).reshape(
            [int(n) for n in reversed(tensor.shape)])
    shape = Shape(
        vocabulary=field["llama.vocab_size"], layers=field["llama.block_count"],
        width=field["llama.embedding_length"], heads=field["llama.attention.head_count"],
        key_heads=field["llama.attention.head_count_kv"], inner=field["llama.feed_forward_length"],
        tied="output.weight" not in weights, context=field["llama.context_length"],
        rope_base=field["llama.rope.freq_base"], epsilon=field["llama.attention.layer_norm_rms_epsilon"])
    model = Model(shape)
    model.load_state_dict(weights)
    vocabulary = Vocabulary([merge.split(" ") for merge in field["tokenizer.ggml.merges"]])
    assert vocabulary.tokens == field["tokenizer.ggml.tokens"]
    return model.eval(), vocabulary


def load_checkpoint(path):
    saved = torch.load(path, weights_only=True)
    model = Model(Shape(**saved["shape"]))
    model.load_state_dict(saved["weights"])
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("vocabulary")
    parser.add_argument("out")
    parser.add_argument("--type", choices=sorted(TYPES), required=True)
    parser.add_argument("--title", default="A1 built-in model")
    arguments = parser.parse_args()
    model, vocabulary = load_checkpoint(arguments.checkpoint), Vocabulary.load(arguments.vocabulary)
    write(arguments.out, arguments.title, model, vocabulary, arguments.type)
    again, _ = read(arguments.out)
    worst = max(float((a - b).detach().abs().max()) for a, b in zip(model.parameters(), again.parameters()))
    print(f"{arguments.out}: {sum(w.numel() for w in model.parameters())} parameters, "
          f"largest rounding of a weight {worst:.5f}")


if __name__ == "__main__":
    main()
