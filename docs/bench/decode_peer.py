"""`./dolly bench decode` as Hugging Face transformers does it: the other side of the comparison in BENCHMARKS.md.

    pip install torch==2.7.1 transformers==4.53.3
    python docs/bench/decode_peer.py --model /tmp/pythia-410m

Random ids as prompts, greedy, ending tokens ignored; four tokens beforehand to warm up. Prefill is prompt tokens over
the time to the first token; decoding is batch x (new tokens - 1) over the time after it.
"""

import argparse
import time

import torch
from transformers import AutoModelForCausalLM, StoppingCriteria, StoppingCriteriaList


class Clock(StoppingCriteria):
    def __init__(self):
        self.times = []

    def __call__(self, ids, scores, **kwargs):
        self.times.append(time.perf_counter())
        return torch.zeros(ids.size(0), dtype=torch.bool)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--batch", default="1,8,32")
    parser.add_argument("--prompt-tokens", type=int, default=64)
    parser.add_argument("--new-tokens", type=int, default=64)
    parser.add_argument("--dtype", default="bfloat16")
    args = parser.parse_args()
    model = AutoModelForCausalLM.from_pretrained(args.model, torch_dtype=getattr(torch, args.dtype)).eval()
    for batch in map(int, args.batch.split(",")):
        run(model, batch, args.prompt_tokens, 4)
        start, times = run(model, batch, args.prompt_tokens, args.new_tokens)
        prefill = batch * args.prompt_tokens / (times[0] - start)
        decode = batch * (args.new_tokens - 1) / (times[-1] - times[0])
        print(f"{batch:6} {prefill:10.1f} {decode:10.1f}", flush=True)


def run(model, batch, prompt, new):
    ids = torch.randint(10, model.config.vocab_size, (batch, prompt))
    clock = Clock()
    with torch.inference_mode():
        start = time.perf_counter()
        model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            min_new_tokens=new,
            max_new_tokens=new,
            do_sample=False,
            pad_token_id=0,
            stopping_criteria=StoppingCriteriaList([clock]),
        )
    return start, clock.times


if __name__ == "__main__":
    main()
