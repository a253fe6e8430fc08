namespace Zephyr.Torch.Interop;

/// <summary>What an export reports; the numbers are those of zephyr_torch.h.</summary>
internal enum ErrorCode
{
    /// <summary>The call succeeded.</summary>
    None = 0,

    /// <summary>Memory of the CPU or of an accelerator ran out.</summary>
    OutOfMemory = 1,

    /// <summary>Shapes or indices do not fit the operation.</summary>
    ShapeMismatch = 2,

    /// <summary>The operation does not exist for these dtypes or devices.</summary>
    Unsupported = 3,

    /// <summary>Any other failure.</summary>
    Failure = 4,
}
