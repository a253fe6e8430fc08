using Zephyr.Core;
using Zephyr.Core.Data;
using Zephyr.Core.Data.DuckDb;
using Zephyr.Core.Data.Tables;

namespace Zephyr.Experiments.Tests.Data;

public sealed class TableProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-table-").FullName;
    private readonly TableProcess _process = new(TableProcess.FindProgram().ShouldNotBeNull());

    public void Dispose()
    {
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Rows_are_the_same_as_without_a_process_of_their_own()
    {
        File.WriteAllText(Path.Combine(_folder, "a.csv"), """
            instruction,output,system,score_chosen,chosen,messages
            Q,"A
            ""é🙂""\",,1.5,c,"[{""role"": ""user"", ""content"": ""x""}]"
            q,,s,,,[]

            """.Replace("\\", "", StringComparison.Ordinal));
        var request = Request("a.csv");
        using var session = new DuckDbSession();
        var direct = new TableReader(request, session).Read().Select(Text).ToList();
        direct.Count.ShouldBe(2);
        _process.Read(request).Select(Text).ShouldBe(direct);
        _process.Count(request with { IsCount = true }).ShouldBe(2);
        _process.Read(request).First().Output.ShouldBe("A\n\"é🙂\"");
        _process.Read(request).Count().ShouldBe(2);
    }

    [Fact]
    public void Errors_are_the_same_as_without_a_process_of_their_own()
    {
        File.WriteAllText(Path.Combine(_folder, "bad.csv"), "instruction,score_chosen\nQ,1\nQ,x\n");
        foreach (var request in new[] { Request("bad.csv"), Request("missing.csv"), Request("bad.bin"), Request("bad.csv") with { Where = "nonsense" } })
        {
            using var session = new DuckDbSession();
            var direct = Should.Throw<ZephyrException>(() => new TableReader(request, session).Read().Count());
            var isolated = Should.Throw<ZephyrException>(() => _process.Read(request).Count());
            (isolated.GetType(), isolated.Message).ShouldBe((direct.GetType(), direct.Message));
        }
    }

    [Fact]
    public void A_reader_that_answers_nothing_is_ended_and_said_so()
    {
        // A program that takes the request and never answers.
        var silent = Path.Combine(_folder, "silent.sh");
        File.WriteAllText(silent, "#!/bin/sh\nexec sleep 600\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(silent, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        using var process = new TableProcess(silent, TimeSpan.FromSeconds(1));
        Should.Throw<DataFormatException>(() => process.Count(Request("a.csv"))).Message.ShouldContain("no progress for 1 seconds");
    }

    [Fact]
    public void A_reader_that_ends_is_an_error_of_the_file_and_the_next_file_is_read()
    {
        File.WriteAllText(Path.Combine(_folder, "a.csv"), "instruction,output\n" + string.Concat(Enumerable.Repeat("Q,A\n", 200_000)));
        var request = Request("a.csv");
        Should.Throw<DataFormatException>(() =>
        {
            foreach (var row in _process.Read(request))
            {
                if (row.Row == 10)
                {
                    System.Diagnostics.Process.GetProcessById(_process.Id).Kill();
                }
            }
        }).Message.ShouldStartWith($"{request.Path}: reading it ended the process that read it");
        _process.Read(request).Count().ShouldBe(200_000);
    }

    private static string Text(RowFields row) => $"{row.Row} {row.Instruction}|{row.Output}|{row.System}|{row.ScoreChosen}|{row.Chosen?.Text}|{row.Messages?.Count}";

    private TableRequest Request(string name) => new(Path.Combine(_folder, name), null, new ColumnNames(), new DuckDbOptions(), null, IsCount: false);
}
