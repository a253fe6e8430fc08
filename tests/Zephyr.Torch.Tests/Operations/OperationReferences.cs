using System.Text.Json;
using System.Text.Json.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Operations;

/// <summary>A tensor as make_op_references.py writes it.</summary>
internal sealed record ReferenceTensor(string Dtype, long[] Shape, double[] Data)
{
    internal Tensor ToTensor() => tensor(Data, Shape).to_type(Enum.Parse<ScalarType>(Dtype));
}

/// <summary>One operation's inputs, outputs and gradients.</summary>
internal sealed record ReferenceCase(string Name, ReferenceTensor[] Inputs, ReferenceTensor[] Outputs, ReferenceTensor?[] Gradients);

/// <summary>The committed references.</summary>
internal sealed record OperationReferences(string Torch, ReferenceCase[] Cases)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNameCaseInsensitive = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    internal static OperationReferences Load()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Operations", "op-references.json");
        return JsonSerializer.Deserialize<OperationReferences>(File.ReadAllText(path), Options)!;
    }
}
