using System.Runtime.CompilerServices;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Interop;

/// <summary>
/// .NET learns of a null reference by SIGSEGV, on a signal stack of 12 KiB. Once a thread has used AMX, as products in bfloat16 do, the
/// kernel puts 11 KiB there before the handler runs. Without the shim's larger stack these tests end the process with code 139 and no word.
/// </summary>
public sealed class SignalStackTests
{
    [Fact]
    public void A_null_reference_after_a_product_in_bfloat16_is_an_exception()
    {
        var caught = 0;
        OnAThread(() =>
        {
            Multiply();
            for (var i = 0; i < 100; i++)
            {
                try
                {
                    LengthOf(null);
                }
                catch (NullReferenceException)
                {
                    caught++;
                }
            }
        });
        caught.ShouldBe(100);
    }

    // The runtime frees its own stack when a thread ends and must find it as it left it.
    [Fact]
    public void Threads_that_used_the_library_end_and_others_begin()
    {
        for (var i = 0; i < 50; i++)
        {
            OnAThread(Multiply);
        }

        OnAThread(() => Should.Throw<NullReferenceException>(() => LengthOf(null)));
    }

    private static void Multiply()
    {
        using var scope = NewDisposeScope();
        ones([64, 64], ScalarType.BFloat16).matmul(ones([64, 64], ScalarType.BFloat16)).sum().to(ScalarType.Float32).item<float>().ShouldBe(64 * 64 * 64);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(string? text) => text!.Length;

    private static void OnAThread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception thrown)
            {
                failure = thrown;
            }
        });
        thread.Start();
        thread.Join();
        failure.ShouldBeNull();
    }
}
