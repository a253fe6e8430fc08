namespace Zephyr.Torch;

/// <summary>How many native objects managed code holds: the means by which tests prove that nothing leaks.</summary>
public static class NativeHandles
{
    private static long live;
    private static long finalized;

    /// <summary>Native objects (tensors, optimizers, generators) made and not yet freed, over all threads.</summary>
    public static long LiveCount => Interlocked.Read(ref live);

    /// <summary>Native objects that only the garbage collector freed. Each is a leak: its owner never disposed it.</summary>
    public static long FinalizedCount => Interlocked.Read(ref finalized);

    internal static void Created() => Interlocked.Increment(ref live);

    internal static void Freed(bool byFinalizer)
    {
        Interlocked.Decrement(ref live);
        if (byFinalizer)
        {
            Interlocked.Increment(ref finalized);
        }
    }
}
