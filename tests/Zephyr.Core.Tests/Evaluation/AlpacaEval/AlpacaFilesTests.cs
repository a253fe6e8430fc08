using Zephyr.Core.Data;
using Zephyr.Core.Evaluation.AlpacaEval;

namespace Zephyr.Core.Tests.Evaluation.AlpacaEval;

public sealed class AlpacaFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lengths_count_characters_as_Python_does()
    {
        var path = Write("a.json", """[{"instruction": "i", "output_1": "é\ud83d\ude00", "generator_1": "b", "output_2": "", "generator_2": "m", "preference": 0}]""");
        AlpacaAnnotationFile.Read(path, AlpacaEvalVersion.One).ShouldBe([new AlpacaAnnotation("i", "b", 2, "m", 0, 1.5, 0)]);
    }

    [Theory]
    [InlineData("[", "1:2")]
    [InlineData("[]", "no annotations")]
    [InlineData("[1]", "1:2")]
    [InlineData("""[{"instruction": "i"}]""", "1:2: the annotation has no 'generator_1'")]
    [InlineData("""[{"instruction": 5}]""", "1:18: 'instruction' must be text")]
    [InlineData("""[{"instruction": "i", "output_1": "", "generator_1": "b", "output_2": "", "generator_2": "m", "preference": null}]""", "none of the 1 annotations has a preference")]
    [InlineData("""[{"preference": 1.2}]""", "version 2")]
    [InlineData("""[{"preference": 3}]""", "1:17")]
    [InlineData("""
        [{"instruction": "i", "output_1": "", "generator_1": "b", "output_2": "", "generator_2": "m", "preference": null},
         {"instruction": "i", "output_1": "", "generator_1": "b", "output_2": "", "generator_2": "n", "preference": 1}]
        """, "2:2: this row compares n with b")]
    public void A_fault_is_named_with_its_place(string json, string message)
    {
        var path = Write("a.json", json);
        var error = Should.Throw<ZephyrException>(() => AlpacaAnnotationFile.Read(path, AlpacaEvalVersion.One));
        error.Message.ShouldStartWith(path);
        error.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("index,difficulty\n0,1\n", ":1:1: the first line")]
    [InlineData("index,instruction_difficulty\n0,1\n0,2\n", ":3:1: instruction 0 is given twice")]
    [InlineData("index,instruction_difficulty\n1,1\n", "instruction 0 is missing")]
    [InlineData("index,instruction_difficulty\n0,x\n", ":2:1")]
    [InlineData("index,instruction_difficulty\n0,NaN\n", ":2:1")]
    [InlineData("", "no instructions")]
    public void Difficulties_are_one_for_each_instruction(string csv, string message) =>
        Should.Throw<DataFormatException>(() => InstructionDifficulty.Read(Write("d.csv", csv))).Message.ShouldContain(message);

    [Theory]
    [InlineData("{}", "1:1")]
    [InlineData("""{"row_weight": 0}""", "above 0")]
    [InlineData("""{"row_weight": "x"}""", "1:16")]
    [InlineData("""{"C_by_model": {"m": -1}}""", "'m' must be above 0")]
    [InlineData("5", "an object")]
    public void Statistics_must_be_whole(string json, string message) =>
        Should.Throw<DataFormatException>(() => GamedStatistics.Read(Write("s.json", json))).Message.ShouldContain(message);

    [Fact]
    public void Outputs_must_be_those_that_were_annotated()
    {
        AlpacaAnnotation[] annotations = [new("i", "b", 1, "m", 1, 1, 0)];
        AlpacaOutputFile.ReadLengths(Write("o.jsonl", """{"instruction": "i", "output": "abc", "generator": "m"}"""), annotations).ShouldBe([3]);
        Should.Throw<DataFormatException>(() => AlpacaOutputFile.ReadLengths(Write("o.jsonl", """{"instruction": "i", "output": "abc", "generator": "n"}"""), annotations))
            .Message.ShouldContain("output of n");
        Should.Throw<ZephyrException>(() => AlpacaOutputFile.ReadLengths(Write("o.jsonl", """{"instruction": "j", "output": "abc"}"""), annotations))
            .Message.ShouldContain("no output for annotation 0");
    }

    [Theory]
    [InlineData("none.json")]
    [InlineData("a.parquet")]
    public void A_file_that_is_no_such_file_is_named(string name) =>
        Should.Throw<ZephyrException>(() => AlpacaAnnotationFile.Read(Path.Combine(_folder.Path, name), AlpacaEvalVersion.One)).Message.ShouldContain(name);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, text);
        return path;
    }
}
