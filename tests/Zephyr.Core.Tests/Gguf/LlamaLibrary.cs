using System.Runtime.InteropServices;

namespace Zephyr.Core.Tests.Gguf;

/// <summary>
/// The functions of llama.cpp 0.5.0 that the tests call, by their C names. The two parameter records are as wide as that version's; of their
/// fields only those that the tests set have names.
/// </summary>
internal sealed unsafe class LlamaLibrary
{
    private static readonly Lazy<LlamaLibrary?> s_instance = new(Load);
    private readonly nint _llama;

    private LlamaLibrary(nint llama, nint ggml, string folder)
    {
        _llama = llama;
        ((delegate* unmanaged<delegate* unmanaged<int, byte*, void*, void>, void*, void>)Function("llama_log_set"))(&Ignore, null);
        var path = Marshal.StringToCoTaskMemUTF8(folder);
        ((delegate* unmanaged<nint, void>)NativeLibrary.GetExport(ggml, "ggml_backend_load_all_from_path"))(path);
        Marshal.FreeCoTaskMem(path);
        ((delegate* unmanaged<void>)Function("llama_backend_init"))();
    }

    /// <summary>The library; skips the running test where it was not fetched.</summary>
    public static LlamaLibrary Instance
    {
        get
        {
            Assert.SkipWhen(s_instance.Value is null, "llama.cpp is not there; bash build/llama.sh fetches it");
            return s_instance.Value!;
        }
    }

    /// <summary>A function of the library.</summary>
    public nint Function(string name) => NativeLibrary.GetExport(_llama, name);

    private static LlamaLibrary? Load()
    {
        for (var current = new DirectoryInfo(AppContext.BaseDirectory); current is not null; current = current.Parent)
        {
            var folder = Path.Combine(current.FullName, "artifacts", "native", "llama");
            if (File.Exists(Path.Combine(current.FullName, "Zephyr.slnx")) && File.Exists(Path.Combine(folder, "libllama.v0.5.0.so")))
            {
                return new LlamaLibrary(NativeLibrary.Load(Path.Combine(folder, "libllama.v0.5.0.so")), NativeLibrary.Load(Path.Combine(folder, "libggml.v0.5.0.so")), folder);
            }
        }

        return null;
    }

    [UnmanagedCallersOnly]
    private static void Ignore(int level, byte* text, void* data)
    {
    }
}

/// <summary><c>llama_model_params</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal struct LlamaModelParameters
{
    [FieldOffset(16)]
    public int GpuLayers;

    [FieldOffset(73)]
    public byte ChecksTensors;
}

/// <summary><c>llama_context_params</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 160)]
internal struct LlamaContextParameters
{
    [FieldOffset(0)]
    public uint Context;

    [FieldOffset(4)]
    public uint Batch;

    [FieldOffset(8)]
    public uint Microbatch;

    [FieldOffset(28)]
    public int Threads;

    [FieldOffset(32)]
    public int BatchThreads;

    [FieldOffset(52)]
    public int FlashAttention;

    [FieldOffset(104)]
    public int KeyType;

    [FieldOffset(108)]
    public int ValueType;
}

/// <summary><c>llama_batch</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaBatch
{
    public int Count;
    public int* Tokens;
    public float* Embeddings;
    public int* Positions;
    public int* SequenceCounts;
    public int** Sequences;
    public sbyte* Logits;
}
