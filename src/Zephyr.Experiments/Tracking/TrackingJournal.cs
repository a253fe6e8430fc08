using System.Globalization;
using Microsoft.Data.Sqlite;
using Zephyr.Core;

namespace Zephyr.Experiments.Tracking;

/// <summary>
/// The tracking journal: an append-only SQLite database of runs and what became known about them. Several processes may
/// write at once (WAL, busy timeout); a killed process loses at most what it had not yet committed. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A record's sequence number is given while the write lock is held, so numbers become visible in order and
/// "everything up to N is sent" can be trusted.
/// </remarks>
public sealed class TrackingJournal : IDisposable
{
    private const int SchemaVersion = 1;

    private const string Schema = """
        CREATE TABLE runs(
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            run_id TEXT NOT NULL UNIQUE, root_run_id TEXT NOT NULL, parent_run_id TEXT,
            experiment TEXT NOT NULL, name TEXT NOT NULL, user TEXT NOT NULL, start_ms INTEGER NOT NULL);
        CREATE INDEX runs_by_root ON runs(root_run_id);
        CREATE TABLE records(
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            run_id TEXT NOT NULL REFERENCES runs(run_id), kind INTEGER NOT NULL,
            key TEXT NOT NULL, text TEXT NOT NULL, number REAL, timestamp_ms INTEGER NOT NULL, step INTEGER NOT NULL);
        CREATE INDEX records_by_run ON records(run_id, sequence);
        CREATE UNIQUE INDEX params_once ON records(run_id, key) WHERE kind = 0;
        CREATE TABLE sent(
            target TEXT NOT NULL, run_id TEXT NOT NULL REFERENCES runs(run_id),
            remote_run_id TEXT NOT NULL, artifact_uri TEXT NOT NULL,
            last_sequence INTEGER NOT NULL, in_flight INTEGER NOT NULL, PRIMARY KEY(target, run_id));
        CREATE TABLE refused(
            target TEXT NOT NULL, sequence INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY(target, sequence));
        """;

    private readonly string _connectionString;

    private TrackingJournal(string folder)
    {
        Folder = folder;
        DatabasePath = Path.Combine(folder, "journal.db");
        _connectionString = new SqliteConnectionStringBuilder { DataSource = DatabasePath, DefaultTimeout = 30 }.ToString();
    }

    /// <summary>The folder that holds the journal and its artifacts.</summary>
    public string Folder { get; }

    /// <summary>The database file.</summary>
    public string DatabasePath { get; }

    /// <summary>Opens the journal in <paramref name="folder"/>, and makes it when it is not there.</summary>
    /// <param name="folder">The tracking folder, normally <c>artifacts/tracking</c>.</param>
    /// <returns>The open journal.</returns>
    /// <exception cref="ZephyrException">The file is no journal, is damaged, or was made by a newer version.</exception>
    public static TrackingJournal Open(string folder)
    {
        var journal = new TrackingJournal(Path.GetFullPath(folder));
        try
        {
            Directory.CreateDirectory(journal.Folder);
            journal.EnsureSchema();
            return journal;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException(
                $"{journal.DatabasePath}: the tracking journal cannot be opened: {e.Message} " +
                "Check the disk and the folder's rights; move the file away to start a new journal.", e);
        }
    }

    /// <summary>Loads SQLite, so that the first journal opens at once.</summary>
    internal static void Load()
    {
        using var connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
        connection.Open();
        using var command = Command(connection, null, "SELECT $a", 1);
        Bind(command, 1L);
        command.ExecuteScalar();
    }

    /// <summary>Writes entries in one transaction: all of them, or none.</summary>
    /// <param name="entries">Starts and records, in order. A run starts before its records.</param>
    /// <exception cref="SqliteException">The database cannot be written, for instance because the disk is full.</exception>
    public void Append(IReadOnlyList<JournalEntry> entries)
    {
        using var connection = Connect();
        using var transaction = connection.BeginTransaction();
        using var start = Command(connection, transaction,
            "INSERT INTO runs(run_id, root_run_id, parent_run_id, experiment, name, user, start_ms) VALUES($a, $b, $c, $d, $e, $f, $g) " +
            "ON CONFLICT(run_id) DO NOTHING", 7); // a stage that is restored twice in a run is told of twice
        // A parameter is written once: the same key again keeps the first value.
        using var record = Command(connection, transaction,
            "INSERT INTO records(run_id, kind, key, text, number, timestamp_ms, step) VALUES($a, $b, $c, $d, $e, $f, $g) " +
            "ON CONFLICT(run_id, key) WHERE kind = 0 DO NOTHING", 7);
        foreach (var entry in entries)
        {
            if (entry.Start is { } run)
            {
                Run(start, run.RunId, run.RootRunId, run.ParentRunId, run.Experiment, run.Name, run.User, run.StartMs);
            }

            if (entry.Record is { } r)
            {
                // SQLite has no NaN; NULL stands for it.
                Run(record, r.RunId, (int)r.Kind, r.Key, r.Text, double.IsNaN(r.Number) ? null : r.Number, r.TimestampMs, r.Step);
            }
        }

        transaction.Commit();
    }

