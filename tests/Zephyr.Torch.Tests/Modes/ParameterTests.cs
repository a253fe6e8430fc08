using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Modes;

public sealed class ParameterTests
{
    [Fact]
    public void A_parameter_is_a_leaf_that_shares_its_tensors_memory()
    {
        using var scope = NewDisposeScope();
        var data = ones([2]);
        var parameter = new nn.Parameter(data);
        (parameter * 3).sum().backward();
        parameter.is_leaf.ShouldBeTrue();
        parameter.grad!.data<float>().ToArray().ShouldBe([3f, 3f]);
        data.fill_(5);
        parameter.data<float>().ToArray().ShouldBe([5f, 5f]);
    }
}
