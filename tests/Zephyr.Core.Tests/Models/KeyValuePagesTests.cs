using TorchSharp;
using Zephyr.Core.Models;
using static TorchSharp.torch;

namespace Zephyr.Core.Tests.Models;

public sealed class KeyValuePagesTests
{
    private static readonly ModelConfiguration s_model = ModelConfiguration.From(new ArchitectureOptions { HiddenSize = 64, NumAttentionHeads = 4, NumKeyValueHeads = 2 }, 100);

    [Fact]
    public void Pages_have_one_shape_everywhere_and_lie_as_what_writes_them_wants_them()
    {
        foreach (var device in (Device[])[CPU, META])
        {
            using var pages = new KeyValuePages(s_model, ScalarType.BFloat16, device, 1 << 30);
            pages.TryTake(1)!.Length.ShouldBe(1);
            pages.TryTake(pages.Free + 1)!.Length.ShouldBeGreaterThan(1); // grown once more
            var (keys, values) = pages[0];
            using var scope = NewDisposeScope();
            keys.shape.ShouldBe([pages.Count, 2, 16, 16]);
            values.shape.ShouldBe([pages.Count, 2, 16, 16]);
            keys.device_type.ShouldBe(device.type);
            keys.is_contiguous().ShouldBe(device == CPU, "the kernel reads keys of a page side by side");

            // A write by index, [pages, places, kvHeads, headDim], copies the whole pool unless this is contiguous.
            keys.permute(0, 3, 1, 2).is_contiguous().ShouldBe(device == META);
            values.permute(0, 2, 1, 3).is_contiguous().ShouldBe(device == META);
        }
    }
}