    /// <summary>Every pipeline run, oldest first.</summary>
    /// <returns>The runs that have no parent.</returns>
    public IReadOnlyList<TrackedRunInfo> Roots() => ReadRuns("WHERE parent_run_id IS NULL", null);

    /// <summary>A pipeline run and the runs inside it, parents before children.</summary>
    /// <param name="rootRunId">The pipeline run.</param>
    /// <returns>The runs in the order they started.</returns>
    public IReadOnlyList<TrackedRunInfo> Tree(string rootRunId) => ReadRuns("WHERE root_run_id = $a", rootRunId);

    /// <summary>Records of a run after a point of the journal.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="afterSequence">Records up to this one are left out.</param>
    /// <param name="limit">At most so many.</param>
    /// <returns>The records in journal order.</returns>
    public IReadOnlyList<TrackingRecord> Records(string runId, long afterSequence = 0, int limit = int.MaxValue)
    {
        using var connection = Connect();
        using var command = Command(connection, null,
            "SELECT sequence, run_id, kind, key, text, number, timestamp_ms, step FROM records " +
            "WHERE run_id = $a AND sequence > $b ORDER BY sequence LIMIT $c", 3);
        Bind(command, runId, afterSequence, limit);
        using var reader = command.ExecuteReader();
        var records = new List<TrackingRecord>();
        while (reader.Read())
        {
            records.Add(new TrackingRecord(
                reader.GetInt64(0), reader.GetString(1), (RecordKind)reader.GetInt32(2), reader.GetString(3), reader.GetString(4),
                reader.IsDBNull(5) ? double.NaN : reader.GetDouble(5), reader.GetInt64(6), reader.GetInt64(7)));
        }

        return records;
    }

    /// <summary>Whether a run's end is recorded.</summary>
    /// <param name="runId">The run.</param>
    /// <returns>True when it has ended.</returns>
    public bool HasEnded(string runId) =>
        Scalar("SELECT COUNT(*) FROM records WHERE run_id = $a AND kind = " + (int)RecordKind.End, runId) > 0;

    /// <summary>Counts the records of a pipeline run that a server does not have yet.</summary>
    /// <param name="target">The server.</param>
    /// <param name="rootRunId">The pipeline run.</param>
    /// <returns>Records not sent, plus one for each run not yet made there.</returns>
    public long Unsent(string target, string rootRunId) => Scalar(
        "SELECT (SELECT COUNT(*) FROM runs WHERE root_run_id = $b AND run_id NOT IN (SELECT run_id FROM sent WHERE target = $a)) + " +
        "(SELECT COUNT(*) FROM records JOIN runs USING(run_id) LEFT JOIN sent ON sent.run_id = records.run_id AND sent.target = $a " +
        "WHERE root_run_id = $b AND sequence > COALESCE(last_sequence, 0))", target, rootRunId);

