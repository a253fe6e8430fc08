using TorchSharp;
using Zephyr.Core.Models;
using Zephyr.Torch;
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

    // Within the bound, and more than there is: a page of this model has 2,048 bytes of keys in each layer, and 2^30 pages are 2 TiB.
    [Fact]
    public void What_the_memory_is_not_enough_for_leaves_the_pages_as_they_were()
    {
        const string Overcommit = "/proc/sys/vm/overcommit_memory";
        Assert.SkipWhen(File.Exists(Overcommit) && File.ReadAllText(Overcommit).Trim() == "1", "this system promises any memory that is asked for");
        using var pages = new KeyValuePages(s_model, ScalarType.Float32, CPU, long.MaxValue / 2);
        using var scope = NewDisposeScope();
        var taken = pages.TryTake(3)!;
        pages[0].Keys.fill_(7);
        var (count, free) = (pages.Count, pages.Free);
        Should.Throw<TorchException>(() => pages.TryTake(pages.MaxPages - pages.Count));
        (pages.Count, pages.Free).ShouldBe((count, free));
        pages.Return(taken);
        pages.TryTake(pages.Free + 1)!.Length.ShouldBe(count + 1); // it grows all the same
        pages[0].Keys.narrow(0, 0, count).eq(7).all().item<bool>().ShouldBeTrue();
    }
}
