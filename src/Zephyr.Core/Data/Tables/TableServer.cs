using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Zephyr.Core.Data.DuckDb;

namespace Zephyr.Core.Data.Tables;

/// <summary>
/// Answers requests for tables: the part of <see cref="TableProcess"/> that runs in the process of its own. Some damaged Parquet files
/// make DuckDB write where it must not; there, that ends this process and nothing else.
/// </summary>
public static class TableServer
{
    /// <summary>First argument of the program that makes it this server.</summary>
    public const string Verb = "table-rows";

    /// <summary>Answers each request, one a line, until the input ends.</summary>
    /// <param name="input">Requests.</param>
    /// <param name="output">Answers.</param>
    public static void Run(Stream input, Stream output)
    {
        using var requests = new StreamReader(input, new UTF8Encoding(false));
        using var answers = new BufferedStream(output, 1 << 16);
        using var session = new DuckDbSession();
        while (requests.ReadLine() is { } line)
        {
            var request = JsonSerializer.Deserialize(line, TableJsonContext.Default.TableRequest)
                ?? throw new InvalidOperationException("a request for a table is null");
            Answer(request, session, answers);
            answers.Flush();
        }
    }

    private static void Answer(TableRequest request, DuckDbSession session, Stream answers)
    {
        try
        {
            var reader = new TableReader(request, session);
            if (request.IsCount)
            {
                TableFrame.Write(answers, TableFrame.Count, Encoding.ASCII.GetBytes(reader.Count().ToString(CultureInfo.InvariantCulture)));
                return;
            }

            var buffer = new ArrayBufferWriter<byte>(1 << 16);
            using var json = new Utf8JsonWriter(buffer, JsonLines.WriterOptions);
            foreach (var row in reader.Read())
            {
                buffer.ResetWrittenCount();
                RowFieldsJson.Write(json, row);
                json.Flush();
                json.Reset();
                TableFrame.Write(answers, row.Row, buffer.WrittenSpan);
            }

            TableFrame.Write(answers, TableFrame.End, []);
        }
        catch (DataFormatException exception)
        {
            if (DuckDbException.IsFatal(exception.Detail))
            {
                session.Forget();
            }

            TableFrame.Write(answers, TableFrame.Fault, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{exception.Row} {exception.Detail}")));
        }
        catch (ZephyrException exception)
        {
            session.Forget();
            TableFrame.Write(answers, TableFrame.Failure, Encoding.UTF8.GetBytes(exception.Message));
        }
    }
}
