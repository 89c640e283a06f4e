"""Makes a large store out of a small one, to measure how long a coordinator takes to open it.

    python3 docs/measurements/store_opening.py STORE.db LARGE.db BLOCKS [--open]

Copies STORE.db and repeats its runs under other names until there are BLOCKS blocks. --open leaves out the ends of
runs, problems and paths, so that all of them are runs under way. The coordinator's log says how long it took:
`a1 logs coordinator`, "the store is open", ms.
"""
import shutil
import sqlite3
import sys
import uuid

source, target, wanted = sys.argv[1], sys.argv[2], int(sys.argv[3])
is_open = "--open" in sys.argv[4:]
shutil.copyfile(source, target)
db = sqlite3.connect(target)
db.execute("PRAGMA journal_mode = OFF")
db.execute("PRAGMA synchronous = OFF")

RECORDS = [
    "run_models", "blocks", "verdicts", "drift_alarms", "path_ends", "problem_ends", "busy_measures", "run_ends",
]
ENDS = ["path_ends", "problem_ends", "busy_measures", "run_ends"]
runs = [row[0] for row in db.execute("SELECT sequence FROM runs WHERE sequence IN (SELECT run FROM run_ends)")]
if not runs:
    sys.exit("the store has no run that is over")
span = max(db.execute(f"SELECT coalesce(max(sequence), 0) FROM {table}").fetchone()[0] for table in RECORDS + ["runs"])
columns = {
    table: [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    for table in RECORDS + ["runs", "problems", "run_banks", "run_summaries", "busy_shares"]
}


def copy(table, run, offset, changes):
    names = columns[table]
    values = ", ".join(changes.get(name, name) for name in names)
    key = "sequence" if table == "runs" else "run"
    db.execute(f"INSERT INTO {table} SELECT {values} FROM {table} WHERE {key} = ?", (run,))


count = db.execute("SELECT count(*) FROM blocks").fetchone()[0]
if is_open:
    for table in ENDS + ["run_summaries", "busy_shares"]:
        db.execute(f"DELETE FROM {table}")
number = 0
while count < wanted:
    number += 1
    offset = span * number
    for run in runs:
        name = uuid.uuid4().hex
        old = db.execute("SELECT run, submission_key FROM runs WHERE sequence = ?", (run,)).fetchone()
        shifted = {"sequence": f"sequence + {offset}", "run": f"run + {offset}"}
        copy("runs", run, offset, {**shifted, "run": f"'{name}'", "submission_key": f"'{name}'"})
        for table in ["problems", "run_banks"] + RECORDS:
            if not (is_open and table in ENDS):
                copy(table, run, offset, shifted)
        if not is_open:
            text = f"replace(replace(summary, '{old[0]}', '{name}'), '{old[1]}', '{name}')"
            copy("run_summaries", run, offset, {**shifted, "summary": text})
    count = db.execute("SELECT count(*) FROM blocks").fetchone()[0]
db.commit()
print(f"{count} blocks in {db.execute('SELECT count(*) FROM runs').fetchone()[0]} runs")
