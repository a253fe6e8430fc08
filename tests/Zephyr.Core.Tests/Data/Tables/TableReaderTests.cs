using System.IO.Compression;
using System.Text;
using Zephyr.Core.Chat;
using Zephyr.Core.Data;

namespace Zephyr.Core.Tests.Data.Tables;

public sealed class TableReaderTests : IDisposable
{
    private const string Pairs = "SELECT 'Q' AS prompt, 'A' AS chosen, 'B' AS rejected, 4.5 AS score_chosen, 2 AS score_rejected";
    private readonly TemporaryFolder _folder = new();
    private readonly DropCounts _drops = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("chat_gzip.parquet")]
    [InlineData("chat_snappy.parquet")]
    [InlineData("chat_zstd.parquet")]
    [InlineData("chat_zstd_v2.parquet")]
    public void Real_chat_files_are_read_in_every_compression(string name)
    {
        var read = Conversations(Path.Combine(SharedData.Folder("parquet"), name));
        read.Count.ShouldBeGreaterThan(100);
        read.ShouldAllBe(conversation => conversation.Messages.Count >= 2 && conversation.Messages[0].Role == ChatRoles.User);
        read.Select(Text).ShouldBe(Conversations(Path.Combine(SharedData.Folder("parquet"), "chat_snappy.parquet")).Select(Text));
    }

    [Fact]
    public void The_binarized_schema_gives_the_pairs_of_the_file_it_was_made_from()
    {
        var parquet = Read(Path.Combine(SharedData.Folder("parquet"), "dpo_demo_uf_schema_snappy_v1.parquet"));
        var json = Read(Path.Combine(SharedData.Folder("preferences"), "dpo_en_demo.json"));
        parquet.Count.ShouldBe(299);
        parquet.Select(pair => (pair.Chosen, pair.Rejected)).ShouldBe(json.Select(pair => (pair.Chosen, pair.Rejected)));
    }

    [Fact]
    public void A_damaged_file_is_a_clear_error_and_never_a_crash()
    {
        foreach (var file in Directory.EnumerateFiles(SharedData.Folder("parquet/bad")))
        {
            Should.Throw<DataFormatException>(() => Conversations(file)).Message.ShouldStartWith(file + ": ");
        }
    }

    [Fact]
    public void Messages_keep_their_texts_whatever_their_length_and_signs()
    {
        var path = Parquet("SELECT [{'role': 'user', 'content': repeat('é🙂', n)}, {'role': 'assistant', 'content': n::VARCHAR}] AS messages FROM range(1, 5000) t(n)");
        var read = Conversations(path);
        read.Count.ShouldBe(4999);
        for (var n = 1; n < 5000; n += 619)
        {
            read[n - 1].Messages.ShouldBe([new(ChatRoles.User, string.Concat(Enumerable.Repeat("é🙂", n))), new(ChatRoles.Assistant, $"{n}")]);
        }
    }

    [Theory]
    [InlineData("SELECT [{'from': 'human', 'value': 'Q'}, {'from': 'gpt', 'value': 'A'}] AS conversations, 'S' AS system")]
    [InlineData("SELECT 'Q' AS instruction, '' AS input, 'A' AS output, 'S' AS system, 7 AS id")]
    [InlineData("SELECT '[{\"role\": \"system\", \"content\": \"S\"}, {\"role\": \"user\", \"content\": \"Q\"}, {\"role\": \"assistant\", \"content\": \"A\"}]' AS messages")]
    public void Every_conversation_format_is_read_from_columns(string query) =>
        Conversations(Parquet(query)).ShouldHaveSingleItem().Messages.ShouldBe([new(ChatRoles.System, "S"), new(ChatRoles.User, "Q"), new(ChatRoles.Assistant, "A")]);

    [Theory]
    [InlineData(Pairs)]
    [InlineData("SELECT [{'role': 'user', 'content': 'Q'}, {'role': 'assistant', 'content': 'A'}] AS chosen, [{'role': 'user', 'content': 'Q'}, {'role': 'assistant', 'content': 'B'}] AS rejected, 4.5::FLOAT AS score_chosen, '2' AS score_rejected")]
    [InlineData("SELECT E'\\n\\nHuman: Q\\n\\nAssistant: A' AS chosen, E'\\n\\nHuman: Q\\n\\nAssistant: B' AS rejected, 4.5 AS score_chosen, 2::UTINYINT AS score_rejected")]
    [InlineData("SELECT {'role': 'assistant', 'content': 'A'} AS chosen, {'role': 'assistant', 'content': 'B'} AS rejected, [{'role': 'user', 'content': 'Q'}] AS prompt, 4.5 AS score_chosen, 2 AS score_rejected")]
    public void Every_pair_format_is_read_from_columns(string query)
    {
        var pair = Read(Parquet(query)).ShouldHaveSingleItem();
        pair.Prompt.ShouldBe([new(ChatRoles.User, "Q")]);
        (pair.Chosen, pair.Rejected, pair.ScoreChosen, pair.ScoreRejected).ShouldBe(("A", "B", 4.5, 2));
    }

    [Theory]
    [InlineData("a.csv", "format csv, header")]
    [InlineData("a.tsv", "format csv, header, delimiter '\t'")]
    [InlineData("a.csv.gz", "format csv, header, compression gzip")]
    [InlineData("a.csv.zst", "format csv, header, compression zstd")]
    [InlineData("a.jsonl", "format json")]
    [InlineData("a.jsonl.gz", "format json, compression gzip")]
    [InlineData("a.jsonl.zst", "format json, compression zstd")]
    [InlineData("a.json.gz", "format json, array, compression gzip")]
    [InlineData("a.json.zst", "format json, array, compression zstd")]
    public void Every_kind_of_file_gives_the_same_rows(string name, string options)
    {
        var path = TableFiles.Write(
            _folder.File(name), "SELECT E'2020-01-01, \"é\"\\n' || n AS instruction, n::VARCHAR AS output, '' AS input FROM range(3000) t(n)", options);
        var read = Conversations(path);
        read.Count.ShouldBe(3000);
        read[2999].Messages.ShouldBe([new(ChatRoles.User, "2020-01-01, \"é\"\n2999"), new(ChatRoles.Assistant, "2999")]);
    }

    [Theory]
    [InlineData("a.parquet", "format parquet")]
    [InlineData("a.csv", "format csv, header")]
    [InlineData("a.jsonl", "format json")]
    [InlineData("a.json", "format json, array")]
    [InlineData("a.jsonl.zst", "format json, compression zstd")]
    public void A_filter_takes_the_rows_that_meet_it_and_the_share_is_of_those(string name, string options)
    {
        var path = TableFiles.Write(_folder.File(name), "SELECT '2020-01-01' AS instruction, n::VARCHAR AS output, n AS score FROM range(100) t(n)", options);
        var source = new DataFileOptions { Path = path, Where = "score::INT >= 90 -- the best", Fraction = 0.35 };
        ConversationReader.Read(source, _drops).Select(conversation => conversation.Messages[1].Content).ShouldBe(["90", "91", "92"]);
    }

    [Theory]
    [InlineData("no_such_column > 1", "no_such_column")]
    [InlineData("true); DROP TABLE x; --", "")]
    [InlineData("output IN (SELECT content FROM read_text('/etc/hostname'))", "Permission Error")]
    [InlineData("output IN (SELECT * FROM read_csv('https://example.org/x.csv'))", "")]
    public void A_filter_that_is_wrong_or_reaches_for_other_files_is_refused(string filter, string reason)
    {
        var path = Parquet("SELECT 'Q' AS instruction, 'A' AS output");
        var message = Should.Throw<DataFormatException>(() => ConversationReader.Read(new DataFileOptions { Path = path, Where = filter }, _drops).ToList()).Message;
        message.ShouldStartWith(path + ": ");
        message.ShouldContain(reason);
        message.ShouldContain("the filter is refused: ");
        message.ShouldEndWith($"(with the filter: {filter})");
    }

    [Fact]
    public void Columns_may_have_other_names()
    {
        var path = Parquet("SELECT [{'role': 'user', 'content': 'Q'}, {'role': 'assistant', 'content': 'A'}] AS dialog, 3 AS messages");
        var source = new DataFileOptions { Path = path, Columns = new ColumnNames { Messages = "dialog" } };
        ConversationReader.Read(source, _drops).ShouldHaveSingleItem().Messages.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("SELECT CASE n WHEN 7 THEN NULL ELSE 'A' END AS output, 'Q' AS instruction FROM range(9) t(n)", "row 8: 'output' is null")]
    [InlineData("SELECT [{'role': CASE n WHEN 7 THEN 'tool' ELSE 'user' END, 'content': 'Q'}, {'role': 'assistant', 'content': 'A'}] AS messages FROM range(9) t(n)", "row 8: column 'messages': the role 'tool'")]
    [InlineData("SELECT [{'role': 'user', 'content': CASE n WHEN 7 THEN NULL ELSE 'Q' END}] AS messages FROM range(9) t(n)", "row 8: column 'messages': message 1 has no content")]
    [InlineData("SELECT CASE n WHEN 7 THEN '[{' ELSE '[]' END AS messages FROM range(9) t(n)", "row 8: column 'messages', character 1:3: ")]
    [InlineData("SELECT 5 AS instruction, 'A' AS output", "column 'instruction' is a number, which no row format reads")]
    [InlineData("SELECT [1] AS messages", "column 'messages' is a list of a number")]
    [InlineData("SELECT 1 AS a, 2 AS b", "none of its columns is one that a row format knows; it has a, b.")]
    public void Faults_name_file_row_and_column(string query, string message)
    {
        var path = Parquet(query);
        Should.Throw<DataFormatException>(() => Conversations(path)).Message.ShouldStartWith($"{path}: {message}");
    }

    [Fact]
    public void With_a_filter_faults_name_the_row_of_the_Parquet_file()
    {
        var path = Parquet("SELECT CASE n WHEN 7 THEN NULL ELSE 'A' END AS output, 'Q' AS instruction, n FROM range(9) t(n)");
        Should.Throw<DataFormatException>(() => ConversationReader.Read(new DataFileOptions { Path = path, Where = "n > 5" }, _drops).ToList())
            .Message.ShouldStartWith($"{path}: row 8: 'output' is null");
    }

    [Fact]
    public void Text_that_is_not_UTF8_is_a_fault_of_its_row()
    {
        var path = Parquet("SELECT 'Q' AS instruction, 'an answer that stands out' AS output");
        var bytes = File.ReadAllBytes(path);
        for (var at = bytes.AsSpan().IndexOf("answer"u8); at >= 0; at = bytes.AsSpan().IndexOf("answer"u8))
        {
            bytes[at] = 0xFF;
        }

        File.WriteAllBytes(path, bytes);
        Should.Throw<DataFormatException>(() => Conversations(path)).Message.ShouldStartWith($"{path}: ");
    }

    [Theory]
    [InlineData("a.csv", "instruction,output\n\"Q\",A\n\"Q,A\n")]
    [InlineData("a.csv", "instruction,output\nQ,A,B\n")]
    [InlineData("a.jsonl.zst", "no zstd at all")]
    [InlineData("a.parquet", "PAR1 no more")]
    [InlineData("a.parquet", "")]
    [InlineData("a.csv", "")]
    public void Damaged_files_are_named(string name, string content)
    {
        File.WriteAllText(_folder.File(name), content);
        Should.Throw<DataFormatException>(() => Conversations(_folder.File(name))).Message.ShouldStartWith(_folder.File(name) + ": ");
    }

    [Fact]
    public void A_cut_off_gzip_file_is_a_fault_with_its_place()
    {
        var path = TableFiles.Write(_folder.File("a.jsonl.gz"), "SELECT md5(n::VARCHAR) AS instruction, md5((n + 1)::VARCHAR) AS output FROM range(2000) t(n)", "format json, compression gzip");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..20_000]);
        Should.Throw<DataFormatException>(() => Conversations(path)).Message.ShouldStartWith($"{path}:");
    }

    [Theory]
    [InlineData("a.csv.gz", "format csv, header, compression gzip")]
    [InlineData("a.csv.zst", "format csv, header, compression zstd")]
    [InlineData("a.jsonl.gz", "format json, compression gzip")]
    [InlineData("a.jsonl.zst", "format json, compression zstd")]
    public void A_compressed_file_that_is_cut_off_anywhere_is_a_fault_and_never_a_shorter_file(string name, string options)
    {
        var path = TableFiles.Write(_folder.File(name), "SELECT md5(n::VARCHAR) AS instruction, md5((n + 1)::VARCHAR) AS output FROM range(300) t(n)", options);
        var whole = File.ReadAllBytes(path);
        Conversations(path).Count.ShouldBe(300);
        foreach (var length in (int[])[5, whole.Length / 3, whole.Length / 2, whole.Length - 9, whole.Length - 1])
        {
            File.WriteAllBytes(path, whole[..length]);
            Should.Throw<DataFormatException>(() => Conversations(path), $"{length} of {whole.Length} bytes").Message.ShouldStartWith($"{path}:");
        }
    }

    [Fact]
    public void A_gzip_file_that_is_cut_off_between_lines_is_a_fault_and_members_behind_each_other_are_one_text()
    {
        static string Row(int number) => $$"""{"instruction": "Q{{number}}", "output": "A"}""" + "\n";
        var path = _folder.File("a.jsonl.gz");
        using var packed = new MemoryStream();
        foreach (var member in (int[])[1, 2])
        {
            using var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true);
            gzip.Write(Encoding.UTF8.GetBytes(Row(member)));
            gzip.Flush();
            File.WriteAllBytes(path, packed.ToArray()); // the line is there, the end of its member is not
            Should.Throw<DataFormatException>(() => Conversations(path)).Message.ShouldContain("cut off");
        }

        File.WriteAllBytes(path, packed.ToArray());
        Conversations(path).Select(row => row.Messages[0].Content).ShouldBe(["Q1", "Q2"]);
        File.WriteAllBytes(path, [.. packed.ToArray(), .. "more"u8]);
        Should.Throw<DataFormatException>(() => Conversations(path)).Message.ShouldContain("cannot be decompressed");
    }

    [Fact]
    public void Frames_of_zstd_behind_each_other_and_frames_to_skip_are_one_file()
    {
        var path = TableFiles.Write(_folder.File("a.csv.zst"), "SELECT 'Q' AS instruction, 'A' AS output FROM range(3)", "format csv, header, compression zstd");
        var frame = File.ReadAllBytes(path);
        byte[] skipped = [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 7, 7];
        File.WriteAllBytes(path, [.. frame, .. skipped]);
        Conversations(path).Count.ShouldBe(3);
        File.WriteAllBytes(path, [.. frame, .. skipped[..9]]);
        Should.Throw<DataFormatException>(() => Conversations(path)).Message.ShouldContain("ends before its last zstd frame");
        File.WriteAllBytes(path, [.. frame, 1, 2, 3, 4]);
        Should.Throw<DataFormatException>(() => Conversations(path)).Message.ShouldContain($"no zstd frame at byte {frame.Length}");
    }

    [Fact]
    public void A_folder_is_read_in_the_order_of_its_names()
    {
        foreach (var name in new[] { "b-2", "a", "b-10" })
        {
            TableFiles.Write(_folder.File(name + ".parquet"), $"SELECT '{name}' AS instruction, 'A' AS output");
        }

        Conversations(_folder.Path).Select(row => row.Messages[0].Content).ShouldBe(["a", "b-10", "b-2"]);
        ConversationReader.Read(new DataFileOptions { Path = _folder.Path, Files = "b-*.parquet", Fraction = 0.5 }, _drops)
            .Select(row => row.Messages[0].Content).ShouldBe(["b-10"]);
        Should.Throw<ZephyrException>(() => ConversationReader.Read(new DataFileOptions { Path = _folder.Path, Files = "c*" }, _drops).ToList())
            .Message.ShouldContain("matches c*");
    }

    private static string Text(Conversation conversation) => string.Join('|', conversation.Messages.Select(message => message.Content));

    private string Parquet(string query) => TableFiles.Write(_folder.File("a.parquet"), query);

    private List<Conversation> Conversations(string path) => [.. ConversationReader.Read(new DataFileOptions { Path = path }, _drops)];

    private List<PreferencePair> Read(string path) => [.. PreferenceReader.Read(new DataFileOptions { Path = path }, _drops)];
}
