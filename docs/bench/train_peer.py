"""`./dolly bench train` as Hugging Face transformers does it: the other side of the comparison in BENCHMARKS.md.

    pip install torch==2.7.1 transformers==4.53.3
    python docs/bench/train_peer.py --model /tmp/pythia-160m
    python docs/bench/train_peer.py --model /tmp/pythia-160m --data databricks-dolly-15k.jsonl --records 64 --batch 8

Forward, recomputation by gradient checkpointing, backward, clipping and fused AdamW, after one step that is not
timed. Records are padded on the right to a multiple of 8, as Dolly's own trainer pads them. The optimizer's state
has the type of the weights; ours keeps fp32 masters and moments beside bf16 weights.
"""

import argparse
import json
import time

import torch
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

INTRO = (
    "Below is an instruction that describes a task. Write a response that appropriately completes the request."
)
KEYS = ["### End", "### Instruction:", "### Response:\n"]


def text(record):
    context = f"\n\nInput:\n{record['context']}" if record.get("context") else ""
    return (
        f"{INTRO}\n\n### Instruction:\n{record['instruction']}{context}\n\n"
        f"### Response:\n{record['response']}\n\n### End"
    )


def records(args, window):
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=f"{args.model}/tokenizer.json")
    tokenizer.add_special_tokens({"additional_special_tokens": KEYS})
    response = tokenizer.convert_tokens_to_ids(KEYS[2])
    examples = []
    with open(args.data, encoding="utf-8") as lines:
        for line in lines:
            ids = tokenizer(text(json.loads(line)))["input_ids"]
            if len(ids) < window and len(examples) < args.records:
                examples.append((ids, ids.index(response) + 1))
    for start in range(0, len(examples), args.batch):
        batch = examples[start : start + args.batch]
        width = -(-max(len(ids) for ids, _ in batch) // 8) * 8
        ids = torch.zeros(len(batch), width, dtype=torch.long)
        mask, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
        for row, (tokens, answer) in enumerate(batch):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            mask[row, : len(tokens)] = 1
            labels[row, answer : len(tokens)] = ids[row, answer : len(tokens)]
        yield ids, mask, labels


def random_ids(args, vocabulary):
    generator = torch.Generator().manual_seed(1)
    for _ in range(args.steps):
        ids = torch.randint(vocabulary, (args.batch, args.tokens), generator=generator)
        yield ids, torch.ones_like(ids), ids


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--data")
    parser.add_argument("--records", type=int, default=64)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--steps", type=int, default=5)
    args = parser.parse_args()

    model = AutoModelForCausalLM.from_pretrained(args.model, torch_dtype=getattr(torch, args.dtype))
    model.gradient_checkpointing_enable()
    model.config.use_cache = False
    model.train()
    window = model.config.max_position_embeddings
    batches = list(records(args, window) if args.data else random_ids(args, model.config.vocab_size))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, weight_decay=0.0, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / len(batches))
    losses, tokens, rows, start = [], 0, 0, 0.0
    for step, (ids, mask, labels) in enumerate(batches):
        if step == 1:
            start = time.perf_counter()
        loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if step > 0:
            tokens += int(mask.sum())
            rows += len(ids)
    seconds = time.perf_counter() - start
    print(
        json.dumps(
            {"tokens_per_second": tokens / seconds, "records_per_second": rows / seconds, "losses": losses}
        )
    )


if __name__ == "__main__":
    main()
