using System.Runtime.InteropServices;
using Zephyr.Core.Checkpoints;
using Zephyr.Core.Models;
using static TorchSharp.torch;

namespace Zephyr.Core.Tests.Models;

/// <summary>The outputs of tests/reference/make_model_references.py.</summary>
internal static class Reference
{
    public static string Folder(string model) => Path.Combine(AppContext.BaseDirectory, "references", model);

    public static SafetensorsFile Open(string model, string name) => SafetensorsFile.Open(Path.Combine(Folder(model), name + ".safetensors"));

    public static float[] Floats(SafetensorsFile file, string name) => MemoryMarshal.Cast<byte, float>(file.Bytes(name)).ToArray();

    public static long[] Longs(SafetensorsFile file, string name) => MemoryMarshal.Cast<byte, long>(file.Bytes(name)).ToArray();

    public static Tensor Tensor(SafetensorsFile file, string name) => TensorFiles.Read(file, name);

    public static float[] Values(Tensor tensor) => tensor.detach().to_type(ScalarType.Float32).contiguous().data<float>().ToArray();

    /// <summary>Positions 0, 1, ... of every row.</summary>
    public static Tensor Positions(Tensor ids) => arange(ids.shape[1], ScalarType.Int64).unsqueeze(0).expand(ids.shape[0], ids.shape[1]).contiguous();

    public static void ShouldBeClose(float[] actual, float[] expected, double tolerance, string what)
    {
        actual.Length.ShouldBe(expected.Length, what);
        var scale = Math.Max(1, expected.Max(Math.Abs));
        for (var i = 0; i < actual.Length; i++)
        {
            Math.Abs(actual[i] - expected[i]).ShouldBeLessThanOrEqualTo((float)(tolerance * scale), $"{what}[{i}]: {actual[i]} against {expected[i]}");
        }
    }

    /// <summary>The expected gradient of a stacked parameter: that of its parts, one after the other.</summary>
    public static float[] Stacked(SafetensorsFile file, string prefix, DecoderParameter parameter) =>
        parameter.Parts.SelectMany(part => Floats(file, prefix + part.Name)).ToArray();
}
