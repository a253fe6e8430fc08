using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Operations;

/// <summary>Every operation's values and gradients against PyTorch's, in float64.</summary>
public sealed class OperationReferenceTests
{
    private static readonly OperationReferences References = OperationReferences.Load();

    public static TheoryData<string> Names => [.. References.Cases.Select(reference => reference.Name)];

    [Fact]
    public void Every_managed_case_has_a_reference() =>
        References.Cases.Select(reference => reference.Name).Order(StringComparer.Ordinal)
            .ShouldBe(OperationCases.All.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_gradients_equal_PyTorchs(string name)
    {
        using var scope = NewDisposeScope();
        var reference = References.Cases.Single(candidate => string.Equals(candidate.Name, name, StringComparison.Ordinal));
        var inputs = reference.Inputs.Select(Leaf).ToArray();

        var outputs = OperationCases.All[name](inputs);

        outputs.Length.ShouldBe(reference.Outputs.Length);
        foreach (var (actual, expected) in outputs.Zip(reference.Outputs))
        {
            ShouldEqual(actual, expected, name);
        }

        if (reference.Gradients.Length == 0)
        {
            return;
        }

        Loss(outputs).backward();
        foreach (var (input, expected) in inputs.Zip(reference.Gradients))
        {
            if (expected is null)
            {
                input.grad.ShouldBeNull();
            }
            else
            {
                ShouldEqual(input.grad!, expected, $"gradient of {name}");
            }
        }
    }

    private static Tensor Leaf(ReferenceTensor reference)
    {
        var leaf = reference.ToTensor().detach();
        leaf.requires_grad = leaf.dtype == float64;
        return leaf;
    }

    // Sum over outputs of sum_i output[i] * ((i mod 7) + 1) / 4, as make_op_references.py has it.
    private static Tensor Loss(IEnumerable<Tensor> outputs)
    {
        var parts = outputs.Where(output => output.requires_grad).Select(output =>
        {
            var weights = (arange(output.numel(), int64) % 7 + 1).to_type(float64) / 4;
            return (output * weights.view(output.shape)).sum();
        });
        return parts.Aggregate((left, right) => left + right);
    }

    private static void ShouldEqual(Tensor actual, ReferenceTensor expected, string what)
    {
        actual.shape.ShouldBe(expected.Shape, what);
        actual.dtype.ToString().ShouldBe(expected.Dtype, what);
        actual.to_type(float64).allclose(expected.ToTensor().to_type(float64), rtol: 1e-9, atol: 1e-11, equal_nan: true)
            .ShouldBeTrue($"{what}: {string.Join(", ", actual.to_type(float64).data<double>())} against {string.Join(", ", expected.Data)}");
    }
}
