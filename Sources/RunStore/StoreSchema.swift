/// The tables, as steps from one version to the next. Steps that were ever released are never edited: a change is a
/// new step.
///
/// `sequence` is a record's place among all records ever appended; ordered by it the rows of all tables give the
/// records back. A run's row is known by its own sequence. Times are milliseconds since 1970.
enum StoreSchema {
    /// Marks the file as this program's: "A1st" in ASCII.
    static let applicationID: Int64 = 0x4131_7374

    static let steps = [first, models, conformal, measures, drift, summaries, kernels, gates, strategies, requests]

    private static let first = """
        CREATE TABLE meta (
          name TEXT PRIMARY KEY NOT NULL,
          value INTEGER NOT NULL
        ) STRICT;
        INSERT INTO meta VALUES ('epoch', 0);

        CREATE TABLE runs (
          sequence INTEGER PRIMARY KEY NOT NULL,
          run TEXT NOT NULL UNIQUE,
          submission_key TEXT NOT NULL UNIQUE,
          name TEXT NOT NULL,
          settings TEXT NOT NULL,
          problem_count INTEGER NOT NULL,
          recorded_wall_ms INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE problems (
          run INTEGER NOT NULL REFERENCES runs,
          problem INTEGER NOT NULL,
          id TEXT NOT NULL,
          text TEXT NOT NULL,
          answer TEXT,
          PRIMARY KEY (run, problem),
          UNIQUE (run, id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE blocks (
          sequence INTEGER PRIMARY KEY NOT NULL,
          run INTEGER NOT NULL,
          problem INTEGER NOT NULL,
          path INTEGER NOT NULL,
          round INTEGER NOT NULL,
          segment INTEGER NOT NULL,
          author TEXT NOT NULL,
          finish TEXT NOT NULL,
          worker TEXT NOT NULL,
          attempt INTEGER NOT NULL,
          started_wall_ms INTEGER NOT NULL,
          finished_wall_ms INTEGER NOT NULL,
          queued_ms INTEGER NOT NULL,
          recorded_wall_ms INTEGER NOT NULL,
          vocabulary TEXT NOT NULL,
          tokens BLOB NOT NULL,
          text BLOB NOT NULL,
          UNIQUE (run, problem, path, segment),
          FOREIGN KEY (run, problem) REFERENCES problems
        ) STRICT;

        CREATE TABLE verdicts (
          sequence INTEGER PRIMARY KEY NOT NULL,
          run INTEGER NOT NULL,
          problem INTEGER NOT NULL,
          path INTEGER NOT NULL,
          round INTEGER NOT NULL,
          segment INTEGER NOT NULL,
          score REAL NOT NULL,
          token_count INTEGER NOT NULL,
          p_value REAL NOT NULL,
          tie_break REAL NOT NULL,
          stratum TEXT NOT NULL,
          bank_count INTEGER NOT NULL,
          rate REAL NOT NULL,
          verdict TEXT NOT NULL,
          worker TEXT NOT NULL,
          started_wall_ms INTEGER NOT NULL,
          finished_wall_ms INTEGER NOT NULL,
          queued_ms INTEGER NOT NULL,
          recorded_wall_ms INTEGER NOT NULL,
          UNIQUE (run, problem, path, segment),
          FOREIGN KEY (run, problem, path, segment) REFERENCES blocks (run, problem, path, segment)
        ) STRICT;

        CREATE TABLE path_ends (
          sequence INTEGER PRIMARY KEY NOT NULL,
          run INTEGER NOT NULL,
          problem INTEGER NOT NULL,
          path INTEGER NOT NULL,
          outcome TEXT NOT NULL,
          answer TEXT,
          reason TEXT,
          recorded_wall_ms INTEGER NOT NULL,
          UNIQUE (run, problem, path),
          FOREIGN KEY (run, problem) REFERENCES problems
        ) STRICT;

        CREATE TABLE problem_ends (
          sequence INTEGER PRIMARY KEY NOT NULL,
          run INTEGER NOT NULL,
          problem INTEGER NOT NULL,
          answer TEXT,
          votes INTEGER NOT NULL,
          is_right INTEGER,
          recorded_wall_ms INTEGER NOT NULL,
          UNIQUE (run, problem),
          FOREIGN KEY (run, problem) REFERENCES problems
        ) STRICT;

        CREATE TABLE busy_measures (
          sequence INTEGER PRIMARY KEY NOT NULL,
          run INTEGER NOT NULL UNIQUE REFERENCES runs
        ) STRICT;

        CREATE TABLE busy_shares (
          measure INTEGER NOT NULL REFERENCES busy_measures,
          place INTEGER NOT NULL,
          worker TEXT NOT NULL,
          role TEXT NOT NULL,
          busy REAL NOT NULL,
          PRIMARY KEY (measure, place)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE run_ends (
          sequence INTEGER PRIMARY KEY NOT NULL,
          run INTEGER NOT NULL UNIQUE REFERENCES runs,
          state TEXT NOT NULL,
          recorded_wall_ms INTEGER NOT NULL
        ) STRICT;
        """

    /// The models that work for a run.
    private static let models = """
        CREATE TABLE run_models (
          sequence INTEGER PRIMARY KEY NOT NULL,
          run INTEGER NOT NULL REFERENCES runs,
          role TEXT NOT NULL,
          name TEXT NOT NULL,
          digest TEXT NOT NULL,
          vocabulary TEXT NOT NULL,
          prompt_template TEXT NOT NULL,
          worker TEXT NOT NULL,
          is_drift INTEGER NOT NULL,
          recorded_wall_ms INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX run_models_begun ON run_models (run, role) WHERE is_drift = 0;
        """

