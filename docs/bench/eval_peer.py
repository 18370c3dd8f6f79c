"""`./dolly bench eval` as lm-eval with Hugging Face transformers does it: the other side of the comparison in
BENCHMARKS.md.

    pip install torch==2.7.1 transformers==4.53.3 lm-eval==0.4.9
    python docs/bench/eval_peer.py --model /tmp/pythia-160m --data config/eval --batch-size 8

The same documents of the same files, the contexts and continuations of the same published prompts, zero-shot;
the model is loaded before, and one task's first documents warm it up.
"""

import argparse
import json
import os
import time

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch
from lm_eval import simple_evaluate
from lm_eval.api.task import ConfigurableTask
from lm_eval.models.huggingface import HFLM
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

ACCURACY = [{"metric": "acc"}]
NORMALISED = [{"metric": "acc"}, {"metric": "acc_norm"}]


def blank(doc):
    return doc["sentence"].index("_")


TASKS = {
    "openbookqa": ("test", "{{question_stem}}", "{{choices}}", lambda d: d["gold"], NORMALISED),
    "arc_easy": ("test", "Question: {{question}}\nAnswer:", "{{choices}}", lambda d: d["gold"], NORMALISED),
    "arc_challenge": ("test", "Question: {{question}}\nAnswer:", "{{choices}}", lambda d: d["gold"], NORMALISED),
    "hellaswag": ("validation", "{{query}}", "{{choices}}", lambda d: d["gold"], NORMALISED),
    "winogrande": (
        "validation",
        lambda d: int(d["answer"]) - 1,
        lambda d: [d["sentence"][: blank(d)] + d[option] for option in ("option1", "option2")],
        lambda d: d["sentence"][blank(d) + 1 :].strip(),
        ACCURACY,
    ),
    "piqa": (
        "validation",
        "Question: {{goal}}\nAnswer:",
        lambda d: [d["sol1"], d["sol2"]],
        lambda d: d["label"] if "label" in d else d["gold"],
        NORMALISED,
    ),
    "boolq": (
        "validation",
        "{{passage}}\nQuestion: {{question}}?\nAnswer:",
        lambda d: ["no", "yes"],
        lambda d: int(d["label"] if "label" in d else d["gold"]),
        ACCURACY,
    ),
}


def task(name, data):
    split, context, choices, target, metrics = TASKS[name]
    config = {
        "task": name,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {split: os.path.join(data, name, f"{split}.jsonl")}},
        "test_split": split,
        "output_type": "multiple_choice",
        "doc_to_text": context,
        "doc_to_choice": choices,
        "doc_to_target": target,
        "metric_list": metrics,
        "num_fewshot": 0,
        "metadata": {"version": 0},
    }
    return ConfigurableTask(config=config)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--tokenizer", help="default: the model's own tokenizer.json")
    parser.add_argument("--data", required=True)
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--limit", type=int)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--dtype", default="bfloat16")
    args = parser.parse_args()
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=args.tokenizer or f"{args.model}/tokenizer.json")
    tokenizer.eos_token = "<|endoftext|>"
    model = AutoModelForCausalLM.from_pretrained(args.model, torch_dtype=getattr(torch, args.dtype))
    lm = HFLM(pretrained=model, tokenizer=tokenizer, backend="causal", batch_size=args.batch_size, device="cpu")
    names = args.tasks.split(",")
    evaluate(lm, names[0], args.data, 8)
    total, seconds = 0, 0.0
    for name in names:
        docs, took = evaluate(lm, name, args.data, args.limit)
        print(f"{name:15} {docs:6} docs {took:8.1f} s {docs / took:8.2f} docs/s", flush=True)
        total, seconds = total + docs, seconds + took
    print(json.dumps({"docs": total, "seconds": round(seconds, 1), "docs_per_second": round(total / seconds, 2)}))


def evaluate(lm, name, data, limit):
    tasks = [task(name, data)]
    start = time.perf_counter()
    results = simple_evaluate(model=lm, tasks=tasks, limit=limit, bootstrap_iters=0, log_samples=False)
    return results["n-samples"][name]["effective"], time.perf_counter() - start


if __name__ == "__main__":
    main()
