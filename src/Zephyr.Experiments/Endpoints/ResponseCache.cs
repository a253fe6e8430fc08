using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Zephyr.Core;
using Zephyr.Experiments.Fingerprints;

namespace Zephyr.Experiments.Endpoints;

/// <summary>
/// Every answer ever given, by the hash of its request: a SQLite database that several processes may use at once. An answer is on the disk
/// before it is used, so a killed run, or a machine that loses power, pays for nothing twice. Each entry carries a hash of itself; one that
/// does not fit it is not used and is asked again. Safe for concurrent use.
/// </summary>
public sealed class ResponseCache : IDisposable
{
    private const string File = "responses.db";
    private const string Schema = "CREATE TABLE IF NOT EXISTS responses(key TEXT PRIMARY KEY, entry TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID";
    private const int SchemaVersion = 1;
    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly Lock _lock = new();

    private ResponseCache(SqliteConnection connection, string path)
    {
        _connection = connection;
        _path = path;
    }

    /// <summary>Entries that were damaged, and so are asked again.</summary>
    public int Damaged { get; private set; }

    /// <summary>Opens the cache, and makes it when it is not there.</summary>
    /// <param name="folder">Its folder, normally <c>artifacts/responses</c>.</param>
    /// <returns>The open cache.</returns>
    /// <exception cref="ZephyrException">The file is no cache, is damaged as a whole, or was made by a newer version.</exception>
    public static ResponseCache Open(string folder)
    {
        var path = Path.Combine(Path.GetFullPath(folder), File);
        SqliteConnection? connection = null;
        try
        {
            Directory.CreateDirectory(folder);
            connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 60, Pooling = false }.ToString());
            connection.Open();
            // Not WAL: its shared memory joins the processes of one machine only, and a cluster's nodes may ask from several.
            Execute(connection, "PRAGMA journal_mode = TRUNCATE");
            Execute(connection, "PRAGMA synchronous = FULL");
            Execute(connection, Schema);
            var version = Scalar(connection, "PRAGMA user_version");
            if (version > SchemaVersion)
            {
                throw new ZephyrException($"{path}: made by a newer version of zephyr ({version} after {SchemaVersion}). Use that version, or another folder.");
            }

            Execute(connection, $"PRAGMA user_version = {SchemaVersion}");
            return new ResponseCache(connection, path);
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            connection?.Dispose();
            throw new ZephyrException(
                $"{path}: the stored answers cannot be opened ({failure.Message}). They were paid for: bring the file back from a backup, or check the disk and the rights; "
                + "move it away only to ask, and pay, for everything again.", failure);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>Opens the cache where there is one, and otherwise an empty one that is written nowhere.</summary>
    /// <param name="folder">Its folder.</param>
    /// <returns>The open cache.</returns>
    /// <exception cref="ZephyrException">As for <see cref="Open"/>.</exception>
    public static ResponseCache OpenExisting(string folder)
    {
        if (System.IO.File.Exists(Path.Combine(folder, File)))
        {
            return Open(folder);
        }

        var connection = new SqliteConnection("Data Source=:memory:;Pooling=false");
        connection.Open();
        Execute(connection, Schema);
        return new ResponseCache(connection, "(memory)");
    }

    /// <summary>Looks an answer up.</summary>
    /// <param name="key">Key of the request.</param>
    /// <returns>The answer; null when there is none, or a damaged one.</returns>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public ChatAnswer? Find(string key)
    {
        lock (_lock)
        {
            try
            {
                using var command = _connection.CreateCommand();
                command.CommandText = "SELECT entry, sha256 FROM responses WHERE key = $key";
                command.Parameters.AddWithValue("$key", key);
                using var row = command.ExecuteReader();
                if (!row.Read())
                {
                    return null;
                }

                var entry = row.GetString(0);
                if (row.GetString(1) == Checksum(key, entry) && Read(entry) is { } answer)
                {
                    return answer;
                }

                Damaged++;
                return null;
            }
            catch (SqliteException failure)
            {
                throw Broken(failure);
            }
        }
    }

    /// <summary>Keeps an answer; it is on the disk when this returns. It takes the place of a damaged entry.</summary>
    /// <param name="key">Key of the request.</param>
    /// <param name="answer">The answer, without the endpoint's key in it.</param>
    /// <exception cref="ZephyrException">The file cannot be written.</exception>
    public void Store(string key, ChatAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var entry = Write(answer);
        lock (_lock)
        {
            try
            {
                using var command = _connection.CreateCommand();
                command.CommandText = "INSERT INTO responses(key, entry, sha256) VALUES($key, $entry, $sha256) ON CONFLICT(key) DO UPDATE SET entry = excluded.entry, sha256 = excluded.sha256";
                command.Parameters.AddWithValue("$key", key);
                command.Parameters.AddWithValue("$entry", entry);
                command.Parameters.AddWithValue("$sha256", Checksum(key, entry));
                command.ExecuteNonQuery();
            }
            catch (SqliteException failure)
            {
                throw Broken(failure);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private ZephyrException Broken(SqliteException failure) =>
        new($"{_path}: the stored answers cannot be used ({failure.Message}). Check the disk's free space and rights, and run again: what was stored before stays.", failure);

    private static string Checksum(string key, string entry) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{key}\n{entry}")));

    private static string Write(ChatAnswer answer)
    {
        var entry = new JsonObject
        {
            ["text"] = answer.Text,
            ["end"] = answer.End.ToString(),
            ["input_tokens"] = answer.InputTokens,
            ["output_tokens"] = answer.OutputTokens,
            ["usage_reported"] = answer.UsageReported,
        };
        if (answer.First.Count > 0)
        {
            entry["first"] = new JsonArray([.. answer.First.Select(static chance => new JsonArray(chance.Token, chance.LogProb))]);
        }

        return CanonicalJson.Text(entry);
    }

    // The checksum holds, so the entry is one of ours; an unknown word in it comes from another version.
    private static ChatAnswer? Read(string entry) =>
        JsonNode.Parse(entry) is JsonObject json && Enum.TryParse<AnswerEnd>((string?)json["end"], out var end)
            ? new ChatAnswer((string)json["text"]!, end, (long)json["input_tokens"]!, (long)json["output_tokens"]!, (bool)json["usage_reported"]!)
            {
                First = json["first"] is JsonArray first ? [.. first.Select(static chance => new TokenChance((string)chance![0]!, (double)chance[1]!))] : [],
            }
            : null;

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