    /// <summary>How far a run has been sent to a server.</summary>
    /// <param name="target">The server.</param>
    /// <param name="runId">The run.</param>
    /// <returns>The state; null when the server has no such run that we know of.</returns>
    public SentState? Sent(string target, string runId)
    {
        using var connection = Connect();
        using var command = Command(connection, null,
            "SELECT remote_run_id, artifact_uri, last_sequence, in_flight FROM sent WHERE target = $a AND run_id = $b", 2);
        Bind(command, target, runId);
        using var reader = command.ExecuteReader();
        return reader.Read() ? new SentState(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3) != 0) : null;
    }

    /// <summary>Remembers how far a run has been sent to a server.</summary>
    /// <param name="target">The server.</param>
    /// <param name="runId">The run.</param>
    /// <param name="state">The new state.</param>
    public void SaveSent(string target, string runId, SentState state) => Execute(
        "INSERT INTO sent(target, run_id, remote_run_id, artifact_uri, last_sequence, in_flight) VALUES($a, $b, $c, $d, $e, $f) " +
        "ON CONFLICT(target, run_id) DO UPDATE SET remote_run_id = $c, artifact_uri = $d, last_sequence = $e, in_flight = $f",
        target, runId, state.RemoteRunId, state.ArtifactUri, state.LastSequence, state.InFlight ? 1 : 0);

    /// <summary>Remembers that a server will not take a record, so that the ones after it can still be sent.</summary>
    /// <param name="target">The server.</param>
    /// <param name="sequence">The record.</param>
    /// <param name="reason">What the server said.</param>
    public void SaveRefused(string target, long sequence, string reason) => Execute(
        "INSERT INTO refused(target, sequence, reason) VALUES($a, $b, $c) ON CONFLICT DO NOTHING", target, sequence, reason);

    /// <summary>Records that a server would not take.</summary>
    /// <param name="target">The server.</param>
    /// <returns>Sequence number and reason of each.</returns>
    public IReadOnlyList<(long Sequence, string Reason)> Refused(string target)
    {
        using var connection = Connect();
        using var command = Command(connection, null, "SELECT sequence, reason FROM refused WHERE target = $a ORDER BY sequence", 1);
        Bind(command, target);
        using var reader = command.ExecuteReader();
        var refused = new List<(long, string)>();
        while (reader.Read())
        {
            refused.Add((reader.GetInt64(0), reader.GetString(1)));
        }

        return refused;
    }

    /// <summary>Closes the journal's idle connections.</summary>
    public void Dispose()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    private void EnsureSchema()
    {
        // The first processes to come could race for WAL mode, which no busy timeout covers: they go one by one.
        using var turn = RunLock.Wait(Path.Combine(Folder, "journal.lock"));
        using var connection = new SqliteConnection(_connectionString);
        connection.Open();
        using var version = Command(connection, null, "PRAGMA user_version", 0);
        var found = Convert.ToInt32(version.ExecuteScalar(), CultureInfo.InvariantCulture);
        if (found > SchemaVersion)
        {
            throw new ZephyrException(
                $"{DatabasePath}: the journal has schema {found}, this version knows up to {SchemaVersion}. Use the newer Zephyr, or move the file away.");
        }

        if (found == 0)
        {
            using var wal = Command(connection, null, "PRAGMA journal_mode = WAL", 0);
            wal.ExecuteNonQuery();
            using var transaction = connection.BeginTransaction();
            using var create = Command(connection, transaction, Schema + $"PRAGMA user_version = {SchemaVersion};", 0);
            create.ExecuteNonQuery();
            transaction.Commit();
        }
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        using var command = Command(connection, null, "PRAGMA busy_timeout = 30000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON", 0);
        command.ExecuteNonQuery();
        return connection;
    }

    private List<TrackedRunInfo> ReadRuns(string where, string? value)
    {
        using var connection = Connect();
        using var command = Command(connection, null,
            $"SELECT run_id, root_run_id, parent_run_id, experiment, name, user, start_ms FROM runs {where} ORDER BY position", value is null ? 0 : 1);
        if (value is not null)
        {
            Bind(command, value);
        }

        using var reader = command.ExecuteReader();
        var runs = new List<TrackedRunInfo>();
        while (reader.Read())
        {
            runs.Add(new TrackedRunInfo(
                reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetInt64(6)));
        }

        return runs;
    }

    private long Scalar(string sql, params object?[] values)
    {
        using var connection = Connect();
        using var command = Command(connection, null, sql, values.Length);
        Bind(command, values);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private void Execute(string sql, params object?[] values)
    {
        using var connection = Connect();
        using var command = Command(connection, null, sql, values.Length);
        Run(command, values);
    }

    private static SqliteCommand Command(SqliteConnection connection, SqliteTransaction? transaction, string sql, int parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        for (var i = 0; i < parameters; i++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = "$" + (char)('a' + i) });
        }

        return command;
    }

    private static void Bind(SqliteCommand command, params object?[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }

    private static void Run(SqliteCommand command, params object?[] values)
    {
        Bind(command, values);
        command.ExecuteNonQuery();
    }
}
