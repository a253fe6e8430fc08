using System.Runtime.InteropServices;
using Zephyr.Core.Memory;
using Zephyr.Core.Tests.Models;

namespace Zephyr.Core.Tests.Memory;

[Collection(nameof(AloneCollection))] // the whole process is looked at
public sealed class ProcessMemoryTests
{
    // The kernel adds up the pages of a process's threads now and then, not at every page.
    private const long Slack = 4 << 20;

    [Fact]
    public void The_peak_counts_from_where_it_was_set_back()
    {
        Assert.SkipUnless(ProcessMemory.ResetPeak() && ProcessMemory.Peak() is not null, "this system keeps no count of the peak");
        const int Size = 200 << 20;
        var before = ProcessMemory.Peak()!.Value;
        Touch(Size);
        var with = ProcessMemory.Peak()!.Value;
        (with - before).ShouldBeGreaterThan(Size * 3 / 4);

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        ProcessMemory.Peak()!.Value.ShouldBeGreaterThan(with - Slack);
        ProcessMemory.ResetPeak().ShouldBeTrue();
        (with - ProcessMemory.Peak()!.Value).ShouldBeGreaterThan(Size / 2);
    }

    [Fact]
    public unsafe void What_the_native_heap_freed_is_given_back()
    {
        Assert.SkipUnless(ProcessMemory.ResetPeak() && ProcessMemory.Peak() is not null, "this system keeps no count of the peak");
        Assert.SkipUnless(ProcessMemory.ReturnFreed(), "this system's heap cannot be asked");

        // 3,000 blocks of 64 KiB, too small for pages of their own. The last one stays and holds the end of the heap
        // where it is, so that free() alone gives nothing back.
        const int Block = 64 << 10;
        var blocks = new nint[3000];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = (nint)NativeMemory.Alloc(Block);
            new Span<byte>((void*)blocks[i], Block).Fill(1);
        }

        for (var i = 0; i < blocks.Length - 1; i++)
        {
            NativeMemory.Free((void*)blocks[i]);
        }

        ProcessMemory.ResetPeak();
        var kept = ProcessMemory.Peak()!.Value;
        ProcessMemory.ReturnFreed().ShouldBeTrue();
        ProcessMemory.ResetPeak();
        var left = ProcessMemory.Peak()!.Value;
        NativeMemory.Free((void*)blocks[^1]);

        (kept - left).ShouldBeGreaterThan(3000L * Block * 3 / 4);
    }

    private static void Touch(int size)
    {
        var block = GC.AllocateUninitializedArray<byte>(size);
        for (var i = 0; i < size; i += 4096)
        {
            block[i] = 1;
        }

        GC.KeepAlive(block);
    }
}
