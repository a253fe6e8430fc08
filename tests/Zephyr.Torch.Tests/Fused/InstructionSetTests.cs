using System.Diagnostics;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Fused;

public sealed class InstructionSetTests
{
    private const string Variable = "ZEPHYR_ISA";

    /// <summary>
    /// The kernels of older CPUs, held to the same references. The choice is made once a process, so each runs these test classes
    /// again in a process of its own.
    /// </summary>
    [Theory]
    [InlineData("baseline")]
    [InlineData("avx2")]
    [InlineData("avx512")]
    [InlineData("avx512_bf16")]
    public async Task Every_instruction_set_passes_the_same_tests(string instructionSet)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Variable) is not null, "Already running for one instruction set.");
        string[] order = ["baseline", "avx2", "avx512", "avx512_bf16", "amx"];
        Assert.SkipUnless(
            Array.IndexOf(order, Torch.Fused.InstructionSet) > Array.IndexOf(order, instructionSet),
            $"This CPU runs {Torch.Fused.InstructionSet}; {instructionSet} is not a lower choice.");
        var program = Path.Combine(AppContext.BaseDirectory, "Zephyr.Torch.Tests");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment[Variable] = instructionSet;
        foreach (var type in (Type[])[typeof(RowOperationTests), typeof(LossTests), typeof(FusedReferenceTests), typeof(Nf4Tests), typeof(ChosenInstructionSetTests)])
        {
            start.ArgumentList.Add("-class");
            start.ArgumentList.Add(type.FullName!);
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, output);
        output.ShouldContain("Failed: 0");
    }
}

/// <summary>What the child processes of <see cref="InstructionSetTests"/> check beside the shared classes.</summary>
public sealed class ChosenInstructionSetTests
{
    [Fact]
    public void The_variable_chooses_the_instruction_set()
    {
        var wanted = Environment.GetEnvironmentVariable("ZEPHYR_ISA");
        Assert.SkipWhen(wanted is null, "No instruction set is asked for.");
        Torch.Fused.InstructionSet.ShouldBe(wanted);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Attention_over_several_blocks_equals_its_composed_twin(ScalarType type)
    {
        foreach (var headDim in (int[])[20, 64])
        {
            using var scope = NewDisposeScope();
            using var generator = new TorchSharp.torch.Generator(6);
            // 170 positions: two blocks of keys; with documents, blocks that are skipped.
            foreach (var layout in (AttentionLayout[])[new(null, null, 0.2), new(AttentionTests.Documents(1, 170), 40, 0.2)])
            {
                Comparison.Check(
                    generator,
                    [
                        Comparison.Random(generator, type, 1, 170, 2, headDim),
                        Comparison.Random(generator, type, 1, 170, 1, headDim),
                        Comparison.Random(generator, type, 1, 170, 1, headDim),
                    ],
                    x => [Torch.Fused.Attention(x[0], x[1], x[2], layout)],
                    x => [Composed.Attention(x[0], x[1], x[2], layout)],
                    $"headDim {headDim}");
            }
        }
    }
}
