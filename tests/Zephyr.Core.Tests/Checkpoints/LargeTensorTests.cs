using System.Globalization;
using Zephyr.Core.Checkpoints;

namespace Zephyr.Core.Tests.Checkpoints;

/// <summary>A tensor of more bytes than an array holds. It writes a file of 2.1 GB, so it runs with ZEPHYR_LONG_TESTS=1 only.</summary>
public sealed class LargeTensorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_tensor_over_2_GiB_is_written_piece_by_piece_and_read_back()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("ZEPHYR_LONG_TESTS") == "1", "writes 2.1 GB: set ZEPHYR_LONG_TESTS=1");
        const int pieceSize = 64 << 20;
        const int pieces = 33;
        var path = Path.Combine(_folder.Path, "large.safetensors");
        IEnumerable<ReadOnlyMemory<byte>> Pieces()
        {
            var piece = new byte[pieceSize];
            for (var i = 0; i < pieces; i++)
            {
                Array.Fill(piece, (byte)i);
                yield return piece;
            }
        }

        SafetensorsWriter.Write(path, [new SafetensorsContent("large", SafetensorsType.UInt8, [pieces, pieceSize], Pieces)]);

        using var file = SafetensorsFile.Open(path);
        var entry = file.Entry("large");
        entry.Length.ShouldBe((long)pieces * pieceSize);
        entry.Length.ShouldBeGreaterThan(int.MaxValue);
        foreach (var i in (int[])[0, 17, 32])
        {
            file.Bytes(entry, ((i + 1L) * pieceSize) - 1, 1)[0].ShouldBe((byte)i, i.ToString(CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void Pieces_that_do_not_fill_the_shape_are_an_error()
    {
        var content = new SafetensorsContent("a", SafetensorsType.UInt8, [5], () => [new byte[] { 1, 2 }, new byte[] { 3, 4 }]);
        Should.Throw<ZephyrException>(() => SafetensorsWriter.Write(Path.Combine(_folder.Path, "a.safetensors"), [content])).Message.ShouldContain("was given 4 bytes");
    }
}