    /// The banks that runs begin with (as JSON, `CalibrationBank`), and the alarms about scores that drifted.
    private static let conformal = """
        CREATE TABLE run_banks (
          run INTEGER PRIMARY KEY NOT NULL REFERENCES runs,
          name TEXT NOT NULL,
          score_count INTEGER NOT NULL,
          bank TEXT NOT NULL
        ) STRICT;

        CREATE TABLE drift_alarms (
          sequence INTEGER PRIMARY KEY NOT NULL,
          run INTEGER NOT NULL REFERENCES runs,
          stratum TEXT,
          verdicts INTEGER NOT NULL,
          recorded_wall_ms INTEGER NOT NULL
        ) STRICT;
        """

    /// Blocks that are taken over from a place within them, and more of what is measured.
    private static let measures = """
        ALTER TABLE verdicts ADD COLUMN cut_segment INTEGER;
        ALTER TABLE verdicts ADD COLUMN cut_bytes INTEGER;
        ALTER TABLE verdicts ADD COLUMN cut_tokens INTEGER;
        ALTER TABLE verdicts ADD COLUMN cut_is_exact INTEGER;
        ALTER TABLE busy_measures ADD COLUMN discarded_tokens INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE busy_shares ADD COLUMN memory REAL NOT NULL DEFAULT 0;
        ALTER TABLE busy_shares ADD COLUMN sync REAL NOT NULL DEFAULT 0;
        ALTER TABLE busy_shares ADD COLUMN verdict_wait REAL NOT NULL DEFAULT 0;
        ALTER TABLE busy_shares ADD COLUMN peak_bytes INTEGER NOT NULL DEFAULT 0;
        """

    /// Alarms by problems of the batch; those before looked at verdicts of one stratum, or of all.
    private static let drift = """
        ALTER TABLE drift_alarms ADD COLUMN problems INTEGER;
        """

    /// Of each run that is over, what its records come to (as JSON, `EndedRun`). Derived: a run without one is read
    /// from its records.
    private static let summaries = """
        CREATE TABLE run_summaries (
          run INTEGER PRIMARY KEY NOT NULL REFERENCES runs,
          summary TEXT NOT NULL
        ) STRICT;
        CREATE INDEX run_models_of_run ON run_models (run);
        CREATE INDEX drift_alarms_of_run ON drift_alarms (run);
        """

    /// What decided the bits of a model's products; unknown before.
    private static let kernels = """
        ALTER TABLE run_models ADD COLUMN kernels TEXT;
        """

    /// What the gate decided about blocks and problems, and the scores of what it left out and the audit drew.
    private static let gates = """
        ALTER TABLE blocks ADD COLUMN gate_score REAL;
        ALTER TABLE blocks ADD COLUMN gate_p_value REAL;
        ALTER TABLE blocks ADD COLUMN gate_tie_break REAL;
        ALTER TABLE blocks ADD COLUMN gate_stratum TEXT;
        ALTER TABLE blocks ADD COLUMN gate_bank_count INTEGER;
        ALTER TABLE blocks ADD COLUMN gate_rate REAL;
        ALTER TABLE blocks ADD COLUMN gate_decision TEXT;

        CREATE TABLE problem_gates (
          sequence INTEGER PRIMARY KEY NOT NULL,
          run INTEGER NOT NULL,
          problem INTEGER NOT NULL,
          score REAL NOT NULL,
          p_value REAL NOT NULL,
          tie_break REAL NOT NULL,
          stratum TEXT NOT NULL,
          bank_count INTEGER NOT NULL,
          rate REAL NOT NULL,
          decision TEXT NOT NULL,
          recorded_wall_ms INTEGER NOT NULL,
          UNIQUE (run, problem),
          FOREIGN KEY (run, problem) REFERENCES problems
        ) STRICT;

        CREATE TABLE audits (
          sequence INTEGER PRIMARY KEY NOT NULL,
          run INTEGER NOT NULL,
          problem INTEGER NOT NULL,
          path INTEGER NOT NULL,
          round INTEGER NOT NULL,
          segment INTEGER NOT NULL,
          score REAL NOT NULL,
          token_count INTEGER NOT NULL,
          worker TEXT NOT NULL,
          started_wall_ms INTEGER NOT NULL,
          finished_wall_ms INTEGER NOT NULL,
          queued_ms INTEGER NOT NULL,
          recorded_wall_ms INTEGER NOT NULL,
          UNIQUE (run, problem, path, segment),
          FOREIGN KEY (run, problem, path, segment) REFERENCES blocks (run, problem, path, segment)
        ) STRICT;
        """

    /// How runs of `strategy: auto` went on.
    private static let strategies = """
        CREATE TABLE strategy_choices (
          sequence INTEGER PRIMARY KEY NOT NULL,
          run INTEGER NOT NULL REFERENCES runs,
          strategy TEXT NOT NULL,
          reason TEXT NOT NULL,
          target_tokens_per_second REAL,
          drafted_tokens_per_second REAL,
          tokens INTEGER NOT NULL,
          recorded_wall_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX strategy_choices_of_run ON strategy_choices (run);
        """

    /// What problems set for themselves, and the conversations before their questions (as JSON, `StoredRequest`); null
    /// for those that have neither.
    private static let requests = """
        ALTER TABLE problems ADD COLUMN request TEXT;
        """
}
