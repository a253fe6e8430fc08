using Zephyr.Core;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Tests.Stages;

public sealed class SourceLinesTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Sources_read_back_as_they_were_written()
    {
        string?[] sources = ["flan", null, "", "null", "a \"b\"\nc\u2028é😀"];
        SourceLines.Write(_path, sources);
        SourceLines.Read(_path, 5).ShouldBe(sources);
    }

    [Theory]
    [InlineData("null\n", "1 sources for 2 pairs")]
    [InlineData("null\nsource\n", ":2: this is not the source of a pair")]
    [InlineData("5\nnull\n", ":1: this is not the source of a pair")]
    public void A_damaged_file_is_refused_with_what_to_do(string text, string part)
    {
        File.WriteAllText(_path, text);
        var error = Should.Throw<ZephyrException>(() => SourceLines.Read(_path, 2));
        error.Message.ShouldContain(part);
        error.Message.ShouldContain("run the tokenize stage again");
    }
}
