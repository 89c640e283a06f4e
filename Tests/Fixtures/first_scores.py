"""Writes first-scores.csv: of each problem of a run, the mean score of its paths' first blocks, in the batch's order.

    cluster/up.sh configs/small.yaml
    a1 submit --wait configs/batches/arithmetic-200.jsonl --seed 0
    a1 results --json | python3 Tests/Fixtures/first_scores.py > Tests/Fixtures/first-scores.csv

Needs nothing but Python. Another run, on other processors, gives slightly other numbers.
"""

import json
import sys

print("problem,mean_first_score")
for problem in json.load(sys.stdin)["problems"]:
    scores = []
    for path in problem["paths"]:
        scores += [block["score"] for block in path["blocks"] if block["round"] == 0 and "score" in block]
    if scores:
        print(f"{problem['problem']},{sum(scores) / len(scores):.6g}")
